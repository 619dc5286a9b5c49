"""Secrets on another line than what tells of them: below a command or a column's name, or beside an `echo`.

A command's words name a secret, or they are those of a tool in `words.toml`. A line is a command where the
shell traces it, where a prompt is before it, in a step's script, or by its options. Tables are those of
terminals and databases, Markdown, and CSV. Their cells are divided by bars, tabs, semicolons or commas, or by
two blanks and more; then a value begins where its column's name does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ...patterns import pattern
from ..heuristics import is_hex, is_ordinary, is_placeholder, looks_generated, mixes_digits
from ..spans import Span
from ..text_index import TextIndex, end_of_line, in_time
from ..token_formats import commands

# In lower case: one of them is in each line that `_NOUN`, `_KEY` or `_COLUMN` matches.
_TELLING = (
    *("passw", "passphrase", "passcode", "secret", "token", "cred", "key"),
    *("auth", "jwt", "cookie", "hmac", "getpin", "webhook"),
)
_NOUN = pattern(  # names a secret
    r"passw(?:or)?d|passwd|passphrase|secret|token|cred(?:ential|s\b)|jwt|cookie|authori[sz]ation|getpin"
    r"|(?:api|access|private|account|auth|signing|sign|encryption|session|master|wrapped|secret)[._:-]?key|keygen|hmac"
)
_CHOSEN = pattern("passw|secret")  # which people choose; other secrets are generated
_KEY = pattern(r"\bkeys?\b|(?<![a-z])auth\b|webhook")  # tells of a secret only where something is shown
_SHOWS = pattern(
    r"(?:\b|-)(?:get|show|read|print|reveal|issue|gen(?:erate)?|create|new|add|view|fetch|output|export|dump|cat|type"
    r"|decrypt|unwrap|config|bootstrap|access|inspect|info|raw|bare|text|stdout|plain|login|r|rand(?:om)?)(?:\b|[a-z_]{0,24}\b)"
    r"|[ :]tokens?\b"
)
_OF_DIGEST = pattern(r"sha\d|hash|digest|checksum|fingerprint|public|\bpub\b|revision|commit")
_COMMAND = pattern(  # after a prompt or a trace's mark, as the name of a step, or with an option
    r"(?:(?:[^\s\n]{1,64}[ \t]{1,4}){0,2}?[^\s\n]{0,64}?(?:\+{1,4}|[$#%>])[ \t]{1,4}"
    r"|[^\n]{0,40}\#\#\[group\]run "
    r"|[ \t]{0,8}(?=[a-z][\w./-]{0,40}[ \t](?=[^\n]{0,400}(?<=[ \t])--?[a-z])))"
    r"(?P<words>\S[^\n]{2,400})"
)
_PUBLIC = pattern(  # a command that prints digests and names, or that changes files
    r"(?:[\w./-]{0,64}/)?(?:git|docker|\w{2,9}sum|ls|find|grep|rg|which|cd|mkdir|rm|cp|mv|tar|pip|npm|yarn|go|make|id)\b"
)
_LONE = pattern(  # an answer's mark, or the value's label or field may be before it
    r"[ \t]{0,40}(?:[<>*] )?(?:D )?[\"']?(?:[a-z]\w{2,8}:|\d:|(?:value|result|data|content|string)\":[ ]?\")?"
    r"((?=[^\s\w]{0,4}\w)[^\s:\"']{8,16384})[\"']?[,}\] \t]{0,8}",
    re.IGNORECASE,
)
_DIGEST = pattern(r"[0-9a-f]{7,12}|[0-9a-f]{40}|[0-9a-f]{64}")
_ECHO = pattern(
    r"[ \t]{0,40}\+{1,4}[ \t](?:echo|printf)[ \t]{1,4}(?:-[ne]{1,2}[ \t]{1,4}|'?%s(?:\\n)?'?[ \t]{1,4})?"
    r"[\"']?(?P<value>[^\s\"'|]{6,512})[\"']?[ \t]{0,8}",
)
_STDIN = pattern(r"stdin|[ =:]-(?=[ \t]|$)")  # how a command is told to read its input
_FILTER = pattern(  # a command of a pipeline, which the shell traces before the pipeline's output
    r"[ \t]{0,40}\+{1,4}[ \t](?:base64|openssl|jq|yq|tr|cut|awk|sed|head|tail|grep|xargs|echo(?=\n))\b"
)
_GROUP = 4_000  # characters of a step's script
_OUTPUT = 4  # lines below a command in which its output may begin

_COLUMN = pattern(
    r"(?:[\w-]{1,24}[ _-]){0,2}\w{0,16}(?:passw(?:or)?d|passwd|passphrase|passcode|secret|token|credentials?"
    r"|(?:api|access|secret|private|account|auth|deploy(?:ment)?|license|signing|encryption)[ _-]?key)\d?"
    r"(?:[ _-](?:key|value))?",
    re.IGNORECASE,
)
_DIVIDERS = tuple(
    map(pattern, (r"[│┃|]", r"\t+", ";", ",", r"[ \t]{2,}"))
)  # the first in the head is of all rows
_RULE = pattern(r"[\s|│┃├┼┤┌┐└┘┬┴─━═╞╪╡╭╮╰╯+:=*.'`-]*")  # between the head and the rows, and around them
_CELLS = 40  # of a head
_ROWS = 50  # below a head that are read
_WIDEST = 4_000  # characters of a row
_EDGES = " \t\"'`"


def find(index: TextIndex) -> Iterator[Span]:
    """The values that commands print or take, and those below the names of secrets."""
    listed = {one.literal for one in commands("commands_that_print")} & index.literals
    done = 0  # where the last table ends
    for start in in_time(_lines(index, [*_TELLING, *listed])):
        yield from _printed(index, start)
        for row, values in _table(index.text, start) if start >= done else ():
            done = row
            yield from values
    for start in in_time(_lines(index, ("echo", "printf"))):
        yield from _echoed(index, start)


def _lines(index: TextIndex, literals: Iterable[str]) -> list[int]:
    """Where the lines begin that have one of the literals."""
    places = (place for literal in literals for place in index.find_lowered(literal))
    return sorted({index.lowered.rfind("\n", 0, place) + 1 for place in places})


class _Command(NamedTuple):
    words: str  # in lower case
    below: int  # where its output begins


def _command(text: str, start: int) -> _Command | None:
    """The command of the line that begins at `start`, if it is one."""
    found = _COMMAND.match(text, start)
    if not found:
        return None
    end = end_of_line(text, start)
    closed = text.find("##[endgroup]", end, end + _GROUP)  # the step's script is shown before its output
    in_script = closed >= 0 and text.find("##[group]", end, closed) < 0
    return _Command(found["words"], end_of_line(text, closed if in_script else start) + 1)


def _is_listed(words: str, name: str) -> bool:
    """Whether the words of one of the list's commands are in these, in their order."""
    return any(_in_order(words, command.words) for command in commands(name))


