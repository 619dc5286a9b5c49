"""Why no session was started for certain: one list for output, report, commit and documents."""

from __future__ import annotations

from enum import Flag, StrEnum, auto


class Cure(Flag):
    """What sends the failure after all.

    The report says so of the first two, where the outcome's own message does not. A sweep goes by the others.
    """

    NONE = 0
    RERUN = auto()  # of the failed jobs, once the cause is gone
    PERSON = auto()  # who sends it again, past what blocks it: `again`
    TIME = auto()  # it passes by itself, so nobody need look
    NEW_RUN = auto()  # nothing else: time does not change it


class Reason(StrEnum):
    """The `reason` output: a stable word in kebab case. docs/reasons.md explains each.

    `no-python` and `install-failed` are not among them: what starts the action gives these itself, before the
    package can be imported.
    """

    heading: str  # how the report goes on after "Skipped:" or "Not fired:"
    cure: Cure
    short: str  # how a commit shows it after "No session:"

    def __new__(cls, word: str, heading: str = "", cure: Cure = Cure.NONE, short: str = "") -> Reason:
        one = str.__new__(cls, word)
        one._value_ = word
        one.heading, one.cure, one.short = heading, cure, short or word.replace("-", " ")
        return one

    # There is a session, or there was to be one.
    DUPLICATE = "duplicate", "this failure already has a session", Cure.PERSON
    EARLIER_UNKNOWN = "earlier-unknown", "a session may already have started", Cure.PERSON
    EARLIER_FAILED = "earlier-failed", "another job of this attempt got no session"
    MAX_SESSIONS = "max-sessions", "this incident has had its sessions", Cure.PERSON
    DAILY_LIMIT = "daily-limit", "the day's sessions are used up", Cure.PERSON
    MAX_OPEN_FIXES = "max-open-fixes", "too many fixes wait for a review", Cure.PERSON
    RERUN = "rerun", "the failed jobs are re-run first"
    FLAKE = "flake", "it passed when it was re-run", Cure.NEW_RUN
    # A policy forbids it.
    KNOWN_FAILURE = "known-failure", "all that failed is known already", Cure.NEW_RUN
    SKIP_BRANCHES = "skip-branches", "this branch is excluded", Cure.NEW_RUN
    SKIP_LABELS = "skip-labels", "a label of the pull request excludes it", Cure.NEW_RUN
    UNTRUSTED_RUN = "untrusted-run", "the code may be from outside the repository", Cure.NEW_RUN
    SECRETS_WITHHELD = "secrets-withheld", "GitHub gives this run no secrets"
    STALE_HEAD = "stale-head", "the branch has moved on", Cure.PERSON
    PULL_REQUEST_CLOSED = "pull-request-closed", "the pull request is closed", Cure.PERSON | Cure.NEW_RUN
    NOT_FAILED = "not-failed", "no job failed", Cure.NEW_RUN
    CANCELLED = "cancelled", "the run was cancelled", Cure.NEW_RUN
    DRY_RUN = "dry-run"
    # The set-up is at fault.
    MISSING_SECRETS = "missing-secrets", "the routine's URL or token is missing", Cure.RERUN
    INVALID_INPUT = "invalid-input", "an input is invalid"
    INVALID_EVENT = "invalid-event", "the event could not be read"
    NO_RUN = "no-run", "the run could not be read"
    LEDGER_UNAVAILABLE = "ledger-unavailable", "duplicates could not be ruled out"
    # The endpoint, or the way there.
    NO_CONNECTION = (
        "no-connection", "the endpoint could not be reached", Cure.RERUN | Cure.TIME,
        "no connection to Claude",
    )  # fmt: skip
    UNAUTHORIZED = "unauthorized", "the token was refused", Cure.RERUN, "the token was refused"
    NOT_FOUND = "not-found", "the routine was not found", Cure.RERUN, "the routine was not found"
    FORBIDDEN = (
        "forbidden", "this account may not start routines", Cure.RERUN, "the account may not start one",
    )  # fmt: skip
    REFUSED = "refused", "the endpoint refused the request", Cure.RERUN
    RATE_LIMITED = "rate-limited", "the routine's limit is reached", Cure.RERUN | Cure.TIME
    OVERLOADED = "overloaded", "the endpoint is overloaded", Cure.RERUN | Cure.TIME, "Claude is overloaded"
    NO_ANSWER = "no-answer"
    INTERRUPTED = "interrupted", "the job was cancelled", Cure.RERUN, "the job was cancelled"
    INTERNAL_ERROR = "internal-error", "the action has a fault", Cure.RERUN
