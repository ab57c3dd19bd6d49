"""Every fault of the configuration is named at once, and secrets hide themselves."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from app.config import KEYS, ConfigError, load

EXAMPLE = Path(__file__).parents[3] / "config.example.toml"
TOKEN = "123456789:" + "A" * 35


def faults(text: str, tmp_path: Path, **environ: str) -> tuple[str, ...]:
    path = tmp_path / "config.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(ConfigError) as caught:
        load(path, environ)
    return caught.value.problems


def test_the_example_is_valid_and_names_every_key() -> None:
    assert load(EXAMPLE, {}).telegram.mode == "off"
    raw = tomllib.loads(EXAMPLE.read_text("utf-8"))
    assert {section: set(entries) for section, entries in raw.items()} == {name: set(keys) for name, keys in KEYS.items()}


def test_all_faults_are_named_at_once(tmp_path: Path) -> None:
    text = '[telegram]\ntokn = "x"\nmode = "often"\n[web]\nhost = "127.0.0.1"\nport = "80"\n[wep]\nx = 1\n[region]\npack = 3\n'
    found = " | ".join(faults(text, tmp_path))
    for name in ("telegram.tokn", "telegram.mode", "web.port", "[wep]", "region.pack", "database.url", "files.path"):
        assert name in found


@pytest.mark.parametrize("port", ["-1", "65536", "true", "1.5"])
def test_a_port_is_a_port(port: str, tmp_path: Path) -> None:
    text = EXAMPLE.read_text("utf-8").replace("port = 8080", f"port = {port}")
    assert [fault for fault in faults(text, tmp_path) if "web.port" in fault]


@pytest.mark.parametrize(
    ("host", "given", "base"),
    [
        ("127.0.0.1", "", "http://127.0.0.1:8080"),
        ("::1", "", "http://[::1]:8080"),
        ("127.0.0.1", "https://counter.example.org/", "https://counter.example.org"),
    ],
)
def test_links_begin_with_the_base_address_or_with_host_and_port(host: str, given: str, base: str) -> None:
    assert load(EXAMPLE, {"PETITION_WEB__HOST": host, "PETITION_WEB__BASE_URL": given}).web.base == base


def test_a_base_address_is_one(tmp_path: Path) -> None:
    text = EXAMPLE.read_text("utf-8").replace('base_url = ""', 'base_url = "counter.example.org"')
    assert [fault for fault in faults(text, tmp_path) if "web.base_url" in fault]


def test_the_environment_wins_and_is_checked_too(tmp_path: Path) -> None:
    environ = {"PETITION_TELEGRAM__TOKEN": TOKEN, "PETITION_TELEGRAM__MODE": "polling", "PETITION_WEB__PORT": "9", "HOME": "/"}
    found = load(EXAMPLE, environ)
    assert (found.telegram.token.reveal(), found.telegram.mode, found.web.port) == (TOKEN, "polling", 9)
    with pytest.raises(ConfigError, match=r"telegram\.tokn"):
        load(EXAMPLE, {"PETITION_TELEGRAM__TOKN": "x"})


def test_a_secret_never_shows_in_print_or_in_a_fault(tmp_path: Path) -> None:
    found = load(EXAMPLE, {"PETITION_TELEGRAM__TOKEN": TOKEN, "PETITION_TELEGRAM__MODE": "polling"})
    assert TOKEN not in f"{found!r} {found.telegram.token} {found}"
    bad = faults(f'[telegram]\ntoken = "{TOKEN}"\nwebhook_secret = "not good!"\n', tmp_path)
    assert bad and all(TOKEN not in fault and "not good" not in fault for fault in bad)


def test_a_webhook_needs_its_address_and_secret(tmp_path: Path) -> None:
    found = faults(EXAMPLE.read_text("utf-8").replace('mode = "off"', 'mode = "webhook"'), tmp_path)
    assert {fault.split()[-1] for fault in found} == {"telegram.token", "telegram.webhook_url", "telegram.webhook_secret"}


def test_a_file_that_is_no_toml_or_not_there_is_said(tmp_path: Path) -> None:
    """And nothing else: what it lacks, nobody knows."""
    (found,) = faults("[", tmp_path)
    assert "not TOML" in found
    (tmp_path / "bytes.toml").write_bytes(b"\xff")
    for name, why in (("none.toml", "no such file"), ("bytes.toml", "cannot be read"), ("", "cannot be read")):
        with pytest.raises(ConfigError) as caught:
            load(tmp_path / name, {})
        assert len(caught.value.problems) == 1 and why in caught.value.problems[0]


def test_faults_of_the_environment_are_named_beside_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path / "none.toml", {"PETITION_WEB__PORT": "x"})
    assert [("none.toml" in fault, "web.port" in fault) for fault in caught.value.problems] == [(True, False), (False, True)]


@pytest.mark.parametrize(
    "variable", ["PETITION_TELEGRAM_TOKEN", "PETITION_WEB", "PETITION_", "PETITION_WEB__", "PETITION___PORT", "PETITION_X__Y"]
)
def test_a_variable_that_is_no_key_is_named_without_its_value(variable: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(EXAMPLE, {variable: TOKEN})
    (found,) = caught.value.problems
    assert "unknown key" in found and variable in found and TOKEN not in found


def test_two_do_not_listen_on_one_port() -> None:
    assert load(EXAMPLE, {"PETITION_METRICS__PORT": "0", "PETITION_WEB__PORT": "0"}).metrics.port == 0
    with pytest.raises(ConfigError, match=r"metrics\.port must not be web\.port"):
        load(EXAMPLE, {"PETITION_METRICS__PORT": "8099", "PETITION_WEB__PORT": "8099"})


def test_what_the_tests_ask_of_the_environment_is_no_key_and_no_fault() -> None:
    asked = {"PETITION_REQUIRE_ALL": "1", "PETITION_REFERENCE_DATA": "/x", "PETITION_FUZZ": "9", "PETITION_POSTGRESQL": "/y"}
    assert load(EXAMPLE, asked | {"OTHER_PETITION_X": "1"}).web.port == 8080


@pytest.mark.parametrize("url", ["postgresql+asyncpg://city:secret@db/x", "postgresql+asyncpg:///x?host=/run/postgresql"])
def test_postgresql_is_a_database_and_its_password_hides(url: str) -> None:
    found = load(EXAMPLE, {"PETITION_DATABASE__URL": url})
    assert found.database.url == url and url not in repr(found)


@pytest.mark.parametrize(
    "url",
    [
        "postgres://city:secret@db/x", "postgresql://city:secret@db/x", "postgresql+psycopg://city:secret@db/x",
        "postgresql+asyncpg://city:secret@db", "postgresql+asyncpg://city:secret@db:port/x", "sqlite:///x.db", "x.db",
        "sqlite+aiosqlite:x.db", "mysql://city:secret@db/x",
    ],
)  # fmt: skip
def test_another_database_is_said_without_its_password(url: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(EXAMPLE, {"PETITION_DATABASE__URL": url})
    assert caught.value.problems == (
        "wrong value: database.url must be sqlite+aiosqlite:///PATH or postgresql+asyncpg://USER:PASSWORD@HOST/NAME",
    )
