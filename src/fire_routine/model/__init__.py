"""The values that pass between the stages: gather → distill → compose → decide → fire → report.

Frozen values, no logic beyond their own. Times are timezone-aware UTC; sizes named
"characters" are UTF-16 code units (see `utf16_length`); line numbers start at 1.
"""

from .evidence import (
    ERROR_WEIGHT,
    Attachment,
    Block,
    Brief,
    Digest,
    Excerpt,
    Failure,
    Fingerprint,
    Highlight,
    Repeat,
    to_fire,
    utf16_length,
)
from .github_error import GitHubError
from .known import Action, KnownFailure
from .message import Message
from .origin import Origin, is_fork, origin_in_payload, origin_of
from .outcome import (
    Outcome,
    Result,
    Session,
    Status,
    Verdict,
)
from .run import (
    RUN_FAILED,
    Annotation,
    ChangedFile,
    Commit,
    FailedJob,
    History,
    GreenRuns,
    Note,
    PullRequest,
    Rerun,
    Run,
    Step,
    Trigger,
    TriggerKind,
    in_words,
)
from .session_trace import SESSION_BRANCH, Checks, EarlierSession, Past, SessionState, SessionTrace

__all__ = [
    "ERROR_WEIGHT",
    "RUN_FAILED",
    "SESSION_BRANCH",
    "Action",
    "Annotation",
    "Attachment",
    "Block",
    "Brief",
    "ChangedFile",
    "Checks",
    "Commit",
    "Digest",
    "EarlierSession",
    "Excerpt",
    "FailedJob",
    "Failure",
    "Fingerprint",
    "GitHubError",
    "Highlight",
    "History",
    "GreenRuns",
    "KnownFailure",
    "Message",
    "Note",
    "Origin",
    "Outcome",
    "Past",
    "PullRequest",
    "Repeat",
    "Rerun",
    "Result",
    "Run",
    "Session",
    "SessionState",
    "SessionTrace",
    "Status",
    "Step",
    "Trigger",
    "TriggerKind",
    "Verdict",
    "in_words",
    "is_fork",
    "origin_in_payload",
    "origin_of",
    "to_fire",
    "utf16_length",
]
