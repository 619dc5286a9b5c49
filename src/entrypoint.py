"""Starts fire-routine with any Python 3: finds one that is fit, installs the lock, hands over.

    python3 src/entrypoint.py action|send|preview|distill|demo|emulate …   fire_routine's command line
    python3 src/entrypoint.py test …                                       the project's own checks
    python3 src/entrypoint.py bench/start.py …                             a script of the project

The standard library alone, and a syntax that Python 3.6 reads: it may be the only `python3` at hand.
"""

import gc
import os
import re
import signal
import sys
import warnings
from contextlib import suppress
from pathlib import Path

NEEDED = (3, 11)
MODULES = "hashlib, http.client, json, ssl, threading, zlib"  # each is imported by any fire
# Prints the version of a fit Python. Others fail, or print 0.
PROBE = "import sys, {}; print(*sys.version_info[:2] if sys.implementation.name == 'cpython' else [0])"
NAMES = ("python3.14", "python3.13", "python3.12", "python3.11", "python3", "python")  # the best first
SOURCE = Path(__file__).resolve().parent
VENDOR = SOURCE / "vendor"  # the locked packages, where a release brings them
LOCKS, TEST_LOCKS = ("requirements.txt", "requirements-fast.txt"), ("tests/requirements.txt",)
SETUP_PYTHON = "actions/setup-python@a309ff8b426b58ec0e2a45f0f869d46889d02405 # v6.2.0"
RESTARTED = "FIRE_ROUTINE_RESTARTED"  # set in the environment of a second start
SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


class Cancelled(BaseException):
    """A signal asked the process to end, before the action listened to signals itself."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def start(arguments: "list[str]") -> int:
    """As `main`, but a cancelled job ends with one line. The exit code."""
    if arguments[:1] == ["action"]:
        for number in SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, cancel)
    try:
        return main(arguments)
    except Cancelled as cancelled:
        name = signal.Signals(cancelled.number).name
        give_up(arguments, "interrupted", f"The job was cancelled ({name}) before anything was sent.")
        return 128 + cancelled.number
    except KeyboardInterrupt:
        return 130


def cancel(number: int, _: object) -> None:
    """Handles the first signal; later ones are ignored."""
    for other in SIGNALS:
        signal.signal(other, signal.SIG_IGN)
    raise Cancelled(number)


def main(arguments: "list[str]") -> int:
    """Hands `arguments` to fire_routine, under a Python that it can run on. The exit code."""
    problem = unfit()
    if problem:
        python = find_python(os.environ.get("PATH", ""), os.environ.get("RUNNER_TOOL_CACHE", ""))
        if python is None:
            return give_up(arguments, "no-python", remedy(problem))
        return restart(python, arguments)
    gc.disable()  # importing makes many objects and no garbage: a twentieth of the start
    sys.path[:] = [*standard_library(), str(SOURCE)]
    sys.dont_write_bytecode = True
    import ready

    script = script_of(arguments)
    try:
        if script:
            folder = ready.install([SOURCE.parent / lock for lock in TEST_LOCKS], os.environ)
            code = run_script(folder, ready.search_path(folder), [script, *arguments[1:]])
            ready.release(folder)
            return code
        return hand_over(arguments)
    except ready.InstallError as error:
        return give_up(arguments, "install-failed", str(error))


def hand_over(arguments: "list[str]") -> int:
    """Runs fire_routine's command line with the packages that a release brings, else the locked ones."""
    import importing
    import ready

    importing.use_loader(SOURCE)
    importing.Loader.bytecode = importing.kept_bytecode(ready.roots(os.environ), os.environ)
    if VENDOR.is_dir():
        folder = None
        sys.path[-1:-1] = [str(VENDOR)]
    else:
        locks = [SOURCE.parent / lock for lock in LOCKS]
        folder = ready.install(locks, os.environ, importing.import_early)
        importing.use_installed(folder / "packages", ready.digests(folder))
        sys.path[-1:-1] = ready.search_path(folder)
    leave_out()
    try:
        from fire_routine import cli

        if arguments[:1] == ["action"]:
            from fire_routine import action  # noqa: F401
    except Exception as error:
        if folder is not None:
            ready.remove(folder)
            if RESTARTED not in os.environ:
                os.environ[RESTARTED] = "1"
                return restart(Path(sys.executable), arguments)
        return give_up(arguments, "internal-error", import_failed(error, folder))
    gc.freeze()  # what was imported stays, so it is never searched for garbage
    gc.enable()

    def finish() -> None:
        importing.Loader.bytecode.save()
        if folder is not None:
            ready.release(folder)

    return cli.run(arguments, finish)


