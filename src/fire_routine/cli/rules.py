"""`rules`: checks the rules for tools' formats, explains one for a line, compiles them."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable

from ..distill.rules.compile import RuleError
from .errors import CommandError
from .streams import write


def rules(arguments: Namespace) -> int:
    """Run `rules check`, `rules explain LINE` or `rules compile`.

    Raises:
        CommandError: a rule is wrong.
    """
    try:
        if arguments.do == "compile":
            return _compile()
        if arguments.do == "explain":
            return _explain(arguments.line)
        return _check()
    except RuleError as error:
        raise CommandError(str(error)) from None


def _check() -> int:
    from ..distill.rules import rules
    from ..distill.rules.check import problems

    found = list(problems())
    if found:
        write("\n".join(found))
        raise CommandError(f"{len(found)} {'problem' if len(found) == 1 else 'problems'} in the rules")
    write(f"{len(rules())} rules: all is well")
    return 0


def _compile() -> int:
    from ..distill.rules import COMPILED, TABLES
    from ..distill.rules.compile import as_text, compiled, sources
    from ..distill.rules.tables import as_text as tables_as_text

    for file, text in ((COMPILED, as_text(compiled(sources()))), (TABLES, tables_as_text())):
        try:
            file.write_text(text, encoding="utf-8", newline="\n")
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror or error}") from None
        write(f"wrote {file}")
    return 0


def _explain(line: str) -> int:
    from ..distill.rules.explain import explanation

    write(_table(explanation(line)))
    return 0


def _table(rows: Iterable[tuple[str, str]]) -> str:
    return "\n".join(f"{name + ':' if name else '':16}{value}" for name, value in rows)
