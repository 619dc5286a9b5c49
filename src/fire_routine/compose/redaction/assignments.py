"""Values assigned to names that say they are secret: `password=…`, `"api_key": "…"`, `--token …`.

What tells a secret from an ordinary value is the name, the way it is written down (an environment
variable, a YAML or JSON entry, a flag, source code) and the value's look, in this order: any literal
value of a password counts, a token's has to look made by a generator.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from ...patterns import pattern
from .names import Name, names
from .spans import Span
from .text import Text
from .values import code, generated, mixed, path_like, placeholder, restless, sentence, strong

_SEPARATOR = pattern(
    r"(?:\\*[\"'`])?\]?(?P<gap>[ \t]{0,16})"
    r"(?P<mark>=>|:=|=(?![=>]|~[ \t])|:(?!:))(?P<after>[ \t]{0,40}(?:!![a-z]{1,9}[ \t])?)"
)
_TOLD = pattern(
    r"(?P<link>[ \t](?:is|was|to|(?:set|changed|reset) to|provided|used))?(?P<colon>:)?[ \t]{1,4}"
)
_QUOTE = pattern(r"\\*[\"'`]")
_JUDGED = 512  # characters by which a value is judged
_RUN = pattern(r"[^\s\"'`<>]++")
_TO_END = pattern(r"\S++\Z")
_NEXT_PAIR = pattern(
    r"[&;](?=[\w. -]{1,40}(?:[=:]|\Z)|\[redacted:)|[&;]\Z"
    r"|,(?=[\w.-]{1,40}[=:]|\\*[\"'])|\\[nrt]|\\u0026|&amp;"
    r"|\[redacted:",
    re.ASCII,
)
_HEAD_OF_LINE = pattern(
    r"[ \t]*(?:[-+*>|│$#~][ \t]+|\d{4}-\d\d-\d\dT[\d:.]+Z?[ \t]+)*"
    r"(?:(?:export|set|setx|env|declare -x|ENV|ARG|typeset -x|\$env:)[ \t:]*)?[\"']?"
)
# Where a value stands that doesn't follow its name: in a block scalar (YAML 1.2, 8.1), below a line that was
# broken, after the type that PHP's var_dump prints, or in an object (Terraform's outputs, ARM's parameters)
_BELOW = pattern(
    r"(?P<sign>[|>][-+1-9]{0,2})?[ \t]{0,16}\n(?P<indent>[ \t]{0,80})(?:string\(\d{1,6}\) )?(?=\S)"
)
_HELD = pattern(
    r"\{(?:\s{0,100}+\\*\"(?:sensitive|type)\\*\":[ ]?(?:true|false|\\*\"\w{1,20}\\*\"),){0,2}"
    r"\s{0,100}+\\*\"value\\*\":[ ]?(?=\\*\")"
)
_PAIR = pattern(r"[\w.$-]{1,60}[\"']?[ \t]{0,4}(?::|=(?![=\s]|\Z))")
_FLAG = pattern(r"--?(?:[A-Za-z][\w-]{0,60})?", re.ASCII)
_FLAG_BEFORE = ("", *"\"'`=[(, \t\n")
# Between a flag and its value: blanks, or what stands there in a list of arguments, as Python prints it.
_FLAG_GAP = pattern(r"[ \t]+(?![-|&;>])|[\"'],[ \t]*(?=[\"'][^-\"'])")
_METAVAR = pattern(r"[A-Z][A-Z0-9_-]*|string|text|str|stringArray|id=.*|value|file|env:.*")
_LONG_HEX = pattern(r"[0-9a-f]{32,128}")
_LONG_TOKEN = pattern(r"[\w+/.~-]{20,512}={0,2}", re.ASCII)
_CHANGE = pattern(r"[\"'`]?[ \t]*->[ \t]*(?=[\"'`])")


class _Value(NamedTuple):
    start: int
    end: int
    quoted: bool


class _Place(NamedTuple):
    """How a value is written down."""

    mark: str  # "=", ":", "flag", or of a sentence "is" or nothing
    spaced: bool
    quoted: bool
    entry: bool  # the name begins the line, the value ends it
    capitals: bool  # NAME_IN_CAPITALS, as environment variables are written


def assignments(whole: Text) -> Iterator[Span]:
    """Values of names that say they are secret."""
    text = whole.text
    last = Span(0, 0, "")
    for name in names(whole):
        if last.start <= name.start < last.end:
            continue  # a word of the value before
        line_end = _line_end(text, name.end)
        for read in (_assigned, _flagged, _told):
            value, place = read(text, name, line_end) or (None, None)
            if value and place and _secret(text, value, place, name):
                line_end = _line_end(text, value.start)
                last = Span(value.start, _end(text, value, line_end), name.kind)
                yield last
                yield from _changed(text, value, line_end, name.kind)
            if value:
                break


def _assigned(text: str, name: Name, line_end: int) -> tuple[_Value, _Place] | None:
    separator = _SEPARATOR.match(text, name.end, line_end)
    if not separator or text.endswith("://", 0, name.start):  # a user's name in a link
        return None
    line = text.rfind("\n", 0, name.start) + 1
    first = _HEAD_OF_LINE.fullmatch(text, max(line, name.start - 80), name.start) is not None
    value = _held(text, separator.end()) or _below(text, separator.end(), line)
    value = value or _value(text, separator.end(), line_end, first)
    if first and name.word in ("passphrase", "mnemonic") and not value.quoted:
        value = _Value(value.start, len(text[:line_end].rstrip()), False)  # words
    place = _Place(
        separator["mark"].strip(":") or ":",
        bool(separator["gap"] or separator["after"]),
        value.quoted,
        first and not text[value.end : _line_end(text, value.start)].strip("\"'`\\,; \t"),
        name.written.isupper(),
    )
    return value, place


def _held(text: str, start: int) -> _Value | None:
    """The `value` of the object that begins at `start`."""
    held = _HELD.match(text, start)
    return _value(text, held.end(), _line_end(text, held.end()), False) if held else None


def _below(text: str, start: int, line: int) -> _Value | None:
    """What stands alone on the line below the one from `line` to `start`, which a name ends.

    In quotes, or deeper under the sign of a block, it is the name's; else only random characters are.
    """
    below = _BELOW.match(text, start)
    if not below:
        return None
    line_end = _line_end(text, below.end())
    value = _value(text, below.end(), line_end, True)
    written = text[value.start : value.end]
    if text[value.end : line_end].strip("\"'`,;)} \t") or (not value.quoted and _PAIR.match(written)):
        return None
    indented = below["sign"] and not text.startswith(below["indent"], line)  # deeper than the name's line
    sure = value.quoted or indented
    return value if sure or (restless(written) and mixed(written)) else None


def _line_end(text: str, start: int) -> int:
    end = text.find("\n", start)
    return len(text) if end < 0 else end


def _flagged(text: str, name: Name, line_end: int) -> tuple[_Value, _Place] | None:
    gap = _FLAG_GAP.match(text, name.end, line_end)
    if (
        not gap
        or not _FLAG.fullmatch(name.head)
        or text[max(0, name.start - 1) : name.start] not in _FLAG_BEFORE
    ):
        return None
    value = _value(text, gap.end(), line_end, False)
    return value, _Place("flag", True, value.quoted, False, False)


def _told(text: str, name: Name, line_end: int) -> tuple[_Value, _Place] | None:
    """In a sentence: "the password is …", "login with password …"."""
    told = _TOLD.match(text, name.end, line_end)
    if not told or (name.head and not name.head.endswith(" ")):
        return None
    value = _value(text, told.end(), line_end, False)
    mark = ":" if told["colon"] else "is" if told["link"] else ""
    return value, _Place(mark, True, value.quoted, False, False)


def _value(text: str, start: int, line_end: int, first: bool) -> _Value:
    """The value that begins at `start`; unquoted at the end of a line that it is the entry of, whole."""
    quote = _QUOTE.match(text, start, line_end)
    if quote:
        end = _closing(text, quote, line_end)
        return _Value(quote.end(), end, True)
    run = _RUN.match(text, start, min(line_end, start + _JUDGED))
    if not run or text[start] in "&;,":
        return _Value(start, start, False)
    to_end = _TO_END.match(text, start, line_end) if first and line_end - start <= _JUDGED else None
    if to_end and not _NEXT_PAIR.search(text, start + 1, line_end):
        return _Value(start, line_end, False)
    cut = _NEXT_PAIR.search(text, start + 1, run.end())
    end = cut.start() if cut else run.end()
    while end > start and text[end - 1] in ",;)]}\\":
        end -= 1
    return _Value(start, end, False)


def _end(text: str, value: _Value, line_end: int) -> int:
    """Where a value ends that was judged by its beginning."""
    if value.quoted or value.end < value.start + _JUDGED:
        return value.end
    run = _RUN.match(text, value.end, line_end)
    cut = _NEXT_PAIR.search(text, value.end, run.end()) if run else None
    return cut.start() if cut else run.end() if run else value.end


def _closing(text: str, quote: re.Match[str], line_end: int) -> int:
    """Where the quoted value ends: at the same quote, unless that is escaped, or at the line's end."""
    mark = quote.group()
    end = text.find(mark, quote.end(), line_end)
    while end > 1 and len(mark) == 1 and text[end - 1] == "\\" and text[end - 2] != "\\":
        end = text.find(mark, end + 1, line_end)
    return line_end if end < 0 else end


