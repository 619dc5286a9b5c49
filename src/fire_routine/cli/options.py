"""The command line as it is typed: commands, their arguments, and the help."""

from __future__ import annotations

import argparse
import difflib
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from textwrap import dedent, fill
from typing import Any, NoReturn

from ..settings import MAX_CHARACTERS, MIN_CHARACTERS
from ..version import __version__

COMMANDS = {
    "check": "look at what is missing in a repository before the first fire",
    "preview": "print the text for a failed run; nothing is sent",
    "distill": "print the lines of a log that explain its failure",
    "send": "fire a routine with a text of your own",
    "sessions": "list what was started in a repository, and what came of it",
    "sweep": "fire a routine on what is red in many repositories and has no session",
    "demo": "fire on a recorded failure, all on this machine",
}
FOR_DEVELOPERS = {
    "emulate": "serve the routine endpoint on loopback, with its documented answers",
    "action": "what the action runs in a workflow",
}
Command = Callable[..., argparse.ArgumentParser]
"""A new command by its name, description, and examples."""
WIDTH = 80  # of the help's descriptions
_EXIT = """
exit status:
  0  done
  1  it failed: one line on standard error gives the reason and the remedy
  2  the command line can't be understood
  3  a session may have started: who calls again may start a second one
"""


class _Parser(argparse.ArgumentParser):
    """Its errors are one line, with the option that was meant."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}: see {self.prog} --help\n")

    def parse_known_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        found, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self.unknown(unknown[0])
        return found, unknown

    def unknown(self, typed: str) -> NoReturn:
        """Ends the program: this argument is none of the command's."""
        known: Iterable[str] = self._option_string_actions if typed.startswith("-") else ()
        what = "unknown option" if typed.startswith("-") else "unexpected argument"
        self.exit(2, f"{self.prog}: {what} {typed[:40]!r}: {_advice(typed, known, self.prog)}\n")


def _advice(typed: str, known: Iterable[str], prog: str) -> str:
    near = difflib.get_close_matches(typed.partition("=")[0], known, 1)
    return f"did you mean {near[0]!r}?" if near else f"see {prog} --help"


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """The arguments by name, that of the command as `command`.

    Without arguments the help is printed. Usage errors, the help and the version end the program.
    """
    parser, commands = _parser(), {**COMMANDS, **FOR_DEVELOPERS}
    if not argv or list(argv) == ["help"]:
        parser.print_help()
        parser.exit(0)
    if argv[0] == "help":
        argv = [argv[1], "--help"]
    elif argv[0] == "version":
        argv = ["--version"]
    if argv[0].startswith("-") and argv[0] not in parser._option_string_actions:
        parser.unknown(argv[0])
    if not argv[0].startswith("-") and argv[0] not in commands:
        advice = _advice(argv[0], [*commands, "help", "version"], parser.prog)
        parser.exit(2, f"fire-routine: unknown command {argv[0][:40]!r}: {advice}\n")
    return parser.parse_args(argv)


def _parser() -> _Parser:
    parser = _Parser(
        prog="fire-routine",
        usage="fire-routine COMMAND [options]",
        description="When CI fails, start a Claude Code routine on the lines that explain the failure,\n"
        "one session for each incident of a failure.",
        epilog=_epilog(
            f"""
            for developers:
              emulate             {FOR_DEVELOPERS["emulate"]}
              action              {FOR_DEVELOPERS["action"]}

            environment (all of it: docs/command-line.md):
              GITHUB_TOKEN, GH_TOKEN                read GitHub (check, preview, sessions, sweep)
              ROUTINE_FIRE_URL, ROUTINE_FIRE_TOKEN  fire a routine (send, sweep)
              NO_COLOR                              no colour on a terminal

            examples:
              $ fire-routine demo
              $ fire-routine preview https://github.com/YOUR-ORG/YOUR-REPO/actions/runs/ID

            Use "fire-routine help COMMAND" for a command's options and examples.
            From a checkout, fire-routine is called as: python3 src/entrypoint.py
            """
        ),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "-V", "--version", action="version", version=f"fire-routine {__version__}", help="print the version"
    )
    commands = parser.add_subparsers(
        dest="command", required=True, metavar="COMMAND", title="commands", prog="fire-routine"
    )

    def command(name: str, description: str, *examples: str) -> argparse.ArgumentParser:
        listed: dict[str, Any] = {"help": COMMANDS[name]} if name in COMMANDS else {}
        return commands.add_parser(
            name,
            **listed,
            description=fill(description, WIDTH),
            epilog=_epilog("\n  $ ".join(("examples:", *examples))),
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )

    _add_options(command)
    return parser


