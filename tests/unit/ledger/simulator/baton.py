"""Ordinary blocking code, many times at once, in virtual time: one thread runs, the others wait.

Whoever pauses lets happen what comes next in virtual time, and hands over when that is another's turn. With
the same seed everything happens in the same order.
"""

from __future__ import annotations

import heapq
import threading
from _thread import LockType
from collections.abc import Callable

from tests.support.fake_clock import FakeClock


class Killed(BaseException):
    """The process died here: as with kill -9, nothing it would still have done has an effect."""


class Task:
    """One process. It dies at `dies_at`, wherever it is then."""

    def __init__(self, baton: Baton, work: Callable[[Task], None], dies_at: float | None) -> None:
        self.baton = baton
        self._work = work
        self.turn = _taken()
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
        self.baton.at(until, self)
        if not self.baton.go_on(self):
            self.turn.acquire()
        if self.dead:
            raise Killed

    def resume(self) -> None:
        if self.thread.ident is None:
            self.thread.start()
        else:
            self.turn.release()

    def _live(self) -> None:
        try:
            self._work(self)
        except Killed:
            pass
        except BaseException as error:
            self.error = error
        self.baton.go_on(self)


class Baton:
    """The scheduler: what happens when, in virtual seconds."""

    def __init__(self) -> None:
        self.clock = FakeClock()  # GitHub's
        self._events: list[tuple[float, int, Callable[[], None] | Task]] = []
        self._count = 0
        self._ended = _taken()
        self._tasks: list[Task] = []
        self._error: BaseException | None = None

    @property
    def time(self) -> float:
        return self.clock.seconds

    def at(self, time: float, action: Callable[[], None] | Task) -> None:
        """Do this then, or let a task go on."""
        self._count += 1
        heapq.heappush(self._events, (time, self._count, action))

    def spawn(self, time: float, work: Callable[[Task], None], dies_at: float | None = None) -> None:
        task = Task(self, work, dies_at)
        self._tasks.append(task)
        self.at(time, task)

    def go_on(self, task: Task | None = None) -> bool:
        """Let happen what comes next, until it is a task's turn; whether it is this one's."""
        while self._events and self._error is None:
            self.clock.seconds, _, action = heapq.heappop(self._events)
            if action is task:
                return True
            if isinstance(action, Task):
                action.resume()
                return False
            try:
                action()
            except BaseException as error:
                self._error = error
        self._ended.release()
        return False

    def run(self) -> None:
        """Until nothing more happens. An error in a task is raised here."""
        self.go_on()
        self._ended.acquire()
        for error in (self._error, *(task.error for task in self._tasks)):
            if error is not None:
                raise error


def _taken() -> LockType:
    """A lock that is released to hand over: much cheaper than a semaphore."""
    lock = threading.Lock()
    lock.acquire()
    return lock
