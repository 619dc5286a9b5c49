"""What re-runs show of a failure: how it compares with the first attempt's, and how often it was gone."""

from __future__ import annotations

from collections.abc import Iterator

from ...model import Rerun


def rerun_facts(rerun: Rerun | None) -> Iterator[str]:
    if rerun is None:
        return
    if rerun.attempt is not None:
        yield f"Re-run: {_compared(rerun)} (attempt {rerun.attempt} failed, and its failed jobs were re-run)"
    if rerun.flakes:
        times = "once" if rerun.flakes == 1 else f"{rerun.flakes} times"
        yield (
            f"Flaked {times} in {rerun.days} days: gone when re-run, without a change. Look for order, time,"
            " network and chance"
        )


def _compared(rerun: Rerun) -> str:
    if not rerun.comparable:
        return "it failed again; without all logs it is not known whether alike"
    if not rerun.new and not rerun.gone:
        return "the same failure again" if rerun.same == 1 else f"the same {rerun.same} failures again"
    if not rerun.same:
        return "another failure than before"
    return f"{rerun.same} as before, {rerun.new} new, {rerun.gone} gone"
