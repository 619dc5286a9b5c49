"""The README's tables and quick start agree with action.yml and the examples."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))


def table(heading: str) -> dict[str, list[str]]:
    """The rows of all tables under a heading by their first cells, without the tables' heads."""
    section = README.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| `")]
    cells = [[cell.strip().strip("`") for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in rows]
    return {row[0]: row[1:] for row in cells}


def test_inputs_are_those_of_action_yml_with_their_defaults() -> None:
    expected = {name: str(entry["default"]) for name, entry in ACTION["inputs"].items()}
    assert {name: row[0] for name, row in table("Inputs").items()} == expected


def test_outputs_are_those_of_action_yml() -> None:
    assert list(table("Outputs")) == list(ACTION["outputs"])


def test_quick_start_is_the_example() -> None:
    example = (ROOT / "examples/final-job.yml").read_text("utf-8")
    recipe = README.partition("```yaml\n")[2].partition("```")[0]

    def plain(text: str) -> str:
        return re.sub(r"OWNER/fire-routine@.*", "OWNER/fire-routine@", text)

    assert plain(recipe) in plain(example)
