"""Where a job ran, from the head of its log: the runner's image and the versions of tools."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache

from ...model import Digest
from ...patterns import pattern
from ...sanitize import visible
from ..lines.clean import numbered
from ..lines.multi_search import Literals
from ..rules import table

HEAD = 256 * 1024  # bytes from the start of a log: its set-up, and the header of a short test run
MOST_TOOLS = 6

_STAMP = r"^(?:\ufeff?\d{4}-\d\d-\d\dT\S{1,20}Z )?[ \t]*"
# https://github.com/actions/runner-images: each log of a hosted runner begins with "Runner Image".
_IMAGE = pattern(
    _STAMP + r"Image: (?P<image>[\w.-]{1,60})[ \t\r]*\n" + _STAMP[1:] + r"Version: (?P<version>[\w.]{1,40})",
    re.MULTILINE,
)
_TOOLS = table("tool")
_VERSION = pattern(f"{_STAMP}(?:{_TOOLS['version']})", re.MULTILINE)


@cache
def _words() -> Literals:
    """What is in each line that one of the expressions accepts."""
    return Literals((b"Image: ", b"Version: ", *(text.encode() for text in _TOOLS["holds"])))


class Environment:
    """Watches a log pass by, and then completes its digest."""

    def __init__(self) -> None:
        self._head = bytearray()

    def watch(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            if len(self._head) < HEAD:
                self._head += chunk[: HEAD - len(self._head)]
            yield chunk

    def complete(self, digest: Digest) -> Digest:
        """The digest with the image and the tools' versions, as far as the log names them."""
        head = bytes(self._head)
        lines = head.split(b"\n")
        places = numbered(head, _words().ends(head))
        text = b"\n".join([lines[at] for at in places]).decode("utf-8", "replace")
        text = visible(text.replace("\r\n", "\n"))
        image = _IMAGE.search(text)
        found: dict[str, str] = {}
        for match in _VERSION.finditer(text):
            found.setdefault(_TOOLS["groups"][(match.lastindex or 1) - 1], match[match.lastindex or 1])
        return replace(
            digest,
            image=f"{image['image']} {image['version']}" if image else "",
            tools=tuple(f"{tool} {version}" for tool, version in found.items())[:MOST_TOOLS],
        )
