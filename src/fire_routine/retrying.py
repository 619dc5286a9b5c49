"""The one retry loop: ask, and ask again after a pause."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")
Error = TypeVar("Error", bound=Exception)


def retrying(
    request: Callable[[], T],
    pauses: Iterable[float],
    *,
    sleep: Callable[[float], object],
    errors: type[Error],
    wait: Callable[[Error, float], float | None] = lambda _error, pause: pause,
) -> T:
    """What the request returns, which is made again after each pause that is worth it.

    Args:
        pauses: seconds before each further request; after the last one its error is raised.
        sleep: waits for seconds.
        errors: those after which another request may succeed; any other one is raised at once.
        wait: the seconds to wait after an error, given the next pause. None: the error is raised at once.

    Raises:
        Exception: what the last request raised.
    """
    for pause in pauses:
        try:
            return request()
        except errors as error:
            seconds = wait(error, pause)
            if seconds is None:
                raise
        sleep(seconds)
    return request()