def _epilog(text: str) -> str:
    return f"{dedent(text).strip()}\n\n{_EXIT.strip()}"


def _add_options(command: Command) -> None:
    """Define all commands, in the order in which the help lists them."""
    _check(command)
    _preview(command)
    _distill(command)
    _send(command)
    _sessions(command)
    _sweep(command)
    _local(command)


def _check(command: Command) -> None:
    check = command(
        "check",
        "Look at what is missing in a repository before the first fire: rules, secrets, the session's skill,"
        " the workflow. All is read from GitHub; nothing is sent to the routine, nothing is written. Exit"
        " status 1 where something is to do.",
        "GH_TOKEN=$(gh auth token) fire-routine check YOUR-ORG/YOUR-REPO",
        "fire-routine check --workflow ci.yml --routine-owner octocat --json",
    )
    check.add_argument(
        "repository",
        nargs="?",
        metavar="REPOSITORY",
        help="the repository, or its address; default: that of this folder",
    )
    check.add_argument(
        "--workflow",
        default="",
        metavar="FILE",
        help="the file of the workflow that fires; default: all that use the action",
    )
    check.add_argument(
        "--routine-owner",
        default="",
        metavar="LOGIN",
        help="the account that owns the routine; default: that of the token",
    )
    check.add_argument("--json", action="store_true", help="print JSON")


def _preview(command: Command) -> None:
    preview = command(
        "preview",
        "Print the text that a session would get for a failed run, or with `key` for an event whose payload"
        " was saved. Nothing is sent, nothing is written.",
        "export GH_TOKEN=$(gh auth token)",
        "fire-routine preview https://github.com/YOUR-ORG/YOUR-REPO/actions/runs/ID",
        "fire-routine preview https://github.com/YOUR-ORG/YOUR-REPO/actions/runs/ID --max-characters 8192",
        "fire-routine preview --event event.json --event-name issues --key 'issue 12'",
    )
    preview.add_argument(
        "run_url", nargs="?", metavar="RUN_URL", help="a run's or a job's address, from the address bar"
    )
    preview.add_argument("--event", metavar="FILE", help="a payload, such as a copy of GITHUB_EVENT_PATH's")
    preview.add_argument("--event-name", metavar="NAME", help="its event, such as issues")
    preview.add_argument("--key", metavar="K", help="the input of that name")
    preview.add_argument(
        "--max-characters",
        type=_whole(MIN_CHARACTERS, MAX_CHARACTERS),
        default=60_000,
        metavar="N",
        help="the most characters (UTF-16 code units), 2048 to 65536; default: 60000",
    )


def _distill(command: Command) -> None:
    distill = command(
        "distill",
        "Print the lines of a raw log that explain its failure. Where the excerpt is long, its strongest"
        " lines come first. Secrets are not replaced.",
        "gh api repos/YOUR-ORG/YOUR-REPO/actions/jobs/ID/logs | fire-routine distill -",
        "fire-routine distill red.log --green green.log --max-characters 2000",
    )
    distill.add_argument("file", metavar="FILE", help="the log, not compressed; - reads standard input")
    distill.add_argument(
        "--max-characters",
        type=_whole(1, MAX_CHARACTERS),
        default=60_000,  # as the action, so that it shows what is sent
        metavar="N",
        help="the most characters (UTF-16 code units), 1 to 65536; default: 60000",
    )
    distill.add_argument(
        "--green", metavar="FILE", help="the log of a passing run of the same job: its lines rank low"
    )
    distill.add_argument(
        "--all", action="store_true", help="fill the rest of the room with the lines next in weight"
    )
    distill.add_argument(
        "--explain", action="store_true", help="show which rule matched each block, and its weight"
    )


