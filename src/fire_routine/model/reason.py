"""Why no session was started for certain: one list for output, report, commit and documents."""

from __future__ import annotations

from enum import Enum, StrEnum, auto


class Remedy(Enum):
    """What sends the failure once the cause is gone, where the outcome's own message does not say it."""

    NONE = auto()
    RERUN = auto()  # of the failed jobs
    PERSON = auto()  # who sends it again, past what blocks it: `again`


class Reason(StrEnum):
    """The `reason` output: a stable word in kebab case. docs/reasons.md explains each.

    `no-python` and `install-failed` are not among them: what starts the action gives these itself, before the
    package can be imported.
    """

    heading: str  # how the report goes on after "Skipped:" or "Not fired:"
    remedy: Remedy
    short: str  # how a commit shows it after "No session:"

    def __new__(cls, word: str, heading: str = "", remedy: Remedy = Remedy.NONE, short: str = "") -> Reason:
        one = str.__new__(cls, word)
        one._value_ = word
        one.heading, one.remedy, one.short = heading, remedy, short or word.replace("-", " ")
        return one

    # There is a session, or there was to be one.
    DUPLICATE = "duplicate", "this failure already has a session", Remedy.PERSON
    EARLIER_UNKNOWN = "earlier-unknown", "a session may already have started", Remedy.PERSON
    EARLIER_FAILED = "earlier-failed", "another job of this attempt got no session"
    MAX_SESSIONS = "max-sessions", "this incident has had its sessions", Remedy.PERSON
    DAILY_LIMIT = "daily-limit", "the day's sessions are used up", Remedy.PERSON
    RERUN = "rerun", "the failed jobs are re-run first"
    FLAKE = "flake", "it passed when it was re-run"
    # A policy forbids it.
    KNOWN_FAILURE = "known-failure", "all that failed is known already"
    SKIP_BRANCHES = "skip-branches", "this branch is excluded"
    SKIP_LABELS = "skip-labels", "a label of the pull request excludes it"
    UNTRUSTED_RUN = "untrusted-run", "the code may be from outside the repository"
    SECRETS_WITHHELD = "secrets-withheld", "GitHub gives this run no secrets"
    STALE_HEAD = "stale-head", "the branch has moved on", Remedy.PERSON
    PULL_REQUEST_CLOSED = "pull-request-closed", "the pull request is closed", Remedy.PERSON
    NOT_FAILED = "not-failed", "no job failed"
    CANCELLED = "cancelled", "the run was cancelled"
    DRY_RUN = "dry-run"
    # The set-up is at fault.
    MISSING_SECRETS = "missing-secrets", "the routine's URL or token is missing", Remedy.RERUN
    INVALID_INPUT = "invalid-input", "an input is invalid"
    INVALID_EVENT = "invalid-event", "the event could not be read"
    NO_RUN = "no-run", "the run could not be read"
    LEDGER_UNAVAILABLE = "ledger-unavailable", "duplicates could not be ruled out"
    # The endpoint, or the way there.
    NO_CONNECTION = (
        "no-connection", "the endpoint could not be reached", Remedy.RERUN, "no connection to Claude",
    )  # fmt: skip
    UNAUTHORIZED = "unauthorized", "the token was refused", Remedy.RERUN, "the token was refused"
    NOT_FOUND = "not-found", "the routine was not found", Remedy.RERUN, "the routine was not found"
    FORBIDDEN = (
        "forbidden", "this account may not start routines", Remedy.RERUN, "the account may not start one",
    )  # fmt: skip
    REFUSED = "refused", "the endpoint refused the request", Remedy.RERUN
    RATE_LIMITED = "rate-limited", "the routine's limit is reached", Remedy.RERUN
    OVERLOADED = "overloaded", "the endpoint is overloaded", Remedy.RERUN, "Claude is overloaded"
    NO_ANSWER = "no-answer"
    INTERRUPTED = "interrupted", "the job was cancelled", Remedy.RERUN, "the job was cancelled"
    INTERNAL_ERROR = "internal-error", "the action has a fault", Remedy.RERUN
