"""train, evaluate, compare, weights and classify --weights from outside: what they print, write and refuse."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.cli import main
from app.learning import guard
from app.learning.versions import Versions, in_use
from app.region_pack import load as load_pack
from storage import Database
from tests.unit.nlp.corpus import messages
from tests.unit.nlp.test_nlp_corrections import CORRECTED
from workflow.corrections import Correction

ROOT = Path(__file__).parents[3]
FIGURES = {"n", "accuracy", "macro_f1", "top3", "no_hit", "ece", "coverage70_accuracy"}


class Runner:
    def __init__(self, home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.home = home
        self._capsys = capsys
        self._monkeypatch = monkeypatch
        self.environ = {
            "PETITION_DATABASE__URL": f"sqlite+aiosqlite:///{home / 'x.db'}", "PETITION_WEB__HOST": "127.0.0.1",
            "PETITION_WEB__PORT": "0", "PETITION_REGION__PACK": str(ROOT / "regions/jiangmen"),
            "PETITION_FILES__PATH": str(home / "files"), "PETITION_LANGUAGE__WEIGHTS": str(home / "weights"),
        }  # fmt: skip

    def __call__(self, *argv: str | Path, stdin: str = "") -> tuple[int, str, str]:
        self._monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        status = main([str(word) for word in argv], self.environ, load_pack)
        out, err = self._capsys.readouterr()
        return status, out, err

    def json(self, *argv: str | Path, stdin: str = "") -> Any:
        status, out, err = self(*argv, stdin=stdin)
        assert status == 0, err
        return json.loads(out)

    def table(self, name: str, rows: list[tuple[str, str]], header: tuple[str, str] = ("text", "label"), encoding: str = "utf-8") -> Path:
        path = self.home / name
        with path.open("w", encoding=encoding, newline="") as file:
            csv.writer(file).writerows([header, *rows])
        return path


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Runner:
    monkeypatch.chdir(tmp_path)
    return Runner(tmp_path, capsys, monkeypatch)


def test_a_version_is_made_judged_published_used_and_taken_back(run: Runner) -> None:
    data = run.table("complaints.csv", messages())
    made = run.json("train", "--data", data, "--out", run.home / "out", "--json")
    assert {"weights.csv", "manifest.json", "report.json"} == {path.name for path in (run.home / "out").iterdir()}
    assert set(made["figures"]) == FIGURES
    assert made["sources"][0]["rows"] == 120
    assert "烧烤" not in (run.home / "out" / "report.json").read_text("utf-8").replace("占道经营与流动摊贩", "")
    assert run.json("weights", "list", "--json") == {"current": "lexicon", "published": [], "kept": []}
    published = run.json("weights", "publish", run.home / "out", "--json")
    assert published["current"] == made["version"]
    said = run.json("classify", "--json", stdin="我们这里路灯不亮")
    assert said["version"].endswith(made["version"])
    assert said["topics"][0]["code"] == "E2.3"
    assert sum(e["weight"] for e in said["topics"][0]["evidence"]) == pytest.approx(said["topics"][0]["score"], abs=1e-4)
    back = run.json("weights", "rollback", "--json")
    assert (back["current"], back["kept"]) == ("lexicon", [made["version"]])
    assert made["version"] not in run.json("classify", "--json", stdin="我们这里路灯不亮")["version"]
    again = run.json("weights", "publish", made["version"], "--json")
    assert again["current"] == made["version"]


def test_two_versions_are_compared_on_a_file(run: Runner) -> None:
    data = run.table("complaints.csv", messages())
    run.json("train", data, "--out", run.home / "out", "--json")
    found = run.json("compare", "lexicon", run.home / "out", "--data", data, "--json")
    assert found["before"]["version"] != found["after"]["version"]
    assert found["after"]["accuracy"] >= found["before"]["accuracy"]
    assert found["changed"] == len(found["changes"])
    assert all(set(change) == {"file", "row", "label", "before", "after"} for change in found["changes"])


def test_labels_of_another_city_are_learned_but_not_published(run: Runner) -> None:
    names = {"E2.3": "照明", "E2.6": "用电", "E1.6": "摊贩"}
    data = run.table("others.csv", [(text, names[label]) for text, label in messages()])
    run.json("train", "--data", data, "--out", run.home / "out", "--json")
    found = run.json("evaluate", "--data", data, "--weights", run.home / "out", "--json")
    assert set(found) == FIGURES
    assert found["accuracy"] > 0.95
    said = run.json("classify", "--json", "--weights", run.home / "out", stdin="小贩又来摆摊")
    assert said["topics"][0]["code"] == said["topics"][0]["name"] == "摊贩"
    status, _, err = run("weights", "publish", run.home / "out")
    assert status == 1
    assert "topics.csv" in err
    assert run.json("weights", "list", "--json")["current"] == "lexicon"


def test_hand_written_weights_speak_for_other_labels_through_a_map(run: Runner) -> None:
    names = {"E2.3": "照明", "E2.6": "用电", "E1.6": "摊贩"}
    data = run.table("others.csv", [(text, names[label]) for text, label in messages()])
    table = run.table("map.csv", list(names.items()), header=("sub_theme", "topic"))
    run.json("train", "--data", data, "--map", table, "--out", run.home / "out", "--json")
    manifest = json.loads((run.home / "out" / "manifest.json").read_text("utf-8"))
    assert manifest["onto"] == names
    assert manifest["hand"] > 0
    assert run.json("evaluate", "--data", data, "--map", table, "--json")["accuracy"] > 0.8  # the lexicon alone


def test_names_of_sub_themes_are_labels_too_and_gb18030_and_quoted_lines_are_read(run: Runner) -> None:
    names = {"E2.3": "路灯与夜间照明", "E2.6": "停电与供用电服务", "E1.6": "占道经营与流动摊贩"}
    rows = [(text.replace("，", "\n", 1), names[label]) for text, label in messages()]
    made = run.json("train", run.table("gb.csv", rows, encoding="gb18030"), "--json")
    assert made["sources"][0]["rows"] == 120
    assert set(made["topics"]) == set(names)


def test_a_text_that_stands_twice_is_learned_from_once(run: Runner) -> None:
    rows = messages()
    other = [(text, "C1.1") for text, _ in rows[:4]]
    made = run.json("train", run.table("twice.csv", [*rows, *rows[:26], *other]), "--json")
    assert (made["repeated"], made["contradicting"]) == (30, 4)
    assert made["before"]["n"] == 120  # the running version on the same rows
    assert made["figures"]["n"] == 120


BAD: tuple[tuple[list[tuple[str, str]], tuple[str, str], str], ...] = (
    (messages(6), ("text", "kind"), "bad.csv:1: column label is missing"),
    ([], ("text", "label"), "bad.csv:0:"),
    ([*messages(6), ("路灯不亮", "Q9.9")], ("text", "label"), "bad.csv:20: unknown label: Q9.9"),
    ([*messages(6), ("", "E2.3")], ("text", "label"), "bad.csv:20: text is empty"),
    ([*messages(6), ("路灯不亮了", "E2.4")], ("text", "label"), "E2.4 has 1 different texts: give at least 5"),
    (messages(6)[:6], ("text", "label"), "only one label"),
)


def test_a_bad_file_is_named_with_row_and_way_out_and_the_version_stays(run: Runner) -> None:
    good = run.json("train", run.table("good.csv", messages()), "--out", run.home / "good", "--json")
    run.json("weights", "publish", run.home / "good", "--json")
    for rows, header, reason in BAD:
        status, out, err = run("train", run.table("bad.csv", rows, header), "--out", run.home / "bad")
        assert (status, out) == (1, ""), reason
        assert reason in err
        assert not (run.home / "bad").exists(), reason
        assert run.json("weights", "list", "--json")["current"] == good["version"], reason


def test_an_empty_file_a_missing_one_and_bytes_of_no_encoding_are_refused(run: Runner) -> None:
    empty, torn = run.home / "empty.csv", run.home / "torn.csv"
    empty.write_bytes(b"")
    torn.write_bytes(b"text,label\n\xff\xff\x81,E2.3\n")
    for path in (empty, torn, run.home / "none.csv"):
        status, _, err = run("train", path)
        assert status == 1
        assert path.name in err


def test_texts_in_which_no_word_comes_again_teach_nothing(run: Runner) -> None:
    nothing = [(f"?!{n}", "AB"[n % 2]) for n in range(40)]
    status, _, err = run("train", run.table("junk.csv", nothing), "--out", run.home / "junk")
    assert status == 1
    assert "nothing was learned" in err
    assert not (run.home / "junk").exists()


def test_a_label_is_shown_as_it_is_written(run: Runner) -> None:
    rows = [(text, f"[/{label}]") for text, label in messages()]
    status, _, err = run("train", run.table("marks.csv", rows), "--out", run.home / "marks")
    assert status == 0
    assert "[/E2.3]" in err


def test_a_list_of_versions_that_cannot_be_read_is_named_and_the_lexicon_serves_on(run: Runner) -> None:
    (run.home / "weights").mkdir()
    (run.home / "weights" / "published.txt").write_bytes(b"\xff\xfe")
    status, _, err = run("weights", "list")
    assert status == 1
    assert "published.txt" in err
    assert in_use(run.home / "weights", load_pack(ROOT / "regions/jiangmen")) is None


def test_two_who_publish_at_once_leave_a_whole_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept, replace = Versions(tmp_path), Path.replace

    def meanwhile(self: Path, target: Path) -> Path:
        monkeypatch.setattr(Path, "replace", replace)
        kept._write(("w2",))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", meanwhile)
    kept._write(("w1",))
    assert [path.name for path in tmp_path.iterdir()] == ["published.txt"]
    assert kept.published() == ("w1",)


def test_a_label_the_map_does_not_know_is_named(run: Runner) -> None:
    status, _, err = run("evaluate", "--data", run.table("x.csv", [("路灯不亮", "火星事务")] * 3), "--json")
    assert status == 1
    assert "x.csv:2: unknown label: 火星事务" in err


def test_weights_that_cannot_be_read_are_named(run: Runner) -> None:
    status, _, err = run("classify", "--weights", run.home / "nothing")
    assert status == 1
    assert "manifest.json" in err


def test_nothing_to_learn_from(run: Runner) -> None:
    assert run("train")[0] == 2
    status, _, err = run("train", "--from-corrections")
    assert status == 1
    assert "there is no database yet" in err
    assert run("migrate")[0] == 0
    status, _, err = run("train", "--from-corrections")
    assert status == 1
    assert "nobody has corrected" in err


def test_rolling_back_what_was_never_published_is_refused(run: Runner) -> None:
    status, _, err = run("weights", "rollback")
    assert status == 1
    assert "no version is published" in err


def test_published_weights_that_were_spoiled_are_a_fault_of_check_and_the_lexicon_serves_on(run: Runner) -> None:
    made = run.json("train", run.table("complaints.csv", messages()), "--json")
    run.json("weights", "publish", made["version"], "--json")
    run("migrate")
    (run.home / "weights" / made["version"] / "weights.csv").write_text("spoiled", encoding="utf-8")
    status, out, _ = run("check", "--json")
    found = [json.loads(line) for line in out.splitlines()]
    assert status == 1
    assert [one["level"] for one in found if one["code"] == "C009"] == ["fault"]
    assert in_use(run.home / "weights", load_pack(ROOT / "regions/jiangmen")) is None
    run.json("weights", "rollback", "--json")
    assert "lexicon alone" in run("check")[1]


def test_published_weights_that_were_changed_by_hand_are_noticed_until_they_are_published_anew(run: Runner) -> None:
    made = run.json("train", run.table("complaints.csv", messages()), "--json")
    run.json("weights", "publish", made["version"], "--json")
    manifest = run.home / "weights" / made["version"] / "manifest.json"
    known = json.loads(manifest.read_text("utf-8"))
    manifest.write_text(json.dumps({**known, "texts": known["texts"] + 1}), encoding="utf-8")
    assert in_use(run.home / "weights", load_pack(ROOT / "regions/jiangmen")) is None
    status, _, err = run("evaluate", "--data", run.table("complaints.csv", messages()))
    assert status == 1
    assert f"publish {made['version']}" in err
    again = run.json("weights", "publish", made["version"], "--json")
    assert again["current"] not in {made["version"], "lexicon"}
    assert in_use(run.home / "weights", load_pack(ROOT / "regions/jiangmen")) is not None


@pytest.fixture
def put_right(monkeypatch: pytest.MonkeyPatch) -> Callable[[list[tuple[str, str]]], None]:
    def say(rows: list[tuple[str, str]]) -> None:
        at = datetime(2026, 11, 24, tzinfo=UTC)

        async def told(_database: Database) -> list[Correction]:
            return [Correction(text, label, "D1.1", at, "3.x", "staff") for text, label in rows]

        monkeypatch.setattr("app.cli.learning.corrections", told)

    return say


def test_topics_with_too_few_corrections_wait_and_are_named(run: Runner, put_right: Callable[[list[tuple[str, str]]], None]) -> None:
    assert run("migrate")[0] == 0
    put_right([*CORRECTED, ("桥上的护栏断了", "E2.1")])
    made = run.json("train", "--from-corrections", "--json")
    assert made["skipped"] == {"E2.1": 1}
    assert set(made["topics"]) == {"E2.5", "C1.1"}
    put_right(CORRECTED[:2])
    status, _, err = run("train", "--from-corrections")
    assert status == 1
    assert "E2.5 has 2 different texts: give at least 5" in err


def test_the_report_says_before_and_after_as_evaluate_does(run: Runner, put_right: Callable[[list[tuple[str, str]]], None]) -> None:
    assert run("migrate")[0] == 0
    put_right(CORRECTED)
    data = run.table("corrected.csv", CORRECTED)
    made = run.json("train", "--from-corrections", "--json")
    assert run.json("evaluate", "--data", data, "--json") == made["before"]
    run.json("weights", "publish", made["version"], "--json")
    assert run.json("evaluate", "--data", data, "--json") == made["after"]
    assert made["before"]["accuracy"] < 0.3
    assert made["after"]["accuracy"] > 0.8
    assert made["examples"]["lost"] == []
    assert made["examples"]["after"] == made["examples"]["before"] == made["examples"]["n"] > 90


def test_a_version_that_decides_worse_than_the_running_one_is_not_published(run: Runner) -> None:
    wrong = [(text, {"E2.3": "E2.6", "E2.6": "E1.6", "E1.6": "E2.3"}[label]) for text, label in messages()]
    made = run.json("train", run.table("wrong.csv", wrong), "--json")
    assert made["examples"]["after"] < made["examples"]["before"]
    status, _, err = run("weights", "publish", made["version"])
    assert status == 1
    assert "examples.csv" in err
    assert run.json("weights", "list", "--json")["current"] == "lexicon"
    assert run.json("weights", "publish", made["version"], "--anyway", "--json")["current"] == made["version"]


@pytest.mark.parametrize(
    ("before", "fold", "after", "lexicon", "refused"),
    [(0.8, 0.7, 1.0, True, True), (0.7, 0.8, 1.0, True, False), (0.9, 0.8, 1.0, False, False), (0.9, 0.7, 0.8, False, True)],
)
def test_what_runs_is_held_against_a_new_version_on_like_terms(
    before: float, fold: float, after: float, *, lexicon: bool, refused: bool
) -> None:
    told = {"running": "5.x", "before": {"accuracy": before}, "figures": {"accuracy": fold}, "after": {"accuracy": after}}
    assert bool(guard.objections(None, told, "5.x", lexicon=lexicon)) == refused
    assert not guard.objections(None, told, "5.other", lexicon=lexicon)  # judged against another version: says nothing


def test_what_staff_put_right_is_learned_and_what_residents_chose_is_not(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reading of the trail itself is proved in tests/contract/test_corrections.py."""
    at = datetime(2026, 11, 24, tzinfo=UTC)
    found = [Correction(text, label, "D1.1", at, "3.x", "staff") for text, label in messages()]
    found.append(Correction("路灯不亮，漆黑", "C1.1", "E2.3", at, "3.x", "resident"))

    async def told(_database: Database) -> list[Correction]:
        return found

    monkeypatch.setattr("app.cli.learning.corrections", told)
    assert run("migrate")[0] == 0
    made = run.json("train", "--from-corrections", "--json")
    assert made["figures"]["n"] == 120
    assert set(made["topics"]) == {label for _, label in messages()}
    assert made["changed"] == len(made["changes"])
