"""What the runner gets: masks, lines of the job's log, an annotation, outputs, the summary.

The only module that uses github-action-utils, which reads the process's environment and prints to standard
output. Outside Actions nothing is a command.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Literal

import github_action_utils as toolkit

from ..sanitize import flat, sanitize_line, workflow_safe

TITLE = "fire-routine"
SHORTEST_SECRET = 8  # characters of one that is replaced wherever it stands
LINE_LIMIT = 2_000  # characters, of one line in the job's log

Level = Literal["notice", "warning", "error"]
_one_at_a_time = threading.RLock()  # threads report waits, too


class Workflow:
    """The runner's side of the report. Nothing here raises for what the runner's files and console do."""

    def __init__(self) -> None:
        self._annotated = False
        self._masked: list[str] = []

    def mask(self, secret: str) -> None:
        """Have the runner replace `secret` by `***` in every log line from now on.

        A line at a time, as the runner matches lines. Outside Actions nothing takes the command, so it would
        print the secret: then nothing is written. Nor is the toolkit's own `add_mask` used: it writes
        `::add-mask ::`, which act and the runners built on it don't take for a command, and so print.
        """
        lines = [line.strip() for line in secret.splitlines() if line.strip()]
        self._masked += (line for line in lines if len(line) >= SHORTEST_SECRET)
        for line in lines if in_actions() else ():
            _print(f"::add-mask::{line.replace('%', '%25')}")

    def _shown(self, text: str) -> str:
        """The text without the secrets: the runner masks them in its log alone."""
        for secret in self._masked:
            text = text.replace(secret, "***")
        return text

    def say(self, line: str) -> None:
        """One line of progress. No text in it is a workflow command, whoever wrote it.

        After the annotation nothing is printed: a thread that still asks GitHub has nothing to say then.
        """
        with _one_at_a_time:  # a thread that is about to print waits here while the annotation is written
            if not self._annotated:
                _print(_printable(workflow_safe(sanitize_line(self._shown(line)))[:LINE_LIMIT]))

    def annotate(self, level: Level, message: str) -> None:
        """The one annotation of the step, and its last line; outside Actions a line like others."""
        line = workflow_safe(flat(self._shown(message), LINE_LIMIT))
        if not in_actions():
            self.say(f"{level}: {line}" if level != "notice" else line)
            self._annotated = True
            return
        write = {"notice": toolkit.notice, "warning": toolkit.warning, "error": toolkit.error}[level]
        with suppress(OSError), _one_at_a_time:
            write(line, title=TITLE)
            self._annotated = True

    def set_outputs(self, outputs: Mapping[str, str]) -> None:
        """The step's outputs, where there is a file to take them."""

        def write() -> None:
            for name, value in outputs.items():
                toolkit.set_output(name, _encodable(self._shown(value)))

        if os.environ.get("GITHUB_OUTPUT"):
            self._write("outputs not set", write)

    def add_summary(self, markdown: str) -> None:
        """The job summary, where there is a file to take it."""
        if os.environ.get("GITHUB_STEP_SUMMARY"):
            self._write(
                "summary not written", lambda: toolkit.append_job_summary(_encodable(self._shown(markdown)))
            )

    def _write(self, otherwise: str, write: Callable[[], object]) -> None:
        try:
            with _one_at_a_time:
                write()
        except OSError as error:
            why = error.strerror or type(error).__name__
            self.say(f"{otherwise}: the runner's file can't be written ({why})")


def in_actions() -> bool:
    return os.environ.get("GITHUB_ACTIONS") == "true"


def _print(line: str) -> None:
    """Where nothing can be printed (a full disk, a closed pipe), the fire and the outputs go on."""
    with suppress(OSError), _one_at_a_time:
        toolkit.echo(line)


def _printable(line: str) -> str:
    """`line` in the characters that a console knows; the runner takes UTF-8 on every console."""
    encoding = "utf-8" if in_actions() else getattr(sys.stdout, "encoding", None) or "utf-8"
    return line.encode(encoding, "replace").decode(encoding)


def _encodable(text: str) -> str:
    """Lone surrogates, which JSON can carry and UTF-8 can't, replaced."""
    return text.encode("utf-8", "replace").decode("utf-8")
