"""`check`: what is missing before the first fire. GitHub is read with the user's token."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from argparse import Namespace
from shutil import which
from textwrap import indent

from ..model.outcome import GitHubError
from ..sanitize import flat, visible
from . import CommandError, UsageError
from .github import LOGIN, given_token, named_repository, remedy
from .streams import Progress, coloured, write

_OTHERS = (
    "Not looked at here, as other tools do it: how safe the workflow files are (zizmor .github/workflows),"
    " and whether they are right (actionlint)."
)


def check(arguments: Namespace) -> int:
    """0: nothing is to do."""
    from ..check import State, check
    from ..github.client import GitHub

    repository, api_url = named_repository(arguments.repository or _here(), os.environ)
    if arguments.routine_owner and not LOGIN.fullmatch(arguments.routine_owner):
        raise UsageError(f"--routine-owner {arguments.routine_owner[:60]!r} is not a login such as octocat")
    if not re.fullmatch(r"(?:\.github/workflows/)?[^/\s]+\.ya?ml|", arguments.workflow):
        raise UsageError(f"--workflow {arguments.workflow[:60]!r} is not a file such as ci.yml")
    given, bearer = given_token(os.environ)
    if not bearer:
        raise CommandError(f"no token: set GITHUB_TOKEN or GH_TOKEN to one that may read {repository}")
    url = os.environ.get("ROUTINE_FIRE_URL", "").strip()
    try:
        with Progress() as shown, GitHub(api_url, bearer, repository, say=shown.say) as github:
            shown.show(f"Asking {api_url} …")
            facts, rows = check(github, owner=arguments.routine_owner, named=arguments.workflow, fire_url=url)
    except GitHubError as error:
        raise CommandError(f"{repository}: {str(error).rstrip('.')}{remedy(error, given)}") from None
    if arguments.json:
        listed = [
            {"state": row.state, "about": row.about, "found": row.found, "todo": row.todo, "page": row.page}
            for row in rows
        ]
        write(json.dumps({"version": 1, "repository": facts.repository, "rows": listed}, indent=2))
    else:
        for row in rows:
            todo = "".join(f"\n{line}" for line in (row.todo, row.page) if line)
            line = f"{row.state:<9}  {flat(row.about)}: {flat(row.found)}"
            write(coloured(line, sys.stdout) + indent(visible(todo), " " * 11))
        counts = ", ".join(f"{sum(row.state is state for row in rows)} {state}" for state in State)
        write(f"\n{facts.repository}: {counts}. {_OTHERS}")
    return int(any(row.state is State.DO for row in rows))


def _here() -> str:
    """The repository of this folder's `origin`."""
    command = [which("git") or "git", "remote", "get-url", "origin"]
    try:
        found = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        raise UsageError("name it, as octo-org/widget: this folder has no remote `origin`") from None
    return re.sub(r"^(?:ssh://)?git@([^:/]+)[:/]", r"https://\1/", found.stdout.strip())
