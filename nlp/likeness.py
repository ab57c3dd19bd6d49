"""What a text is about as a few hashes: fits `workflow.ports.Likeness`. The text comes masked; places, fillers and words of asking are left
out, because matters that are compared lie in one place and are asked for alike."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator, Sequence
from hashlib import blake2s
from itertools import accumulate
from pathlib import Path

from nlp.normalise import Normaliser
from nlp.scan import Scan
from nlp.segment import Segmenter
from nlp.tables import read
from workflow.alike import Gist

MOST = 600  # code points looked at: enough to know an event, and no text holds up the others
KEPT = 48  # words of a gist, the heaviest
EVERYDAY = 6.0  # a rarity up to which a word says nothing: grammar
ODD = 2  # the weight of two characters that only stand side by side
SHORT = 20  # code points under which equal words are no copy of one text
FEW = 8  # words likewise
HIDDEN = "某"  # stands for a given name that was hidden
NAME = 2  # characters of a spot's name


class TokenLikeness:
    def __init__(
        self, normalise: Normaliser, segmenter: Segmenter, places: Collection[str], fillers: Collection[str], spots: Collection[str],
        either: Collection[tuple[str, ...]],
    ) -> None:  # fmt: skip
        """`places`, `fillers`: words that are left out; `spots`: words that end the name of an exact spot; `either`: names of spots that
        rule each other out."""
        self._normalise = normalise
        self._segmenter = segmenter
        self._places = places
        self._fillers = frozenset(normalise(word).text for word in fillers)
        self._spots = Scan(normalise(word).text for word in spots)
        self._either = {normalise(word).text: names[0] for names in either for word in names}
        self._either_words = Scan(self._either)

    def gist(self, text: str) -> Gist:
        """Never raises, whatever the text."""
        normal = self._normalise(text[:MOST])
        tokens = self._segmenter.cut(normal.text)
        weights = dict(self._weighed(tokens))
        best = sorted(weights.items(), key=lambda item: (-item[1], item[0]))[:KEPT]
        words = tuple((_hash(word), weight) for word, weight in best if weight)
        return Gist(self._whole(normal.text, tokens), words, tuple(dict.fromkeys(self._spotted(normal.text, tokens))))

    def _weighed(self, tokens: Sequence[str]) -> Iterator[tuple[str, int]]:
        """Words of one or two characters as they are, longer ones by their pairs: so 小区|电梯坏 and 小区电梯|坏 are alike."""
        for token in dict.fromkeys(tokens):
            counted = len(token) <= 2 and unicodedata.numeric(token[0], None) is not None
            if counted or not token.isalnum() or token in self._places or token in self._fillers:
                continue
            pieces = [token] if len(token) <= 2 or token.isascii() else [token[at : at + 2] for at in range(len(token) - 1)]
            for piece in pieces:
                if piece not in self._fillers:
                    yield piece, self._weight(piece)

    def _weight(self, piece: str) -> int:
        rarity = self._segmenter.rarity(piece)
        if rarity is None:
            return ODD * (2 if piece.isascii() else 1)
        heavy = max(0.0, rarity - EVERYDAY)
        return round(heavy if len(piece) > 1 else heavy / 2)

    def _whole(self, text: str, tokens: Sequence[str]) -> str:
        """Equal for copies of one text: the same words in the same order, but for numbers (with what they count), places and hidden names,
        where each puts in their own."""
        said: list[str] = []
        numbered = False
        for token in filter(str.isalnum, tokens):
            number = any(char.isdecimal() for char in token)
            if token.endswith(HIDDEN):
                del said[len(said) - (token == HIDDEN) :]
            elif not number and token not in self._places and not (numbered and len(token) == 1):
                said.append(token)
            numbered = number
        if len(text) < SHORT or sum(len(token) > 1 for token in said) < FEW:
            return ""
        return blake2s("\n".join(said).encode(), digest_size=16).hexdigest()

    def _spotted(self, text: str, tokens: Sequence[str]) -> Iterator[tuple[int, int]]:
        edges = frozenset(accumulate(map(len, tokens)))
        for start, end in self._spots.longest(text):
            if end in edges and (name := _name_before(text, start)):
                yield _hash(text[start:end]), _hash(name)
        for start, end in self._either_words.longest(text):
            yield _hash(self._either[text[start:end]]), _hash(text[start:end])


def _name_before(text: str, end: int) -> str:
    """A number before a mark in one spelling, else the two characters before it; "" for none."""
    start = end
    while start and (unicodedata.numeric(text[start - 1], None) is not None):
        start -= 1
    if start < end:
        return _number(text[start:end])
    while start and end - start < NAME and text[start - 1].isalnum():
        start -= 1
    return text[start:end] if end - start == NAME or start == 0 else ""


def _number(digits: str) -> str:
    """3 and its Chinese numeral alike; tens and hundreds multiply what stands before them."""
    if digits.isdecimal():
        return str(int(digits))
    total, last = 0, 0
    for digit in (int(unicodedata.numeric(char, 0)) for char in digits):
        if digit < 10:
            last = last * 10 + digit
        else:
            total, last = total + (last or 1) * digit, 0
    return str(total + last)


def _hash(word: str) -> int:
    return int.from_bytes(blake2s(word.encode(), digest_size=4).digest(), "big")


def load(path: Path, normalise: Normaliser, segmenter: Segmenter, places: Collection[str], asking: Collection[str]) -> TokenLikeness:
    """Reads alike.csv: kind,word. `asking`: words that only say what is wanted. Raises LanguageError."""
    words: dict[str, set[tuple[str, ...]]] = {"filler": {(word,) for word in asking}, "spot": set(), "either": set()}
    for row in read(path, ("kind", "word")):
        row.need("word")
        words[row.one_of("kind", tuple(words))].add(row.several("word"))
    fillers, spots = ({word for listed in words[kind] for word in listed} for kind in ("filler", "spot"))
    return TokenLikeness(normalise, segmenter, places, fillers, spots, words["either"])
