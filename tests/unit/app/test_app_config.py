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
    assert any("not TOML" in fault for fault in faults("[", tmp_path))
    with pytest.raises(ConfigError, match="no such file"):
        load(tmp_path / "none.toml", {})


