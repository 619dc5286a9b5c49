"""Known failures, over real HTTP."""

from __future__ import annotations

from tests.support.emulated.job import Job

KNOWN = """\
[[known-failure]]
pattern = 'error\\[E0308\\]'
job = "build"
action = "skip"
note = "The compiler is *wrong* <b>"
issue = "https://github.com/octo/widgets/issues/7"
"""
PATH = ".github/known-failures.toml"


def test_one_of_two_failed_tests_is_known_in_part_and_fired(job: Job) -> None:
    job.github.set_file(PATH, "[[known-failure]]\npattern = 'test_a'\naction = 'skip'\nnote = 'Flaky'\n")
    lines = (
        "FAILED tests/test_x.py::test_a - TimeoutError",
        "FAILED tests/test_x.py::test_b - assert 4 == 3",
    )
    stamped = [f"2026-11-24T10:00:01.0000000Z {line}" for line in (*lines, "2 failed in 0.2s")]
    job.github.set_log(71, "\n".join(stamped))
    assert job.ended() == "fired"
    assert "📌 Known in part (`.github/known-failures.toml, line 1`): Flaky" in job.summary
    assert "It is known in part: what else the log lists as failed is not." in job.endpoint.requests[0].text


def test_the_file_is_the_one_that_the_input_names(job: Job) -> None:
    job.github.set_file("ci/known.toml", KNOWN)
    job.environ["FIRE_ROUTINE_KNOWN_FAILURES"] = "ci/known.toml"
    assert job.ended() == "skipped known-failure"
    job.environ["FIRE_ROUTINE_KNOWN_FAILURES"] = ""
    assert job.ended() == "fired"
    assert len(job.github.asked("/contents/")) == 1  # of the first run


def test_the_file_of_the_checkout_does_not_count(job: Job) -> None:
    """Whoever opens a pull request could have written it."""
    checkout = job.temp / "checkout"
    (checkout / ".github").mkdir(parents=True)
    (checkout / PATH).write_text(KNOWN)
    job.environ["GITHUB_WORKSPACE"] = str(checkout)
    assert job.ended() == "fired"
