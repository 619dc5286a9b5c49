from __future__ import annotations

import errno
import io
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fire_routine.report import Workflow
from fire_routine.report.workflow import LINE_LIMIT

REGISTERED = ("add-mask", "stop-commands", "set-output", "group", "error")


class Console(io.TextIOWrapper):
    """A stream like a real one: text on bytes, in an encoding of its own."""

    def __init__(self, encoding: str = "utf-8") -> None:
        self.bytes = io.BytesIO()
        super().__init__(self.bytes, encoding=encoding, newline="")

    def written(self, encoding: str = "utf-8") -> str:
        self.flush()
        return self.bytes.getvalue().decode(encoding)


def _runner(tmp_path: Path) -> dict[str, str]:
    files = {"GITHUB_OUTPUT": "output", "GITHUB_STEP_SUMMARY": "summary"}
    for name in files.values():
        (tmp_path / name).touch()
    return {"GITHUB_ACTIONS": "true"} | {key: str(tmp_path / name) for key, name in files.items()}


def _takes_for_a_command(line: str) -> bool:
    """As the runner decides it (ActionCommand.TryParseV2, then TryParse)."""
    line = line.lstrip()
    if line.startswith("::") and line.find("::", 2) > 0:
        return line[2 : line.find("::", 2)].partition(" ")[0] in REGISTERED
    start = line.find("##[")
    end = line.find("]", start)
    return start >= 0 and end > 0 and line[start + 3 : end].partition(" ")[0] in REGISTERED


@given(st.lists(st.sampled_from([*REGISTERED, "::", "##[", "]", " ", "\n", "\u200b", "\r", "x", ":", "#"])))
def test_no_line_is_a_command(parts: list[str]) -> None:
    out = Console()

    Workflow({}, out).say("".join(parts))

    written = out.written()
    assert written.count("\n") == 1 and "\r" not in written
    assert not _takes_for_a_command(written)


def test_a_line_is_cut_where_a_log_cuts_one() -> None:
    out = Console()
    Workflow({}, out).say("x" * 5_000)
    assert len(out.written()) == LINE_LIMIT + 1


def test_where_nothing_can_be_printed_the_outputs_are_set_all_the_same(tmp_path: Path) -> None:
    class Full(io.StringIO):
        def write(self, _: str) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    workflow = Workflow(_runner(tmp_path), Full())
    workflow.mask("secret")
    workflow.say("read")
    workflow.annotate("notice", "fired")
    workflow.set_outputs({"outcome": "fired"})
    assert "fired" in (tmp_path / "output").read_text()


def test_a_line_is_written_as_one_line_of_utf_8_in_actions(tmp_path: Path) -> None:
    out = Console("cp1252")

    Workflow(_runner(tmp_path), out).say("→ test (3.12)\n::add-mask::x")

    assert out.written() == "→ test (3.12) ::add-mask::x\n"


@pytest.mark.parametrize("encoding", ["cp1252", "cp437", "ascii"])
def test_what_a_console_can_t_show_is_replaced_outside_actions(encoding: str) -> None:
    out = Console(encoding)

    Workflow({}, out).say("→ 🦊 done")

    assert out.written(encoding).splitlines() == ["? ? done"]


def test_a_line_keeps_its_indentation() -> None:
    out = Console()

    Workflow({}, out).say("    if x:\treturn\x1b[0m")

    assert out.written() == "    if x:   return\n"


def test_a_secret_is_masked_line_by_line_in_actions(tmp_path: Path) -> None:
    out = Console()

    Workflow(_runner(tmp_path), out).mask("sk-ant-oat01-abc\n\nsecond%line\n")

    assert out.written().splitlines() == ["::add-mask::sk-ant-oat01-abc", "::add-mask::second%25line"]


def test_a_secret_is_not_printed_where_nothing_masks_it() -> None:
    out = Console()

    Workflow({}, out).mask("sk-ant-oat01-abc")

    assert out.written() == ""


