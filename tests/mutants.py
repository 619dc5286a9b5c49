"""How many small mistakes in the source the tests notice. Run by hand.

    python3 src/entrypoint.py tests/mutants.py fire report settings --seed 1 --number 60 --out FILE
    python3 src/entrypoint.py tests/mutants.py fire report settings --again FILE --out FILE

A mutant is the source with one mistake: a comparison, `and`, `+`, `not`, a condition or a boolean turned
round, a number off by one, or a statement left out. The seed alone decides which mutants are drawn. All tests
but the end-to-end ones run once, and coverage says which of them execute a line. A mutant runs in a copy of
the working tree, against the tests that execute its file, first those that execute its line. It dies by the
first test that fails, or by running too long.

`--again` takes the mutants of an earlier run. A mutant is found again by its statement's text, nearest to its
old place, so code may move among the packages that are named. Where it is gone, the table shows `gone`.
"""

from __future__ import annotations

import argparse
import ast
import json
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from coverage import CoverageData

ROOT = Path(__file__).resolve().parent.parent
SOURCE = Path("src/fire_routine")
TESTS = ("tests/unit", "tests/contract", "tests/injection")
LONGEST = 600  # seconds for the tests of one mutant
NEVER_COPIED = (".git", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", "vendor")
FAILED = re.compile(r"(?:FAILED|ERROR) (tests/[^\s\[]+)")  # in pytest's summary

OPPOSITES: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.Lt: ast.LtE,
    ast.Gt: ast.GtE,
    ast.Is: ast.IsNot,
    ast.In: ast.NotIn,
}
OPPOSITES |= {turned: plain for plain, turned in OPPOSITES.items()}
REMOVABLE = (ast.Expr, ast.AugAssign, ast.Raise, ast.Continue, ast.Break)


@dataclass(frozen=True, slots=True)
class Mutant:
    """One mistake. `before` and `number` find it again after its code has moved."""

    package: str  # such as `fire`
    path: str  # of the file, relative to the package's folder
    kind: str
    before: str  # the statement or, of a compound one, its head, as `ast.unparse` writes it
    number: int  # which of the mistakes that the statement has room for
    after: str  # what takes the place of the code that is changed
    line: int = 0
    result: str = ""  # "died", "lived" or "gone"; empty: it has not run to its end
    by: str = ""  # the test that noticed it


@dataclass(frozen=True, slots=True)
class Site:
    """A place in a file where one mistake can be made. Columns count bytes."""

    file: Path
    mutant: Mutant
    start: tuple[int, int]  # line, column
    end: tuple[int, int]

    def mutated(self, source: str) -> str:
        lines = source.encode().splitlines(keepends=True)
        (first, left), (last, right) = self.start, self.end
        changed = lines[first - 1][:left] + self.mutant.after.encode() + lines[last - 1][right:]
        return b"".join([*lines[: first - 1], changed, *lines[last:]]).decode()


def mistakes(node: ast.AST) -> Iterator[tuple[str, ast.AST, str]]:
    """The kind of each mistake that can be made at this node, the code that it changes, and the new code."""
    match node:
        case ast.Compare(ops=[op]) if type(op) in OPPOSITES:
            turned = ast.Compare(node.left, [OPPOSITES[type(op)]()], node.comparators)
            yield "comparison", node, f"({ast.unparse(turned)})"
        case ast.BoolOp():
            turned_bool = ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
            yield "and, or", node, f"({ast.unparse(turned_bool)})"
        case ast.BinOp(op=ast.Add() | ast.Sub()) if not is_text(node.left) and not is_text(node.right):
            other = ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()
            yield "plus, minus", node, f"({ast.unparse(ast.BinOp(node.left, other, node.right))})"
        case ast.UnaryOp(op=ast.Not()):
            yield "not", node, f"({ast.unparse(node.operand)})"
        case ast.Constant(value=bool()):
            yield "boolean", node, str(not node.value)
        case ast.Constant(value=int() | float() as value):
            yield "number + 1", node, repr(value + 1)
            yield "number - 1", node, f"({value - 1!r})"
        case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test):
            yield "condition", test, f"(not ({ast.unparse(test)}))"
        case ast.comprehension(ifs=[test, *_]):
            yield "condition", test, f"(not ({ast.unparse(test)}))"
    if isinstance(node, REMOVABLE) and not (isinstance(node, ast.Expr) and is_text(node.value)):
        yield "statement", node, "pass"


