"""A GitHub that changes while it is asked, answers null where that is allowed, and goes wrong on demand."""

from __future__ import annotations

import re
import ssl
from datetime import UTC, datetime
from typing import Any

from tests.emulated.faults import Fault
from tests.emulated.nulls import with_nulls

from fire_routine.emulator.github import TOKEN, GitHubRequest, ReplayedGitHub
from fire_routine.emulator.json_repository import Json, Partial
from fire_routine.emulator.repository import BOM, timestamp

__all__ = ["TOKEN", "GitHubEmulator"]


class GitHubEmulator(ReplayedGitHub):
    """One repository, for a `with` block; `url` is the API's root, for GITHUB_API_URL."""

    def __init__(
        self,
        full_name: str = "octo-org/widget",
        *,
        token: str = TOKEN,
        port: int = 0,
        prefix: str = "",
        tls: ssl.SSLContext | None = None,
        nulls: bool = False,
    ) -> None:
        """`nulls`: answer null wherever GitHub's description allows it. See `ReplayedGitHub` for the rest."""
        super().__init__(full_name, token=token, port=port, prefix=prefix, tls=tls)
        self.nulls = nulls
        self._faults: list[tuple[re.Pattern[str], Fault, list[int]]] = []

    def shown(self, kind: str, item: Json) -> Json:
        return with_nulls(kind, item) if self.nulls else item

    # --- what goes wrong ------------------------------------------------------------------------

    def fail(self, target: str, fault: Fault, times: int | None = None) -> None:
        """Let requests go wrong whose "METHOD /path?query" holds `target`, a regular expression.

        `times`: only this often. What was asked for last comes first. The path of a log where it is
        kept begins with /storage/.
        """
        with self.lock:
            self._faults.insert(0, (re.compile(target), fault, [times if times is not None else -1]))

    def heal(self) -> None:
        """From now on nothing goes wrong."""
        with self.lock:
            self._faults.clear()

    def asked(self, target: str = "") -> list[GitHubRequest]:
        """The requests whose "METHOD /path?query" holds `target`, a regular expression."""
        return [
            request for request in self.requests if re.search(target, f"{request.method} {request.target}")
        ]

    def fault(self, target: str) -> Fault | None:
        with self.lock:
            for pattern, fault, left in self._faults:
                if left[0] and pattern.search(target):
                    left[0] -= 1
                    return fault
        return None

    # --- what changes while it is asked ---------------------------------------------------------

    def change_run(self, run_id: int, **fields: Any) -> None:
        with self.lock:
            self.runs[run_id].update(updated_at=timestamp(), **fields)

    def add_step(self, job_id: int, partial: Partial) -> None:
        """Add a step to a job, or change the one with that `number`."""
        with self.lock:
            steps = self.jobs[job_id]["steps"]
            number = partial.get("number", len(steps) + 1)
            known = next((step for step in steps if step["number"] == number), None)
            if known is None:
                steps.append(self.site.step(number, partial, timestamp()))
            else:
                known.update(self.site.step(number, {**known, **partial}, timestamp()))

    def finish_job(self, job_id: int, conclusion: str) -> None:
        """A job comes to its end: from now on it has a log."""
        with self.lock:
            self.jobs[job_id].update(status="completed", conclusion=conclusion, completed_at=timestamp())

    def append_log(self, job_id: int, text: str, when: datetime | None = None) -> None:
        """Add lines to a job's log, each stamped as a runner does."""
        moment = when or datetime.now(UTC)
        stamp = f"{moment:%Y-%m-%dT%H:%M:%S.%f}0Z "
        with self.lock:
            log = self._logs.setdefault(job_id, bytearray(BOM))
            if not isinstance(log, bytearray):
                self._logs[job_id] = log = bytearray(log)
            log += "".join(f"{stamp}{line}\n" for line in text.splitlines()).encode()

    def expire_log(self, job_id: int) -> None:
        """The log is past its retention: 410 from now on."""
        self.expired.add(job_id)
