"""The project's values are what the library's dataclasses are: equal, hashed, shown and replaced by field."""

from __future__ import annotations

import copy
import dataclasses

import pytest

from fire_routine.model import Brief, Note, Step
from fire_routine.settings import Settings
from fire_routine.values import dataclass


@dataclass(frozen=True, slots=True)
class Point:
    x: int
    y: int = 0
    token: str = dataclasses.field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Other:
    x: int
    y: int = 0
    token: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Library:
    x: int
    y: int = 0
    token: str = dataclasses.field(default="", repr=False)


def test_equal_and_hashed_by_every_field_and_never_equal_to_another_class() -> None:
    assert Point(1, 2, "t") == Point(x=1, y=2, token="t")
    assert hash(Point(1, 2)) == hash(Point(1, 2)) == hash(Library(1, 2))
    assert len({Point(1, 2), Point(1, 2), Point(1, 2, "t"), Point(2, 2), Point(1, 3)}) == 4
    others: list[object] = [Other(1, 2), (1, 2, ""), None]
    assert Point(1, 2) not in others


def test_shown_like_the_librarys_and_without_what_must_not_be_shown() -> None:
    assert repr(Point(1, 2, "secret")) == repr(Library(1, 2, "secret")).replace("Library", "Point")
    assert "secret" not in repr(Settings(routine_token="secret", github_token="secret"))


def test_one_field_makes_a_value_too() -> None:
    @dataclass(frozen=True, slots=True)
    class Single:
        names: tuple[str, ...]

    assert Single(("a",)) == Single(("a",)) != Single(("b",))
    assert repr(Single(("a",))).endswith("Single(names=('a',))")


def test_replaced_copied_and_matched_as_the_librarys() -> None:
    note = Note("the log", "it is gone")
    assert dataclasses.replace(note, remedy="again") == Note("the log", "it is gone", "again")
    assert copy.deepcopy(note) == copy.copy(note) == note
    assert [field.name for field in dataclasses.fields(note)] == ["what", "why", "remedy"]
    match note:
        case Note(what, why):
            assert (what, why) == ("the log", "it is gone")


def test_nothing_can_be_added_to_a_value_and_defaults_are_not_shared() -> None:
    with pytest.raises((AttributeError, TypeError)):
        object.__setattr__(Step(1, "build", None, None, None), "extra", 1)
    assert Brief("", "", (), "").redactions is not Brief("", "", (), "").redactions
