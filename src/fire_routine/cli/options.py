"""The command line as it is typed: commands and their arguments. docs/command-line.md says more of each."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import NoReturn

from ..settings import MAX_CHARACTERS, MIN_CHARACTERS
from ..version import __version__

# What each does, and an example
COMMANDS = {
    "check": ("look at what is missing in a repository before the first fire", "YOUR-ORG/YOUR-REPO"),
    "preview": (
        "print the text for a failed run, or for a saved event; nothing is sent",
        "https://github.com/YOUR-ORG/YOUR-REPO/actions/runs/ID",
    ),
    "distill": ("print the lines of a log that explain its failure", "red.log --green green.log"),
    "send": (
        "fire a routine with a text, with what is piped in, or with logs of any CI",
        '--log build.log --title "$JOB_NAME" --url "$BUILD_URL" --sha "$GIT_COMMIT"',
    ),
    "sessions": ("list what was started in a repository, and what came of it", "YOUR-ORG/YOUR-REPO --days 7"),
    "sweep": (
        "fire a routine on what is red in many repositories and has no session",
        '"octo-org/pay-*" octo-org/ledger --limit 2 --dry-run',
    ),
    "demo": ("fire on a recorded failure, all on this machine", ""),
    "emulate": ("for developers: serve the routine endpoint on loopback, with its documented answers", ""),
    "action": ("for developers: what the action runs in a workflow", ""),
}
_ENVIRONMENT = """\
environment (all of it: docs/command-line.md):
  GITHUB_TOKEN, GH_TOKEN                read GitHub (check, preview, sessions, sweep)
  ROUTINE_FIRE_URL, ROUTINE_FIRE_TOKEN  fire a routine (send, sweep)

exit status: 0 done; 1 it failed, and one line says why; 2 the command line can't be understood;
  3 a session may have started: who calls again may start a second one
