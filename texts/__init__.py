"""Message catalogues: every sentence a person reads, in every language. Imports nothing of ours.

    texts/<language>/<file>.toml      flat: "staff.help" = "…"; <b> and <i> allowed; {named} placeholders

`say` gives HTML for a message: parameters are escaped, unless they are `Html`. `label` gives plain text for buttons, toasts and
parameters of other sentences.
"""

from __future__ import annotations

import html
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

LANGUAGES = ("zh-Hans", "zh-Hant", "en")
FIRST = "zh-Hans"
_FOLDER = Path(__file__).parent
_TAG = re.compile(r"</?[bi]>")


class Html(str):
    """Text that is markup already: not escaped again."""

    __slots__ = ()


class UnknownSentence(LookupError):
    """A key without a sentence, or a placeholder without a value: a fault of ours, raised only by strict catalogues."""


class _Values(dict[str, str]):
    """In production a forgotten parameter leaves a gap, never a crash."""

    def __missing__(self, key: str) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class Texts:
    """language → key → sentence. `strict` raises `UnknownSentence` where production falls back."""

    catalogues: Mapping[str, Mapping[str, str]]
    strict: bool = False

    def say(self, language: str, key: str, **params: object) -> str:
        """The sentence as HTML. An unknown key falls back to 简体, then to the key itself."""
        values = {name: value if isinstance(value, Html) else html.escape(str(value)) for name, value in params.items()}
        return self._filled(self._sentence(language, key), key, values)

    def label(self, language: str, key: str, **params: object) -> str:
        """The sentence as plain text: no markup, nothing escaped."""
        values = {name: str(value) for name, value in params.items()}
        return self._filled(_TAG.sub("", self._sentence(language, key)), key, values)

    def has(self, key: str) -> bool:
        return key in self.catalogues[FIRST]

    def _sentence(self, language: str, key: str) -> str:
        found = self.catalogues.get(language, {}).get(key)
        if found is None:
            if self.strict:
                raise UnknownSentence(f"{language}: {key}")
            found = self.catalogues[FIRST].get(key, key)
        return found

    def _filled(self, sentence: str, key: str, values: dict[str, str]) -> str:
        if not self.strict:
            return sentence.format_map(_Values(values))
        try:
            return sentence.format_map(values)
        except KeyError as error:
            raise UnknownSentence(f"{key}: no value for {error}") from error


def load(extra: Mapping[str, Mapping[str, str]] | None = None, *, strict: bool = False) -> Texts:
    """Reads all catalogues. `extra` (language → key → sentence) are the region's own sentences; they win.

    Raises ValueError for a key that stands in two files of one language.
    """
    found: dict[str, Mapping[str, str]] = {}
    for language in LANGUAGES:
        found[language] = {**_read(_FOLDER / language), **((extra or {}).get(language, {}))}
    return Texts(found, strict)


def _read(folder: Path) -> dict[str, str]:
    sentences: dict[str, str] = {}
    for path in sorted(folder.glob("*.toml")):
        for key, sentence in tomllib.loads(path.read_text(encoding="utf-8")).items():
            if key in sentences or not isinstance(sentence, str):
                raise ValueError(f"{path.parent.name}/{path.name}: {key} is there twice or is no sentence")
            sentences[key] = sentence
    return sentences


def language_of(hint: str) -> str:
    """The nearest of our languages for a BCP 47 tag; 简体 for none or an unknown one."""
    tag = hint.strip().replace("_", "-").lower()
    if tag.startswith("en"):
        return "en"
    if tag.startswith(("zh", "yue")) and any(part in tag.split("-") for part in ("hant", "hk", "mo", "tw")):
        return "zh-Hant"
    return FIRST
