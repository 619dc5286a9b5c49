"""Which failures an entry covers: the lines that explain them, by job and step, and all of a list or none."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import pytest
from tests.unit.digests import digest_of

from fire_routine import distill
from fire_routine.known_failures import Entry, mark_known, read_entries, searching
from fire_routine.model.evidence import Attachment, Digest, Failure, Fingerprint, to_fire
from fire_routine.model.run import Annotation, Job, Note, Step

FLAKY = "E       TimeoutError: pool exhausted"
PYTEST = """\
=================================== FAILURES ===================================
___________________________________ test_a _____________________________________

    def test_a():
>       connect()
E       TimeoutError: pool exhausted

tests/test_a.py:7: TimeoutError
=========================== short test summary info ============================
FAILED tests/test_a.py::test_a - TimeoutError: pool exhausted
FAILED tests/test_b.py::test_b - {second}
2 failed, 10 passed in 0.2s
##[error]Process completed with exit code 1.
"""
RETRIED = """\
warning: read ECONNRESET from registry.npmjs.org, retrying (1/3)
FAIL src/cart.test.js
  ● cart › adds

    expect(received).toBe(expected) // Object.is equality

    Expected: 3
    Received: 4

Tests: 1 failed, 3 passed, 4 total
##[error]Process completed with exit code 1.
"""


def entries(*patterns: str, action: str = "skip", **fields: str) -> tuple[Entry, ...]:
    further = "".join(f"{key} = '{value}'\n" for key, value in fields.items())
    named = [f"pattern = '{pattern}'\n" if pattern else "" for pattern in patterns]
    text = "".join(f"[[known-failure]]\n{name}action = '{action}'\n{further}" for name in named)
    found, notes = read_entries(text, "known.toml", date(2026, 11, 29))
    assert notes == ()
    return found


def digest(log: str) -> Digest:
    return distill.read([log.encode()])


def one_line(line: str) -> Digest:
    return digest_of(line)


def job(name: str = "test", number: int = 1, step: str = "Run make", **fields: object) -> Job:
    steps = (Step(1, step, "failure", None, None),) if step else ()
    return Job(number, name, "failure", "", steps=steps, **fields)  # type: ignore[arg-type]


def failure(log: Digest | str | None, *jobs: Job, gate: bool = False) -> Failure:
    log = digest(log) if isinstance(log, str) else log
    return Failure(Fingerprint("1"), jobs or (job(),), log, gate=gate)


def marked(
    found: tuple[Entry, ...], *failures: Failure, attached: tuple[Attachment, ...] = ()
) -> tuple[tuple[Failure, ...], tuple[Note, ...]]:
    return mark_known(failures, found, attached)


def known(found: tuple[Entry, ...], *failures: Failure) -> list[bool]:
    """Whether each of the failures is spared, in the order in which they are given."""
    spared = {one.jobs: one.is_spared for one in marked(found, *failures)[0]}
    return [spared[one.jobs] for one in failures]


def test_a_pattern_is_searched_in_each_line_that_explains_the_failure() -> None:
    two = digest_of("a timeout", "of the pool exhausted")
    coloured = one_line("\x1b[31mpool\u200b exhausted\x1b[0m")
    failures = [
        failure(log, job(number=number)) for number, log in enumerate((one_line(FLAKY), two, coloured))
    ]
    assert known(entries("pool exhausted"), *failures) == [True, True, True]
    assert known(entries("pool is exhausted", "timeout.*pool", "^pool exhausted$"), *failures) == [
        False,
        False,
        True,
    ]


def test_the_first_entry_that_matches_counts() -> None:
    (one,), _ = marked(entries("nothing", "exhausted", "pool"), failure(one_line(FLAKY)))
    assert one.known and one.known.pattern == "exhausted"


@pytest.mark.parametrize(
    ("field", "glob", "matched"),
    [
        ("job", "test", []),
        ("job", "test (*, ubuntu)", ["test (3.13, ubuntu)"]),
        ("job", "test [?]", ["test [1]"]),
        ("step", "Run *", ["Run npm ci"]),
    ],
)
def test_globs_are_for_whole_names_of_jobs_and_steps(field: str, glob: str, matched: list[str]) -> None:
    names = ["test (3.13, ubuntu)", "test [1]", "Run npm ci", "Set up"]
    jobs = [job(name, step=name) for name in names]
    found = known(entries("pool", **{field: glob}), *(failure(one_line(FLAKY), one) for one in jobs))
    assert [name for name, is_known in zip(names, found, strict=True) if is_known] == matched


def test_without_a_pattern_all_that_fails_in_a_job_or_step_is_known() -> None:
    optional = entries("", job="nightly (*)")
    assert known(optional, failure(PYTEST, job("nightly (gcc)")), failure(PYTEST, job("build"))) == [
        True,
        False,
    ]
    assert known(optional, failure(None, job("nightly (gcc)"))) == [True]
    assert known(optional, failure(PYTEST, job("nightly (gcc)"), job("build", 2))) == [False]
    assert known(entries("", step="Upload *"), failure(PYTEST, job(step="Upload coverage"))) == [True]
    assert known((*entries("test_a"), *optional), failure(PYTEST, job("nightly (gcc)"))) == [True]


def test_a_glob_has_to_match_every_job_that_shares_the_failure() -> None:
    both = failure(one_line(FLAKY), job("nightly"), job("release", 2))
    assert known(entries("pool", job="nightly"), both) == [False]
    assert known(entries("pool", job="*"), both) == [True]


def test_annotations_are_evidence_too() -> None:
    lost = "The hosted runner lost communication\nwith the server."
    without_log = failure(None, job(annotations=(Annotation("failure", lost),)))
    assert known(entries("lost communication$"), without_log) == [True]
    titled = failure(None, job(annotations=(Annotation("failure", "x", title="Disk full"),)))
    assert known(entries("Disk full"), titled) == [True]


def test_attached_files_are_evidence_of_a_job_that_is_still_running() -> None:
    attached = (Attachment("test.log", one_line(FLAKY)),)
    running = Failure(Fingerprint("1"), (Job(1, "test", "running", ""),), None)
    assert marked(entries("pool"), running, attached=attached)[0][0].is_spared
    assert not marked(entries("pool"), failure(None), attached=attached)[0][0].is_spared


def test_a_line_that_does_not_explain_the_failure_does_not_make_it_known() -> None:
    """A request that was retried, and then a test that really fails."""
    found = entries("ECONNRESET")
    (one,), (note,) = marked(found, failure(RETRIED))
    assert one.known is None
    assert note.what == "known.toml, line 1"
    assert note.why == "its pattern is only in lines next to those that explain the failure"
    npm = "npm ERR! code ECONNRESET\nnpm ERR! syscall read\nnpm ERR! errno ECONNRESET\n"
    assert known(found, failure(npm)) == [True]


@pytest.mark.parametrize(
    "real", ["error[E0308]: mismatched types\n --> src/main.rs:3:5", "FAILED tests/test_b.py::test_b - boom"]
)
def test_a_known_line_beside_a_stronger_failure_of_its_step_is_known_in_part(real: str) -> None:
    found = entries("flaky registry")
    assert known(found, failure("Error: flaky registry")) == [True]
    ((shown,), _) = marked(found, failure(f"Error: flaky registry\n{real}"))
    assert (shown.known_in_part, shown.is_spared) == (True, False)
    both = entries("flaky registry", "mismatched types|boom")
    assert known(both, failure(f"Error: flaky registry\n{real}")) == [True]


def test_of_a_list_of_failed_tests_all_have_to_be_known_by_some_entry() -> None:
    log = failure(PYTEST.format(second="assert 4 == 3"))
    same = failure(PYTEST.format(second="TimeoutError: pool exhausted"), job(number=2))
    first, second = sorted(marked(entries("pool exhausted"), log, same)[0], key=lambda one: one.jobs[0].id)
    assert first.known and first.known_in_part and not first.is_spared
    assert second.is_spared
    assert known(entries("pool exhausted", "test_b - assert 4 == 3"), log) == [True]


# The second failure is between two marks.
UNITTEST = """\
======================================================================
FAIL: test_price (__main__.Widgets.test_price)
----------------------------------------------------------------------
Traceback (most recent call last):
  File "test_widgets.py", line 7, in test_price
    self.assertEqual(3 * 7, 22, "three widgets cost")
