"""Failures in an entry: short fingerprints, as text and back. Pure.

4f3a1c2b              a failure
x4f3a1c2              one without a log
7 failures 4f3a1c2b   several together, where they don't fit; `x`: all without a log, `y`: some of them
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

from ...model import Fingerprint

EXPRESSION = r"[0-9a-fx][0-9a-f]{7}(?: [0-9a-fx][0-9a-f]{7})*|[0-9]{1,6} failures [0-9a-fxy][0-9a-f]{7}"
_LENGTH = 8  # characters of a short fingerprint, the letter included


def short(fingerprint: Fingerprint) -> Fingerprint:
    """The same with as much of its digest as an entry holds."""
    length = _LENGTH - fingerprint.uncertain
    digest = fingerprint.digest[:length]
    if not re.fullmatch(rf"[0-9a-f]{{{length}}}", digest):
        digest = _digest(fingerprint.digest)[:length]
    return Fingerprint(digest, fingerprint.count, fingerprint.no_log, fingerprint.partly)


def together(fingerprints: Sequence[Fingerprint]) -> Fingerprint:
    """One short fingerprint for several."""
    no_log = [one.no_log for one in fingerprints]
    return short(
        Fingerprint(
            _digest(text(fingerprints)),
            count=len(fingerprints),
            no_log=all(no_log),
            partly=any(no_log) and not all(no_log),
        )
    )


def text(fingerprints: Sequence[Fingerprint]) -> str:
    """Short fingerprints as an entry holds them."""
    return " ".join(map(_text, fingerprints))


def _text(one: Fingerprint) -> str:
    letter = "x" if one.no_log else "y" if one.partly else ""
    return (f"{one.count} failures " if one.count > 1 else "") + letter + one.digest


def read(written: str) -> tuple[Fingerprint, ...]:
    """The short fingerprints of a text that `EXPRESSION` matches."""
    count, _, several = written.partition(" failures ")
    if several:
        return (_read(several, int(count)),)
    return tuple(_read(one, 1) for one in written.split())


def _read(written: str, count: int) -> Fingerprint:
    digest = written.lstrip("xy")
    return Fingerprint(digest, count, no_log=written.startswith("x"), partly=written.startswith("y"))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
