"""The wheel that people install holds all that the commands need."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest
from tests.e2e.installed import ROOT, copy_packages, with_requirements

pytestmark = pytest.mark.xdist_group("wheel")  # built once
FILES = ("pyproject.toml", "README.md", "LICENSE", "src/fire_routine")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built by hatchling, which the test lock brings, from what a checkout holds."""
    project = tmp_path_factory.mktemp("project")
    for name in FILES:
        source = ROOT / name
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, project / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(source, project / name)
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel"]
    subprocess.run(command, cwd=project, check=True, capture_output=True)
    (built,) = (project / "dist").glob("*.whl")
    return built


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of a clean environment with the wheel, what it requires and nothing else."""
    environment = tmp_path_factory.mktemp("environment")
    venv.create(environment, symlinks=os.name != "nt")
    python = environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    (site,) = environment.glob("[Ll]ib/**/site-packages")
    with zipfile.ZipFile(wheel) as archive:
        (metadata,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        required = Parser().parsestr(archive.read(metadata).decode()).get_all("Requires-Dist") or []
    copy_packages(with_requirements(required), site)
    uv = shutil.which("uv")
    assert uv, "the test lock brings uv"
    options = ["--quiet", "--offline", "--no-deps", "--no-cache"]
    subprocess.run([uv, "pip", "install", *options, "--python", str(python), str(wheel)], check=True)
    return python


def test_it_holds_the_package_and_its_data_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    source = ROOT / "src"
    expected = {
        path.relative_to(source).as_posix()
        for path in (source / "fire_routine").rglob("*")
        if path.is_file() and path.suffix != ".pyc" and not path.name.startswith(".")
    }
    held = {
        name for name in names if ".dist-info/" not in name and not name.rpartition("/")[2].startswith(".")
    }
    assert held == expected


def test_its_demo_fires_away_from_the_checkout(python: Path) -> None:
    environ = {name: os.environ[name] for name in ("SYSTEMROOT", "TMPDIR", "TEMP") if name in os.environ}
    ran = subprocess.run(
        [str(python.with_name("fire-routine")), "demo"],
        cwd=python.parent,
        env=environ | {"PATH": str(python.parent)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=600,
    )
    assert ran.returncode == 0, ran.stderr
    assert "/code/session_" in ran.stdout
