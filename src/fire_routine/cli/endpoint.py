"""The routine's endpoint: `send` fires one from anywhere, `emulate` serves it on loopback."""

from __future__ import annotations

import os
import sys
import threading
from argparse import Namespace
from collections.abc import Callable, Mapping

from ..model.outcome import Result
from ..routine_url import endpoint, routine_token
from ..settings import MAX_CHARACTERS, PREFIX
from . import CommandError, MayHaveStartedError, UsageError
from .streams import is_terminal, text_of, write

MAX_TEXT_BYTES = 4 * MAX_CHARACTERS  # a longer text can't be within the endpoint's limit
ROUTINES_PAGE = "https://claude.ai/code/routines"


def send(arguments: Namespace) -> int:
    from ..fire import FireError, Routine

    host = os.environ.get(f"{PREFIX}TRUSTED_HOST", "").strip().lower()
    url = secret(os.environ, "ROUTINE_FIRE_URL", lambda value: endpoint(value, host))
    bearer = secret(os.environ, "ROUTINE_FIRE_TOKEN", routine_token)
    text = _text(arguments)
    try:
        session = Routine(url, bearer, trusted_host=host, say=_on_stderr).fire(text)
    except FireError as error:
        failed = MayHaveStartedError if error.outcome is Result.UNKNOWN else CommandError
        raise failed(str(error)) from None
    line = f"session started: {session.url}"
    try:
        write(line)
    except (CommandError, BrokenPipeError):  # the session was started, and must not be started again
        _on_stderr(line)
    return 0


def secret(environ: Mapping[str, str], name: str, check: Callable[[str], str]) -> str:
    """The value of a variable, which `check` accepts."""
    value = environ.get(name, "").strip()
    if not value:
        raise CommandError(f"{name} is not set: copy it from the routine's API trigger at {ROUTINES_PAGE}")
    try:
        return check(value)
    except ValueError as problem:
        raise CommandError(f"{name} {problem}") from None


def _text(arguments: Namespace) -> str:
    """The text that is given, piped in, or made of logs.

    What is piped in may be anyone's words, so it is quoted, unless `--raw` is given.
    """
    text = arguments.words
    if arguments.log:
        if text == "-":
            raise UsageError("- is a log by --log -: as TEXT, give your own words")
        from .send import brief_of_logs

        return brief_of_logs(arguments).text
    piped = text == "-" or (text is None and not is_terminal(sys.stdin))
    if piped:
        text = text_of("-", MAX_TEXT_BYTES)
    if text is None or not text.strip():
        raise CommandError("no text: give TEXT, or pipe it in")
    return text if arguments.raw or not piped else _quoted(text)


def _quoted(text: str) -> str:
    """The text without secrets, and as a quotation."""
    from ..redact import redact_text
    from ..sanitize import new_word, on_quotations, quotation

    word = new_word()
    return f"{on_quotations(word)}\n\n{quotation(redact_text(text)[0], word)}"


def _on_stderr(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def emulate(arguments: Namespace) -> int:
    from ..emulator import REPLIES, Endpoint

    try:
        with Endpoint(port=arguments.port, say=write) as endpoint:
            write(f"The routine's endpoint: {endpoint.home}")
            variables = f"ROUTINE_FIRE_URL={endpoint.url} ROUTINE_FIRE_TOKEN={endpoint.token}"
            called = f"python3 {sys.argv[0]}" if sys.argv[0].endswith("entrypoint.py") else "fire-routine"
            write(f"  {variables} {called} send 'A text'")
            write(f"  other routines there answer an error: trig_{', trig_'.join(REPLIES)}")
            write("Ctrl-C ends it.")
            threading.Event().wait()
    except BrokenPipeError:  # the reader (`| head`) has seen enough
        raise
    except (OSError, OverflowError) as error:
        why = getattr(error, "strerror", None) or error
        raise CommandError(f"--port {arguments.port}: {why}: choose another") from None
    return 0