def is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str | bytes | type(...))
    )


def parts(statement: ast.AST) -> Iterator[ast.AST]:
    """A statement and the expressions in it, without its annotations and the statements under it.

    Parts of an f-string are left out: Python 3.11 does not know their places.
    """
    yield statement
    for name, value in ast.iter_fields(statement):
        if name in ("annotation", "returns"):
            continue
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, ast.AST) and not isinstance(
                inner, ast.stmt | ast.JoinedStr | ast.ExceptHandler | ast.match_case
            ):
                yield from parts(inner)


def head(statement: ast.stmt) -> str:
    """The statement in one spelling; of a compound one, the part before its block."""
    text = ast.unparse(statement)
    return text.partition("\n")[0] if hasattr(statement, "body") else text


def sites(package: str, root: Path) -> Iterator[Site]:
    """All places of a package where a mistake can be made, in the order of its files and lines."""
    folder = root / SOURCE / package
    files = sorted(folder.rglob("*.py")) if folder.is_dir() else [folder.with_suffix(".py")]
    for file in files:
        tree = ast.parse(file.read_text("utf-8"))
        for statement in ast.walk(tree):
            if not isinstance(statement, ast.stmt) or isinstance(statement, ast.Import | ast.ImportFrom):
                continue
            found = [mistake for node in parts(statement) for mistake in mistakes(node)]
            for number, (kind, node, after) in enumerate(found):
                assert isinstance(node, ast.stmt | ast.expr) and node.end_lineno and node.end_col_offset
                path = str(file.relative_to(folder)) if folder.is_dir() else file.name
                mutant = Mutant(package, path, kind, head(statement), number, after, node.lineno)
                end = (node.end_lineno, node.end_col_offset)
                yield Site(file, mutant, (node.lineno, node.col_offset), end)


def drawn(packages: Iterable[str], root: Path, seed: int, number: int) -> list[Site]:
    everything = [site for package in packages for site in sites(package, root)]
    return random.Random(seed).sample(everything, min(number, len(everything)))


def found_again(
    earlier: Iterable[Mutant], packages: Iterable[str], root: Path
) -> Iterator[tuple[Mutant, Site | None]]:
    """Each earlier mutant with its place in the code of today; None: its statement is gone."""
    everything = [site for package in packages for site in sites(package, root)]
    for mutant in earlier:
        name = (mutant.kind, mutant.before, mutant.number, mutant.after)
        same = [
            site
            for site in everything
            if (site.mutant.kind, site.mutant.before, site.mutant.number, site.mutant.after) == name
        ]
        yield mutant, min(same, key=lambda site: _distance(site.mutant, mutant), default=None)


def _distance(one: Mutant, other: Mutant) -> tuple[bool, bool, int]:
    """How far apart two places are: another package, another file, lines."""
    return one.package != other.package, one.path != other.path, abs(one.line - other.line)


