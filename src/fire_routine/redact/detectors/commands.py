"""Secrets that a command prints or takes: a word alone on the line below it, or what `echo` has above it.

The command's words tell it: they name a secret, or they are those of a tool in `words.toml`. A line is a
command where the shell traces it, where a prompt is before it, in a step's script, or by its options.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from ...patterns import pattern
from ..heuristics import is_ordinary, is_placeholder, looks_generated, mixes_digits
from ..spans import Span
from ..text_index import TextIndex, end_of_line, occurrences
from ..token_formats import commands

# In lower case: one of them is in each command that `_NOUN` or `_KEY` matches.
_NAMED = (
    *("passw", "passphrase", "secret", "token", "cred", "key"),
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
_PUBLIC = pattern(  # a command that prints digests and names, or that changes files
    r"(?:[\w./-]{0,64}/)?(?:git|docker|sha\d+sum|md5sum|b3sum|ls|find|grep|rg|which|cd|mkdir|rm|cp|mv|tar|pip|npm|yarn|go|make|id)\b"
)
_OF_DIGEST = pattern(r"sha\d|hash|digest|checksum|fingerprint|public|\bpub\b|revision|commit")
_PROMPT = pattern(
    r"(?:[^\s\n]{1,64}[ \t]{1,4}){0,2}?[^\s\n]{0,64}?(?:\+{1,4}|[$#%>])[ \t]{1,4}(?P<words>\S[^\n]{2,400})"
)
_RUN = pattern(r"[^\n]{0,40}\#\#\[group\]run (?P<words>[^\n]{3,400})")
_PLAIN = pattern(
    r"[ \t]{0,8}(?P<words>[a-z][\w./-]{0,40}[ \t](?=[^\n]{0,400}(?<=[ \t])--?[a-z])[^\n]{3,400}[^\n.:])"
)
_LONE = pattern(  # an answer's mark or the value's label may be before it
    r"[ \t]{0,8}(?:[<>*] )?(?:D )?[\"']?(?:[a-z]\w{2,8}:|\d:)?"
    r"((?=[^\s\w]{0,4}\w)[^\s:\"']{8,16384})[\"']?,?[ \t]{0,8}",
)
_IN_OBJECT = pattern(
    r'[ \t]{0,40}"(?:value|result|data|content|string)"[ \t]{0,4}:[ \t]{0,4}"([^"\s]{8,16384})"',
    re.IGNORECASE,
)
_LAST_OF_TWO = pattern(r"[0-9a-f]{12,32}[ \t]+(\S{16,256})[ \t]{0,8}")
_DIGEST = pattern(r"[0-9a-f]{7,12}|[0-9a-f]{40}|[0-9a-f]{64}")
_ECHO = pattern(
    r"[ \t]{0,40}\+{1,4}[ \t](?:echo|printf)[ \t]{1,4}(?:-[ne]{1,2}[ \t]{1,4}|'?%s(?:\\n)?'?[ \t]{1,4})?"
    r"[\"']?(?P<value>[^\s\"'|]{6,512})[\"']?[ \t]{0,8}",
)
_STDIN = pattern(r"stdin|[ =:]-(?=[ \t]|$)")  # how a command is told to read its input
_ECHOES = ("echo", "printf")
_FILTER = pattern(  # a command of a pipeline, which the shell traces before the pipeline's output
    r"[ \t]{0,40}\+{1,4}[ \t](?:base64|openssl|jq|yq|tr|cut|awk|sed|head|tail|grep|xargs|echo(?=\n))\b"
)
_GROUP = 4_000  # characters of a step's script
_OUTPUT = 4  # lines below a command in which its output may begin


class _Command(NamedTuple):
    words: str  # in lower case
    below: int  # where its output begins


def find(index: TextIndex) -> Iterator[Span]:
    """The values that commands print or take."""
    text = index.lowered
    for start in sorted({text.rfind("\n", 0, place) + 1 for place in _places(index)}):
        command = _command(text, start)
        known = command is not None and _is_listed(command.words, "commands_that_print")
        if command and (known or _speaks(command.words)):
            yield from _printed(index, command, known=known)
    for start in sorted(
        {text.rfind("\n", 0, place) + 1 for word in _ECHOES for place in index.find_lowered(word)}
    ):
        yield from _echoed(index, start)


def _places(index: TextIndex) -> Iterator[int]:
    for literal in _NAMED:
        yield from index.find_lowered(literal)
    for literal in {one.literal for one in commands("commands_that_print")} & index.syntaxes:
        yield from occurrences(index.lowered, literal)


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


def _command(text: str, start: int) -> _Command | None:
    """The command of the line that begins at `start`, if it is one."""
    found = _RUN.match(text, start) or _PROMPT.match(text, start) or _PLAIN.match(text, start)
    if not found:
        return None
    end = end_of_line(text, start)
    group = text.rfind("##[group]run ", max(0, start - _GROUP), end)
    last = text.rfind("##[endgroup]", max(0, start - _GROUP), start)
    closed = text.find("##[endgroup]", end, end + _GROUP) if group > last else -1
    return _Command(found["words"], end_of_line(text, closed if closed >= 0 else start) + 1)


def _speaks(words: str) -> bool:
    """Whether a command's words say that it prints a secret."""
    if _PUBLIC.match(words):
        return False
    return bool(_NOUN.search(words) or (_KEY.search(words) and _SHOWS.search(words)))


def _printed(index: TextIndex, command: _Command, *, known: bool) -> Iterator[Span]:
    """A word alone on a line, or an object's value, among the first lines of a command's output."""
    text, start = index.text, command.below
    for _ in range(_OUTPUT):
        while _FILTER.match(index.lowered, start):
            start = end_of_line(text, start) + 1
        end = end_of_line(text, start)
        lone = _LONE.fullmatch(text, start, end) or _LAST_OF_TWO.fullmatch(text, start, end)
        value = lone or _IN_OBJECT.match(text, start, end)
        if value and _is_secret(value[1], command.words, known=known):
            yield Span(*value.span(1), "password")
        name = value is not None and value[1].lower() in command.words  # before its value
        if (value and not name) or start >= end or _command(index.lowered, start):
            return
        start = end + 1


def _is_secret(value: str, words: str, *, known: bool) -> bool:
    if is_placeholder(value) or is_ordinary(value) or value.startswith("-"):
        return False
    if known:
        return True
    if _DIGEST.fullmatch(value):
        shown = _NOUN.search(words) and _SHOWS.search(words)
        return bool(shown) and len(value) > 12 and not _OF_DIGEST.search(words)
    named = _CHOSEN.search(words) and _SHOWS.search(words) and mixes_digits(value) and "/" not in value
    return bool(named or looks_generated(value)) and not _OF_DIGEST.match(value)


def _echoed(index: TextIndex, start: int) -> Iterator[Span]:
    """What the shell traces of an `echo` next to the command that reads it."""
    text = index.text
    end = end_of_line(text, start)
    found = _ECHO.fullmatch(text, start, end)
    if not found or is_placeholder(found["value"]):
        return
    above = text.rfind("\n", 0, max(0, start - 1)) + 1
    below = end + 1
    for place in (below, end_of_line(text, below) + 1, above):
        command = _command(index.lowered, place)
        words = command.words if command else ""
        known = _is_listed(words, "commands_that_read")
        reads = known or _NOUN.search(words) or _STDIN.search(words)
        if reads and (known or (looks_generated(found["value"]) and not _DIGEST.fullmatch(found["value"]))):
            yield Span(*found.span("value"), "password")
            return
