"""Raw log lines → text, without timestamps, escape sequences and prefixes; over-long lines are cut."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from ..patterns import WORKSPACE, pattern
from .rules import table

PROBE = 600  # bytes of a line that are tested
ENDS = 4_000  # bytes at each of its ends among which these are, escape sequences and all
SOME = 3  # lines at each end, as a sample of all: the very first may be another program's
PIECES = 200  # between carriage returns that are looked at, of the first and of the last
# A step begins with a byte order mark, or with what a Windows console's code page (437, 850) makes of it.
_BOM = rb"(?:\xef\xbb\xbf|\xe2\x88\xa9\xe2\x95\x97\xe2\x94\x90|\xc2\xb4\xe2\x95\x97\xe2\x94\x90)?"
# `gh run view --log` puts job and step before the timestamp, tab-separated; GitLab the number and kind of a
# stream after it (https://docs.gitlab.com/ci/jobs/job_logs/#job-log-timestamps).
STAMP = re.compile(
    rb"(?:[^\t\n]{0,200}\t[^\t\n]{0,200}\t)?%b(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?Z ?(?:\d\d[OE][ +])?"
    % _BOM
)
_STREAMS = (b"O ", b"O+", b"E ", b"E+")
_STAMPED = (b"2", b"\xef", b"\xe2", b"\xc2")  # a line's first byte, where it begins so
# Begins with a literal, which re looks for first; colours often come in a row. Jenkins hides notes between
# colours (hudson.console.ConsoleNote), Buildkite puts each line's time into an application's command.
RAW_ESCAPE = re.compile(
    rb"\x1b(?:\[8mha:[\w+/=]{0,8000}\x1b\[0m|\[[0-9;]*m(?:\x1b\[[0-9;]*m)*"
    rb"|[P_^X][^\x07\x1b\n]{0,2000}(?:\x07|\x1b\\)"
    rb"|\[[0-9;?:]*[ -/]*[@-~]|\][^\x07\x1b\n]{0,2000}(?:\x07|\x1b\\)?|[()][A-Z0-9]|[A-Z=>78])"
)
# The same as some log viewers save it; shown as it is, but not in the way of the rules.
CARETS = re.compile(rb"\^\[\[[0-9;?]{0,20}[A-Za-z]")
# Marks by which Travis folds its log; the text after them is separated by a carriage return.
_FOLDS = tuple(b"travis_%b:%b:" % (what, end) for what in (b"fold", b"time") for end in (b"start", b"end"))
TRAVIS_FOLD = re.compile(rb"(?:%b)[\w.,:=-]+" % b"|".join(_FOLDS))
_PROGRESS = b"0123456789 #=>.%/-|\\"  # what changes from one state of a progress bar to the next
DIGITS = b"0123456789"
# Bytes by their numbers: of bytes, `in` first tries whether they are a number, which takes ten times as long.
TAB, RETURN, ESCAPE, CARET = b"\t\r\x1b^"


def stamp_of(line: bytes) -> tuple[int, bytes]:
    """Where the text of a raw line begins, and its timestamp to the second (empty: none)."""
    if line[27:29] == b"Z " and line[10:11] == b"T":
        return 29, line[:19]
    begin = line[:1]
    if (begin not in _STAMPED or (begin == b"2" and line[10:11] != b"T")) and TAB not in line[:200]:
        return 0, b""
    found = STAMP.match(line, 0, 450)
    return (found.end(), found.group(1)) if found else (3 if line.startswith(b"\xef\xbb\xbf") else 0, b"")


def job_of(line: bytes) -> bytes:
    """The job that a raw line names before its timestamp; empty: it names none."""
    found = STAMP.match(line, 0, 450)
    return line[: max(line.find(b"\t", 0, found.start(1)), 0)] if found else b""


def probed(line: bytes) -> bytes:
    """What of a line is tested: no line, however made, costs more than a short one."""
    return line if len(line) <= PROBE else line[: PROBE - 100] + line[-100:]


def both_ends(line: bytes) -> bytes:
    """What of a raw line without a timestamp is looked at: of an endless one to take the escape sequences off
    takes longer than all else."""
    if len(line) <= 2 * ENDS:
        return line
    line = line.rstrip(b"\r").rpartition(b"\r")[2]
    return line if len(line) <= 2 * ENDS else line[:ENDS] + line[-ENDS:]


def segments(line: bytes) -> list[str]:
    """What a raw line shows: one text for each piece between carriage returns, repeated progress dropped."""
    line = line[stamp_of(line)[0] :].rstrip(b"\r")
    if ESCAPE in line:
        line = RAW_ESCAPE.sub(b"", line)
    if RETURN not in line:
        return [shorten(line.decode("utf-8", "replace"))]
    pieces = line.split(b"\r")
    if len(pieces) > 2 * PIECES:
        pieces = pieces[:PIECES] + pieces[-PIECES:]
    kept: list[bytes] = []
    shape = b""
    for piece in pieces:
        if not piece or piece.isspace() or piece.startswith(_FOLDS):
            continue
        new = piece[:200].translate(None, _PROGRESS)
        if kept and new == shape:
            kept[-1] = piece
        else:
            kept.append(piece)
        shape = new
    if len(kept) > 40:
        kept = [*kept[:20], *kept[-20:]]
    return [shorten(piece.decode("utf-8", "replace")) for piece in kept] or [""]


def shown(line: bytes) -> bytes:
    """A raw line's text as bytes, for looking at its shape: no timestamp, no escapes, its last segment."""
    line = line[stamp_of(line)[0] :]
    line = without_escapes(line)
    if RETURN in line:
        line = line.rstrip(b"\r")
        line = line[line.rfind(b"\r") + 1 :]
    return line