def leave_out() -> None:
    """Skips what the libraries would load but fire-routine never uses, and the lock leaves out.

    - PyGithub's package imports every class of GitHub's API, and PyJWT, PyNaCl and cryptography to sign in as
      an app. `gather` needs one of its modules.
    - urllib3 looks for an HTTP/2 library.
    - requests warns without charset-normalizer, which guesses encodings. GitHub's API always uses UTF-8.
    """
    import importing

    importing.import_hollow("github", "urllib3.http2")
    warnings.filterwarnings("ignore", "Unable to find acceptable character detection dependency")


def import_failed(error: Exception, folder: "Path | None") -> str:
    cause = f"fire-routine cannot be imported ({type(error).__name__}: {error})"
    if folder is None:
        return f"{cause}. The release is incomplete: please report it"
    return f"{cause}. The dependencies in {folder} were removed; the next start installs them again"


def unfit() -> str:
    """Why fire-routine cannot run on this Python, or ""."""
    version = "{}.{}".format(*sys.version_info[:2])
    if sys.version_info < NEEDED:
        return f"Python 3.11 or newer is needed; this is {version} ({sys.executable})"
    if sys.implementation.name != "cpython":
        name = sys.implementation.name
        return f"CPython 3.11 or newer is needed; this is {name} {version} ({sys.executable})"
    try:
        for module in MODULES.split(", "):
            __import__(module)
    except ImportError as error:
        return f"A complete Python 3.11 or newer is needed; {sys.executable} lacks a part ({error})"
    return ""


def remedy(problem: str) -> str:
    return (
        f"{problem}, and none is on PATH or in RUNNER_TOOL_CACHE. "
        f'In a workflow, add before this step: `- uses: {SETUP_PYTHON}` with `python-version: "3.13"`'
    )


def find_python(path: str, tools: str) -> "Path | None":
    """A Python that fire-routine can run on: on `path`, else in the runner's tool cache."""
    for python in on_path(path) + in_tool_cache(tools):
        if version_of(python) >= NEEDED:
            return python
    return None


def on_path(path: str) -> "list[Path]":
    """The executables on `path` that may be a fit Python, the best first."""
    folders = [Path(folder) for folder in path.split(os.pathsep)]
    suffix = ".exe" if os.name == "nt" else ""
    pythons = [folder / (name + suffix) for name in NAMES for folder in folders if folder.is_absolute()]
    return [python for python in pythons if os.access(str(python), os.X_OK)]


def in_tool_cache(tools: str) -> "list[Path]":
    """The Pythons at `<tools>/Python/<version>/<architecture>/`, the newest first; no pre-releases."""
    found = []
    for pattern in ("*/*/bin/python3", "*/*/python.exe") if tools else ():
        for python in (Path(tools) / "Python").glob(pattern):
            version = python.relative_to(Path(tools) / "Python").parts[0]
            if re.match(r"3(\.[0-9]+)+$", version) and os.access(str(python), os.X_OK):
                found.append(([int(part) for part in version.split(".")], python))
    return [python for _, python in sorted(found, reverse=True)]


