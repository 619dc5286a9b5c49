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
    "passed-tests": [(scanner, "began", lambda lines, index, least: None)],
    "reasons": [(scanner.Collector, "_reason", lambda self, index, rule: ())],  # many errors with one text
    # the context of a finding
    "context": [(context, "NEXT_TO", 0.0), (context, "AFTER", 0.0), (context, "BEFORE", (0.0, 0.0, 0.0))],
    "lines-before": [(context, "BEFORE", (0.0, 0.0, 0.0))],
    "lines-after": [(context, "AFTER", 0.0)],
    "leading-lines": [(context, "_back", lambda finding, texts: finding.number)],
    "boilerplate": [(context, "BOILERPLATE", 1.0), (score, "BOILERPLATE", 1.0)],
    # the score of a finding
    "place": [(score, "OTHER", 1.0), (score, "FAR", 1.0)],
    "successful-runs": [(score, "_succeeded", lambda finding, runs: False)],  # huge logs
    "frequency": [(score._Frequency, "factor", lambda self, finding, inside: 1.0)],
    "repeated": [(score, "REPEATED", 1.0)],
    "shapes": [(score, "SHAPES", _MANY)],
    "crowd": [(score, "CROWD", _MANY), (score, "CROWD_OF_LIST", _MANY)],
    "frequent": [(score._Frequency, "_frequent", lambda self, finding, first_cause: 1.0)],
    # the weight of a line
    "tail": [(score, "_of_tail", lambda tail, quiet: iter(()))],
    "fall": [(score, "NEXT_OF_RULE", 1.0)],
    "shown-elsewhere": [(score, "SHOWN_ELSEWHERE", 1.0)],
    "fatal-warnings": [(pipeline, "with_fatal_warnings", lambda scan, scores, of_steps: list(scores))],  # what the text leads with
    "first-cause": [(score, "_by_first_cause", lambda weights, findings: weights)],
    "green": [(score, "IN_GREEN", 1.0)],  # makes a difference with `--green` alone
    # blocks: what a text leads with, which `bench/cards.py` judges
    "blocks": [(pipeline, "blocks_of", lambda findings, texts: [])],
    "extents": [(blocks._Reports, "_head", lambda self, finding: (None, blocks.GENERIC))],
    "headings-above": [(blocks._Reports, "_container", lambda self, head: head)],
    "rows": [(blocks, "_rows", lambda rule, first, last, texts: (first, last))],
    "commands-above": [(blocks, "_led", lambda first, texts: first)],
    "line-below": [(blocks, "_followed", lambda last, texts: last)],
    "reason": [(ranks, "_reason", lambda head, last, texts: iter(()))],
    "place-of-block": [(ranks, "_place", lambda first, last, texts, essential: iter(()))],
    "announced": [(ranks, "_announced", lambda number, last, texts: iter(()))],
    "values": [(ranks, "PAIRS_NEAR", 0)],
    "alike": [(ranks, "MOST_ALIKE", 2.0)],
    "folding": [(ranks, "_folded", lambda draft, numbers, essential, again, store: set())],
    "steps-of-weight": [(select, "STEPS", 1_000)],
    "name-alone": [(select, "NAME_ALONE", 1.0)],
    "full": [(select, "FULL", 1)],
    "strong": [(select, "STRONG", 1.0)],
    "share": [(select, "SHARE", 0.0), (select, "CONTEXT", 0.0), (select, "BEFORE", 0.0)],
    "sure": [(select, "SURE", _MANY)],
    "away": [(select, "OF_AWAY", 0.0)],
    "told-once": [(select, "folded", lambda text: text), (excerpts, "TOLD", _MANY)],
    # the excerpt
    "whole": [(excerpts, "WHOLE", 1)],
    "beginning": [(excerpts, "BEGINNING", 1.0)],
    "small-gaps": [(excerpts, "FEW", 0)],
    "rest": [(excerpts, "REST", 0)],
    "length": [(excerpts, "_worth", lambda line: line.weight)],
    "thrift-of-strong": [(excerpts, "THRIFT_OF_STRONG", excerpts.THRIFT)],
}  # fmt: skip


def switch_off(name: str) -> None:
    """Switch one of `OFF` off, in this process and for good; an empty name switches none off."""
    for where, attribute, value in OFF.get(name, ()):
        if not hasattr(where, attribute):
            raise AttributeError(f"--without {name}: {where} has no {attribute}: a mechanism was renamed")
        setattr(where, attribute, value)
