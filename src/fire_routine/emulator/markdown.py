"""The Markdown that the action writes → HTML, for pages on loopback.

As much of GitHub Flavored Markdown as texts and summaries hold: headings, paragraphs, lists, quotations and
alerts, fenced blocks, folds, code spans, links, bold. Everything else is shown as it is written, escaped.
The tests compare it with cmark-gfm, the library of GitHub's own rendering, which the action must not
need.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator

_FENCE = re.compile(r"(`{3,})([A-Za-z0-9_.+-]*)$")
_HEADING = re.compile(r"(#{1,6}) (.*)")
_FOLD = re.compile(r"(<details(?: open)?>)(?:<summary>([^<]*)</summary>)?|</details>")
_COMMENT = re.compile(r"<!--.*?-->")
_ALERT = re.compile(r"\[!(TIP|NOTE|WARNING|CAUTION)\]")
_INLINE = re.compile(
    r"(?P<ticks>(?<!`)`+(?!`))(?P<code>.+?)(?<!`)(?P=ticks)(?!`)"
    r"|\\(?P<escaped>[!-/:-@\[-`{-~])"
    r"|\[(?P<label>(?:[^\[\]`]|`[^`]*`)+)\]\((?P<url>https?://[^\s()<>]+)\)"
    r"|<(?P<address>https?://[^\s<>]+)>"
    r"|(?P<bare>https?://[^\s<>]*[^\s<>.,:;!?)'\"*_~])"
    r"|\*\*(?P<bold>(?:[^*`]|`[^`]*`|\*(?!\*))+)\*\*"
    r"|<span>(?P<span>[@#])</span>"
)


def to_html(markdown: str) -> str:
    """The body of a page. No tag in it but those of the list above; links lead to http(s) alone."""
    return "\n".join(_blocks(markdown.split("\n")))


def _blocks(lines: list[str]) -> Iterator[str]:
    at = 0
    while at < len(lines):
        line = lines[at]
        if fence := _FENCE.fullmatch(line):
            end = _end_of_fence(lines, at + 1, fence[1])
            code = "".join(f"{row}\n" for row in lines[at + 1 : end])
            yield f"<pre><code>{html.escape(code)}</code></pre>"
            at = end + 1
        elif heading := _HEADING.fullmatch(line):
            size = len(heading[1])
            yield f"<h{size}>{_inline(heading[2])}</h{size}>"
            at += 1
        elif fold := _FOLD.fullmatch(line):
            summary = f"<summary>{fold[2]}</summary>" if fold[2] else ""
            yield f"{fold[1] or '</details>'}{summary}"
            at += 1
        elif line.startswith(">"):
            end = _while(lines, at, lambda row: row.startswith(">"))
            yield _quotation([row[1:].removeprefix(" ") for row in lines[at:end]])
            at = end
        elif line.startswith("- "):
            end = _while(lines, at, lambda row: row.startswith(("- ", "  ")) or not row)
            yield f"<ul>{''.join(_items(lines[at:end]))}</ul>"
            at = end
        elif not line.strip() or _COMMENT.fullmatch(line):
            at += 1
        else:
            end = _while(lines, at + 1, _continues)
            yield f"<p>{_inline(chr(10).join(lines[at:end]))}</p>"
            at = end


def _continues(line: str) -> bool:
    """Whether a line goes on with the paragraph above it."""
    return bool(line.strip()) and not (
        line.startswith((">", "- "))
        or _FENCE.fullmatch(line)
        or _HEADING.fullmatch(line)
        or _FOLD.fullmatch(line)
    )


def _while(lines: list[str], at: int, holds: Callable[[str], bool]) -> int:
    """The first place from `at` on whose line is another."""
    while at < len(lines) and holds(lines[at]):
        at += 1
    return at


def _end_of_fence(lines: list[str], at: int, marks: str) -> int:
    while at < len(lines) and not (lines[at].strip("`") == "" and len(lines[at]) >= len(marks)):
        at += 1
    return at


def _quotation(lines: list[str]) -> str:
    if lines and (alert := _ALERT.fullmatch(lines[0])):
        kind = alert[1].lower()
        title = f'<p class="alert-title">{kind.title()}</p>'
        return f'<blockquote class="alert {kind}">{title}{"".join(_blocks(lines[1:]))}</blockquote>'
    return f"<blockquote>{''.join(_blocks(lines))}</blockquote>"


def _items(lines: list[str]) -> Iterator[str]:
    """The items of a list. Blank lines within an item make paragraphs."""
    items: list[list[str]] = []
    for line in lines:
        if line.startswith("- "):
            items.append([line[2:]])
        else:
            items[-1].append(line.removeprefix("  "))
    for item in items:
        while item and not item[-1].strip():
            item.pop()
        if len(item) == 1:
            yield f"<li>{_inline(item[0])}</li>"
        else:
            yield f"<li>{''.join(_blocks(item))}</li>"


def _inline(text: str) -> str:
    parts, at = [], 0
    for match in _INLINE.finditer(text):
        parts += [html.escape(text[at : match.start()], quote=False), _piece(match)]
        at = match.end()
    return "".join([*parts, html.escape(text[at:], quote=False)])


def _piece(match: re.Match[str]) -> str:
    found = match.groupdict()
    if found["code"] is not None:
        code = found["code"].replace("\n", " ")
        padded = code.startswith(" ") and code.endswith(" ") and code.strip()
        return f"<code>{html.escape(code[1:-1] if padded else code, quote=False)}</code>"
    if found["escaped"]:
        return html.escape(found["escaped"], quote=False)
    if found["label"]:
        return f'<a href="{html.escape(found["url"])}">{_inline(found["label"])}</a>'
    if address := found["address"] or found["bare"]:
        return f'<a href="{html.escape(address)}">{html.escape(address, quote=False)}</a>'
    if found["bold"]:
        return f"<strong>{_inline(found['bold'])}</strong>"
    return str(found["span"])
