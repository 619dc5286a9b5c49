"""Files that `attach` names: what is read, and what is refused with its reason."""

from __future__ import annotations

import gzip
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

import pytest
from tests.support.fake_clock import FakeClock
from tests.unit.digests import digest_of, texts

from fire_routine.gather import files as module
from fire_routine.gather.files import read_attachments
from fire_routine.model.evidence import Digest


def read(chunks: Iterable[bytes]) -> Digest:
    """A reader that keeps every line."""
    return digest_of(*b"".join(chunks).decode("utf-8", "replace").splitlines())


def write(path: Path, text: str = "boom\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def names(workspace: Path, *patterns: str) -> list[str]:
    return [attachment.path for attachment in read_attachments(patterns, workspace, read)[0]]


def refusals(workspace: Path, *patterns: str) -> list[str]:
    attachments, notes = read_attachments(patterns, workspace, read)
    assert not attachments
    return [f"{note.what}: {note.why}" for note in notes]


def symlink(link: Path, target: Path) -> None:
    try:
        link.symlink_to(target, target_is_directory=target.is_dir())
    except OSError:
        pytest.skip("this system lets nobody make links")


def test_files_are_read_by_pattern_each_once_in_order(tmp_path: Path) -> None:
    for name in ("a.log", "b.log", "c.txt", "deep/er/d.log", "deep/e.log"):
        write(tmp_path / name)
    table = {
        ("*.log",): ["a.log", "b.log"],
        ("a.log", "[ab].log", "?.log"): ["a.log", "b.log"],
        ("**/*.log",): ["a.log", "b.log", "deep/e.log", "deep/er/d.log"],
        ("deep/**",): ["deep/e.log", "deep/er/d.log"],
        ("deep/**/d.log",): ["deep/er/d.log"],
        ("./c.txt",): ["c.txt"],
        (str(tmp_path / "deep" / "*.log"),): ["deep/e.log"],
    }
    assert {patterns: sorted(names(tmp_path, *patterns)) for patterns in table} == table
    write(tmp_path / "a.log", "one\ntwo\n")
    ((attachment,), notes) = read_attachments(["a.log"], tmp_path, read)
    assert (texts(attachment.digest), notes) == (["one", "two"], ())


def test_too_many_files_are_a_note_and_the_first_in_the_folders_order_are_read(tmp_path: Path) -> None:
    for number in range(module.MOST_FILES + 5):
        write(tmp_path / f"job{number:02}" / "test.log")
    attachments, (note,) = read_attachments(["*/test.log"], tmp_path, read)
    shown = [f"job{number:02}/test.log" for number in range(module.MOST_FILES)]
    assert [attachment.path for attachment in attachments] == shown
    assert note.why == "the patterns match 25 files and 20 are read"
    write(tmp_path / "z.log")
    write(tmp_path / "job00" / "a" / "test.log")
    assert names(tmp_path, "**/*.log")[:2] == ["z.log", "job00/test.log"]


def test_a_test_report_of_either_format_is_read_as_one(tmp_path: Path) -> None:
    write(
        tmp_path / "junit.xml",
        '<testsuite><testcase name="t"><failure message="boom of JUnit"/></testcase></testsuite>',
    )
    write(
        tmp_path / "shop.trx",
        '<TestRun><Results><UnitTestResult testName="t" outcome="Failed"><Output><ErrorInfo>'
        "<Message>boom of TRX</Message></ErrorInfo></Output></UnitTestResult></Results></TestRun>",
    )
    attachments, notes = read_attachments(["junit.xml", "shop.trx"], tmp_path, read)
    shown = [" ".join(texts(one.digest)) for one in attachments]
    assert notes == ()
    assert ["boom of JUnit" in shown[0], "boom of TRX" in shown[1]] == [True, True]
    assert not [text for text in shown if "<" in text]


def test_what_is_no_plain_file_of_the_workspace_is_refused_and_named(tmp_path: Path) -> None:
    write(tmp_path / "outside" / "secret.log")
    workspace = tmp_path / "workspace"
    write(workspace / "real" / "b.log")
    symlink(workspace / "a.log", tmp_path / "outside" / "secret.log")
    symlink(workspace / "folder", tmp_path / "outside")
    symlink(workspace / "link", workspace / "real")
    write(workspace / ".git" / "config")
    (workspace / "packed").write_bytes(gzip.compress(b"boom"))
    sparse(workspace / "large", module.MOST_BYTES + 1)
    if hasattr(os, "mkfifo"):
        os.mkfifo(workspace / "pipe")
    outside = "it leads out of the workspace"
    table = {
        "*.txt": "*.txt: no file matches",
        "no/such/file": "no/such/file: no file matches",
        ".git/config": ".git/config: no file matches",
        "**/.git/*": "**/.git/*: no file matches",
        "../outside/secret.log": f"../outside/secret.log: {outside}",
        "x/../../outside/secret.log": f"x/../../outside/secret.log: {outside}",
        "../**/*.log": f"../**/*.log: {outside}",
        str(tmp_path / "outside"): f"{tmp_path / 'outside'}: {outside}",
        "a.log": "a.log: it is a link",
        "*.log": "a.log: it is a link",
        "folder/secret.log": "folder: it is a link",
        "folder/*.log": "folder: it is a link",
        "link/b.log": "link: it is a link",
        "packed": "packed: it is compressed",
        "large": "large: it is larger than 32 MiB",
    }
    if hasattr(os, "mkfifo"):
        table["pipe"] = "pipe: it is not a regular file"
    assert {pattern: refusals(workspace, pattern) for pattern in table} == {
        pattern: [f"attach: {why}"] for pattern, why in table.items()
    }
    assert "secret" not in repr(read_attachments(["**/*.log", "**"], workspace, read)[0])


def test_a_loop_of_links_ends(tmp_path: Path) -> None:
    write(tmp_path / "deep" / "a.log")
    symlink(tmp_path / "deep" / "loop", tmp_path)
    assert names(tmp_path, "**/*.log") == ["deep/a.log"]


def test_wildcards_do_not_match_hidden_files(tmp_path: Path) -> None:
    for name in (".env", ".cache/a.log", "src/.git/config", "b.log"):
        write(tmp_path / name)
    assert names(tmp_path, "**") == names(tmp_path, "**/*") == ["b.log"]
    assert names(tmp_path, ".cache/*.log") == [".cache/a.log"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such users")
def test_what_cannot_be_read_is_left_out_and_named() -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        write(Path(folder, "a.log")).chmod(0)
        write(Path(folder, "locked", "a.log"))
        write(Path(folder, "open", "b.log"))
        Path(folder, "locked").chmod(0)
        user = os.geteuid()
        try:
            if user == 0:  # root may read everything
                os.seteuid(65534)
            refused = refusals(Path(folder), "a.log")
            patterns = ["locked/a.log", "open/**/*.log", "**/b.log", "locked/*.log"]
            attachments, notes = read_attachments(patterns, Path(folder), read)
        finally:
            os.seteuid(user)
            Path(folder, "locked").chmod(0o755)
    assert refused == ["attach: a.log: Permission denied"]
    assert [attachment.path for attachment in attachments] == ["open/b.log"]
    assert [(note.what, note.why) for note in notes] == [("attach: locked", "Permission denied")]


@pytest.mark.parametrize("pattern", ["a" * 5_000, "logs/" * 2_000 + "a.log", "a\0.log"])
def test_a_name_that_no_file_can_have_is_left_out_and_named(tmp_path: Path, pattern: str) -> None:
    write(tmp_path / "b.log")
    attachments, (note,) = read_attachments([pattern, "*.log"], tmp_path, read)
    assert [attachment.path for attachment in attachments] == ["b.log"]
    assert note.what.startswith(f"attach: {pattern[:100]}")
    assert len(note.what) < 250


def test_without_a_workspace_nothing_is_read() -> None:
    assert read_attachments([], None, read) == ((), ())
    _, (note,) = read_attachments(["*.log"], None, read)
    assert note.why == "there is no workspace"


def test_a_pattern_over_too_many_files_is_given_up_and_takes_no_other_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_ENTRIES", 50)
    for number in range(100):
        write(tmp_path / "many" / f"{number}" / "a.txt")
    write(tmp_path / "first.log")
    attachments, (note,) = read_attachments(["many/**/*.log", "first.log"], tmp_path, read)
    assert [attachment.path for attachment in attachments] == ["first.log"]
    assert note.what == "attach: many/**/*.log"
    assert "more than 50 files and folders" in note.why


def sparse(path: Path, size: int) -> None:
    with path.open("wb") as file:
        file.truncate(size)


def test_files_share_one_bound_of_bytes(tmp_path: Path) -> None:
    for name in ("a.log", "b.log", "c.log"):
        sparse(tmp_path / name, module.MOST_BYTES)
    write(tmp_path / "d.log")
    sizes: list[int] = []

    def count(arriving: Iterable[bytes]) -> Digest:
        sizes.append(sum(map(len, arriving)))
        return Digest((), 0)

    attachments, notes = read_attachments(["*.log"], tmp_path, count)
    assert [attachment.path for attachment in attachments] == ["a.log", "b.log"]
    assert sum(sizes) == module.ALL_BYTES
    assert [note.what for note in notes] == ["attach: c.log", "attach: d.log"]
    assert "larger than 64 MiB" in notes[0].why


def test_files_share_one_bound_of_time(tmp_path: Path) -> None:
    for name in ("a.log", "b.log", "c.xml"):
        write(tmp_path / name)
    clock = FakeClock()

    def slowly(chunks: Iterable[bytes]) -> Digest:
        clock.sleep(8)
        return read(chunks)

    attachments, notes = read_attachments(["*.log", "*.xml"], tmp_path, slowly, seconds=10, clock=clock.value)
    assert [attachment.path for attachment in attachments] == ["a.log"]
    late = "there was no time left to read it"
    assert [(note.what, note.why) for note in notes] == [("attach: b.log", late), ("attach: c.xml", late)]
