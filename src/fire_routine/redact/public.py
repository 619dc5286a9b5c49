"""What is public, though it looks random or has the name of a secret.

A marker names it, it begins like a public key, it is one of two digests that are compared, or it is in a
block that says so. Detectors that judge by the look or the name of a value ask here. What identifies
itself as a secret, such as a vendor's token or a private key, is one beside any marker.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from ..patterns import pattern
from .token_formats import word_pattern

_WORD_BEFORE = pattern(r"[A-Za-z0-9+/_.~-]{0,512}\Z")
_WORD_AFTER = pattern(r"[A-Za-z0-9+/_.~-]{0,512}+={0,2}")
_BEFORE = 100  # characters in front of a value that name it
_LINK = (  # between a marker and its value, which may be of a list, an ETag or a digest
    r"[\"'`]?\]?[ \t]{0,8}(?:=>|[:=]|is(?=[ \t]))?[ \t]{0,24}(?:\[\s{0,40})?(?:W/)?[\"'`(<\[{]{0,3}"
    r"(?:(?:sha\d{1,3}|md5|h\d)[:-](?:[\w+/=-]{8,64}[:$])?)?\Z"
)
_COMPARED = pattern(
    r"(?:expected|actual|got|specified|wanted|received|computed|calculated|found|mismatch|differs from|[!=]=)"
    r"(?:[ \t]{1,4}(?:digest|hash|checksum|sha\d{1,3}))?" + _LINK,
    re.IGNORECASE,
)
_DIGEST = pattern(r"[\w+/-]{27}=|[\w+/-]{43}=|[\w+/-]{64}|[\w+/-]{86}==|[0-9a-f]{32,128}", re.ASCII)
# A public key of OpenSSH (RFC 4253) or in DER (RFC 5280); a certificate or a public key in PEM as base64
_BEGINS = pattern(
    r"AAAA[B-E]\w|M(?:Co|Fk|Ha|Fw)w|MII[BC]IjANBgkqhki|LS0tLS1CRUdJTiB(?:DRVJU|UUlVTVEVE|QVUJMSUM)"
)
# Of Haskell and others: a name, a version, and the digest of what it was built from
_PACKAGE = pattern(r"[A-Za-z][\w-]{0,80}-\d{1,4}(?:\.\d{1,5}){1,5}-[A-Za-z0-9]{20,64}")
_LABEL = r"(?![\w ]{0,40}(?:PRIVATE|Static))"
_GAP = r"(?:\\[nr]|[\s\"',|│]){1,80}"  # between the rows of a block
_ROW = r"[A-Za-z0-9+/]{1,76}={0,2}"
_BLOCK = pattern(
    rf"-{{4,5}} ?BEGIN {_LABEL}[\w ]{{1,40}}?-{{4,5}}"
    rf"(?:(?:[^-]|-(?!---)){{0,65536}}+-{{4,5}} ?END "
    rf"|(?:{_GAP}[A-Za-z0-9+/]{{40,76}}){{0,400}}{_GAP}{_ROW}(?!\S))"
)
_END = pattern(rf"-{{4,5}} ?END {_LABEL}")
_LAST_ROW = pattern(rf"{_ROW}{_GAP}\Z")


def is_public(text: str, start: int, end: int) -> bool:
    """Whether text[start:end], or the longer word that it is a part of, is public."""
    word_before = _WORD_BEFORE.search(text, max(0, start - 512), start)
    word_after = _WORD_AFTER.match(text, end)
    start = word_before.start() if word_before else start
    word = text[start : word_after.end() if word_after else end]
    before = text[max(0, start - _BEFORE) : start].rpartition("\n")[2]
    return (
        _BEGINS.match(word) is not None
        or _PACKAGE.search(word) is not None
        or _is_marked(before)
        or (_DIGEST.fullmatch(word) is not None and _COMPARED.search(before) is not None)
    )


@lru_cache(1024)
def _is_marked(before: str) -> bool:
    """Whether a text ends with a marker of public material; what is before values repeats itself."""
    return word_pattern("public_markers", _LINK).search(before) is not None


def blocks(text: str) -> Iterator[tuple[int, int]]:
    """Where certificates, public keys and signatures are in PEM, also without one of their marks."""
    for block in _BLOCK.finditer(text):
        yield block.span()
    for end in _END.finditer(text):
        row = _LAST_ROW.search(text, max(0, end.start() - 160), end.start())
        if row:
            yield row.start(), end.start()
