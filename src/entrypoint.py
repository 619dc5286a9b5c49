"""Starts fire-routine with any Python 3: finds one that is fit, installs the lock, hands over.

    python3 src/entrypoint.py COMMAND …          fire_routine's command line: action, demo, preview and others
    python3 src/entrypoint.py test …             the project's own checks
    python3 src/entrypoint.py bench/start.py …   a script of the project

The standard library alone, and a syntax that Python 3.6 reads: it may be the only `python3` at hand. Modules
are imported inside the functions, so that a signal is handled before the first import.
"""

try:  # an interrupt during Python's own start is raised by the first import
    import os
    import sys
except KeyboardInterrupt:
    raise SystemExit("fire-routine: interrupted before anything was sent") from None

SOURCE = os.path.dirname(os.path.realpath(__file__))  # noqa: PTH120 - pathlib is not imported yet
ROOT = os.path.dirname(SOURCE)  # noqa: PTH120


def start(arguments: "list[str]") -> int:
    """As `main`, but a cancelled job ends with one line. The exit code."""
    try:
        if arguments[:1] == ["action"]:
            listen(arguments)
        return main(arguments)
    except KeyboardInterrupt:
        return cancelled(arguments, 2) if arguments[:1] == ["action"] else 130


def listen(arguments: "list[str]") -> None:
    """Ends the process on a signal, until the action listens to signals itself: nothing was sent yet."""
    import signal

    def end(number: int, _: object) -> None:
        for other in numbers:
            signal.signal(other, signal.SIG_IGN)
        code = cancelled(arguments, number)
        sys.stdout.flush()
        os._exit(code)

    numbers = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    for number in numbers:
        # `action.yml` and a restart leave interrupts ignored until here: see there.
        if number == signal.SIGINT or signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, end)


def cancelled(arguments: "list[str]", number: int) -> int:
    """Reports that a signal cancelled the job before anything was sent. The exit code."""
    import signal

    name = signal.Signals(number).name
    give_up(arguments, "interrupted", f"The job was cancelled ({name}) before anything was sent.")
    return 128 + number


def main(arguments: "list[str]") -> int:
    """Hands `arguments` to fire_routine, under a Python that it can run on. The exit code."""
    sys.dont_write_bytecode = True
    sys.path[:] = [*standard_library(), SOURCE]
    from bootstrap import InstallError, pythons

    problem = pythons.unfit()
    if problem:
        python = pythons.find_python(os.environ.get("PATH", ""), os.environ.get("RUNNER_TOOL_CACHE", ""))
        if python is None:
            return give_up(arguments, "no-python", pythons.remedy(problem))
        return pythons.restart(python, __file__, arguments)
    try:
        script = script_of(arguments)
        if script:
            from pathlib import Path

            from bootstrap import scripts

            return scripts.run(Path(ROOT), [script, *arguments[1:]])
        return hand_over(arguments)
    except InstallError as error:
        return give_up(arguments, "install-failed", str(error))


def hand_over(arguments: "list[str]") -> int:
    """Runs fire_routine's command line with its dependencies. The exit code."""
    import gc

    gc.disable()  # importing makes many objects and no garbage: a twentieth of the start
    from pathlib import Path

    from bootstrap import dependencies

    folder = dependencies.prepare(Path(ROOT))
    try:
        from fire_routine import cli

        if arguments[:1] == ["action"]:
            from fire_routine import action  # noqa: F401
    except Exception as error:
        cause = f"fire-routine cannot be imported ({type(error).__name__}: {error})"
        remedy = "The release is incomplete: please report it"
        if folder is not None:
            remedy = f"Remove the folder {folder}: the next start installs the packages again"
        return give_up(arguments, "internal-error", f"{cause}. {remedy}")
    gc.freeze()  # what was imported stays, so it is never searched for garbage
    gc.enable()
    return cli.run(arguments, lambda: dependencies.finish(folder))


def standard_library() -> "list[str]":
    """The entries of `sys.path` with the standard library: no current folder, PYTHONPATH or site-packages."""
    given = [*os.environ.get("PYTHONPATH", "").split(os.pathsep), "", SOURCE]
    parts = {path: path.replace("\\", "/").split("/") for path in sys.path if path not in given}
    return [path for path in parts if not {"site-packages", "dist-packages"} & set(parts[path])]


def script_of(arguments: "list[str]") -> "str | None":
    """The path of the project's script that `arguments` name, if they do."""
    if arguments[:1] == ["test"]:
        return os.path.join(ROOT, "tests", "check.py")  # noqa: PTH118
    return arguments[0] if arguments and arguments[0].endswith(".py") else None


def give_up(arguments: "list[str]", reason: str, message: str) -> int:
    """Reports in one line what is wrong; in a workflow, as an annotation and in the outputs too."""
    if arguments[:1] != ["action"]:
        sys.stderr.write(f"fire-routine: {message}\n")
        return 1
    code = message.replace("`", "'")  # an index or a package may have written a part of it
    escaped = message.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    sys.stdout.write(f"::error title=fire-routine::{escaped}\n")
    for name, text in (
        ("GITHUB_OUTPUT", f"outcome=failed\nreason={reason}\n"),
        (
            "GITHUB_STEP_SUMMARY",
            f"### ❌ Not fired: the action could not start\n\n```text\n{code}\n```\n",
        ),
    ):
        if os.environ.get(name):
            try:
                with open(os.environ[name], "a", encoding="utf-8", newline="\n") as file:  # noqa: PTH123
                    file.write(text)
            except OSError:
                pass
    return 1


if __name__ == "__main__":
    sys.exit(start(sys.argv[1:]))
