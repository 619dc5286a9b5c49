"""The values of a Kubernetes Secret (`kubectl get secret -o yaml`, `-o json`).

https://kubernetes.io/docs/concepts/configuration/secret/. kubectl sorts the keys, so `data` comes
before `kind`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate

from ...patterns import pattern
from ..heuristics import is_placeholder
from ..spans import Span
from ..text_index import TextIndex

KIND = "kubernetes-secret"

_ANY = pattern(r"kind\\*\"?: {0,8}\\*\"?Secret")
_IS_SECRET = pattern(r"(?:- )?\"?kind\"?:[ \t]{0,8}\"?Secret\"?,?[ \t]*$")
_DATA = pattern(r"(?:- )?\"?(?:data|stringData)\"?:[ \t]{0,8}\{?[ \t]*$")
_ENTRY = pattern(r"\"?[\w.-]{1,253}\"?:[ \t]{1,8}\"?(?P<value>[^\s\"{|>][^\n\"]*)\"?,?[ \t]*$")
_INLINE = pattern(r"\\*\"kind\\*\":[ ]?\\*\"Secret\\*\"")
_INLINE_DATA = pattern(r"\\*\"(?:data|stringData)\\*\":[ ]?\{([^{}\n]{1,65536})\}")
_INLINE_VALUE = pattern(r"\\*\"[\w.-]{1,253}\\*\":[ ]?\\*\"([^\"\\]{1,65536})\\*\"")
_REACH = 400  # lines of a manifest on either side of its kind


def find(index: TextIndex) -> Iterator[Span]:
    """The values of Secrets in `text`."""
    text = index.text
    if not _ANY.search(text):
        return
    lines = text.split("\n")
    starts = [0, *accumulate(len(line) + 1 for line in lines)]
    for number, line in enumerate(lines):
        if "Secret" in line:
            for entry, (first, end) in _values(lines, number):
                yield Span(starts[entry] + first, starts[entry] + end, KIND)


def _values(lines: list[str], number: int) -> Iterator[tuple[int, tuple[int, int]]]:
    """Line number and columns of each value of the Secret that names its kind in that line."""
    line = lines[number]
    if _IS_SECRET.match(line.lstrip()):
        for data in _data_lines(lines, number):
            yield from _entries(lines, data)
    elif _INLINE.search(line):
        for match in _INLINE_DATA.finditer(line):
            for value in _INLINE_VALUE.finditer(line, *match.span(1)):
                if not is_placeholder(value[1]):
                    yield number, value.span(1)


def _depth(line: str) -> int:
    """Columns before a line's key; the dash of a list's item counts as a column."""
    return len(line) - len(line.lstrip(" \t")) + (2 if line.lstrip().startswith("- ") else 0)


def _data_lines(lines: list[str], kind: int) -> Iterator[int]:
    """Where `data` is in the manifest that has its `kind` at that line."""
    depth = _depth(lines[kind])
    for step, stop in ((-1, max(-1, kind - _REACH)), (1, min(len(lines), kind + _REACH))):
        for number in range(kind, stop, step):
            line = lines[number]
            if _DATA.match(line.lstrip()) and _depth(line) == depth:
                yield number
            if (number != kind and _edge(line, depth)) or (step < 0 and line.lstrip().startswith("- ")):
                break


def _edge(line: str, depth: int) -> bool:
    """Whether a manifest with keys at that depth begins or ends here, or another one begins."""
    begins = line.lstrip().startswith(("- ", "---", "kind:", '"kind"'))
    return bool(line.strip()) and (_depth(line) < depth or (begins and _depth(line) <= depth))


def _entries(lines: list[str], data: int) -> Iterator[tuple[int, tuple[int, int]]]:
    """Line number and columns of each value below `data`; each line of a block scalar is a value."""
    depth = _depth(lines[data])
    scalar = False
    entry_depth = 0
    quoted = lines[data].lstrip().startswith('"')  # JSON
    for number in range(data + 1, min(len(lines), data + 1 + _REACH)):
        line = lines[number]
        if line.strip() and (
            _depth(line) <= depth or (not scalar and line.lstrip().startswith('"') != quoted)
        ):
            return
        indentation = len(line) - len(line.lstrip())
        match = _ENTRY.match(line, indentation)
        if scalar and _depth(line) > entry_depth and line.strip():
            yield number, (indentation, len(line))
        elif match and not is_placeholder(match["value"]):
            yield number, match.span("value")
        elif line.rstrip().endswith(("|", ">", "|-", ">-", "|+")):
            scalar, entry_depth = True, _depth(line)
        if scalar and _depth(line) <= entry_depth and match:
            scalar = False
