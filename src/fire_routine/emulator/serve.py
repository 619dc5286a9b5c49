"""`fire-routine emulate`: the endpoint, and a GitHub for each recording, until interrupted."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TextIO

from .endpoint import REPLIES, Endpoint
from .github import ReplayedGitHub

RECORDINGS = Path(__file__).parent / "recordings"


def serve(port: int, out: TextIO, ending: threading.Event) -> None:
    """Serve on loopback until `ending` is set; `out` gets what can be tried, then a line for each request.

    The endpoint takes `port`, the GitHubs the ones after it; with port 0 each takes a free one.

    Raises:
        OSError: a port is taken.
    """

    def say(line: str) -> None:
        print(line, file=out, flush=True)

    with ExitStack() as stack:
        endpoint = stack.enter_context(Endpoint(port=port, announce=say))
        say(f"The routine endpoint, with the sessions and requests it has seen: {endpoint.home}")
        say(f"  ROUTINE_FIRE_URL={endpoint.url} ROUTINE_FIRE_TOKEN={endpoint.token}")
        say(f"  other routines there answer an error: trig_{', trig_'.join(REPLIES)}")
        for number, recording in enumerate(_recordings(), start=1):
            github = stack.enter_context(ReplayedGitHub.of(recording, port=port + number if port else 0))
            failed = next(run for run in github.runs.values() if run["conclusion"] == "failure")
            say(f"A GitHub that replays {recording.name}: {github.url}")
            say(f"  GITHUB_API_URL={github.url} GITHUB_TOKEN={github.token}")
            say(f"  fire-routine preview https://github.com/{github.full_name}/actions/runs/{failed['id']}")
        say("Ctrl-C ends it.")
        ending.wait()


def _recordings() -> Iterator[Path]:
    for manifest in sorted(RECORDINGS.glob("*/recording.json")):
        yield manifest.parent
