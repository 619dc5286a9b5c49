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


@pytest.mark.parametrize(
    "options", [["-I", "-S", "-B"], []], ids=["as the action starts it", "as a person does"]
)
def test_a_hostile_checkout_is_not_imported_from_and_nothing_is_written_to_it(
    ready: Action, options: list[str]
) -> None:
    # Whoever sets PYTHONPATH by hand has chosen what Python itself starts with.
    of_python = ["json.py", "sitecustomize.py"] if options else []
    for name in ("ember.py", "bootstrap/__init__.py", "fire_routine/__init__.py", *of_python):
        path = ready.checkout / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("raise SystemExit('hostile')", "utf-8")
    (ready.checkout / "pip.conf").write_text("[global]\nindex-url = http://127.0.0.1:9/hostile\n", "utf-8")
    before = files(ready.checkout) | files(ready.folder / "action")
    environ = ready.environ | {"PYTHONPATH": str(ready.checkout)}
    command = [sys.executable, *options, str(ready.folder / "action/src/entrypoint.py"), "send"]

    ran = subprocess.run(
        command, cwd=ready.checkout, env=environ, capture_output=True, text=True, timeout=PATIENCE
    )

    assert (ran.returncode, ran.stderr) == (0, "")
    path = json.loads(ran.stdout)["path"]
    assert str(ready.checkout) not in path and "" not in path
    assert not [entry for entry in path if "site-packages" in entry or "dist-packages" in entry]
    assert files(ready.checkout) | files(ready.folder / "action") == before
    for steering in ("GITHUB_ENV", "GITHUB_PATH", "GITHUB_OUTPUT"):  # what later steps get
        assert not Path(ready.environ[steering]).exists()


def test_test_runs_the_checks_with_the_test_locks_packages_alone(ready: Action) -> None:
    tests = ready.folder / "action/tests"
    tests.mkdir()
    (tests / "requirements.txt").write_bytes((ready.folder / "action/requirements.txt").read_bytes())
    (tests / "check.py").write_text(
        "import ember, json, sys\nprint(json.dumps([sys.argv[1:], ember.__file__, sys.path]))\nsys.exit(5)\n",
        "utf-8",
    )
    ready.environ["PYTHONPATH"] = str(ready.checkout)

    ran = ready.run("test", "-k", "some")

    assert ran.returncode == 5, ran.stderr
    arguments, ember, path = json.loads(ran.stdout)
    assert arguments == ["-k", "some"]
    assert Path(ember).is_relative_to(ready.tools)
    foreign = [
        entry for entry in path if "-packages" in entry and not Path(entry).is_relative_to(ready.tools)
    ]
    assert not foreign and str(ready.checkout) not in path


@pytest.mark.skipif(os.name == "nt", reason="there is no exec there")
def test_an_interrupt_during_the_command_is_the_commands_to_handle(ready: Action) -> None:
    (ready.folder / "action/src/fire_routine/cli.py").write_text(
        "import os, signal, sys\n"
        "def run(arguments, finish):\n"
        "    try:\n"
        "        os.kill(os.getpid(), signal.SIGINT)\n"
        "    except KeyboardInterrupt:\n"
        "        return 42\n"
        "    return 0\n",
        "utf-8",
    )
    assert ready.run().returncode == 42
