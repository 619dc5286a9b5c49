"""What each tuned number of the distiller is worth: the recall on labelled logs with it halved and doubled.

    python3 src/entrypoint.py bench/weights.py [FOLDER] [--only NAME …]

FOLDER holds labelled logs, as bench/recall.py reads them; by default those in `tests/labelled/`. For each
number of `distill/weights.py` the change of the mean share of labels kept is shown at 2,048 and 8,192
characters: below zero, the number as it is serves better.
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

from bench.distill import chunks  # noqa: E402 - of this working tree
from bench.labelled import BUDGETS, OWN_SET, Case, cases_of, measured  # noqa: E402

from fire_routine import distill  # noqa: E402
from fire_routine.distill.weights import WEIGHTS  # noqa: E402
from fire_routine.model import Digest  # noqa: E402

SHOWN = (BUDGETS.index(2_048), BUDGETS.index(8_192))


def text_of(digest: Digest, budget: int) -> str:
    return distill.excerpt(digest, budget).text


def recall(logs: list[tuple[Case, bytes]]) -> list[float]:
    """The mean share of labels kept at the budgets that are shown."""
    every = []
    for case, log in logs:
        every.append(measured(case, partial(text_of, distill.read(chunks(log)))).recall)
    return [sum(each[at] for each in every) / len(every) for at in SHOWN]


def scaled(value: object, factor: float) -> object:
    """A number, or several, halved or doubled; whole numbers stay whole."""
    if isinstance(value, tuple):
        return tuple(scaled(each, factor) for each in value)
    assert isinstance(value, (int, float))
    return max(round(value * factor), 1) if isinstance(value, int) else value * factor


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="?", default=OWN_SET)
    names = [field.name for field in dataclasses.fields(WEIGHTS)]
    parser.add_argument("--only", nargs="+", choices=names, default=names, metavar="NAME")
    arguments = parser.parse_args()
    logs = [(case, (arguments.folder / case["log"]).read_bytes()) for case in cases_of(arguments.folder)]
    as_is = recall(logs)
    print(f"{'as it is':20} {as_is[0]:.3f} {as_is[1]:.3f} at 2,048 and 8,192 characters", flush=True)
    for name in arguments.only:
        value = getattr(WEIGHTS, name)
        changes = []
        for factor in (0.5, 2.0):
            object.__setattr__(WEIGHTS, name, scaled(value, factor))
            changes += [new - old for new, old in zip(recall(logs), as_is, strict=True)]
        object.__setattr__(WEIGHTS, name, value)
        half, double = changes[:2], changes[2:]
        print(
            f"{name:20} {value!s:>24}   halved {half[0]:+.3f} {half[1]:+.3f}"
            f"   doubled {double[0]:+.3f} {double[1]:+.3f}",
            flush=True,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
