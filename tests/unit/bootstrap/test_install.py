"""The lock is installed once, whole or not at all, in any place with room, by any installer."""

from __future__ import annotations

import errno
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.unit.bootstrap.support import PATIENCE, Action, put_on_path, put_uv_on_path

from bootstrap import InstallError, environment, install, installers

POSIX = pytest.mark.skipif(
    os.name == "nt", reason="stands in for a program by a shell script, or sends signals"
)


def test_pip_installs_what_the_lock_names_and_the_second_start_asks_the_index_nothing(bare: Action) -> None:
    first = bare.run("send", "--json")
    asked = len(bare.index.requests)
    second = bare.run("send")

    assert (first.returncode, first.stderr) == (0, "")
    assert json.loads(first.stdout)["arguments"] == ["send", "--json"]
    assert asked and second.returncode == 0
    assert len(bare.index.requests) == asked
    (folder,) = bare.installed()
    assert Path(json.loads(second.stdout)["ember"]).is_relative_to(folder)
    assert not bare.unfinished()


def test_uv_is_used_where_it_is_on_path_and_asks_the_index_that_pip_was_given(quick: Action) -> None:
    assert quick.run().returncode == 0
    assert any(path.endswith(".whl") for path in quick.index.requests)
    (folder,) = quick.installed()
    assert next(folder.rglob("INSTALLER")).read_text("utf-8").strip() == "uv"


def test_nothing_installed_is_linked_to_a_cache_that_others_use(quick: Action) -> None:
    assert quick.run().returncode == 0
    (folder,) = quick.installed()
    assert {path.stat().st_nlink for path in folder.rglob("packages/**/*") if path.is_file()} == {1}
    assert not list((quick.folder / "home").rglob("*"))


@pytest.mark.parametrize(("installer", "by"), [("bare", "pip"), ("quick", "uv")])
def test_an_optional_lock_without_a_fitting_wheel_is_left_out(
    installer: str, by: str, request: pytest.FixtureRequest
) -> None:
    runner: Action = request.getfixturevalue(installer)
    optional = runner.folder / "action" / "requirements-fast.txt"
    optional.write_text(f"swift==1.0 \\\n    --hash=sha256:{'0' * 64}\n", "utf-8")

    done = runner.run()

    assert (done.returncode, done.stderr) == (0, "")
    (folder,) = runner.installed()
    assert next(folder.rglob("INSTALLER")).read_text("utf-8").strip() == by
    assert any("swift" in path for path in runner.index.requests)


@POSIX
def test_where_uv_fails_pip_installs(bare: Action) -> None:
    put_on_path(bare, "uv", "echo broken >&2; exit 2")

    assert bare.run().returncode == 0
    assert len(bare.installed()) == 1


@POSIX
def test_the_installer_sees_no_secret_and_nothing_of_the_checkout(bare: Action) -> None:
    seen = bare.folder / "seen"
    put_on_path(bare, "uv", f'/usr/bin/env > "{seen}"; pwd >> "{seen}"; echo "$@" >> "{seen}"; exit 1')
    secrets = {
        "FIRE_ROUTINE_ROUTINE_TOKEN": "sk-secret-1",
        "FIRE_ROUTINE_GITHUB_TOKEN": "ghs-secret-2",
        "ROUTINE_FIRE_TOKEN": "sk-secret-3",
        "GITHUB_TOKEN": "ghs-secret-4",
        "ACTIONS_RUNTIME_TOKEN": "secret-5",
        "INPUT_ROUTINE-TOKEN": "secret-6",
        "AWS_SECRET_ACCESS_KEY": "secret-7",
        "PYTHONPATH": str(bare.checkout),
        "PIP_TARGET": str(bare.checkout),
        "UV_OVERRIDE": str(bare.checkout / "override.txt"),
        "HTTPS_PROXY": "http://proxy.example:3128",
        "NO_PROXY": "127.0.0.1",
    }
    bare.environ.update(secrets)

    assert bare.run().returncode == 0
    text = seen.read_text("utf-8")
    assert "secret" not in text
    assert str(bare.checkout) not in text
    assert "HTTPS_PROXY=http://proxy.example:3128" in text
    assert "--require-hashes" in text and "--only-binary :all:" in text


