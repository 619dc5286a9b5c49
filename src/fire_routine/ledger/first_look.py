"""The first look, before anything is gathered: what the failing commit shows people of this attempt.

A run attempt has one session, no matter what fails in it. If it has one already, nothing needs to be
gathered. That matters for a matrix whose steps all fail at once: each leg that gathers costs a dozen requests
of the 1,000 that GitHub allows a repository per hour.

It is a hint that saves requests. At most once per failure never depends on it.
"""

from __future__ import annotations

import math

from ..model.outcome import Say, Skip
from ..model.reason import Reason
from ..model.run import Run
from . import messages
from .entry import Claim, Stage, label
from .log import LedgerError, Log
from .messages import SIBLING
from .terms import LEGS_PER_SECOND, SPREAD, SPREAD_OF_ONE, Terms


def first_look(log: Log, run: Run, say: Say) -> Skip | None:
    """Why the job need not gather, if that is certain by now; None: it has to go on.

    `run`: as much of it as is known before GitHub is asked.
    """
    log.identify()
    if not log.terms.alone:
        _spread(log, say)
    try:
        found = _read(log, run)
    except LedgerError as problem:
        # A lone job gathers first and then asks again; a crowd must not ask for even more.
        return None if log.terms.alone else messages.unavailable(problem)
    return next(filter(None, (_against(claim, log.terms) for claim in reversed(found))), None)


def _spread(log: Log, say: Say) -> None:
    """Wait for a time that few legs draw short and many draw long.

    With timers of this distribution one leg, in the mean, starts at once. The others follow at a rate
    that grows as e^(t/spread), so almost all of them start after it is visible what the first one did.
    Multicast feedback is spread in the same way (RFC 4654, section 2.5).
    """
    matrix_size = log.terms.matrix_size
    spread = min(SPREAD, SPREAD_OF_ONE + matrix_size / LEGS_PER_SECOND)
    seconds = max(0.0, spread * math.log(matrix_size * (1.0 - log.clock.random())))
    if seconds:
        say(
            f"this job is one of {matrix_size} of a matrix: waiting for {seconds:.1f} s, so that one of"
            " them can start the session for all"
        )
        log.clock.sleep(seconds)


def _read(log: Log, run: Run) -> list[Claim]:
    """The claims of this attempt."""
    log.begin()
    log.read_commit(run.head_sha, patient=not log.terms.alone)
    return [claim for claim in log.claims(label(run), shown=True) if claim.same_attempt(run.id, run.attempt)]


def _against(claim: Claim, terms: Terms) -> Skip | None:
    """What one claim of this attempt means for the others."""
    if claim.stage is Stage.FIRED:
        return messages.duplicate(f"A session was started for this failure before ({SIBLING}).", claim.url)
    if claim.stage is Stage.REFUSED and not terms.alone:
        return messages.refused(SIBLING)
    # Of too many legs for each to gather, one that finds its failure covered decides for all.
    if terms.is_large and claim.stage is Stage.LIMITED:
        return Skip(Reason.MAX_SESSIONS, f"No more sessions are due ({SIBLING} found it).", claim.url)
    if terms.is_large and claim.stage is Stage.COVERED and claim.url:
        return messages.duplicate(f"An earlier session covers this failure ({SIBLING} found it).", claim.url)
    if claim.stage is Stage.UNKNOWN or (terms.is_large and claim.stage is Stage.COVERED):
        return messages.unknown(SIBLING)
    return None
