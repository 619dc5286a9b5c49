"""The lock is installed once, whole or not at all, in any place with room."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from tests.unit.bootstrap.support import PATIENCE, Action, python_with

from bootstrap import InstallError, install

POSIX = pytest.mark.skipif(os.name == "nt", reason="sends signals")


def failed(runner: Action, python: str = "") -> str:
    """The one line of an install that fails, and leaves nothing."""
    ran = runner.run("action", python=python)
    assert (ran.returncode, ran.stderr) == (1, "")
    (line,) = ran.stdout.splitlines()
    assert runner.output == "outcome=failed\nreason=install-failed\n"
    assert not runner.installed() and not runner.unfinished()
    return line.removeprefix("::error title=fire-routine::the locked dependencies could not be installed: ")


def test_pip_installs_what_the_lock_names_and_the_second_start_needs_no_wheel(runner: Action) -> None:
    """An environment without pip uses that of its Python."""
    python = python_with(runner.folder / "without", pip=None)
    first = runner.run("send", "--json", python=python)
    runner.wheel.unlink()
    second = runner.run("send", python=python)

    assert (first.returncode, first.stderr) == (0, "")
    assert json.loads(first.stdout)["arguments"] == ["send", "--json"]
    assert second.returncode == 0
    (folder,) = runner.installed()
    assert Path(json.loads(second.stdout)["ember"]).is_relative_to(folder)
    assert not runner.unfinished()


def test_pip_sees_no_token_and_nothing_of_the_checkout(runner: Action) -> None:
    seen = "print(*sys.argv, os.getcwd(), *map('='.join, os.environ.items()), sep='\\n', file=file)"
    script = f"import os, sys\nwith open({str(runner.folder / 'seen')!r}, 'w') as file: {seen}\nsys.exit(1)"
    secrets = {
        "FIRE_ROUTINE_ROUTINE_TOKEN": "sk-secret-1",
        "FIRE_ROUTINE_GITHUB_TOKEN": "ghs-secret-2",
        "ROUTINE_FIRE_TOKEN": "sk-secret-3",
        "GITHUB_TOKEN": "ghs-secret-4",
        "ACTIONS_RUNTIME_TOKEN": "secret-5",
        "INPUT_ROUTINE-TOKEN": "secret-6",
        "AWS_SECRET_ACCESS_KEY": "secret-7",
        "PYTHONPATH": str(runner.checkout),
        "PIP_TARGET": str(runner.checkout),
        "HTTPS_PROXY": "http://proxy.example:3128",
        "NO_PROXY": "127.0.0.1",
    }
    runner.environ.update(secrets)

    assert runner.run(python=python_with(runner.folder / "curious", script)).returncode == 1
    text = (runner.folder / "seen").read_text("utf-8")
    assert "secret" not in text
    assert str(runner.checkout) not in text
    assert "HTTPS_PROXY=http://proxy.example:3128" in text
    assert "--require-hashes" in text and "--only-binary\n:all:" in text


@pytest.mark.skipif(
    importlib.util.find_spec("ensurepip") is None, reason="Debian's Python without python3-venv"
)
def test_a_python_without_pip_uses_the_wheel_it_has_for_new_environments(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("executable", "_base_executable"):
        monkeypatch.setattr(sys, name, "/nonexistent/python")
    command = install.pip(os.environ)
    assert command is not None
    wheel, _, folder = command[-1].rpartition("/")
    assert "/pip-" in wheel and zipfile.Path(wheel, f"{folder}/__main__.py").exists()


def test_no_pip_at_all_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install, "pip", lambda _: None)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / "lock").write_text("ember==1.0")
    with pytest.raises(InstallError, match=r"has no pip.*actions/setup-python"):
        install.ensure(tmp_path / "lock", {"RUNNER_TOOL_CACHE": str(tmp_path)})


def test_a_pip_that_hangs_is_ended_in_time_and_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    endless = [sys.executable, "-I", "-c", "import time; time.sleep(600)"]
    monkeypatch.setattr(install, "pip", lambda _: list(endless))
    monkeypatch.setattr(install, "PATIENCE", 0.05)
    (tmp_path / "lock").write_text("ember==1.0")
    with pytest.raises(InstallError, match="it took too long"):
        install.ensure(tmp_path / "lock", {"RUNNER_TOOL_CACHE": str(tmp_path)})
    assert not list((tmp_path / "fire-routine").iterdir())


def test_a_wheel_that_is_not_the_locked_one_is_refused(runner: Action) -> None:
    runner.wheel.write_bytes(runner.wheel.read_bytes().replace(b"GLOWS = True", b"GLOWS = Evil"))
    assert "hash" in failed(runner, sys.executable).lower()


def test_what_a_pip_says_that_fails_is_in_the_line_with_the_remedy(runner: Action) -> None:
    script = "print('no route\\n' * 999, 'to ember', file=__import__('sys').stderr); raise SystemExit(1)"
    line = failed(runner, python_with(runner.folder / "offline", script))
    assert line.startswith("no route no route") and len(line) < 1_000
    assert "to ember. " in line and "PIP_INDEX_URL" in line


def test_many_jobs_that_install_at_the_same_time_all_work_and_leave_one_folder(runner: Action) -> None:
    started = [runner.start(str(number)) for number in range(4)]
    results = [(process.communicate(timeout=PATIENCE), process.returncode) for process in started]

    assert [code for _, code in results] == [0] * 4, results
    assert [json.loads(out)["arguments"] for (out, _), _ in results] == [[str(number)] for number in range(4)]
    assert len(runner.installed()) == 1
    assert not runner.unfinished()


@POSIX
def test_an_install_killed_half_way_is_started_afresh_and_its_rest_swept_later(runner: Action) -> None:
    script = (
        "import pathlib, time\npathlib.Path('packages').mkdir()\npathlib.Path('packages/ember.py').touch()\n"
        f"pathlib.Path({str(runner.folder / 'stuck')!r}).touch()\ntime.sleep(60)\n"
    )
    with runner.start("action", python=python_with(runner.folder / "slow", script)) as process:
        while not (runner.folder / "stuck").exists():
            assert process.poll() is None
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGKILL)
    (left,) = runner.unfinished()

    assert runner.run().returncode == 0
    assert runner.unfinished() == [left], "another job may still be at it"

    os.utime(left, (time.time() - 2 * 3600,) * 2)
    lock = runner.folder / "action/requirements.txt"
    lock.write_text(lock.read_text("utf-8") + "# another lock\n", "utf-8")
    assert runner.run().returncode == 0
    assert not runner.unfinished()


@pytest.mark.parametrize("place", ["a file", "a read-only folder", "not absolute"])
def test_a_tool_cache_that_cannot_be_written_is_passed_over(runner: Action, place: str) -> None:
    unwritable = runner.folder / "unwritable"
    if place == "a file":
        unwritable.touch()
    elif place == "not absolute":
        unwritable = Path("relative")
    elif sys.platform == "linux" and os.geteuid() == 0:
        unwritable = Path("/proc/1")  # which root can't write to either
    elif sys.platform == "win32":
        pytest.skip("folders have no such mode here")
    else:
        unwritable.mkdir(mode=0o555)
    runner.environ["RUNNER_TOOL_CACHE"] = str(unwritable)

    assert runner.run().returncode == 0
    assert len(runner.installed(Path(runner.environ["RUNNER_TEMP"]))) == 1
    assert not list(runner.checkout.iterdir())


def test_outside_a_runner_the_users_cache_is_used(runner: Action) -> None:
    del runner.environ["RUNNER_TOOL_CACHE"], runner.environ["RUNNER_TEMP"]
    runner.environ["XDG_CACHE_HOME"] = runner.environ["LOCALAPPDATA"] = str(runner.folder / "cache")

    assert runner.run().returncode == 0
    assert len(runner.installed(runner.folder / "cache")) == 1


def test_a_pip_conf_that_diverts_the_install_is_named_and_nothing_is_published(runner: Action) -> None:
    line = failed(runner, python_with(runner.folder / "diverted", pip=""))  # it installs nothing here
    assert "pip.conf" in line and "PIP_CONFIG_FILE" in line


@pytest.mark.skipif(sys.platform == "win32", reason="the standard library has no pseudo-terminals there")
def test_on_a_terminal_an_install_is_announced_and_a_ready_folder_is_not(runner: Action) -> None:
    import pty

    ours, theirs = pty.openpty()
    shown = []
    for _ in range(2):
        code = subprocess.run(
            runner.command("demo"), cwd=runner.checkout, env=runner.environ, stderr=theirs, check=False
        ).returncode
        assert code == 0
        os.write(theirs, b"end\n")
        seen = ""
        while not seen.endswith("end\r\n"):  # a terminal hands over its lines as it likes
            seen += os.read(ours, 4096).decode()
        shown.append(seen)
    os.close(theirs)
    os.close(ours)
    assert "Installing the locked dependencies" in shown[0]
    assert shown[1] == "end\r\n"
