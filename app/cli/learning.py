"""train, evaluate, compare, weights: learned weights made, judged, published and taken back."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from app.cli.context import BAD_USAGE, FAILED, OK, Context, is_there
from app.learning import report
from app.learning.judge import judge, read_map
from app.learning.labelled import Labelled, Source, among, distinct, enough, own_labels, read
from app.learning.versions import LEXICON, NotPublishable, Versions
from app.region_pack.sheet import Fault, ImportFaults
from nlp import Language, LanguageError, build, judging, weights
from nlp.training import NothingLearned, NoTrainer
from nlp.weights import Weights
from storage import corrections
from workflow.region import Region

MAP = Path(__file__).resolve().parents[2] / "benchmarks/hotline_topics.csv"
NOTHING = "(nothing)"
Add = Callable[[str, Callable[[Context], Coroutine[Any, Any, int]], str], argparse.ArgumentParser]


def arguments(add: Add) -> None:
    made = add("train", train, "learn weights from labelled texts (CSV or XLSX: text, label); publishes nothing")
    made.add_argument("files", nargs="*", type=Path, metavar="FILE", help="labels are codes or names of topics.csv, or all of another set")
    made.add_argument("--data", action="append", type=Path, default=[], metavar="FILE", help="the same, by name")
    made.add_argument("--from-corrections", action="store_true", help="learn from what staff corrected, too")
    made.add_argument("--map", type=Path, metavar="FILE", help="CSV sub_theme,topic: what our sub-themes are called in these files")
    made.add_argument("--out", type=Path, metavar="DIR", help="where the version goes; among the city's versions if left out")
    made.add_argument("--json", action="store_true", help="print the report as JSON")
    judged = add("evaluate", evaluate, "judge the lexicon, or learned weights, on labelled texts they have not seen")
    judged.add_argument("--data", type=Path, required=True, metavar="FILE", help="CSV or XLSX: text, label")
    judged.add_argument("--weights", type=Path, metavar="DIR", help="a folder that train wrote; what is published if left out")
    judged.add_argument("--map", type=Path, metavar="FILE", help="CSV sub_theme,topic: the labels are another set's topics")
    judged.add_argument("--json", action="store_true", help="print JSON on one line")
    against = add("compare", compare, "judge two versions on the same labelled texts, and name the rows they decide otherwise")
    against.add_argument("before", type=Path, metavar="DIR", help=f'a folder or version; "{LEXICON}" for the hand-written weights alone')
    against.add_argument("after", type=Path, metavar="DIR", help="the same")
    against.add_argument("--data", type=Path, required=True, metavar="FILE", help="CSV or XLSX: text, label")
    against.add_argument("--map", type=Path, metavar="FILE", help="as for evaluate")
    against.add_argument("--json", action="store_true", help="print JSON on one line")
    kept = add("weights", versions, "list, publish or take back a version; used from the next start on")
    kept.add_argument("what", choices=["list", "publish", "rollback"])
    kept.add_argument("version", nargs="?", type=Path, metavar="DIR", help="for publish: a folder that train wrote, or a version's name")
    kept.add_argument("--json", action="store_true", help="print JSON on one line")


async def train(context: Context) -> int:
    files = [*context.args.files, *context.args.data]
    if not files and not context.args.from_corrections:
        context.console.print("name a FILE, or --from-corrections", markup=False)
        return BAD_USAGE
    region = await context.city()
    if context.args.out is not None and context.args.out.exists() and not context.args.out.is_dir():
        context.console.print(f"{context.args.out}: a file stands there: name a folder", markup=False)
        return BAD_USAGE
    try:
        sources, given = _read(files)
        if context.args.from_corrections:
            given += await _corrections(context)
        own = own_labels(given, _names(region))
        rows, repeated, contradicting = distinct(own if own is not None else given)
        enough(rows)
        language = build(context.config.region.pack / "language", region, _versions(context).current())
        topics = {label: _names(region).get(label, label) for label in sorted({row.label for row in rows})}
        with context.busy("learning"):
            made = language.learner.learn(
                ((row.text, row.label) for row in rows),
                topics,
                context.clock.now().isoformat(),
                {code: code for code in region.topics if code in topics} if own is not None else _spoken_for(context, topics),
                own=own is not None,
            )
        before = judge(rows, language.classifier) if own is not None else None
        found = report.of_training(rows, before, made.judged, sources, (repeated, contradicting))
        folder = _keep(context, made.weights, found)
    except (ImportFaults, LanguageError, NoTrainer, NothingLearned) as error:
        return _refused(context, error)
    if context.args.json:
        context.stdout.write(json.dumps({"version": made.weights.version, "folder": str(folder), **found}, ensure_ascii=False) + "\n")
        return OK
    sides = {"before": judging.figures(before)} if before else {}
    context.console.print(report.topics(made.judged, topics), report.table({**sides, "five-fold": judging.figures(made.judged)}))
    context.console.print(f"{folder}: version {made.weights.version}, {len(made.weights.words)} words; nothing is published", markup=False)
    return OK


async def _corrections(context: Context) -> list[Labelled]:
    """What staff put right: the ticket's text with the topic they gave it. Raises ImportFaults."""
    if not is_there(context.config.database.url):
        missing = "there is no database yet, so nobody has corrected a topic: name a FILE to learn from"
        raise ImportFaults([Fault("corrections", 0, missing)])
    async with context.database() as database:
        found = [one for one in await corrections(database) if one.by == "staff"]
    if not found:
        raise ImportFaults([Fault("corrections", 0, "nobody has corrected a topic yet: there is nothing to learn from")])
    return [Labelled("corrections", number, one.text, one.topic) for number, one in enumerate(found, start=1)]


