from __future__ import annotations

from dataclasses import replace

from tests.unit.compose.material import history, pull_request, run

from fire_routine.compose.sections.changes import changes_part, marked, named
from fire_routine.model.run import ChangedFile, Commit, Run

FILES = [
    ChangedFile(path, 1, 1)
    for path in ("src/app/widget.py", "src/app/gadget.py", "lib/gadget.py", "Makefile", "src/Main.java")
]


def test_a_log_names_a_file_by_its_path_or_the_end_of_it() -> None:
    for line, path in (
        ("src/app/widget.py:12: error: no", "src/app/widget.py"),
        ('  File "/home/runner/work/widgets/widgets/src/app/widget.py", line 3', "src/app/widget.py"),
        (r"D:\a\widgets\src\app\widget.py(3,1): error", "src/app/widget.py"),
        ("app/gadget.py:3: it broke", "src/app/gadget.py"),
        ("    at com.acme.Main.main(Main.java:10)", "src/Main.java"),
        ("gadget.py:3: which of the two?", None),
        ("other/app/widget.py:3: another one", None),
        ("make: Makefile.am", None),
        ("src/app/widget.pyc", None),
        ("make: other/Makefile", None),
    ):
        assert named(FILES, line) == ({path} if path else set()), line


def changes(material: Run, evidence: str, limit: int) -> str:
    past = material.history and replace(material.history, files=marked(material.history.files, evidence))
    part = changes_part(replace(material, history=past))
    return part.render(limit) if part else ""


def test_files_that_the_log_names_come_first_and_are_marked() -> None:
    text = changes(run(history=history()), "src/app/widget.py:3: boom", 4000)
    assert text.index("`src/app/widget.py` +12 −3 — **named in the log**") < text.index("`README.md` +1 −1")
    assert text.count("**named in the log**") == 1
    assert "`src/app/gadget.py` +4 −0, `added`" in text
    assert "- `aaaaaaaaaa` `Rework the widget`, `hubot`" in text
    assert "Last green: run 70, commit `ffffffffff`." in text


def test_verdicts_are_shown_only_if_they_are_true() -> None:
    shown = changes(
        run(
            history=history(never_green=True, same_commit_was_green=True, base_red=5),
            pull_request=pull_request(),
        ),
        "",
        4000,
    )
    assert "**No green run on this branch yet.**" in shown
    assert "**The same commit was green before.**" in shown
    assert "**Already red on the base branch** `main`" in shown
    plain = changes(run(history=history()), "", 4000)
    assert not any(word in plain for word in ("No green run", "The same commit", "Already red"))


def test_the_last_green_run_of_the_event_is_shown_if_it_is_another() -> None:
    past = history(last_green_of_event=60, last_green_sha_of_event="e" * 40)
    nightly = run(history=past, event="schedule")
    assert f"Last green of event `schedule`: run 60, commit `{'e' * 10}`." in changes(nightly, "", 4000)
    same = run(history=history(last_green_of_event=70))
    assert "of event" not in changes(same, "", 4000)


def test_commits_and_files_beyond_the_apis_list_are_counted() -> None:
    long = history(
        commits=tuple(Commit(f"{n:040x}", f"Change {n}") for n in range(250)),
        files=tuple(ChangedFile(f"src/{n}.py", 1, 0) for n in range(300)),
        total_commits=400,
    )
    text = changes(run(history=long), "", 50_000)
    assert "Commits (400):" in text
    assert f"… and {400 - text.count('`Change ')} more" in text
    assert "Changed files (the first 300):" in text  # the API does not return their number
    assert "Changed files (3):" in changes(run(history=history()), "", 4000)


def test_start_of_the_changes_is_named() -> None:
    plain = changes(run(history=history()), "", 4000)
    new = history(last_green_run=None, never_green=True, base_branch="main")
    assert changes(run(), "", 4000) == ""
    assert "## What changed since the last green run\n" in plain
    unknown = history(last_green_run=None, never_green=True, base_branch="main", files=(), commits=())
    assert "## What changed\n" in changes(run(history=unknown), "", 4000)
    assert "## What the pull request changes against `main`\n" in changes(run(history=new), "", 4000)


def test_pull_requests_merged_since_the_last_green_run_are_suspects() -> None:
    merged = (
        pull_request(number=20, title="Rework *all* widgets", author="mona"),
        pull_request(number=21, title="Bump", author=""),
    )
    text = changes(run(history=history(merged=merged)), "", 60_000)
    expected = "Pull requests merged since then (2):\n- #20 `Rework *all* widgets`, `mona`\n- #21 `Bump`\n"
    assert expected in text
    assert text.index("Changed files") < text.index("Pull requests merged") < text.index("Commits (1)")
    assert "Pull requests merged" not in changes(run(history=history()), "", 60_000)


def test_a_green_run_after_which_no_commit_is_known_is_said_to_have_none() -> None:
    text = changes(run(history=history(commits=(), total_commits=0)), "", 4000)
    assert "No commit since then is known." in text
    assert "No commit" not in changes(run(history=history()), "", 4000)
