"""Every sentence stands in texts/, in every language, with the same blanks to fill."""

from __future__ import annotations

import ast
import re
import string
import tomllib
from collections.abc import Iterator
from functools import cache

import pytest

from tests.architecture.tree import ROOMS, ROOT, Module, modules
from workflow.errors import Refusal
from workflow.model import Outcome, Procedure, Role
from workflow.states import Phase, State

LANGUAGES = ("zh-Hans", "zh-Hant", "en")
SENTENCE = re.compile(r"[㐀-鿿]{4,}")
TAG = re.compile(r"</?([a-z]+)>")


@cache
def catalogue(language: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for path in sorted((ROOT / "texts" / language).glob("*.toml")):
        found |= tomllib.loads(path.read_text("utf-8"))
    return found


def blanks(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def _docstrings(tree: ast.Module) -> set[int]:
    """Ids of docstrings, also those that stand below a name."""
    return {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)}


def _literals(module: Module) -> Iterator[tuple[int, str]]:
    documentation = _docstrings(module.tree)
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            yield node.lineno, node.value


def test_no_sentence_stands_in_code() -> None:
    found = [f"{m.name}:{line}: {text[:20]}" for m in modules(*ROOMS) for line, text in _literals(m) if SENTENCE.search(text)]
    assert found == []


def test_no_sentence_stands_in_a_script() -> None:
    """Nor in the pages: templates and scripts take theirs from the catalogues."""
    pages = [path for room in ROOMS for kind in ("*.html", "*.js", "*.jinja", "*.j2") for path in (ROOT / room).rglob(kind)]
    assert [path.relative_to(ROOT).as_posix() for path in pages if SENTENCE.search(path.read_text("utf-8"))] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_is_a_catalogue(language: str) -> None:
    assert catalogue(language)


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_every_language_has_the_same_keys(language: str) -> None:
    first, other = catalogue(LANGUAGES[0]).keys(), catalogue(language).keys()
    assert sorted(first - other) == [], "missing"
    assert sorted(other - first) == [], "only here"


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_every_language_has_the_same_blanks_and_tags(language: str) -> None:
    first, other = catalogue(LANGUAGES[0]), catalogue(language)
    both = first.keys() & other.keys()
    assert {key: blanks(first[key]) ^ blanks(other[key]) for key in both if blanks(first[key]) != blanks(other[key])} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_are_sound(language: str) -> None:
    for key, sentence in catalogue(language).items():
        assert sentence.strip(), key
        assert all(re.fullmatch(r"[a-z][a-z_0-9]*", blank) for blank in blanks(sentence)), key
        assert set(TAG.findall(sentence)) <= {"b", "i"}, key
        for tag in "bi":
            assert sentence.count(f"<{tag}>") == sentence.count(f"</{tag}>"), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_the_domain_has_its_sentence(language: str) -> None:
    wanted = {
        *(f"refused.{refusal}" for refusal in Refusal),
        *(f"state.{state}" for state in State),
        *(f"phase.{phase}" for phase in Phase),
        *(f"outcome.{outcome}" for outcome in Outcome),
        *(f"procedure.{procedure}" for procedure in Procedure),
        *(f"role.{role}" for role in Role),
    }
    assert sorted(wanted - catalogue(language).keys()) == []


def test_nobody_is_called_a_troublemaker() -> None:
    """上访 is a right: words that brand petitioners are not ours."""
    banned = ("上访户", "维稳", "缠访", "闹访")
    assert [key for language in LANGUAGES for key, text in catalogue(language).items() if any(word in text for word in banned)] == []
