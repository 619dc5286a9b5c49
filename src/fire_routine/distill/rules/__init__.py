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
DULL: tuple[Rule, ...] = dull.RULES
GENERAL: tuple[Rule, ...] = general.RULES
