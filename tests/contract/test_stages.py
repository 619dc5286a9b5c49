"""Stages speak in the nouns of `model` and know nothing of each other."""

from __future__ import annotations

import ast
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2] / "src" / "fire_routine"
STAGES = ("gather", "distill", "compose", "ledger", "policy", "fire", "report")
# Any stage may import these, and they import no stage.
LEAVES = (
    *("model", "settings", "sanitize", "patterns", "redact", "known_failures", "retrying", "version"),
    *("clock", "github", "http", "threads", "search", "routine_url", "secret_words"),
)
REDACTING = ("compose", "report")  # the stages that may import `redact`, which is a leaf for these alone
STORYTELLERS = ("action.py", "story.py", "evidence.py", "sessions.py", "demo.py")  # know several stages


@cache
def imported(path: Path) -> frozenset[str]:
    """Every module a file imports, in full."""
    package = ("fire_routine", *path.relative_to(PACKAGE).with_suffix("").parts)[:-1]
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = list(package[: len(package) - node.level + 1]) if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            found |= {module} | {f"{module}.{alias.name}" for alias in node.names}
    return frozenset(found)


def own_modules(path: Path) -> set[str]:
    """The parts of fire_routine that a file imports: `model`, `gather`, …"""
    names = (name.split(".") for name in imported(path))
    return {name[1] for name in names if name[0] == "fire_routine" and len(name) > 1}


def files(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((PACKAGE / folder).rglob("*.py"))]


def _redact_of(path: Path, stage: str) -> set[str]:
    return own_modules(path) & {"redact"} if stage not in REDACTING else set()


def test_no_stage_imports_another() -> None:
    """Nor `redact`, but for those whose texts leave: only what redacts knows what is secret."""
    found = {
        path.relative_to(PACKAGE).as_posix(): others
        for stage in STAGES
        for path in files(stage)
        if (others := own_modules(path) - {stage, *LEAVES} | _redact_of(path, stage))
    }
    assert all(map(files, STAGES))
    assert found == {}


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = {
        path: {module_of(name) for name in imported(path)} - {path, path.parent / "__init__.py"}
        for path in files("")
    }
    assert PACKAGE / "github" / "client.py" in graph[PACKAGE / "story.py"]
    TopologicalSorter(graph).prepare()  # it names the circle


def module_of(name: str) -> Path | None:
    """The file of a module of fire_routine; None: it is no module, or another package's."""
    path = PACKAGE.parent.joinpath(*name.split("."))
    found = (path.with_suffix(".py"), path / "__init__.py")
    return next((one for one in found if one.is_file() and one != PACKAGE / "__init__.py"), None)


def test_one_module_alone_imports_pygithub() -> None:
    users = {
        path.relative_to(PACKAGE).as_posix()
        for path in files("")
        if any(name.split(".")[0] == "github" for name in imported(path))
    }
    assert users == {"github/transport.py"}


def test_only_the_storytellers_know_every_stage() -> None:
    """And a leaf, in one file or in a folder, imports no stage."""
    folders = [leaf for leaf in LEAVES if (PACKAGE / leaf).is_dir()]
    assert {"model", "redact", "github", "known_failures"} <= set(folders)
    for path in (*PACKAGE.glob("*.py"), *files(*folders)):
        if path.name not in STORYTELLERS and path != PACKAGE / "__init__.py":
            assert not own_modules(path) & set(STAGES), path.relative_to(PACKAGE)


def test_the_report_of_sessions_reads_github_and_the_ledger_and_no_more() -> None:
    """It is no stage: it knows two of them, none knows it, and nothing of it can fire or write."""
    own = own_modules(PACKAGE / "sessions.py")
    assert own & set(STAGES) == {"ledger"}
    assert own - set(STAGES) <= set(LEAVES)
