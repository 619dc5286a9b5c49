"""Labelled logs: a folder with a `cases.json`, a list of cases whose paths are below the folder.

The project's own set is `tests/labelled`; its README describes the format and how a case is added.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NotRequired, TypedDict, TypeVar
from zlib import crc32

OWN_SET = Path(__file__).resolve().parent.parent / "tests/labelled"
POSITION_BUDGET = 8_192  # characters, of the excerpt in which the first labelled line is looked for
BUDGETS = (2_048, 4_096, 8_192, 60_000)  # characters of an excerpt
# `gh run view --log` puts job and step before the timestamp.
STAMP = re.compile(
    r"^(?:[^\t\n]{0,200}\t[^\t\n]{0,200}\t)?\ufeff?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z ?", re.MULTILINE
)
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\n]*(?:\x07|\x1b\\)|\x1b[()][A-Z0-9]")
_BLANK = re.compile(r"[\s\x00-\x1f]+")
_SHORTEST = 4  # characters; a shorter label would be found by chance
_PROGRESS_AFTER = 5.0  # seconds of silence before a line reports the progress

Recall = list[float]  # the share of labels kept, at each of BUDGETS
T = TypeVar("T")


@dataclass(frozen=True)
class Measured:
    """How well one way of making an excerpt does on one log."""

    recall: Recall
    first: int | None  # characters before the first labelled line, in an excerpt of POSITION_BUDGET
    texts: int = 0  # a checksum of the excerpts


class Case(TypedDict):
    """A log, and the lines that explain its failure: each label is one line, or several of equal meaning."""

    id: str
    log: str
    labels: list[list[str]]
    set: NotRequired[str]
    project: NotRequired[str]
    green: NotRequired[str | None]  # the log of a green run of the same job
    reasons: NotRequired[list[str]]  # why each label explains the failure


def cases_of(folder: Path) -> list[Case]:
    """The folder's cases; an empty list if it has no `cases.json`."""
    file = folder / "cases.json"
    cases: list[Case] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else []
    return cases


def project_of(identifier: str) -> str:
    """The project that a case belongs to, from the case's id."""
    parts = identifier.split("/")
    return parts[-3] if len(parts) > 3 else re.sub(r"[-_\d]+$", "", parts[-1].removesuffix(".log"))


def folded(text: str) -> str:
    """The text without timestamps, escape sequences and blanks: what is compared."""
    return _BLANK.sub("", _ESCAPES.sub("", STAMP.sub("", text)))


def labels_of(case: Case) -> list[list[str]]:
    """The case's labels, folded; without those that are too short to be compared."""
    labels = [[bare for line in lines if len(bare := folded(line)) >= _SHORTEST] for lines in case["labels"]]
    return [label for label in labels if label]


def measured(case: Case, excerpt: Callable[[int], str]) -> Measured:
    """Measure a way of making an excerpt: `excerpt` takes the most characters that it may have."""
    labels = labels_of(case)
    made = [excerpt(budget)[:budget] for budget in BUDGETS]
    texts = list(map(folded, made))
    recall = [sum(any(line in text for line in label) for label in labels) / len(labels) for text in texts]
    checksum = crc32("\0".join(made).encode("utf-8", "replace"))
    return Measured(recall, _first(labels, excerpt(POSITION_BUDGET)), checksum)


def _first(labels: list[list[str]], text: str) -> int | None:
    """The characters before the first labelled line; None if there is none."""
    at = 0
    for line in text.split("\n"):
        bare = folded(line)
        if any(each in bare for label in labels for each in label):
            return at
        at += len(line) + 1
    return None


def with_progress(results: Iterable[T], total: int) -> Iterator[T]:
    """The results as they come; every few seconds, standard error shows their number."""
    printed = time.monotonic()
    for count, result in enumerate(results, start=1):
        yield result
        if time.monotonic() - printed > _PROGRESS_AFTER:
            printed = time.monotonic()
            print(f"{count} of {total} logs", file=sys.stderr, flush=True)
