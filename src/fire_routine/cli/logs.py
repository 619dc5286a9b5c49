"""`distill`: the lines of a raw log that explain its failure. `rules`: what takes them."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from ..model import ERROR_WEIGHT, Digest, Excerpt
from ..sanitize import visible
from . import CommandError
from .streams import Progress, coloured, log_chunks, opened, write


def distill(arguments: Namespace) -> int:
    from ..compose.sections.evidence import excerpt_with_lead
    from ..distill import excerpt, read, read_green

    if arguments.file == arguments.green == "-":
        raise CommandError("the log and --green are both standard input: name a file for one of them")
    with Progress() as shown:
        green = None
        if arguments.green:
            with opened(arguments.green) as stream:
                green = read_green(_chunks(stream, arguments.green, shown))
        with opened(arguments.file) as stream:
            digest = read(_chunks(stream, arguments.file, shown), green=green)
    if not _explains(digest):
        lines = f"{digest.total_lines:,} line" + ("" if digest.total_lines == 1 else "s")
        print(f"nothing looks like a failure ({lines} read)", file=sys.stderr)
    room = arguments.max_characters
    text = (
        _explained(excerpt(digest, room)) if arguments.explain else excerpt_with_lead(digest, excerpt, room)
    )
    text = visible(text)  # nothing in a log takes effect on the terminal
    write(coloured(text, sys.stdout))
    return 0


def _chunks(stream: BinaryIO, name: str, shown: Progress) -> Iterator[bytes]:
    size = 0
    for chunk in log_chunks(stream, name):
        yield chunk
        size += len(chunk)
        shown.show(f"Reading {name}: {size / 1e6:,.0f} MB")


def _explains(digest: Digest) -> bool:
    """Whether anything in the log reports a failure."""
    strongest = max((block.weight for block in digest.blocks), default=0.0)
    return strongest >= ERROR_WEIGHT or bool(digest.exit_code) or bool(digest.ended)


def _explained(made: Excerpt) -> str:
    """Each block under a line that names its place in the log, and the rule and weight that took it."""
    parts = [
        f"── line {block.first} · {block.rule} · {block.weight:g}\n" + "\n".join(block.lines)
        for block in made.blocks
    ]
    return "\n".join(parts)


def rules(arguments: Namespace) -> int:
    """Run `rules check`, `rules explain LINE` or `rules compile`.

    Raises:
        CommandError: a rule is wrong.
    """
    from ..distill.rules.compile import RuleError

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
