"""Starts fire-routine with nothing but some Python 3: finds one new enough, installs the lock, hands over.

    python3 src/entrypoint.py action|send|preview|distill|demo|emulate …   fire_routine's command line
    python3 src/entrypoint.py test …                                       the project's own checks
    python3 src/entrypoint.py bench/start.py …                             a script of the project's

The standard library alone, and a syntax that Python 3.6 reads: it may be the only `python3` at hand.
"""

import gc
import os
import re
import sys
import warnings
from contextlib import suppress
from pathlib import Path

NEEDED = (3, 11)
NAMES = ("python3.14", "python3.13", "python3.12", "python3.11", "python3", "python")  # the best first
SOURCE = Path(__file__).resolve().parent
LOCK, TEST_LOCK = "requirements.txt", "tests/requirements.txt"
SETUP_PYTHON = "actions/setup-python@a309ff8b426b58ec0e2a45f0f869d46889d02405 # v6.2.0"


def main(arguments: "list[str]") -> int:
    """Hands `arguments` to fire_routine, under a Python that it can run on. The exit code."""
    if sys.version_info < NEEDED:
        python = find_python(os.environ.get("PATH", ""), os.environ.get("RUNNER_TOOL_CACHE", ""))
        if python is None:
            return give_up(arguments, "no-python", too_old())
        return restart(python, arguments)
    gc.set_threshold(50_000)  # importing makes many objects and no garbage: a twentieth of the start
    sys.path[:] = [*standard_library(), str(SOURCE)]
    sys.dont_write_bytecode = True
    import importing
    import ready

    importing.keep_bytecode_apart(SOURCE)
    script = script_of(arguments)
    try:
        if script:
            folder = ready.install(SOURCE.parent / TEST_LOCK, os.environ)
            return run_script(folder, ready.search_path(folder), [script, *arguments[1:]])
        folder = ready.install(SOURCE.parent / LOCK, os.environ, importing.import_early)
    except ready.InstallError as error:
        return give_up(arguments, "install-failed", str(error))
    except KeyboardInterrupt:
        return 130
    importing.Loader.folder = folder
    sys.path[-1:-1] = ready.search_path(folder)
    leave_out()
    from fire_routine import cli

    return cli.run(arguments)


def leave_out() -> None:
    """Does without what the libraries would load beside, and what the lock leaves out for that.

    PyGithub's package imports every class of GitHub's API, and for signing in as an app, PyJWT, PyNaCl and
    cryptography, where gather asks by one of its classes. urllib3 looks for HTTP/2 by what is installed.
    requests guesses encodings, which GitHub's API never needs, by charset-normalizer where that is installed,
    and warns where it is not.
    """
    import importing

    importing.import_hollow("github", "urllib3.http2")
    warnings.filterwarnings("ignore", "Unable to find acceptable character detection dependency")


def find_python(path: str, tools: str) -> "Path | None":
    """A Python that is new enough: on `path`, else in the runner's tool cache."""
    for python in on_path(path) + in_tool_cache(tools):
        if version_of(python) >= NEEDED:
            return python
    return None


def on_path(path: str) -> "list[Path]":
    """The executables on `path` that may be a newer Python, the best first."""
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
    """What `python` says of itself; (0,) where it does not start."""
    import subprocess

    command = [str(python), "-I", "-S", "-c", "import sys; print(*sys.version_info[:2])"]
    try:
        answer = subprocess.check_output(  # noqa: S603
            command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=10
        )
        return tuple(int(part) for part in answer.split())
    except (OSError, ValueError, subprocess.SubprocessError):
        return (0,)


def restart(python: Path, arguments: "list[str]") -> int:
    """Starts over under `python`. Returns on Windows alone, where exec would not wait for its end."""
    command = [str(python), "-I", "-S", str(SOURCE / "entrypoint.py"), *arguments]
    if os.name != "nt":
        os.execv(command[0], command)  # noqa: S606
    return wait_for(command)


def wait_for(command: "list[str]", environ: "dict[str, str] | None" = None) -> int:
    """The exit code of `command`; an interrupt is left to it, for it gets it too."""
    import subprocess

    process = subprocess.Popen(command, env=environ)  # noqa: S603
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue


def standard_library() -> "list[str]":
    """The entries of `sys.path` that hold it: no current folder, PYTHONPATH or installed packages."""
    given = [*os.environ.get("PYTHONPATH", "").split(os.pathsep), "", str(SOURCE)]
    packages = re.compile(r"[\\/](site|dist)-packages([\\/]|$)")
    return [path for path in sys.path if path not in given and not packages.search(path)]


def script_of(arguments: "list[str]") -> "str | None":
    """The script of the project's own that is to run, if it is one."""
    if arguments[:1] == ["test"]:
        return str(SOURCE.parent / "tests" / "check.py")
    return arguments[0] if arguments and arguments[0].endswith(".py") else None


def run_script(folder: Path, packages: "list[str]", script: "list[str]") -> int:
    """Runs a script with the test lock's tools and packages, and none that happen to be installed."""
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
    return wait_for([str(python), *script], environ)


def too_old() -> str:
    return (
        f"Python 3.11 or newer is needed; this is {sys.version_info[0]}.{sys.version_info[1]} "
        f"({sys.executable}), and none is on PATH or in RUNNER_TOOL_CACHE. "
        f'In a workflow, add before this step: `- uses: {SETUP_PYTHON}` with `python-version: "3.13"`'
    )


def give_up(arguments: "list[str]", reason: str, message: str) -> int:
    """Says in one line what is wrong; in a workflow, as an annotation and by the outputs too."""
    if arguments[:1] != ["action"]:
        sys.stderr.write(f"fire-routine: {message}\n")
        return 1
    warn = os.environ.get("FIRE_ROUTINE_ON_ERROR", "").strip() == "warn"
    level = "warning" if warn else "error"
    escaped = message.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    sys.stdout.write(f"::{level} title=fire-routine::{escaped}\n")
    for name, text in (
        ("GITHUB_OUTPUT", f"outcome=failed\nreason={reason}\n"),
        ("GITHUB_STEP_SUMMARY", f"**The routine was not fired**: {message}\n"),
    ):
        if os.environ.get(name):
            with suppress(OSError), Path(os.environ[name]).open("a", encoding="utf-8", newline="\n") as file:
                file.write(text)
    return 0 if warn else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
