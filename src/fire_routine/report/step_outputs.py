"""What a workflow's later steps can read: outputs, exit code, the text's file."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from ..model import Brief, EarlierSession, Outcome, Result
from ..sanitize import web_address


def outputs(
    outcome: Outcome, brief: Brief | None, text_file: str, session: EarlierSession | None = None
) -> Mapping[str, str]:
    """The action's outputs by name; what there is not is empty.

    Args:
        session: the earlier one that kept this failure from being fired.
    """
    state = session.state if session else None
    pull_request = session.trace.url if session and session.trace else ""
    return {
        "outcome": outcome.result.value,
        "reason": outcome.reason,
        "session-id": outcome.session_id,
        "session-url": outcome.session_url,
        "session-state": state.value if state else "",
        "pull-request-url": pull_request if web_address(pull_request) else "",
        "cause": brief.cause if brief else "",
        "fingerprint": brief.fingerprint.digest if brief else "",
        "text-file": text_file,
        "text-characters": str(brief.characters) if brief else "",
        "http-status": _number(outcome.http_status),
        "error-type": outcome.error_type,
        "request-id": outcome.request_id,
        "retry-after": _number(outcome.retry_after),
    }


def exit_code(result: Result, on_error: str) -> int:
    """1 where no session is known to have started though one should have, unless `on-error: warn`."""
    return 1 if result in (Result.FAILED, Result.UNKNOWN) and on_error == "fail" else 0


def write_text(brief: Brief, folder: Path | None) -> str:
    """The text in a new file of `folder` (the runner's temporary one, never the checkout): its path.

    Empty without a folder.

    Raises:
        OSError: the folder can't be written.
    """
    if folder is None:
        return ""
    descriptor, path = tempfile.mkstemp(prefix="fire-routine-", suffix=".md", dir=folder)
    with os.fdopen(descriptor, "wb") as file:
        file.write(brief.text.encode("utf-8", "replace"))
    return path


def _number(value: int | None) -> str:
    return "" if value is None else str(value)
