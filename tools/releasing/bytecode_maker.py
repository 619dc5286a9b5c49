"""Compiles what a start imports, ahead of it: with each Python, in the tree of a release.

This file is run by those Pythons, too: `python … bytecode_maker.py TREE`. It uses the standard library and
the tree alone.

What it does has a fixed order, in one thread, with the same texts: so the same Python makes the same bytes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

# Imported by a start, some of them later than others, or by the commands that people try first.
MODULES = ("httpcore", *(f"fire_routine.{name}" for name in ("cli", "action", "compose", "demo")))
COMMANDS = ("options", "logs", "github", "endpoint")


def make(python: Path, tree: Path) -> tuple[str, str]:
    """Write the files for this Python into the tree; the Python's tag, such as `cpython-312`, and version.

    Raises:
        ReleaseError: it fails.
    """
    from . import ReleaseError

    command = [str(python), "-s", "-S", "-B", "-P", str(Path(__file__).resolve()), str(tree.resolve())]
    # A fixed order of sets: it decides what is compiled first, and so what is written only once.
    done = subprocess.run(command, env={"PYTHONHASHSEED": "0"}, check=False, capture_output=True, text=True)
    if done.returncode:
        raise ReleaseError(f"{python} cannot compile the release: {done.stderr.strip()[-500:]}")
    tag, version = json.loads(done.stdout)
    return tag, version


def main(tree: Path) -> None:
    source = tree / "src"
    libraries = [
        path for path in sys.path[1:] if not {"site-packages", "dist-packages"} & set(Path(path).parts)
    ]
    sys.path[:] = [*libraries, str(source)]
    from bootstrap import bytecode, dependencies

    def compiled(_: bytecode.Loader, data: bytes, path: str, **_optimize: object) -> object:
        return compile(data, path[len(str(tree)) + 1 :].replace(os.sep, "/"), "exec", dont_inherit=True)

    os.environ.clear()  # no folder is found in which something was kept
    bytecode.Loader.source_to_code = compiled  # type: ignore[method-assign,assignment]
    dependencies.prepare(tree)
    store = bytecode.Loader.store
    _use()
    target = bytecode.shipped_file(source)
    if target is None:
        raise SystemExit("this is a pre-release of Python: use a final release")
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(store.shipped_bytes(source))
    _cache_bootstrap(source / "bootstrap")
    sys.stdout.write(json.dumps([sys.implementation.cache_tag, ".".join(map(str, sys.version_info[:3]))]))


def _use() -> None:
    """Import what a start imports, and compile the patterns that it uses.

    Those are the ones of whole modules, and of the rules and token formats those that recorded logs need.
    """
    from importlib import import_module

    for name in (*MODULES, *(f"fire_routine.cli.{command}" for command in COMMANDS)):
        import_module(name)
    from fire_routine import distill, patterns, redact

    for log in sorted((Path(distill.__file__).parents[1] / "recordings").glob("*/logs/*")):
        digest = distill.Reader().read([log.read_bytes()])
        redact.redact_text(distill.excerpt(digest, 16_000).text)
    for name in sorted(name for name in sys.modules if name.startswith("fire_routine.")):
        for value in list(vars(sys.modules[name]).values()):
            if type(value) is patterns._Pattern:
                value.flags  # noqa: B018 - compiles it


def _cache_bootstrap(folder: Path) -> None:
    """Compile what runs before the file of code is read; Python itself compares it with its source."""
    import py_compile

    for path in sorted(folder.glob("*.py")):
        py_compile.compile(
            str(path),
            dfile=f"src/bootstrap/{path.name}",
            doraise=True,
            invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH,
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
