"""Derives the literals of which one occurs in every line that a regular expression accepts.

The prefilter looks for these keywords in all lines, and tries an expression only where one of them occurs.
They are found by walking the tree of Python's own parser of expressions. Letters are lower-case in them,
and 0 stands for any digit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import product
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any, NamedTuple

BEGIN = "\n"  # before a keyword that begins the text of a line
FEW = 40  # beginnings or ends of a part's texts that are kept
MOST_TEXTS = 48  # exact texts that are kept for a part of an expression
MOST_MEMBERS = 6  # members of a character class, folded, that are distinguished
MOST_TIMES = 6  # repetitions that are spelled out
LONGEST = 40  # characters of a text that are of use
SHORTEST = 3  # bytes of a keyword, its `^` among them
_FOLDED = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ123456789", "abcdefghijklmnopqrstuvwxyz000000000")

# Lines of logs among which as many look like errors as the rules have examples, and characters of a line.
LINES, CHARACTERS = 150_000, 70
RARE = 3  # lines among these
REPEATED = 0.4  # how often a character follows itself: rulers, dots, blanks
_LETTERS = "etaoinsrhldcumfpgwybvkxjqz"  # the most frequent first
_OTHERS = {" ": 0.15, "0": 0.12, ".": 0.03, "/": 0.03, "-": 0.03, ":": 0.03, "_": 0.02}

Cost = Callable[[str], float]
Texts = frozenset[str]


def folded(text: str) -> str:
    """The text as keywords have it."""
    return text.translate(_FOLDED)


class _Part(NamedTuple):
    """What is known of a part of an expression.

    `exact`: all texts that it accepts; None where there are too many. `needed`: sets of texts; of each set,
    one occurs in every text that the part accepts. `head` and `tail`: how what it accepts begins and ends.
    """

    exact: Texts | None
    needed: tuple[Texts, ...] = ()
    head: Texts = frozenset({""})
    tail: Texts = frozenset({""})


_BEGINNING = frozenset({BEGIN})
_NOTHING = _Part(frozenset({""}))
_ANYTHING = _Part(None)


def _joined(first: Texts, second: Texts) -> Texts:
    return frozenset(a + b for a, b in product(first, second))


def _small(texts: Texts) -> bool:
    return len(texts) <= MOST_TEXTS and all(len(text) <= LONGEST for text in texts)


def _few(texts: Texts, *, ends: bool = False) -> Texts:
    """Beginnings of the texts, or their ends: so short that there are few."""
    for length in (LONGEST, 8, 4, 2, 1):
        cut = frozenset(text[-length:] if ends else text[:length] for text in texts)
        if len(cut) <= FEW:
            return cut
    return _ANYTHING.head


def _across(before: Texts, after: Texts) -> Texts:
    """What is where the two meet: an end of the one and a beginning of the other."""
    return (
        _joined(_few(before, ends=True), _few(after)) if len(before) * len(after) < 4 * FEW else _few(after)
    )


def _followed(before: _Part, after: _Part) -> _Part:
    """Two parts, one after the other."""
    needed = before.needed + after.needed
    if before.exact is not None and after.exact is not None:
        both = _joined(before.exact, after.exact)
        if _small(both):
            return _Part(both, needed)
    first, last = before.exact or before.head, after.exact or after.tail
    meet = _across(before.exact or before.tail, after.exact or after.head)
    head = _joined(first, after.exact or after.head) if before.exact else first
    tail = _joined(before.exact or before.tail, last) if after.exact else last
    return _Part(None, (*needed, first, meet, last), _few(head), _few(tail, ends=True))


def _either(parts: Sequence[_Part], cost: Cost) -> _Part:
    """One of the parts."""
    if all(part.exact is not None for part in parts):
        exact = frozenset().union(*(part.exact or () for part in parts))
        if _small(exact):
            return _Part(exact)
    best = [_best(part, cost) for part in parts]
    needed = (frozenset().union(*(each or () for each in best)),) if all(best) else ()
    heads = frozenset[str]().union(*(part.head if part.exact is None else part.exact for part in parts))
    tails = frozenset[str]().union(*(part.tail if part.exact is None else part.exact for part in parts))
    return _Part(None, needed, _few(heads), _few(tails, ends=True))


def _bare(text: str) -> str:
    """A text without the indentation that it begins with."""
    return BEGIN + text[1:].lstrip() if text.startswith(BEGIN) else text


def _unanchored(keyword: str) -> str:
    """A keyword that is rare wherever it is need not begin a line: to look for it takes less."""
    rare = keyword.startswith(BEGIN) and len(keyword) > SHORTEST + 1 and by_chance(keyword[1:]) < RARE
    return keyword[1:] if rare else keyword


def _best(part: _Part, cost: Cost) -> Texts | None:
    """The needed set that costs least; None where no set is of use."""
    sets = (*part.needed, part.exact) if part.exact is not None else part.needed
    usable = [texts for texts in sets if texts and all(_usable(_bare(text)) for text in texts)]
    return min(usable, key=lambda texts: (sum(map(cost, texts)), sorted(texts)), default=None)


def _usable(text: str) -> bool:
    bare = text.removeprefix(BEGIN)
    return len(text.encode()) >= SHORTEST and bool(bare.strip()) and BEGIN not in bare


def _members(items: Iterable[tuple[Any, Any]]) -> Texts | None:
    """The members of a character class, folded; None where they are many."""
    members: set[str] = set()
    for what, value in items:
        if what is sre.LITERAL:
            members.add(folded(chr(value)))
        elif what is sre.RANGE and value[1] - value[0] < 64:
            members.update(folded(chr(code)) for code in range(value[0], value[1] + 1))
        elif what is sre.CATEGORY and value is sre.CATEGORY_DIGIT:
            members.add("0")
        else:
            return None
        if len(members) > MOST_MEMBERS:
            return None
    return frozenset(members)


def _repeated(least: int, most: int, part: _Part) -> _Part:
    """A part that occurs `least` to `most` times."""
    if part.exact is not None and most <= MOST_TIMES:
        texts = {""} if least == 0 else set[str]()
        some = _NOTHING.exact or frozenset()
        for count in range(1, most + 1):
            some = _joined(some, part.exact)
            texts |= some if count >= least else set()
        if _small(frozenset(texts)):
            return _Part(frozenset(texts))
    if least == 0:
        return _ANYTHING
    unit = part
    for _ in range(min(least, MOST_TIMES) - 1):
        unit = _followed(unit, part)
    if unit.exact is None:
        return unit
    return _Part(None, (unit.exact,), _few(unit.exact), _few(unit.exact, ends=True))


def _blank(what: Any, value: Any) -> bool:
    """Whether a node accepts white space alone."""
    if what in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
        return len(value[2]) == 1 and _blank(*value[2][0])
    if what is sre.IN:
        return value in ([(sre.CATEGORY, sre.CATEGORY_SPACE)],)
    return what is sre.LITERAL and chr(value) in " \t"


def _part(nodes: Iterable[tuple[Any, Any]], cost: Cost, whole: _Part = _NOTHING) -> _Part:
    """What is known of a sequence of the parser's nodes after what is known before. An indentation is left
    out."""
    for what, value in nodes:
        if whole.exact == _BEGINNING and _blank(what, value):
            continue
        if whole.exact is None:
            whole = _followed(whole, _node(what, value, cost))
        elif what is sre.BRANCH:
            whole = _either([_part(branch, cost, whole) for branch in value[1]], cost)
        elif what is sre.SUBPATTERN:
            whole = _part(value[3], cost, whole)
        else:
            whole = _followed(whole, _node(what, value, cost))
    return whole


def _node(what: Any, value: Any, cost: Cost) -> _Part:
    if what is sre.LITERAL:
        return _Part(frozenset({folded(chr(value))}))
    if what is sre.IN:
        members = _members(value) if value[0][0] is not sre.NEGATE else None
        return _Part(members) if members else _ANYTHING
    if what is sre.SUBPATTERN:
        return _part(value[3], cost)
    if what is sre.ATOMIC_GROUP:
        return _part(value, cost)
    if what is sre.BRANCH:
        return _either([_part(branch, cost) for branch in value[1]], cost)
    if what in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
        return _repeated(value[0], int(value[1]), _part(value[2], cost))
    if what is sre.AT:
        return _Part(frozenset({BEGIN})) if value is sre.AT_BEGINNING else _NOTHING
    if what is sre.ASSERT and value[0] > 0:  # what follows holds it, too
        best = _best(_part(value[1], cost), cost)
        return _Part(_NOTHING.exact, (best,) if best else ())
    if what in (sre.ASSERT, sre.ASSERT_NOT):
        return _NOTHING
    return _ANYTHING


def by_chance(keyword: str) -> float:
    """In how many of `LINES` lines of ordinary logs a keyword is, about."""
    chance = float(LINES if keyword.startswith(BEGIN) else LINES * CHARACTERS)
    before = ""
    for character in keyword.removeprefix(BEGIN):
        chance *= REPEATED if character == before else _frequency(character)
        before = character
    return chance


def _frequency(character: str) -> float:
    """How often a character occurs in logs: letters as in English, others by their kind."""
    if character in _LETTERS:
        return 0.09 * 0.88 ** _LETTERS.index(character)
    return _OTHERS.get(character, 0.003 if character.isascii() else 0.0003)


def first_characters(expression: str) -> frozenset[str]:
    """The characters, folded, of which one begins the text of every line that the expression accepts.

    Empty: it accepts lines that begin with any.
    """
    part = _part(_parser.parse(expression), len)
    heads = {_bare(head) for head in (part.head if part.exact is None else part.exact)}
    known = all(head.startswith(BEGIN) and len(head) > 1 for head in heads)
    return frozenset(head[1] for head in heads) if known else frozenset()


def begins_line(expression: str) -> bool:
    """Whether every alternative of the expression begins with the line's beginning."""
    part = _part(_parser.parse(expression), len)
    return all(head.startswith(BEGIN) for head in (part.head if part.exact is None else part.exact))


def keywords(expression: str, cost: Cost) -> frozenset[str]:
    """Texts of which one occurs in every text that the expression accepts.

    `cost` is the work that a keyword makes: of several sets the cheapest is taken. Empty: the expression
    needs no text of `SHORTEST` characters.
    """
    part = _part(_parser.parse(expression), cost)
    return frozenset(map(_unanchored, map(_bare, _best(part, cost) or ())))
