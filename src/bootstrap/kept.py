"""Keeps between starts what Python compiles from text while modules are imported. It is a third of a start.

- `re.compile` turns a pattern into a program, a list of numbers, for CPython's engine.
- `dataclasses` writes the methods of each class as text, and runs it.

Both are kept like bytecode. This uses CPython's internals, the same from 3.11 to 3.14. The standard library
alone.
"""

from __future__ import annotations

import builtins
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .bytecode import Store

Program = tuple[int, list[int], int, dict[str, int], tuple[str | None, ...]]


def keep(store: Store) -> None:
    """From now on, take from `store`, or add there, what was compiled."""
    keep_patterns(store)
    keep_methods(store)


def keep_methods(store: Store) -> None:
    """From now on, `dataclasses` takes the code of a class's methods from `store`, or adds it there."""
    import dataclasses

    def run(text: Any, *scopes: Any) -> None:
        code = store.code(text)
        if code is None:
            code = compile(text, "<string>", "exec", dont_inherit=True)
            store.add(text, code)
        builtins.exec(code, *scopes)  # noqa: S102 - as `dataclasses` does

    vars(dataclasses)["exec"] = run  # found before the built-in one


def keep_patterns(store: Store) -> None:
    """From now on, `re.compile` takes the program of a pattern from `store`, or adds it there."""
    try:
        import _sre  # type: ignore[import-not-found]
        from re import _compiler as compiler  # type: ignore[attr-defined]

        original, magic = compiler.compile, _sre.MAGIC
    except (ImportError, AttributeError):  # another Python than those known here
        return

    def compiled(pattern: Any, flags: int = 0) -> re.Pattern[Any]:
        if not isinstance(pattern, str | bytes) or flags & re.DEBUG:
            return original(pattern, flags)  # type: ignore[no-any-return]
        key = pattern, int(flags), magic
        program = store.program(key)
        if program is None:
            program = _program(compiler, pattern, flags)
            store.add_program(key, program)
        return _sre.compile(pattern, *program)  # type: ignore[no-any-return]

    compiler.compile = compiled


def _program(compiler: Any, pattern: str | bytes, flags: int) -> Program:
    """The arguments of `_sre.compile`, computed as `re._compiler.compile` does."""
    tree = compiler._parser.parse(pattern, flags)
    state = tree.state
    names: list[str | None] = [None] * state.groups
    for name, number in state.groupdict.items():
        names[number] = name
    code = [int(number) for number in compiler._code(tree, flags)]
    return int(flags | state.flags), code, state.groups - 1, dict(state.groupdict), tuple(names)