@POSIX
def test_an_environment_without_pip_uses_that_of_its_python(bare: Action) -> None:
    environment = bare.folder / "no-pip"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)

    ran = bare.run(python=str(environment / "bin/python"))

    assert (ran.returncode, ran.stderr) == (0, "")
    assert len(bare.installed()) == 1


@pytest.mark.skipif(
    importlib.util.find_spec("ensurepip") is None, reason="Debian's Python without python3-venv"
)
def test_a_python_without_pip_uses_the_wheel_it_has_for_new_environments() -> None:
    command = [*list(installers.pips(os.environ))[-1], "--version"]
    assert ".whl" in command[-2]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.startswith("pip ")


def test_no_installer_at_all_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installers, "pips", lambda _: iter([]))
    with pytest.raises(InstallError, match=r"has no pip, and uv is not on PATH.*actions/setup-python"):
        installers.install(["ember==1.0"], tmp_path / "packages", {"PATH": ""})


def test_an_installer_that_hangs_is_ended_in_time(tmp_path: Path) -> None:
    endless = [sys.executable, "-I", "-c", "import time; time.sleep(600)"]
    with pytest.raises(InstallError, match="it took too long"):
        installers.install(["ember==1.0"], tmp_path / "packages", {"PATH": ""}, [endless], patience=0.05)


@POSIX
def test_after_a_failed_install_the_optional_lock_is_not_tried(bare: Action) -> None:
    calls = bare.folder / "calls"
    (bare.folder / "action/requirements-fast.txt").write_text("swift==1.0 --hash=sha256:00", "utf-8")
    script = f'echo "$@" >> "{calls}"; echo "No matching distribution found for swift" >&2; exit 1'
    put_on_path(bare, "uv", script)
    bare.environ["PIP_INDEX_URL"] = "http://127.0.0.1:9/simple"

    assert bare.run().returncode == 1
    assert len(calls.read_text("utf-8").splitlines()) == 1


def test_a_full_disk_is_reported_and_nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(installers, "install", no_room)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / "lock").write_text("ember==1.0")
    with pytest.raises(InstallError, match=r"No space left on device\. Make room in"):
        install.ensure([tmp_path / "lock"], {"RUNNER_TOOL_CACHE": str(tmp_path)})
    assert not list((tmp_path / "fire-routine").iterdir())
    assert not list(tmp_path.glob(f"{environment.USED_ONCE}*"))


def test_a_wheel_that_is_not_the_locked_one_is_refused(quick: Action) -> None:
    quick.index.wheel = quick.index.wheel.replace(b"GLOWS = True", b"GLOWS = Evil")

    ran = quick.run("action")

    assert ran.returncode == 1
    assert ran.stdout.startswith(
        "::error title=fire-routine::the locked dependencies could not be installed: "
    )
    assert "hash" in ran.stdout.lower()
    assert not quick.installed() and not quick.unfinished()


def test_without_network_one_line_names_the_remedy(bare: Action) -> None:
    bare.environ["PIP_INDEX_URL"] = "http://127.0.0.1:9/simple"

    ran = bare.run("action")

    assert (ran.returncode, ran.stderr) == (1, "")
    (line,) = ran.stdout.splitlines()
    assert line.startswith("::error title=fire-routine::the locked dependencies could not be installed: ")
    assert "PIP_INDEX_URL" in line and "ember" in line
    assert bare.output == "outcome=failed\nreason=install-failed\n"
    assert not bare.unfinished()


def test_many_jobs_that_install_at_the_same_time_all_work_and_leave_one_folder(quick: Action) -> None:
    started = [quick.start(str(number)) for number in range(6)]
    results = [(process.communicate(timeout=PATIENCE), process.returncode) for process in started]

    assert [code for _, code in results] == [0] * 6, results
    assert [json.loads(out)["arguments"] for (out, _), _ in results] == [[str(number)] for number in range(6)]
    assert len(quick.installed()) == 1
    assert not quick.unfinished()


def started_and_stuck(runner: Action) -> subprocess.Popen[str]:
    """A start whose installer has written half of it and hangs."""
    put_on_path(
        runner,
        "uv",
        'while [ "$1" != --target ]; do shift; done\n'
        f'echo half > "$2/ember.py"; echo $$ > "$2/../../pid"; exec {shutil.which("sleep")} 60',
    )
    process = runner.start("action")
    while not any(pid.read_text() for pid in runner.tools.glob("fire-routine/.unfinished-*/pid")):
        assert process.poll() is None
        time.sleep(0.01)
    return process


