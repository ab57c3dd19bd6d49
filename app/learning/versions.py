"""Which learned weights a city works with: versions in a folder, one of them published; taken back in one step.

`published.txt` names them, the newest last; an empty or absent file means the hand-written lexicon alone. A process that runs keeps
what it loaded.
"""

from __future__ import annotations

import logging
import os
import secrets
import shutil
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from nlp import LanguageError, weights
from nlp.weights import Weights
from workflow.region import Region

LEXICON = "lexicon"
"""What the hand-written weights alone are called among versions."""
_LIST = "published.txt"
_LOG = logging.getLogger(__name__)


class NotPublishable(ValueError):
    """Nothing was changed; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Versions:
    folder: Path

    def published(self) -> tuple[str, ...]:
        """Versions in the order they were published; the last one is in use. Raises LanguageError if the list can't be read."""
        try:
            lines = (self.folder / _LIST).read_text(encoding="utf-8").split()
        except FileNotFoundError:
            return ()
        except (OSError, UnicodeDecodeError) as error:
            raise LanguageError(_LIST, 0, f"can't be read ({type(error).__name__}): delete it and publish a version anew") from error
        return tuple(line for line in lines if (self.folder / line).parent == self.folder)

    def kept(self) -> tuple[str, ...]:
        """Every version in the folder, by name."""
        found = self.folder.glob(f"*/{weights.MANIFEST}") if self.folder.is_dir() else ()
        return tuple(sorted(path.parent.name for path in found))

    def current(self) -> Weights | None:
        """The published weights. Raises LanguageError if they can't be used, or are no longer what was published."""
        published = self.published()
        if not published:
            return None
        found = weights.load(self.folder / published[-1])
        if found.version != published[-1]:
            raise LanguageError(
                weights.TABLE, 0,
                f"folder {published[-1]} now holds version {found.version}: it was changed by hand. To use it so: "
                f"python -m app weights publish {published[-1]}; to undo it: python -m app weights rollback",
            )  # fmt: skip
        return found

    def named(self, version: Path | None) -> Weights | None:
        """A folder that `train` wrote, a kept version by its name, None for the lexicon by its; what is published if None is given.
        Raises LanguageError."""
        if version is None:
            return self.current()
        if str(version) == LEXICON:
            return None
        kept = self.folder / version
        return weights.load(kept if not version.is_dir() and kept.is_dir() else version)

    def add(self, made: Weights) -> Path:
        """Keeps a version without publishing it; its folder. Raises OSError."""
        place = self.folder / made.version
        weights.save(made, place)
        return place

    def publish(self, source: Path, topics: Collection[str]) -> str:
        """`source`: a folder that `train` wrote, or the name of a kept version. `topics`: codes of the city's. Returns the
        version. Raises LanguageError or NotPublishable; then the published version stays."""
        kept = self.folder / source
        folder = kept if not source.is_dir() and kept.is_dir() else source
        found = weights.load(folder)
        _fits(found, topics)
        published = self.published()
        if published[-1:] == (found.version,):
            return found.version
        place = self.folder / found.version
        if place.resolve() != folder.resolve():
            shutil.copytree(folder, place, dirs_exist_ok=True)
        self._write((*published, found.version))
        return found.version

    def roll_back(self) -> str:
        """Takes the last version back; the one in use then, "" for the lexicon alone. Raises NotPublishable."""
        published = self.published()
        if not published:
            raise NotPublishable("no version is published: the hand-written lexicon works alone")
        self._write(published[:-1])
        return published[-2] if len(published) > 1 else ""

    def _write(self, published: tuple[str, ...]) -> None:
        """All or nothing: a torn list would name no version."""
        self.folder.mkdir(parents=True, exist_ok=True)
        new = self.folder / f"{_LIST}.{secrets.token_hex(4)}"  # two may publish at once: the last one's list stands, whole
        with new.open("w", encoding="utf-8") as file:
            file.write("".join(f"{version}\n" for version in published))
            file.flush()
            os.fsync(file.fileno())
        new.replace(self.folder / _LIST)


def in_use(folder: Path, region: Region) -> Weights | None:
    """The published weights. A version that can't be used is logged and left: the lexicon serves on alone, and `check` says so (C009)."""
    try:
        found = Versions(folder).current()
        if found is not None:
            _fits(found, region.topics)
    except (LanguageError, NotPublishable) as error:
        _LOG.exception("C009 published weights are not used", extra={"reason": str(error)})
        return None
    return found


def _fits(found: Weights, topics: Collection[str]) -> None:
    if not found.manifest.own:
        raise NotPublishable("these weights know labels that are not this city's: train with codes of topics.csv as labels")
    strange = sorted({*found.manifest.topics, *found.manifest.onto} - set(topics))
    if strange:
        raise NotPublishable(f"the weights know topics that topics.csv no longer has: {', '.join(strange[:8])}; train anew")
