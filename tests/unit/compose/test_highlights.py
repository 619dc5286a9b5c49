"""The lines that people are shown of each failure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tests.unit.report import samples

from fire_routine.compose import highlights as shown
from fire_routine.compose.highlights import MOST_LINES, cause
from fire_routine.distill import excerpt
from fire_routine.model import Annotation, Block, Digest, FailedJob, Failure, Fingerprint, Step

JOB = FailedJob(1, "test (3.13)", "failure", "", steps=(Step(2, "Run pytest", "failure", None, None),))


def _failure(*blocks: tuple[int, float, Sequence[str]], job: FailedJob = JOB) -> Failure:
    digest = Digest(tuple(Block(first, tuple(lines), weight, "rule") for first, weight, lines in blocks), 99)
    return Failure(Fingerprint("a"), (job,), digest, exit_codes=(1,))


def strongest(failure: Failure) -> tuple[str, ...]:
    return shown.strongest(failure, excerpt)


def test_the_lines_of_a_short_excerpt_are_shown_with_the_places_that_they_name() -> None:
    found = _failure(
        (10, 9.0, ["error[E0308]: mismatched types"]),
        (11, 8.5, ["  --> src/alarm.rs:17:33"]),
        (30, 9.5, ["error[E0369]: cannot subtract"]),
        (31, 9.0, ["  --> src/alarm.rs:25:45"]),
        (60, 2.0, ["warning: unused import"]),
    )
    assert strongest(found) == (
        "error[E0308]: mismatched types",
        "  --> src/alarm.rs:17:33",
        "error[E0369]: cannot subtract",
        "  --> src/alarm.rs:25:45",
    )
    assert cause(found) == "error[E0369]: cannot subtract"


def test_of_lines_as_strong_as_each_other_the_first_is_the_cause() -> None:
    found = _failure(
        (10, 9.6, ["error: first of all"]), (30, 9.8, ["error: then this"]), (50, 9.0, ["late error"])
    )
    assert cause(found) == "error: first of all"


def test_the_cause_has_no_marks_and_no_indentation() -> None:
    assert cause(_failure((1, 9.0, ["E       assert  20 == 21"]))) == "assert 20 == 21"
    assert cause(_failure((1, 9.0, ["##[error]boom happened"]))) == "boom happened"


def test_no_more_than_five_lines_and_none_is_long() -> None:
    lines = strongest(_failure(*((100 * n, 9.0, [f"error {chr(97 + n)} happened"]) for n in range(9))))
    assert lines == tuple(f"error {letter} happened" for letter in "abcde")
    assert MOST_LINES == 5
    (line,) = strongest(_failure((1, 9.0, [f"error {'a' * 2_000} happened"])))
    assert len(line) <= 300


def test_without_an_error_the_last_lines_are_shown_and_the_cause_is_how_it_ended() -> None:
    found = _failure((1, 1.5, ["preparing", "building", "done with that", "---", "almost there"]))
    assert strongest(found) == ("preparing", "building", "done with that", "almost there")
    assert cause(found) == "test (3.13), step Run pytest: failed, exit code 1"


def test_without_a_log_the_annotations_are_shown_else_how_the_job_ended() -> None:
    noted = replace(JOB, annotations=(Annotation("failure", "The runner\nlost  communication"),))
    found = Failure(Fingerprint("a"), (noted,), None, exit_codes=(None,))
    assert strongest(found) == ("The runner lost communication",)
    assert cause(found) == "The runner lost communication"
    late = replace(JOB, conclusion="timed_out", steps=())
    assert cause(Failure(Fingerprint("a"), (late,), None, exit_codes=(None,))) == "test (3.13): timed out"


def test_legs_of_the_same_matrix_that_passed_are_named() -> None:
    run = samples.run(JOB, passed=["test (3.11)", "lint", "other (3.11)"])
    (one,) = shown.highlights(run, [_failure((1, 9.0, ["error: boom"]))], excerpt)
    assert one.passed_legs == ("test (3.11)",)
