"""The mechanisms of the distiller, and what switches each of them off, for `bench/recall.py --without NAME`.

What moves no recall in labelled logs is there for another reason, which stands next to it.
"""

# ruff: noqa: ARG005, E501 - what stands in for a function takes its arguments; a mechanism a line
from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

from fire_routine.distill import (  # noqa: E402
    blocks,
    context,
    excerpts,
    match,
    noise,
    pipeline,
    ranks,
    scanner,
    score,
    select,
)

_NEVER = re.compile("(?!)")
_MANY = 10**9
Setting = tuple[object, str, object]  # a module or class, a name in it, and its value without the mechanism
OFF: dict[str, list[Setting]] = {
    # reading
    "prefixes": [(match, "_better", lambda rest, whole, record: False)],  # a tool's format behind another's prefix
    "levels": [(match, "_INFO", _NEVER), (match, "_WARN", _NEVER)],
    "red": [(match, "red_places", lambda raw: [])],  # tools that no rule knows
    "near-the-end": [(scanner, "NEAR", 0)],  # the same
    "command-end": [(scanner.Scanner, "_end_command", lambda self, index: None)],  # logs without a runner's marks
    "reasons": [(scanner.Collector, "_reason", lambda self, index, rule: ())],  # many errors with one text
    # the context of a finding
    "context": [(context, "NEXT_TO", 0.0), (context, "AFTER", 0.0), (context, "BEFORE", (0.0, 0.0, 0.0))],
    "lines-before": [(context, "BEFORE", (0.0, 0.0, 0.0))],
    "lines-after": [(context, "AFTER", 0.0)],
    "leading-lines": [(context, "_back", lambda finding, texts: finding.number)],
    "boilerplate": [(context, "BOILERPLATE", 1.0), (score, "BOILERPLATE", 1.0)],
    # the score of a finding
    "place": [(score, "OTHER", 1.0), (score, "FAR", 1.0)],
    "successful-runs": [(noise.Succeeded, "__contains__", lambda self, number: False)],  # huge logs, fingerprints
    "crowd": [(score, "CROWD", _MANY), (score, "CROWD_OF_LIST", _MANY)],
    # the weight of a line
    "tail": [(score, "_of_tail", lambda tail, quiet: iter(()))],
    "first-cause": [(score, "_by_first_cause", lambda weights, findings: weights)],
    "green": [(score, "IN_GREEN", 1.0)],  # makes a difference with `--green` alone
    # blocks: what a text leads with, which `bench/cards.py` judges
    "blocks": [(pipeline, "blocks_of", lambda findings, texts: [])],
    "reports": [(blocks._Reports, "_head", lambda self, finding: None)],
    "rows": [(blocks, "_rows", lambda rule, first, last, texts: (first, last))],
    "folding": [(ranks, "_silent", lambda numbers, store: set())],
    "steps-of-weight": [(select, "STEPS", 1_000)],
    "name-alone": [(select, "NAME_ALONE", 1.0)],
    "objects": [(ranks, "_object", lambda number, rule, texts: iter(()))],  # what one of many alike is about
    "full": [(select, "FULL", 1)],
    "strong": [(select, "OTHER_KIND", 1.0)],
    "share": [(select, "SHARE", 0.0)],
    "sure": [(select, "SURE", _MANY)],
    "paragraphs": [(select, "_paragraph", lambda finding, texts: iter(()))],
    "above-verdicts": [(select, "ABOVE_VERDICT", 0)],
    "away": [(select, "OF_AWAY", 0.0)],
    "told-once": [(select, "folded", lambda text: text), (excerpts, "TOLD", _MANY)],
    # the excerpt
    "rest": [(excerpts, "REST", 0)],
}  # fmt: skip


def switch_off(name: str) -> None:
    """Switch one of `OFF` off, in this process and for good; an empty name switches none off."""
    for where, attribute, value in OFF.get(name, ()):
        if not hasattr(where, attribute):
            raise AttributeError(f"--without {name}: {where} has no {attribute}: a mechanism was renamed")
        setattr(where, attribute, value)
