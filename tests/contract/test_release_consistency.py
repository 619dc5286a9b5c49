"""What a release needs to agree: the locks, the version, the owner, the Pythons."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from tools.releasing import consistency, wheels

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = {"anyio", "cffi", "charset-normalizer", "cryptography", "pycparser", "pyjwt", "pynacl"}


def locked(path: str) -> dict[str, str]:
    """Each requirement of a lock by its name: the version, the marker and the hashes."""
    text = (ROOT / path).read_text("utf-8")
    entries = re.findall(r"^([a-z0-9-]+)(==[^\n]*\n(?:    --hash[^\n]*\n)+)", text, re.MULTILINE)
    assert len(entries) == len(re.findall(r"^[a-z0-9]", text, re.MULTILINE))
    return dict(entries)


def test_the_actions_lock_holds_all_that_is_required_directly() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    required = {re.split(r"[<>=~!]", name)[0].lower() for name in project["dependencies"]}
    assert required <= locked("requirements.txt").keys()


def test_the_tests_lock_has_the_same_versions_and_what_the_actions_leaves_out() -> None:
    action = locked("requirements.txt")
    tests = locked("tests/requirements.txt")
    assert action.items() <= tests.items()
    assert not LEFT_OUT & action.keys()
    assert tests.keys() >= LEFT_OUT


def test_the_actions_lock_needs_one_compiled_wheel_and_not_where_there_is_none() -> None:
    """A pure wheel is one file, next to the source distribution: at most two hashes."""
    lock = locked("requirements.txt")
    compiled = lock.pop("pyahocorasick")
    assert all(entry.count("--hash=sha256:") <= 2 for entry in lock.values())
    assert "python_full_version < '3.15' and platform_machine in 'x86_64 aarch64 AMD64 arm64'" in compiled


def test_all_agree_on_the_version_and_the_owner() -> None:
    assert list(consistency.problems(ROOT)) == []


def test_the_search_library_comes_for_each_python_that_the_project_supports() -> None:
    classified = re.findall(
        r'"Programming Language :: Python :: (3\.\d+)"', (ROOT / "pyproject.toml").read_text("utf-8")
    )
    assert list(wheels.PYTHONS) == classified
