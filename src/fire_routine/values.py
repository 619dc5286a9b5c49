"""`dataclass` for frozen values, without the code that the library's writes and compiles for each class.

A leaf, like `model`. Compiling the methods of all the project's nouns takes as long as importing an HTTP
client; here they share theirs, and `__init__` alone is written for each. To the type checker this is the
library's own, and it is the checker that keeps a value from being changed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

Noun = TypeVar("Noun")

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(*, frozen: bool, slots: bool) -> Callable[[type[Noun]], type[Noun]]:
        """Equal by its fields, hashed and shown by them; not to be changed."""
        if not (frozen and slots):
            raise TypeError("this is for frozen values with slots")
        return _made


def _made(described: type[Noun]) -> type[Noun]:
    made: Any = dataclasses.dataclass(slots=True, eq=False, repr=False)(described)
    fields = dataclasses.fields(made)
    contents = attrgetter(*(field.name for field in fields))
    shown = [field.name for field in fields if field.repr]

    def __eq__(self: Any, other: object) -> Any:  # noqa: N807
        return contents(self) == contents(other) if other.__class__ is self.__class__ else NotImplemented

    def __hash__(self: Any) -> int:  # noqa: N807
        return hash(contents(self))

    def __repr__(self: Any) -> str:  # noqa: N807
        return f"{made.__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in shown)})"

    made.__eq__, made.__hash__, made.__repr__ = __eq__, __hash__, __repr__
    return made  # type: ignore[no-any-return]
