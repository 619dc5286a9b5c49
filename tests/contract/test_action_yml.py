"""action.yml, its env block, `Settings` and the outputs say the same, and no workflow weakens the rest."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml

from fire_routine.model.outcome import Outcome, Result
from fire_routine.report.contents import Contents
from fire_routine.report.reporting import outputs
from fire_routine.settings import PREFIX, Settings, read_settings

ROOT = Path(__file__).resolve().parents[2]
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
(STEP,) = ACTION["runs"]["steps"]
WORKFLOWS = sorted([*ROOT.glob(".github/workflows/*.yml"), *ROOT.glob("examples/**/*.yml")])


def variable(name: str) -> str:
    return PREFIX + name.upper().replace("-", "_")


def test_it_is_one_bash_step_of_a_composite_action_with_name_and_branding() -> None:
    assert ACTION["runs"]["using"] == "composite"
    assert STEP["shell"] == "bash"
    assert "uses" not in STEP
    assert ACTION["name"] and ACTION["description"] and set(ACTION["branding"]) == {"icon", "color"}


def test_every_input_is_a_setting_and_in_the_same_order() -> None:
    assert [name.replace("-", "_") for name in ACTION["inputs"]] == [field.name for field in fields(Settings)]


def test_every_input_goes_to_its_variable_and_nothing_else_does() -> None:
    expected = {variable(name): f"${{{{ inputs.{name} }}}}" for name in ACTION["inputs"]}
    of_the_job = {
        variable("job-id"): "${{ job.check_run_id }}",
        variable("job-status"): "${{ job.status }}",
        variable("job-total"): "${{ strategy.job-total }}",
        variable("default-token"): "${{ inputs.github-token == github.token }}",
    }
    assert STEP["env"] == expected | of_the_job | {"MSYS2_ENV_CONV_EXCL": PREFIX}


def test_the_defaults_are_those_of_the_settings() -> None:
    given = {variable(name): str(entry["default"]) for name, entry in ACTION["inputs"].items()}
    assert given.pop(variable("github-token")) == "${{ github.token }}"
    assert read_settings(given) == Settings()
    unsaid = [field.name for field in fields(Settings) if given.get(variable(field.name)) == ""]
    assert not [name for name in unsaid if getattr(Settings(), name)]


def test_everything_is_described() -> None:
    for name, entry in (ACTION["inputs"] | ACTION["outputs"]).items():
        assert re.match(r"[A-Z`].{20,}[.]$", entry["description"], re.DOTALL), name


def test_every_output_is_the_steps_and_one_that_is_reported() -> None:
    assert {name: entry["value"] for name, entry in ACTION["outputs"].items()} == {
        name: f"${{{{ steps.{STEP['id']}.outputs.{name} }}}}"
        for name in outputs(Contents(Outcome(Result.FIRED), str), "")
        if name != "details"
    } | {"details": f"${{{{ steps.{STEP['id']}.outputs.details || '{{}}' }}}}"}  # JSON, however it ends


def test_no_expression_is_pasted_into_a_script() -> None:
    scripts = [STEP["run"]]
    for path in WORKFLOWS:
        for job in yaml.safe_load(path.read_text("utf-8"))["jobs"].values():
            scripts += [step["run"] for step in job.get("steps", []) if "run" in step]
    assert len(scripts) > 1
    assert not [script for script in scripts if "${{" in script]


def test_with_a_key_no_text_of_an_example_has_words_of_the_event_in_it() -> None:
    """A `text` is trusted. The event is quoted already, as data."""
    texts = {
        path.name: str(step["with"]["text"])
        for path in WORKFLOWS
        for job in yaml.safe_load(path.read_text("utf-8"))["jobs"].values()
        for step in job.get("steps", [])
        if "key" in step.get("with", {})
    }
    assert len(texts) == 4
    assert [name for name, text in texts.items() if "github.event" in text] == []


def test_the_setup_python_that_is_recommended_is_the_one_used_here() -> None:
    (used,) = set(
        re.findall(r"actions/setup-python@.*", (ROOT / ".github/workflows/ci.yml").read_text("utf-8"))
    )
    assert used in (ROOT / "src/bootstrap/pythons.py").read_text("utf-8")
    assert used in STEP["run"]


BASH = shutil.which("bash")


class Runner:
    """Runs the step's own script as a runner does, with nothing on PATH but what the test puts there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "bin"
        self.path.mkdir()
        (folder / "action/src").mkdir(parents=True)
        (folder / "action/src/entrypoint.py").write_text(
            "import sys; print(sys.flags.isolated, *sys.argv[1:])"
        )
        self.environ = {
            "PATH": str(self.path),
            "GITHUB_ACTION_PATH": str(folder / "action"),
            "GITHUB_OUTPUT": str(folder / "output"),
        }

    def program(self, path: str, script: str) -> None:
        program = self.folder / path
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)

    def run(self, text: str = STEP["run"]) -> subprocess.CompletedProcess[str]:
        script = self.folder / "script.sh"
        script.write_text(text)
        assert BASH
        command = [BASH, "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)]
        return subprocess.run(command, env=self.environ, capture_output=True, text=True, timeout=300)


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner(tmp_path)


@pytest.mark.skipif(os.name == "nt", reason="stands in for programs by shell scripts")
class TestTheStep:
    def test_starts_the_entry_point_apart_from_the_checkouts_python_files(self, runner: Runner) -> None:
        runner.program("bin/python3", f'exec "{sys.executable}" "$@"')
        ran = runner.run()
        assert (ran.returncode, ran.stdout, ran.stderr) == (0, "1 action\n", "")

    def test_passes_over_a_python_that_does_not_start_or_is_too_old(self, runner: Runner) -> None:
        runner.program("bin/python", f'exec "{sys.executable}" "$@"')
        for stub in (
            "echo 'Python was not found' >&2; exit 49",
            "echo Python 3.5.10",
            "echo Python 2.7.18 >&2",
        ):
            runner.program("bin/python3", stub)
            assert runner.run().stdout == "1 action\n", stub

    def test_takes_any_that_can_read_the_entry_point(self, runner: Runner) -> None:
        for version in ("3.6.15", "3.10.1", "3.15.0a1+"):
            version_option = f'if [ "$*" = --version ]; then echo Python {version}; exit; fi'
            runner.program("bin/python3", f'{version_option}\nexec "{sys.executable}" "$@"')
            assert runner.run().stdout == "1 action\n", version

    def test_runs_none_of_the_tool_cache_which_another_user_may_have_put_there(self, runner: Runner) -> None:
        runner.environ["RUNNER_TOOL_CACHE"] = str(runner.folder / "tool cache")
        runner.program("tool cache/Python/3.13.1/x64/bin/python3", f'exec "{sys.executable}" "$@"')
        assert "There is no Python on this runner's PATH" in runner.run().stdout

    def test_names_in_one_line_what_to_add_if_there_is_no_python(self, runner: Runner) -> None:
        ran = runner.run()
        assert (ran.returncode, ran.stderr) == (1, "")
        assert re.fullmatch(
            r"::error title=fire-routine::.*`- uses: actions/setup-python@[0-9a-f]{40} # v[0-9.]+`.*\n",
            ran.stdout,
        )
        assert (runner.folder / "output").read_text() == "outcome=failed\nreason=no-python\n"

    def test_starts_the_entry_point_with_interrupts_ignored_until_it_listens(self, runner: Runner) -> None:
        entry = "import signal\nprint(signal.getsignal(signal.SIGINT).name)\n"
        (runner.folder / "action/src/entrypoint.py").write_text(entry)
        runner.program("bin/python3", f'exec "{sys.executable}" "$@"')
        assert runner.run().stdout == "SIG_IGN\n"

    def test_passes_the_entry_points_exit_code_on(self, runner: Runner) -> None:
        (runner.folder / "action/src/entrypoint.py").write_text("import sys; sys.exit(3)")
        runner.program("bin/python3", f'exec "{sys.executable}" "$@"')
        assert runner.run().returncode == 3
