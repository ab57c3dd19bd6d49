"""A city brings its own grids and staff: whole files or nothing, every fault named."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Sequence
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import Workbook

from app.importer import GridImport, ImportFaults, StaffRow, read_grids, read_staff
from app.region_pack import load, with_grids
from app.region_pack.book_bounds import MAX_UNPACKED
from workflow.model import Role
from workflow.region import Level, Region

ROOT = Path(__file__).parents[2]
TINY = ROOT / "tests" / "regions" / "tinytown"
Table = list[list[str]]
PINE = "990101101201"  # a village


@pytest.fixture
def region() -> Region:
    return load(TINY)


@pytest.fixture
def grids(region: Region) -> Table:
    """The region's own grids as a table, without the flag."""
    found = [[place.code, place.name, place.kind] for place in region.places.values() if place.level is Level.GRID]
    return [["code", "name", "kind"], *found]


def as_csv(path: Path, rows: Sequence[Sequence[str]], encoding: str = "utf-8") -> Path:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def as_xlsx(path: Path, rows: Sequence[Sequence[object]]) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    book.save(path)
    return path


def grid_faults(path: Path, region: Region) -> list[tuple[int, str]]:
    with pytest.raises(ImportFaults) as error:
        read_grids(path, region)
    assert {fault.file for fault in error.value.faults} == {path.name}
    return [(fault.row, fault.reason) for fault in error.value.faults]


def staff_faults(path: Path, region: Region) -> list[tuple[int, str]]:
    with pytest.raises(ImportFaults) as error:
        read_staff(path, region)
    return [(fault.row, fault.reason) for fault in error.value.faults]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_every_encoding_says_the_same(tmp_path: Path, region: Region, grids: Table, encoding: str) -> None:
    found = read_grids(as_csv(tmp_path / "grids.csv", grids, encoding), region)
    assert [[row.code, row.name, row.kind] for row in found.rows] == grids[1:]


def test_a_workbook_says_the_same_though_its_codes_are_numbers(tmp_path: Path, region: Region, grids: Table) -> None:
    numbers: list[list[object]] = [[int(code), name, kind] for code, name, kind in grids[1:]]
    assert numbers[0][0] == 990101001001001
    book = read_grids(as_xlsx(tmp_path / "grids.xlsx", [["编码", "名称", "类型"], *numbers]), region)
    assert book == read_grids(as_csv(tmp_path / "grids.csv", grids), region)


@pytest.mark.parametrize("pack", [TINY, ROOT / "regions" / "jiangmen"])
def test_a_packs_own_file_changes_nothing(pack: Path) -> None:
    found = read_grids(pack / "grids.csv", load(pack))
    assert (found.added, found.removed, found.changed) == ((), (), ())
    assert found.rows[0].synthetic


def test_the_dry_run_tells_what_would_change(tmp_path: Path, region: Region) -> None:
    text = (TINY / "grids.csv").read_text("utf-8")
    text = text.replace(f"{PINE}001,松树村第1网格", f"{PINE}001,松树村东片")  # another name
    text = text.replace("990101001001002,", "990101001001003,")  # one gone, one new
    path = tmp_path / "grids.csv"
    path.write_text(text, "utf-8")
    found = read_grids(path, region)
    assert (found.added, found.removed, found.changed) == (("990101001001003",), ("990101001001002",), (f"{PINE}001",))
    assert f"{PINE}001" in region.places and region.places[f"{PINE}001"].name == "松树村第1网格"  # the region is as it was


def test_real_grids_take_the_place_of_made_up_ones(tmp_path: Path, region: Region, grids: Table) -> None:
    found: GridImport = read_grids(as_csv(tmp_path / "grids.csv", grids), region)
    assert len(found.changed) == 9  # no longer synthetic
    after = with_grids(region, found.places)
    assert [grid.synthetic for grid in after.within(PINE, Level.GRID)] == [False]
    assert after.children == region.children


def test_all_faults_come_at_once_each_with_its_row(tmp_path: Path, region: Region, grids: Table) -> None:
    rows = [row for row in grids if not row[0].startswith(PINE)]
    rows += [
        ["12345", "短", "rural"],
        ["880101101201001", "别处", "rural"],
        ["9.90101E+14", "四舍五入", "rural"],
        [rows[1][0], "再来一次", "community"],
        ["990101001001009", "", "desert"],
    ]
    first = len(rows) - 4
    assert grid_faults(as_csv(tmp_path / "grids.csv", rows), region) == [
        (0, f"{PINE} 松树村委会 has no grid"),
        (first, "a grid's code has 15 digits"),
        (first + 1, "880101101201 is no village here"),
        (first + 2, "9.90101E+14 was rounded by a spreadsheet: keep codes as text"),
        (first + 3, "990101001001001 stands in row 2 already"),
        (first + 4, "a name of 1 to 60 printable characters is needed"),
        (first + 4, "kind is one of community, rural, park, sea"),
    ]


