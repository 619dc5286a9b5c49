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
from bench.labelled import BUDGETS, OWN_SET, Case, cases_of, folded, labels_of  # noqa: E402

from fire_routine import distill  # noqa: E402
from fire_routine.distill.collect.scanner import scan  # noqa: E402
from fire_routine.distill.match.cache import MatchCache  # noqa: E402
from fire_routine.distill.pipeline import digest  # noqa: E402
from fire_routine.distill.types import Scan  # noqa: E402
from fire_routine.distill.weights import WEIGHTS  # noqa: E402
from fire_routine.model import Digest  # noqa: E402

SHOWN = BUDGETS[:3]
# Those asked for while a log is read, and while an excerpt is made; the others are in between.
WHILE_READING = ("last_line", "last_of_log", "last_after_failure")
IN_EXCERPTS = (
    *("strong_line", "nearly", "small_room", "long_share"),
    *("unit_length", "thrift", "strong_thrift", "most_lengths"),
)


@dataclasses.dataclass
class Log:
    """A labelled log that was read, and what is made of it as the numbers are."""

    case: Case
    path: Path
    found: Scan
    as_is: Digest
    texts: list[str]
    shares: list[float]


def read(path: Path) -> Scan:
    return scan(chunks(path.read_bytes()), MatchCache())


def log_of(case: Case, path: Path) -> Log:
    found = read(path)
    made = digest(found, (), None)
    texts = [distill.excerpt(made, budget).text for budget in SHOWN]
    return Log(case, path, found, made, texts, [kept(case, text) for text in texts])


def kept(case: Case, text: str) -> float:
    """The share of labels kept in an excerpt."""
    labels, shown = labels_of(case), folded(text)
    return sum(any(line in shown for line in label) for label in labels) / len(labels)


def change(logs: list[Log], name: str) -> str:
    """What becomes of the shares, in thousandths, and how many excerpts change."""
    changes, changed = [0.0] * len(SHOWN), 0
    for log in logs:
        made = digest(read(log.path) if name in WHILE_READING else log.found, (), None)
        if made == log.as_is and name not in IN_EXCERPTS:
            continue
        for at, budget in enumerate(SHOWN):
            text = distill.excerpt(made, budget).text
            if text != log.texts[at]:
                changes[at] += kept(log.case, text) - log.shares[at]
                changed += 1
    return " ".join(f"{1_000 * each / len(logs):+5.1f}" for each in changes) + f" ({changed})"


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
    parser.add_argument("folders", type=Path, nargs="*", default=[OWN_SET], metavar="FOLDER")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="read every Nth log")
    names = [field.name for field in dataclasses.fields(WEIGHTS)]
    parser.add_argument("--only", nargs="+", choices=names, default=names, metavar="NAME")
    arguments = parser.parse_args()
    cases = [(case, folder / case["log"]) for folder in arguments.folders for case in cases_of(folder)]
    logs = [log_of(case, path) for case, path in cases[:: arguments.every]]
    shares = [sum(log.shares[at] for log in logs) / len(logs) for at in range(len(SHOWN))]
    print(
        "as it is",
        *(f"{share:.3f}" for share in shares),
        f"at {SHOWN} characters of {len(logs)} logs",
        flush=True,
    )
    for name in arguments.only:
        value = getattr(WEIGHTS, name)
        changes = []
        for factor in (0.5, 2.0):
            object.__setattr__(WEIGHTS, name, scaled(value, factor))
            changes.append(change(logs, name))
        object.__setattr__(WEIGHTS, name, value)
        print(f"{name:20} {value!s:>24}   halved {changes[0]:24} doubled {changes[1]}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
