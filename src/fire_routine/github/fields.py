"""Fields of GitHub's JSON, each of the expected type. Pure.

A required field that is missing or of another type raises `ValueError`, `KeyError` or `TypeError`. The others
fall back to an empty value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, TypeAlias, TypeVar

T = TypeVar("T")
Json: TypeAlias = Mapping[str, Any]


def mapping(value: object) -> Json:
    if not isinstance(value, Mapping):
        raise TypeError("an object was expected")
    return value


def sequence(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError("a list was expected")
    return value


def each(parse: Callable[[Json], T], value: object) -> Iterator[T]:
    """The parsed items of a list, if it is one; those that can't be parsed are left out."""
    for item in value if isinstance(value, list) else ():
        with suppress(LookupError, TypeError, ValueError):
            yield parse(mapping(item))


def text(data: Json, key: str) -> str:
    value = data.get(key)
    return value if isinstance(value, str) else ""


def texts(data: Json, key: str) -> tuple[str, ...]:
    """The first ten texts of a list."""
    value = data.get(key)
    return tuple(item for item in value if isinstance(item, str))[:10] if isinstance(value, list) else ()


def whole(data: Json, key: str) -> int:
    value = data.get(key)
    return value if isinstance(value, int) else 0


def needed(data: Json, key: str) -> str:
    value = data[key]
    if not isinstance(value, str) or not value:
        raise TypeError(f"{key} is not a text")
    return value


def identity(data: Json, key: str = "id") -> int:
    value = data[key]
    if not isinstance(value, int):
        raise TypeError(f"{key} is not a number")
    return value


def part(data: Json, key: str) -> Json:
    value = data.get(key)
    return value if isinstance(value, Mapping) else {}


def time(value: object) -> datetime | None:
    """An ISO 8601 time in UTC; None for anything else."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
