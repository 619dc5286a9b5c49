"""Which rule takes a line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from operator import itemgetter

from ..patterns import pattern
from .literals import Literals
from .passed import LEADING, PASSED
from .rules import DULL, GENERAL, SPECIFIC
from .rules.infrastructure import SIGNS
from .rules.rule import CAUSE, HINT, NOISE, Rule
from .succeeded import SAID
from .text import CARET, ESCAPE, PROBE, numbered, probed, texts

_ALL = (*DULL, *SPECIFIC, *GENERAL)
_GENERAL = frozenset(rule.name for rule in GENERAL)
_DULL = frozenset(rule.name for rule in DULL)
_SIGNS = frozenset(rule.name for rule in SIGNS)
# What other tools put before a line: times, a container's, a target's or an Ant task's name, a box's edge,
# the number and level in npm's own log, what git puts before a remote's output (Heroku indents that).
# A level tells something itself, so behind another it stays.
_PREFIX = (
    r"(?:(?:\[?\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?\]?"
    r"|\[?\d{1,2}:\d\d:\d\d(?:[.,]\d+)?(?: [AP]M)?(?:\]:?|:)?"
    r"(?: +(?:TRACE|DEBUG|INFO|WARNING|ERROR|FATAL|CRITICAL) +-)?"
    r"|[ \d]\d{0,3}:\d\d\.\d\d|remote:(?: {7})?|C/C\+\+:|[\w.+-]{1,80}>"
    r"|(?!\d+ +\|)[\w./-]{1,40}(?:\(\d+\)| \d+)? +\|"
    r"|^\[ERROR\]|\[(?!WARN|warn|ERROR\]|\D\]|[A-Z]+_[A-Z])[\w ./:@#&,()+-]{1,60}\](?:   \||:)?"
    r"| {2,12}\[[a-z][\w.-]{1,20}\]|\d+ error(?= gyp | [A-Z]:\\| /)|#\d+ \d+\.\d+|[|=>]|▸"
    r"|(?:[\w.-]+/)+[\w.-]+ [a-z][\w:-]*:|@?[\w./-]{1,60}:[a-z][a-z:-]{1,30}:)(?: |$)"
    # Docker Compose puts its time before a line without a blank.
    r"|2\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z"
    # A record that holds what was printed: https://pkg.go.dev/cmd/test2json, and as loggers write them.
    r'|^\{[^\n]{0,600}?"(?:Output|msg|message)": ?")+'
    r"|##\[error\]"
)
RAW_PREFIX = pattern(_PREFIX.encode())
_RED, _RED_CARETS = (pattern(start + rb"\[(?:[0-9;]{0,20};)?[39]1[;m]") for start in (rb"\x1b", rb"\^\["))
_RED_ENDS = Literals(colour + end for colour in (b"31", b"91") for end in (b"m", b";"))
_RED_SIZE = 32  # bytes that it may take
_RED_RULE = next(rule for rule in GENERAL if rule.name == "red")

# A line that a problem matcher took.
_MATCHED = next(rule for rule in SPECIFIC if rule.name == "actions-error")

_TIME = r"(?:\[[\w ./:@-]{1,40}\] )?\[?(?:\d{4}[-/]\S+[T ])?\d+:\d\d[\d:.,Z]*\]? +"
_SAID = r"(?:- )?(?:\[[^\]]{1,60}\] |[\w.]{1,60} - )?\[?"  # between a time and a level: a thread, a logger
_INFO = pattern(rf"(?:{_TIME})?{_SAID}(?:INFO|DEBUG|TRACE|VERBOSE|info|debug)\b(?!.*(?:FAIL|\[ERROR\]))")
_INFO_RULE = next(rule for rule in GENERAL if rule.name == "information")
_WARN = pattern(rf"{_TIME}{_SAID}(?:WARN(?:ING)?\b|warn(?:ing)?\])|\[WARN(?:ING)?\] ")
_WARN_RULE = next(rule for rule in GENERAL if rule.name == "warning")

# A source as compilers and linters quote it, behind its line's number.
_QUOTED = pattern(r"\s*(?:> *)?\d+ ?(?:[|│▕]|\\x\{2502\}) (?! *(?:ERROR|WARNING) )")
# What a compiler says below such a source, beside the place that it points at: belongs to the error above.
_LABEL = pattern(r" +\|[ |]+(?:[-^~]{2,}|_{2,}[-^~])")
_QUOTED_RULE = next(rule for rule in GENERAL if rule.name == "quoted-source")

# Parts of words that are worth a look wherever they stand.
_ANYWHERE = (b"error", b"fail", b"exception", b"panic")
_FORMATS = frozenset(rule.name for rule in SPECIFIC if rule.weight >= HINT or rule.section is not None)
HEADING, ERROR = b"##[group]Run ", b"##[error]"  # how a runner heads a step, and tells an error
GITHUB_MARKS = (HEADING, ERROR)
OTHER_MARKS = (b"travis_time:start", b"exited with", b"marked build as failure", b"Finished: ")
# What a line may tell of steps, of tests and, each tool's in a bit from `RUNS` on, of runs, by the literals
# that stand in it.
OF_GITHUB, OF_OTHERS, OF_PASSED, RUNS = 1, 2, 4, 3
_MARKS = (
    {literal: 1 << RUNS + tool for tool, said in enumerate(SAID) for literal in said}
    | dict.fromkeys(PASSED, OF_PASSED)
    | dict.fromkeys(OTHER_MARKS, OF_OTHERS)
    | dict.fromkeys(GITHUB_MARKS, OF_GITHUB)
)

# Letters to lower case, every digit to a nought, and bytes beyond ASCII to few: the fewer different ones
# there are, the faster is the search. A rule's expression tells apart what is equal then.
_FOLD = bytes(
    48 if chr(code) in "0123456789" else ord(chr(code).lower()) if code < 128 else 128 + code % 16
    for code in range(256)
)

_Entry = tuple[int, bytes, Rule]  # order, first character or none, rule


def _called(literal: str) -> tuple[bytes, bytes]:
    """The first character of the line that a literal asks for, if it does, and the text."""
    if literal[0] == "^":
        return literal[1].encode(), (literal[3:] or literal[1]).encode().translate(_FOLD)
    return b"", literal.encode().translate(_FOLD)


@cache
def _all() -> tuple[Literals, list[tuple[_Entry, ...]], frozenset[int]]:
    """The literals of all rules, the rules that each calls for, and which are worth a look anywhere."""
    entries: dict[bytes, list[_Entry]] = {}
    for order, rule in enumerate(_ALL):
        for literal in filter(None, rule.literals):
            first, text = _called(literal)
            entries.setdefault(text, []).append((order, first, rule))
    literals = Literals(entries)
    anywhere = frozenset(at for at, literal in enumerate(literals.literals) if literal in _ANYWHERE)
    return literals, [tuple(entries[literal]) for literal in literals.literals], anywhere


_TELLING = pattern(rb"[a-z]{3}|[^\x00-\x7f]")  # without it, a text stands in lines of every kind
# What a line's text follows: another line, a timestamp, what other tools put before it; an indentation.
# Escape sequences are searched, too, since to take them off takes longer: so it may follow the end of one,
# which sets a colour or erases a line.
_ESCAPED = (b"0m", b"[m", b"0k", b"[k")
_BEFORE = (b"\n", b"\r", b"\x07", b"z ", b"] ", b"| ", b"0 ", "▸ ".encode().translate(_FOLD), *_ESCAPED)
_INDENTATIONS = (b"\n ", b"\x07 ", b"  ", b"\t", *(end + b" " for end in _ESCAPED))
_PLACE, _COLOURED = b":0", b"\x1b[0m:0"  # a file's name may have a colour of its own


def _beginnings(first: bytes, text: bytes, indented: bool) -> list[bytes]:
    """Literals for a line that begins so."""
    before = (*_BEFORE, *_INDENTATIONS) if indented else _BEFORE
    if first == b"0":
        text = text.removeprefix(first)
        return [start + number + text for start in before for number in (b"0", b"00", b"000", b"0000")]
    return [start + (text if text.startswith(first) else first.translate(_FOLD)) for start in before]


@cache
def _formats() -> Literals:
    """What makes a line worth a look wherever it stands."""
    texts = [*_ANYWHERE, *(mark.translate(_FOLD) for mark in _MARKS if mark not in LEADING)]
    for mark in LEADING:
        texts += _beginnings(mark[:1], mark.translate(_FOLD), indented=False)
    for rule in SPECIFIC:
        for literal in filter(None, rule.literals if rule.name in _FORMATS else ()):
            first, text = _called(literal)
            if first and ((text.isascii() and text.startswith(first)) or not _TELLING.search(text)):
                texts += _beginnings(first, text, rule.indented)
            else:
                texts.append(text)
                if _PLACE in text:
                    texts.append(text.replace(_PLACE, _COLOURED, 1))
    return Literals(texts)


def _reds(raw: bytes) -> list[int]:
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
    joined = b"\n".join(lines)
    return {
        at: sum({_MARKS[marks.literals[which]] for which, _, _ in marks.find(lines[at])})
        for at in numbered(joined, marks.ends(joined))
    }


def worth_a_look(raw: bytes) -> list[int]:
    """Which raw lines, each behind a line's end, may be marks, or be taken by a rule wherever they stand.

    Most of a log's are not.
    """
    places = _formats().ends(raw.translate(_FOLD))
    reds = _reds(raw)
    return [at - 1 for at in numbered(raw, sorted([*places, *reds]) if reds else places)]


@lru_cache(maxsize=4096)
def _entries(called: frozenset[int], general: bool) -> tuple[_Entry, ...]:
    """The rules that these literals call for, in order; the general ones only if asked for."""
    _, entries, _ = _all()
    found = {entry[:2]: entry for at in called for entry in entries[at]}
    return tuple(
        sorted(
            [each for each in found.values() if general or each[2].name not in _GENERAL], key=itemgetter(0)
        )
    )


def _start(line: bytes) -> bytes:
    """The first character of a line."""
    start = line.lstrip()[:4]
    if start[:1] > b"\x7f":
        return start.decode("utf-8", "ignore")[:1].encode()
    return start[:1].translate(_FOLD)


def _first(line: bytes, text: str, entries: Sequence[_Entry]) -> Rule | None:
    """The first of the rules that takes the line."""
    start = _start(line)
    for _, first, rule in entries:
        if (not first or first == start) and rule.pattern.search(text):
            return rule
    return None


def _better(behind: Rule, whole: Rule | None) -> bool:
    """Whether the rule for what stands behind a prefix tells more than the one for the whole line: surely
    where it says that this is no failure, whatever words it holds."""
    if whole is None or behind.name in _DULL:
        return True
    if whole is not _MATCHED and whole.name not in _SIGNS and whole.name not in _GENERAL:
        return False
    if behind.weight < 1 or behind.weight > whole.weight:
        return True
    return whole.name in _GENERAL and behind.name not in _GENERAL


def _quotes(rule: Rule, text: str) -> bool:
    """Whether what a rule took is a source that a tool quotes, or a label in one."""
    return _LABEL.match(text) is not None or (rule.name in _GENERAL and _QUOTED.match(text) is not None)


def _rule(line: bytes, entries: Sequence[_Entry], red: bool) -> Rule | None:
    """The rule for a line, behind what other tools put before it too; red is an error in every tool."""
    bare = text = line.decode("utf-8", "replace")
    rule = _first(line, text, entries)
    if rule is None or rule.weight > NOISE:
        prefix = RAW_PREFIX.match(line)
        if prefix is not None:
            rest = line[prefix.end() :]
            bare = rest.decode("utf-8", "replace")
            behind = _first(rest, bare, entries)
            if behind is not None and _better(behind, rule):
                rule = behind
    if rule is not None and (_quotes(rule, text) or (bare is not text and _quotes(rule, bare))):
        return _QUOTED_RULE
    if rule is not None and (1 <= rule.weight < CAUSE - 1 or rule.name in _SIGNS) and _INFO.match(text):
        return _INFO_RULE
    if rule is not None and HINT < rule.weight < CAUSE and not rule.warns and _WARN.match(text):
        return _WARN_RULE
    weaker = rule is None or (rule.name in _GENERAL and 1 <= rule.weight < _RED_RULE.weight)
    if red and weaker and rule is not _WARN_RULE:
        return _RED_RULE if line.strip() else rule
    return rule


def _calls(shown: Sequence[bytes], reds: Iterable[int]) -> dict[int, set[int]]:
    """The places of the lines in which literals stand, or that are red, and which literals."""
    literals, _, _ = _all()
    calls: dict[int, set[int]] = {at: set() for at in reds}
    at, end = -1, 0  # the line, and where the next one begins
    for literal, start, _ in literals.find(b"\n".join(shown).translate(_FOLD)):
        if start >= end:
            while start >= end:
                at += 1
                end += len(shown[at]) + 1
            called = calls.setdefault(at, set())
        called.add(literal)
    return calls


def classify(lines: Sequence[bytes], *, every: bool) -> list[Rule | None]:
    """The rule for each of the raw lines, their timestamps taken off.

    Without `every`, a line counts only where a tool's format takes it, or it holds one of the words that
    are worth a look wherever they stand: weaker ones count near the place where a step failed.
    """
    shown = texts(lines)
    if max(map(len, shown), default=0) > PROBE:
        shown = list(map(probed, shown))
    _, _, anywhere = _all()
    joined = b"\n".join(lines)
    reds = set(numbered(joined, _reds(joined)))
    rules: list[Rule | None] = [None] * len(lines)
    for at, called in _calls(shown, reds).items():
        red = at in reds
        general = every or red or not called.isdisjoint(anywhere)
        rule = _rule(shown[at], _entries(frozenset(called), general), red)
        if general or (rule is not None and rule.name in _FORMATS):
            rules[at] = rule
    return rules


def classify_line(raw: bytes) -> Rule | None:
    """The rule for one raw line without a timestamp."""
    return classify([raw], every=True)[0]