def test_a_grid_hangs_under_a_village_not_under_a_town(tmp_path: Path, region: Region, grids: Table) -> None:
    path = as_csv(tmp_path / "grids.csv", [*grids, ["990101001000001", "街道直属", "community"]])
    assert grid_faults(path, region) == [(11, "990101001000 is no village here")]


@pytest.mark.parametrize("formula", ['=HYPERLINK("http://x","y")', "=1+1", "@SUM(1)", "+1", "-1"])
def test_a_formula_is_text(tmp_path: Path, region: Region, grids: Table, formula: str) -> None:
    rows = [*grids[:-1], [grids[-1][0], formula, "农村"]]
    assert read_grids(as_csv(tmp_path / "grids.csv", rows), region).rows[-1].name == formula


@pytest.mark.parametrize("mark", [";", "\t"])
def test_other_marks_between_cells_are_read(tmp_path: Path, region: Region, grids: Table, mark: str) -> None:
    path = tmp_path / "grids.csv"
    path.write_text("\n".join(mark.join(row) for row in grids), "utf-8")
    assert len(read_grids(path, region).rows) == len(grids) - 1


def test_a_formula_of_a_workbook_is_asked_for_its_value(tmp_path: Path, region: Region, grids: Table) -> None:
    rows = [*grids[:-1], [grids[-1][0], '=HYPERLINK("http://x","y")', "农村"]]
    path = as_xlsx(tmp_path / "grids.xlsx", rows)
    assert grid_faults(path, region) == [(len(rows), "column name holds a formula: paste its value instead")]


def test_a_title_above_the_header_is_passed_over(tmp_path: Path, region: Region, grids: Table) -> None:
    book = as_xlsx(tmp_path / "grids.xlsx", [["全市网格一览表"], ["单位：个"], *grids])
    assert len(read_grids(book, region).rows) == len(grids) - 1
    faulty = as_xlsx(tmp_path / "grids.xlsx", [["全市网格一览表"], *grids, ["1", "短", "rural"]])
    assert grid_faults(faulty, region) == [(len(grids) + 2, "a grid's code has 15 digits")]


def test_the_sheet_with_the_columns_is_taken_whichever_is_shown(tmp_path: Path, region: Region, grids: Table) -> None:
    book = Workbook()
    cover = book.active
    assert cover is not None
    cover.append(["封面", "说明"])
    hidden = book.create_sheet("网格")
    for row in grids:
        hidden.append(row)
    book.save(tmp_path / "grids.xlsx")
    assert len(read_grids(tmp_path / "grids.xlsx", region).rows) == len(grids) - 1


def test_a_workbook_without_the_columns_is_told_what_it_has(tmp_path: Path, region: Region) -> None:
    path = as_xlsx(tmp_path / "grids.xlsx", [["编码", "网格名", "类型"], ["1", "2", "3"]])
    assert grid_faults(path, region) == [(1, "column name is missing (or 名称); row 1 of sheet Sheet has: 编码, 网格名, 类型")]


def test_rows_far_below_are_read_too(tmp_path: Path, region: Region, grids: Table) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in grids[:-1]:
        sheet.append(row)
    for column, cell in enumerate(grids[-1], 1):
        sheet.cell(150_000, column, cell)
    book.save(tmp_path / "grids.xlsx")
    assert len(read_grids(tmp_path / "grids.xlsx", region).rows) == len(grids) - 1


def test_merged_cells_are_named(tmp_path: Path, region: Region, grids: Table) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in grids:
        sheet.append(row)
    sheet.merge_cells("C2:C3")
    book.save(tmp_path / "grids.xlsx")
    reason = "column kind is empty here because C2:C3 is merged: unmerge it, each row needs its own"
    assert grid_faults(tmp_path / "grids.xlsx", region) == [(3, reason)]


def test_chinese_words_and_full_width_digits_are_read(tmp_path: Path, region: Region, grids: Table) -> None:
    full = str.maketrans("0123456789", "０１２３４５６７８９")
    words = {"community": "社区", "rural": "农村", "park": "园区", "sea": "海域"}
    rows = [["编码", "名称", "类型"], *([code.translate(full), f"{name}（东）", words[kind]] for code, name, kind in grids[1:])]
    found = read_grids(as_csv(tmp_path / "grids.csv", rows), region)
    assert [(row.code, row.kind) for row in found.rows] == [(code, kind) for code, _, kind in grids[1:]]
    assert found.rows[0].name.endswith("（东）")  # brackets stay as they were written


