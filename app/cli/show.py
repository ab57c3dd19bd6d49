"""How a text is read, for somebody at a terminal: the words marked in it, then each decision with what spoke for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from rich.console import Console
from rich.text import Text

from app.cli.context import OK, Context
from web.console import reading
from web.console.marks import MaskedText, Piece
from web.console.reading import Word
from workflow import evidence
from workflow.understanding import Located, Understanding

_STYLES = ("", "underline", "underline", "bold underline")
_NOTHING = Understanding("", "", "")


def each_line(context: Context, locate: Callable[[str], Located], understand: Callable[[str], Understanding] | None = None) -> int:
    """The same words in a file as on a terminal: a mark is a bracket with what it speaks for, never a colour alone."""
    out = Console(file=context.stdout, highlight=False, soft_wrap=True)
    for line in context.stdin:
        text = line.rstrip("\r\n")
        found, located = understand(text) if understand is not None else None, locate(text)
        view = reading.of(evidence.again(evidence.kept(found or _NOTHING, located)), MaskedText(text, _printable))
        if view.said is not None:
            out.print(_marked(view.said.pieces))
            for row in _decisions(view, found) if found is not None else ():
                out.print(row)
            where = " / ".join(guess.path for guess in located.candidates) or _printable(located.outside_name)
            out.print(_row("place", f"{located.decision} {where}".rstrip(), view.said.place))
        out.print()
    return OK


def _printable(text: str) -> str:
    """Nothing a text holds may steer the terminal."""
    return "".join(char if char.isprintable() else "\ufffd" for char in text)


def _marked(pieces: Sequence[Piece]) -> Text:
    line = Text()
    for piece in pieces:
        if piece.part > 1:
            line.append("‖ ", "dim")
        if piece.kinds:
            line.append("[", "dim").append(piece.text, _STYLES[piece.strength]).append(f"|{' '.join(piece.kinds)}]", "dim")
        else:
            line.append(piece.text)
    return line


def _decisions(view: reading.Reading, found: Understanding) -> Iterator[Text]:
    yield Text(f"  {found.procedure} · {found.version}")
    for row, guess in zip(view.topics, found.topics, strict=False):
        yield _row(str(row.number), f"{row.code} {guess.name} {guess.confidence:.0%}  {row.score or 0:.2f}", row.words)
    yield _row("intent", found.intent_name or found.intent, view.said.intent if view.said else ())
    for flag in found.flags:
        yield Text(f"  flag   {flag.tier} {flag.code} {_printable(flag.text)}")


def _row(name: str, what: str, words: Sequence[Word]) -> Text:
    because = "  ".join(f"{'…' if word.rest else word.text} {word.weight:+.2f}" for word in words)
    return Text(f"  {name:6} {what}" + (f" = {because}" if because else ""))
