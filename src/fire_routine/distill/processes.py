"""The logs of a run with very many failed jobs, read on two cores, where threads would share one.

A process is sent a log at a time over its standard input and answers over its standard output. What it does
not answer is read here.
"""

from __future__ import annotations

import gc
import os
import pickle
import queue
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from threading import Timer
from typing import IO, cast

from ..model import Digest, Step
from ..settings import PREFIX
from .green import Green
from .reader import Reader

MANY = 64  # logs: of fewer, to start processes takes longer than they save
MOST = 2  # processes: each takes some 45 MiB
LARGEST = 4 * 1024 * 1024  # bytes of a log that is held until all of it is there
PATIENCE = 20.0  # seconds for an answer, which takes 0.1 or less

# Only what is on `sys.path`, and nothing written next to the source: as the entry point has it.
_FLAGS = ("-I", "-S", "-B", "-c")
_BEGIN = f"import sys; sys.path[:] = sys.argv[1:]; from {__name__} import serve; serve()"


@contextmanager
def reading(logs: int) -> Iterator[Reader]:
    """A reader of that many logs, for a `with` block; of very many, processes of its own read most."""
    processes = _started() if logs > MANY else []
    shared = _Shared(processes)
    try:
        yield shared if len(processes) > 1 else Reader()
    finally:
        shared.over = True
        for process in processes:
            process.end()


def _started() -> list[_Process]:
    """Up to `MOST` processes, no more than there are cores, as far as they start: they only save time."""
    cores = os.cpu_count() or 1
    started: list[_Process] = []
    try:
        while cores > 1 and len(started) < min(cores, MOST):
            started.append(_Process())
    except OSError:
        pass
    return started


class _Process:
    """Reads one log after the other."""

    def __init__(self) -> None:
        """Start it.

        Raises:
            OSError: it can't be started.
        """
        self._process = subprocess.Popen(  # noqa: S603 - this very Python
            [sys.executable, *_FLAGS, _BEGIN, *sys.path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={name: value for name, value in os.environ.items() if not name.startswith(PREFIX)},
        )

    def ask(self, log: bytes, steps: Sequence[Step]) -> Digest | None:
        """The digest of a log; None: it gave none, and is not to be asked again."""
        stdin, stdout = (cast("IO[bytes]", pipe) for pipe in (self._process.stdin, self._process.stdout))
        watch = Timer(PATIENCE, self._process.kill)
        try:
            watch.start()
            pickle.dump((log, steps), stdin)
            stdin.flush()
            answer = pickle.load(stdout)  # noqa: S301 - by `serve`
        except Exception:  # any error: the log is read all the same
            return None
        finally:
            watch.cancel()
        return answer if isinstance(answer, Digest) else None

    def end(self) -> None:
        self._process.kill()
        self._process.communicate()


class _Shared(Reader):
    """Reads what the processes don't: a log that is too long to be held, or is set against a green one, whose
    hashes are this process's own; and all, once they have ended."""

    def __init__(self, processes: Iterable[_Process]) -> None:
        super().__init__()
        self.over = False  # the block has been left, and no one waits for logs that are still being read
        self._free = queue.SimpleQueue[_Process | None]()  # None stands for one that has ended
        for process in processes:
            self._free.put(process)

    def read(
        self, chunks: Iterable[bytes], *, steps: Sequence[Step] = (), green: Green | None = None
    ) -> Digest:
        """As `Reader.read`; of a log that comes slowly, no process waits for the rest."""
        held = bytearray()
        chunks = iter(chunks)
        for chunk in chunks:
            held += chunk
            if len(held) > LARGEST:
                break
        log = bytes(held)
        del held
        if len(log) <= LARGEST and green is None:
            answer = self._ask(log, steps)
            if answer is not None:
                return answer
        if self.over:
            raise RuntimeError("no one waits for this log any more")
        return super().read(chain((log,), chunks), steps=steps, green=green)

    def _ask(self, log: bytes, steps: Sequence[Step]) -> Digest | None:
        """The answer of the next process that is free; None: it gave none."""
        process = self._free.get()
        answer = process.ask(log, steps) if process is not None else None
        self._free.put(process if answer is not None else None)
        return answer


def serve() -> None:
    """Read each log that standard input brings, until it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a cancelled job: who started this process ends it
    gc.set_threshold(50_000)  # as the entry point has it
    reader = Reader()
    while True:
        try:
            log, steps = pickle.load(sys.stdin.buffer)  # noqa: S301 - by `_Process.ask`
        except EOFError:
            return
        pickle.dump(reader.read([log], steps=steps), sys.stdout.buffer)
        sys.stdout.buffer.flush()
