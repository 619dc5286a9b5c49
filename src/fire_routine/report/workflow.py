"""What the runner gets: masks, lines of the job's log, an annotation, outputs, the summary.

The only module that uses github-action-utils. The toolkit reads `os.environ` and prints to `sys.stdout`;
here both are what the caller gave, so that the demo and the tests need neither. Outside Actions nothing is
a command.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout, suppress
from typing import Literal, TextIO

import github_action_utils as toolkit

from ..sanitize import flat, sanitize_line, workflow_safe

TITLE = "fire-routine"
LINE_LIMIT = 2_000  # characters, of one line in the job's log
_READ_BY_THE_TOOLKIT = ("GITHUB_ACTIONS", "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")

Level = Literal["notice", "warning", "error"]
_toolkit_lock = threading.RLock()  # the environment and standard output are the whole process's


class Workflow:
    """The runner's side of the report. Nothing here raises for what the runner's files and console do."""

    def __init__(self, environ: Mapping[str, str], out: TextIO) -> None:
        self._environ = environ
        self._out = out
        self.in_actions = environ.get("GITHUB_ACTIONS") == "true"
        self._annotated = False

    def mask(self, secret: str) -> None:
        """Have the runner replace `secret` by `***` in every log line from now on.

        A line at a time, as the runner matches lines. Outside Actions nothing takes the command, so it would
        print the secret: then nothing is written. Nor is the toolkit's own `add_mask` used: it writes
        `::add-mask ::`, which act and the runners built on it don't take for a command, and so print.
        """
        with self._console():
            for line in secret.splitlines() if self.in_actions else ():
                if line.strip():
                    toolkit.echo(f"::add-mask::{line.strip().replace('%', '%25')}")

    def say(self, line: str) -> None:
        """One line of progress. No text in it is a workflow command, whoever wrote it.

        After the annotation nothing is printed: a thread that still asks GitHub has nothing to say then.
        """
        with self._console():
            if self._annotated:
                return
            toolkit.echo(self._printable(workflow_safe(sanitize_line(line))[:LINE_LIMIT]))

    def annotate(self, level: Level, message: str) -> None:
        """The one annotation of the step, and its last line; outside Actions a line like others."""
        line = flat(message, LINE_LIMIT)
        if not self.in_actions:
            self.say(f"{level}: {line}" if level != "notice" else line)
            self._annotated = True
            return
        write = {"notice": toolkit.notice, "warning": toolkit.warning, "error": toolkit.error}[level]
        with self._console():
            write(line, title=TITLE)
            self._annotated = True

    def set_outputs(self, outputs: Mapping[str, str]) -> None:
        """The step's outputs, where there is a file to take them."""
        if not self._environ.get("GITHUB_OUTPUT"):
            return
        try:
            with self._runner():
                for name, value in outputs.items():
                    toolkit.set_output(name, _encodable(value))
        except OSError as error:
            self.say(f"outputs not set: the runner's file can't be written ({_why(error)})")

    def add_summary(self, markdown: str) -> None:
        """The job summary, where there is a file to take it."""
        if not self._environ.get("GITHUB_STEP_SUMMARY"):
            return
        try:
            with self._runner():
                toolkit.append_job_summary(_encodable(markdown))
        except OSError as error:
            self.say(f"summary not written: the runner's file can't be written ({_why(error)})")

    def _printable(self, line: str) -> str:
        """`line` in the characters that a console knows; the runner takes UTF-8 on every console."""
        encoding = "utf-8" if self.in_actions else getattr(self._out, "encoding", None) or "utf-8"
        return line.encode(encoding, "replace").decode(encoding)

    @contextmanager
    def _console(self) -> Iterator[None]:
        """Where nothing can be printed (a full disk, a closed pipe), the fire and the outputs go on."""
        with suppress(OSError), self._runner():
            yield

    @contextmanager
    def _runner(self) -> Iterator[None]:
        with _toolkit_lock:  # threads report waits, too
            before = {name: os.environ.get(name) for name in _READ_BY_THE_TOOLKIT}
            _set({name: self._environ.get(name) for name in _READ_BY_THE_TOOLKIT})
            try:
                with redirect_stdout(self._out):
                    yield
            finally:
                _set(before)


def _set(values: Mapping[str, str | None]) -> None:
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def _encodable(text: str) -> str:
    """Lone surrogates, which JSON can carry and UTF-8 can't, replaced."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _why(error: OSError) -> str:
    return error.strerror or type(error).__name__
