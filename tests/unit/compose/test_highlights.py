"""The lines that people are shown of each failure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tests.unit.digests import lines, of_blocks
from tests.unit.report import samples

from fire_routine.compose import highlights as shown
from fire_routine.compose.highlights import MOST_LINES, cause
from fire_routine.distill import excerpt
from fire_routine.model.evidence import Failure, Fingerprint
from fire_routine.model.run import Annotation, Job, Step

JOB = Job(1, "test (3.13)", "failure", "", steps=(Step(2, "Run pytest", "failure", None, None),))


def _failure(*blocks: Sequence[str], weight: float = 9.0) -> Failure:
    """With blocks of lines, all of which a reader needs, a hundred lines from each other."""
    digest = of_blocks(*(lines(texts, first=100 * at) for at, texts in enumerate(blocks, 1)), weight=weight)
    return Failure(Fingerprint("a"), (JOB,), digest, exit_codes=(1,))


def strongest(failure: Failure) -> tuple[str, ...]:
    return shown.strongest(failure, excerpt)


def test_the_lines_are_each_failures_name_reason_and_place_in_the_logs_order() -> None:
    found = _failure(
        ["error[E0369]: cannot subtract", "  --> src/alarm.rs:25:45"],
        ["error[E0308]: mismatched types", "  --> src/alarm.rs:17:33"],
    )
    assert strongest(found) == (
        "error[E0369]: cannot subtract",
        "  --> src/alarm.rs:25:45",
        "error[E0308]: mismatched types",
        "  --> src/alarm.rs:17:33",
    )
    assert cause(found) == "error[E0369]: cannot subtract: src/alarm.rs:25:45"


def test_what_a_reader_can_do_without_is_not_among_them() -> None:
    block = (
        *lines(["● adds up"]),
        *lines(["  const a = 1"], first=2, rank=3),
        *lines(["  a.js:3:1"], first=3),
    )
    found = Failure(Fingerprint("a"), (JOB,), of_blocks(block))
    assert strongest(found) == ("● adds up", "  a.js:3:1")
    assert cause(found) == "adds up: a.js:3:1"


def test_the_cause_has_no_marks_and_no_indentation() -> None:
    assert cause(_failure(["E       assert  20 == 21"])) == "assert 20 == 21"
    assert cause(_failure(["##[error]boom happened"])) == "boom happened"


def test_no_more_than_five_lines_and_none_is_long() -> None:
    found = strongest(_failure(*([f"error {chr(97 + n)} happened"] for n in range(9))))
    assert found == tuple(f"error {letter} happened" for letter in "abcde")
    assert MOST_LINES == 5
    (line,) = strongest(_failure([f"error {'a' * 2_000} happened"]))
    assert len(line) <= 300


def test_without_an_error_the_last_lines_are_shown_and_the_cause_is_how_it_ended() -> None:
    found = _failure(["preparing", "building", "done with that", "---", "almost there"], weight=1.5)
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
    (one,) = shown.highlights(run, [_failure(["error: boom"])], excerpt)
    assert one.passed_legs == ("test (3.11)",)
