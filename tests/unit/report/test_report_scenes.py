"""What people read after a run of the action, for each outcome: in the summary, and in the comment."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from tests.browser.reports import COMMENTED, SCENES, report

from fire_routine.model.outcome import Result
from fire_routine.version import DOCUMENTS

BECAME = "**What became of it:** "
PULL = "[#14](https://github.com/octo/widgets/pull/14) `Fix it` is "
AGAIN = f"To start a session anyway, [send it again]({DOCUMENTS}/reasons.md#send-again) with run `8`."
RERUN = "> To send it, re-run the failed jobs of [`CI #1`](https://github.com/octo/widgets/actions/runs/7).\n"
SENT, NOT_SENT = "The text that was sent (", "The text, which was not sent ("
PERMISSIONS = """\
```yaml
permissions:
  actions: read
  checks: read
  contents: read
  pull-requests: read
  statuses: write
```
"""


class Said(NamedTuple):
    """What a scene's report says."""

    heading: str = "### 🛠️ Claude is on it"
    alert: str = "TIP"
    summary: tuple[str, ...] = ()
    comment: tuple[str, ...] = ("**What happens next:** The session looks for the cause.",)


def duplicate(state: str, follows: str) -> Said:
    opened = "> **[Open the earlier session on claude.ai](https://claude.ai/code/session_"
    words = ("> A session was started for this failure before (run 7, attempt 1).\n", opened, BECAME + state)
    return Said(
        "### ⏭️ Skipped: this failure already has a session",
        "NOTE",
        (*words, AGAIN, "> Reason: `duplicate`", NOT_SENT),
        ("the same failure again\n", BECAME + state, f"**What happens next:** {follows}"),
    )


def skipped(heading: str, *summary: str) -> Said:
    return Said(f"### ⏭️ Skipped: {heading}", "NOTE", summary)


def failed(heading: str, *summary: str) -> Said:
    return Said(f"### ❌ Not fired: {heading}", "CAUTION", summary)


SAID = {
    "fired-1-job": Said(
        summary=("> **[Open the session on claude.ai](", "· session 1 of at most 3 in", SENT)
    ),
    "fired-node": Said(summary=("#### 2 distinct failures in 2 of 2 jobs",)),
    "fired-matrix": Said(summary=("#### 1 failure in 2 of 3 jobs", "**`test (3.12)` and 1 more job** ›")),
    "fired-60-legs": Said(summary=("<details><summary>50 more jobs</summary>",)),
    "fired-60-failures": Said(
        summary=("<details><summary>51 more distinct failures</summary>\n\n- **`",),
        comment=("- … and 51 more distinct failures",),
    ),
    "fired-1-known-of-2": Said(
        summary=("#### 2 distinct failures in 2 of 2 jobs, 1 known", "📌 Known failure (`.github/known-f"),
        comment=("**`test (windows-latest, 3.0)`** › `cargo test` (known): `",),
    ),
    "fired-after-retries": Said(summary=("in this incident · after 1 retry (503)",)),
    "fired-permission-missing": Said(
        alert="WARNING",
        summary=("> Something could not be read or recorded: add `checks: read`", PERMISSIONS),
    ),
    "fired-no-failed-job": Said(summary=("#### The run failed, and none of its jobs did",)),
    "skipped-duplicate": duplicate("no trace after ", "Open the session to see what it does."),
    "skipped-duplicate-branch": duplicate(
        "it pushed `claude/fix-run-7`, and there is no pull request yet", "The session looks for the cause."
    ),
    "skipped-duplicate-open": duplicate(f"{PULL}open, 1 of 1 check failed", "Review the session's pull req"),
    "skipped-duplicate-merged": duplicate(f"{PULL}merged", "This run may not have the merged fix yet, or th"),
    "skipped-duplicate-closed": duplicate(f"{PULL}closed without a merge", "A person should look: the sess"),
    "skipped-known-failure": skipped("all that failed is known already", "Known by `.github/known-failures."),
    "skipped-label": skipped("a label of the pull request excludes it", "has the label `no-claude`, which"),
    "failed-unauthorized": failed(
        "the token was refused", "> The endpoint refused the req", RERUN, PERMISSIONS
    ),
    "failed-rate-limited": failed(
        "the routine's limit is reached", "UTC, in 4 h 00 min. Send it again then", RERUN
    ),
    "failed-no-connection": failed("the endpoint could not be reached", " retries (no connection)\n", RERUN),
    "failed-invalid-input": failed(
        "an input is invalid", "> max-characters `12` is not", "\n> cool-down `nev"
    ),
    "unknown": Said(
        "### ⚠️ Unknown: check before you send it again",
        "WARNING",
        ("> The endpoint returned 503. A session may have started: look at", SENT, AGAIN.replace("8", "7")),
        ("Look at https://claude.ai/code. Until the workflow is green, this failure is not sent again",),
    ),
    "dry-run": Said(
        "### 🧪 Dry run: this is what the session would get",
        "NOTE",
        ("> Nothing was sent.", "<details open><summary>The text that the session would get ("),
    ),
}


def test_each_scene_is_told_as_it_ended() -> None:
    assert SAID.keys() == SCENES.keys()
    assert {name.partition("-")[0] for name in SCENES if name != "dry-run"} == set(Result)


@pytest.mark.parametrize("name", SAID)
def test_a_report_says_what_happened_and_what_follows(name: str) -> None:
    of, said = report(name), SAID[name]
    assert of.outcome == ("skipped" if name == "dry-run" else name.partition("-")[0])
    level = {"TIP": "notice", "NOTE": "notice", "CAUTION": "error"}.get(said.alert, "warning")
    level = "error" if name == "unknown" else level
    assert f"::{level} title=fire-routine::" in of.printed
    assert of.exit_code == (of.outcome in (Result.FAILED, Result.UNKNOWN))
    assert of.summary.startswith(f"{said.heading}\n")
    assert [words for words in (f"> [!{said.alert}]\n", *said.summary) if words not in of.summary] == []
    assert bool(of.comment) == (name in COMMENTED)
    about_session = of.comment if name.startswith(("fired", "skipped-duplicate", "unknown")) else ""
    assert [words for words in said.comment if words not in about_session and about_session] == []
    assert ("What happens next" in of.comment) == bool(about_session)
    assert ("To send it" in of.summary, "anyway, [send" in of.summary) == (
        RERUN in said.summary,
        AGAIN in said.summary or name == "unknown",
    )
    assert ("permissions:\n" in of.summary) == (PERMISSIONS in said.summary)
    assert ("session 1 of" in of.summary) == (of.outcome == "fired")