def _changed(text: str, value: _Value, line_end: int, kind: str) -> Iterator[Span]:
    """The new value in a plan's `password = "old" -> "new"`."""
    arrow = _CHANGE.match(text, value.end, line_end)
    if arrow:
        new = _value(text, arrow.end(), line_end, False)
        if not placeholder(text[new.start : new.end]):
            yield Span(new.start, new.end, kind)


def _secret(text: str, value: _Value, place: _Place, name: Name) -> bool:
    written = text[value.start : min(value.end, value.start + _JUDGED)]
    if placeholder(written) or "***" in written or written.casefold() == name.written.casefold():
        return False
    if written.startswith("-----BEGIN"):
        return False  # a key, which `blocks` takes out between its marks
    attached = place.mark == "=" and not place.spaced and name.kind == "password"
    if place.mark in ("is", "") or (name.talk and not attached):
        return _in_a_sentence(written, place, name)
    if name.doubtful:
        random = _LONG_TOKEN.fullmatch(written) is not None and mixed(written)
        return random and (restless(written) or (name.kind == "token" and generated(written)))
    if name.word in ("pass", "pwd", "pw", "salt", "pepper") and place.mark == ":" and not place.quoted:
        # not "PASS: test" nor "pass:translate/2"
        entry = place.entry and place.spaced and mixed(written) and name.head.strip("-$.")
        return bool(entry) or (strong(written) and name.word != "pass")
    if name.kind == "password":
        rest = text[value.end : value.end + 40]
        return not (name.word == "pass" and written.isdigit()) and _password(written, place, rest)
    if place.mark == "flag":
        return not _METAVAR.fullmatch(written) and generated(written)
    if place.capitals and (place.entry or not place.spaced) and len(written) >= 8:
        return not (code(written) or path_like(written) or re.match(r"\w+://", written) or written.isdigit())
    if place.quoted and len(written) >= 16 and written.isalnum() and not written.isdigit():
        return True
    return generated(written) and " " not in written


def _in_a_sentence(value: str, place: _Place, name: Name) -> bool:
    if name.word.startswith(("passw", "passphrase", "passcode", "cred")):
        return strong(value) and (place.mark != "" or any(c in "!#$%^&*?~+=" for c in value))
    long_hex = _LONG_HEX.fullmatch(value) is not None and "auth" in name.head.lower()
    return long_hex or (restless(value) and mixed(value))


def _password(value: str, place: _Place, rest: str) -> bool:
    if len(value) < 3 or sentence(value):
        return False
    if place.quoted:
        return not (" " in value and place.mark == "flag")
    if code(value) or path_like(value) or (place.mark == "flag" and _METAVAR.fullmatch(value)):
        return False
    if place.mark == "flag" or (place.mark == "=" and not place.spaced):
        return True
    if place.entry:
        return mixed(value) or not value.isalpha() or place.mark == ":" or place.capitals
    goes_on = re.match(r"[ \t]+[A-Za-z]", rest) is not None  # a sentence, or the next field
    return mixed(value) and len(value) >= 6 and (not goes_on or strong(value))