def pytest(root: Path, *arguments: str, longest: float | None = None) -> tuple[int, str]:
    """Runs tests in the copy of the tree. Pytest's exit code and output; -1, if they run too long."""
    command = [sys.executable, "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    try:
        done = subprocess.run(
            command, cwd=root, capture_output=True, encoding="utf-8", errors="replace", timeout=longest
        )
    except subprocess.TimeoutExpired:
        return -1, ""
    return done.returncode, done.stdout


def executed(root: Path) -> dict[str, dict[int, set[str]]]:
    """The names of the tests that execute each line, by file and line. A shared fixture is of its first."""
    measured = ["--cov", str(SOURCE), "--cov-context", "test", "--cov-report", "", "-n", "auto"]
    code, output = pytest(root, *measured, *TESTS)
    if code:
        sys.exit(f"The tests do not pass without a mutant:\n{output[-2000:]}")
    data = CoverageData(str(root / ".coverage"))
    data.read()
    return {
        file: {
            line: {context.partition("|")[0].partition("[")[0] for context in contexts if context}
            for line, contexts in data.contexts_by_lineno(file).items()
        }
        for file in data.measured_files()
    }


def tests_of(site: Site, lines: dict[int, set[str]]) -> list[str]:
    """The tests that execute the file: those that execute the line come first, and its package's."""
    nearest, package = lines.get(site.mutant.line, set()), site.mutant.package
    names = set().union(*lines.values())
    return sorted(
        names, key=lambda name: (name not in nearest, package not in re.split(r"\W|test_", name), name)
    )


def judged(site: Site, tests: list[str], root: Path) -> Mutant:
    """The mutant with its result."""
    source = site.file.read_text("utf-8")
    site.file.write_text(site.mutated(source), "utf-8")
    (root / "names").write_text("\n".join(tests), "utf-8")  # too many for a command line
    try:
        code, output = pytest(root, "-x", "@names", longest=LONGEST) if tests else (0, "")
    finally:
        site.file.write_text(source, "utf-8")
    found = FAILED.search(output)
    return replace(site.mutant, result="died" if code else "lived", by=found[1] if found else "")


def run(pairs: list[tuple[Mutant, Site | None]], root: Path, out: Path) -> list[Mutant]:
    """All mutants. The file `out` is written after each: a run that is stopped has shown what it knows."""
    results = [mutant if site else replace(mutant, result="gone") for mutant, site in pairs]
    tests = executed(root)
    for at, (_, site) in enumerate(pairs):
        if site is not None:
            started = time.monotonic()
            results[at] = judged(site, tests_of(site, tests.get(str(site.file), {})), root)
            out.write_text(json.dumps([asdict(mutant) for mutant in results], indent=1), "utf-8")
            print(row(results[at]), f"{time.monotonic() - started:.0f} s", flush=True)
    return results


def row(mutant: Mutant) -> str:
    where = f"{mutant.package}/{mutant.path}:{mutant.line}"
    change = f"{mutant.before[:60]!r} → {mutant.after[:40]!r}"
    return f"{mutant.result or '…':6} {where:36} {mutant.kind:12} {change}  [{mutant.by}]"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("packages", nargs="+", help="folders or modules of src/fire_routine")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--number", type=int, default=60, help="how many mutants are drawn")
    parser.add_argument("--again", type=Path, help="the JSON of an earlier run, whose mutants are taken")
    parser.add_argument("--out", type=Path, required=True, help="where the JSON is written")
    arguments = parser.parse_args()
    near = arguments.out.resolve().parent  # the system's own temporary folder may be cleared meanwhile
    with tempfile.TemporaryDirectory(dir=near) as folder:
        root = Path(folder, "tree")
        shutil.copytree(ROOT, root, ignore=shutil.ignore_patterns(*NEVER_COPIED), symlinks=True)
        pairs: list[tuple[Mutant, Site | None]]
        if arguments.again:
            earlier = [Mutant(**values) for values in json.loads(arguments.again.read_text("utf-8"))]
            pairs = list(found_again(earlier, arguments.packages, root))
        else:
            made = drawn(arguments.packages, root, arguments.seed, arguments.number)
            pairs = [(site.mutant, site) for site in made]
        results = run(pairs, root, arguments.out)
    print()
    for mutant in results:
        print(row(mutant))
    print(
        *(f"{number:4} {result}" for result, number in Counter(m.result for m in results).items()), sep="\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
