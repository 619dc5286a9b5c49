"""A job's name as GitHub makes it: callers of reusable workflows, the job's own, the values of its matrix."""

from __future__ import annotations

from collections.abc import Iterator

_JOB_PATH = " / "  # between a reusable workflow's caller and its job


def base_name(job: str) -> str:
    """A job's name without its matrix values: `build / test (ubuntu-latest, 3.12)` → `build / test`.

    GitHub appends them in parentheses to a job whose `name:` does not spell them
    (https://docs.github.com/actions/how-tos/write-workflows/choose-what-workflows-do/run-job-variations).
    """
    return _JOB_PATH.join(name for name, _ in _parts(job))


def matrix_values(job: str) -> tuple[str, ...]:
    """The matrix values in a job's name; none where its name shows none."""
    return tuple(value for _, values in _parts(job) if values for value in values.split(", "))


def _parts(job: str) -> Iterator[tuple[str, str]]:
    """Caller and job, each split into its name and the content of the parentheses at its end."""
    whole = ""
    for piece in job.split(_JOB_PATH):
        whole += _JOB_PATH + piece if whole else piece
        if whole.count("(") <= whole.count(")"):  # else the slash is part of a value
            yield _named(whole)
            whole = ""
    if whole:
        yield _named(whole)


def _named(part: str) -> tuple[str, str]:
    depth = 0
    for at in range(len(part) - 1, 0, -1):
        depth += (part[at] == ")") - (part[at] == "(")
        if depth == 0:
            return (part[: at - 1], part[at + 1 : -1]) if part[at - 1 : at + 1] == " (" else (part, "")
    return part, ""
