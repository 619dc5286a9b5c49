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
from ..text_index import TextIndex, in_time

KIND = "kubernetes-secret"

_ANY = pattern(r"\bkind\"?: {0,8}\"?Secret\b")
_IS_SECRET = pattern(r"[ \t]*(?:- )?\"?kind\"?:[ \t]{0,8}\"?Secret\"?,?[ \t]*$")
_DATA = pattern(r"[ \t]*(?:- )?\"?(?:data|stringData)\"?:[ \t]{0,8}\{?[ \t]*$")
_VALUE = pattern(  # of an entry, or a line of a block scalar
    r"[ \t]*(?:\"?[\w.-]{1,253}\"?:[ \t]{1,8}(?:\"(?P<quoted>[^\"]{1,65536})|(?P<plain>[^\s\"{|>].*))"
    r"|(?P<row>(?![\w.-]{1,253}:[ \t]*[|>])\S.*))"
)
_INLINE = pattern(r"\"(?:data|stringData)\":[ ]?\{([^{}\n]{1,65536})\}")
_INLINE_VALUE = pattern(r"\"[\w.-]{1,253}\":[ ]?\"([^\"]{1,65536})\"")
_REACH = 400  # lines of a manifest on either side of its kind


def find(index: TextIndex) -> Iterator[Span]:
    """The values of Secrets in `text`."""
    if not _ANY.search(index.text):
        return
    lines = index.text.split("\n")
    starts = [0, *accumulate(len(line) + 1 for line in lines)]
    for number, line in in_time(enumerate(lines)):
        for entry, (first, end) in _values(lines, number) if "Secret" in line else ():
            if not is_placeholder(lines[entry][first:end]):
                yield Span(starts[entry] + first, starts[entry] + end, KIND)


def _values(lines: list[str], number: int) -> Iterator[tuple[int, tuple[int, int]]]:
    """Line number and columns of each value of the Secret that names its kind in that line."""
    if _IS_SECRET.match(lines[number]):
        depth = _depth(lines[number])
        in_data = False
        for entry in _manifest(lines, number, depth):
            line = lines[entry]
            if line.strip() and _depth(line) <= depth:
                in_data = _DATA.match(line) is not None
            elif in_data and (value := _VALUE.match(line)) and value.lastgroup:
                yield entry, value.span(value.lastgroup)
    elif _ANY.search(lines[number]):
        for data in _INLINE.finditer(lines[number]):
            for value in _INLINE_VALUE.finditer(lines[number], *data.span(1)):
                yield number, value.span(1)


def _depth(line: str) -> int:
    """Columns before a line's key; the dash of a list's item counts as a column."""
    return len(line) - len(line.lstrip(" \t")) + (2 if line.lstrip().startswith("- ") else 0)


def _manifest(lines: list[str], kind: int, depth: int) -> range:
    """The lines of the manifest that has its `kind` at that line and depth."""
    first, last = kind, kind + 1
    while kind - first < _REACH and first > 0 and not lines[first].lstrip().startswith("- "):
        if _is_edge(lines[first - 1], depth):
            break
        first -= 1
    while last - kind < _REACH and last < len(lines) and not _is_edge(lines[last], depth):
        last += 1
    return range(first, last)


def _is_edge(line: str, depth: int) -> bool:
    """Whether a manifest with keys at that depth begins or ends here, or another one begins."""
    begins = line.lstrip().startswith(("- ", "---", "kind:", '"kind"'))
    return bool(line.strip()) and (_depth(line) < depth or (begins and _depth(line) <= depth))
