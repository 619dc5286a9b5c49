"""A small action to start: the real entry point, a lock with one small wheel, a folder that has it.

Most tests start it in a Python whose pip only writes that wheel's module: a real pip takes a second.
"""

from __future__ import annotations

import base64
import hashlib
import io
import os
import shutil
import subprocess
import venv
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[3] / "src"
PATIENCE = 300.0  # seconds, on a busy machine
WHEEL = "ember-1.0-py3-none-any.whl"
QUICK_PIP = """
import pathlib, sys
packages = pathlib.Path(sys.argv[sys.argv.index("--target") + 1])
(packages / "ember-1.0.dist-info").mkdir(parents=True)
(packages / "ember.py").write_text("GLOWS = True\\n")
"""
COMMAND_LINE = """
import json, sys

def run(arguments, finish):
    import ember
    finish()
    print(json.dumps({
        "arguments": arguments, "python": sys.executable, "ember": ember.__file__, "path": sys.path,
        "version": list(sys.version_info[:2]),
    }))
    return 7 if "fail" in arguments else 0
"""


def python_with(folder: Path, pip: str | None) -> str:
    """The Python of a new virtual environment whose pip is this script; None: it has no pip."""
    venv.create(folder, symlinks=os.name != "nt")
    if pip is not None:
        package = next(folder.glob("[Ll]ib/**/site-packages")) / "pip"
        package.mkdir()
        (package / "__init__.py").touch()
        (package / "__main__.py").write_text(pip, "utf-8")
    return str(folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python3"))


def wheel() -> bytes:
    """A wheel with one module, `ember`, and a script."""
    files = {
        "ember.py": b"GLOWS = True\n",
        "ember-1.0.dist-info/METADATA": b"Metadata-Version: 2.1\nName: ember\nVersion: 1.0\n",
        "ember-1.0.dist-info/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(
        f"{name},sha256={base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b'=').decode()},{len(data)}\n"
        for name, data in files.items()
    )
    files["ember-1.0.dist-info/RECORD"] = (record + "ember-1.0.dist-info/RECORD,,\n").encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return buffer.getvalue()


@dataclass
class Action:
    """The action's files in a folder of their own, and the runner around them."""

    folder: Path
    python: str  # with a quick pip
    environ: dict[str, str] = field(default_factory=dict)

    @property
    def checkout(self) -> Path:
        return self.folder / "checkout"

    @property
    def tools(self) -> Path:
        return self.folder / "tools"

    @property
    def wheel(self) -> Path:
        """What a real pip installs."""
        return self.folder / "wheels" / WHEEL

    @property
    def output(self) -> str:
        """What was written to GITHUB_OUTPUT."""
        return (self.folder / "output").read_text("utf-8")

    def command(self, *arguments: str, python: str = "", through: Sequence[str] = ()) -> list[str]:
        """The command of action.yml; `through`: a script that starts the entry point in its place."""
        entry = str(self.folder / "action/src/entrypoint.py")
        return [python or self.python, "-I", "-S", "-B", *through, entry, *arguments]

    def start(
        self,
        *arguments: str,
        python: str = "",
        through: Sequence[str] = (),
        after: Sequence[str] = (),
    ) -> subprocess.Popen[str]:
        """`after`: a command that ends by running the one it is given."""
        return subprocess.Popen(
            [*after, *self.command(*arguments, python=python, through=through)],
            cwd=self.checkout,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            start_new_session=True,
        )

    def run(
        self, *arguments: str, python: str = "", through: Sequence[str] = ()
    ) -> subprocess.CompletedProcess[str]:
        with self.start(*arguments, python=python, through=through) as process:
            out, err = process.communicate(timeout=PATIENCE)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def installed(self, root: Path | None = None) -> list[Path]:
        """The ready folders."""
        return sorted((root or self.tools).glob("fire-routine/cp*"))

    def unfinished(self) -> list[Path]:
        return sorted(self.tools.glob("fire-routine/.*"))


def action(folder: Path, python: str) -> Action:
    """An action whose lock is one wheel, on a runner with no package installed."""
    source = folder / "action/src"
    source.mkdir(parents=True)
    shutil.copy(SOURCE / "entrypoint.py", source)
    shutil.copytree(SOURCE / "bootstrap", source / "bootstrap", ignore=shutil.ignore_patterns("__pycache__"))
    (source / "fire_routine").mkdir()
    (source / "fire_routine/__init__.py").touch()
    (source / "fire_routine/action.py").write_text("import ember\n", "utf-8")
    (source / "fire_routine/cli.py").write_text(COMMAND_LINE, "utf-8")
    lock = f"ember==1.0 \\\n    --hash=sha256:{hashlib.sha256(wheel()).hexdigest()}\n"
    (folder / "action/requirements.txt").write_text(lock, "utf-8")
    for name in ("checkout", "tools", "temp", "home", "bin", "wheels"):
        (folder / name).mkdir()
    environ = {
        "PATH": str(folder / "bin"),
        "HOME": str(folder / "home"),
        "LOCALAPPDATA": str(folder / "home"),
        "TMPDIR": str(folder / "temp"),
        "RUNNER_TOOL_CACHE": str(folder / "tools"),
        "RUNNER_TEMP": str(folder / "temp"),
        "FIRE_ROUTINE_ROUTINE_TOKEN": "sk-ant-oat01-of-these-tests",
        "GITHUB_ACTIONS": "true",
        "GITHUB_OUTPUT": str(folder / "output"),
        "GITHUB_ENV": str(folder / "env"),
        "GITHUB_PATH": str(folder / "path"),
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(folder / "wheels"),
        **{name: os.environ[name] for name in ("SYSTEMROOT", "LD_LIBRARY_PATH") if name in os.environ},
    }
    runner = Action(folder, python, environ)
    runner.wheel.write_bytes(wheel())
    return runner
