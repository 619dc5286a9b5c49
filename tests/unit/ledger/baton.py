"""Ordinary blocking code, many times at once, in virtual time: one thread runs, the others wait.

Whoever pauses hands the baton on, and the next in virtual time takes it. With the same seed
everything happens in the same order.
"""

from __future__ import annotations

import heapq
import threading
from collections.abc import Callable


class Killed(BaseException):
    """The process died here: as with kill -9, nothing it would still have done has an effect."""


class Task:
    """One process. It dies at `dies_at`, wherever it is then."""

    def __init__(self, baton: Baton, work: Callable[[Task], None], dies_at: float | None) -> None:
        self.baton = baton
        self._work = work
        self._turn = threading.Semaphore(0)
        self.dies_at = dies_at
        self.dead = False
        self.error: BaseException | None = None
        self.thread = threading.Thread(target=self._live, daemon=True)

    def pause(self, seconds: float) -> None:
        """Let virtual time pass.

        Raises:
            Killed: the process died meanwhile, or before.
        """
        if self.dead:
            raise Killed
        until = self.baton.time + seconds
        if self.dies_at is not None and self.dies_at <= until:
            until, self.dead = max(self.dies_at, self.baton.time), True
        self.baton.at(until, self.resume)
        self.baton.hand_back()
        self._turn.acquire()
        if self.dead:
            raise Killed

    def resume(self) -> None:
        self._turn.release()
        self.baton.wait()

    def start(self) -> None:
        self.thread.start()
        self.baton.wait()

    def _live(self) -> None:
        try:
            self._work(self)
        except Killed:
            pass
        except BaseException as error:
            self.error = error
        self.baton.hand_back()


class Baton:
    """The scheduler: what happens when, in virtual seconds."""

    def __init__(self) -> None:
        self.time = 0.0
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._count = 0
        self._free = threading.Semaphore(0)
        self._tasks: list[Task] = []

    def at(self, time: float, action: Callable[[], None]) -> None:
        self._count += 1
        heapq.heappush(self._events, (time, self._count, action))

    def spawn(self, time: float, work: Callable[[Task], None], dies_at: float | None = None) -> None:
        task = Task(self, work, dies_at)
        self._tasks.append(task)
        self.at(time, task.start)

    def hand_back(self) -> None:
        self._free.release()

    def wait(self) -> None:
        self._free.acquire()

    def run(self) -> None:
        """Until nothing more happens. An error in a task is raised here."""
        while self._events:
            self.time, _, action = heapq.heappop(self._events)
            action()
        for task in self._tasks:
            task.thread.join()
            if task.error is not None:
                raise task.error
