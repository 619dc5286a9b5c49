"""Reports of every outcome, and of 1, 3 and 256 failed jobs, as people could see them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tests.unit.report import samples
from tests.unit.report.samples import PAGE, SESSION

from fire_routine.model import (
    Action,
    Brief,
    ChangedFile,
    EarlierSession,
    FailedJob,
    Failure,
    Fingerprint,
    Highlight,
    KnownFailure,
    Note,
    Outcome,
    Past,
    PullRequest,
    Result,
    SessionState,
)
from fire_routine.report import Contents
from fire_routine.sanitize import code

PYTEST = (
    "E       DeprecationWarning: datetime.datetime.utcnow() is deprecated and scheduled for removal in a"
    " future version. Use timezone-aware objects to represent datetimes in UTC.",
    "tally/till.py:16: DeprecationWarning",
    "FAILED tests/test_till.py::test_receipts_are_numbered - DeprecationWarning: datetime.datetime.utcnow()",
    "4 failed, 21 passed in 1.84s",
)
ESLINT = (
    "   1:10  error  'format' is defined but never used               no-unused-vars",
    "  31:7   error  'step' is never reassigned. Use 'const' instead  prefer-const",
)
DENIED = f"GitHub returned 403: {code('Resource not accessible by integration')}"
LONG = "a-very-long-reusable-workflow-name / build-and-test-the-whole-monorepo (ubuntu-24.04-arm, 3.14t)"
TEXT = "# CI failed: `test (3.12)` and 1 more in `o/r` on `topic` (run 1, attempt 1)\n\n" + "\n".join(
    f"Line {number} of the text, with words that go on for a while and then end." for number in range(60)
)


def _fired() -> Outcome:
    return replace(samples.FIRED, retried=("503", "503"))


def _contents(outcome: Outcome, *failures: tuple[Failure, Highlight]) -> Contents:
    passed = ("test (3.11)",)
    run = samples.run(*(job for one, _ in failures for job in one.jobs), passed=passed)
    pull = PullRequest(12, "Rework the tokenizer", f"{PAGE}/pull/12", "open", "main", "t", samples.SHA, "o/r")
    brief = Brief(
        TEXT,
        (Fingerprint("a"),),
        Fingerprint("a"),
        redactions={"github-token": 2},
        highlights=tuple(shown for _, shown in failures),
        named_files=(ChangedFile("tally/till.py", 3, 1), ChangedFile("tests/test_till.py", 8, 0)),
    )
    return Contents(
        outcome,
        samples.clean,
        brief=brief,
        run=replace(run, pull_request=pull),
        failures=tuple(one for one, _ in failures),
        max_sessions=3,
    )


def _job(number: int, name: str, step: str = "Run .venv/bin/python -m pytest") -> FailedJob:
    return samples.job(number, name, step)


def _one() -> tuple[Failure, Highlight]:
    return samples.failure(_job(1, "lint", "Run npm run lint")), Highlight(ESLINT[0].strip(), ESLINT)


def _three() -> tuple[Failure, Highlight]:
    jobs = [_job(2, "test (3.12)"), _job(3, "test (3.13)")]
    return samples.failure(*jobs), Highlight(PYTEST[0][8:], PYTEST, ("test (3.11)",))


def _matrix(number: int) -> tuple[Failure, Highlight]:
    jobs = [_job(n, f"test ({'ubuntu' if n % 2 else 'windows'}-latest, 3.{n})") for n in range(number)]
    return samples.failure(*jobs), Highlight(PYTEST[0][8:], PYTEST, tuple(f"lint ({n})" for n in range(9)))


def _distinct(number: int) -> list[tuple[Failure, Highlight]]:
    return [
        (
            samples.failure(_job(n, LONG if n % 7 == 0 else f"package-{n}")),
            Highlight(f"error: package {n} broke", PYTEST),
        )
        for n in range(number)
    ]


OTHERS = [
    samples.session(state, 20 + number, url=f"{SESSION}_{number}", run=90 + number)
    for number, state in enumerate((SessionState.CLOSED, SessionState.MERGED, SessionState.NONE))
]
PASTS = {
    "": [],
    **{f"-{state}": [samples.session(state)] for state in SessionState},
    "-unknown": [samples.session(None)],
    "-open-and-others": [samples.session(SessionState.OPEN), *OTHERS],
}


KNOWN = Outcome(
    Result.SKIPPED,
    "known-failure",
    f"Known by {code('.github/known-failures.toml, line 12')}:"
    f" {code(f'The sandbox answers late at night, {PAGE}/issues/7')}. To report it anyway, set"
    ' `action = "note"` there, on the default branch, and re-run the failed jobs.',
)
LABELLED = Outcome(
    Result.SKIPPED,
    "skip-labels",
    f"Pull request 12 has the label {code('no-claude')}, which `skip-labels` names. To report it, remove the"
    " label and re-run the failed jobs.",
)


def _known(contents: Contents, *actions: Action | None) -> Contents:
    """The failures, each known by an entry with its action; None: it is not known."""
    entry = KnownFailure(
        ".github/known-failures.toml",
        12,
        "late",
        Action.SKIP,
        "The sandbox answers late at night.",
        f"{PAGE}/issues/7",
    )
    failures = [
        replace(failure, known=replace(entry, action=action) if action else None)
        for failure, action in zip(contents.failures, actions, strict=True)
    ]
    return replace(contents, failures=tuple(failures))


def _with_past(contents: Contents, *sessions: EarlierSession) -> Contents:
    return replace(contents, past=Past(tuple(sessions)))


def reports() -> Mapping[str, Contents]:
    """By a name for the picture."""
    words = code("The token does not match this routine.")
    no_token = (
        f"The endpoint refused the token (401 authentication_error {words}). Generate a new one at"
        " https://claude.ai/code/routines and save it as the secret for `routine-token`."
    )
    notes = (
        Note("the annotations of test (3.12)", DENIED, "Add it.", permission="checks: read"),
        Note("the commit status", DENIED, "Add it.", permission="statuses: write"),
        Note("the log of test (3.13)", "GitHub answered 410", "Run the failed job again."),
    )
    earlier = Outcome(
        Result.SKIPPED,
        "duplicate",
        "Run 7 started a session on this failure. To send it again, set `again: true`.",
        session_url=SESSION,
    )
    unknown = Outcome(
        Result.UNKNOWN,
        "no-answer",
        "The endpoint returned 504. Look at https://claude.ai/code before you fire again.",
    )
    refused = _contents(Outcome(Result.FAILED, "unauthorized", no_token), _one())
    invalid = "max-characters: 12 is too small\ncool-down: 'never' is unknown"
    would = "Without `dry-run`, this starts session 1 of at most 3."
    return {
        "fired-1-job": _contents(samples.FIRED, _one()),
        "fired-3-jobs": _contents(_fired(), _one(), _three()),
        "fired-256-legs": _contents(samples.FIRED, _one(), _matrix(255)),
        "fired-256-failures": _contents(samples.FIRED, *_distinct(256)),
        **{
            f"skipped-duplicate{end}": _with_past(_contents(earlier, _three()), *past)
            for end, past in PASTS.items()
        },
        "skipped-known-failure": _known(_contents(KNOWN, _one(), _three()), Action.SKIP, Action.RERUN),
        "fired-1-known-of-2": _known(_contents(samples.FIRED, _one(), _three()), None, Action.SKIP),
        "skipped-label": _contents(LABELLED, _one()),
        "fired-after-3-sessions": _with_past(_contents(samples.FIRED, _one()), *OTHERS),
        "failed-unauthorized": replace(refused, notes=notes),
        "failed-invalid-input": Contents(Outcome(Result.FAILED, "invalid-input", invalid), samples.clean),
        "unknown": _contents(unknown, _three()),
        "dry-run": _contents(Outcome(Result.SKIPPED, "dry-run", would), _three()),
    }
