"""Loaded by a Python that has this folder on its path: it may speak to this machine only, and each other try is written down."""

import os
import sys
from typing import Any

_LOOPBACK = ("127.", "::1", "localhost")


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.getaddrinfo":
        host = arguments[0]
    elif event in {"socket.connect", "socket.sendto", "socket.sendmsg"}:
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None
    elif event in {"socket.gethostbyname", "socket.gethostbyaddr"}:
        host = arguments[0]
    else:
        return
    if host is None or str(host).startswith(_LOOPBACK):
        return
    with open(os.environ["GUARD_FILE"], "a", encoding="utf-8") as file:  # noqa: PTH123  # loaded before everything
        file.write(f"{event} {host}\n")
    raise ConnectionRefusedError(f"the guard refuses {event}")


sys.addaudithook(_watch)
