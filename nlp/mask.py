"""Hides personal data in a text before others see it: fits `workflow.ports.Masker`."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from nlp.tables import read

KINDS = (
    "plate", "plate_end", "before_name", "before_colon", "before_self", "surname", "after_surname", "not_name", "account", "one", "numeral",
    "title", "not_titled", "leading",
)  # fmt: skip
SELF_END = r"(?=[\s,，。.;；!！、]|$)"
GAP = r"[\s\-‐-―－.·_\u00ad\u200b-\u200f\u2060\ufeff]{0,4}"
MOBILE = re.compile(
    rf"(?<!\d)(?:\+?86{GAP})?(?:[(（](?=1\d\d[)）]))?(1[3-9]\d)(?:[)）])?((?:{GAP}\d){{4}})((?:{GAP}\d){{4}})(?!\d)"
)
LISTED_MOBILE = re.compile(r"(?<![\d,，])(1[3-9]\d)[,，、/]\d{4}[,，、/](\d{4})(?!\d)")
NEIGHBOUR = re.compile(rf"(?<![\dA-Za-z])(\+?(?:00)?85[23]{GAP})[2-9]\d{{3}}{GAP}(\d{{4}})(?!\d)")  # Hong Kong and Macau
PASSPORT = re.compile(r"(?<![A-Za-z0-9])([EGDSPKHMCegdspkhmc][A-Za-z]?)\d{7,8}(?!\d)")
LANDLINE = re.compile(r"(?<!\d)(0\d{2,3})([\s\-－]?)(\d{7,8})(?!\d)")
IDENTITY = re.compile(rf"(?<!\d)(\d{{4}})((?:{GAP}\d){{13}})({GAP}[\dXxＸｘ])(?![\dA-Za-z])")
# Born from 1920 on: a grid's code has 15 digits too, and there the number of the town stands at the place of the year.
OLD_IDENTITY = re.compile(r"(?<!\d)(\d{4})\d{2}[2-9]\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}(?!\d)")
CARD = re.compile(rf"(?<!\d)\d(?:{GAP}\d){{14,17}}(?:{GAP}\d)(?!\d)")
EMAIL = re.compile(r"(?<![A-Za-z0-9._%+\-])([A-Za-z0-9])[A-Za-z0-9._%+\-]{0,63}@(?=[A-Za-z0-9\-]{1,63}\.[A-Za-z0-9.\-]{2,})")
GAPS = re.compile(GAP)
DIGIT = re.compile(r"\d")
FEWEST = 7
"""Digits that any number has of which most are hidden; the account of a messenger may have a single one."""
FEWEST_SPELT = 11


class PersonalDataMasker:
    def __init__(self, words: dict[str, list[str]], mark: str) -> None:
        """`words` by kind, from personal.csv; `mark` stands for a hidden given name."""
        self._mark = mark
        plates, last = "".join(words["plate"]), "".join(words["plate_end"])
        self._plate = re.compile(
            rf"([{plates}][A-HJ-NP-Za-hj-np-z])[·•.\s\-]?(?:[A-HJ-NP-Za-hj-np-z0-9]{{5,6}}(?![A-Za-z0-9])|[A-Za-z0-9]{{4}}(?=[_{last}]))"
        )
        one, numerals = "".join(words["one"]), "".join(words["numeral"])
        self._spelt = _spelt(one, numerals)
        self._figure = re.compile(rf"[\d{one}{numerals}]")
        self._names = _names(words)
        self._titled = _titled(words)
        self._title = re.compile(_any(words["title"]))
        accounts = _any(sorted(words["account"], key=len, reverse=True))
        between = r"[\s:：是为号]{0,3}"
        self._account = (
            re.compile(rf"({accounts}{between})(?:\d{{5,11}}(?!\d)|(?=[\w-]{{0,18}}[\d_])[A-Za-z][\w-]{{5,19}})", re.IGNORECASE | re.ASCII)
            if words["account"]
            else None
        )

    def mask(self, text: str) -> str:
        """Phones as 138****5678 (also in Chinese numerals), ID numbers, passports, cards, plates, accounts, mail addresses, and
        names said after a word such as "name". A text without any stays as it is; a masked one too. Never raises."""
        plain = DIGIT.sub(lambda m: str(unicodedata.decimal(m[0])), text)
        masked = self._masked(plain)
        return text if masked == plain else masked

    def _masked(self, text: str) -> str:
        """What a text has too few digits for, or no title, is not looked for in it: nothing that is hidden adds any."""
        figures = len(self._figure.findall(text))
        digits = sum(map(text.count, "0123456789")) if figures else 0
        if "@" in text:
            text = EMAIL.sub(r"\1***@", text)
        if digits >= FEWEST:
            text = IDENTITY.sub(lambda m: m[1] + "*" * 14, text)
            text = OLD_IDENTITY.sub(lambda m: m[1] + "*" * 11, text)
            text = MOBILE.sub(lambda m: m[1] + "****" + _digits(m[3]), text)
            text = LISTED_MOBILE.sub(r"\1****\2", text)
        if figures >= FEWEST_SPELT:
            text = self._spelt.sub(lambda m: GAPS.sub("", m[1]) + "****" + GAPS.sub("", m[2]), text)
        if digits >= FEWEST:
            text = CARD.sub(lambda m: "*" * 12 + _digits(m[0])[-4:], text)
            text = NEIGHBOUR.sub(r"\1****\2", text)
            text = PASSPORT.sub(r"\1*******", text)
        if self._account and (digits or "_" in text):
            text = self._account.sub(r"\1****", text)
        if digits >= FEWEST:
            text = LANDLINE.sub(lambda m: m[1] + m[2] + "****" + m[3][-3:], text)
        text = self._plate.sub(lambda m: m[1] + "*****", text)
        for names in self._names:
            text = names.sub(lambda m: m[1] + m[2] + self._mark, text)
        if self._titled and self._title.search(text):
            text = self._titled.sub(r"\1", text)
        return text


def _spelt(one: str, numerals: str) -> re.Pattern[str]:
    """Mobile numbers with some or all digits in words: `one` are words for 1, `numerals` those for any digit."""
    digit = rf"[\d{one}{numerals}]"
    start = rf"[1{one}]{GAP}[3-9{numerals}]{GAP}{digit}"
    return re.compile(rf"(?<!{digit})({start})(?:{GAP}{digit}){{4}}((?:{GAP}{digit}){{4}})(?!{digit})")


def _names(words: dict[str, list[str]]) -> list[re.Pattern[str]]:
    """What leads to a name, the surname, and the given name to be hidden."""
    surname = _any(sorted(words["surname"], key=len, reverse=True))
    given = f"(?!{_any([*words['not_name'], words['after_surname'][0]])})[㐀-鿿]{{1,2}}"
    led = (
        (words["before_name"], r"[\s:：是为]{0,3}", ""),
        (words["before_colon"], r"\s?[:：]\s?", ""),
        (words["before_self"], "", SELF_END),
    )
    return [
        re.compile(rf"({_any(sorted(before, key=len, reverse=True))}{between})({surname}){given}{end}")
        for before, between, end in led
        if before
    ]


def _titled(words: dict[str, list[str]]) -> re.Pattern[str] | None:
    """A surname and the given name to be hidden, before a polite title; the surname stays before the title, as people say it. Not words
    that begin with a surname, nor a word such as "to" before another's surname."""
    if not words["title"]:
        return None
    title = _any(sorted(words["title"], key=len, reverse=True))
    surname = _any(sorted(words["surname"], key=len, reverse=True))
    whole = [*words["not_titled"], *(name for name in words["surname"] if len(name) > 1)]
    leading = f"(?!{_any(words['leading'])}{surname})" if words["leading"] else ""
    given = f"(?!{_any([*words['not_name'], *words['title'], words['after_surname'][0]])})[㐀-鿿]{{1,2}}?"
    first = f"(?=[{re.escape(''.join({name[0] for name in words['surname']}))}])"  # most characters begin no surname
    return re.compile(f"{first}(?!{_any(whole)}{title}){leading}({surname}){given}(?={title})")


def _digits(text: str) -> str:
    return "".join(DIGIT.findall(text))


def _any(words: list[str]) -> str:
    return "(?:" + "|".join(map(re.escape, words)) + ")"


def load(path: Path) -> PersonalDataMasker:
    """Reads personal.csv: kind,word. Raises LanguageError."""
    words: dict[str, list[str]] = {kind: [] for kind in KINDS}
    rows = read(path, ("kind", "word"))
    for row in rows:
        words[row.one_of("kind", KINDS)].append(row.need("word"))
    for kind in ("plate", "before_name", "surname", "after_surname"):
        if not words[kind]:
            raise rows[-1].wrong(f"no row of kind {kind}")
    return PersonalDataMasker(words, words["after_surname"][0])
