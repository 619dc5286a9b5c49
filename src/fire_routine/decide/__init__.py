"""Whether to fire: the guards, and the election of the one job that fires."""

from __future__ import annotations

from .decision import decide, passed
from .election.election import Election
from .election.terms import Terms
from .ledger.status_api import StatusApi
from .policy.preflight import before_gathering

__all__ = ["Election", "StatusApi", "Terms", "before_gathering", "decide", "passed"]