def _in_order(words: str, command: tuple[str, ...]) -> bool:
    place = 0
    for word in command:
        place = words.find(word, place)
        if place < 0 or words[max(0, place - 1) : place].isalnum():
            return False
        place += len(word)
    return True


def _printed(index: TextIndex, line: int) -> Iterator[Span]:
    """A word alone on a line, or an object's value, among the first lines of a command's output."""
    command = _command(index.lowered, line)
    if not command:
        return
    words, start = command
    known = _is_listed(words, "commands_that_print")
    speaks = _NOUN.search(words) or (_KEY.search(words) and _SHOWS.search(words))
    if not known and (_PUBLIC.match(words) or not speaks):
        return
    for _ in range(_OUTPUT):
        while _FILTER.match(index.lowered, start):
            start = end_of_line(index.text, start) + 1
        end = end_of_line(index.text, start)
        value = _LONE.fullmatch(index.text, start, end)
        if value and _is_printed(value[1], words, known=known):
            yield Span(*value.span(1), "password")
        name = value is not None and value[1].lower() in words  # before its value
        if (value and not name) or start >= end or _command(index.lowered, start):
            return
        start = end + 1


def _is_printed(value: str, words: str, *, known: bool) -> bool:
    if is_placeholder(value) or is_ordinary(value) or value.startswith("-"):
        return False
    shown = _SHOWS.search(words) is not None
    if known:
        return True
    if _DIGEST.fullmatch(value):
        return shown and len(value) > 12 and not _OF_DIGEST.search(words) and _NOUN.search(words) is not None
    chosen = shown and _CHOSEN.search(words) and mixes_digits(value) and "/" not in value
    return bool(chosen or looks_generated(value)) and not _OF_DIGEST.match(value)


