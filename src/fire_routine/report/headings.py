"""The outcome as a sentence, an icon and a kind of alert."""

from __future__ import annotations

from typing import NamedTuple

from ..model import Outcome, Result


class Heading(NamedTuple):
    icon: str
    sentence: str
    alert: str  # GitHub's kind: TIP, NOTE, WARNING or CAUTION

    @property
    def line(self) -> str:
        return f"{self.icon} {self.sentence}"


_SKIPPED = {
    "duplicate": "this failure already has a session",
    "earlier-unknown": "a session may already have started",
    "earlier-failed": "another job of this attempt got no session",
    "leader-lost": "the job that should have fired was lost",
    "max-sessions": "this incident has had its sessions",
    "claude-session": "enough sessions have worked on these commits",
    "skip-branches": "this branch is excluded",
    "skip-labels": "a label of the pull request excludes it",
    "known-failure": "all that failed is known already",
    "min-attempt": "this failure is left to a re-run",
    "rerun": "the failed jobs are re-run first",
    "flake": "it passed when it was re-run",
    "fork": "the code came from a fork",
    "untrusted-run": "the code may be from outside the repository",
    "fork-without-secrets": "GitHub gives a fork's run no secrets",
    "dependabot-without-secrets": "GitHub gives Dependabot's run no secrets",
    "stale-head": "the branch has moved on",
    "pull-request-closed": "the pull request is closed",
    "not-failed": "no job failed",
    "cancelled": "the run was cancelled",
}
_FAILED = {
    "missing-secrets": "the routine's URL or token is missing",
    "not-configured": "the routine's URL or token is missing",
    "invalid-input": "an input is invalid",
    "no-run": "the run could not be read",
    "no-connection": "the endpoint could not be reached",
    "ca-bundle": "the certificates could not be read",
    "proxy": "the proxy's address is invalid",
    "unauthorized": "the token was refused",
    "not-found": "the routine was not found",
    "redirected": "the endpoint has another address",
    "forbidden": "this account may not start routines",
    "bad-request": "the endpoint refused the request",
    "invalid": "the endpoint refused the request",
    "rejected": "the endpoint refused the request",
    "too-large": "the text is too long",
    "text-too-long": "the text is too long",
    "rate-limited": "the routine's limit is reached",
    "overloaded": "the endpoint is overloaded",
    "ledger-unavailable": "duplicates could not be ruled out",
    "interrupted": "the job was cancelled",
    "internal-error": "the action has a fault",
}


def heading(outcome: Outcome) -> Heading:
    """How the report begins, in every place where it is read."""
    if outcome.reason == "dry-run":
        return Heading("🧪", "Dry run: this is what the session would get", "NOTE")
    if outcome.result is Result.FIRED:
        return Heading("🛠️", "Claude is on it", "TIP")
    if outcome.result is Result.UNKNOWN:
        return Heading("⚠️", "Unknown: check before you fire again", "WARNING")
    if outcome.result is Result.SKIPPED:
        why = _SKIPPED.get(outcome.reason)
        kind = "WARNING" if outcome.reason == "leader-lost" else "NOTE"
        return Heading("⏭️", f"Skipped: {why}" if why else "Skipped", kind)
    why = _FAILED.get(outcome.reason)
    return Heading("❌", f"Not fired: {why}" if why else "Not fired", "CAUTION")
