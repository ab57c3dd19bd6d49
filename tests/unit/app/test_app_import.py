"""A city brings its own grids and staff by command: a dry run first, then all or nothing."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import stat
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import pytest

from app.cli import main
from app.region_pack import load
from app.staff_codes import plain
from bot.conversation import code_hash
from storage import Database, SqlUnitOfWork, open_database
from storage.imports import ImportEntry, ImportStore
from tests.architecture.tree import ROOT
from tests.workflow.build import NOW, a_ticket
from workflow.errors import Conflict
from workflow.model import Assignee, Contact, Post, Procedure, Role, Ticket
from workflow.region import Level, Place
from workflow.states import State

TINY = ROOT / "tests" / "regions" / "tinytown"
EXAMPLES = ROOT / "docs" / "examples"
GONE, CAME, STAYS = "990101001001002", "990101001001003", "990101001001001"
T = TypeVar("T")


class Office:
    """The command line of a small city, and a look into its database."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.url = f"sqlite+aiosqlite:///{folder / 'city.db'}"
        self.environ = {
            "PETITION_DATABASE__URL": self.url, "PETITION_WEB__HOST": "127.0.0.1", "PETITION_WEB__PORT": "0",
            "PETITION_REGION__PACK": str(TINY), "PETITION_FILES__PATH": str(folder / "files"),
        }  # fmt: skip
        self.capsys = capsys

    def run(self, *argv: object) -> tuple[int, str]:
        """Exit status and standard output."""
        self.capsys.readouterr()
        status = main([str(word) for word in argv], self.environ, load)
        return status, self.capsys.readouterr().out

    def json(self, *argv: object) -> tuple[int, Any]:
        status, out = self.run(*argv, "--json")
        return status, json.loads(out)

    def look(self, work: Callable[[Database], Awaitable[T]]) -> T:
        async def looked() -> T:
            database = open_database(self.url)
            try:
                return await work(database)
            finally:
                await database.close()

        return asyncio.run(looked())

    def stored(self) -> tuple[Place, ...]:
        return self.look(lambda database: ImportStore(database).grids())

    def has(self, *tickets: Ticket, post: str = "") -> None:
        async def work(database: Database) -> None:
            async with SqlUnitOfWork(database) as uow:
                person = await uow.contacts.add(Contact(0, "test", f"p{tickets[0].number if tickets else post}"))
                for ticket in tickets:
                    await uow.tickets.add(replace(ticket, reporter=person.id))
                if post:
                    await uow.posts.add(Post(0, person.id, Role.GRID_WORKER, "grid", post))
                await uow.commit()

        self.look(work)


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Office:
    monkeypatch.chdir(tmp_path)
    found = Office(tmp_path, capsys)
    found.run("migrate")
    return found


def test_the_dry_run_tells_and_writes_nothing(office: Office) -> None:
    status, found = office.json("import", "grids", EXAMPLES / "grids.csv")
    assert status == 0
    assert (found["added"], found["removed"], found["applied"]) == ([CAME], [GONE], False)
    assert (found["grids"], found["synthetic"], found["kinds"]) == (9, 0, {"community": 3, "rural": 4, "sea": 2})
    assert office.stored() == ()
    assert office.run("import", "log") == (0, "nothing was imported\n")


def test_what_was_imported_is_the_city_from_then_on(office: Office) -> None:
    assert office.run("invite", "--role", "grid_worker", "--place", CAME)[0] == 2
    status, out = office.run("import", "grids", EXAMPLES / "grids.csv", "--apply")
    assert status == 0
    assert f"added: 1 ({CAME})" in out
    assert office.run("invite", "--role", "grid_worker", "--place", CAME)[0] == 0
    assert office.run("invite", "--role", "grid_worker", "--place", GONE)[0] == 2
    checked = {line["code"]: line for line in map(json.loads, office.run("check", "--json")[1].splitlines())}
    assert checked["C004"] == {"code": "C004", "level": "ok", "text": "9 grids, 0 of them synthetic", "way_out": ""}


def test_the_same_file_again_changes_nothing(office: Office) -> None:
    office.run("import", "grids", EXAMPLES / "grids.csv", "--apply")
    before = office.stored()
    status, found = office.json("import", "grids", EXAMPLES / "grids.csv", "--apply")
    assert (status, found["nothing_to_do"], found["applied"]) == (0, True, False)
    assert office.stored() == before
    assert len(office.json("import", "log")[1]) == 1


def test_the_packs_own_grids_come_back(office: Office) -> None:
    office.run("import", "grids", EXAMPLES / "grids.csv", "--apply")
    status, found = office.json("import", "grids", "--reset")
    assert (status, found["added"], found["removed"], found["applied"]) == (0, [GONE], [CAME], False)
    assert office.json("import", "grids", "--reset", "--apply")[1]["applied"]
    assert office.stored() == ()
    assert [entry["kind"] for entry in office.json("import", "log")[1]] == ["reset", "grids"]


