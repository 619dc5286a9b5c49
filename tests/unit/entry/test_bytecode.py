"""Compiled code is kept between starts, and only what this job's own token vouches for is used."""

from __future__ import annotations

import hmac
import marshal
import shutil
from importlib.util import MAGIC_NUMBER
from pathlib import Path

import pytest

import importing

from .support import Action

KEY = b"sk-ant-oat01-of-these-tests"
EVIL = "import sys\nsys.stdout.write('changed')\nsys.exit(9)\n"


def modified(folder: Path) -> dict[str, float]:
    return {str(path): path.stat().st_mtime for path in folder.rglob("*")}


def evil_file(key: bytes, source: Path) -> bytes:
    """A file of bytecode that gives the source at `source` other code, signed with `key`."""
    kept = importing.Bytecode(source.with_name("evil"), key)
    code = MAGIC_NUMBER + bytes(12) + marshal.dumps(compile(EVIL, "cli.py", "exec"))
    kept.set(importing.sha256(source.read_bytes()), code)
    kept.save()
    return source.with_name("evil").read_bytes()


def test_it_is_used_again_when_a_runner_unpacks_the_source_again(quick: Action) -> None:
    assert quick.run().returncode == 0
    before = modified(quick.tools)

    (quick.folder / "action").rename(quick.folder / "moved")
    shutil.copytree(quick.folder / "moved", quick.folder / "action", copy_function=shutil.copyfile)

    assert quick.run().returncode == 0
    assert modified(quick.tools) == before


def test_it_is_not_used_for_a_source_with_other_content(quick: Action) -> None:
    assert quick.run().returncode == 0
    source = quick.folder / "action/src/fire_routine/cli.py"
    source.write_text("def run(arguments, finish):\n    return 3\n", "utf-8")
    assert quick.run().returncode == 3


def test_what_another_job_wrote_without_the_token_is_not_used(quick: Action) -> None:
    assert quick.run().returncode == 0
    (kept,) = quick.bytecode()
    source = quick.folder / "action/src/fire_routine/cli.py"
    assert source.is_file()

    kept.write_bytes(evil_file(KEY, source))
    assert quick.run().returncode == 9, "the same file is used with the right key"
    kept.write_bytes(evil_file(b"sk-ant-oat01-of-another-repository", source))
    assert quick.run().returncode == 0


@pytest.mark.parametrize("content", [b"", b"x", bytes(32), bytes(32) + b"\xff" * 40], ids=range(4))
def test_a_damaged_file_is_replaced(quick: Action, content: bytes) -> None:
    assert quick.run().returncode == 0
    (kept,) = quick.bytecode()
    kept.write_bytes(content)

    assert quick.run().returncode == 0
    written = kept.stat().st_mtime_ns
    assert kept.read_bytes() != content
    assert quick.run().returncode == 0
    assert kept.stat().st_mtime_ns == written, "the new one is used"


def test_in_a_workflow_without_a_token_nothing_is_kept(quick: Action) -> None:
    del quick.environ["FIRE_ROUTINE_ROUTINE_TOKEN"]
    assert quick.run().returncode == 0
    assert not quick.bytecode()


def test_on_a_persons_machine_it_is_kept_without_a_token(quick: Action) -> None:
    del quick.environ["FIRE_ROUTINE_ROUTINE_TOKEN"], quick.environ["GITHUB_ACTIONS"]
    assert quick.run().returncode == 0
    assert len(quick.bytecode()) == 1


def test_what_has_not_been_used_in_the_process_is_dropped_when_it_grows_too_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "LARGEST", 1000)
    file = tmp_path / f"{importing.PREFIX}x"
    first = importing.Bytecode(file, KEY)
    first.set("old", b"x" * 600)
    first.set("needed", b"y" * 100)
    first.save()

    second = importing.Bytecode(file, KEY)
    assert second.get("needed") == b"y" * 100
    second.set("new", b"z" * 600)
    second.save()

    third = importing.Bytecode(file, KEY)
    assert third.get("needed") and third.get("new")
    with pytest.raises(FileNotFoundError):
        third.get("old")


def test_a_file_of_another_version_s_shape_is_not_used(quick: Action) -> None:
    assert quick.run().returncode == 0
    (kept,) = quick.bytecode()
    data = marshal.dumps((1, {}))
    kept.write_bytes(hmac.digest(KEY, data, "sha256") + data)
    assert quick.run().returncode == 0
