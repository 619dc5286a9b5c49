"""Redacts secrets that GitHub's masking missed, before a text leaves or is shown.

`redact` first removes escape sequences and invisible characters (`sanitize.visible`), so that a secret
which they split is whole. Then it looks for secrets. The caller sanitizes the rest.

Why not a maintained library? Those on PyPI that can be installed were measured on 2.7 MB of CI logs (Python
3.11, 2026-11). `bench/redaction.py` repeats the measurement.

| detector | start | speed | false findings |
|---|---|---|---|
| detect-secrets 1.5.0 | 0.4 s | 0.15 MB/s | 550, commit SHAs and cache paths |
| kingfisher-secret-scanner 1.5.0 | 5 s, as each runner compiles its rules | 190 MB/s | 0 |
| this package | 15 ms | 3 to 4 MB/s, 60 ms for everything that a job shows | 0 |

kingfisher is a wheel of 16 MB, takes the start-up time that this action promises, and looks at files. It
does not join lines that were wrapped at a column, or rows of a key without its marks. It does not use the
name of a password.

The parts: `detectors` find secrets, one kind of place each. `heuristics` describe what a value looks like.
`decoders` and `line_wraps` give the detectors the decoded text and joined lines.
`engine` runs them all. All repetitions in patterns are bounded or possessive: the time is linear in the
text's length.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from itertools import islice

from ..sanitize import visible
from .engine import find_in_parts, find_secrets, kept
from .spans import replace
from .text_index import within

__all__ = ["keep_out", "redact", "redact_parts", "redact_text"]

_SHORTEST = 8  # characters of a value that is kept out
_own: tuple[str, ...] = ()


def keep_out(*secrets: str) -> None:
    """Have these values, the action's own tokens, replaced in all that is redacted from now on.

    They need no known format. Earlier ones are forgotten.
    """
    global _own
    lines = (line.strip() for secret in secrets for line in secret.splitlines())
    _own = tuple(dict.fromkeys(line for line in lines if len(line) >= _SHORTEST))


def redact(lines: Sequence[str], public: Collection[str] = ()) -> tuple[list[str], Counter[str]]:
    """The lines, with a mark such as `[redacted:github-token]` for each secret, and a count by kind.

    Pass all lines that belong together at once: a secret may span several lines, and its value is recognised
    wherever it is repeated.

    Args:
        public: values that are known not to be secret, such as the head SHA. Where a name like `token` is
            before one, or before a part of one, only that occurrence is redacted.
    """
    if not lines:
        return [], Counter()
    text, counts = redact_text("\n".join(lines), public)
    redacted = iter(text.split("\n"))
    return [_next_line(redacted, line.count("\n")) for line in lines], counts


def _next_line(lines: Iterator[str], breaks: int) -> str:
    return "\n".join(islice(lines, breaks + 1)) if breaks else next(lines)


def redact_text(text: str, public: Collection[str] = ()) -> tuple[str, Counter[str]]:
    """The same for a text; its line feeds stay."""
    text = visible(text)
    return replace(text, find_secrets(text, public, _own))


def redact_parts(
    parts: Sequence[str], public: Collection[str], seconds: float
) -> tuple[list[str], Counter[str]]:
    """The lines of texts that belong together by their values alone; what is found is kept for the next time.

    Raises:
        TooSlowError: it takes longer than `seconds`.
    """
    parts = [visible(part) for part in parts]
    with within(seconds):
        text, counts = replace("\n".join(parts), find_in_parts(parts, public, _own, kept))
    return text.split("\n"), counts
