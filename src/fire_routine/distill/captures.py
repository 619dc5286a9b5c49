"""The named parts of a line that a rule matched: file, line, column, severity, message, code."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .lines.clean import probed, shown
from .lines.prefixes import unprefixed
from .types import Finding

MOST_FILES, LONGEST_FILE = 200, 300  # files that are kept of a log, and characters of a file's path


def _match(finding: Finding) -> re.Match[str] | None:
    """The match of the rule's expression in the finding's line, if it names parts of it."""
    if not finding.rule.pattern.groupindex:
        return None
    line = probed(shown(finding.raw))
    texts = (unprefixed(line).decode("utf-8", "replace"), line.decode("utf-8", "replace"))
    return next(filter(None, map(finding.rule.pattern.search, texts)), None)


def captures(finding: Finding) -> dict[str, str]:
    """What the rule's expression names in the finding's line; empty where it names nothing.

    The names are those of GitHub's problem matchers, see `rules.CAPTURES`.
    """
    found = _match(finding)
    return {name: value for name, value in found.groupdict().items() if value is not None} if found else {}


def files_named(findings: Iterable[Finding]) -> tuple[str, ...]:
    """The files that findings name, each once, in the log's order; at most MOST_FILES."""
    files: dict[str, None] = {}
    for finding in findings:
        file = captures(finding).get("file", "")
        if file and len(file) <= LONGEST_FILE:
            files[file] = None
            if len(files) >= MOST_FILES:
                break
    return tuple(files)