def test_rows_are_counted_as_an_editor_counts_lines(tmp_path: Path, region: Region, grids: Table) -> None:
    rows = [*grids, [""], [f"{PINE}002", "两\n行", "rural"], [f"{PINE}003", "好", "none"]]
    assert [row for row, _ in grid_faults(as_csv(tmp_path / "grids.csv", rows), region)] == [12, 14]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("grids.csv", b"", "there is no header"),
        ("grids.csv", b"code,name\n", "column kind is missing"),
        ("grids.csv", b"code,name,kind,code\n", "column code stands twice"),
        ("grids.csv", b"code,name,kind\n1,2,3,4\n", "more cells than the header has"),
        ("grids.csv", b'code,name,kind\n1,"2,3\n', "no CSV"),
        ("grids.csv", b"code,name,kind\n\xff\xff", "neither UTF-8 nor GB18030"),
        ("grids.xlsx", b"not a zip", "no readable XLSX"),
        ("grids.xls", b"", "neither .csv nor .xlsx"),
    ],
)
def test_a_file_that_is_none_is_refused_kindly(tmp_path: Path, region: Region, name: str, content: bytes, reason: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert any(reason in found for _, found in grid_faults(path, region))


def test_a_workbook_that_unpacks_to_a_disk_full_is_refused_unread(tmp_path: Path, region: Region) -> None:
    path = tmp_path / "grids.xlsx"
    with ZipFile(path, "w", ZIP_DEFLATED, compresslevel=1) as packed, packed.open("sheet1.xml", "w", force_zip64=True) as entry:
        for _ in range(MAX_UNPACKED // 1_000_000 + 1):
            entry.write(bytes(1_000_000))
    assert path.stat().st_size < MAX_UNPACKED / 100
    assert any("unpacks to more than" in found for _, found in grid_faults(path, region))


def test_a_missing_file_is_a_fault(tmp_path: Path, region: Region) -> None:
    assert grid_faults(tmp_path / "none.csv", region) == [(0, "can't be read: No such file or directory")]


def test_staff_are_posts(tmp_path: Path, region: Region) -> None:
    rows = [
        ["role", "unit", "place", "label"],
        ["grid_worker", "", f"{PINE}001", "1号"],
        ["grid_worker", "", f"{PINE}001", "2号"],
        ["grid_leader", "grid", PINE, ""],
        ["hub_officer", "", "990101101", ""],
        ["department", "路灯科", "990101", ""],  # by an old name
        ["department", "discipline", "", ""],
        ["supervisor", "", "990101", ""],
        ["admin", "", "", "+1"],
    ]
    wanted = (
        StaffRow(Role.GRID_WORKER, "grid", f"{PINE}001", "1号"),
        StaffRow(Role.GRID_WORKER, "grid", f"{PINE}001", "2号"),
        StaffRow(Role.GRID_LEADER, "grid", PINE, ""),
        StaffRow(Role.HUB_OFFICER, "hub", "990101101", ""),
        StaffRow(Role.DEPARTMENT, "roads", "990101", ""),
        StaffRow(Role.DEPARTMENT, "discipline", "9901", ""),
        StaffRow(Role.SUPERVISOR, "", "990101", ""),
        StaffRow(Role.ADMIN, "", "9901", "+1"),
    )
    for path in (as_csv(tmp_path / "staff.csv", rows, "gb18030"), as_xlsx(tmp_path / "staff.xlsx", rows)):
        assert read_staff(path, region).rows == wanted


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (["king", "", "9901", ""], "role is one of"),
        (["resident", "", "9901", ""], "role is one of"),
        (["hub_officer", "", "1234", ""], "unknown place: 1234"),
        (["department", "", "990101", ""], "a department needs its unit"),
        (["department", "nobody", "990101", ""], "nobody: unknown unit"),
        (["department", "hub", "990101", ""], "works at neither hub nor grid"),
        (["hub_officer", "roads", "990101", ""], "works at unit hub"),
        (["auditor", "hub", "9901", ""], "auditor has no unit"),
        (["department", "roads", PINE, ""], "would never be given anything"),
        (["hub_officer", "", PINE, ""], "would never be given anything"),
        (["grid_worker", "", "990101", ""], "no wider than a village"),
        (["grid_leader", "", "", ""], "no wider than a town"),
        (["admin", "", "", "x" * 61], "a label has at most 60"),
    ],
)
def test_a_post_that_makes_no_sense_is_named(tmp_path: Path, region: Region, row: list[str], reason: str) -> None:
    good = ["admin", "", "", ""]
    faults = staff_faults(as_csv(tmp_path / "staff.csv", [["role", "unit", "place", "label"], good, row]), region)
    assert len(faults) == 1
    assert faults[0][0] == 3 and reason in faults[0][1]


def test_the_same_post_twice_needs_labels(tmp_path: Path, region: Region) -> None:
    path = as_csv(tmp_path / "staff.csv", [["role", "place"], ["admin", ""], ["admin", "9901"]])
    assert staff_faults(path, region) == [(3, "the same as row 2: tell them apart by label")]
    assert staff_faults(as_csv(path, [["role", "place"]]), region) == [(0, "there are no rows")]


def test_a_name_that_two_units_share_is_asked_about(tmp_path: Path, region: Region) -> None:
    shutil.copytree(TINY, tmp_path / "pack")
    units = tmp_path / "pack" / "units.csv"
    units.write_text(units.read_text("utf-8") + "lamps,灯科,department,county,路灯科\n", "utf-8")
    path = as_csv(tmp_path / "staff.csv", [["role", "unit", "place"], ["department", "路灯科", "990101"]])
    assert staff_faults(path, load(tmp_path / "pack")) == [(2, "路灯科: more than one unit is called so")]
