"""What the runner gets: masks, lines of the job's log, an annotation, outputs, the summary.

Formats: https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands. Outside Actions
nothing is a command.
"""

from __future__ import annotations

import os
import secrets
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Literal

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
        print the secret: then nothing is written.
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
                _print(workflow_safe(sanitize_line(self._shown(line)))[:LINE_LIMIT])

    def annotate(self, level: Level, message: str) -> None:
        """The one annotation of the step, and its last line; outside Actions a line like others."""
        line = workflow_safe(flat(self._shown(message), LINE_LIMIT))
        if not in_actions():
            self.say(f"{level}: {line}" if level != "notice" else line)
            self._annotated = True
            return
        with _one_at_a_time:
            _print(f"::{level} title={TITLE}::{line.replace('%', '%25')}")
            self._annotated = True

    def set_outputs(self, outputs: Mapping[str, str]) -> None:
        """The step's outputs, where there is a file to take them. No value can write another output."""
        entries = []
        for name, value in outputs.items():
            end = f"end-{secrets.token_hex(16)}"
            entries.append(f"{name}<<{end}\n{self._shown(value)}\n{end}\n")
        self._append("GITHUB_OUTPUT", "".join(entries), "outputs not set")

    def add_summary(self, markdown: str) -> None:
        """The job summary, where there is a file to take it."""
        self._append("GITHUB_STEP_SUMMARY", f"{self._shown(markdown)}\n", "summary not written")

    def _append(self, variable: str, text: str, otherwise: str) -> None:
        """Add `text` to the runner's file that a variable names. Lone surrogates, which JSON can carry and
        UTF-8 can't, are replaced."""
        if not (path := os.environ.get(variable)):
            return
        try:
            with _one_at_a_time, Path(path).open("ab") as file:
                file.write(text.encode("utf-8", "replace"))
        except OSError as error:
            why = error.strerror or type(error).__name__
            self.say(f"{otherwise}: the runner's file can't be written ({why})")


def in_actions() -> bool:
    return os.environ.get("GITHUB_ACTIONS") == "true"


def _print(line: str) -> None:
    """In the characters that a console knows; the runner takes UTF-8 on every console.

    Where nothing can be printed (a full disk, a closed pipe), the fire and the outputs go on.
    """
    console = getattr(sys.stdout, "buffer", None)
    with suppress(OSError), _one_at_a_time:
        if console is None:  # a caller catches what is printed
            sys.stdout.write(f"{line}\n")
            return
        encoding = "utf-8" if in_actions() else sys.stdout.encoding or "utf-8"
        sys.stdout.flush()
        console.write(f"{line}\n".encode(encoding, "replace"))
        console.flush()
