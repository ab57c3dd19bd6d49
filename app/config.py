"""`config.toml` and `PETITION_<SECTION>__<KEY>` → one frozen `Config`. Every fault is named at once.

Paths are relative to the working directory; a region pack is also looked for beside the code.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, cast
from urllib.parse import urlsplit

from app.addresses import POSTGRESQL, SQLITE, are_networks, is_database
from app.systemd import Notices

PREFIX = "PETITION_"
MODES = ("off", "polling", "webhook")
Mode = Literal["off", "polling", "webhook"]
_SECRET_FORM = re.compile(r"[A-Za-z0-9_-]{1,256}")
_TOP_PORT = 65535
_OF_TESTS = frozenset(PREFIX + name for name in ("REQUIRE_ALL", "REFERENCE_DATA", "POSTGRESQL", "FUZZ"))
"""What the tests ask of the environment: no keys, and no faults."""
_ROOT = Path(__file__).resolve().parent.parent


class Secret:
    """A string that hides itself wherever it is printed; `reveal()` gives it out."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __repr__(self) -> str:
        return "Secret(***)" if self._value else "Secret()"

    __str__ = __repr__


@dataclass(frozen=True, slots=True)
class TelegramConfig:
    token: Secret = Secret("")
    base_url: str = "https://api.telegram.org/bot"
    base_file_url: str = "https://api.telegram.org/file/bot"
    mode: Mode = "off"
    webhook_url: str = ""
    webhook_secret: Secret = Secret("")


@dataclass(frozen=True, slots=True)
class DatabaseConfig:
    url: str = field(repr=False)
    """Its password is nobody's to read in a log."""


@dataclass(frozen=True, slots=True)
class WebConfig:
    host: str
    port: int
    base_url: str = ""
    proxies: str = ""

    @property
    def base(self) -> str:
        """What links to our pages begin with, without a slash at the end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.base_url.rstrip("/") or f"http://{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class RegionConfig:
    pack: Path


@dataclass(frozen=True, slots=True)
class FilesConfig:
    path: Path


@dataclass(frozen=True, slots=True)
class LanguageConfig:
    weights: Path = Path("var/weights")


@dataclass(frozen=True, slots=True)
class MetricsConfig:
    """`port` 0: nowhere."""

    host: str = "127.0.0.1"
    port: int = 0


@dataclass(frozen=True, slots=True)
class AnchorsConfig:
    file: str = ""


@dataclass(frozen=True, slots=True)
class PrivacyConfig:
    key_file: Path = Path("var/keys")
    keys: Secret = Secret("")


@dataclass(frozen=True, slots=True)
class Config:
    telegram: TelegramConfig
    database: DatabaseConfig
    web: WebConfig
    region: RegionConfig
    files: FilesConfig
    language: LanguageConfig = LanguageConfig()
    metrics: MetricsConfig = MetricsConfig()
    anchors: AnchorsConfig = AnchorsConfig()
    privacy: PrivacyConfig = PrivacyConfig()


class ConfigError(Exception):
    """What is wrong with the configuration: one line per fault, never a value of a secret."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


SECTIONS: Mapping[str, type] = {
    "telegram": TelegramConfig,
    "database": DatabaseConfig,
    "web": WebConfig,
    "region": RegionConfig,
    "files": FilesConfig,
    "language": LanguageConfig,
    "metrics": MetricsConfig,
    "anchors": AnchorsConfig,
    "privacy": PrivacyConfig,
}
KEYS: Mapping[str, tuple[str, ...]] = {name: tuple(field.name for field in fields(kind)) for name, kind in SECTIONS.items()}
_REQUIRED = (("database", "url"), ("web", "host"), ("web", "port"), ("region", "pack"), ("files", "path"))
_WHOLE_NUMBERS = frozenset({("web", "port"), ("metrics", "port")})
_SECRETS = frozenset({("telegram", "token"), ("telegram", "webhook_secret"), ("privacy", "keys")})


def load(path: Path | None, environ: Mapping[str, str]) -> Config:
    """Reads the file, if one is named, and the environment. Raises ConfigError with every fault."""
    raw, unread = _read(path)
    values, problems = _flatten(raw)
    problems = unread + problems + _override(values, environ)
    # What a file that can't be read lacks, nobody knows.
    problems += _rules(values) + ([] if unread else _missing(values))
    if problems:
        raise ConfigError(tuple(dict.fromkeys(problems)))
    return _build(values)


def _read(path: Path | None) -> tuple[dict[str, Any], list[str]]:
    if path is None:
        return {}, []
    try:
        return tomllib.loads(path.read_text("utf-8")), []
    except FileNotFoundError:
        return {}, [f"{path}: no such file"]
    except (OSError, UnicodeDecodeError) as error:
        return {}, [f"{path}: cannot be read ({type(error).__name__})"]
    except tomllib.TOMLDecodeError as error:
        return {}, [f"{path}: not TOML: {error}"]


Values = dict[tuple[str, str], Any]


