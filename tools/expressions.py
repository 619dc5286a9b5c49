"""Go's regular expressions as Python's, their literals, and examples of what they match.

The parser of `re` is private to Python. Only tools for development use it, here alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from importlib import import_module
from itertools import product
from math import prod
from typing import Any, NamedTuple

_sre: Any = import_module("re._parser")
_codes: Any = import_module("re._constants")

_MOST_PATHS = 256  # alternatives of one expression
_SMALL = 4  # members of a class that counts as alternatives
_SHORTEST = 2  # characters of a useful literal
_MOST_CHARACTERS = 4096  # that a repetition without an upper bound counts for
_OPEN_ENDED = 60  # characters that an example has for a repetition without an upper bound


class UnsupportedError(ValueError):
    """An expression that cannot be imported; the message gives the reason."""


class Piece(NamedTuple):
    """Part of what an expression matches: a literal, or characters of a class."""

    literal: str
    members: str = ""  # the class as `[a-z]`
    least: int = 1
    most: int = 1


def python_expression(expression: str) -> str:
    """Go's syntax to Python's: flags in the middle, POSIX classes, `\\z`."""
    expression = expression.replace("[:alnum:]", "A-Za-z0-9").replace(r"\z", r"\Z")
    whole = re.compile(r"\(\?i\)")
    while inner := whole.search(expression):
        end = _end_of_group(expression, inner.end())
        expression = f"{expression[: inner.start()]}(?i:{expression[inner.end() : end]}){expression[end:]}"
    try:
        re.compile(expression)
    except re.error as error:
        raise UnsupportedError(f"Python cannot read it ({error})") from None
    return expression


def _end_of_group(expression: str, start: int) -> int:
    """Where the group that `start` is in ends."""
    depth = 0
    position = start
    in_class = False
    while position < len(expression):
        character = expression[position]
        if character == "\\":
            position += 1
        elif in_class:
            in_class = character != "]"
        elif character == "[":
            in_class = True
        elif character == "(":
            depth += 1
        elif character == ")":
            if not depth:
                return position
            depth -= 1
        position += 1
    return position


def paths_of(expression: str) -> list[list[Piece]]:
    """The alternatives of an expression, each as the pieces that it matches in order."""
    paths = list(_paths(_sre.parse(expression)))
    if not paths:
        raise UnsupportedError("has too many alternatives")
    return [_joined(path) for path in paths]


def strings_of(expression: str, most: int) -> list[str]:
    """All strings that the expression matches."""
    strings = []
    for path in paths_of(expression):
        if any(not piece.literal for piece in path):
            raise UnsupportedError("matches too many strings")
        strings.append("".join(piece.literal for piece in path))
    if len(set(strings)) > most:
        raise UnsupportedError("matches too many strings")
    return strings


def keywords_of(expression: str) -> dict[int, list[str]]:
    """For each distance from the start, the literals there, one for each alternative."""
    found: dict[int, list[str]] = {}
    for path in paths_of(expression):
        place = 0
        best = Piece(""), 0
        for piece in path:
            if len(piece.literal) > len(best[0].literal):
                best = piece, place
            if piece.least != piece.most:
                break
            place += len(piece.literal) or piece.least
        if len(best[0].literal) < _SHORTEST:
            raise UnsupportedError("has no literal at a fixed place")
        found.setdefault(best[1], []).append(best[0].literal)
    return {place: sorted(set(keywords)) for place, keywords in sorted(found.items())}


def written_examples(expression: str, keywords: Sequence[str] = ("",), most: int = 4) -> list[str]:
    """Examples in the notation of `token_data`, one for each of the first alternatives with a keyword."""
    written = []
    for path in paths_of(expression):
        example = "".join(map(_written, path))
        if any(keyword in example for keyword in keywords):
            written.append(example)
    return list(dict.fromkeys(written))[:most]


def _written(piece: Piece) -> str:
    if piece.literal:
        return piece.literal
    count = piece.most if piece.most <= 2 * piece.least else max(piece.least, min(piece.most, _OPEN_ENDED))
    return f"{{{count} {piece.members}}}" if count else ""


def _joined(path: Sequence[Piece]) -> list[Piece]:
    """Neighbouring literals as one."""
    joined: list[Piece] = []
    for piece in path:
        if piece.literal and joined and joined[-1].literal:
            joined[-1] = Piece(joined[-1].literal + piece.literal)
        elif piece.literal or piece.most:
            joined.append(piece)
    return joined


def _paths(tree: Any) -> Iterator[list[Piece]]:
    parts = [list(_alternatives(code, argument)) for code, argument in tree]
    if prod(map(len, parts)) <= _MOST_PATHS:
        for chosen in product(*parts):
            yield [piece for pieces in chosen for piece in pieces]


def _alternatives(code: Any, argument: Any) -> Iterator[list[Piece]]:
    """What one part of a parsed expression matches. Literals are as written, regardless of flags."""
    if code is _codes.LITERAL:
        yield [Piece(chr(argument))]
    elif code is _codes.IN:
        yield from _class(argument)
    elif code is _codes.SUBPATTERN:
        yield from _paths(argument[3])
    elif code is _codes.BRANCH:
        for inner in argument[1]:
            yield from _paths(inner)
    elif code in (_codes.MAX_REPEAT, _codes.MIN_REPEAT):
        yield from _repeated(*argument)
    elif code in (_codes.AT, _codes.ASSERT, _codes.ASSERT_NOT):
        yield []
    else:
        raise UnsupportedError(f"has {code}")


def _class(items: Any) -> Iterator[list[Piece]]:
    members = [chr(code) for kind, code in items if kind is _codes.LITERAL]
    if len(members) == len(items) <= _SMALL:
        yield from ([Piece(member)] for member in members)
    else:
        yield [Piece("", "[" + "".join(_member(kind, code) for kind, code in items) + "]")]


def _member(kind: Any, code: Any) -> str:
    if kind is _codes.LITERAL:
        return re.escape(chr(code))
    if kind is _codes.RANGE:
        return f"{re.escape(chr(code[0]))}-{re.escape(chr(code[1]))}"
    if kind is _codes.CATEGORY and code in (_codes.CATEGORY_WORD, _codes.CATEGORY_DIGIT):
        return r"A-Za-z0-9_" if code is _codes.CATEGORY_WORD else "0-9"
    raise UnsupportedError("has a negated class")


def _repeated(least: int, most: int, inner: Any) -> Iterator[list[Piece]]:
    for path in _paths(inner):
        if len(path) == 1 and not path[0].literal:
            yield [path[0]._replace(least=least, most=min(int(most), _MOST_CHARACTERS))]
        elif least == most:
            yield path * least
        else:
            yield from (path * count for count in sorted({least, min(int(most), least + 1)}))
