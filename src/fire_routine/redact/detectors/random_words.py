"""Random words in a place or beside words that speak of access: tokens and passwords of unknown forms.

Only a generator makes a word of such short pieces as `r4Jx0Vq9TzLw`. It is a secret as the value
of a short option (`-P r4Jx…`, `-n ci:r4Jx…`), and after words such as `password` or `log in` on its line.
A longer one is a token after a vendor's prefix, as in `acme_r4Jx…`
(https://github.blog/2021-04-05-behind-githubs-new-authentication-token-formats/). Digits and small letters
alone are also those of digests: they count after a prefix, where the words around them speak of access.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...patterns import pattern
from ..heuristics import is_hex, mixes_case, mixes_digits, turns_often
from ..spans import Span
from ..text_index import TextIndex, occurrences

_WORD = pattern(
    r"(?<![A-Za-z0-9_-])(?=[A-Za-z_-]{0,64}[0-9])[A-Za-z0-9][A-Za-z0-9_-]{9,511}={0,2}(?![A-Za-z0-9_=-])"
)
_PREFIXED = pattern(
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
_OPTION = pattern(r"(?:^|[\s\"'])-[A-Za-z]{1,4}[ =]?[ ]{0,3}[\"']?(?:[\w.@-]{1,64}:){0,2}\Z")
_NAMED = pattern(
    r"(?:(?:passw(?:or)?d|pass ?phrase|passcode|\bPIN\b|secret|token|credential|identify|(?:api|access|secret"
    r"|private|account|auth|deploy|license|signing|encryption|session|application|master) key)[^\n=]{0,80}"
    r"|\blog(?:ged)?[ -]?in\b[^\n=]{0,40}:[^\n=]{0,40})[\s\"'`/\[(:<]\Z",
    re.IGNORECASE,
)
_AROUND = 80  # characters in front of a token that may speak of access; half of them after it
_BEFORE = 120  # characters in front of a word that name it


def find(index: TextIndex) -> Iterator[Span]:
    """The random words that a place or a name makes a secret, and tokens with a prefix."""
    yield from _prefixed(index)
    for word in {match.group() for match in _WORD.finditer(index.words)}:
        if _is_random(word):
            for start in occurrences(index.text, word):
                before = index.text[max(0, start - _BEFORE) : start].rpartition("\n")[2]
                if _OPTION.search(before) or _NAMED.search(before):
                    yield Span(start, start + len(word), "password")


def _is_random(word: str) -> bool:
    """Whether it has both cases and digits, in more and shorter pieces than words have."""
    characters = "".join(filter(str.isalnum, word))
    return turns_often(characters) and not (characters.isupper() or characters.islower())


def _prefixed(index: TextIndex) -> Iterator[Span]:
    for match in _PREFIXED.finditer(index.long_words):
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
