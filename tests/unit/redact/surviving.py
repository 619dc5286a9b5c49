"""Whether a planted secret can still be read from lines, by the eye or by decoding."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Sequence
from urllib.parse import unquote

from .planted import Planted

_MARK = re.compile(r"\[redacted:[\w-]+\]")
_BETWEEN = re.compile(r"[\s│|]+|web-1")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{8,}={0,2}")


def surviving(planted: Planted, lines: Sequence[str]) -> list[str]:
    """The pieces of the secret of which more than half can be read in the lines."""
    text = "\n".join(lines)
    readings = list(_readings(text))
    return [piece for piece in planted.secret if any(_half_of(piece, reading) for reading in readings)]


def _half_of(piece: str, reading: str) -> bool:
    length = len(piece) // 2 + 1
    return any(piece[start : start + length] in reading for start in range(len(piece) - length + 1))


def _readings(text: str) -> Iterator[str]:
    joined = _BETWEEN.sub("", _MARK.sub("\0", text))
    for reading in (_MARK.sub("\0", text), joined):
        yield reading
        decoded = unquote(unquote(reading))
        yield decoded
        yield decoded.replace("\\", "")
    for run in _BASE64.findall(joined):
        body = run.rstrip("=").replace("-", "+").replace("_", "/")
        yield base64.b64decode(body[: len(body) // 4 * 4]).decode("latin-1")
