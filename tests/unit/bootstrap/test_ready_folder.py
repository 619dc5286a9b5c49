"""A folder of installed packages is used only if it is private, complete and unchanged."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.unit.bootstrap.support import SOURCE, Action

from bootstrap import environment, install

POSIX = pytest.mark.skipif(os.name == "nt", reason="os.stat knows no owners there")
ROOT = pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root")
OTHER_USER = 65534


def flip_data(folder: Path) -> None:
    metadata = next(folder.rglob("METADATA"))
    metadata.write_bytes(metadata.read_bytes().swapcase())


def put_a_file_instead(folder: Path) -> None:
    folder.rename(folder.with_name(".unfinished-moved"))
    folder.write_text("")


def module(folder: Path) -> Path:
    return next(folder.rglob("ember.py"))


POISONS: dict[str, Callable[[Path], object]] = {
    "cut short": lambda folder: module(folder).write_text("GLOWS"),
    "a file missing": lambda folder: module(folder).unlink(),
    "data changed, its size kept": flip_data,
    "never finished": lambda folder: (folder / "ready").unlink(),
    "a file instead": put_a_file_instead,
    "anyone may write": lambda folder: folder.chmod(0o777),
    "the group may write": lambda folder: folder.chmod(0o775),
    "a stranger's": lambda folder: os.chown(folder, OTHER_USER, OTHER_USER),
}


def marks(how: str) -> list[pytest.MarkDecorator]:
    return [ROOT] if "stranger" in how else [POSIX] if "may write" in how else []


@pytest.mark.parametrize("how", [pytest.param(how, marks=marks(how)) for how in POISONS])
def test_a_folder_that_cannot_be_trusted_is_replaced(quick: Action, how: str) -> None:
    assert quick.run("action").returncode == 0
    (folder,) = quick.installed()
    (folder / "the first").touch()
    POISONS[how](folder)
    quick.bytecode()[0].unlink()

    ran = quick.run("action")

    assert (ran.returncode, ran.stderr) == (0, "")
    (folder,) = quick.installed()
    assert not (folder / "the first").exists()
    (folder / "the second").touch()
    status = folder.stat()
    assert next(folder.rglob("ember.py")).read_text() == "GLOWS = True\n"
    if os.name != "nt":
        assert status.st_uid == os.geteuid()
        assert not status.st_mode & 0o022
    assert quick.run("action").returncode == 0
    assert (folder / "the second").exists(), "the replacement is used"


def test_a_module_that_is_missing_or_cut_short_is_not_needed_where_its_code_is_kept(quick: Action) -> None:
    assert quick.run("action").returncode == 0
    (folder,) = quick.installed()
    module(folder).unlink()
    assert quick.run("action").returncode == 0
    assert quick.installed() == [folder]


@POSIX
@pytest.mark.parametrize("mode", [0o777, 0o1777, 0o775], ids=["all", "all, sticky", "group"])
def test_below_a_folder_that_others_can_write_to_nothing_is_searched_or_left(
    quick: Action, mode: int
) -> None:
    assert quick.run().returncode == 0
    asked = len(quick.index.requests)
    quick.tools.chmod(mode)
    quick.environ["RUNNER_TEMP"] = quick.environ["HOME"] = str(quick.tools)
    before = [path.stat().st_ino for path in quick.installed()]

    ran = quick.run()

    assert (ran.returncode, ran.stderr) == (0, "")
    assert len(quick.index.requests) > asked, "installed again"
    assert [path.stat().st_ino for path in quick.installed()] == before
    assert not list((quick.folder / "temp").glob("fire-routine*"))


@POSIX
def test_the_shared_temporary_folder_is_never_searched(quick: Action) -> None:
    for name in ("RUNNER_TOOL_CACHE", "RUNNER_TEMP", "HOME"):
        del quick.environ[name]
    for _ in range(2):
        asked = len(quick.index.requests)
        assert quick.run().returncode == 0
        assert len(quick.index.requests) > asked
    assert not list((quick.folder / "temp").iterdir())


@ROOT
def test_a_folder_whose_parent_belongs_to_someone_else_is_not_private(tmp_path: Path) -> None:
    folder = tmp_path / "theirs" / "ours"
    folder.mkdir(parents=True)
    assert environment.is_private(folder)
    os.chown(folder.parent, OTHER_USER, OTHER_USER)
    assert not environment.is_private(folder)


@POSIX
def test_a_link_is_resolved_before_it_is_judged(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o1777)
    (tmp_path / "link").symlink_to(shared)
    assert environment.roots({"RUNNER_TEMP": str(tmp_path / "link")}) == []


@POSIX
def test_folders_are_made_so_that_only_this_user_can_write(quick: Action) -> None:
    before = os.umask(0)
    try:
        assert quick.run().returncode == 0
    finally:
        os.umask(before)
    (folder,) = quick.installed()
    assert all(not path.stat().st_mode & 0o022 for path in [folder.parent, folder, *folder.rglob("*")])


def change_keeping_its_size(file: Path) -> None:
    file.write_text("1 / 0".ljust(file.stat().st_size), "utf-8")


def test_a_changed_module_is_never_run(quick: Action) -> None:
    assert quick.run().returncode == 0
    (folder,) = quick.installed()
    size = module(folder).stat().st_size
    change_keeping_its_size(module(folder))
    assert module(folder).stat().st_size == size

    assert quick.run().returncode == 0, "what was compiled before is used"
    assert quick.installed() == [folder]
    quick.bytecode()[0].unlink()
    ran = quick.run()
    assert ran.returncode == 1
    assert "is not as it was installed" in ran.stderr


def test_before_the_hand_over_a_changed_module_is_installed_again(quick: Action) -> None:
    assert quick.run("action").returncode == 0
    change_keeping_its_size(module(quick.installed()[0]))
    quick.bytecode()[0].unlink()

    ran = quick.run("action")

    assert (ran.returncode, ran.stderr) == (0, "")
    assert module(quick.installed()[0]).read_text() == "GLOWS = True\n"


@pytest.mark.parametrize("name", ["swift.py", "swift.pyc", "swift/__init__.py"])
def test_an_added_module_is_not_imported(quick: Action, name: str) -> None:
    cli = quick.folder / "action/src/fire_routine/cli.py"
    optional = "try:\n    import swift\nexcept ImportError:\n    pass\n"
    cli.write_text(optional + cli.read_text("utf-8"), "utf-8")
    assert quick.run().returncode == 0
    added = quick.installed()[0] / "packages/0" / name
    added.parent.mkdir(exist_ok=True)
    added.write_text("raise SystemExit('added')", "utf-8")

    ran = quick.run()

    assert (ran.returncode, ran.stderr) == (0, "")


def test_who_installs_slower_than_another_uses_the_folder_of_the_faster(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = tmp_path / "lock"
    lock.write_text("ember==1.0\n", "utf-8")

    def put(packages: Path) -> None:
        (packages / "0" / "ember-1.0.dist-info").mkdir(parents=True)
        (packages / "0" / "ember.py").write_text("GLOWS = True\n", "utf-8")

    def put_slowly(_: object, packages: Path, environ: dict[str, str]) -> None:
        put(packages)
        if not winners:
            winners.append(Path())  # the other process installs while this one does
            winners[0] = install.ensure([lock], environ)
            winners.append(winners[0])

    winners: list[Path] = []
    monkeypatch.setattr("bootstrap.installers.install", put_slowly)
    monkeypatch.setattr(install, "ROOM", 0)
    slower = install.ensure([lock], {"RUNNER_TOOL_CACHE": str(tmp_path)})

    assert slower == winners[0]
    assert len(list((tmp_path / "fire-routine").iterdir())) == 1
    assert environment.find([slower.parent], slower.name, thorough=True) == slower


def test_the_faster_folder_is_left_as_it_is(tmp_path: Path) -> None:
    work, folder = tmp_path / "work", tmp_path / "folder"
    for made in (work, folder):
        (made / "packages").mkdir(parents=True)
        (made / "packages" / "ember.py").write_text("GLOWS = True\n", "utf-8")
    (folder / "ready").write_text(environment.manifest(folder), "utf-8")
    inode = folder.stat().st_ino

    assert install._publish(work, folder) == folder
    assert folder.stat().st_ino == inode
    assert not work.exists()


@POSIX
@pytest.mark.parametrize(
    ("section", "named"),
    [
        ("root = {folder}/elsewhere", "install.root"),
        ("prefix = {folder}/elsewhere", "install.prefix"),
        ("constraint = {folder}/constraint.txt", "install.constraint"),
    ],
)
def test_a_pip_conf_that_diverts_the_install_is_named_and_nothing_is_published(
    bare: Action, section: str, named: str
) -> None:
    (bare.folder / "constraint.txt").write_text("ember==2.0\n", "utf-8")
    conf = bare.folder / "home/.config/pip/pip.conf"
    conf.parent.mkdir(parents=True)
    conf.write_text(f"[install]\n{section.format(folder=bare.folder)}\n", "utf-8")

    ran = bare.run("action")

    if ran.returncode:  # a newer pip may install in spite of it
        (line,) = ran.stdout.splitlines()
        assert "pip" in line and named.partition(".")[2] in line
        assert "PIP_CONFIG_FILE" in line
        assert bare.output == "outcome=failed\nreason=install-failed\n"
        assert not bare.installed() and not bare.unfinished()
        conf.unlink()
    assert bare.run("action").returncode == 0


def test_pip_conf_user_does_not_divert_it(bare: Action) -> None:
    conf = bare.folder / "home/.config/pip/pip.conf"
    conf.parent.mkdir(parents=True)
    conf.write_text("[install]\nuser = true\n", "utf-8")
    assert bare.run("action").returncode == 0
    assert len(bare.installed()) == 1


def test_a_release_that_brings_the_packages_installs_nothing(bare: Action) -> None:
    vendor = bare.folder / "action/src/vendor"
    vendor.mkdir()
    (vendor / "ember.py").write_text("GLOWS = True\n", "utf-8")
    before = sorted((bare.folder / "action").rglob("*"))

    for _ in range(2):
        ran = bare.run("action")
        assert (ran.returncode, ran.stderr) == (0, "")
        assert str(vendor) in ran.stdout

    assert not bare.index.requests
    assert not bare.installed()
    assert len(bare.bytecode()) == 1
    assert sorted((bare.folder / "action").rglob("*")) == before


def test_the_attackers_copy_of_the_manifest_is_of_no_use_in_a_shared_folder(tmp_path: Path) -> None:
    if sys.platform == "win32":
        pytest.skip("os.stat knows no owners there")
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o1777)
    folder = shared / "fire-routine" / "planted"
    shutil.copytree(SOURCE / "fire_routine" / "model", folder / "packages" / "0")
    (folder / "ready").write_text(environment.manifest(folder), "utf-8")
    assert not environment.find([folder.parent], folder.name)
    shared.chmod(0o755)
    assert environment.find([folder.parent], folder.name) == folder
