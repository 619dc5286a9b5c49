"""Secrets that GitHub's masking missed, taken out before a text leaves or is shown.

`redact` first removes escape sequences and invisible characters (`sanitize.visible`), so that a
secret split by them is whole, then looks for secrets, and leaves the rest of the sanitizing to its caller.

Why rules of our own: the maintained detectors that can be installed from PyPI were measured on 2.7 MB
of CI logs (Python 3.11, 2026-11).

| detector | start | speed | false findings |
|---|---|---|---|
| detect-secrets 1.5.0 | 0.4 s | 0.15 MB/s | 550, commit SHAs and cache paths |
| kingfisher-secret-scanner 1.5.0 | 5 s, its rules compiled anew on every runner | 190 MB/s | 0 |
| this package | 15 ms | 3 to 4 MB/s, 60 ms for all a job shows | 0 |

kingfisher is very good at what it does, yet it is a 16 MB wheel, costs the start that this action
promises, and looks at files: it does not join lines wrapped at a column, nor rows of a key without its
marks, nor heed a password for the name in front of it. It had a finding in 269 of the 1,226 lines that
the tests planted secrets in by then (some made-up tokens fail its checksums, as they should). Others
(credsweeper, with 40 dependencies; gitleaks-py, last released in 2022; betterleaks-py, 54 MB) were left for
the same reasons. `bench/redaction.py` measures all this on any folder of logs.

The rules: `shapes` (tokens with a shape of their own), `assignments` (values of telling `names`, where
`placing` finds them), `credentials` (links, headers, cookies), `idioms` (tools' own flags and formats),
`blocks` (private keys), `manifests` (Kubernetes Secrets); `values` tells a secret from an ordinary value,
`readings` and `wrapping` give the rules the text decoded, commands on one line and wrapped lines joined.
All quantifiers are bounded or possessive: the time is linear in the text's length.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from ..sanitize import visible
from .engine import find_secrets
from .spans import replace

__all__ = ["redact", "redact_text"]


def redact(lines: Sequence[str], public: Collection[str] = ()) -> tuple[list[str], Counter[str]]:
    """The lines, one for one, with a mark like `[redacted:github-token]` for each secret, counted by kind.

    Give all lines that belong together at once, gaps and all: a secret may go over several of them,
    and is recognised by its value wherever it comes again.

    Args:
        public: values known to be no secrets, as the head SHA: a name like `token` in front of one, or of
            a part of it, has it taken out there alone.
    """
    if not lines:
        return [], Counter()
    text, counts = redact_text("\n".join(lines), public)
    redacted = iter(text.split("\n"))
    return ["\n".join(next(redacted) for _ in range(line.count("\n") + 1)) for line in lines], counts


def redact_text(text: str, public: Collection[str] = ()) -> tuple[str, Counter[str]]:
    """The same for a text; its line feeds stay."""
    text = visible(text)
    return replace(text, find_secrets(text, public))
