"""The README's tables say what action.yml and the command line say."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from fire_routine.model import Outcome, Result
from fire_routine.report import heading

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))


def table(heading: str) -> list[list[str]]:
    """The cells of the first table under a heading, without its two head rows."""
    section = README.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip().strip("`") for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in rows[2:]]


def test_inputs_are_those_of_action_yml_with_their_defaults() -> None:
    expected = [[name, str(entry["default"])] for name, entry in ACTION["inputs"].items()]
    assert [row[:2] for row in table("Inputs")] == expected


def test_outputs_are_those_of_action_yml() -> None:
    assert [row[0] for row in table("Outputs")] == list(ACTION["outputs"])


def test_quick_start_is_the_example() -> None:
    example = (ROOT / "examples/final-job.yml").read_text("utf-8")
    recipe = README.partition("```yaml\n")[2].partition("```")[0]

    def plain(text: str) -> str:
        return re.sub(r"OWNER/fire-routine@.*", "OWNER/fire-routine@", text)

    assert plain(recipe) in plain(example)


def reasons() -> set[str]:
    """Those that the source gives an outcome or an error."""
    given = (
        r"reason=|Result\.[A-Z]+,|response,|529\) else|\d\d\d:|_unknown\("
        r"|_ended_early\(telling,|give_up\(arguments,|skip\(|_misconfigured\("
    )
    return {
        reason
        for path in (ROOT / "src").rglob("*.py")
        if "distill" not in path.parts
        for reason in re.findall(rf'(?:{given})\s*"([a-z]+(?:-[a-z]+)*)"', path.read_text("utf-8"))
    }


def test_every_reason_is_in_the_readme() -> None:
    """And the one that action.yml gives."""
    documented = set(re.findall(r"`([a-z]+(?:-[a-z]+)*)`", README))
    assert reasons() - documented == set()
    assert "no-python" in documented


def test_every_reason_has_a_heading_of_its_own() -> None:
    """Those excepted that the start reports itself, and those whose outcome is unknown."""
    start = {"no-python", "install-failed"}
    unknown = {"timed-out", "cut-off", "server-error", "unexpected-status", "unexpected-answer"}
    plain = {heading(Outcome(result)).sentence for result in Result}
    asked = reasons() - start - unknown
    assert len(asked) > 20
    for reason in asked:
        assert heading(Outcome(Result.FAILED, reason)).sentence not in plain or (
            heading(Outcome(Result.SKIPPED, reason)).sentence not in plain
        ), reason
