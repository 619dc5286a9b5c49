"""The one retry loop."""

from __future__ import annotations

import pytest

from fire_routine.retrying import retrying


class Faulty:
    """A request that fails this many times, and what it slept between."""

    def __init__(self, faults: int, error: type[Exception] = OSError) -> None:
        self.faults, self.error = faults, error
        self.asked = 0
        self.slept: list[float] = []

    def __call__(self) -> int:
        self.asked += 1
        if self.asked <= self.faults:
            raise self.error(f"fault {self.asked}")
        return self.asked

    def retried(self, **options: object) -> int:
        return retrying(self, (1.0, 2.0), sleep=self.slept.append, errors=OSError, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(("faults", "slept"), [(0, []), (1, [1.0]), (2, [1.0, 2.0])])
def test_a_request_is_made_again_after_each_pause_until_it_succeeds(faults: int, slept: list[float]) -> None:
    request = Faulty(faults)
    assert request.retried() == faults + 1
    assert request.slept == slept


def test_the_last_error_is_raised() -> None:
    request = Faulty(9)
    with pytest.raises(OSError, match="fault 3"):
        request.retried()


def test_an_error_of_another_kind_is_raised_at_once() -> None:
    request = Faulty(1, ValueError)
    with pytest.raises(ValueError, match="fault 1"):
        request.retried()
    assert request.slept == []


def test_the_wait_is_what_the_error_asks_for() -> None:
    request = Faulty(2)
    assert request.retried(wait=lambda error, pause: pause + len(str(error))) == 3
    assert request.slept == [8.0, 9.0]


def test_without_a_wait_the_error_is_raised_at_once() -> None:
    request = Faulty(1)
    with pytest.raises(OSError, match="fault 1"):
        request.retried(wait=lambda _error, _pause: None)
    assert request.asked == 1


def test_an_interruption_is_not_retried() -> None:
    request = Faulty(1, KeyboardInterrupt)  # type: ignore[arg-type]
    with pytest.raises(KeyboardInterrupt):
        request.retried()
