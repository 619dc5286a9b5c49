"""uv and pip, run so that they install a lock's wheels and nothing else, for nobody but the lock's hashes.

Both get the runner's own mirrors, proxies and certificates, and neither a secret nor anything of the
checkout. The standard library alone; needs Python 3.11.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from ready import InstallError

PATIENCE = 180  # seconds, for all attempts together
REMEDY = (
    "Where PyPI is reached through a proxy or a mirror only, set HTTPS_PROXY or PIP_INDEX_URL in the job's "
    "`env`; where it is not reached at all, fill the runner's RUNNER_TOOL_CACHE by one run with network"
)
NO_PIP = "No module named pip"
NO_WHEEL = "no wheel"
# Compiled, and so without a wheel for some platforms (Windows on Arm), and for Pythons newer than it; all
# works without it, slower.
FOR_SPEED = "ahocorasick-rs"
_NO_WHEEL = re.compile(
    rf"{FOR_SPEED}==\S+ has no (?:usable )?wheels|{FOR_SPEED} was not found in|no version of {FOR_SPEED}"
    rf"|No matching distribution found for {FOR_SPEED}"
)
WHEELS_ONLY = ["--only-binary", ":all:", "--require-hashes", "--no-deps"]

_PASSED = re.compile(
    r"PATH|HOME|LANG|LC_\w+|TMPDIR|TMP|TEMP|XDG_\w+|(LD|DYLD)_LIBRARY_PATH|NETRC"
    r"|(HTTPS?|ALL|NO)_PROXY|SSL_CERT_(FILE|DIR)|(REQUESTS|CURL)_CA_BUNDLE"
    r"|PIP_((EXTRA_)?INDEX_URL|NO_INDEX|FIND_LINKS|TRUSTED_HOST|PROXY|CERT|CLIENT_CERT"
    r"|CONFIG_FILE|KEYRING_PROVIDER)"
    r"|UV_((DEFAULT_|EXTRA_)?INDEX\w*|FIND_LINKS|NO_INDEX|INSECURE_HOST|NATIVE_TLS|SYSTEM_CERTS"
    r"|CONFIG_FILE|OFFLINE|KEYRING_PROVIDER)"
    r"|SYSTEM(ROOT|DRIVE)|WINDIR|COMSPEC|PATHEXT|USERPROFILE|USERNAME|HOME(DRIVE|PATH)|(LOCAL)?APPDATA"
    r"|PROGRAM(DATA|FILES.*)|NUMBER_OF_PROCESSORS|PROCESSOR_\w+",
    re.IGNORECASE,
)
_TELLS = re.compile(rf"error|.*{NO_PIP}|×|╰─▶|Caused by|cause:|hint:", re.IGNORECASE)
_REQUIREMENT = re.compile(r"^[^\s#].*\n(?:[ \t].*\n?)*", re.MULTILINE)


def install(
    lock: str,
    target: Path,
    environ: Mapping[str, str],
    pips: Iterable[list[str]],
    patience: float = PATIENCE,
) -> None:
    """Installs `lock` (requirements with hashes) into folders under `target`: with uv, else with the first
    of `pips` that is there; within `patience` seconds.

    Raises:
        InstallError: none could.
    """
    deadline = time.monotonic() + patience
    passed = environment(environ)
    uv = shutil.which("uv", path=passed.get("PATH", ""))
    if uv:
        cache = target.with_name("uv-cache")
        problem = _installed(_uv(uv, cache), lock, 1, target, passed, deadline)
        shutil.rmtree(cache, ignore_errors=True)
        if not problem:
            return
    parts = min(2, os.cpu_count() or 1)
    for pip in pips:
        problem = _installed(_install_by(pip), lock, parts, target, passed, deadline)
        if not problem:
            return
        if NO_PIP not in problem:
            raise InstallError(f"the locked dependencies could not be installed: {problem}. {REMEDY}")
    raise InstallError(
        f"{sys.executable} has no pip, and uv is not on PATH. In a workflow, use actions/setup-python "
        "before this step; on Debian, install python3-venv"
    )


def environment(environ: Mapping[str, str]) -> dict[str, str]:
    """What the installers get to see of `environ`: what they need, and no relative entry on PATH."""
    passed = {name: value for name, value in environ.items() if _PASSED.fullmatch(name)}
    folders = passed.get("PATH", os.defpath).split(os.pathsep)
    passed["PATH"] = os.pathsep.join(folder for folder in folders if Path(folder).is_absolute())
    if "PIP_INDEX_URL" in passed and not {"UV_INDEX_URL", "UV_DEFAULT_INDEX"} & passed.keys():
        passed["UV_DEFAULT_INDEX"] = passed["PIP_INDEX_URL"]  # uv reads none of pip's settings
    return passed | {"PIP_REQUIRE_VIRTUALENV": "0", "UV_HTTP_TIMEOUT": "15", "UV_HTTP_RETRIES": "2"}


def split(lock: str, count: int) -> list[str]:
    """`lock` in up to `count` parts: pip spends most of its time on one core, reading index pages."""
    requirements = _REQUIREMENT.findall(lock + "\n")
    return ["".join(requirements[number::count]) for number in range(min(count, len(requirements)))]


def _uv(uv: str, cache: Path) -> list[str]:
    # Not the user's cache: a file that is linked to it would change with it, and no lock is installed twice.
    options = ["--quiet", "--no-progress", "--cache-dir", str(cache), "--link-mode=hardlink"]
    return [uv, "pip", "install", *options, "--python", sys.executable, *WHEELS_ONLY]


def _install_by(pip: list[str]) -> list[str]:
    quiet = ["--quiet", "--no-input", "--disable-pip-version-check", "--no-warn-script-location"]
    bounds = ["--timeout=15", "--retries=2"]
    return [*pip, "install", *quiet, *bounds, "--no-cache-dir", "--no-compile", "--no-user", *WHEELS_ONLY]


def pips() -> Iterator[list[str]]:
    """Ways to run pip: as installed here, or where this is an environment of; from the wheel for new ones."""
    for python in dict.fromkeys([sys.executable, getattr(sys, "_base_executable", sys.executable)]):
        yield [python, "-I", "-m", "pip"]
    folders = [Path(sysconfig.get_path("stdlib"), "ensurepip", "_bundled")]
    if debians := sysconfig.get_config_var("WHEEL_PKG_DIR"):
        folders.append(Path(debians))
    for folder in folders:
        for wheel in folder.glob("pip-*.whl"):
            yield [sys.executable, "-I", str(wheel / "pip")]


def _installed(
    command: Sequence[str], lock: str, parts: int, target: Path, environ: Mapping[str, str], deadline: float
) -> str:
    """Installs a lock, without what is for speed alone if that has no wheel. What went wrong, or ""."""
    problem = _run(command, split(lock, parts), target, environ, deadline)
    if problem != NO_WHEEL:
        return problem
    needed = _REQUIREMENT.sub(lambda match: "" if match[0].startswith(FOR_SPEED) else match[0], lock + "\n")
    return _run(command, split(needed, parts), target, environ, deadline)


def _run(
    command: Sequence[str], parts: Sequence[str], target: Path, environ: Mapping[str, str], deadline: float
) -> str:
    """Installs each part by a process of its own, at once. What went wrong, in a line; "" if nothing."""
    shutil.rmtree(target, ignore_errors=True)
    running: list[tuple[subprocess.Popen[bytes], Path]] = []
    try:
        for number, part in enumerate(parts):
            folder = target / str(number)
            folder.mkdir(parents=True)
            lock, log = target.with_name(f"lock-{number}.txt"), target.with_name(f"log-{number}.txt")
            lock.write_text(part, "utf-8")
            arguments = [*command, "--target", str(folder), "--requirement", str(lock)]
            with log.open("wb") as output, _signals_held_back():
                process = subprocess.Popen(  # noqa: S603
                    arguments,
                    cwd=target.parent,
                    env=environ,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                )
                running.append((process, log))
        problems = [_problem(process, log, deadline) for process, log in running]
    finally:
        for process, _ in running:
            process.kill()
            process.wait()
    return next((problem for problem in problems if problem), "")


@contextmanager
def _signals_held_back() -> Iterator[None]:
    """SIGINT and SIGTERM come after the block: no process is started that nobody knows of, and so ends."""
    came: list[int] = []
    before = {
        number: signal.signal(number, lambda number, _: came.append(number))
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for late in came:
            signal.raise_signal(late)


def _problem(process: subprocess.Popen[bytes], log: Path, deadline: float) -> str:
    """What an installer says went wrong, in a line; "" if nothing did."""
    try:
        if process.wait(max(0.0, deadline - time.monotonic())) == 0:
            return ""
    except subprocess.TimeoutExpired:
        return "it took too long"
    said = [line.strip() for line in log.read_text("utf-8", "replace").splitlines() if line.strip()]
    whole = " ".join(said)
    if _NO_WHEEL.search(whole) and "Retrying (" not in whole:  # nor could the index not be reached
        return NO_WHEEL
    errors = [line for line in said if _TELLS.match(line)]
    return " ".join(
        errors[-2:] or said[-1:] or [f"the installer ended with {process.returncode} and said nothing"]
    )[:400].rstrip(".")
