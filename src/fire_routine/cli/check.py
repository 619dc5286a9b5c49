"""`check`: what is missing before the first fire. GitHub is read with the user's token."""

from __future__ import annotations

import json
import os
import re
import subprocess
from argparse import Namespace
from shutil import which
from textwrap import indent

from ..sanitize import flat, visible
from . import UsageError
from .github import login, opened
from .streams import write

_OTHERS = (
    "Not looked at here, as other tools do it: how safe the workflow files are (zizmor .github/workflows),"
    " and whether they are right (actionlint)."
)


def check(arguments: Namespace) -> int:
    """0: nothing is to do."""
    from ..check import check

    if arguments.routine_owner:
        login("--routine-owner", arguments.routine_owner)
    if not re.fullmatch(r"(?:\.github/workflows/)?[^/\s]+\.ya?ml|", arguments.workflow):
        raise UsageError(f"--workflow {arguments.workflow[:60]!r} is not a file such as ci.yml")
    url = os.environ.get("ROUTINE_FIRE_URL", "").strip()
    with opened(arguments.repository or _here(), os.environ) as (github, _):
        rows = check(github, owner=arguments.routine_owner, file=arguments.workflow, fire_url=url)
    if arguments.json:
        listed = [row._asdict() for row in rows]
        write(json.dumps({"version": 1, "repository": github.repository, "rows": listed}, indent=2))
    else:
        for row in rows:
            todo = "".join(f"\n{line}" for line in (row.todo, row.page) if line)
            line = f"{row.state:<9}  {flat(row.about)}: {flat(row.found)}"
            write(line + indent(visible(todo), " " * 11))
        states = [row.state for row in rows]
        counts = ", ".join(f"{states.count(state)} {state}" for state in ("ok", "do", "can't see"))
        write(f"\n{github.repository}: {counts}. {_OTHERS}")
    return int("do" in [row.state for row in rows])


def _here() -> str:
    """The repository of this folder's `origin`."""
    command = [which("git") or "git", "remote", "get-url", "origin"]
    try:
        found = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        raise UsageError("name it, as octo-org/widget: this folder has no remote `origin`") from None
    return re.sub(r"^(?:ssh://)?git@([^:/]+)[:/]", r"https://\1/", found.stdout.strip())
