"""Regular expressions that are compiled where they are first used.

A leaf, like `model`. Compiling takes longer than all else that a module's import does, and most runs
use few of the rules: those for a vendor's token run only where its prefix occurs.
"""

from __future__ import annotations

import re
from typing import Any, AnyStr, Generic, cast


class _Pattern(Generic[AnyStr]):
    def __init__(self, expression: AnyStr, flags: int) -> None:
        self._expression: AnyStr = expression
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        value = getattr(re.compile(self._expression, self._flags), name)
        self.__dict__[name] = value  # found at once from now on
        return value


def pattern(expression: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """`re.compile(expression, flags)`, not done before an attribute is asked for.

    Raises:
        re.error: at that time, if the expression is invalid.
    """
    return cast("re.Pattern[AnyStr]", _Pattern(expression, flags))


# Where runners check out: GitHub's hosted ones and its containers, Travis.
WORKSPACE = pattern(
    r"(?:/home/runner/work|/Users/runner/work|[A-Z]:[\\/]a|/__w|/home/travis/build)"
    r"[\\/][\w.-]{1,100}[\\/][\w.-]{1,100}[\\/]"
)
