"""Where the value of a name is, and how it is written down.

It may be after an operator or a blank, or on the line below. It may be the argument of a flag, in the next
column of a table, or in a sentence.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple

from ...patterns import pattern
from ..heuristics import is_random_token, mixes_case, mixes_digits
from ..text_index import end_of_line
from .keywords import Name

_SEPARATOR = pattern(
    # PHP's `:protected`, and a type, as languages write it before the value
    r"(?:\\*[\"'`])?(?::protected|:private)?\]?"
    r"(?:(?::[ ]?[&\w.<>\[\]?]{1,40}|[ ]string)(?=[ \t]{0,4}=(?![=>])))?"
    r"(?P<gap>[ \t]{0,64})(?P<mark>=>|[:?+.|]{0,3}=(?![=>]|~[ \t])|:(?!:))"
    r"(?P<after>[ \t]{0,40}(?:!![a-z]{1,9}[ \t]|Some\((?=\\*\"))?)"
)
_QUOTE = pattern(r"\\*(?:\"\"(?=\w)|[\"'`])")  # doubled, as CSV and Visual Basic have them in a string
JUDGED = 256  # characters by which a value is judged
_RUN = pattern(r"[^\s\"'`<>]++")
_TO_END = pattern(r"\S++\Z")
_REDACTED = pattern(r"\[redacted:")
_HEAD = 80  # characters of a line in front of a name that begins it
_REACH = 64  # characters after a value in which the next pair's name ends


def _next_pair(marks: str) -> re.Pattern[str]:
    """What begins after a value: the next pair of a query, connection string or list, or the next command.

    The names of a connection string have blanks. A password may contain `&` and `;` alone."""
    return pattern(
        rf"[&;](?=(?:[\w.-]{{1,40}}|[A-Za-z]{{2,20}}(?:[ ][A-Za-z]{{2,20}}){{1,2}})[ ]?{marks}|\[redacted:)"
        rf"|(?:&&?|;)(?=[a-z]{{2,16}}[ \t])|,(?=[\w.-]{{1,40}}{marks}|\\*[\"'])|\\[nrt]|\\u0026|&amp;"
        r"|\[redacted:",
        re.ASCII,
    )


_NEXT_PAIR = _next_pair("=")
_NEXT_ENTRY = _next_pair("[=:]")
# The name of a secret: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecretsmanager.html
_ARN = pattern(r":secretsmanager:[\w-]{0,32}:\d{0,12}:\Z")
_HEAD_OF_LINE = pattern(
    r"[ \t]*(?:[-+*>|│$#~][ \t]+)*"
    r"(?:(?:export|set|setx|env|declare -x|ENV|ARG|typeset -x|\$env:)[ \t:]*)?[\"']?"
)
# Where a value is that does not follow its name: in a block scalar (YAML 1.2, 8.1), below a broken line, or
# after the type that PHP's var_dump prints
_BELOW = pattern(
    r"(?P<sign>[|>][-+1-9]{0,2})?[ \t]{0,16}\n(?P<indent>[ \t]{0,80})(?:string\(\d{1,6}\) )?(?=\S)"
)
# Between a name and the next word, cell or item: a word, bars, a wide gap, a dash, or a comma in a pair
_NEXT = pattern(
    r"(?P<link>[\"']?[ \t]{0,60}[|│┃][ \t]{1,60}|[ \t]{2,60}(?![|│┃])|[ \t]-[ \t](?=[\"'])"
    r"|[\"'],[ \t]{0,40}b?(?=[\"'])"
    r"|(?:(?P<colon>:)|[ ](?:is|was|to|(?:set|changed|reset) to|provided|used)(?P<after>:)?)[ \t]{1,4})"
    r"|[ \t]{1,8}(?![-=:|&;<>])"
)
_OWN_NAME = pattern(r"(?P<name>[\w.$-]{1,60})[\"']?[ \t]{0,4}(?::|=(?![=\s]|\Z))")
_DOCKERFILE = pattern(r"(?:^|[ \t])ENV[ \t]{1,8}\Z", re.MULTILINE)
_FLAG = pattern(r"--?(?:[A-Za-z][\w-]{0,60})?", re.ASCII)
_METAVAR = pattern(r"-[a-z][A-Z]{2,20}")  # a short option and its value's name, as a help has it
_FLAG_BEFORE = ("", *"\"'`=[(, \t\n")
# Between a flag and its value: blanks, or the separator of a list of arguments, as Python prints it.
_FLAG_GAP = pattern(r"[ \t]+(?![-|&;>])|[\"'],[ \t]*(?=[\"'][^-\"'])")


class Value(NamedTuple):
    start: int
    end: int
    quoted: bool


class Link(Enum):
    """What is between a name and its value."""

    EQUALS = "="
    COLON = ":"
    FLAG = "the blank after a flag"
    NEXT = "a word, a bar, a wide gap or a comma: the value is the next word, cell or item"
    BARE = "a blank"


class Form(NamedTuple):
    """How a value is written down."""

    link: Link
    spaced: bool
    entry: bool  # the name begins the line, the value ends it
    capitals: bool  # NAME_IN_CAPITALS, as environment variables are written

    @property
    def attached(self) -> bool:
        return self.link is Link.EQUALS and not self.spaced


def locate(text: str, name: Name) -> tuple[Value, Form] | None:
    """The value of a name, and the first form in which it is found."""
    line_end = end_of_line(text, name.end)
    found = _assigned(text, name, line_end) or _flagged(text, name, line_end) or _next(text, name, line_end)
    return (_without_blanks(text, found[0]), found[1]) if found else None


def _assigned(text: str, name: Name, line_end: int) -> tuple[Value, Form] | None:
    separator = _SEPARATOR.match(text, name.end, line_end)
    if not separator or text.endswith("://", 0, name.start):  # a user's name in a link
        return None
    if text.endswith(":", 0, name.start) and separator.group() == ":":  # a path: `:credentials:compileJava`
        return None
    if _ARN.search(text, max(0, name.start - _REACH), name.start):
        return None
    line = max(text.rfind("\n", max(0, name.start - _HEAD), name.start) + 1, name.start - _HEAD)
    first = _HEAD_OF_LINE.fullmatch(text, line, name.start) is not None
    value = _below(text, separator.end(), line) or _after_mark(text, separator, line_end, name, first)
    if first and name.word in ("passphrase", "mnemonic") and not value.quoted:
        line_end = end_of_line(text, value.start)
        value = Value(value.start, value.start + len(text[value.start : line_end].rstrip()), False)  # words
    form = Form(
        Link.COLON if separator["mark"] == ":" else Link.EQUALS,
        bool(separator["gap"] or separator["after"]),
        first and not text[value.end : end_of_line(text, value.start)].strip("\"'`\\,; \t"),
        name.capitals,
    )
    return value, form


def _after_mark(text: str, separator: re.Match[str], line_end: int, name: Name, first: bool) -> Value:
    colon = separator["mark"] == ":"
    pair = _NEXT_ENTRY if colon else _NEXT_PAIR
    # an entry of YAML, a header, a variable or a flag, but no query
    literal = (colon and separator["after"]) or name.capitals or name.head.startswith("-")
    alone = (_REDACTED if literal else pair) if first else None
    return value_at(text, separator.end(), line_end, alone, pair)


def _below(text: str, start: int, line: int) -> Value | None:
    """The only word on the line below the line from `line` to `start`, which ends with a name.

    In quotes, or deeper under the sign of a block, it is the name's; else only random characters are.
    """
    below = _BELOW.match(text, start)
    if not below:
        return None
    line_end = end_of_line(text, below.end())
    value = value_at(text, below.end(), line_end, _REDACTED)
    written = text[value.start : value.end]
    own_name = _OWN_NAME.match(written) if not value.quoted else None
    if text[value.end : line_end].strip("\"'`,;)} \t") or (
        own_name and not is_random_token(own_name["name"])
    ):
        return None
    indented = below["sign"] and not text.startswith(below["indent"], line)  # deeper than the name's line
    sure = (value.quoted and " " not in written) or indented  # in quotes with blanks, what is wrong with it
    return value if sure or (mixes_case(written) and mixes_digits(written)) else None


def _flagged(text: str, name: Name, line_end: int) -> tuple[Value, Form] | None:
    gap = _FLAG_GAP.match(text, name.end, line_end)
    if (
        not gap
        or not _FLAG.fullmatch(name.head)
        or text[max(0, name.start - 1) : name.start] not in _FLAG_BEFORE
    ):
        return None
    if _METAVAR.fullmatch(name.written):
        return None
    value = value_at(text, gap.end(), line_end)
    return value, Form(Link.FLAG, True, False, False)


def _next(text: str, name: Name, line_end: int) -> tuple[Value, Form] | None:
    """The next word, cell or item: "the password is …", `| password | … |`, `ENV A_KEY …`."""
    if _DOCKERFILE.search(text, max(0, name.start - _REACH), name.start) and text[name.end] == " ":
        value = value_at(text, name.end + 1, line_end)
        return value, Form(Link.EQUALS, False, True, name.capitals)
    gap = _NEXT.match(text, name.end, line_end)
    if not gap:
        return None
    value = value_at(text, gap.end(), line_end)
    joined = name.head and not name.head.endswith(" ")  # one word, and more than `token`
    link = Link.COLON if gap["colon"] or gap["after"] else Link.NEXT if gap["link"] or joined else Link.BARE
    return value, Form(link, True, False, name.capitals)


def _without_blanks(text: str, value: Value) -> Value:
    """The value without blanks that are only padding within its quotes."""
    written = text[value.start : value.end]
    inner = written.strip(" ")
    if not value.quoted or not inner or " " in inner:
        return value
    start = value.start + len(written) - len(written.lstrip(" "))
    return Value(start, start + len(inner), True)


def value_at(
    text: str,
    start: int,
    line_end: int,
    alone: re.Pattern[str] | None = None,
    pair: re.Pattern[str] = _NEXT_PAIR,
) -> Value:
    """The value that begins at `start`; unquoted, it ends at white space, quotes, tags or what `pair` finds.

    Args:
        alone: all that ends a value that has the rest of its line to itself; None: it has not.
    """
    quote = _QUOTE.match(text, start, line_end)
    if quote:
        end = _closing(text, quote, line_end)
        return Value(quote.end(), end, True)
    run = _RUN.match(text, start, min(line_end, start + JUDGED))
    to_end = _TO_END.match(text, start, line_end) if alone and line_end - start <= JUDGED else None
    if alone and to_end and not alone.search(text, start, line_end):
        return Value(start, line_end - text.endswith(";", start, line_end), False)
    if not run or (text[start] in "&;," and pair.match(text, start, min(line_end, start + _REACH))):
        return Value(start, start, False)
    end = _cut(text, start + 1, run.end(), line_end, pair)
    while end > start and text[end - 1] in "&,;)]}\\":
        end -= 1
    return Value(start, end, False)


def _cut(text: str, start: int, end: int, line_end: int, pair: re.Pattern[str]) -> int:
    """Where the next pair begins between `start` and `end`, or `end`."""
    cut = pair.search(text, start, min(line_end, end + _REACH))
    return min(cut.start(), end) if cut else end


def whole_end(text: str, value: Value, line_end: int) -> int:
    """Where a value ends that was judged by its beginning."""
    if value.quoted or value.end < value.start + JUDGED:
        return value.end
    run = _RUN.match(text, value.end, line_end)
    return _cut(text, value.end, run.end(), line_end, _NEXT_PAIR) if run else value.end


def _closing(text: str, quote: re.Match[str], line_end: int) -> int:
    """Where the quoted value ends: at the same quote, unless that is escaped, or at the line's end."""
    mark = quote.group()
    end = text.find(mark, quote.end(), line_end)
    while end > 1 and len(mark) == 1 and text[end - 1] == "\\" and text[end - 2] != "\\":
        end = text.find(mark, end + 1, line_end)
    return line_end if end < 0 else end
