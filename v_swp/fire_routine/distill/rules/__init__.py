"""The rules by tool family, in the order in which they are tried: the first that matches takes the line."""

from __future__ import annotations

from . import (
    checks,
    dotnet,
    dull,
    general,
    go,
    infrastructure,
    javascript,
    jvm,
    native,
    others,
    python,
    ruby_php,
    rust,
)
from .rule import Rule

SPECIFIC: tuple[Rule, ...] = (
    *infrastructure.RULES,
    *checks.RULES,
    *python.RULES,
    *rust.RULES,
    *go.RULES,
    *jvm.RULES,
    *dotnet.RULES,
    *native.RULES,
    *javascript.RULES,
    *ruby_php.RULES,
    *others.RULES,
    *rust.SHARED,
    *javascript.SHARED,
    *checks.PLACES,
    *infrastructure.SIGNS,
)
# The family of a rule: a language and its tools.
FAMILIES: dict[str, str] = {
    rule.name: family.__name__
    for family in (python, rust, go, jvm, dotnet, native, javascript, ruby_php, others)
    for rule in family.RULES
}
# What fails in any of them: a network, a disk, a check.
OF_ANY_FAMILY: frozenset[str] = frozenset(
    rule.name for rule in (*infrastructure.RULES, *infrastructure.SIGNS, *checks.RULES)
)
# What programs log where nothing fails, too: exceptions that are handled, a connection that is tried again.
LOGGED: frozenset[str] = frozenset(
    rule.name for rule in SPECIFIC if rule.logged or rule in infrastructure.SIGNS
)
DULL: tuple[Rule, ...] = dull.RULES
GENERAL: tuple[Rule, ...] = general.RULES
