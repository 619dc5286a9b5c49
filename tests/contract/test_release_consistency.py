"""Version, CHANGELOG, README, examples and docs agree, and the owner is named in one place."""

from __future__ import annotations

import re
from pathlib import Path

from tools.releasing import consistency, wheels

ROOT = Path(__file__).resolve().parents[2]


def test_all_agree_on_the_version_and_the_owner() -> None:
    assert list(consistency.problems(ROOT)) == []


def test_the_release_workflow_compiles_with_each_python_that_the_project_supports() -> None:
    """Those of the classifiers, and of the compiled package."""
    classified = re.findall(
        r'"Programming Language :: Python :: (3\.\d+)"', (ROOT / "pyproject.toml").read_text("utf-8")
    )
    workflow = (ROOT / ".github/workflows/release.yml").read_text("utf-8")
    compiled = re.findall(r"3\.\d+", workflow.partition("for version in")[2].partition(";")[0])
    installed = re.findall(r"3\.\d+", workflow.partition("python-version: |")[2].partition("- name")[0])
    assert compiled == classified
    assert sorted(installed) == sorted(classified)
    assert list(wheels.PYTHONS) == classified
