"""At most one session per failure: what was fired, and who fires.

All entries of a repository are on one commit that never changes, the ledger's place. A job that wants to fire
goes through this:

1. It finds the place: the last commit that GitHub lists for the default branch, or the input `ledger-commit`.
2. It reads the ledger and asks the rule. A claim that may yet come to nothing is waited for.
3. Where the rule forbids the fire, it ends, and the failing commit gets a link to the session.
4. It writes a claim, and reads the ledger four times within 3.5 s. One look may miss an entry.
5. It announces its request, and reads until the ledger shows the announcement.
6. It begins again if the announcement came more than 30 s after the claim: others no longer count that.
7. It asks the rule again. Of those that are at it, only claims with a lower id count now.
8. Where one of them blocks, it takes its claim back, waits for that one, and begins again.
9. Otherwise it sends its request, once.
10. It writes the result, and shows it on the failing commit.

Why at most one: ids have one order, and of two jobs the one with the higher id yields. Each announcement was
written 3.5 s after its claim, and so after every lower claim. A read that shows it shows all that became
visible before it, however far the read lags.

Why one at all: the lowest claim yields only to a job that fired, or may have. A job that dies before it
announces blocks others for 40 s; after that, until the workflow is green: a session may be at work.
"""

from __future__ import annotations

from .api import LedgerApi
from .ledger import Ledger, Terms

__all__ = ["Ledger", "LedgerApi", "Terms"]
