"""What the last texts were understood as: an update asks twice, once whether somebody is in danger and once to fill the draft."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from workflow.ports import Classifier
from workflow.understanding import Understanding

MOST, LETTERS = 64, 64 * 1024
"""Texts, and code points of all of them together: as many as are heard at once."""


class RememberedClassifier:
    """Fits `workflow.ports.Classifier`. A reading depends on nothing but the text and the classifier, which never changes: weights that are
    exchanged make another one. So it is the same whoever wrote the text. What is asked for again is forgotten with the answer; the rest
    goes when as many other texts were read. Safe to ask from several threads."""

    def __init__(self, classifier: Classifier, most: int = MOST, letters: int = LETTERS) -> None:
        self._classifier = classifier
        self._most, self._letters = most, letters
        self._known: OrderedDict[str, Understanding] = OrderedDict()
        self._held = 0
        self._lock = Lock()

    def understand(self, text: str) -> Understanding:
        with self._lock:
            known = self._known.pop(text, None)
            if known is not None:
                self._held -= len(text)
                return known
        read = self._classifier.understand(text)
        with self._lock:
            self._keep(text, read)
        return read

    def _keep(self, text: str, read: Understanding) -> None:
        if text not in self._known:
            self._known[text] = read
            self._held += len(text)
        while len(self._known) > self._most or self._held > self._letters:
            oldest, _ = self._known.popitem(last=False)
            self._held -= len(oldest)
