"""What is read from a GitHub with the user's token: `preview`, the text for any failed run, and `sessions`.

Nothing is sent to a routine, and nothing is written.
"""

from __future__ import annotations

import json
import os
import re
import sys
from argparse import Namespace
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from ..model import Trigger, TriggerKind
from ..settings import Context, Settings, run_address, token
from . import CommandError, UsageError
from .endpoint import secret
from .streams import Progress, coloured, write

if TYPE_CHECKING:
    from ..model import GitHubError

_REPOSITORY = re.compile(
    r"(?:(?P<server>https?://[^/\s@]+)/)?(?P<name>[\w.-]+/[\w.-]+?)(?:\.git)?/?", re.ASCII
)
_LOGIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}(?:\[bot\])?")


def preview(arguments: Namespace) -> int:
    from ..evidence import gather_evidence
    from ..gather import GatherError
    from ..github.client import GitHub

    trigger, api_url, server_url = named_run(arguments.run_url, os.environ)
    given, bearer = given_token(os.environ)
    settings = Settings(max_characters=arguments.max_characters)
    context = Context(repository=trigger.repository, api_url=api_url, server_url=server_url)
    try:
        with (
            Progress() as shown,
            GitHub(api_url, bearer, trigger.repository, announce=shown.say) as github,
        ):
            if not given:
                shown.say("Neither GITHUB_TOKEN nor GH_TOKEN is set: without a token, GitHub shows no log.")
            shown.show(f"Asking {api_url} for run {trigger.run_id} …")
            evidence = gather_evidence(github, trigger, settings, context, shown.say, shown.show)
            evidence = evidence.with_context(github)
    except (GatherError, ValueError) as error:
        # The action's inputs are named, which are this command's argument and variable.
        problem = str(error).rstrip(".").removeprefix("run-id: ")
        if "`github-token`" in problem and not given:
            problem = f"run {trigger.run_id} could not be read without a token: set GITHUB_TOKEN or GH_TOKEN"
        elif given:
            problem = problem.replace("`github-token`", given)
        raise CommandError(f"RUN_URL {arguments.run_url}: {problem}") from None
    write(coloured(evidence.brief.text, sys.stdout))
    return 0


def named_run(address: str, environ: Mapping[str, str]) -> tuple[Trigger, str, str]:
    """The run that a web address names, and the roots of that GitHub's API and web site."""
    named = run_address(address)
    if not named:
        raise UsageError(
            f"RUN_URL {address[:100]!r} is not like https://github.com/YOUR-ORG/YOUR-REPO/actions/runs/ID"
        )
    server, api_url = github_at(named.server, environ, "RUN_URL")
    return Trigger(TriggerKind.RUN_ID, named.repository, named.id, named.attempt), api_url, server


def github_at(server: str, environ: Mapping[str, str], argument: str) -> tuple[str, str]:
    """The roots of a GitHub's web site and of its API, which may get the user's token.

    Raises:
        UsageError: the token may not be sent there. `argument` named the server.
    """
    server = server.lower()
    server = "https://github.com" if server == "https://www.github.com" else server
    if not _trusted(server, environ):
        host = server.partition("://")[2]
        advice = f"to send your token to https://{host}, set GH_HOST={host}"
        raise UsageError(f"{argument} is not https://github.com/…: {advice}")
    return server, environ.get("GITHUB_API_URL", "").rstrip("/") or _api_of(server)


def given_token(environ: Mapping[str, str]) -> tuple[str, str]:
    """The variable that holds a token for GitHub, and the token; empty where there is none."""
    given = [name for name in ("GITHUB_TOKEN", "GH_TOKEN") if environ.get(name, "").strip()]
    return (given[0], secret(environ, given[0], token)) if given else ("", "")


def _trusted(server: str, environ: Mapping[str, str]) -> bool:
    """Whether the user's token may be sent to that GitHub: to github.com, or to one that the environment
    names (https://cli.github.com/manual/gh_help_environment, and the variables of Actions)."""
    named = (environ.get("GITHUB_SERVER_URL", "").rstrip("/"), f"https://{environ.get('GH_HOST', '')}")
    return bool(environ.get("GITHUB_API_URL")) or server in ("https://github.com", *map(str.lower, named))


def _api_of(server: str) -> str:
    """https://docs.github.com/enterprise-cloud@latest/admin/data-residency, and for Enterprise Server
    https://docs.github.com/enterprise-server@latest/rest/using-the-rest-api."""
    if server == "https://github.com" or server.endswith(".ghe.com"):
        return server.replace("://", "://api.")
    return f"{server}/api/v3"


def sessions(arguments: Namespace) -> int:
    from ..github.client import GitHub
    from ..model import GitHubError
    from ..sessions import report, table

    repository, api_url = named_repository(arguments.repository, os.environ)
    if not _LOGIN.fullmatch(arguments.creator):
        raise UsageError(f"--creator {arguments.creator[:60]!r} is not a login such as github-actions[bot]")
    given, bearer = given_token(os.environ)
    if not bearer:
        raise CommandError(f"no token: set GITHUB_TOKEN or GH_TOKEN to one that may read {repository}")
    until = datetime.now(UTC)
    since = until - timedelta(days=arguments.days)
    try:
        with Progress() as shown, GitHub(api_url, bearer, repository, announce=shown.say) as github:
            made = report(github, arguments.creator, since, until, shown.show)
    except GitHubError as error:
        raise CommandError(f"{repository}: {str(error).rstrip('.')}{_remedy(error, given)}") from None
    write(json.dumps(made, indent=2) if arguments.json else table(made))
    return 0


def named_repository(named: str, environ: Mapping[str, str]) -> tuple[str, str]:
    """A repository given as `octo-org/widget` or its address: that name, and the root of its GitHub's API."""
    found = _REPOSITORY.fullmatch(named)
    if not found:
        raise UsageError(f"REPOSITORY {named[:100]!r} is not like octo-org/widget")
    own = (
        environ.get("GITHUB_SERVER_URL", "").rstrip("/")
        or f"https://{environ.get('GH_HOST') or 'github.com'}"
    )
    return found["name"], github_at(found["server"] or own, environ, "REPOSITORY")[1]


def _remedy(error: GitHubError, given: str) -> str:
    if error.status == 401:
        return f": give {given} a valid token"
    if error.status == 404:
        return f": check the name, and that {given} may read the repository"
    if error.status == 403 and not error.rate_limited:
        permissions = "actions, contents, pull-requests and statuses"
        return f": {given} needs to read {permissions} (in a workflow: `permissions:`)"
    return ": try again later" if error.rate_limited else ""
