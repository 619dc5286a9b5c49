"""The branch that a session pushes to: it names the run, and the failures that a fix is for.

A branch outlives what is read back of the ledger, so it still shows months later what waits for a review.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..patterns import pattern
from .event import FAILURES
from .evidence import Fingerprint
from .run import Run

DIGITS = 8  # of a failure's fingerprint, as in the ledger's names
MOST = 4  # failures that a name has room for
_FAILURES = rf"(?P<failures>(?:-[0-9a-f]{{{DIGITS}}}){{1,{MOST}}})"
_NAMED = pattern(rf"{FAILURES.branch}[0-9]{{1,19}}{_FAILURES}(?:[-/].*)?")


def fix_branch(run: Run, failures: Iterable[Fingerprint]) -> str:
    """ "claude/fix-run-7-4f3a1c2b"; a failure without a log has no name."""
    names = sorted({one.digest[:DIGITS] for one in failures if not one.uncertain and one.count == 1})
    return "-".join([f"{run.subject.branch}{run.id}", *names[:MOST]])


def failures_of(branch: str) -> tuple[str, ...]:
    """The first digits of the failures that a branch names."""
    named = _NAMED.fullmatch(branch)
    return tuple(named["failures"][1:].split("-")) if named else ()