def _flatten(raw: Mapping[str, Any]) -> tuple[Values, list[str]]:
    values: Values = {}
    problems: list[str] = []
    for section, entries in raw.items():
        if section not in KEYS:
            problems.append(f"unknown section: [{section}]" if isinstance(entries, dict) else f"unknown key: {section}")
        elif not isinstance(entries, dict):
            problems.append(f"wrong type: {section} must be a section")
        else:
            for key, value in entries.items():
                if key in KEYS[section]:
                    values[(section, key)] = value
                else:
                    problems.append(f"unknown key: {section}.{key}")
    problems += [f"wrong type: {s}.{k} must be {_kind((s, k))}" for (s, k), value in values.items() if not _fits((s, k), value)]
    return values, problems


def _kind(name: tuple[str, str]) -> str:
    return "a whole number" if name in _WHOLE_NUMBERS else "a string"


def _fits(name: tuple[str, str], value: object) -> bool:
    return type(value) is (int if name in _WHOLE_NUMBERS else str)


def _override(values: Values, environ: Mapping[str, str]) -> list[str]:
    problems: list[str] = []
    for variable, text in environ.items():
        section, _, key = variable.removeprefix(PREFIX).lower().partition("__")
        if not variable.startswith(PREFIX) or variable in _OF_TESTS:
            continue
        if key not in KEYS.get(section, ()):
            named = f"{section}.{key}" if key else section
            problems.append(f"unknown key: {named} (environment {variable}; a key is {PREFIX}<SECTION>__<KEY>)")
        elif (section, key) not in _WHOLE_NUMBERS:
            values[(section, key)] = text
        elif text.isascii() and text.isdecimal():
            values[(section, key)] = int(text)
        else:
            problems.append(f"wrong type: {section}.{key} must be a whole number (environment {variable})")
    return problems


def _missing(values: Values) -> list[str]:
    needed = list(_REQUIRED)
    mode = values.get(("telegram", "mode"), "off")
    if mode in {"polling", "webhook"} or (values.get(("telegram", "token")) and ("telegram", "mode") not in values):
        needed += [("telegram", "token"), ("telegram", "mode")]
    if mode == "webhook":
        needed += [("telegram", "webhook_url"), ("telegram", "webhook_secret")]
    return [f"missing key: {section}.{key}" for section, key in needed if values.get((section, key)) in (None, "")]


def _rules(values: Values) -> list[str]:
    problems: list[str] = []
    mode = values.get(("telegram", "mode"), "off")
    if isinstance(mode, str) and mode not in MODES:
        problems.append("wrong value: telegram.mode must be one of " + ", ".join(MODES))
    for section in ("web", "metrics"):
        port = values.get((section, "port"))
        if type(port) is int and not 0 <= port <= _TOP_PORT:
            problems.append(f"wrong value: {section}.port must be from 0 to 65535")
    if (port := values.get(("metrics", "port"))) and port == values.get(("web", "port")):
        problems.append("wrong value: metrics.port must not be web.port: each listens for itself")
    url = values.get(("database", "url"))
    if isinstance(url, str) and url and not is_database(url):
        problems.append(f"wrong value: database.url must be {SQLITE}PATH or {POSTGRESQL}USER:PASSWORD@HOST/NAME")
    proxies = values.get(("web", "proxies"))
    if isinstance(proxies, str) and not are_networks(proxies):
        problems.append("wrong value: web.proxies must be addresses or networks, such as 127.0.0.1, 10.0.0.0/8")
    secret = values.get(("telegram", "webhook_secret"))
    if isinstance(secret, str) and secret and not _SECRET_FORM.fullmatch(secret):
        problems.append("wrong value: telegram.webhook_secret must be 1 to 256 characters of A-Z a-z 0-9 _ -")
    for section, key in (("telegram", "base_url"), ("telegram", "base_file_url"), ("telegram", "webhook_url"), ("web", "base_url")):
        url = values.get((section, key))
        if isinstance(url, str) and url and urlsplit(url).scheme not in {"http", "https"}:
            problems.append(f"wrong value: {section}.{key} must begin with http:// or https://")
    return problems


def _build(values: Values) -> Config:
    def given(section: str) -> dict[str, Any]:
        found = {key: values[(section, key)] for key in KEYS[section] if (section, key) in values}
        return {key: Secret(value) if (section, key) in _SECRETS else value for key, value in found.items()}

    telegram = {key: value for key, value in given("telegram").items() if value != "" or not key.startswith("base_")}
    return Config(
        TelegramConfig(**telegram),
        DatabaseConfig(**given("database")),
        WebConfig(**given("web")),
        RegionConfig(find_pack(cast("str", values[("region", "pack")]))),
        FilesConfig(Path(cast("str", values[("files", "path")]))),
        LanguageConfig(**{key: Path(value) for key, value in given("language").items() if value}),
        MetricsConfig(**given("metrics")),
        AnchorsConfig(**given("anchors")),
        PrivacyConfig(Path(values.get(("privacy", "key_file")) or PrivacyConfig().key_file), given("privacy").get("keys", Secret(""))),
    )


def notices(environ: Mapping[str, str]) -> Notices:
    """What systemd says of itself to those it starts."""
    within = environ.get("WATCHDOG_USEC", "")
    return Notices(environ.get("NOTIFY_SOCKET", ""), int(within) / 1_000_000 if within.isascii() and within.isdecimal() else 0.0)


def find_pack(name: str) -> Path:
    """A pack's folder: as named, or beside the code if there is none there."""
    named = Path(name).expanduser()
    return named if named.exists() or named.is_absolute() else (_ROOT / named if (_ROOT / named).exists() else named)
