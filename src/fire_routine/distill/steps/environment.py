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

HEAD = 256 * 1024  # bytes from the start of a log: its set-up, and the header of a short test run
MOST_TOOLS = 6

_VERSION = r"(?P<{}>\d[\w.+-]{{0,40}})"
_STAMP = r"^(?:\ufeff?\d{4}-\d\d-\d\dT\S{1,20}Z )?[ \t]*"
# https://github.com/actions/runner-images: each log of a hosted runner begins with "Runner Image".
_IMAGE = pattern(
    _STAMP + r"Image: (?P<image>[\w.-]{1,60})[ \t\r]*\n" + _STAMP[1:] + r"Version: (?P<version>[\w.]{1,40})",
    re.MULTILINE,
)
# What tools print of themselves, each in the wording of its --version, or of the action that sets it up.
_TOOLS = {
    "Python": r"Successfully set up CPython \({}\)|platform \w+ -- Python {}\b|Python {}$",
    "Node.js": r"node: v{}$",  # actions/setup-node, "Environment details"
    "Go": r"go version go{} ",
    "rustc": r"rustc {} \(",
    "Java": r"openjdk (?:version \")?{}",
    "Ruby": r"ruby {} \(",
    "PHP": r"PHP {} \(cli\)",
    ".NET": r"dotnet-install: Installed version is {}$",
    "CMake": r"cmake version {}",
    "GCC": r"gcc \([^)\n]{1,60}\) {}",
    "clang": r"(?:\w+ )?clang version {}",
}


# One is in each line that any of these patterns accepts.
_WORDS = (
    b"Image: ",
    b"Version: ",
    b"CPython (",
    b"Python ",
    b"node: v",
    b"go version ",
    b"rustc ",
    b"openjdk ",
    b"ruby ",
    b"PHP ",
    b"dotnet-install: ",
    b"cmake version ",
    b"gcc (",
    b"clang version ",
)


@cache
def _words() -> Literals:
    return Literals(_WORDS)


@cache
def _tools() -> tuple[re.Pattern[str], dict[str, str]]:
    """One pattern for all of them, and the tool of each of its groups."""
    groups: dict[str, str] = {}
    parts = []
    for tool, wording in _TOOLS.items():
        pieces = wording.split("{}")
        text = pieces[0]
        for piece in pieces[1:]:
            group = f"v{len(groups)}"
            groups[group] = tool
            text += _VERSION.format(group) + piece
        parts.append(text)
    return re.compile(f"{_STAMP}(?:{'|'.join(parts)})", re.MULTILINE), groups


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
        tools, groups = _tools()
        for match in tools.finditer(text):
            for group, version in match.groupdict().items():
                if version:
                    found.setdefault(groups[group], version)
        return replace(
            digest,
            image=f"{image['image']} {image['version']}" if image else "",
            tools=tuple(f"{tool} {version}" for tool, version in found.items())[:MOST_TOOLS],
        )
