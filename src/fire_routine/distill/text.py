"""Raw log lines → text: timestamps, escape sequences, carriage returns, over-long lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ..patterns import pattern
from .literals import Literals

LONGEST = 12_000  # characters of a line that is kept whole
MARK = 40  # characters of the mark of a cut, at most
PROBE = 600  # bytes of a line that are tested
ENDS = 4_000  # bytes at each of its ends among which these are, escape sequences and all
SOME = 3  # lines at each end that stand for all: the very first may be another program's
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
_CUT = re.compile(r" ?\[… (\d{1,12}) characters …\] ?")  # a log may contain such a mark
_QUOTATIONS = rb"'[^']{0,200}'|`[^`]{0,200}`|\"[^\"]{0,200}\"|\d+"  # and numbers
_QUOTED = pattern(_QUOTATIONS)
_PARTICULARS = pattern(
    _QUOTATIONS  # and words with places' marks, none tried twice
    + rb"|(?<![A-Za-z_.-])[\w-]*+(?:[/\\:]|\.(?:\w|[\w.-]*(?:[/\\:]|\.\w)))[^\s,;()]*"
)
# Marks by which Travis folds its log; the text after them is separated by a carriage return.
_FOLDS = tuple(b"travis_%b:%b:" % (what, end) for what in (b"fold", b"time") for end in (b"start", b"end"))
TRAVIS_FOLD = re.compile(rb"(?:%b)[\w.,:=-]+" % b"|".join(_FOLDS))
_STACK = pattern(rb"\s*(?:Traceback \(most recent call last\):|stack backtrace:|\d+: +\S+::\S|at \S|File \")")
_PROGRESS = b"0123456789 #=>.%/-|\\"  # what changes from one state of a progress bar to the next
DIGITS = b"0123456789"
_LETTERS = bytes.maketrans(DIGITS, b"abcdefghij")
# Bytes by their numbers: of bytes, `in` first tries whether they are a number, which takes ten times as long.
TAB, RETURN, ESCAPE, CARET = b"\t\r\x1b^"
# Numbers that rules ask for: zero ("0 errors" differs from "5 errors") …
_ZERO = re.compile(rb"0(?=[ \n,;)])(?<=[ \t\n(:=]0)")  # begins with a literal, which re looks for first
# … a record's level, by its first digit (`logged-json`): 30 is an information, 50 an error …
_LEVEL = re.compile(rb'"level": ?\d')
# … and in lines with these words HTTP's errors, how a process ended, messages by their numbers.
_CODES = Literals(
    (b"HTTP", b"code ", b"tatus", b"exit", b"ERROR 4", b"ERROR 5", b"ERR! 4", b"error 4", b"YN0")
)


def stamp_of(line: bytes) -> tuple[int, bytes]:
    """Where the text of a raw line begins, and its timestamp to the second (empty: none)."""
    if line[27:29] == b"Z " and line[10:11] == b"T":
        return 29, line[:19]
    if line[:1] not in _STAMPED and TAB not in line[:200]:
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


def cut_mark(left_out: str) -> str:
    """The mark in a line for what was left out of it; what an earlier mark stands for is counted too."""
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
    if len(text) <= limit:
        return text
    room = max(limit - MARK, 12)
    begin, end = clear_of_marks(text, room * 2 // 3, len(text) - room // 3)
    head, tail = text[:begin].rstrip(), text[end:].lstrip()
    return f"{head}{cut_mark(text[len(head) : len(text) - len(tail)])}{tail}"


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


def turned(lines: Sequence[bytes]) -> list[bytes]:
    """Lines without a timestamp, as they are without escapes and carriage returns at their ends."""
    joined = without_escapes(b"\n".join(lines))
    split = joined.split(b"\n")
    return [line.rstrip(b"\r") for line in split] if RETURN in joined else split


def texts(lines: Sequence[bytes]) -> list[bytes]:
    """`shown` of many lines without a timestamp at once."""
    return [line.rpartition(b"\r")[2] for line in turned(lines)]


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


def announces(text: bytes) -> bool:
    """Whether the text of a line ends with a colon: its subject is in the next one."""
    return text.rstrip().endswith(b":")


def shape_of(line: bytes) -> bytes:
    """A raw line without what differs from one finding to the next: places, names in quotes, numbers."""
    return _PARTICULARS.sub(b"", shown(line)[:600]).strip()


def of_stack(text: bytes) -> bool:
    """Whether it opens a stack or is a frame: their number explains nothing."""
    return _STACK.match(text) is not None


def cause_of(line: bytes) -> bytes:
    """A raw line with a reason, without numbers and quotations.

    Names distinguish causes, such as an exception's class or its place.
    """
    return _QUOTED.sub(b"", shown(line)[:300]).strip()


def without_digits(text: bytes) -> bytes:
    """The text of a line as it would be at another place of its file, without marks of a column."""
    return text[:300].translate(None, DIGITS).strip(b" \t|^~-_")