def without_escapes(joined: bytes) -> bytes:
    """Lines without escape sequences, as many."""
    if ESCAPE in joined:
        joined = b"".join(RAW_ESCAPE.split(joined))  # faster than `sub`
    return CARETS.sub(b"", joined) if CARET in joined and joined.find(b"^[[") >= 0 else joined


def unescaped(lines: Sequence[bytes]) -> list[bytes]:
    """Lines without a timestamp, as they are without escapes and carriage returns at their ends."""
    joined = without_escapes(b"\n".join(lines))
    split = joined.split(b"\n") if lines else []
    return [line.rstrip(b"\r") for line in split] if RETURN in joined else split


def texts(lines: Sequence[bytes]) -> list[bytes]:
    """`shown` of many lines without a timestamp at once."""
    return [line.rpartition(b"\r")[2] for line in unescaped(lines)]


def labelled(lines: Sequence[bytes]) -> bool:
    """Whether the timestamps have labels: a job and a step, or a stream."""
    stamps = [line[: stamp_of(line)[0]] for line in (*lines[:SOME], *lines[-SOME:])]
    return any(TAB in stamp or stamp.endswith(_STREAMS) for stamp in stamps)


def unstamped(lines: Sequence[bytes]) -> list[bytes]:
    """Raw lines without their timestamps."""
    if labelled(lines):
        return [line[stamp_of(line)[0] :] for line in lines]
    return [
        line[29:]
        if line[27:29] == b"Z " and line[10:11] == b"T"
        else line
        if line[:1] not in _STAMPED
        else line[stamp_of(line)[0] :]
        for line in lines
    ]


def numbered(text: bytes, places: Iterable[int], first: int = 0) -> list[int]:
    """The numbers of the lines, from `first` on, in which places of the text are, each once; they come
    in order."""
    numbers: list[int] = []
    line = first
    before = edge = 0
    for place in places:
        if place >= edge:
            line += text.count(b"\n", before, place)
            numbers.append(line)
            before, edge = place, text.find(b"\n", place)
            if edge < 0:
                break
    return numbers


def announces(text: bytes) -> bool:
    """Whether the text of a line ends with a colon: its subject is in the next one."""
    return text.rstrip().endswith(b":")


# Cuts.
LONGEST = 12_000  # characters of a line that is kept whole
MARK = 40  # characters of the mark of a cut, at most
_CUT = re.compile(r" ?\[… (\d{1,12}) characters …\] ?")  # a log may contain such a mark


def cut_mark(left_out: str) -> str:
    """The mark in a line for what was left out of it; what an earlier mark replaced is counted too."""
    before = sum(int(mark[1]) - len(mark[0]) for mark in _CUT.finditer(left_out))
    return f" [… {len(left_out) + before} characters …] "


def clear_of_marks(text: str, begin: int, end: int) -> tuple[int, int]:
    """Where a cut from `begin` to `end` begins and ends that takes no part of a mark, but all of it."""
    for mark in _CUT.finditer(text):
        begin = mark.start() if mark.start() < begin < mark.end() else begin
        end = mark.end() if mark.start() < end < mark.end() else end
    return begin, end


def shorten(text: str, limit: int = LONGEST) -> str:
    """Cut in the middle, with a mark. Words next to the cut are removed with it.

    So no half of one (of a token, say) remains without its other half.
    """
    if len(text) <= limit:
        return text
    half = max((limit - MARK) // 2, 8)
    head, tail = text[:half], text[-half:]
    head = head[: max(head.rfind(" "), head.rfind("\t"), 0)] if not text[half].isspace() else head
    space = min((at for at in (tail.find(" "), tail.find("\t")) if at >= 0), default=len(tail))
    tail = tail[space:] if not text[-half - 1].isspace() else tail
    return f"{head}{cut_mark(text[len(head) : len(text) - len(tail)])}{tail}"


def abbreviated(text: str, limit: int) -> str:
    """A line that has been cleaned, cut to `limit` for want of room: most of what is kept is its beginning,
    where a line names what it is about, to the letter."""
    if len(text) > limit:
        text = WORKSPACE.sub("", text)
    if len(text) <= limit:
        return text
    room = max(limit - MARK, 12)
    begin, end = clear_of_marks(text, room * 2 // 3, len(text) - room // 3)
    head, tail = text[:begin].rstrip(), text[end:].lstrip()
    return f"{head}{cut_mark(text[len(head) : len(text) - len(tail)])}{tail}"


# What other tools put before a line: times, names of containers, targets and tasks, levels.
_EXPRESSIONS = table("expressions")
RAW_PREFIX = pattern(
    rf"(?:(?:{_EXPRESSIONS['prefix']})(?: |$)|{_EXPRESSIONS['close_prefix']})+|##\[error\]".encode()
)
NEARBY = 128  # lines of which it is remembered how they look: blocks that lie close hold the same


@lru_cache(maxsize=NEARBY)
def unprefixed(line: bytes) -> bytes:
    """A line without what another tool put before it."""
    prefix = RAW_PREFIX.match(line)
    return line[prefix.end() :] if prefix else line
