from __future__ import annotations

import errno
import io
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fire_routine.report.workflow import LINE_LIMIT, Workflow

REGISTERED = ("add-mask", "stop-commands", "set-output", "group", "error")


class Console(io.TextIOWrapper):
    """A stream like a real one: text on bytes, in an encoding of its own."""

    def __init__(self, encoding: str = "utf-8") -> None:
        self.bytes = io.BytesIO()
        super().__init__(self.bytes, encoding=encoding, newline="")

    def written(self, encoding: str = "utf-8") -> str:
        self.flush()
        return self.bytes.getvalue().decode(encoding)


def printed(report: Callable[[Workflow], object], encoding: str = "utf-8", *, read_as: str = "") -> str:
    """What a report prints on a console of this encoding."""
    out = Console(encoding)
    with redirect_stdout(out):
        report(Workflow())
    return out.written(read_as or encoding)


def _takes_for_a_command(line: str) -> bool:
    """As the runner decides it (ActionCommand.TryParseV2, then TryParse)."""
    line = line.lstrip()
    if line.startswith("::") and line.find("::", 2) > 0:
        return line[2 : line.find("::", 2)].partition(" ")[0] in REGISTERED
    start = line.find("##[")
    end = line.find("]", start)
    return start >= 0 and end > 0 and line[start + 3 : end].partition(" ")[0] in REGISTERED


PARTS = [*REGISTERED, "::", "##[", "]", "\x1b[0m", *" \t\n\r\u200b\u3000\xa0\x85\x0bx:#["]


@given(st.lists(st.sampled_from(PARTS)))
def test_no_line_is_a_command(parts: list[str]) -> None:
    written = printed(lambda workflow: workflow.say("".join(parts)))
    assert written.count("\n") == 1 and "\r" not in written
    assert not _takes_for_a_command(written)


def test_a_line_is_cut_where_a_log_cuts_one() -> None:
    assert len(printed(lambda workflow: workflow.say("x" * 5_000))) == LINE_LIMIT + 1


def test_where_nothing_can_be_printed_the_outputs_are_set_all_the_same(runner: Path) -> None:
    class Full(io.StringIO):
        def write(self, _: str) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    workflow = Workflow()
    with redirect_stdout(Full()):
        workflow.mask("secret")
        workflow.say("read")
        workflow.annotate("notice", "fired")
        workflow.set_outputs({"outcome": "fired"})
    assert "fired" in (runner / "output").read_text()


@pytest.mark.usefixtures("runner")
def test_a_line_is_written_as_one_line_of_utf_8_in_actions() -> None:
    line = "→ test (3.12)\n::add-mask::x"
    written = printed(lambda workflow: workflow.say(line), "cp1252", read_as="utf-8")
    assert written == "→ test (3.12) ::add-mask::x\n"


def test_what_a_console_can_t_show_is_replaced_outside_actions() -> None:
    written = printed(lambda workflow: workflow.say("    if →:\t🦊\x1b[0m"), "cp1252")
    assert written.splitlines() == ["    if ?:   ?"]


def test_outside_actions_no_secret_is_printed_an_annotation_is_a_plain_line_and_nothing_is_written() -> None:
    def everything(workflow: Workflow) -> None:
        workflow.mask("sk-ant-oat01-abc")
        workflow.annotate("warning", "no session")
        workflow.set_outputs({"outcome": "fired"})
        workflow.add_summary("text")

    assert printed(everything) == "warning: no session\n"
    assert printed(lambda workflow: workflow.annotate("notice", "started")) == "started\n"


@pytest.mark.usefixtures("runner")
def test_a_secret_is_masked_line_by_line_in_actions() -> None:
    written = printed(lambda workflow: workflow.mask("sk-ant-oat01-abc\n\nsecond%line\n"))
    assert written.splitlines() == ["::add-mask::sk-ant-oat01-abc", "::add-mask::second%25line"]


@pytest.mark.usefixtures("runner")
def test_an_annotation_is_one_command_for_every_message() -> None:
    written = printed(lambda workflow: workflow.annotate("error", "100% broken\n::error::again"))
    assert written == "::error title=fire-routine::100%25 broken ::error::again\n"


def test_a_hostile_value_sets_one_output(runner: Path) -> None:
    Workflow().set_outputs({"reason": "x\nEOF\nsession-url<<EOF\nhttps://evil\nEOF"})

    lines = (runner / "output").read_text("utf-8").splitlines()
    mark = lines[0].removeprefix("reason<<")
    assert lines.count(mark) == 1
    assert lines[-1] == mark


def test_a_lone_surrogate_is_replaced(runner: Path) -> None:
    Workflow().set_outputs({"reason": "\ud800"})
    Workflow().add_summary("### é\n\udfff")

    assert "?" in (runner / "output").read_text("utf-8")
    assert (runner / "summary").read_text("utf-8") == "### é\n?\n"


def test_files_that_can_t_be_written_are_reported(runner: Path) -> None:
    for name in ("output", "summary"):
        (runner / name).unlink()
        (runner / name).mkdir()
    assert printed(lambda workflow: workflow.set_outputs({"outcome": "fired"})).startswith("outputs not set:")
    assert printed(lambda workflow: workflow.add_summary("text")).startswith("summary not written:")
