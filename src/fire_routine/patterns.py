"""Regular expressions that are compiled where they are first used.

A leaf, like `model`. Compiling takes longer than all else that a module's import does, and most runs
use few of the rules: those for a vendor's token run only where its prefix stands.
"""

from __future__ import annotations

import re
from typing import Any, cast


class _Pattern:
    def __init__(self, expression: str, flags: int) -> None:
        self._compiling = (expression, flags)

    def __getattr__(self, name: str) -> Any:
        value = getattr(re.compile(*self._compiling), name)
        self.__dict__[name] = value  # found at once from now on
        return value


def pattern(expression: str, flags: int = 0) -> re.Pattern[str]:
    """`re.compile(expression, flags)`, not done before an attribute is asked for.

    Raises:
        re.error: then, if the expression is none.
    """
    return cast("re.Pattern[str]", _Pattern(expression, flags))
