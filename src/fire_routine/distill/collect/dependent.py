"""Rules that depend on what other rules found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..types import Finding


def together(findings: Sequence[Finding]) -> list[Finding]:
    """Settles the rules that depend on others.

    A finding is dropped if its rule `requires` others and none of them matched. It makes a list if the rule
    of `list_if_absent` did not match.
    """
    names = {finding.rule.id for finding in findings}
    findings = [
        finding
        for finding in findings
        if not finding.rule.requires or not names.isdisjoint(finding.rule.requires)
    ]
    lists = {
        finding.rule.id: replace(finding.rule, is_list=True)
        for finding in findings
        if finding.rule.list_if_absent and finding.rule.list_if_absent not in names
    }
    return [
        finding._replace(rule=lists[finding.rule.id]) if finding.rule.id in lists else finding
        for finding in findings
    ]
