"""The locked wheels: from a cache, or else from the package index. Each has a hash of the lock."""

from __future__ import annotations

import base64
import csv
import io
import os
import subprocess
import zipfile
from collections.abc import Iterable, Mapping
from hashlib import sha256
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from bootstrap import install

from . import ReleaseError
from .lock import LOCK, Pinned, pinned

# The one distribution with compiled wheels, and what a release brings them for: all but Windows on arm64.
COMPILED = "pyahocorasick"
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
PLATFORMS = (
    "manylinux2014_x86_64",
    "manylinux2014_aarch64",
    "musllinux_1_2_x86_64",
    "musllinux_1_2_aarch64",
    "macosx_11_0_universal2",
    "win_amd64",
)
_BY_INSTALLER = ("INSTALLER", "REQUESTED", "RECORD", "direct_url.json", "uv_cache.json")

Files = Mapping[str, bytes]  # what a wheel holds, by path


def downloaded(root: Path, cache: Path) -> dict[str, list[Files]]:
    """The content of each wheel that a release takes, by distribution, from `cache`, filled if need be.

    Raises:
        ReleaseError: a wheel is unavailable.
    """
    found: dict[str, list[Files]] = {}
    cache.mkdir(parents=True, exist_ok=True)
    for each in pinned(root / LOCK):
        options = [
            ["--platform", platform, "--python-version", version]
            for platform in PLATFORMS
            for version in PYTHONS
        ]
        wanted = options if each.name == COMPILED else [[]]
        found[each.name] = [_wheel(cache, each, option) for option in wanted]
    return found


def _wheel(cache: Path, wanted: Pinned, options: list[str]) -> Files:
    tag = "-".join(options[1::2]) or "any"
    folder = cache / f"{wanted.name}-{wanted.version}-{tag}"
    for attempt in range(2):
        for path in folder.glob("*.whl"):
            data = path.read_bytes()
            if sha256(data).hexdigest() in wanted.hashes:
                return content(data)
        if not attempt:
            _download(folder, wanted, options)
    raise ReleaseError(f"the wheel of {wanted.name} in {folder} has no hash of the lock: remove it")


def _download(folder: Path, wanted: Pinned, options: list[str]) -> None:
    pip = install.pip(os.environ)
    if pip is None:
        raise ReleaseError("there is no pip: install it, or use a Python that brings it")
    folder.mkdir(parents=True, exist_ok=True)
    requirement = folder / "requirement.txt"
    hashes = " ".join(f"--hash=sha256:{each}" for each in sorted(wanted.hashes))
    requirement.write_text(f"{wanted.name}=={wanted.version} {hashes}\n", "utf-8")
    quiet = ["--quiet", "--no-input", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:"]
    command = [*pip, "download", *quiet, *options, "--dest", str(folder), "--requirement", str(requirement)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        cause = " ".join(done.stderr.split())[-300:]
        raise ReleaseError(f"the wheel of {wanted.name} {wanted.version} is unavailable: {cause}")


def content(wheel: bytes) -> Files:
    """The files of a wheel, by path.

    Raises:
        ReleaseError: a path leads out of the folder, or to a part that is not importable.
    """
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        names = [name for name in archive.namelist() if not name.endswith("/")]
        for name in names:
            if name.startswith("/") or ".." in name.split("/") or "\\" in name or ".data/" in name:
                raise ReleaseError(f"a wheel holds the path {name!r}, which a release cannot carry")
        return {name: archive.read(name) for name in names}


def installed(root: Path) -> dict[str, list[Files]]:
    """The same from this environment, which was installed from wheels of the same hashes.

    The compiled package is there for this Python and platform alone. Each file has its hash of RECORD.

    Raises:
        ReleaseError: a distribution is missing or was changed.
    """
    found: dict[str, list[Files]] = {}
    for each in pinned(root / LOCK):
        try:
            found[each.name] = [_recorded(each, distribution(each.name))]
        except PackageNotFoundError:
            if each.name != COMPILED:
                raise ReleaseError(
                    f"{each.name} is not installed: run this by `python3 src/entrypoint.py`"
                ) from None
    return found


def _recorded(wanted: Pinned, installed: Distribution) -> Files:
    if installed.version != wanted.version:
        raise ReleaseError(f"{wanted.name} {installed.version} is installed, the lock has {wanted.version}")
    files: dict[str, bytes] = {}
    lines = []
    for file in installed.files or ():
        if ".." in file.parts or "__pycache__" in file.parts or file.name in _BY_INSTALLER:
            continue
        data = Path(str(file.locate())).read_bytes()
        files[file.as_posix()] = data
        lines.append(f"{file.as_posix()},{record_hash(data)},{len(data)}\n")
    record = next(name for name in files if name.endswith(".dist-info/METADATA")).replace(
        "METADATA", "RECORD"
    )
    check_record(wanted.name, files, installed.read_text("RECORD") or "")
    files[record] = "".join([*sorted(lines), f"{record},,\n"]).encode()
    return files


def check_record(name: str, files: Files, record: str) -> None:
    """Compare files with the lines of a wheel's RECORD.

    Raises:
        ReleaseError: one differs.
    """
    recorded = {row[0]: row[1] for row in csv.reader(record.splitlines()) if row}
    for path, data in files.items():
        if not path.endswith("/RECORD") and recorded.get(path) != record_hash(data):
            raise ReleaseError(f"{name}: {path} is not as its RECORD has it")


def record_hash(data: bytes) -> str:
    """As a wheel's RECORD has it (https://packaging.python.org/specifications/recording-installed-packages)."""
    return "sha256=" + base64.urlsafe_b64encode(sha256(data).digest()).rstrip(b"=").decode()


def merged(wheels: Iterable[Files]) -> Files:
    """The files of a distribution's wheels in one folder: compiled modules and line ends differ.

    RECORD gets the lines of all. Of METADATA and WHEEL, which say how each was made, the first one's is kept.

    Raises:
        ReleaseError: they differ in more.
    """
    files: dict[str, bytes] = {}
    for wheel in wheels:
        for path, data in wheel.items():
            before = files.setdefault(path, data)
            if path.endswith(".dist-info/RECORD"):
                files[path] = b"".join(sorted({*before.splitlines(True), *data.splitlines(True)}))
            elif _plain(before) != _plain(data) and not path.endswith((".dist-info/METADATA", "/WHEEL")):
                raise ReleaseError(f"wheels of one version differ in {path}")
    return files


def _plain(data: bytes) -> bytes:
    """Without the ends of lines that Windows uses."""
    return data.replace(b"\r\n", b"\n")
