"""The command line: action · send · preview · distill · demo · emulate."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence

from .settings import MAX_CHARACTERS, MIN_CHARACTERS
from .version import __version__


def _whole(least: int, most: int) -> Callable[[str], int]:
    """What reads a whole number within these bounds."""

    def read(value: str) -> int:
        if value.isascii() and value.isdigit() and len(value) < 10 and least <= int(value) <= most:
            return int(value)
        raise argparse.ArgumentTypeError(f"{value[:40]!r} is not a whole number from {least} to {most}")

    return read


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """The arguments by name, that of the command as `command`. Usage errors and `--help` end the program."""
    parser = argparse.ArgumentParser(prog="fire-routine", description=__doc__)
    parser.add_argument("--version", action="version", version=f"fire-routine {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    commands.add_parser("action", help="in a workflow: report this run's failure (inputs in the environment)")

    send = commands.add_parser("send", help="fire a routine with a text of your own")
    source = send.add_mutually_exclusive_group()
    source.add_argument("--text", help="the text")
    source.add_argument("--text-file", metavar="F", help="the file that holds the text")
    source.add_argument("stdin", nargs="?", choices=["-"], help="read the text from standard input")
    send.add_argument(
        "--trusted-host",
        default="",
        metavar="HOST",
        help="a host that ROUTINE_FIRE_URL may name besides api.anthropic.com and this machine",
    )
    send.add_argument("--json", action="store_true", help="print the session as JSON")

    preview = commands.add_parser("preview", help="print the text for any run; nothing is sent")
    preview.add_argument("run_url", metavar="RUN_URL", help="https://github.com/OWNER/REPO/actions/runs/ID")
    preview.add_argument(
        "--max-characters", type=_whole(MIN_CHARACTERS, MAX_CHARACTERS), default=60_000, metavar="N"
    )

    distill = commands.add_parser("distill", help="print the lines of a raw log that explain its failure")
    distill.add_argument("file", metavar="FILE", help="the log; - reads standard input")
    distill.add_argument("--max-characters", type=_whole(1, MAX_CHARACTERS), default=8_192, metavar="N")
    distill.add_argument("--green", metavar="FILE", help="the log of a green run of the same job")
    distill.add_argument("--explain", action="store_true", help="say which rule took each block")

    commands.add_parser("demo", help="fire on a recorded failure, all on this machine")

    emulate = commands.add_parser(
        "emulate", help="serve the routine endpoint and a replayed GitHub on loopback"
    )
    emulate.add_argument(
        "--port", type=_whole(0, 65535), default=8765, metavar="N", help="default 8765; 0 picks a free one"
    )
    return parser.parse_args(argv)