"""


class _Parser(argparse.ArgumentParser):
    """Its errors are one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}: see {self.prog} --help\n")


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """The arguments by name, that of the command as `command`.

    Without arguments the help is printed. Usage errors, the help and the version end the program.
    """
    parser = _Parser(
        prog="fire-routine",
        description="When CI fails, start a Claude Code routine on the lines that explain the failure.",
        epilog=_ENVIRONMENT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("-V", "--version", action="version", version=f"fire-routine {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", prog="fire-routine")
    for name, (what, example) in COMMANDS.items():
        command = commands.add_parser(
            name,
            help=what,
            description=f"{what[0].upper()}{what[1:]}.",
            epilog=f"example: fire-routine {name} {example}",
            allow_abbrev=False,
        )
        if add := _OPTIONS.get(name):
            add(command)
    return parser.parse_args(argv or ["--help"])


def _check(check: argparse.ArgumentParser) -> None:
    check.add_argument("repository", nargs="?", metavar="REPOSITORY", help="default: that of this folder")
    check.add_argument(
        "--workflow", default="", metavar="FILE", help="that fires; default: all that use the action"
    )
    check.add_argument("--routine-owner", default="", metavar="LOGIN", help="default: the token's account")
    check.add_argument("--json", action="store_true", help="print JSON")


def _preview(preview: argparse.ArgumentParser) -> None:
    preview.add_argument("run_url", nargs="?", metavar="RUN_URL", help="a run's or a job's address")
    preview.add_argument("--event", metavar="FILE", help="a payload, such as a copy of GITHUB_EVENT_PATH's")
    preview.add_argument("--event-name", metavar="NAME", help="its event, such as issues")
    preview.add_argument("--key", metavar="K", help="the input of that name")
    _max_characters(preview, MIN_CHARACTERS)


def _distill(distill: argparse.ArgumentParser) -> None:
    distill.add_argument("file", metavar="FILE", help="the log, not compressed; - reads standard input")
    _max_characters(distill, 1)
    distill.add_argument("--green", metavar="FILE", help="the log of a passing run: its lines rank low")
    distill.add_argument("--all", action="store_true", help="fill the room with the lines next in weight")
    distill.add_argument("--explain", action="store_true", help="show which rule matched each block")


def _max_characters(command: argparse.ArgumentParser, least: int) -> None:
    command.add_argument(
        "--max-characters",
        type=_whole(least, MAX_CHARACTERS),
        default=60_000,  # as the action, so that it shows what is sent
        metavar="N",
        help=f"the most characters (UTF-16 code units), {least} to {MAX_CHARACTERS}; default: 60000",
    )


def _send(send: argparse.ArgumentParser) -> None:
    send.add_argument(
        "words", nargs="?", metavar="TEXT", help="- reads standard input, as a pipe does without"
    )
    send.add_argument(
        "--raw", action="store_true", help="send what is read as it is; else it is redacted and quoted"
    )
    send.add_argument(
        "--log", nargs="+", default=[], metavar="FILE", help="told below TEXT; - reads standard input"
    )
    send.add_argument("--trusted", action="store_true", help="people with write access wrote the code")
    send.add_argument("--title", default="", metavar="T", help="what failed, such as the pipeline's name")
    send.add_argument("--url", default="", metavar="URL", help="the address of the job or pipeline")
    send.add_argument("--branch", default="", metavar="B", help="the branch that was built")
    send.add_argument("--sha", default="", metavar="SHA", help="the commit that was built")


def _sessions(sessions: argparse.ArgumentParser) -> None:
    sessions.add_argument("repository", metavar="REPOSITORY", help="the repository, or its address")
    sessions.add_argument("--days", type=_whole(1, 365), default=30, metavar="N", help="default: 30")
    sessions.add_argument(
        "--creator",
        default="github-actions[bot]",
        metavar="LOGIN",
        help="the account of the action's github-token; default: github-actions[bot]",
    )
    sessions.add_argument(
        "--author", default="", metavar="LOGIN", help="the account whose comments sessions write"
    )
    sessions.add_argument("--json", action="store_true", help="print JSON")


def _sweep(sweep: argparse.ArgumentParser) -> None:
    sweep.add_argument("repositories", nargs="+", metavar="OWNER/GLOB", help="repositories; * is any text")
    for name, least, default, meaning in (
        ("since", "1h", "72h", "leave out what ended longer ago"),
        ("after", "0m", "30m", "and what ended later: a job of the repository comes first"),
    ):
        read = _duration(least)
        help_text = f"{meaning}, such as 90m, 72h or 3d; default: {default}"
        sweep.add_argument(f"--{name}", type=read, default=read(default), metavar="T", help=help_text)
    sweep.add_argument("--limit", type=_whole(1, 100), default=1, metavar="N", help="sessions; default: 1")
    sweep.add_argument("--dry-run", action="store_true", help="show what it would do; nothing is written")
    sweep.add_argument("--json", action="store_true", help="print JSON")


def _emulate(emulate: argparse.ArgumentParser) -> None:
    port = "default: 8765; 0 picks a free one"
    emulate.add_argument("--port", type=_whole(0, 65535), default=8765, metavar="N", help=port)


_OPTIONS: dict[str, Callable[[argparse.ArgumentParser], None]] = {
    "check": _check,
    "preview": _preview,
    "distill": _distill,
    "send": _send,
    "sessions": _sessions,
    "sweep": _sweep,
    "emulate": _emulate,
}


def _duration(least: str) -> Callable[[str], timedelta]:
    """A reader of minutes, hours or days: from `least` up to 30 days."""
    units = {"m": "minutes", "h": "hours", "d": "days"}

    def read(value: str) -> timedelta:
        if re.fullmatch(r"[0-9]{1,5}[mhd]", value):
            found = timedelta(**{units[value[-1]]: int(value[:-1])})
            if (value == least or found >= read(least)) and found <= timedelta(days=30):
                return found
        raise argparse.ArgumentTypeError(
            f"{value[:40]!r} is not a time from {least} to 30d, such as 90m or 72h"
        )

    return read


def _whole(least: int, most: int) -> Callable[[str], int]:
    """A reader of a whole number within these bounds."""

    def read(value: str) -> int:
        if value.isascii() and value.isdigit() and len(value) < 10 and least <= int(value) <= most:
            return int(value)
        raise argparse.ArgumentTypeError(f"{value[:40]!r} is not a whole number from {least} to {most}")

    return read
