"""The commands: action · send · preview · distill · demo · emulate.

Errors are one line on stderr and exit status 1; usage errors exit with 2. Each command imports
what it needs by itself, so that none pays for the others' libraries.
"""

from __future__ import annotations

import codecs
import gc
import io
import json
import os
import re
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NoReturn

from .model import Excerpt, Trigger, TriggerKind
from .patterns import pattern
from .settings import MAX_CHARACTERS, Context, Settings, endpoint, host_name, token

if TYPE_CHECKING:
    from argparse import Namespace

CHUNK = 1 << 20  # bytes read of a log at a time
_RUN_URL = pattern(
    r"(?P<server>https?://[^/\s@]+)/(?P<repository>[\w.-]+/[\w.-]+)/actions/runs/(?P<id>[0-9]{1,18})"
    r"(?:/attempts/(?P<attempt>[0-9]{1,6}))?(?:[/?#]|$)",
    re.ASCII,
)
MAX_TEXT_BYTES = 4 * MAX_CHARACTERS  # a longer text can't be within the endpoint's limit


class CommandError(Exception):
    """What went wrong and what to do about it, in one line."""


def run(argv: Sequence[str] | None = None) -> NoReturn:
    """Run one command in a process of its own, which ends with it.

    At once: a thread that still reads a log, in a library's code, could abort the process while Python is
    being taken down.
    """
    given = sys.argv[1:] if argv is None else argv
    if given == ["action"]:
        from .fire import uninterruptible

        with uninterruptible():  # it has listened itself while it could end on a signal; what it said stands
            _end(main(given))
    _end(main(given))


def _end(code: int) -> NoReturn:
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            with suppress(OSError):
                stream.flush()
    os._exit(code)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit status is returned, never raised."""
    _speak_utf8()
    given = sys.argv[1:] if argv is None else argv
    try:
        return _action() if given == ["action"] else _run(given)
    except CommandError as error:
        print(f"fire-routine: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # the reader (`| head`) has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 1
    except KeyboardInterrupt:
        return 130


def _speak_utf8() -> None:
    """Windows' default code page can't say everything a log can."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")


def _run(argv: Sequence[str]) -> int:
    """Not asked for the action's own start, of which argparse would be a twentieth."""
    from .arguments import parse

    arguments = parse(argv)
    commands: Mapping[str, Callable[[Namespace], int]] = {
        "action": lambda _: _action(),
        "send": _send,
        "preview": _preview,
        "distill": _distill,
        "demo": lambda _: _demo(),
        "emulate": _emulate,
    }
    return commands[arguments.command](arguments)


def _action() -> int:
    gc.disable()
    from .action import run_action

    gc.freeze()  # what was imported stays, so there is no garbage to be looked for in it
    gc.enable()
    return run_action(os.environ, sys.stdout)


def _send(arguments: Namespace) -> int:
    from .fire import FireError, Routine

    trusted_host = _trusted_host(arguments.trusted_host)
    url = _secret(os.environ, "ROUTINE_FIRE_URL", lambda value: endpoint(value, trusted_host))
    bearer = _secret(os.environ, "ROUTINE_FIRE_TOKEN", token)
    text = _text(arguments)
    try:
        session = Routine(url, bearer, trusted_host=trusted_host).fire(text)
    except FireError as error:
        raise CommandError(str(error)) from None
    told = f"session started: {session.url}"
    if arguments.json:
        told = json.dumps(
            {"session_id": session.id, "session_url": session.url, "request_id": session.request_id}
        )
    try:
        _print(told)
    except CommandError:  # it was started all the same, and is not to be started again
        print(told, file=sys.stderr)
    return 0


def _trusted_host(value: str) -> str:
    try:
        return host_name(value) if value else ""
    except ValueError as problem:
        raise CommandError(f"--trusted-host {problem}") from None


def _secret(environ: Mapping[str, str], name: str, check: Callable[[str], str]) -> str:
    value = environ.get(name, "").strip()
    if not value:
        raise CommandError(
            f"{name} is not set: save it from the routine's API trigger (claude.ai/code/routines)"
        )
    try:
        return check(value)
    except ValueError as problem:
        raise CommandError(f"{name} {problem}") from None


def _text(arguments: Namespace) -> str:
    text = arguments.text
    if text is None and (arguments.text_file or arguments.stdin == "-"):
        text = _decoded(arguments.text_file or "-")
    if text is None or not text.strip():
        raise CommandError("no text: give --text T, --text-file F, or - for standard input")
    return str(text)


def _decoded(name: str) -> str:
    with _opened(name) as stream:
        raw = _read(stream, MAX_TEXT_BYTES + 1)
    if len(raw) > MAX_TEXT_BYTES:
        raise CommandError(f"the text is over the endpoint's {MAX_CHARACTERS} characters: shorten it")
    wide = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))  # as Windows PowerShell redirects
    return raw.decode("utf-16" if wide else "utf-8-sig", "replace")