def version_of(python: Path) -> "tuple[int, ...]":
    """The version of a fit Python; (0,) if it does not start, is not CPython, or lacks a module."""
    import subprocess

    command = [str(python), "-I", "-S", "-c", PROBE.format(MODULES)]
    try:
        answer = subprocess.check_output(  # noqa: S603
            command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=10
        )
        return tuple(int(part) for part in answer.split())
    except (OSError, ValueError, subprocess.SubprocessError):
        return (0,)


def restart(python: Path, arguments: "list[str]") -> int:
    """Starts again under `python`. Returns on Windows only, where exec would not wait for the end."""
    command = [str(python), "-I", "-S", str(SOURCE / "entrypoint.py"), *arguments]
    if os.name != "nt":
        os.execv(command[0], command)  # noqa: S606
    return wait_for(command)


def wait_for(command: "list[str]", environ: "dict[str, str] | None" = None) -> int:
    """The exit code of `command`, which handles an interrupt itself: it receives it too."""
    import subprocess

    process = subprocess.Popen(command, env=environ)  # noqa: S603
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue


def standard_library() -> "list[str]":
    """The entries of `sys.path` with the standard library: no current folder, PYTHONPATH or site-packages."""
    given = [*os.environ.get("PYTHONPATH", "").split(os.pathsep), "", str(SOURCE)]
    packages = re.compile(r"[\\/](site|dist)-packages([\\/]|$)")
    return [path for path in sys.path if path not in given and not packages.search(path)]


def script_of(arguments: "list[str]") -> "str | None":
    """The path of the project's script that `arguments` name, if they do."""
    if arguments[:1] == ["test"]:
        return str(SOURCE.parent / "tests" / "check.py")
    return arguments[0] if arguments and arguments[0].endswith(".py") else None


def run_script(folder: Path, packages: "list[str]", script: "list[str]") -> int:
    """Runs a script with the test lock's tools and packages, and no others."""
    import venv

    environment = folder / "venv"
    venv.create(environment, symlinks=os.name != "nt")
    python = (
        next(environment.glob("bin/python3")) if os.name != "nt" else environment / "Scripts" / "python.exe"
    )
    site = next(environment.glob("[Ll]ib/**/site-packages"))
    (site / "locked.pth").write_text("\n".join(packages), encoding="utf-8")
    tools = [str(python.parent), *(str(Path(path, "bin")) for path in packages)]
    environ = dict(os.environ, PATH=os.pathsep.join([*tools, os.environ.get("PATH", os.defpath)]))
    environ.pop("PYTHONPATH", None)
    if os.name != "nt":  # /tmp is shared, and what the tests install there would never be found ready
        environ["TMPDIR"] = str(folder / "tmp")
        Path(environ["TMPDIR"]).mkdir(mode=0o700, exist_ok=True)
    return wait_for([str(python), *script], environ)


def give_up(arguments: "list[str]", reason: str, message: str) -> int:
    """Reports in one line what is wrong; in a workflow, as an annotation and in the outputs too."""
    if arguments[:1] != ["action"]:
        sys.stderr.write(f"fire-routine: {message}\n")
        return 1
    warn = os.environ.get("FIRE_ROUTINE_ON_ERROR", "").strip() == "warn"
    level = "warning" if warn else "error"
    escaped = message.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    sys.stdout.write(f"::{level} title=fire-routine::{escaped}\n")
    for name, text in (
        ("GITHUB_OUTPUT", f"outcome=failed\nreason={reason}\n"),
        (
            "GITHUB_STEP_SUMMARY",
            f"### ❌ Not fired: the action could not start\n\n> [!CAUTION]\n> {message}\n",
        ),
    ):
        if os.environ.get(name):
            with suppress(OSError), Path(os.environ[name]).open("a", encoding="utf-8", newline="\n") as file:
                file.write(text)
    return 0 if warn else 1


if __name__ == "__main__":
    sys.exit(start(sys.argv[1:]))
