"""Examples and documents name inputs and outputs that exist, and every example is listed and run."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
INPUTS, OUTPUTS = set(ACTION["inputs"]), set(ACTION["outputs"])
OURS = "OWNER/fire-routine@"
WORKFLOWS = sorted((ROOT / "examples").glob("*.yml"))
DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/*.md")]
TEXTS = sorted([*WORKFLOWS, *(path for path in DOCUMENTS if path.name != "CHANGELOG.md")])
# Names with a dash that are neither an input, an output nor a reason.
OTHER_NAMES = {
    "continue-on-error", "error-like", "fire-routine", "no-claude", "pull-requests",
    "timeout-minutes",
}  # fmt: skip


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def steps(workflow: Any) -> Iterator[dict[str, Any]]:
    """Every step in a workflow, or in a part of one."""
    if isinstance(workflow, dict):
        if "uses" in workflow:
            yield workflow
        for value in workflow.values():
            yield from steps(value)
    elif isinstance(workflow, list):
        for item in workflow:
            yield from steps(item)


def yaml_of(path: Path) -> list[str]:
    """The YAML of a workflow, or of the blocks of a document."""
    text = path.read_text("utf-8")
    if path.suffix == ".yml":
        return [text]
    return [textwrap.dedent(block) for block in re.findall(r"^```ya?ml\n(.*?)^```", text, re.M | re.S)]


@pytest.mark.parametrize("path", TEXTS, ids=name_of)
def test_every_input_that_is_given_exists(path: Path) -> None:
    given: set[str] = set()
    for block in yaml_of(path):
        for step in steps(yaml.safe_load(block)):
            if str(step["uses"]).startswith(OURS):
                given |= set(step.get("with", {}))
    assert given <= INPUTS


@pytest.mark.parametrize("path", TEXTS, ids=name_of)
def test_every_output_that_is_read_exists(path: Path) -> None:
    read = set(re.findall(r"steps\.fire\.outputs\.([\w-]+)", path.read_text("utf-8")))
    assert read <= OUTPUTS


@pytest.mark.parametrize("path", TEXTS, ids=name_of)
def test_every_name_with_a_dash_is_one_of_ours(path: Path) -> None:
    """An input that was renamed, or is misspelled, is in no document."""
    reasons = re.findall(r"^\| `([a-z-]+)` \|", (ROOT / "docs/reasons.md").read_text("utf-8"), re.M)
    named = set(re.findall(r"`([a-z]+(?:-[a-z]+)+)(?:: [^`]*)?`", path.read_text("utf-8")))
    assert sorted(named - INPUTS - OUTPUTS - set(reasons) - OTHER_NAMES) == []


def test_every_example_is_listed() -> None:
    listed = re.findall(r"\]\(([\w.-]+)\)", (ROOT / "examples/README.md").read_text("utf-8"))
    there = {path.name for path in (ROOT / "examples").iterdir() if path.is_file()} - {"README.md"}
    assert sorted(listed) == sorted(there)


@pytest.mark.parametrize("path", WORKFLOWS, ids=name_of)
def test_every_workflow_among_the_examples_is_run_by_act(path: Path) -> None:
    tests = [test.read_text("utf-8") for test in (ROOT / "tests/e2e").glob("test_*.py")]
    assert any(f'"{path.stem}"' in test or f"examples/{path.name}" in test for test in tests)
