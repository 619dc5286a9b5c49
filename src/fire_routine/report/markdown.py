"""Markdown that strangers' words can't break: branch, job, step and test names, messages, texts.

The rules are GitHub Flavored Markdown's (https://github.github.com/gfm/), and GitHub's own on top of it: a
word like @name or #12 becomes a mention or a reference anywhere but in code.
"""

from __future__ import annotations

import re

_ESCAPED = re.compile(r"[\\`*_\[\]<>&~|$!]|(?<=www)\.|:(?=//)|^(?:[-+=]|\d+(?=[.)]))", re.IGNORECASE)
_LINK = re.compile(
    r"(?:https://[A-Za-z0-9.-]+|http://(?:127\.0\.0\.1|localhost))(?::\d+)?(?:/[\w./~%?=&+-]*)?", re.ASCII
)


def flat(text: str, limit: int = 200) -> str:
    """`text` on one line of at most `limit` characters: white space folded, and without control, bidi,
    zero-width and tag characters (all that Unicode calls not printable)."""
    line = "".join(c for c in " ".join(text.split()) if c.isprintable())
    line = " ".join(line.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def code(text: str, limit: int = 200) -> str:
    """A name as a code span: nothing in it is Markdown, a link or a mention. Empty for an empty name.

    A pipe is left to `cell`: only in tables does it need a backslash.
    """
    line = flat(text, limit)
    if not line:
        return ""
    quote = "`" * (_longest_run("`", line) + 1)
    pad = " " if line[0] == "`" or line[-1] == "`" else ""
    return f"{quote}{pad}{line}{pad}{quote}"


def cell(markdown: str) -> str:
    """One cell of a table row. `markdown` is on one line, its pipes only in code spans."""
    return markdown.replace("|", r"\|")


def prose(text: str, limit: int = 2_000) -> str:
    """A message as running text: it looks as it is written, and nothing in it takes effect."""
    escaped = _ESCAPED.sub(_escape, flat(text, limit))
    return re.sub(r"[@#]", r"<span>\g<0></span>", escaped)


def link(label: str, url: str, *, limit: int = 200) -> str:
    """A link whose label is a code span; the label alone where `url` is no plain web address."""
    name = code(label, limit)
    return f"[{name}]({url})" if name and web_address(url) else name


def web_address(url: str) -> bool:
    """Whether `url` is https (or http on loopback) and has no character with a meaning in Markdown."""
    return len(url) <= 2_000 and _LINK.fullmatch(url) is not None


def fence(text: str) -> str:
    """`text` as a code block that nothing in it can close."""
    marks = "`" * max(3, _longest_run("`", text) + 1)
    return f"{marks}text\n{text}\n{marks}" if not text.endswith("\n") else f"{marks}text\n{text}{marks}"


def _longest_run(mark: str, text: str) -> int:
    return max((len(run) for run in re.findall(f"{re.escape(mark)}+", text)), default=0)


def _escape(match: re.Match[str]) -> str:
    taken = match[0]
    return f"{taken}\\" if taken[0].isdigit() else f"\\{taken}"