def _echoed(index: TextIndex, start: int) -> Iterator[Span]:
    """What the shell traces of an `echo` next to the command that reads it."""
    text = index.text
    end = end_of_line(text, start)
    found = _ECHO.fullmatch(text, start, end)
    if not found or is_placeholder(found["value"]):
        return
    generated = looks_generated(found["value"]) and not _DIGEST.fullmatch(found["value"])
    above = text.rfind("\n", 0, max(0, start - 1)) + 1
    for place in (end + 1, end_of_line(text, end + 1) + 1, above):
        command = _command(index.lowered, place)
        words = command.words if command else ""
        reads = generated and (_NOUN.search(words) or _STDIN.search(words))
        if reads or _is_listed(words, "commands_that_read"):
            yield Span(*found.span("value"), "password")
            return


def _table(text: str, start: int) -> Iterator[tuple[int, list[Span]]]:
    """The rows below the line that begins there, if its cells name secrets, and the values there."""
    head = _row(text, start)
    divider = next((one for one in _DIVIDERS if one.search(head)), None)
    cells = _cells(head, divider) if divider and _COLUMN.search(head) else []
    named = [cell for cell in cells if _COLUMN.fullmatch(head[slice(*cell)])]
    if not divider or not named or not 1 < len(cells) <= _CELLS:
        return
    for _ in range(_ROWS):
        start = end_of_line(text, start) + 1
        row = _row(text, start)
        if not row.strip():
            return
        if _RULE.fullmatch(row):
            continue
        values = _cells(row, divider)
        if len(values) != len(cells) and divider is not _DIVIDERS[-1]:
            return
        by_column = dict(zip(cells, values, strict=True)) if len(values) == len(cells) else {}
        by_place = dict(values)
        found = [by_column.get(cell) or (cell[0], by_place.get(cell[0], cell[0])) for cell in named]
        yield (
            start,
            [
                Span(start + first, start + last, "password")
                for cell, (first, last) in zip(named, found, strict=True)
                if _is_in_cell(row[first:last], password="pass" in head[slice(*cell)].lower())
            ],
        )


def _row(text: str, start: int) -> str:
    return text[start : min(end_of_line(text, start), start + _WIDEST)]


def _cells(row: str, divider: re.Pattern[str]) -> list[tuple[int, int]]:
    """Where the cells begin and end, without their padding and quotes."""
    edges = [0, *(edge for found in divider.finditer(row) for edge in found.span()), len(row)]
    cells = [(first, row[first:last]) for first, last in zip(edges[::2], edges[1::2], strict=True)]
    inner = [(first + len(cell) - len(cell.lstrip(_EDGES)), cell.strip(_EDGES)) for first, cell in cells]
    return [(first, first + len(cell)) for first, cell in inner if cell or divider is not _DIVIDERS[-1]]


def _is_in_cell(value: str, *, password: bool) -> bool:
    """Whether a cell has a value, and no word, number or hash that is shortened."""
    if len(value) < 6 or " " in value or is_placeholder(value) or is_ordinary(value):
        return False
    return looks_generated(value) or (password and mixes_digits(value) and not is_hex(value))
