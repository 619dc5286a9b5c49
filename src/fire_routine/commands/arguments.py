"""The command line as it is typed: commands, their arguments, and the help."""

from __future__ import annotations

import argparse
import difflib
from collections.abc import Sequence
from textwrap import dedent

from ..version import __version__
from .options import add_options

COMMANDS = {
    "preview": "print the text for a failed run; nothing is sent",
    "distill": "print the lines of a log that explain its failure",
    "send": "fire a routine with a text of your own",
    "sessions": "list what was started in a repository, and what came of it",
    "demo": "fire on a recorded failure, all on this machine",
    "emulate": "serve the routine endpoint and a replayed GitHub on loopback",
    "action": "what the action runs in a workflow",
}
_EXIT = """
exit status:
  0  done
  1  it failed: one line on standard error gives the reason and the remedy
  2  the command line can't be understood
"""


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """The arguments by name, that of the command as `command`.

    Without arguments the help is printed. Usage errors, the help and the version end the program.
    """
    parser = _parser()
    if not argv:
        parser.print_help()
        parser.exit(0)
    if not argv[0].startswith("-") and argv[0] not in COMMANDS:
        near = difflib.get_close_matches(argv[0], COMMANDS, 1)
        advice = f"did you mean {near[0]!r}?" if near else "see fire-routine --help"
        parser.exit(2, f"fire-routine: unknown command {argv[0][:40]!r}: {advice}\n")
    return parser.parse_args(argv)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="fire-routine",
        usage="fire-routine COMMAND [options]",
        description="When CI fails, start a Claude Code routine on the lines that explain the failure, at"
        " most once per failure.",
        epilog=_epilog(
            """
            environment:
              GITHUB_TOKEN, GH_TOKEN                read GitHub (preview, sessions)
              ROUTINE_FIRE_URL, ROUTINE_FIRE_TOKEN  fire a routine (send)
              NO_COLOR                              no colour on a terminal

            examples:
              $ fire-routine demo
              $ fire-routine preview https://github.com/OWNER/REPO/actions/runs/ID

            Use "fire-routine COMMAND --help" for a command's options, environment and examples.
            """
        ),
        formatter_class=_Formatter,
    )
    parser.add_argument(
        "-V", "--version", action="version", version=f"fire-routine {__version__}", help="print the version"
    )
    commands = parser.add_subparsers(
        dest="command", required=True, metavar="COMMAND", title="commands", prog="fire-routine"
    )

    def command(name: str, usage: str, description: str, epilog: str) -> argparse.ArgumentParser:
        return commands.add_parser(
            name,
            help=COMMANDS[name],
            usage=f"fire-routine {name} {usage}".rstrip(),
            description=description,
            epilog=_epilog(epilog),
            formatter_class=_Formatter,
        )

    add_options(command)
    return parser


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """The descriptions wrapped, the rest as it is written."""

    def _format_text(self, text: str) -> str:
        width = self._width - self._current_indent
        paragraphs = text.split("\n\n")
        if "\n" not in text:
            paragraphs = [self._fill(text, width)]
        return "\n\n".join(paragraphs).rstrip() + "\n\n"

    def _fill(self, text: str, width: int) -> str:
        return argparse.HelpFormatter._fill_text(self, text, width, "")


def _epilog(text: str) -> str:
    return f"{dedent(text).strip()}\n\n{_EXIT.strip()}"
