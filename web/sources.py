"""Where a request comes from. What a header says counts only behind proxies that the configuration names: anybody can write it."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from aiohttp import web

_HEADER = "X-Forwarded-For"
_MOST = 20  # proxies in a row
_HOUSE = 64  # bits: whoever has one IPv6 address has the rest of its network, too
Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Sources:
    """`proxies`: networks whose word on the header is taken. None: the connection's own address, whatever a header says."""

    proxies: tuple[Network, ...] = ()

    def of(self, request: web.Request) -> str:
        """An address, of IPv6 its network; "" where it can't be told."""
        found = _address(request.remote or "")
        if found is None or not self._trusted(found):
            return _named(found)
        said = [part.strip() for value in request.headers.getall(_HEADER, []) for part in value.split(",")]
        for part in reversed(said[-_MOST:]):
            before = _address(part)
            if before is None:
                break
            found = before
            if not self._trusted(found):
                break
        return _named(found)

    def _trusted(self, address: IPv4Address | IPv6Address) -> bool:
        return any(address in network for network in self.proxies)


def networks(text: str) -> tuple[Network, ...]:
    """Of "127.0.0.1, 10.0.0.0/8". Raises ValueError."""
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(text)
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, IPv6Address) else found


def _named(address: IPv4Address | IPv6Address | None) -> str:
    if isinstance(address, IPv6Address):
        return str(ip_network((int(address), _HOUSE), strict=False))
    return "" if address is None else str(address)
