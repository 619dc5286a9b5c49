from __future__ import annotations

import pytest

from fire_routine.compose.grouping import base_name, matrix_values


@pytest.mark.parametrize(
    ("name", "base", "values"),
    [
        ("test", "test", ()),
        ("test (ubuntu-latest, 3.12)", "test", ("ubuntu-latest", "3.12")),
        ("build (a) / test (b, c)", "build / test", ("a", "b", "c")),
        ("test (gcc (Debian) 12, x)", "test", ("gcc (Debian) 12", "x")),
        ("call(me)", "call(me)", ()),
        ("install (linux / 3.9)", "install", ("linux / 3.9",)),
        ("up (a / b) / test (c / d, e)", "up / test", ("a / b", "c / d", "e")),
        ("Test (Mac) (macos-latest, 22.x)", "Test (Mac)", ("macos-latest", "22.x")),
        ("odd :-) (x)", "odd :-)", ("x",)),
        ("odd (", "odd (", ()),
        ("odd )", "odd )", ()),
        ("(x)", "(x)", ()),
    ],
)
def test_matrix_values_are_what_a_job_name_has_in_parentheses_at_its_end(
    name: str, base: str, values: tuple[str, ...]
) -> None:
    assert base_name(name) == base
    assert matrix_values(name) == values
