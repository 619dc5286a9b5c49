"""Random words: tokens and passwords of unknown forms, alone, by their place or by the words before them.

Only a generator makes a word of such short pieces as `r4Jx0Vq9TzLw`. In logs hardly anything but a secret
stands alone like that; what has a name (`id="r4Jx…"`) is judged by its name. Within a longer word it is a
secret as the value of a short option (`-pr4Jx…`, `-n ci:r4Jx…`), and after words such as `password` or
`log in` on its line. Enough are a vendor's prefix, as in `acme_r4Jx…`
(https://github.blog/2021-04-05-behind-githubs-new-authentication-token-formats/), and the length of a row.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterator

from ...patterns import pattern
from ..decoders import printable
from ..heuristics import is_hex, is_ordinary, mixes_case, turns_often
from ..public import blocks
from ..spans import Span
from ..text_index import TextIndex, in_time, occurrences
from ..token_formats import word_pattern

_RUN = pattern(r"[A-Za-z0-9_.%-]{10,512}+={0,2}")
_DIGIT = pattern(r"\d")
_JOINED = ("-p", "-P")  # options that may be joined to their value
_BASE64 = pattern(  # longer than a row; no digest, no public key
    r"(?<![^\s\"'`(<\[:|])(?!AAAA|MI[GI]|sha\d)[A-Za-z0-9][A-Za-z0-9+/_.-]{80,8191}={0,2}(?![\w/.@%-])"
)
_PREFIX = pattern(r"[a-z][a-z0-9]{1,15}(?:[_-][a-z0-9]{1,12}){0,3}?(?P<mark>[_.-])(?=[A-Za-z0-9])(?!\d+\.\d)")
_OPTION = pattern(
    r"(?:^|[\s\"'])(?:-[A-Za-z]{1,4}[ =]?[ ]{0,3}[\"']?|--[\w-]{1,24}[ =][\"']?[\w.@-]{1,64}:)"
    r"(?:[\w.@-]{1,64}:){0,2}\Z|(?<![\w.-])p(?:w|wd|ass)?=\Z"
)
_NAMED = pattern(
    r"(?:(?:passw(?:or)?d|(?<![a-z])pass(?![a-z])|pass ?phrase|passcode|\bPIN\b|secret|token|credential"
    r"|identify|(?:api|access|secret|private|account|auth|deploy|license|signing|encryption|session|application"
    r"|master) key)[^\n=]{0,80}|\blog(?:ged)?[ -]?in\b[^\n=]{0,40}:[^\n=]{0,40})"
    r"(?:[\s\"'`\[(:<]|\[[\w.@-]{1,64}/)\Z",
    re.IGNORECASE,
)
_BESIDE = "\"'`(<[=:,"  # and blanks: what may be in front of a token
_UNNAMED = pattern(r"(?:^|[\s(\[]|(?<![=:])(?<!: )[\"'`])\Z")  # in front of a word that has no name
_UNNAMED_SIZE = range(12, 60)  # characters of such a word: shorter than a row of an encoded file
_BEFORE = 120  # characters in front of a word that name it
_TOKEN, _HEX = 20, 32  # characters of a token after its prefix: of any, of hexadecimal digits
_ROW = 80  # characters of a row of base64
_PIECE = pattern(r"[A-Z]?[a-z]+|[A-Z]+|\d+")
_LIKE_WORDS = pattern(r"[A-Z]?[a-z]{3,}")  # of less than half of a random word, unlike `TestS3V4Sign`
_PIECES = 0.36  # of a word's characters: random words have pieces of two characters, others of four
_SHORTEST = 10  # letters and digits
_FEW = 40  # distinct words for each of which a text is searched


def find(index: TextIndex) -> Iterator[Span]:
    """The random words that are secret, outside of certificates and public keys."""
    public = sorted(blocks(index.text)) if index.contains("BEGIN") or index.contains("END") else []
    for span in _find(index):
        place = bisect(public, (span.start, len(index.text)))
        if not place or span.start >= public[place - 1][1]:
            yield span


def _find(index: TextIndex) -> Iterator[Span]:
    text = index.text
    rows = "\n".join(word for word in index.long_words.split("\n") if len(word) > _ROW)
    long = {word for word in set(_BASE64.findall(rows)) if _is_random(word) and mixes_case(word)}
    yield from (Span(start, start + len(word), "token") for word, start in _places(text, long, _BASE64))
    words = set(map(_word, filter(_DIGIT.search, in_time(set(_RUN.findall(index.words))))))
    tokens = {word for word in words if _is_token(word)}
    for word, start in _places(text, tokens.union(filter(_is_random, words)), _RUN):
        end = start + len(word)
        alone = start == 0 or text[start - 1].isspace() or text[start - 1] in _BESIDE
        alone = alone and text[end : end + 1] not in ("/", ".", "@", "+")
        if word in tokens and alone:
            yield Span(start, end, "token")
        elif _is_told(text, start, end, alone=alone):
            yield Span(start, end, "password")


def _word(run: str) -> str:
    """A run without what is around its word; empty where it is encoded: what it decodes to is looked at."""
    return "" if "%" in run else (run[2:] if run.startswith(_JOINED) else run).strip("._-")


def _places(text: str, words: set[str], pattern: re.Pattern[str]) -> Iterator[tuple[str, int]]:
    """The words with their places: a search for each, or of many one search for all."""
    if len(words) <= _FEW:
        for word in words:
            yield from ((word, start) for start in occurrences(text, word))
        return
    for match in in_time(pattern.finditer(text)):
        word = _word(match.group())
        if word in words:
            yield word, match.start() + match.group().find(word)


def _is_token(word: str) -> bool:
    """Whether it is a prefix and random characters."""
    prefix = _PREFIX.match(word) if len(word) > _TOKEN else None
    if not prefix:
        return False
    random, last = word[prefix.end() :], word.rpartition("_")[2]
    words = re.split("[_.-]", prefix.group())
    if len(random) < _TOKEN or any(map(_is_public, (words[0], words[-2]))):
        return False
    return _is_random(random) or (
        prefix["mark"] == "_"
        and not _is_public(word.split("_")[-2])
        and (len(last) >= _HEX if is_hex(last) else len(last) >= _TOKEN and turns_often(last))
    )


def _is_told(text: str, start: int, end: int, *, alone: bool) -> bool:
    """Whether a random word's place, or what is in front of it, says that it is secret."""
    before = text[max(0, start - _BEFORE) : start].rpartition("\n")[2]
    piece = text[end : end + 1] in ("+", "/")  # of base64
    if _NAMED.search(before) or (not piece and _OPTION.search(before)):
        return True
    word = text[start:end]
    return (
        alone
        and len(word.rstrip("=")) in _UNNAMED_SIZE
        and _UNNAMED.search(before) is not None
        and not ("." in word or printable(word) or any(map(_is_public, re.split("[_-]", word)[:-1])))
    )


def _is_public(word: str) -> bool:
    """Whether a word in front of a digest or an identifier says that it is one."""
    return word_pattern("public_words").fullmatch(word) is not None


def _is_random(word: str) -> bool:
    """Whether it has both cases and digits, in more and shorter pieces than words have."""
    if word.islower() or word.isupper():
        return False
    longest = max(re.split("[_.-]", word), key=len)  # of names with a digest in hexadecimal digits, that
    pieces = _PIECE.findall("".join(filter(str.isalnum, word)))
    size = sum(map(len, pieces))
    return (
        size >= _SHORTEST
        and len(pieces) >= _PIECES * size
        and 2 * sum(map(len, _LIKE_WORDS.findall(word))) < size
        and not (longest.islower() or longest.isupper() or longest.isalpha())
        and not is_ordinary(word)
    )
