"""Compiled code is kept between starts, and only what this job's own token vouches for is used."""

from __future__ import annotations

import hmac
import marshal
import os
import shutil
import time
from hashlib import sha256
from pathlib import Path
from types import CodeType

import pytest
from tests.unit.bootstrap.support import Action

from bootstrap import bytecode

KEY = b"sk-ant-oat01-of-these-tests"
EVIL = "import sys\nsys.stdout.write('changed')\nsys.exit(9)\n"


def modified(folder: Path) -> dict[str, float]:
    return {str(path): path.stat().st_mtime for path in folder.rglob("*")}


def evil_file(key: bytes, source: Path) -> bytes:
    """A file of bytecode that gives the source at `source` other code, signed with `key`."""
    kept = bytecode.Store(source.with_name("evil"), key)
    kept.add(sha256(source.read_bytes()).hexdigest(), compile(EVIL, "cli.py", "exec"))
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


def test_what_the_process_did_not_use_is_dropped_when_the_file_grows_too_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def code(length: int) -> CodeType:
        return compile(f"{'x' * length!r}", "", "eval")

    monkeypatch.setattr(bytecode, "LARGEST", 2000)
    file = tmp_path / f"{bytecode.PREFIX}x"
    first = bytecode.Store(file, KEY)
    first.add("old", code(900))
    first.add("needed", code(100))
    first.save()

    second = bytecode.Store(file, KEY)
    assert second.code("needed")
    second.add("new", code(900))
    second.save()

    third = bytecode.Store(file, KEY)
    assert third.code("needed") and third.code("new")
    assert third.code("old") is None


def test_a_file_that_was_not_written_for_a_month_is_removed(tmp_path: Path) -> None:
    old, recent = tmp_path / f"{bytecode.PREFIX}old", tmp_path / f"{bytecode.PREFIX}recent"
    for path in (old, recent):
        path.touch()
    os.utime(old, (time.time() - bytecode.UNUSED - 60,) * 2)
    store = bytecode.Store(tmp_path / f"{bytecode.PREFIX}x", KEY)
    store.add("new", compile("1", "", "eval"))
    store.save()
    assert not old.exists() and recent.exists()


def test_a_module_that_moved_is_found_in_its_new_place(quick: Action) -> None:
    package = quick.folder / "action/src/fire_routine"
    (package / "cli.py").write_text(
        "from fire_routine import place\ndef run(arguments, finish):\n    finish()\n    return place.CODE\n",
        "utf-8",
    )
    (package / "place.py").write_text("CODE = 3\n", "utf-8")
    assert quick.run().returncode == 3
    (package / "place.py").unlink()
    (package / "place").mkdir()
    (package / "place/__init__.py").write_text("CODE = 4\n", "utf-8")
    assert quick.run().returncode == 4


def test_a_file_of_another_version_s_shape_is_not_used(quick: Action) -> None:
    assert quick.run().returncode == 0
    (kept,) = quick.bytecode()
    data = marshal.dumps((1, {}))
    kept.write_bytes(hmac.digest(KEY, data, "sha256") + data)
    assert quick.run().returncode == 0
