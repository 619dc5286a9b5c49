"""What GitHub answered PyGithub's developers: the exchanges that they recorded for their own tests.

They are in PyGithub's source distribution, whose version and SHA-256 the lock holds. It is downloaded
once, next to the test environment, and only read: nothing of it is installed, executed or kept in this
repository (LGPL).
"""

from __future__ import annotations

import ast
import io
import os
import re
import sys
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from html import unescape
from pathlib import Path
from urllib.parse import urljoin
from urllib.request import urlopen

LOCK = Path(__file__).parents[2] / "requirements.txt"
PATIENCE = 20.0  # seconds for the index, and for the file


class UnavailableError(Exception):
    """The recordings can't be had here; why, in one line."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request as it was sent to api.github.com, and GitHub's answer."""

    method: str
    target: str  # path and query
    status: int
    headers: Mapping[str, str] = field(repr=False)  # by lower-case name
    body: bytes = field(repr=False)


def exchanges(recording: str) -> list[Exchange]:
    """Those of a recording, such as `WorkflowRun.setUp`: ten lines each, and an empty one.

    Raises:
        UnavailableError: there is neither a download nor an index.
        ValueError, KeyError: it is not there, or not of that format.
    """
    lines = _recordings()[recording].decode().rstrip("\n").split("\n")
    found = []
    for start in range(0, len(lines), 11):
        block = [*lines[start : start + 11], "", ""]  # an empty answer may be the file's end
        scheme, method, host, _, target, _, _, status, headers, body, end, *_ = block
        if scheme not in ("http", "https") or end:
            raise ValueError(f"{recording}: line {start + 1} begins no exchange")
        if host != "api.github.com":
            raise ValueError(f"{recording}: line {start + 1} is of {host}")
        named = {name.lower(): value for name, value in ast.literal_eval(headers)}
        found.append(Exchange(method, target, int(status), named, body.encode()))
    return found


@cache
def _recordings() -> Mapping[str, bytes]:
    """All recordings, by name."""
    with tarfile.open(fileobj=io.BytesIO(_archive())) as files:
        return {
            Path(member.name).stem: content.read()
            for member in files
            if "/ReplayData/" in member.name and (content := files.extractfile(member))
        }


def _archive() -> bytes:
    """The source distribution, as the lock pins it."""
    locked = re.search(r"^pygithub==(\S+)((?: \\\n +--hash=sha256:\w+)+)", LOCK.read_text("utf-8"), re.M)
    if not locked:
        raise ValueError(f"{LOCK.name} pins no PyGithub")
    name, hashes = f"pygithub-{locked[1]}.tar.gz", re.findall(r"sha256:(\w+)", locked[2])
    kept = Path(sys.prefix, name)
    data = kept.read_bytes() if kept.exists() else b""
    if sha256(data).hexdigest() in hashes:
        return data
    try:
        data = download("pygithub", name)
    except (OSError, ValueError) as error:
        raise UnavailableError(f"{name} can't be had from the package index ({error})") from None
    if sha256(data).hexdigest() not in hashes:
        raise ValueError(f"{name} is not the file that {LOCK.name} pins")
    unfinished = kept.with_name(f"{name}-{os.getpid()}")
    unfinished.write_bytes(data)
    unfinished.replace(kept)
    return data


def download(project: str, name: str) -> bytes:
    """A file of a project on the package index.

    pip can't do it: `pip download` builds a source distribution, so it would execute it.
    https://packaging.python.org/specifications/simple-repository-api/

    Raises:
        OSError, ValueError: it can't be had.
    """
    index = os.environ.get("PIP_INDEX_URL") or "https://pypi.org/simple"
    page = f"{index.rstrip('/')}/{project}/"
    with urlopen(page, timeout=PATIENCE) as answer:
        listed = re.search(rf'href="([^"#]*/{re.escape(name)})[#"]', answer.read().decode())
    if not listed:
        raise ValueError(f"{page} does not list it")
    with urlopen(urljoin(page, unescape(listed[1])), timeout=PATIENCE) as answer:
        content: bytes = answer.read()
    return content
