"""fire_routine runs from the lock's folder alone, and leaves the checkout and the runner's files alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.unit.bootstrap.support import PATIENCE, Action


def files(folder: Path) -> dict[str, float]:
    return {str(path): path.stat().st_mtime for path in folder.rglob("*")}


def test_the_exit_code_is_the_commands(quick: Action) -> None:
    assert quick.run("fail").returncode == 7


@pytest.mark.parametrize(
    "options", [["-I", "-S", "-B"], []], ids=["as the action starts it", "as a person does"]
)
def test_a_hostile_checkout_is_not_imported_from_and_nothing_is_written_to_it(
    quick: Action, options: list[str]
) -> None:
    # Whoever sets PYTHONPATH by hand has chosen what Python itself starts with.
    of_python = ["json.py", "sitecustomize.py"] if options else []
    for name in ("ember.py", "bootstrap/__init__.py", "fire_routine/__init__.py", *of_python):
        path = quick.checkout / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("raise SystemExit('hostile')", "utf-8")
    (quick.checkout / "pip.conf").write_text("[global]\nindex-url = http://127.0.0.1:9/hostile\n", "utf-8")
    (quick.checkout / "uv.toml").write_text('index-url = "http://127.0.0.1:9/hostile"\n', "utf-8")
    before = files(quick.checkout) | files(quick.folder / "action")
    environ = quick.environ | {"PYTHONPATH": str(quick.checkout)}
    command = [sys.executable, *options, str(quick.folder / "action/src/entrypoint.py"), "send"]

    ran = subprocess.run(
        command, cwd=quick.checkout, env=environ, capture_output=True, text=True, timeout=PATIENCE
    )

    assert (ran.returncode, ran.stderr) == (0, "")
    path = json.loads(ran.stdout)["path"]
    assert str(quick.checkout) not in path and "" not in path
    assert not [entry for entry in path if "site-packages" in entry or "dist-packages" in entry]
    assert files(quick.checkout) | files(quick.folder / "action") == before


def test_a_hostile_checkout_that_holds_the_action_itself_gets_nothing_written_either(quick: Action) -> None:
    quick.run()
    before = files(quick.folder / "action")
    quick.run()
    assert files(quick.folder / "action") == before
    assert len(quick.bytecode()) == 1


def test_nothing_goes_to_the_files_that_steer_later_steps(quick: Action) -> None:
    assert quick.run("action").returncode == 0
    assert not Path(quick.environ["GITHUB_ENV"]).exists()
    assert not Path(quick.environ["GITHUB_PATH"]).exists()
    assert not Path(quick.environ["GITHUB_OUTPUT"]).exists()


def test_test_runs_the_checks_with_the_test_locks_packages_alone(quick: Action) -> None:
    tests = quick.folder / "action/tests"
    tests.mkdir()
    (tests / "requirements.txt").write_bytes((quick.folder / "action/requirements.txt").read_bytes())
    (tests / "check.py").write_text(
        "import ember, json, sys\nprint(json.dumps([sys.argv[1:], ember.__file__, sys.path]))\nsys.exit(5)\n",
        "utf-8",
    )
    quick.environ["PYTHONPATH"] = str(quick.checkout)

    ran = quick.run("test", "-k", "some")

    assert ran.returncode == 5, ran.stderr
    arguments, ember, path = json.loads(ran.stdout)
    assert arguments == ["-k", "some"]
    assert Path(ember).is_relative_to(quick.tools)
    foreign = [
        entry for entry in path if "-packages" in entry and not Path(entry).is_relative_to(quick.tools)
    ]
    assert not foreign and str(quick.checkout) not in path


@pytest.mark.skipif(os.name == "nt", reason="there is no exec there")
def test_an_interrupt_during_the_command_is_the_commands_to_handle(quick: Action) -> None:
    (quick.folder / "action/src/fire_routine/cli.py").write_text(
        "import os, signal, sys\n"
        "def run(arguments, finish):\n"
        "    try:\n"
        "        os.kill(os.getpid(), signal.SIGINT)\n"
        "    except KeyboardInterrupt:\n"
        "        return 42\n"
        "    return 0\n",
        "utf-8",
    )
    assert quick.run().returncode == 42
