"""Pieces of GitHub Flavored Markdown. Our own words take effect in it; what others wrote is escaped."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ..sanitize import flat, link, web_address

NAME = 100  # characters shown of a name

Clean = Callable[[str], str]
"""Takes the secrets out of a line."""


def rendered(message: str, clean: Clean) -> list[str]:
    """A message as paragraphs, each on one line: Markdown of ours, in which others' values are quoted."""
    lines = [flat(clean(line)) for line in message.splitlines()]
    return [line.strip() for line in lines if line.strip()]


def sentence(text: str, clean: Clean) -> str:
    """A short message on one line, with a stop at its end."""
    line = " ".join(rendered(text, clean))
    return line if not line or line.endswith((".", "!", "?", "…")) else f"{line}."


def capital(line: str) -> str:
    return line[:1].upper() + line[1:]


def alert(kind: str, paragraphs: Iterable[str]) -> str:
    """A GitHub alert (https://docs.github.com/get-started/writing-on-github, "Alerts").

    Where alerts are not known it is a quotation, with its kind in brackets as the first line.
    """
    body = "\n>\n".join(f"> {paragraph}" for paragraph in paragraphs)
    return f"> [!{kind}]\n{body}"


def fold(title: str, content: str, *, opened: bool = False) -> str:
    """Content under a line that opens and closes it. `title` is HTML."""
    start = "<details open>" if opened else "<details>"
    return f"{start}<summary>{title}</summary>\n\n{content}\n\n</details>"


def named_link(name: str, url: str, clean: Clean) -> str:
    """A name as a code span that links to `url`, where that is a plain web address."""
    return link(clean(name), url, NAME)


def worded_link(words: str, url: str) -> str:
    """Our own words that link to `url`; empty where that is no plain web address."""
    return f"[{words}]({url})" if web_address(url) else ""


def size(text: str) -> int:
    """Bytes of UTF-8."""
    return len(text.encode("utf-8", "replace"))
