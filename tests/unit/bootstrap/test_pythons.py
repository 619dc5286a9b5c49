"""Some Python 3 is enough to start with: a newer one is found, or the one line to add is printed."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.unit.bootstrap.support import SOURCE, Action

import entrypoint
from bootstrap import pythons

POSIX = pytest.mark.skipif(os.name == "nt", reason="stands in for a Python by a shell script")


def fake_python(path: Path, script: str) -> Path:
    """A Python that only prints its version."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    path.chmod(0o755)
    return path


def test_what_runs_before_a_fit_python_is_found_is_written_in_what_python_3_6_reads() -> None:
    for name in ("entrypoint.py", "bootstrap/__init__.py", "bootstrap/pythons.py"):
        ast.parse((SOURCE / name).read_text("utf-8"), name, feature_version=(3, 6))


@POSIX
def test_the_newest_on_path_is_taken(tmp_path: Path) -> None:
    fake_python(tmp_path / "a/python3", "echo 3 12")
    best = fake_python(tmp_path / "b/python3.14", "echo 3 14")
    fake_python(tmp_path / "a/python3.11", "echo 3 11")
    assert pythons.find_python(os.pathsep.join([str(tmp_path / "a"), str(tmp_path / "b")]), "") == best


@POSIX
@pytest.mark.parametrize(
    "broken", ["exit 127", "echo 3 10", "echo 'no version is set'", "kill -9 $$", "exit 0", "echo 0"]
)
def test_a_python_that_does_not_start_or_is_unfit_is_passed_over(tmp_path: Path, broken: str) -> None:
    fake_python(tmp_path / "a/python3.14", broken)
    good = fake_python(tmp_path / "b/python3", "echo 3 11")
    assert pythons.find_python(os.pathsep.join([str(tmp_path / "a"), str(tmp_path / "b")]), "") == good


@POSIX
def test_a_relative_entry_of_path_is_the_checkouts_and_is_not_looked_into(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_python(tmp_path / "bin/python3.13", "echo 3 13")
    monkeypatch.chdir(tmp_path)
    assert pythons.find_python(os.pathsep.join(["bin", ""]), "") is None


@POSIX
def test_of_the_tool_cache_the_newest_release_is_taken(tmp_path: Path) -> None:
    for version in ("3.9.20", "3.11.2", "3.15.0-alpha.1", "latest"):
        fake_python(
            tmp_path / "Python" / version / "x64/bin/python3", f"echo {version.replace('.', ' ')[:4]}"
        )
    newest = fake_python(tmp_path / "Python/3.14.0/x64/bin/python3", "echo 3 14")
    assert pythons.find_python("", str(tmp_path)) == newest


@POSIX
def test_a_python_of_the_tool_cache_that_another_user_may_have_put_there_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = fake_python(tmp_path / "Python/3.14.0/x64/bin/python3", "echo 3 14")
    monkeypatch.delenv("RUNNER_ENVIRONMENT", raising=False)
    assert pythons.find_python("", str(tmp_path)) == python
    tmp_path.chmod(0o777)
    assert pythons.find_python("", str(tmp_path)) is None
    monkeypatch.setenv("RUNNER_ENVIRONMENT", "github-hosted")  # a machine for one job
    assert pythons.find_python("", str(tmp_path)) == python


def test_giving_up_is_one_line_for_any_message_also_where_nothing_can_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"):
        monkeypatch.setenv(name, str(tmp_path / name))
    assert entrypoint.give_up(["action"], "install-failed", "100 %\nbroken") == 1
    assert capsys.readouterr().out == "::error title=fire-routine::100 %25%0Abroken\n"
    assert (tmp_path / "GITHUB_OUTPUT").read_text() == "outcome=failed\nreason=install-failed\n"
    assert "broken" in (tmp_path / "GITHUB_STEP_SUMMARY").read_text()
    for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"):
        monkeypatch.setenv(name, str(tmp_path))  # a folder
    assert entrypoint.give_up(["action"], "install-failed", "no room") == 1
    assert capsys.readouterr().out == "::error title=fire-routine::no room\n"
    assert entrypoint.give_up(["demo"], "install-failed", "no network") == 1
    assert capsys.readouterr() == ("", "fire-routine: no network\n")


def lacking(tmp_path: Path, what: str) -> list[str]:
    """A command that starts the entry point in a Python that lacks something."""
    program = tmp_path / "lacking.py"
    program.write_text(
        f"import runpy, sys, types\n{what}\n"
        "sys.argv = sys.argv[1:]\nrunpy.run_path(sys.argv[0], run_name='__main__')\n",
        "utf-8",
    )
    return [str(program)]


PYPY = (
    "sys.implementation = types.SimpleNamespace(name='pypy', cache_tag='pypy311')\nimport gc; del gc.freeze"
)


@POSIX
@pytest.mark.parametrize(("named", "lacks"), [("pypy", PYPY), ("ssl", "sys.modules['ssl'] = None")])
def test_an_unfit_python_names_in_one_line_what_to_add_or_hands_over(
    named: str, lacks: str, ready: Action
) -> None:
    program = lacking(ready.folder, lacks)
    ran = ready.run("action", through=program)
    assert (ran.returncode, ran.stderr) == (1, "")
    (line,) = ran.stdout.splitlines()
    assert line.startswith("::error title=fire-routine::") and "setup-python" in line and named in line
    assert ready.output == "outcome=failed\nreason=no-python\n"

    (ready.folder / "bin/python3").symlink_to(sys.executable)
    ran = ready.run("send", "fail", through=program)
    assert ran.returncode == 7, ran


@POSIX
@pytest.mark.parametrize(("command", "ignored"), [("action", "True"), ("send", "False")])
def test_the_action_is_restarted_with_interrupts_ignored_until_it_listens(
    tmp_path: Path, command: str, ignored: str
) -> None:
    entry = tmp_path / "entry.py"
    entry.write_text("import signal\nprint(signal.getsignal(signal.SIGINT) == signal.SIG_IGN)\n")
    source = Path(pythons.__file__).parents[1]
    restart = f"pythons.restart(sys.executable, {str(entry)!r}, [{command!r}])"
    program = f"import sys; sys.path.insert(0, {str(source)!r}); from bootstrap import pythons; {restart}"

    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert ran.stdout.strip() == ignored
