"""The README's pictures show what the action shows now."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from tools.pictures import COMMAND, FOLDER, HEIGHTS, SCALE, WIDTH, sources

LARGEST = 200_000  # bytes
FILES = [FOLDER / f"{name}-{theme}.png" for name in HEIGHTS for theme in ("light", "dark")]


@pytest.fixture(scope="module")
def shown() -> dict[str, str]:
    return sources()


@pytest.mark.parametrize("name", HEIGHTS)
def test_a_picture_shows_what_the_action_writes_now(shown: dict[str, str], name: str) -> None:
    committed = (FOLDER / f"{name}.html").read_text("utf-8")
    assert committed == shown[name], f"the picture is out of date: run `{COMMAND}` and commit the result"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_picture_is_small_and_has_the_size_of_its_page(file: Path) -> None:
    content = file.read_bytes()
    assert len(content) <= LARGEST
    height = HEIGHTS[file.stem.partition("-")[0]]
    assert struct.unpack(">II", content[16:24]) == (WIDTH * SCALE, int(height * SCALE))
