"""The command line: its exit statuses, and what each command runs.

Errors are one line on stderr and exit status 1, or 3 where a session may have started. Usage errors exit
with 2. Each command imports what it needs, so that none pays for the others' libraries.
"""

from __future__ import annotations

import gc
import io
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import NoReturn

_MODULES = {
    "check": "check",
    "preview": "github",
    "sessions": "github",
    "distill": "logs",
    "send": "endpoint",
    "emulate": "endpoint",
    "sweep": "sweep",
}


class CommandError(Exception):
    """What went wrong and what to do about it, in one line."""

    code = 1  # the exit status


class UsageError(CommandError):
    """What is wrong with the command line itself."""

    code = 2


class MayHaveStartedError(CommandError):
    """A session may have started: whoever calls again may start a second one."""

    code = 3


def run(argv: Sequence[str] | None = None, finish: Callable[[], None] = lambda: None) -> NoReturn:
    """Run one command in a process of its own, which ends with it, after a call of `finish`.

    At once: a thread that still reads a log, in a library's code, could abort the process while Python is
    being taken down.
    """
    given = sys.argv[1:] if argv is None else argv
    if given == ["action"]:
        from ..fire import uninterruptible

        with uninterruptible():  # `run_action` listens to signals while it can end on one; its outcome holds
            _end(main(given), finish)
    _end(main(given), finish)


def _end(code: int, finish: Callable[[], None]) -> NoReturn:
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            with suppress(OSError):
                stream.flush()
    with suppress(Exception):
        finish()
    os._exit(code)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit status is returned, never raised."""
    _speak_utf8()
    given = sys.argv[1:] if argv is None else argv
    try:
        return _action() if given == ["action"] else _run(given)
    except CommandError as error:
        print(f"fire-routine: {error}", file=sys.stderr)
        return error.code
    except ModuleNotFoundError as error:
        print(
            f"fire-routine: the package {error.name!r} is not installed: from a checkout, call"
            " python3 src/entrypoint.py, which brings it",
            file=sys.stderr,
        )
        return 1
    except BrokenPipeError:  # the reader (`| head`) has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 1
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        fault = f"{type(error).__name__} in {Path(place.filename).name}, line {place.lineno}"
        print(f"fire-routine: it has a fault ({fault}): please report it", file=sys.stderr)
        return 1


def _speak_utf8() -> None:
    """Windows' default code page can't encode everything that a log can hold."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")


def _run(argv: Sequence[str]) -> int:
    """Parse the command line and run its command.

    The action's own start avoids this: argparse would take a twentieth of it.
    """
    from .options import parse

    arguments = parse(argv)
    command: str = arguments.command
    if command == "action":
        return _action()
    if command == "demo":
        from ..demo import run_demo

        return run_demo(sys.stdout)
    run_command: Callable[[object], int] = getattr(import_module(f".{_MODULES[command]}", __name__), command)
    return run_command(arguments)


def _action() -> int:
    gc.disable()
    from ..action import run_action
    from ..evidence import read_ahead

    gc.freeze()  # what was imported stays, so the collector needs not look at it
    gc.enable()
    read_ahead()
    return run_action(os.environ)
