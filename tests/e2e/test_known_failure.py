"""A known failure under act: a job that really fails, and a file on the default branch that knows it."""

from __future__ import annotations

from tests.e2e.stage import Stage, outputs
from tests.e2e.test_workflows import FINAL_JOB

PATH = ".github/known-failures.toml"
ENTRY = """\
[[known-failure]]
pattern = 'AssertionError: \\d+ != \\d+ : three widgets cost'
job = "test"
step = "Run python3 test_widgets.py*"
action = "skip"
note = "The price is decided next week."
issue = "https://github.com/octo/widgets/issues/7"
"""


def test_a_known_failure_starts_no_session(stage: Stage) -> None:
    stage.github.set_file(PATH, ENTRY)
    result = stage.run(FINAL_JOB)
    got = outputs(result)
    assert (got["outcome"], got["reason"], got["session-url"]) == ("skipped", "known-failure", "")
    assert "test_price" in got["cause"]
    assert stage.endpoint.requests == []
    assert result.job_result("on-failure") == "success"
    summary = result.summary("on-failure")
    assert "Skipped: all that failed is known already" in summary
    assert "`.github/known-failures.toml, line 1`" in summary
    assert "[issue](https://github.com/octo/widgets/issues/7)" in summary
    ((level, message),) = result.annotations("on-failure")
    assert level == "notice"
    assert "The price is decided next week" in message


def test_the_file_of_the_commit_that_failed_does_not_count(stage: Stage) -> None:
    """The checkout holds an entry, and the default branch has none."""
    clone = '      - run: git clone --quiet "$PROJECT" .\n'
    assert FINAL_JOB.count(clone) == 1
    write = f"      - run: mkdir -p .github && printf '%s' \"$ENTRY\" > {PATH}\n"
    write += "        env:\n          ENTRY: |\n"
    write += "".join(f"            {line}\n" for line in ENTRY.splitlines())
    workflow = FINAL_JOB.replace("      - uses: OWNER", f"{clone}{write}      - uses: OWNER")
    result = stage.run(workflow)
    assert outputs(result)["outcome"] == "fired"
