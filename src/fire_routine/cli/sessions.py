"""`sessions`: what was started in a repository, and what came of it. Nothing is written."""

from __future__ import annotations

import json
import os
import re
from argparse import Namespace
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from .errors import CommandError
from .preview import github_at, given_token
from .streams import write
from .terminal import progress

if TYPE_CHECKING:
    from ..model import GitHubError

_REPOSITORY = re.compile(
    r"(?:(?P<server>https?://[^/\s@]+)/)?(?P<name>[\w.-]+/[\w.-]+?)(?:\.git)?/?", re.ASCII
)
_LOGIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}(?:\[bot\])?")


def sessions(arguments: Namespace) -> int:
    from ..gather.api.client import GitHub
    from ..model import GitHubError
    from ..sessions import report, table

    repository, api_url = named_repository(arguments.repository, os.environ)
    if not _LOGIN.fullmatch(arguments.creator):
        raise CommandError(f"--creator {arguments.creator[:60]!r} is not a login such as github-actions[bot]")
    given, bearer = given_token(os.environ)
    if not bearer:
        raise CommandError(f"no token: set GITHUB_TOKEN or GH_TOKEN to one that may read {repository}")
    until = datetime.now(UTC)
    since = until - timedelta(days=arguments.days)
    try:
        with progress() as shown, GitHub(api_url, bearer, repository, announce=shown.say) as github:
            made = report(github, arguments.creator, since, until, shown.show)
    except GitHubError as error:
        raise CommandError(f"{repository}: {str(error).rstrip('.')}{_remedy(error, given)}") from None
    write(json.dumps(made, indent=2) if arguments.json else table(made))
    return 0


def named_repository(named: str, environ: Mapping[str, str]) -> tuple[str, str]:
    """A repository's OWNER/REPO, given as that or by its address, and the root of its GitHub's API."""
    found = _REPOSITORY.fullmatch(named)
    if not found:
        raise CommandError(f"OWNER/REPO {named[:100]!r} is not like octo-org/widget")
    own = (
        environ.get("GITHUB_SERVER_URL", "").rstrip("/")
        or f"https://{environ.get('GH_HOST') or 'github.com'}"
    )
    return found["name"], github_at(found["server"] or own, environ, "OWNER/REPO")[1]


def _remedy(error: GitHubError, given: str) -> str:
    if error.status == 401:
        return f": give {given} a valid token"
    if error.status == 404:
        return f": check the name, and that {given} may read the repository"
    if error.status == 403 and not error.rate_limited:
        permissions = "actions, contents, pull-requests and statuses"
        return f": {given} needs to read {permissions} (in a workflow: `permissions:`)"
    return ": try again later" if error.rate_limited else ""
