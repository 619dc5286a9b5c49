"""Tokens of vendors whose format is not known: a prefix in lower case, `_` or `-`, and random characters.

Such prefixes are what vendors have come to give their tokens (https://github.blog/2021-04-05-behind-githubs-new-authentication-token-formats/).
Letters in both cases and digits are random enough. Digits and small letters alone are also those of digests:
they count where the words around them speak of access.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...patterns import pattern
from ..heuristics import is_hex, mixes_case, mixes_digits, turns_often
from ..spans import Span
from ..text_index import TextIndex, occurrences

_TOKEN = pattern(
    r"(?<![^\s\"'`(<\[=:,])(?P<prefix>[a-z][a-z0-9]{1,15}(?:[_-][a-z0-9]{1,12}){0,3}?)(?P<mark>[_.-])"
    r"(?P<random>[A-Za-z0-9][A-Za-z0-9_-]{19,255})(?![\w/.@-])"
)
_WORDS = pattern(r"[a-z]{7}|[A-Z]{7}|[A-Z][a-z]{4}[A-Z]")  # rare among random characters
_PUBLIC = pattern(  # a first or last word of what has a digest
    r"sha\d*|md5|cache|hash|digest|commit|rev|image|layer|network|build|pkg|v\d|chunk|index|main|trace|span|id|run|job"
)
_ACCESS = pattern(
    r"40[13]|unauthori[sz]ed|forbidden|denied|refused|rejected|invalid|expired|token|\bauth|credential"
    r"|log(?:ged )?in|api",
    re.IGNORECASE,
)
_AROUND = 80  # characters in front of a token that may speak of access; half of them after it


def find(index: TextIndex) -> Iterator[Span]:
    """The tokens with a prefix and random characters."""
    for match in _TOKEN.finditer(index.long_words):
        random = match["random"]
        parts = re.split("[_-]", match["prefix"])
        if not mixes_digits(random) or any(map(_PUBLIC.fullmatch, (parts[0], parts[-1]))):
            continue
        sure = mixes_case(random) and not _WORDS.search(random)
        if sure or (match["mark"] == "_" and len(random) >= 32 and (is_hex(random) or turns_often(random))):
            for position in occurrences(index.text, match.group()):
                if sure or _ACCESS.search(
                    index.text[max(0, position - _AROUND) : position + len(match.group()) + _AROUND // 2]
                ):
                    yield Span(position, position + len(match.group()), "token")
