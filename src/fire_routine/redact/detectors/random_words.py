"""Random words: tokens and passwords of unknown forms, by their place and by the words around them.

Only a generator makes a word of such short pieces as `r4Jx0Vq9TzLw`. It is a secret as the value of a short
option (`-P r4Jx…`, `-n ci:r4Jx…`), after words such as `password` or `log in` on its line, and, where it is
longer, beside words such as `401` and `refused`. Enough alone are a vendor's prefix, as in `acme_r4Jx…`
(https://github.blog/2021-04-05-behind-githubs-new-authentication-token-formats/), and the length of a row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...patterns import pattern
from ..heuristics import is_hex, is_ordinary, turns_often
from ..spans import Span
from ..text_index import TextIndex, occurrences

_WORD = pattern(
    r"(?<![A-Za-z0-9_.%-])(?=[A-Za-z_.-]{0,64}[0-9])[A-Za-z0-9][A-Za-z0-9_.-]{8,510}[A-Za-z0-9]={0,2}"
    r"(?![A-Za-z0-9_=-])"
)
_PREFIX = pattern(r"[a-z][a-z0-9]{1,15}(?:[_-][a-z0-9]{1,12}){0,3}?(?P<mark>[_.-])(?=[A-Za-z0-9])")
_PUBLIC = pattern(  # a first or last word of what has a digest
    r"sha\d*|md5|cache|hash|digest|commit|rev|image|layer|network|build|pkg|v\d|chunk|index|main|trace|span|id|run|job"
)
_ACCESS = pattern(
    r"40[13]|unauthori[sz]ed|forbidden|denied|refused|rejected|invalid|expired|token|\bauth|credential"
    r"|log(?:ged )?in|api|\bbad\b|revoked",
    re.IGNORECASE,
)
_OPTION = pattern(r"(?:^|[\s\"'])-[A-Za-z]{1,4}[ =]?[ ]{0,3}[\"']?(?:[\w.@-]{1,64}:){0,2}\Z")
_NAMED = pattern(
    r"(?:(?:passw(?:or)?d|pass ?phrase|passcode|\bPIN\b|secret|token|credential|identify|(?:api|access|secret"
    r"|private|account|auth|deploy|license|signing|encryption|session|application|master) key)[^\n=]{0,80}"
    r"|\blog(?:ged)?[ -]?in\b[^\n=]{0,40}:[^\n=]{0,40})(?:[\s\"'`\[(:<]|\[[\w.@-]{1,64}/)\Z",
    re.IGNORECASE,
)
_ALONE = pattern(r"[\s\"'`(<\[=:,]?x(?![/.@])")
_AROUND = 80  # characters in front of a word that may speak of access; half of them after it
_BEFORE = 120  # characters in front of a word that name it
_TOKEN, _HEX, _ROW = (
    20,
    32,
    80,
)  # characters: of a token after its prefix, of a digest, more than of a row of base64


def find(index: TextIndex) -> Iterator[Span]:
    """The random words that are secret."""
    for word in {match.group() for match in _WORD.finditer(index.words)}:
        sure = _is_token(word)
        if sure or _is_random(word):
            for start in occurrences(index.text, word):
                end = start + len(word)
                if sure and _ALONE.match(
                    index.text[max(0, start - 1) : start] + "x" + index.text[end : end + 1]
                ):
                    yield Span(start, end, "token")
                elif _is_told(index.text, start, end):
                    yield Span(start, end, "password")


def _is_token(word: str) -> bool:
    """Whether its form alone, a prefix before random characters or its length, shows that it is a token."""
    prefix = _PREFIX.match(word)
    if not prefix:
        return len(word) > _ROW and word.isalnum() and _is_random(word)
    random = word[prefix.end() :]
    words = re.split("[_.-]", prefix.group())
    if len(random) < _TOKEN or any(map(_PUBLIC.fullmatch, (words[0], words[-2]))):
        return False
    return _is_random(random) or (len(random) >= _HEX and prefix["mark"] == "_" and is_hex(random))


def _is_told(text: str, start: int, end: int) -> bool:
    """Whether a random word's place, or what is around it, says that it is secret."""
    before = text[max(0, start - _BEFORE) : start].rpartition("\n")[2]
    if _OPTION.search(before) or _NAMED.search(before):
        return True
    around = before[-_AROUND:] + text[start : end + _AROUND // 2].partition("\n")[0]
    return end - start >= _HEX and _ACCESS.search(around) is not None


def _is_random(word: str) -> bool:
    """Whether it has both cases and digits, in more and shorter pieces than words have."""
    characters = "".join(filter(str.isalnum, word))
    return (
        not is_ordinary(word)
        and turns_often(characters)
        and not (characters.isupper() or characters.islower())
    )
