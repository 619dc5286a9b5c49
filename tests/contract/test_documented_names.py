"""Examples and documents name inputs and outputs that exist, and every example is listed and run."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

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


def test_every_input_that_is_given_exists() -> None:
    given = [
        (name_of(path), name)
        for path in TEXTS
        for block in yaml_of(path)
        for step in steps(yaml.safe_load(block))
        if str(step["uses"]).startswith(OURS)
        for name in step.get("with", {})
    ]
    assert len(given) > 20
    assert [(path, name) for path, name in given if name not in INPUTS] == []


def test_every_name_is_one_of_ours() -> None:
    """An input or output that was renamed, or is misspelled, is in no document."""
    known = INPUTS | OUTPUTS | OTHER_NAMES
    known |= set(re.findall(r"^\| `([a-z-]+)` \|", (ROOT / "docs/reasons.md").read_text("utf-8"), re.M))
    unknown = []
    for path in TEXTS:
        text = path.read_text("utf-8")
        named = set(re.findall(r"`([a-z]+(?:-[a-z]+)+)(?:: [^`]*)?`", text))
        unknown += [f"{name_of(path)}: {name}" for name in sorted(named - known)]
        read = set(re.findall(r"steps\.fire\.outputs\.([\w-]+)", text))
        unknown += [f"{name_of(path)}: the output {name}" for name in sorted(read - OUTPUTS)]
    assert unknown == []


def test_every_example_is_listed_and_run_by_act() -> None:
    listed = set(re.findall(r"\]\(([\w.-]+)\)", (ROOT / "examples/README.md").read_text("utf-8")))
    there = {path.name for path in (ROOT / "examples").iterdir() if path.is_file()} - {"README.md"}
    assert listed == there
    tests = "".join(test.read_text("utf-8") for test in (ROOT / "tests/e2e").glob("test_*.py"))
    not_run = [
        path.name
        for path in WORKFLOWS
        if f'"{path.stem}"' not in tests and f"examples/{path.name}" not in tests
    ]
    assert not_run == []