AssertionError: 21 != 22 : three widgets cost

%%
======================================================================
FAIL: test_size (__main__.Widgets.test_size)
----------------------------------------------------------------------
Traceback (most recent call last):
  File "test_widgets.py", line 11, in test_size
    self.assertEqual(size(), 3)
AssertionError: 4 != 3

%%
----------------------------------------------------------------------
Ran 2 tests in 0.001s

FAILED (failures=2)
##[error]Process completed with exit code 1.
"""
MYPY = """\
src/a.py:3: error: Incompatible return value type (got "int", expected "str")  [return-value]

%%
src/b.py:9: error: Name "x" is not defined  [name-defined]

%%
Found 2 errors in 2 files (checked 9 source files)
##[error]Process completed with exit code 1.
"""


@pytest.mark.parametrize(
    ("log", "first", "second"),
    [
        (UNITTEST, "FAIL: test_price", "FAIL: test_size"),
        (UNITTEST, "21 != 22", "4 != 3"),
        (MYPY, "src/a", "src/b"),
    ],
)
def test_a_line_of_a_failures_section_is_enough_for_that_failure(log: str, first: str, second: str) -> None:
    one, two, rest = log.split("%%\n")
    alone, both = failure(one + rest), failure(one + two + rest, job(number=2))
    assert known(entries(first), alone, both) == [True, False]
    assert known(entries(second), both) == [False]
    assert known(entries(first, second), both) == [True]


def test_one_failed_test_is_known_by_a_line_that_is_no_item() -> None:
    single = PYTEST.replace("FAILED tests/test_b.py::test_b - {second}\n", "")
    single = single.replace("test_a - TimeoutError: pool exhausted", "test_a - TimeoutErr...")
    assert known(entries("E +TimeoutError: pool"), failure(single)) == [True]


def test_unknown_failures_come_first_and_gates_last() -> None:
    failures = (
        failure(one_line(FLAKY), job("flaky")),
        failure(one_line("real"), job("real", 2)),
        failure(one_line("needs"), job("gate", 3), gate=True),
    )
    order = [one.jobs[0].name for one in marked(entries("pool"), *failures)[0]]
    assert order == ["real", "flaky", "gate"]


def test_what_is_left_to_fire_for() -> None:
    real, flaky = failure(one_line("real"), job("real", 2)), failure(one_line(FLAKY))
    gate = failure(one_line("needs"), job("gate", 3), gate=True)

    def left(found: tuple[Entry, ...], *failures: Failure) -> list[str]:
        return [one.jobs[0].name for one in to_fire(marked(found, *failures)[0])]

    assert left(entries("pool"), flaky, real, gate) == ["real", "gate"]
    assert left(entries("pool"), flaky, gate) == []  # the gate reports what is known
    assert left(entries("pool"), flaky) == []
    assert left(entries("pool", action="note"), flaky) == ["test"]
    assert left(entries("other"), gate) == ["gate"]
    assert left(entries("other")) == []


def test_a_pattern_that_takes_too_long_is_reported_and_the_others_apply(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    log = digest_of("a" * 60 + "!", FLAKY)
    for seconds in (1.0, 10.0, 100.0):  # a busy machine gets more time for the other one
        monkeypatch.setattr(searching, "SECONDS", seconds)
        (one,), notes = marked(entries("(a+)+$", "pool exhausted"), failure(log))
        if one.known:
            break
    assert one.known and one.known.pattern == "pool exhausted"
    assert [(note.what, note.remedy) for note in notes] == [
        ("known.toml, line 1", "Give it more literal text.")
    ]


def test_where_no_process_can_be_started_nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/no/python")
    (one,), (note,) = marked(entries("pool"), failure(one_line(FLAKY)))
    assert one.known is None
    assert note.what == "known.toml, line 1"


def test_the_searching_process_has_no_token(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It runs nothing of the user's, and reads nothing from the environment."""
    monkeypatch.setenv("FIRE_ROUTINE_ROUTINE_TOKEN", "sk-ant-oat01-x")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (tmp_path / "json.py").write_text("raise SystemExit(1)")
    assert known(entries("pool"), failure(one_line(FLAKY))) == [True]


@pytest.mark.parametrize("pattern", [".*", "a?", ".", "(|x)"])
def test_a_pattern_that_matches_any_line_is_refused(pattern: str) -> None:
    (one,), (note,) = marked(entries(pattern), failure(one_line(FLAKY)))
    assert one.known is None
    assert note.why == "its pattern matches any line"
