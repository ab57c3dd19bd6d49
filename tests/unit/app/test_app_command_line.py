"""The command line from outside: what it prints and how it ends."""

from __future__ import annotations

import json
import shutil
import socket
from pathlib import Path

import pytest

from app.cli import main
from app.region_pack import PackError
from app.region_pack import load as load_pack
from tests.keys import KEYS
from tests.workflow.build import GRID, REGION
from workflow.region import Region

TINY = Path(__file__).parents[2] / "regions" / "tinytown"


def environ(tmp_path: Path) -> dict[str, str]:
    return {
        "PETITION_DATABASE__URL": f"sqlite+aiosqlite:///{tmp_path / 'var' / 'x.db'}", "PETITION_WEB__HOST": "127.0.0.1",
        "PETITION_WEB__PORT": "0", "PETITION_REGION__PACK": "none", "PETITION_PRIVACY__KEYS": KEYS,
        "PETITION_FILES__PATH": str(tmp_path / "files"),
    }  # fmt: skip


def load(_path: Path) -> Region:
    return REGION


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Runner:
    monkeypatch.chdir(tmp_path)
    return Runner(tmp_path)


class Runner:
    def __init__(self, tmp_path: Path) -> None:
        self.environ = environ(tmp_path)

    def __call__(self, *argv: str) -> int:
        return main(argv, self.environ, load)


def test_faults_of_the_configuration_end_with_status_2(run: Runner, capsys: pytest.CaptureFixture[str]) -> None:
    run.environ = {"PETITION_WEB__PORT": "x"}
    assert run("migrate") == 2
    found = capsys.readouterr().err
    assert "web.port" in found and "database.url" in found


