"""What each tuned number of the distiller is worth: the recall on labelled logs with it halved and doubled.

    python3 src/entrypoint.py bench/weights.py [FOLDER …] [--every N] [--only NAME …]

Each FOLDER holds labelled logs, as bench/recall.py reads them; by default those in `tests/labelled/`.
For each number of `distill/weights.py` the change of the mean share of labels kept is shown, in thousandths.
The shares are those at 2,048, 4,096 and 8,192 characters; the number of these excerpts that change follows in
brackets. Below zero, the number as it is serves better.
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

from bench.distill import chunks  # noqa: E402 - of this working tree
from bench.labelled import BUDGETS, OWN_SET, Case, cases_of, measured  # noqa: E402

from fire_routine import distill  # noqa: E402
from fire_routine.distill.collect.scanner import scan  # noqa: E402
from fire_routine.distill.match.cache import MatchCache  # noqa: E402
from fire_routine.distill.pipeline import digest  # noqa: E402
from fire_routine.distill.types import Scan  # noqa: E402
from fire_routine.distill.weights import WEIGHTS  # noqa: E402

SHOWN = BUDGETS[:3]
# Those asked for while a log is read; the others are after that.
WHILE_READING = ("last_line", "last_of_log", "last_after_failure")
Log = tuple[Case, Path, Scan]
Result = tuple[list[float], list[str]]  # the mean share of labels kept at each budget, and all excerpts


def read(path: Path) -> Scan:
    return scan(chunks(path.read_bytes()), MatchCache())


def result(logs: list[Log], *, again: bool) -> Result:
    """The figures of all logs; `again`: they are read again."""
    every: list[list[float]] = []
    texts: list[str] = []
    for case, path, found in logs:
        made = digest(read(path) if again else found, (), None)
        by_budget = {budget: distill.excerpt(made, budget).text for budget in BUDGETS}
        every.append(measured(case, by_budget.__getitem__).recall)
        texts += [by_budget[budget] for budget in SHOWN]
    return [sum(each[at] for each in every) / len(every) for at in range(len(SHOWN))], texts


def scaled(value: object, factor: float) -> object:
    """A number, or several, halved or doubled; whole numbers stay whole."""
    if isinstance(value, tuple):
        return tuple(scaled(each, factor) for each in value)
    assert isinstance(value, (int, float))
    return max(round(value * factor), 1) if isinstance(value, int) else value * factor


def change(before: Result, after: Result) -> str:
    shares = " ".join(f"{1_000 * (new - old):+5.1f}" for old, new in zip(before[0], after[0], strict=True))
    return f"{shares} ({sum(old != new for old, new in zip(before[1], after[1], strict=True))})"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", type=Path, nargs="*", default=[OWN_SET], metavar="FOLDER")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="read every Nth log")
    names = [field.name for field in dataclasses.fields(WEIGHTS)]
    parser.add_argument("--only", nargs="+", choices=names, default=names, metavar="NAME")
    arguments = parser.parse_args()
    cases = [(case, folder / case["log"]) for folder in arguments.folders for case in cases_of(folder)]
    logs = [(case, path, read(path)) for case, path in cases[:: arguments.every]]
    as_is = result(logs, again=False)
    shares = " ".join(f"{share:.3f}" for share in as_is[0])
    print(f"as it is: {shares} at {SHOWN} characters of {len(logs)} logs", flush=True)
    for name in arguments.only:
        value = getattr(WEIGHTS, name)
        changes = []
        for factor in (0.5, 2.0):
            object.__setattr__(WEIGHTS, name, scaled(value, factor))
            changes.append(change(as_is, result(logs, again=name in WHILE_READING)))
        object.__setattr__(WEIGHTS, name, value)
        print(f"{name:20} {value!s:>24}   halved {changes[0]:24} doubled {changes[1]}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
