"""The failures that are known by the file `known-failures`, as the default branch has it.

Never from the checkout: there the author of a pull request could have changed it, and a failure would go
unreported.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from urllib.parse import quote

from ..clock import Deadline
from ..github import fields
from ..github.client import GitHub
from ..github.missing import CONTENTS, Missing
from ..model.evidence import Attachment, Failure
from ..model.run import Note
from ..sanitize import code
from ..threads import result

MOST_BYTES = 100_000
_IGNORED = "It was ignored."


class KnownFailures:
    """The file. It is requested at once, so that the answer is there when the failures are known."""

    def __init__(self, github: GitHub, path: str, deadline: Deadline) -> None:
        """
        Args:
            path: in the repository; empty: no file is read.
        """
        self._path = path
        self._clock = github.clock
        pool = ThreadPoolExecutor(1, "known failures")
        self._answer = pool.submit(read_known_failures, github, path, deadline)
        pool.shutdown(wait=False)  # it ends with the answer

    def mark(
        self, failures: Sequence[Failure], attachments: Sequence[Attachment]
    ) -> tuple[tuple[Failure, ...], tuple[Note, ...]]:
        """The failures with the entries of the file that they match, and notes on what is wrong with it."""
        text, notes = result(self._answer)
        if not text:
            return tuple(failures), notes
        from .. import known_failures  # most repositories have no such file

        entries, wrong = known_failures.read_entries(text, self._path, self._clock.now().date())
        marked, unsearched = known_failures.mark_known(failures, entries, attachments)
        return marked, (*notes, *wrong, *unsearched)


def read_known_failures(github: GitHub, path: str, deadline: Deadline) -> tuple[str, tuple[Note, ...]]:
    """Its text, which is empty without a file, and a note if it can't be used. At most one request."""
    if not path:
        return "", ()
    missing = Missing(token=bool(github.token))
    # Without `ref`, GitHub answers with the file on the default branch.
    ask = partial(github.within(deadline).get_unless_missing, f"/contents/{quote(path.strip('/'))}", _content)
    content: bytes | str | None = missing.ask(path, CONTENTS, ask, None)
    if isinstance(content, str):
        missing.say(path, content, _IGNORED)
        content = b""
    try:
        return (content or b"").decode("utf-8-sig"), missing.collected()
    except UnicodeDecodeError:
        return "", (Note(path, "it is not UTF-8", _IGNORED),)


def _content(data: object) -> bytes | str:
    """The file's bytes, or what keeps them from being used.

    https://docs.github.com/rest/repos/contents#get-repository-content
    """
    if isinstance(data, list):
        return "it is a folder"
    file = fields.mapping(data)
    if file.get("type") != "file":
        return f"it is a {code(fields.text(file, 'type'))}, not a file"
    if (size := fields.whole(file, "size")) > MOST_BYTES:
        return f"it has {size:,} bytes, and at most {MOST_BYTES:,} are read"
    if file.get("encoding") != "base64":
        raise ValueError("unknown encoding")
    return base64.b64decode("".join(fields.text(file, "content").split()), validate=True)
