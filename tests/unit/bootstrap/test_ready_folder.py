"""A folder of installed packages is used only if it is private and complete; a release brings its own."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from tests.unit.bootstrap.support import Action

from bootstrap import install
from bootstrap.pythons import is_private

POSIX = pytest.mark.skipif(os.name == "nt", reason="os.stat knows no owners there")
ROOT = pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root")
OTHER_USER = 65534


@POSIX
@pytest.mark.parametrize(
    "how", ["all may write", "the group may write", pytest.param("a stranger's", marks=ROOT)]
)
def test_a_folder_that_others_may_have_changed_is_not_used(ready: Action, how: str) -> None:
    (folder,) = ready.installed()
    next(folder.rglob("ember.py")).write_text("raise SystemExit('poison')\n", "utf-8")
    if how == "a stranger's":
        os.chown(folder, OTHER_USER, OTHER_USER)
    else:
        folder.chmod(0o777 if how == "all may write" else 0o775)

    ran = ready.run("action")

    assert (ran.returncode, ran.stderr) == (0, "")
    assert not Path(json.loads(ran.stdout)["ember"]).is_relative_to(folder), "installed again"


@POSIX
@pytest.mark.parametrize("mode", [0o777, 0o1777, 0o775], ids=["all", "all, sticky", "group"])
def test_below_a_folder_that_others_can_write_to_nothing_is_searched_or_left(
    ready: Action, mode: int
) -> None:
    ready.tools.chmod(mode)
    ready.environ["RUNNER_TEMP"] = ready.environ["HOME"] = str(ready.tools)
    before = [path.stat().st_ino for path in ready.installed()]

    ran = ready.run()

    assert (ran.returncode, ran.stderr) == (0, "")
    assert not Path(json.loads(ran.stdout)["ember"]).is_relative_to(ready.tools), "installed again"
    assert [path.stat().st_ino for path in ready.installed()] == before
    assert not list((ready.folder / "temp").glob("fire-routine*"))


@POSIX
def test_the_shared_temporary_folder_is_never_searched(runner: Action) -> None:
    for name in ("RUNNER_TOOL_CACHE", "RUNNER_TEMP", "HOME"):
        del runner.environ[name]
    assert runner.run().stdout != runner.run().stdout, "installed in another folder each time"
    assert not list((runner.folder / "temp").iterdir())


@ROOT
def test_a_folder_whose_parent_belongs_to_someone_else_is_not_private(tmp_path: Path) -> None:
    folder = tmp_path / "theirs" / "ours"
    folder.mkdir(parents=True)
    assert is_private(folder)
    os.chown(folder.parent, OTHER_USER, OTHER_USER)
    assert not is_private(folder)


@POSIX
def test_a_link_is_resolved_before_it_is_judged(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o1777)
    (tmp_path / "link").symlink_to(shared)
    assert install.roots({"RUNNER_TEMP": str(tmp_path / "link")}) == []


@POSIX
def test_what_is_installed_can_be_read_by_all_and_written_by_this_user_alone(runner: Action) -> None:
    before = os.umask(0)
    try:
        assert runner.run().returncode == 0
    finally:
        os.umask(before)
    (folder,) = runner.installed()
    assert folder.stat().st_mode & 0o777 == 0o755
    packages = folder / install.PACKAGES
    assert all(not path.stat().st_mode & 0o022 for path in [folder.parent, packages, *packages.rglob("*")])


def test_a_release_that_brings_the_packages_installs_and_writes_nothing(runner: Action) -> None:
    vendor = runner.folder / "action/src/vendor"
    vendor.mkdir()
    (vendor / "ember.py").write_text("GLOWS = True\n", "utf-8")
    before = sorted((runner.folder / "action").rglob("*"))

    for _ in range(2):
        ran = runner.run("action")
        assert (ran.returncode, ran.stderr) == (0, "")
        assert str(vendor) in ran.stdout

    assert not list(runner.tools.iterdir())
    assert sorted((runner.folder / "action").rglob("*")) == before
