"""sweep/action.yml: the same inputs as the action's own, as the command takes them."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.contract.test_action_yml import ACTION, ROOT, Runner, variable
from tests.contract.test_action_yml import STEP as OWN

SWEEP: dict[str, Any] = yaml.safe_load((ROOT / "sweep/action.yml").read_text("utf-8"))
(STEP,) = SWEEP["runs"]["steps"]
INPUTS: dict[str, Any] = SWEEP["inputs"]
OPTIONS = ("repositories", "since", "after", "limit")
# Inputs of one run's report, or of a job in the repository
NOT_HERE = {"run-id", "again", "key", "attach", "rerun-first", "ledger-commit", "comment", "issue"}


def test_it_is_one_bash_step_without_an_expression_in_its_script() -> None:
    assert (SWEEP["runs"]["using"], STEP["shell"], "uses" in STEP) == ("composite", "bash", False)
    assert "${{" not in STEP["run"]


def test_every_input_goes_to_its_variable_and_nothing_else_does() -> None:
    names = {
        "github-token": "GITHUB_TOKEN",
        "routine-url": "ROUTINE_FIRE_URL",
        "routine-token": "ROUTINE_FIRE_TOKEN",
    } | {name: f"SWEEP_{name.upper()}" for name in OPTIONS}
    expected = {names.get(name, variable(name)): f"${{{{ inputs.{name} }}}}" for name in INPUTS}
    assert STEP["env"] == expected | {"MSYS2_ENV_CONV_EXCL": "FIRE_ROUTINE_;ROUTINE_FIRE_"}


def test_it_has_the_actions_inputs_with_the_same_defaults() -> None:
    assert set(INPUTS) - set(OPTIONS) == set(ACTION["inputs"]) - NOT_HERE
    needed = {"github-token", "repositories"}
    assert {name for name, entry in INPUTS.items() if entry.get("required")} == needed
    same = {name: entry["default"] for name, entry in INPUTS.items() if name not in {*OPTIONS, *needed}}
    assert same == {name: ACTION["inputs"][name]["default"] for name in same}
    assert all(re.match(r"[A-Z`].{20,}[.]$", entry["description"], re.DOTALL) for entry in INPUTS.values())


def test_it_looks_for_a_python_as_the_action_does() -> None:
    def lines(script: str, least: str) -> list[str]:
        found = [line.strip() for line in script.splitlines()]
        return [line for line in found if re.match(least, line)]

    for least in ("for python", "if ", "trap ", "echo "):
        assert lines(STEP["run"], least) == lines(OWN["run"], least)


@pytest.mark.skipif(os.name == "nt", reason="stands in for programs by shell scripts")
def test_each_glob_is_one_argument_and_neither_a_file_nor_an_option(tmp_path: Path) -> None:
    runner = Runner(tmp_path)
    runner.program("bin/python3", f'exec "{sys.executable}" "$@"')
    sweep = tmp_path / "action/sweep"
    sweep.mkdir()
    (tmp_path / "octo").mkdir()
    (tmp_path / "octo/file").touch()
    runner.environ |= {
        "GITHUB_ACTION_PATH": str(sweep),
        "SWEEP_REPOSITORIES": "octo/* octo/a-[xy]\n--limit=9 \n",
    }
    runner.environ |= {"SWEEP_SINCE": "72h", "SWEEP_AFTER": "30m", "SWEEP_LIMIT": "1"}
    ran = runner.run(STEP["run"])
    options = "sweep --since=72h --after=30m --limit=1 --"
    assert (ran.stdout, ran.stderr) == (f"1 {options} octo/* octo/a-[xy] --limit=9\n", "")
