"""Which neighbours belong to a line that a rule took."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from .classify import RAW_PREFIX
from .rules.rule import Rule
from .text import dull, shown

_CONTINUES = re.compile(
    rb"\s+at |at (?:<|\w+\.|[\w-]+, )"
    rb"|\s*\^|\s*~+\^?|Caused by|\s*\.\.\. \d+ more|\s*(?:\||\xe2\x94\x82)| *\d+ \|"
    rb"|[+-]|@@ |index [0-9a-f]{7}|\s*(?:Expected|Actual|Received|expected|actual|received|got|note|help|hint"
    rb"|Note|Hint|Reason|reason|Message|message|Stack|stack|Details|Output|stderr|stdout)\b.{0,3}[: ]"
    rb"|E  |>  |During handling|The above exception|Traceback|#\d+ |from |In file included"
    rb"|symbol:|location:|required:|found:|reason:|\S*/\S+:\d+$"
)
_BEFORE = (0.35, 0.25, 0.15)  # of the weight, for the lines before a block, the nearest first
_AFTER = (0.3, 0.25, 0.2, 0.15, 0.1)
AROUND = max(len(_BEFORE), len(_AFTER))  # lines that a block may take beyond what its rule reaches
_HEAVY = 2.0  # rules below it take little of what stands around


def _indent(line: bytes) -> int:
    return len(line) - len(line.lstrip())


def _ahead(rule: Rule, index: int, text: Callable[[int], bytes], count: int) -> int:
    """Behind the last line that belongs to the one at `index`."""
    indented = min(count, index + 1 + rule.ahead)
    paragraph = min(count, index + 1 + rule.paragraph)
    indent = _indent(text(index))
    end, blanks = index + 1, 0
    for at in range(index + 1, max(indented, paragraph)):
        line = text(at)
        bare = line.lstrip()
        if not bare:
            blanks += 1
            if blanks > 1 or at >= indented:
                break
        elif (at < paragraph and not blanks) or (
            at < indented and (len(line) - len(bare) > indent or _CONTINUES.match(line))
        ):
            blanks = 0
            end = at + 1
        else:
            break
    return end


def _back(rule: Rule, index: int, text: Callable[[int], bytes]) -> int:
    """The first line that leads to the one at `index`."""
    begin = index
    if rule.leads is not None:
        for at in range(index - 1, max(index - rule.back, 0) - 1, -1):
            line = text(at)
            if not rule.leads.match(line):
                break
            if line.strip():
                begin = at
    return begin


def _inside(text: Callable[[int], bytes]) -> Callable[[int], bytes]:
    """Lines without what another tool put before them."""

    def inner(at: int) -> bytes:
        line = text(at)
        prefix = RAW_PREFIX.match(line)
        return line[prefix.end() :] if prefix else line

    return inner


def block(rule: Rule, index: int, lines: Sequence[bytes]) -> tuple[int, list[float]]:
    """The first line of the block around the raw line at `index`, and each line's share of the weight."""
    count = len(lines)
    begin, end = index, index + 1

    def text(at: int) -> bytes:
        return shown(lines[at])

    prefixed = RAW_PREFIX.match(text(index)) is not None
    look = _inside(text) if prefixed else text
    if rule.weight > 1 and (rule.ahead or rule.paragraph or rule.back):
        begin, end = _back(rule, index, look), _ahead(rule, index, look, count)
    heavy = rule.weight >= _HEAVY
    before = _BEFORE[: min(3 if heavy else 1, begin)]
    after = _AFTER[: min(5 if heavy else 1, count - end)]
    first = begin - len(before)
    body = [1.0 if at == index else 0.95 - 0.004 * min(abs(at - index), 100) for at in range(begin, end)]
    shares = [*reversed(before), *body, *after]
    around = range(first, first + len(shares))
    duller = [at for at in around if at != index and (dull(lines[at]) or (prefixed and dull(look(at))))]
    if duller:
        # In a diff a plus is no shell's trace.
        diff = any(look(at).lstrip().startswith(b"-") for at in range(begin, end))
        for at in duller:
            if not (diff and look(at).lstrip().startswith(b"+")):
                shares[at - first] *= 0.2
    return first, shares
