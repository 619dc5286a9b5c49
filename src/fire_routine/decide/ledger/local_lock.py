"""At most once per job, for a job that can't write to the ledger: a file in the job's own folder."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from ...model import Run


class LocalLock:
    """RUNNER_TEMP is emptied before and after each job, so the file lasts as long as the job."""

    def __init__(self, temp: Path | None, run: Run) -> None:
        self._file = temp / f"fire-routine-{run.id}-{run.attempt}.fired" if temp else None
        self._taken = False

    def take(self) -> bool:
        """Whether this is the job's first fire, as far as a folder that can be written to is there."""
        if self._taken:
            return False
        if self._file is not None:
            try:
                self._file.touch(exist_ok=False)
            except FileExistsError:
                return False
            except OSError:
                pass
        self._taken = True
        return True

    def release(self) -> None:
        """Nothing was fired after all."""
        if self._taken and self._file is not None:
            with suppress(OSError):
                self._file.unlink(missing_ok=True)
        self._taken = False
