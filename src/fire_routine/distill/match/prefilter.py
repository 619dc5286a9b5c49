"""Which raw lines are worth a look."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import cast

from ...patterns import pattern
from ..lines.clean import CARET, ESCAPE, numbered
from ..lines.multi_search import Literals
from ..noise.passed_tests import LEADING, PASSED
from ..noise.successful_runs import LITERALS
from ..rules import ANYWHERE, entries
from ..rules.keywords import BEGIN
from ..rules.schema import is_anywhere
from ..steps.markers import GITHUB_MARKS, OTHER_MARKS

# Bits for what a line's literals show: of steps, of tests, and from `RUNS` on of runs, one bit per tool.
OF_GITHUB, OF_OTHERS, OF_PASSED = 1 << 0, 1 << 1, 1 << 2
RUNS = 3
_MARKS = (
    {literal: 1 << RUNS + tool for tool, literals in enumerate(LITERALS) for literal in literals}
    | dict.fromkeys(PASSED, OF_PASSED)
    | dict.fromkeys(OTHER_MARKS, OF_OTHERS)
    | dict.fromkeys(GITHUB_MARKS, OF_GITHUB)
)


def _folded(code: int) -> int:
    """Lower-case letters; digits become `0`; what a line's text may follow becomes a line's end; few bytes
    beyond ASCII. The fewer different literals there are, the faster is the search. A rule's expression
    distinguishes what is equal then."""
    if chr(code) in "0123456789":
        return ord("0")
    if chr(code) in "\r\x07":
        return ord("\n")
    return ord(chr(code).lower()) if code < 128 else 128 + code % 16


FOLD = bytes(map(_folded, range(256)))
# Red is an error in every tool: an escape sequence, or what stands for one, that sets the colour.
_RED, _RED_CARETS = (pattern(start + rb"\[(?:[0-9;]{0,20};)?[39]1[;m]") for start in (rb"\x1b", rb"\^\["))
_RED_ENDS = Literals(colour + end for colour in (b"31", b"91") for end in (b"m", b";"))
_RED_SIZE = 32  # bytes that it may take
# What a line's text follows: another line, a timestamp, what other tools put before it; an indentation.
# Escape sequences are searched, too, since to take them off takes longer: so it may follow the end of one,
# which sets a colour or erases a line.
_ESCAPED = (b"0m", b"[m", b"0k", b"[k")
_BEFORE = (b"\n", b"z ", b"] ", b"| ", b": ", b"0 ", "▸ ".encode().translate(FOLD), *_ESCAPED)
_INDENTATIONS = (b"\n ", b"  ", b"\t", *(end + b" " for end in _ESCAPED))
_FOUND = pattern(b"|".join(ANYWHERE))  # what holds one of these is found by it
_PLACE, _COLOURED = b":0", b"\x1b[0m:0"  # a file's name may have a colour of its own


def searched(keywords: Sequence[str]) -> list[bytes]:
    """The texts of keywords, as they are looked for in folded lines."""
    return "\0".join(keywords).replace(BEGIN, "").encode().translate(FOLD).split(b"\0") if keywords else []


def _beginnings(text: bytes, indented: bool) -> list[bytes]:
    """Literals for a line that begins with the text."""
    before = (*_BEFORE, *_INDENTATIONS) if indented else _BEFORE
    return [start + text for start in before]


@cache
def _formats() -> Literals:
    """What makes a line worth a look wherever it is."""
    texts = [mark.translate(FOLD) for mark in _MARKS if mark not in LEADING]
    for mark in LEADING:
        texts += _beginnings(mark.translate(FOLD), indented=False)
    texts = [text for text in texts if not _FOUND.search(text)]
    for fields in entries():
        if not is_anywhere(fields["tier"], fields["weight"], "until" in fields):
            continue
        keywords = fields["keywords"]
        for keyword, text in zip(keywords, searched(keywords), strict=True):
            if _FOUND.search(text):
                continue
            if keyword.startswith(BEGIN):
                texts += _beginnings(text, fields.get("may_be_indented", False))
            else:
                texts.append(text)
                if _PLACE in text:
                    texts.append(text.replace(_PLACE, _COLOURED, 1))
    return Literals((*ANYWHERE, *texts))


def red_places(raw: bytes) -> list[int]:
    """Where raw lines become red, the first place in each."""
    if ESCAPE in raw:
        start, red = b"\x1b", _RED
    elif CARET in raw and raw.find(b"^[[") >= 0:
        start, red = b"^[", _RED_CARETS
    else:
        return []
    found: list[int] = []
    edge = 0  # the end of the last line that is
    for end in _RED_ENDS.ends(raw):
        begin = raw.rfind(start, max(end - _RED_SIZE, edge), end)
        if begin >= 0 and red.match(raw, begin):
            found.append(begin)
            edge = raw.find(b"\n", end)
            if edge < 0:
                break
    return found


@cache
def _marks() -> Literals:
    return Literals(_MARKS)


def marks_among(lines: Sequence[bytes]) -> dict[int, int]:
    """The places of the lines that may be marks, and of what (`OF_GITHUB` and the others, added)."""
    marks = _marks()
    return {
        at: sum({_MARKS[marks.literals[which]] for which in held})
        for at, held in marks.among(lines, b"\n".join(lines)).items()
    }


def worth_a_look(raw: bytes, first: int = 0) -> list[int]:
    """The numbers of the raw lines that may be marks, or that a rule may take wherever they are. Few are.

    Args:
        raw: the lines, each with a line's end before it.
        first: the number of the first of them.
    """
    # Of `bytes`, each one is also compared with what becomes of it, which takes twice as long.
    places = _formats().ends(cast("bytes", bytearray(raw).translate(FOLD)))
    reds = red_places(raw)
    return numbered(raw, sorted([*places, *reds]) if reds else places, first - 1)