def test_an_import_leaves_a_line(office: Office) -> None:
    office.run("import", "grids", EXAMPLES / "grids.csv", "--apply")
    (entry,) = office.json("import", "log")[1]
    assert entry["counts"] == {"grids": 9, "synthetic": 0, "added": 1, "removed": 1, "changed": 8}
    assert len(entry["sha256"]) == 64
    assert entry["who"]
    assert entry["at"].endswith("+00:00")


def test_every_fault_is_named_and_ends_with_status_1(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    text = (EXAMPLES / "grids.csv").read_text("utf-8").replace("990101101202001,石磨村第1网格,农村", "12,短,沙漠")
    path.write_text(text, "utf-8")
    status, found = office.json("import", "grids", path, "--apply")
    assert status == 1
    assert found["faults"] == [
        {"file": "bad.csv", "row": 0, "reason": "990101101202 石磨村委会 has no grid"},
        {"file": "bad.csv", "row": 8, "reason": "a grid's code has 15 digits"},
        {"file": "bad.csv", "row": 8, "reason": "kind is one of community, rural, park, sea"},
    ]
    assert "bad.csv:8: a grid's code has 15 digits" in office.run("import", "grids", path)[1]
    assert office.stored() == ()


def led(number: str, grid: str, **changes: Any) -> Ticket:
    return a_ticket(number=number, lead=Assignee("grid", grid), state=State.HANDLING, place="990101001001", **changes)


def test_open_tickets_in_a_grid_that_goes_stop_it(office: Office) -> None:
    office.has(
        led("QC-261123-0001", GONE),
        led("QC-261123-0002", STAYS),
        led("QC-261123-0003", GONE, version=1),
        a_ticket(number="QC-261123-0004", lead=Assignee("grid", GONE), state=State.CLOSED),
        a_ticket(number="QC-261123-0005", lead=None, place=GONE),
        a_ticket(number="QC-261123-0006", lead=Assignee("hub", "990101001"), place=GONE, state=State.HANDLING),  # re-dispatched
        a_ticket(number="QC-261123-0007", lead=None, place=GONE, procedure=Procedure.PETITION_REPORT),  # nobody is to learn of it
    )
    office.has(post=GONE)
    status, found = office.json("import", "grids", EXAMPLES / "grids.csv")
    assert status == 0  # a dry run only tells
    assert [ticket["number"] for ticket in found["open_tickets"]] == ["QC-261123-0001", "QC-261123-0003", "QC-261123-0005"]
    assert found["posts"] == [{"grid": GONE, "role": "grid_worker"}]
    status, out = office.run("import", "grids", EXAMPLES / "grids.csv", "--apply")
    assert status == 1
    assert "open tickets in 1 grids that go: 3 (QC-261123-0001, QC-261123-0003, QC-261123-0005)" in out
    assert f"posts in grids that go: 1 ({GONE} grid_worker ×1)" in out
    assert office.stored() == ()
    assert office.run("import", "log")[1] == "nothing was imported\n"


def test_posts_alone_are_told_and_do_not_stop_it(office: Office) -> None:
    office.has(post=GONE)
    status, found = office.json("import", "grids", EXAMPLES / "grids.csv", "--apply")
    assert (status, found["applied"], len(found["posts"])) == (0, True, 1)


def test_two_imports_at_once_have_one_winner(office: Office) -> None:
    office.run("import", "grids", EXAMPLES / "grids.csv", "--apply")

    async def late(database: Database) -> None:
        entry = ImportEntry(NOW, "somebody", "reset", "", {})
        with pytest.raises(Conflict):
            await ImportStore(database).replace_grids((), (), (), entry)

    office.look(late)
    assert len(office.stored()) == 9


def test_a_pack_with_other_villages_asks_for_a_new_import(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    office.run("import", "grids", EXAMPLES / "grids.csv", "--apply")

    def other(path: Path) -> Any:
        region = load(path)
        places = {code: place for code, place in region.places.items() if not code.startswith("990102101202")}
        new = Place("990102101203", "新村委会", Level.VILLAGE, "990102101")
        return replace(region, places=places | {new.code: new})

    assert main(["invite", "--role", "admin"], office.environ, other) == 1
    told = capsys.readouterr().err
    assert "990102101202 is no village of this pack any more" in told
    assert "990102101203 has no grid" in told


def test_a_grid_that_went_still_lies_in_its_village() -> None:
    region = load(TINY)
    places = {code: place for code, place in region.places.items() if code != GONE}
    assert [place.code for place in replace(region, places=places).path(GONE)] == ["990101", "990101001", "990101001001"]


def test_a_command_without_a_file_makes_no_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", io.StringIO("路灯\n"))
    environ = {"PETITION_DATABASE__URL": f"sqlite+aiosqlite:///{tmp_path / 'none' / 'x.db'}", "PETITION_WEB__HOST": "127.0.0.1",
               "PETITION_WEB__PORT": "0", "PETITION_REGION__PACK": str(TINY), "PETITION_FILES__PATH": "files"}  # fmt: skip
    assert main(["locate"], environ, load) == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("argv", [("import", "grids"), ("import", "grids", "x.csv", "--reset")])
def test_a_file_or_a_reset_but_not_both(office: Office, argv: tuple[str, ...]) -> None:
    assert office.run(*argv)[0] == 2


def _codes(text: str) -> list[dict[str, str]]:
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def _staff(tmp_path: Path, *rows: str) -> Path:
    path = tmp_path / "staff.csv"
    path.write_text("\n".join(("role,place,label", *rows)), "utf-8")
    return path


def _invited(office: Office, codes: list[dict[str, str]]) -> list[bool]:
    async def work(database: Database) -> list[bool]:
        async with SqlUnitOfWork(database) as uow:
            return [await uow.invites.get(code_hash(row["code"])) is not None for row in codes]

    return office.look(work)


def test_the_posts_are_listed_before_codes_are_made(office: Office, tmp_path: Path) -> None:
    path = _staff(tmp_path, "hub_officer,990101101,早班", "admin,,")
    status, out = office.run("import", "staff", path)
    assert (status, out) == (0, "2 posts\nhub_officer hub 990101101 早班\nadmin 9901\n")
    assert office.run("import", "log")[1] == "nothing was imported\n"


def test_each_post_gets_one_code_that_binds(office: Office, tmp_path: Path) -> None:
    path = _staff(tmp_path, "hub_officer,990101101,早班", "admin,,=HYPERLINK(1)")
    status, out = office.run("import", "staff", path, "--apply")
    codes = _codes(out)
    assert status == 0
    assert [(row["role"], row["unit"], row["place"], row["label"]) for row in codes] == [
        ("hub_officer", "hub", "990101101", "早班"), ("admin", "", "9901", "'=HYPERLINK(1)"),
    ]  # fmt: skip
    assert all(row["code"] == row["deep_link_payload"] and row["code"][0].isalnum() for row in codes)
    assert _invited(office, codes) == [True, True]
    assert office.json("import", "log")[1][0]["counts"] == {"posts": 2}


def test_codes_go_to_a_file_of_their_own_once(office: Office, tmp_path: Path) -> None:
    path, out = _staff(tmp_path, "admin,,"), tmp_path / "codes.csv"
    assert office.run("import", "staff", path, "--apply", "--out", out) == (0, "")
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    first = out.read_text("utf-8")
    assert _invited(office, _codes(first)) == [True]
    assert office.run("import", "staff", path, "--apply", "--out", out)[0] == 2
    assert out.read_text("utf-8") == first
    assert len(office.json("import", "log")[1]) == 1
    status, found = office.json("import", "staff", path, "--apply", "--out", tmp_path / "more.csv")
    assert status == 0
    assert "code" not in found["posts"][0]


def test_codes_that_were_not_stored_are_not_handed_out(office: Office, tmp_path: Path) -> None:
    office.environ["PETITION_DATABASE__URL"] = f"sqlite+aiosqlite:///{tmp_path / 'bare.db'}"  # not migrated
    out = tmp_path / "codes.csv"
    assert office.run("import", "staff", _staff(tmp_path, "admin,,"), "--apply", "--out", out)[0] == 1
    assert not out.exists()


def test_a_faulty_row_makes_no_codes_at_all(office: Office, tmp_path: Path) -> None:
    status, found = office.json("import", "staff", _staff(tmp_path, "admin,,", "king,,"), "--apply")
    assert status == 1
    assert found["faults"][0]["row"] == 3
    assert office.run("import", "log")[1] == "nothing was imported\n"


@pytest.mark.parametrize("label", ["=1", "+1", "-1", "@a", "\t=1", "＝1"])
def test_no_spreadsheet_computes_a_label(label: str) -> None:
    assert plain(label) == f"'{label}"
    assert plain("甲=1") == "甲=1"


def test_the_example_of_staff_fits_the_region_pack(office: Office) -> None:
    office.environ["PETITION_REGION__PACK"] = "regions/jiangmen"
    status, found = office.json("import", "staff", EXAMPLES / "staff.csv")
    assert (status, len(found["posts"])) == (0, 7)


