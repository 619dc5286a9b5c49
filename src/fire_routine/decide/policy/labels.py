"""The pull request's labels, read afresh just before a fire: one of `skip-labels` starts nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ...model import GitHubError, Message, Note, Run, Verdict
from ..ledger.status_api import StatusApi
from .guards import skip

MOST = 5  # pull requests of one run whose labels are read


def labelled(
    api: StatusApi, run: Run, skip_labels: Sequence[str], note: Callable[[Note], object]
) -> Verdict | None:
    """Skip a run if any of its pull requests has one of the labels.

    Labels that can't be read don't prevent a fire: mostly a permission is missing, and it would prevent every
    fire. `note` gets a line about each. As for GitHub, upper and lower case are equal.
    """
    unwanted = {label.casefold() for label in skip_labels}
    own = [run.pull_request.number] if run.pull_request else []
    numbers = list(dict.fromkeys((*own, *run.named_pull_requests)))
    for number in numbers[:MOST] if unwanted else ():
        try:
            pull = api.pull_request(number)
            if pull is None:
                raise GitHubError("GitHub answered 404: Not Found", 404)
        except GitHubError as error:
            note(_unread(number, error))
            continue
        label = next((label for label in pull.labels if label.casefold() in unwanted), "")
        if label:
            return skip(
                "skip-labels",
                Message(
                    "Pull request #{number} has the label `{label}`, which `skip-labels` names. To report it,"
                    " remove the label and re-run the failed jobs.",
                    number=number,
                    label=label,
                ),
            )
    return None


def _unread(number: int, error: GitHubError) -> Note:
    denied = error.status in (403, 404) and not error.rate_limited
    return Note(
        what=f"the labels of pull request #{number}",
        why=Message("{error}. It is reported as if it had no label of `skip-labels`.", error=error),
        remedy=Message("Add `pull-requests: read` to the job's `permissions`.") if denied else "",
        permission="pull-requests: read" if denied else "",
    )