def _send(command: Command) -> None:
    send = command(
        "send",
        "Fire a routine: start a session with your text next to the routine's saved prompt. A request that"
        " may have started a session is never sent again.",
        'fire-routine send "Deploy 4521 failed: see https://ci.example/4521"',
        "tail -n 200 deploy.log | fire-routine send --json",
        'fire-routine send --log build.log --title "$JOB_NAME" --url "$BUILD_URL" --sha "$GIT_COMMIT"',
        "fire-routine preview RUN_URL | fire-routine send --raw -",
    )
    send.add_argument(
        "words", nargs="?", metavar="TEXT", help="the text; - reads standard input, as a pipe does without it"
    )
    send.add_argument(
        "--raw",
        action="store_true",
        help="send what is read as it is; else secrets are taken out of it, and it is quoted as data",
    )
    send.add_argument(
        "--trusted-host",
        default="",
        metavar="HOST",
        help="a host that ROUTINE_FIRE_URL may name besides api.anthropic.com and this machine",
    )
    send.add_argument("--dry-run", action="store_true", help="print the text, and send nothing")
    send.add_argument("--json", action="store_true", help="print the session as JSON")
    logs = send.add_argument_group(
        "logs of any CI", "what broke first in them is told below TEXT; a missing file is a line of it"
    )
    logs.add_argument(
        "--log", nargs="+", action="extend", metavar="FILE", help="a log each; - reads standard input"
    )
    logs.add_argument(
        "--junit", nargs="+", action="extend", metavar="FILE", help="a test report each, JUnit XML or TRX"
    )
    logs.add_argument(
        "--trusted",
        action="store_true",
        help="people with write access wrote the code, as on a protected branch; else the text warns of it",
    )
    for name, metavar, meaning in (
        ("title", "T", "what failed, such as the pipeline's name"),
        ("url", "URL", "the address of the job or pipeline"),
        ("branch", "B", "the branch that was built"),
        ("sha", "SHA", "the commit that was built"),
    ):
        logs.add_argument(f"--{name}", default="", metavar=metavar, help=meaning)


def _sessions(command: Command) -> None:
    sessions = command(
        "sessions",
        "List the sessions that were started in a repository, with what came of each: branch, pull request,"
        " merge and green run. All is read from GitHub, and nothing is written.",
        "GH_TOKEN=$(gh auth token) fire-routine sessions YOUR-ORG/YOUR-REPO",
        "fire-routine sessions YOUR-ORG/YOUR-REPO --days 7 --json | jq .totals",
    )
    sessions.add_argument("repository", metavar="REPOSITORY", help="the repository, or its address")
    sessions.add_argument(
        "--days", type=_whole(1, 365), default=30, metavar="N", help="how far back, 1 to 365; default: 30"
    )
    sessions.add_argument(
        "--creator",
        default="github-actions[bot]",
        metavar="LOGIN",
        help="whose entries on commits count: the account of the action's github-token;"
        " default: github-actions[bot], as for a workflow's own token",
    )
    sessions.add_argument("--json", action="store_true", help="print JSON")


def _sweep(command: Command) -> None:
    sweep = command(
        "sweep",
        "Read which workflows are red on default branches now, and start a session for what has none: the"
        " longest red first, pushes before schedules, at most one session for each failure. Each"
        " repository's ledger is its memory, so it can be run by anything, at any time.",
        'fire-routine sweep "octo-org/*" --dry-run',
        'fire-routine sweep "octo-org/pay-*" octo-org/ledger --limit 2',
    )
    sweep.add_argument("repositories", nargs="+", metavar="OWNER/GLOB", help="repositories; * is any text")
    for name, least, default, meaning in (
        ("since", "1h", "72h", "leave out what ended longer ago"),
        ("after", "0m", "30m", "and what ended later: a job of the repository comes first"),
    ):
        read = _duration(least)
        help_text = f"{meaning}, such as 90m, 72h or 3d; default: {default}"
        sweep.add_argument(f"--{name}", type=read, default=read(default), metavar="T", help=help_text)
    sweep.add_argument(
        "--limit", type=_whole(1, 100), default=1, metavar="N", help="start at most N sessions; default: 1"
    )
    sweep.add_argument("--dry-run", action="store_true", help="show what it would do; nothing is written")
    sweep.add_argument("--json", action="store_true", help="print JSON")


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


def _local(command: Command) -> None:
    command(
        "demo",
        "Run the action on a recorded failure, against an emulated GitHub and an emulated endpoint. Nothing"
        " leaves this machine, and only a temporary folder is written.",
        "fire-routine demo",
        "python3 src/entrypoint.py demo",
    )
    emulate = command(
        "emulate",
        "Serve the routine endpoint with its documented answers, on loopback until Ctrl-C. What to try is"
        " printed first, then a line for each request.",
        "fire-routine emulate",
        "fire-routine emulate --port 0",
    )
    emulate.add_argument(
        "--port", type=_whole(0, 65535), default=8765, metavar="N", help="default: 8765; 0 picks a free one"
    )
    command(
        "action",
        "What action.yml runs in a workflow: report this run's failure. The routine may be fired.",
        "fire-routine action",
        "FIRE_ROUTINE_DRY_RUN=true fire-routine action",
    )


def _whole(least: int, most: int) -> Callable[[str], int]:
    """A reader of a whole number within these bounds."""

    def read(value: str) -> int:
        if value.isascii() and value.isdigit() and len(value) < 10 and least <= int(value) <= most:
            return int(value)
        raise argparse.ArgumentTypeError(f"{value[:40]!r} is not a whole number from {least} to {most}")

    return read