def _preview(arguments: Namespace) -> int:
    from .action import gather_evidence
    from .gather import GatherError
    from .gather.github import GitHub

    trigger, api_url, server_url = _named_run(arguments.run_url, os.environ)
    given = [name for name in ("GITHUB_TOKEN", "GH_TOKEN") if os.environ.get(name, "").strip()]
    bearer = _secret(os.environ, given[0], token) if given else ""
    settings = Settings(max_characters=arguments.max_characters)
    context = Context(repository=trigger.repository, api_url=api_url, server_url=server_url)

    def say(line: str) -> None:
        print(line, file=sys.stderr)

    try:
        with GitHub(api_url, bearer, trigger.repository) as github:
            evidence = gather_evidence(github, trigger, settings, context, say)
    except (GatherError, ValueError) as error:
        # The action's inputs are named, which are this command's argument and variable.
        name = given[0] if given else "GITHUB_TOKEN or GH_TOKEN"
        problem = str(error).removeprefix("run-id: ").replace("`github-token`", name)
        raise CommandError(f"RUN_URL {arguments.run_url}: {problem}") from None
    _print(evidence.brief.text)
    return 0


def _trusted(server: str, environ: Mapping[str, str]) -> bool:
    """Whether the user's token may be sent to that GitHub: to github.com, or to one that the environment
    names (https://cli.github.com/manual/gh_help_environment, and as Actions has it)."""
    named = (environ.get("GITHUB_SERVER_URL", "").rstrip("/"), f"https://{environ.get('GH_HOST', '')}")
    return bool(environ.get("GITHUB_API_URL")) or server in ("https://github.com", *map(str.lower, named))


def _named_run(address: str, environ: Mapping[str, str]) -> tuple[Trigger, str, str]:
    """The run a web address names, and the roots of that GitHub's API and web site."""
    found = _RUN_URL.match(address)
    if not found:
        raise CommandError(
            f"RUN_URL {address[:100]!r} is not like https://github.com/OWNER/REPO/actions/runs/ID"
        )
    server = found["server"].lower()
    server = "https://github.com" if server == "https://www.github.com" else server
    if not _trusted(server, environ):
        host = server.partition("://")[2]
        raise CommandError(
            f"RUN_URL is not https://github.com/…: to send your token to https://{host}, set GH_HOST={host}"
        )
    attempt = int(found["attempt"]) if found["attempt"] else None
    trigger = Trigger(TriggerKind.RUN_ID, found["repository"], int(found["id"]), attempt)
    return trigger, environ.get("GITHUB_API_URL", "").rstrip("/") or _api_of(server), server


def _api_of(server: str) -> str:
    """As https://docs.github.com/enterprise-cloud@latest/admin/data-residency and the REST API's page for
    Enterprise Server have it."""
    if server == "https://github.com" or server.endswith(".ghe.com"):
        return server.replace("://", "://api.")
    return f"{server}/api/v3"


def _distill(arguments: Namespace) -> int:
    from .distill import excerpt, read, read_green

    if arguments.file == arguments.green == "-":
        raise CommandError("the log and --green are both standard input: name a file for one of them")
    green = None
    if arguments.green:
        with _opened(arguments.green) as stream:
            green = read_green(_unpacked(stream, arguments.green))
    with _opened(arguments.file) as stream:
        digest = read(_unpacked(stream, arguments.file), green=green)
    shown = excerpt(digest, arguments.max_characters)
    _print(_explained(shown) if arguments.explain else shown.text)
    return 0


def _print(text: str) -> None:
    if sys.stdout is None:
        raise CommandError("standard output is closed: open it, or send it to a file")
    try:
        print(text, flush=True)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise CommandError(f"standard output: {error.strerror or error}") from None


def _explained(shown: Excerpt) -> str:
    """Each block under a line that names its place in the log, and the rule and weight that took it."""
    parts = [
        f"── line {block.first} · {block.rule} · {block.weight:g}\n" + "\n".join(block.lines)
        for block in shown.blocks
    ]
    return "\n".join(parts)


def _opened(name: str) -> BinaryIO:
    if name == "-":
        if sys.stdin is None:
            raise CommandError("standard input is closed: pipe the file into it, or name the file")
        return open(sys.stdin.fileno(), "rb", closefd=False)
    try:
        return Path(name).open("rb")
    except OSError as error:
        raise CommandError(f"{name}: {error.strerror or error}") from None


def _read(stream: BinaryIO, size: int) -> bytes:
    try:
        return stream.read(size)
    except OSError as error:
        name = stream.name if isinstance(stream.name, str) else "standard input"
        raise CommandError(f"{name}: {error.strerror or error}") from None


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    while chunk := _read(stream, CHUNK):
        yield chunk


def _unpacked(stream: BinaryIO, name: str) -> Iterator[bytes]:
    """The chunks of a log, which is not compressed."""
    from .compose.attachments import COMPRESSED

    begin = _read(stream, CHUNK)
    if begin.startswith(COMPRESSED):
        raise CommandError(f"{name}: it is compressed: unpack it first")
    return chain((begin,), _chunks(stream))


def _demo() -> int:
    from .demo import run_demo

    return run_demo(sys.stdout)


def _emulate(arguments: Namespace) -> int:
    from .emulator.serve import serve

    try:
        serve(arguments.port, sys.stdout, threading.Event())
    except (OSError, OverflowError) as error:
        why = getattr(error, "strerror", None) or error
        raise CommandError(f"--port {arguments.port}: {why}: choose another") from None
    return 0