def test_check_tells_that_the_database_is_not_migrated_and_then_that_it_is(run: Runner, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", "--json") == 1
    before = {line["code"]: line["level"] for line in map(json.loads, capsys.readouterr().out.splitlines())}
    assert before["C001"] == "fault" and before["C002"] == "ok"
    assert run("migrate") == 0
    assert run("migrate") == 0
    capsys.readouterr()
    assert run("check", "--json") == 0
    after = {line["code"]: line["level"] for line in map(json.loads, capsys.readouterr().out.splitlines())}
    assert after["C001"] == "ok" and after["C005"] == "warning"


def test_an_invite_is_one_json_object_with_a_code_that_fits_a_deep_link(run: Runner, capsys: pytest.CaptureFixture[str]) -> None:
    run("migrate")
    capsys.readouterr()
    assert run("invite", "--role", "grid_worker", "--place", GRID, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["unit"] == "grid" and found["deep_link_payload"] == found["code"]
    assert len(found["code"]) <= 64 and found["code"].replace("-", "").replace("_", "").isalnum()


def test_a_door_plate_becomes_a_link_and_needs_no_database(run: Runner, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run("plate", GRID, "桥东路12号") == 0
    assert capsys.readouterr().out.startswith(f"/start d_{GRID}_")
    assert run("plate", GRID) == 0
    assert capsys.readouterr().out == f"/start g{GRID}\n"
    assert run("plate", "990101001") == 2
    assert "no grid and no village" in capsys.readouterr().err
    assert not (tmp_path / "var").exists()


def test_a_faulty_language_file_is_named_by_its_line(run: Runner, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    pack = shutil.copytree(TINY, tmp_path / "pack")
    (pack / "language" / "landmarks.csv").write_text("name,code,kind,aliases\n大学城,123,university,\n", "utf-8")
    run.environ["PETITION_REGION__PACK"] = str(pack)
    assert main(("locate", "--json"), run.environ, load_pack) == 1
    assert "landmarks.csv:2: unknown place: 123" in capsys.readouterr().err


@pytest.mark.parametrize(
    "wrong",
    [
        ("--role", "mayor"),
        ("--role", "resident"),
        ("--role", "grid_worker", "--place", "1"),
        ("--role", "department"),
        ("--role", "department", "--unit", "none"),
        ("--role", "auditor", "--unit", "hub"),
        ("--role", "hub_officer", "--unit", "grid"),
        ("--role", "grid_worker"),
        ("--role", "grid_worker", "--place", "990101001"),
        ("--role", "grid_leader"),
        ("--role", "grid_leader", "--place", "990101"),
        ("--role", "hub_officer", "--place", GRID),
        ("--role", "hub_officer", "--place", GRID[:12]),
        ("--role", "department", "--unit", "hub"),
        ("--role", "department", "--unit", "grid"),
    ],
)
def test_a_post_that_does_not_exist_gets_no_invite(wrong: tuple[str, ...], run: Runner) -> None:
    run("migrate")
    assert run("invite", *wrong, "--json") == 2


def test_an_unknown_number_ends_with_status_3(run: Runner) -> None:
    run("migrate")
    assert run("inspect", "QC-000000-0000", "--json") == 3


def test_the_diagram_is_printed(run: Runner, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("diagram") == 0
    found = capsys.readouterr().out
    assert found.startswith("stateDiagram-v2") and "DISPATCHED --> HANDLING: sign" in found


def test_the_diagram_is_printed_as_svg_too(run: Runner, capsys: pytest.CaptureFixture[str]) -> None:
    run.environ = {}
    assert run("diagram", "--svg") == 0
    found = capsys.readouterr().out
    assert found.startswith("<svg") and found.endswith("</svg>\n") and "办理中" in found and "/console" not in found


def test_a_sign_in_link_leads_to_the_base_address_with_its_code_behind_the_hash(run: Runner, capsys: pytest.CaptureFixture[str]) -> None:
    run("migrate")
    capsys.readouterr()
    run.environ |= {"PETITION_WEB__BASE_URL": "https://counter.example.org/"}
    links = []
    for _ in range(2):
        assert run("signin", "--role", "auditor", "--place", "990101", "--json") == 0
        found = json.loads(capsys.readouterr().out)
        assert (found["role"], found["place"]) == ("auditor", "990101")
        links.append(found["link"])
    assert all(link.startswith("https://counter.example.org/console/signin#") and len(link.partition("#")[2]) == 32 for link in links)
    assert links[0] != links[1]
    run.environ |= {"PETITION_WEB__BASE_URL": "", "PETITION_WEB__PORT": "8080"}
    assert run("signin", "--role", "admin") == 0
    assert capsys.readouterr().out.startswith("http://127.0.0.1:8080/console/signin#")


def test_no_link_for_a_place_or_role_that_does_not_exist(run: Runner, capsys: pytest.CaptureFixture[str]) -> None:
    run("migrate")
    assert run("signin", "--role", "admin", "--place", "1") == 2
    with pytest.raises(SystemExit) as ended:
        run("signin", "--role", "grid_worker")
    assert ended.value.code == 2
    assert "console/signin" not in capsys.readouterr().out


def test_a_region_pack_with_faults_is_said_and_ends_with_status_1(run: Runner, capsys: pytest.CaptureFixture[str]) -> None:
    def broken(_path: Path) -> Region:
        raise PackError(["units.csv:3: no such level", "topics.csv:9: no such unit"])

    assert main(["classify"], run.environ, broken) == 1
    found = capsys.readouterr().err
    assert "units.csv:3" in found and "topics.csv:9" in found


def test_without_tables_a_command_says_so_and_does_not_crash(run: Runner, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("inspect", "QC-000000-0000") == 1
    assert "python -m app check" in capsys.readouterr().err


def test_the_diagram_needs_no_configuration(run: Runner) -> None:
    run.environ = {}
    assert run("diagram") == 0
    assert run("migrate") == 2


def test_help_names_the_exit_statuses(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"], {}, load)
    assert ended.value.code == 0 and "exit status" in capsys.readouterr().out


def test_a_second_demo_leaves_the_first_ones_data_alone(run: Runner, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = tmp_path / "var" / "demo" / "city.db"
    data.parent.mkdir(parents=True)
    data.write_bytes(b"in use")
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        run.environ["PETITION_WEB__PORT"] = str(other.getsockname()[1])
        assert run("demo") == 1
    assert "is taken" in capsys.readouterr().err
    assert data.read_bytes() == b"in use"


@pytest.mark.parametrize(
    ("post", "reason"),
    [
        (("--role", "grid_worker"), "grid_worker needs a place no wider than a village"),
        (("--role", "grid_leader", "--place", "990101"), "grid_leader needs a place no wider than a town"),
        (("--role", "hub_officer", "--place", GRID), "hub has its desks at level town"),
        (("--role", "department", "--unit", "hub"), "department works at neither hub nor grid"),
        (("--role", "grid_worker", "--place", "1", "--unit", "hub"), "unknown place: 1; grid_worker works at unit grid"),
    ],
)
def test_it_is_said_why_there_is_no_such_post(post: tuple[str, ...], reason: str, run: Runner, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("invite", *post) == 2
    told = capsys.readouterr()
    assert reason in told.err and not told.out


@pytest.mark.parametrize(
    "post",
    [
        ("--role", "grid_worker", "--place", GRID[:12]),
        ("--role", "grid_leader", "--place", "990101001"),
        ("--role", "hub_officer"),
        ("--role", "hub_officer", "--place", "990101001"),
        ("--role", "department", "--unit", "streets"),
        ("--role", "supervisor"),
    ],
)
def test_a_post_that_can_be_gets_its_invite(post: tuple[str, ...], run: Runner) -> None:
    run("migrate")
    assert run("invite", *post) == 0


@pytest.mark.parametrize("command", ["check", "run", "migrate"])
def test_a_database_of_another_kind_is_one_line(command: str, run: Runner, capsys: pytest.CaptureFixture[str]) -> None:
    run.environ["PETITION_DATABASE__URL"] = "postgresql://city:secret@db/x"
    assert run(command) == 2
    told = capsys.readouterr().err
    assert "database.url must be" in told and "secret" not in told and "Traceback" not in told


def test_a_postgresql_that_is_not_there_is_one_line(run: Runner, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run.environ["PETITION_DATABASE__URL"] = f"postgresql+asyncpg://city:hunter-2@/x?host={tmp_path}"
    assert [run("run"), run("migrate"), run("check")] == [1, 1, 1]
    told = "".join(capsys.readouterr())
    assert "cannot be used" in told and "C001 fault" in told and "hunter-2" not in told and "Traceback" not in told


def test_a_city_says_where_it_is_only_once_the_port_is_its_own(run: Runner, capsys: pytest.CaptureFixture[str]) -> None:
    run.environ["PETITION_REGION__PACK"] = str(TINY)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        run.environ["PETITION_WEB__PORT"] = str(other.getsockname()[1])
        assert main(["run"], run.environ, load_pack) == 1
    told = capsys.readouterr().err
    assert "[2/3]" in told and "[3/3]" not in told and "is taken" in told


@pytest.mark.parametrize("host", ["::1%nosuch", "192.0.2.1", "a..b"])
def test_a_host_that_is_none_of_ours_is_said(host: str, run: Runner, capsys: pytest.CaptureFixture[str]) -> None:
    run.environ |= {"PETITION_REGION__PACK": str(TINY), "PETITION_WEB__HOST": host}
    assert main(["run"], run.environ, load_pack) == 1
    told = capsys.readouterr().err
    assert f"web.host {host} is no address of this machine" in told and "[3/3]" not in told


def test_a_city_without_keys_does_not_begin_and_says_how_to_get_them(run: Runner, capsys: pytest.CaptureFixture[str]) -> None:
    del run.environ["PETITION_PRIVACY__KEYS"]
    run.environ |= {"PETITION_REGION__PACK": str(TINY), "PETITION_PRIVACY__KEY_FILE": "secret/keys"}
    assert main(["run"], run.environ, load_pack) == 1
    assert "keys new" in capsys.readouterr().err and not Path("var").exists()
    assert run("check") == 1 and "C014 fault" in capsys.readouterr().out
    assert run("keys", "new") == 0 and run("keys", "new") == 1 and run("migrate") == 0
    capsys.readouterr()
    assert run("check") == 0 and "C014 ok" in capsys.readouterr().out
    assert run("keys", "rotate") == 0 and run("keys", "resume") == 0 and run("keys", "list") == 0
    first, second = capsys.readouterr().out.splitlines()
    assert not first.endswith("current") and second.endswith("current")
    written = Path("secret/keys").read_text("ascii")
    assert not any(line.split()[1] in (first + second) for line in written.splitlines())
    Path("secret/keys").chmod(0o644)
    assert run("check") == 1 and main(["run"], run.environ, load_pack) == 1
    assert "chmod 600" in capsys.readouterr().err