def _spoken_for(context: Context, labels: Mapping[str, str]) -> dict[str, str]:
    """Which of another set's labels our sub-themes stand for: as --map says, or the table beside the benchmarks if it knows the labels.
    Raises ImportFaults."""
    table: Path = context.args.map or MAP
    if context.args.map is None and not table.exists():
        return {}
    onto = read_map(table)
    return {ours: theirs for ours, theirs in onto.items() if theirs in labels} if set(labels) <= set(onto.values()) else {}


def _keep(context: Context, made: Weights, found: Mapping[str, Any]) -> Path:
    if context.args.out is None:
        folder = _versions(context).add(made)
    else:
        folder = context.args.out
        weights.save(made, folder)
    (folder / "report.json").write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return folder


async def evaluate(context: Context) -> int:
    region = await context.city()
    try:
        rows, onto, language = _on_trial(context, region, context.args.weights)
        judged = judge(rows, language.classifier, onto)
    except (ImportFaults, LanguageError) as error:
        return _refused(context, error)
    found = judging.figures(judged)
    if context.args.json:
        context.stdout.write(json.dumps(asdict(found)) + "\n")
    else:
        context.console.print(report.topics(judged, _names(region)), report.table({language.version: found}))
    return OK


async def compare(context: Context) -> int:
    region = await context.city()
    try:
        results = []
        for one in (context.args.before, context.args.after):
            rows, onto, language = _on_trial(context, region, one)
            results.append((language.version, judge(rows, language.classifier, onto)))
    except (ImportFaults, LanguageError) as error:
        return _refused(context, error)
    figures = [judging.figures(judged) for _, judged in results]
    changes = report.changed(rows, results[0][1], results[1][1])
    if context.args.json:
        sides = {
            side: {"version": version, **asdict(found)}
            for side, (version, _), found in zip(("before", "after"), results, figures, strict=True)
        }
        context.stdout.write(json.dumps({**sides, "changed": len(changes), "changes": changes}, ensure_ascii=False) + "\n")
        return OK
    context.console.print(report.table({"before": figures[0], "after": figures[1]}))
    for change in changes[: report.MOST_CHANGES]:
        where, before, after = f"{change['file']}:{change['row']}", change["before"] or NOTHING, change["after"] or NOTHING
        context.console.print(f"{where}: {change['label']}: {before} → {after}", markup=False)
    return OK


async def versions(context: Context) -> int:
    kept = _versions(context)
    region = await context.city()
    try:
        if context.args.what == "publish":
            if context.args.version is None:
                context.console.print("name the folder or the version", markup=False)
                return BAD_USAGE
            kept.publish(context.args.version, region.topics)
        elif context.args.what == "rollback":
            kept.roll_back()
    except (LanguageError, NotPublishable) as error:
        return _refused(context, error)
    published = kept.published()
    current = published[-1] if published else LEXICON
    if context.args.json:
        context.stdout.write(json.dumps({"current": current, "published": list(published), "kept": list(kept.kept())}) + "\n")
        return OK
    for name in kept.kept():
        context.stdout.write(f"{name}{' (in use from the next start on)' if name == current else ''}\n")
    context.stdout.write(f"current: {current}\n")
    return OK


def _on_trial(context: Context, region: Region, named: Path | None) -> tuple[Sequence[Labelled], Mapping[str, str] | None, Language]:
    """Rows, the map their labels need, and what is to be judged. Raises ImportFaults or LanguageError."""
    _, rows = read(context.args.data)
    found = _versions(context).named(named)
    language = build(context.config.region.pack / "language", region, found)
    if found is not None and not found.manifest.own:
        among(rows, found.manifest.topics, "the weights were not learned from it")
        return rows, None, language
    own = own_labels(rows, _names(region)) if context.args.map is None else None
    if own is not None:
        return own, None, language
    table = context.args.map or MAP
    onto = read_map(table)
    among(rows, set(onto.values()), f"it is neither in topics.csv nor in {table.name}; see --map")
    return rows, onto, language


def _versions(context: Context) -> Versions:
    return Versions(context.config.language.weights)


def _names(region: Region) -> dict[str, str]:
    return {code: topic.name for code, topic in region.topics.items()}


def _read(files: Iterable[Path]) -> tuple[list[Source], list[Labelled]]:
    sources: list[Source] = []
    rows: list[Labelled] = []
    for file in files:
        source, found = read(file)
        sources.append(source)
        rows += found
    return sources, rows


def _refused(context: Context, error: Exception) -> int:
    if isinstance(error, NoTrainer):
        context.console.print("training needs scikit-learn: python -m pip install -e '.[train]'", markup=False)
        return FAILED
    if isinstance(error, NothingLearned):
        context.console.print("nothing was learned: no word stands in enough of these texts; give more texts of each topic", markup=False)
        return FAILED
    for fault in error.faults if isinstance(error, ImportFaults) else (error,):
        context.console.print(str(fault), markup=False)
    return FAILED
