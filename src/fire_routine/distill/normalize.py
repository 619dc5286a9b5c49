"""Lines without what differs between equal ones: in one log, and in another run of the same failure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ..patterns import pattern
from ..search import Literals
from .lines import DIGITS, numbered, shown, stamp_of, without_escapes
from .rules import table

_QUOTATIONS = rb"'[^']{0,200}'|`[^`]{0,200}`|\"[^\"]{0,200}\"|\d+"  # and numbers
_QUOTED = pattern(_QUOTATIONS)
_PARTICULARS = pattern(
    _QUOTATIONS  # and words with places' marks, none tried twice
    + rb"|(?<![A-Za-z_.-])[\w-]*+(?:[/\\:]|\.(?:\w|[\w.-]*(?:[/\\:]|\.\w)))[^\s,;()]*"
)
_LETTERS = bytes.maketrans(DIGITS, b"abcdefghij")
# Numbers that rules ask for: zero ("0 errors" differs from "5 errors") …
_ZERO = re.compile(rb"0(?=[ \n,;)])(?<=[ \t\n(:=]0)")  # begins with a literal, which re looks for first
# … a record's level, by its first digit (`logged-json`): 30 is an information, 50 an error …
_LEVEL = re.compile(rb'"level": ?\d')
# … and in lines with these words HTTP's errors, how a process ended, messages by their numbers.
_CODES = Literals(
    (b"HTTP", b"code ", b"tatus", b"exit", b"ERROR 4", b"ERROR 5", b"ERR! 4", b"error 4", b"YN0")
)


def _without_numbers(text: bytes) -> bytes:
    """Text without digits, but with a letter for a record's level, and a word for each zero that is a
    number of its own."""
    text = _LEVEL.sub(lambda level: level[0].translate(_LETTERS), text)
    return _ZERO.sub(b"no", text).translate(None, DIGITS)


def masked(lines: Sequence[bytes]) -> list[bytes]:
    """Lines, which have no timestamps, without numbers: equal where those differ that no rule asks for."""
    joined = b"\n".join(lines)
    masks = _without_numbers(b"\n%b\n" % joined).split(b"\n")[1:-1]
    for at in numbered(joined, _CODES.ends(joined)):
        masks[at] = lines[at]
    return masks


def templates(lines: Sequence[bytes]) -> list[bytes]:
    """Raw lines without their timestamps, colours and digits: equal for lines that differ in numbers, except
    zero and a record's level."""
    bare = [line[stamp_of(line)[0] :].rstrip() for line in lines]
    joined = without_escapes(b"\n".join(bare))
    return _without_numbers(b"\n%b\n" % joined).split(b"\n")[1:-1]


def shape_of(line: bytes) -> bytes:
    """A raw line without what differs from one finding to the next: places, names in quotes, numbers."""
    return _PARTICULARS.sub(b"", shown(line)[:600]).strip()


def cause_of(line: bytes) -> bytes:
    """A raw line with a reason, without numbers and quotations.

    Names distinguish causes, such as an exception's class or its place.
    """
    return _QUOTED.sub(b"", shown(line)[:300]).strip()


def without_digits(text: bytes) -> bytes:
    """The text of a line as it would be at another place of its file, without marks of a column."""
    return text[:300].translate(None, DIGITS).strip(b" \t|^~-_")


# In another run.
READ = 1_500  # characters of a line that are looked at
LONGEST = 240  # of what is left of it that count: another folder's name may be longer
# What a console without UTF-8 (Windows') has another character for, or none: GCC's quotes, Ruby's until 3.3,
# GHC's bullets, pointers and marks of Node's tools, trees of JUnit's.
_PLAIN = str.maketrans("‘’`•❯", "'''*>", "✘✗✖✕×❌⨯✔✓√│├└╷╵─━═")
_SPELLED = str.maketrans("0123456789-", "abcdefghij_")
_SUBSTITUTIONS = [
    (each.get("holds", [""]), pattern(each["match"]), each.get("by")) for each in table("substitution")
]


def _spelled(match: re.Match[str]) -> str:
    """A number that names something, spelled in letters, so that the folding of digits leaves it."""
    return match.group().translate(_SPELLED)


def normalised(lines: Iterable[str]) -> list[str]:
    """Each line as it would be in another run of the same failure (`knowledge/substitutions.toml`)."""
    read = [line[:READ].replace("\n", " ") for line in lines]
    if not read:
        return []
    text = "\n".join(read).lower().translate(_PLAIN)
    for holds, expression, by in _SUBSTITUTIONS:
        if any(each in text for each in holds):
            text = expression.sub(_spelled if by is None else by, text)
    return [line[:LONGEST].strip(" #") for line in text.split("\n")]