def test_an_annotation_is_one_command_for_every_message(tmp_path: Path) -> None:
    out = Console()

    Workflow(_runner(tmp_path), out).annotate("error", "100% broken\n::error::again")

    assert out.written() == "::error title=fire-routine::100%25 broken ::error::again\n"


def test_an_annotation_is_a_plain_line_outside_actions() -> None:
    out = Console()

    Workflow({}, out).annotate("warning", "no session")
    Workflow({}, out).annotate("notice", "session started")

    assert out.written().splitlines() == ["warning: no session", "session started"]


def test_outputs_and_summary_reach_the_runner_s_files(tmp_path: Path) -> None:
    workflow = Workflow(_runner(tmp_path), Console())

    workflow.set_outputs({"outcome": "fired", "reason": ""})
    workflow.add_summary("### é\n")

    output = (tmp_path / "output").read_text("utf-8").splitlines()
    name, _, mark = output[0].partition("<<")
    assert (name, output[1:3]) == ("outcome", ["fired", mark])
    assert (tmp_path / "summary").read_text("utf-8").splitlines() == ["### é", ""]


def test_a_hostile_value_sets_one_output(tmp_path: Path) -> None:
    Workflow(_runner(tmp_path), Console()).set_outputs(
        {"reason": "x\nEOF\nsession-url<<EOF\nhttps://evil\nEOF"}
    )

    lines = (tmp_path / "output").read_text("utf-8").splitlines()
    mark = lines[0].removeprefix("reason<<")
    assert lines.count(mark) == 1
    assert lines[-1] == mark


def test_a_lone_surrogate_is_replaced(tmp_path: Path) -> None:
    workflow = Workflow(_runner(tmp_path), Console())

    workflow.set_outputs({"reason": "\ud800"})
    workflow.add_summary("\udfff")

    assert "?" in (tmp_path / "output").read_text("utf-8")
    assert (tmp_path / "summary").read_text("utf-8") == "?\n"


def test_without_files_nothing_is_written_and_nothing_raised() -> None:
    out = Console()
    workflow = Workflow({}, out)

    workflow.set_outputs({"outcome": "fired"})
    workflow.add_summary("text")

    assert out.written() == ""


def test_files_that_can_t_be_written_are_reported(tmp_path: Path) -> None:
    out = Console()
    gone = str(tmp_path / "missing" / "file")
    workflow = Workflow({"GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": gone, "GITHUB_STEP_SUMMARY": gone}, out)

    workflow.set_outputs({"outcome": "fired"})
    workflow.add_summary("text")

    assert [line.partition(":")[0] for line in out.written().splitlines()] == [
        "outputs not set",
        "summary not written",
    ]


def test_the_process_s_own_environment_is_left_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_OUTPUT", "its-own")
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)

    Workflow(_runner(tmp_path), Console()).set_outputs({"outcome": "fired"})

    assert os.environ["GITHUB_OUTPUT"] == "its-own"
    assert "GITHUB_STEP_SUMMARY" not in os.environ
    assert not Path("its-own").exists()


def test_threads_that_report_at_once_write_each_to_its_own_files(tmp_path: Path) -> None:
    names = [str(number) for number in range(4)]
    consoles = {name: io.StringIO() for name in names}
    before, interval = dict(os.environ), sys.getswitchinterval()

    def report(name: str) -> None:
        (tmp_path / name).mkdir()
        workflow = Workflow(_runner(tmp_path / name), consoles[name])
        for _ in range(100):
            workflow.say(name)
            workflow.set_outputs({"reason": name})

    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(len(names)) as threads:
            list(threads.map(report, names))
    finally:
        sys.setswitchinterval(interval)

    for name in names:
        assert consoles[name].getvalue().split() == [name] * 100
        assert (tmp_path / name / "output").read_text().count(f"\n{name}\n") == 100
    assert dict(os.environ) == before