@POSIX
def test_an_install_killed_half_way_is_started_afresh_and_its_rest_swept_later(bare: Action) -> None:
    with started_and_stuck(bare) as process:
        os.killpg(process.pid, signal.SIGKILL)
    (left,) = bare.unfinished()
    (bare.folder / "bin/uv").unlink()

    put_uv_on_path(bare)
    assert bare.run().returncode == 0
    assert bare.unfinished() == [left], "another job may still be at it"

    os.utime(left, (time.time() - 2 * 3600,) * 2)
    bare.installed()[0].joinpath("ready").unlink()
    assert bare.run().returncode == 0
    assert not bare.unfinished()


@POSIX
def test_a_cancelled_job_ends_the_installer_and_leaves_nothing(bare: Action) -> None:
    with started_and_stuck(bare) as process:
        (pid,) = bare.tools.glob("fire-routine/.unfinished-*/pid")
        installer = int(pid.read_text())
        process.terminate()
        process.wait(timeout=PATIENCE)

    assert process.returncode == 128 + signal.SIGTERM
    assert not bare.unfinished()
    with pytest.raises(ProcessLookupError):
        os.kill(installer, 0)


@POSIX
def test_a_job_cancelled_while_the_installer_starts_ends_it_as_well(bare: Action) -> None:
    pid = bare.folder / "pid"
    put_on_path(bare, "uv", f'echo $$ > "{pid}"; kill -TERM $PPID; exec {shutil.which("sleep")} 60')

    for _ in range(5):  # the moment is the system's choice
        assert bare.run("action").returncode == 128 + signal.SIGTERM
        with pytest.raises(ProcessLookupError):
            os.kill(int(pid.read_text()), 0)
    assert not bare.unfinished()


@pytest.mark.parametrize("place", ["a file", "a read-only folder", "not absolute"])
def test_a_tool_cache_that_cannot_be_written_is_passed_over(quick: Action, place: str) -> None:
    unwritable = quick.folder / "unwritable"
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
    quick.environ["RUNNER_TOOL_CACHE"] = str(unwritable)

    assert quick.run().returncode == 0
    assert len(quick.installed(Path(quick.environ["RUNNER_TEMP"]))) == 1
    assert not list(quick.checkout.iterdir())


def test_outside_a_runner_the_users_cache_is_used(quick: Action) -> None:
    del quick.environ["RUNNER_TOOL_CACHE"], quick.environ["RUNNER_TEMP"]
    quick.environ["XDG_CACHE_HOME"] = quick.environ["LOCALAPPDATA"] = str(quick.folder / "cache")

    assert quick.run().returncode == 0
    assert len(quick.installed(quick.folder / "cache")) == 1


def test_nowhere_to_write_is_reported(quick: Action) -> None:
    nowhere = quick.folder / "file"
    nowhere.touch()
    for name in (
        "RUNNER_TOOL_CACHE",
        "RUNNER_TEMP",
        "HOME",
        "XDG_CACHE_HOME",
        "LOCALAPPDATA",
        "TMPDIR",
        "TEMP",
        "TMP",
    ):
        quick.environ[name] = str(nowhere)

    ran = quick.run("action")

    if ran.returncode:  # else the system's own temporary folder was used
        assert "make RUNNER_TEMP writable" in ran.stdout


def test_another_lock_gets_another_folder(quick: Action) -> None:
    assert quick.run().returncode == 0
    lock = quick.folder / "action/requirements.txt"
    lock.write_text("# as of today\n" + lock.read_text())
    assert quick.run().returncode == 0
    assert len(quick.installed()) == 2


@pytest.mark.skipif(sys.platform == "win32", reason="the standard library has no pseudo-terminals there")
def test_on_a_terminal_an_install_is_announced_and_a_ready_folder_is_not(quick: Action) -> None:
    import pty

    ours, theirs = pty.openpty()
    shown = []
    for _ in range(2):
        code = subprocess.run(
            quick.command("demo"), cwd=quick.checkout, env=quick.environ, stderr=theirs, check=False
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
    assert "Installing" not in quick.run("demo").stderr
