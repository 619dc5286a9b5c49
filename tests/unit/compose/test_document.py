from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.compose.material import EXIT_1, SHA, STARTED, digest, history, job, pull_request, run

from fire_routine import distill
from fire_routine.compose import compose, group
from fire_routine.compose.layout import head
from fire_routine.distill import excerpt, pipeline
from fire_routine.distill.types import Scan
from fire_routine.model.evidence import Attachment, Brief, Digest, Excerpt, Fingerprint, utf16_length
from fire_routine.model.run import Annotation, ChangedFile, Commit, Job, Note, Run, Step
from fire_routine.settings import KEPT_TEXT, MIN_CHARACTERS

TOKEN = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
BUDGETS = (MIN_CHARACTERS, 4_096, 16_384, 60_000)


def brief(
    material: Run, logs: dict[int, Digest] | None = None, *attachments: Attachment, **options: Any
) -> Brief:
    options = {"max_characters": 60_000, "excerpt": excerpt, **options}
    return compose(material, group(material.failed_jobs, logs or {}), attachments, **options)


def test_a_log_of_debug_lines_alone_makes_a_text() -> None:
    one = job(1)
    read = distill.read([b"2026-11-24T14:02:03.1234567Z ##[debug]Evaluating condition for step: 'x'\n"])
    assert "Run the tests" in brief(run([one]), {one.id: read}).text


@pytest.mark.parametrize("stage", ["reading", "telling"])
def test_a_fault_costs_one_logs_excerpt_and_not_the_session(
    stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The faulty log's last lines are shown, redacted; the other log is told as ever."""
    begin = [f"line {number}" for number in range(3_000)]
    bad, good = (
        "\n".join([*begin, f"error: {name}", f"export DB_TOKEN={TOKEN}", "the last line"]).encode()
        for name in ("unlucky", "usual")
    )

    def read(scan: Scan, *others: Any) -> Digest:
        if stage == "reading" and any(b"unlucky" in finding.raw for finding in scan.findings):
            raise ZeroDivisionError
        return as_ever(scan, *others)

    def told(digest: Digest, limit: int) -> Excerpt:
        if stage == "telling" and not digest.fault and digest.command == "bad":
            raise ZeroDivisionError
        return excerpt(digest, limit)

    as_ever = pipeline.digest
    monkeypatch.setattr(pipeline, "digest", read)
    jobs = [job(1, "bad"), job(2, "good")]
    logs = {
        one.id: replace(distill.read([log]), command=one.name)
        for one, log in zip(jobs, (bad, good), strict=True)
    }
    made = brief(run(jobs), logs, excerpt=told)
    assert "the last line" in made.text and "error: usual" in made.text
    assert TOKEN not in made.text and "[redacted:github-token]" in made.text
    (note,) = made.notes
    assert "log of bad" in note.what and "ZeroDivisionError in" in note.why and "report" in note.remedy
    assert "the action has a fault (`ZeroDivisionError" in made.text


def test_what_a_logs_source_raises_is_no_fault_of_reading_it() -> None:
    def chunks() -> Iterator[bytes]:
        yield b"error: x\n"
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        distill.read(chunks())


def test_failures_whose_logs_could_not_be_had_are_named_but_for_those_that_have_none_yet() -> None:
    lost = Annotation("failure", "The hosted runner lost communication with the server")
    note = Annotation("failure", "expected 3, got 4")  # jobs with a log have such annotations too
    jobs = [
        job(1, "lint", annotations=(note,)),
        job(2, "test"),
        job(3, "docs", conclusion="running"),
        job(4, "pack", annotations=(lost,)),  # which names the failure
    ]
    made = brief(run(jobs), {jobs[1].id: digest("f2", "FAILED test_2")})
    without_log = {failure.fingerprint for failure in group(jobs[:1], {})}
    assert {one for one in made.fingerprints if one.no_log} == without_log
    assert (made.fingerprint.no_log, made.fingerprint.partly, made.fingerprint.count) == (False, True, 4)
    assert brief(run([], jobs_known=False)).fingerprint.no_log
    assert not brief(run([])).fingerprint.no_log


def matrix() -> tuple[Run, dict[int, Digest]]:
    """256 legs: two failures shared by three legs each, one of a single leg, 249 passed."""
    jobs = [job(n, f"test (linux, {n})", completed_at=STARTED + timedelta(seconds=n)) for n in range(7)]
    logs = {
        one.id: digest(f"f{n // 3}", f"FAILED test_{n // 3}", f"E  assert {n // 3} == 9", noise=2_000)
        for n, one in enumerate(jobs)
    }
    passed = tuple(f"test (linux, {n})" for n in range(7, 256))
    return run(jobs, passed_jobs=passed, history=history()), logs


def unfenced(text: str) -> str:
    """The text without its code blocks, as a Markdown reader sees their borders."""
    outside, closing = [], ""
    for line in text.split("\n"):
        marks = re.match(r" {0,3}(`{3,})", line)
        if closing:
            if marks and line.strip() == marks[1] and len(marks[1]) >= len(closing):
                closing = ""
        elif marks and "`" not in line[marks.end() :]:
            closing = marks[1]
        else:
            outside.append(line)
    assert not closing, "a code block is left open"
    return "\n".join(outside)


def test_the_parts_come_in_the_order_of_their_weight() -> None:
    made = brief(
        run(
            [job(0)],
            history=history(),
            head_repository="stranger/widgets",
            notes=(Note("the log of docs", "it has expired", "run it again"),),
        ),
        {1000: digest("aa", "boom")},
        Attachment("report.xml", digest("", "FAILED a_test")),
        text="Mind the widgets.",
    )
    parts = (
        "# CI failed:",
        "> **Untrusted:**",
        "Mind the widgets.",
        "## Failure 1 of 1",
        "boom",
        "## Attached: `report.xml`",
        "FAILED a_test",
        "## Facts",
        "## What changed since the last green run",
        "## Missing evidence",
        "## How to go on",
    )
    places = [made.text.index(part) for part in parts]
    assert places == sorted(places)


def test_a_matrix_of_256_legs_with_three_failures_has_three_sections() -> None:
    smallest = brief(*matrix(), max_characters=MIN_CHARACTERS).text
    assert "3 distinct failures in 7 jobs" in smallest.split("\n")[0]
    assert smallest.count("`test (linux, ") >= 3
    assert "FAILED test_0" in smallest
    for budget in BUDGETS[1:]:
        text = brief(*matrix(), max_characters=budget).text
        assert re.findall(r"^## Failure (.*): `", text, re.M) == ["1 of 3", "2 of 3", "3 of 3"]
        assert [text.count(f"FAILED test_{number}") for number in range(3)] == [1, 1, 1]
        assert "Shared by 3 jobs: `test (linux, 0)`" in text
        assert "Of the same matrix, 249 legs passed" in text


def test_no_section_is_dropped_without_a_word() -> None:
    files = tuple(ChangedFile(f"src/{'x' * 80}{n}.py", 1, 1) for n in range(50))
    notes = tuple(Note(f"{'the log of a job ' * 6}{n}", "it has expired") for n in range(9))
    material, logs = matrix()
    made = brief(
        replace(material, history=history(files=files), notes=notes),
        logs,
        Attachment("a/" * 60 + "report.xml", digest("", "y" * 300)),
        max_characters=MIN_CHARACTERS,
    )
    for heading, name in (
        ("## What changed since the last green run", "what changed"),
        ("## Attached:", "the attached files"),
        ("## Missing evidence", "the missing evidence"),
    ):
        assert heading in made.text or name in made.text.partition("(No room here for ")[2]


def test_annotations_describe_a_job_without_a_log_and_repeat_no_excerpt() -> None:
    notes = (
        EXIT_1,
        Annotation("failure", "unused import os", "F401", "src/a.py", 3),
        Annotation("failure", "no such widget", "Build", "src/b.py", 4),
    )
    bare = brief(run([job(0, annotations=notes)])).text
    assert "src/b.py:4: Build: no such widget" in bare
    assert "exit code 1" in bare
    assert "Process completed" not in bare
    log = digest("a", "src/a.py:3:1 F401 unused import os")
    text = brief(run([job(0, annotations=notes)]), {1000: log}).text
    assert text.count("unused import os") == text.count("src/b.py:4: ") == 1


def commands(material: Run, logs: dict[int, Digest] | None = None, **options: Any) -> str:
    """Those of "How to go on"; empty where there are none."""
    return brief(material, logs, **options).text.partition("```sh\n")[2]


def test_the_commands_hold_real_ids_and_no_names() -> None:
    name, pull = "x$(touch /tmp/owned)`;rm -rf ~", pull_request()
    shown = commands(run([job(0, name)], head_branch=name, pull_request=replace(pull, title=name)))
    assert "gh api repos/octo/widgets/actions/jobs/1000/logs\n" in shown
    assert f"git fetch origin refs/pull/12/head\ngit checkout -B claude/fix-run-77 {SHA}\n" in shown
    assert "touch" not in shown
    several = commands(run([job(0, "a"), job(1, "b")]), {1001: digest("f", "x")})
    assert several.count("/jobs/JOB/logs") == several.count("/logs") == 1
    # A merge queue's commit is in no pull request, though the queue's branch names one.
    queue = commands(run([job(0)], event="merge_group", pull_request=pull))
    assert f"git fetch origin {SHA}\ngit checkout" in queue
    for odd in ({"repository": "octo/$(id)"}, {"head_sha": "HEAD; id"}):
        assert commands(run([job(0)], **odd)) == ""
    for host in ("git.example.com", "git.example.com:8443"):
        enterprise = commands(run([job(0)]), server_url=f"https://{host}")
        assert f"gh api --hostname {host} repos/octo/widgets" in enterprise


def test_a_whole_log_is_read_by_the_built_in_tool_first() -> None:
    """Its content comes through GitHub's API, where the hosts of logs are out of a session's reach."""
    text = brief(run([job(0)])).text
    assert "the built-in tool `get_job_logs` first (`job_id` 1000), `gh api` second." in text
    assert "get_job_logs" not in brief(run([job(0)]), server_url="https://git.example.com").text


def test_a_strangers_commit_is_never_checked_out_in_place() -> None:
    """Claude Code takes hooks from the files it works on: https://code.claude.com/docs/en/settings."""
    shown = commands(run([job(0)], head_repository="stranger/widgets"))
    assert f"git worktree add --detach ../untrusted-{SHA[:10]} {SHA}\n" in shown
    assert "checkout" not in shown


def test_facts_take_little_room_at_any_limit() -> None:
    log = digest("aa", *(f"line {n}" for n in range(900)))
    pull = pull_request(title="Draw the widgets of all pages in one pass, " * 4)
    material = run([job(0)], pull_request=pull, history=history(), passed_jobs=("lint",) * 9)
    for budget in BUDGETS:
        text = brief(material, {1000: log}, max_characters=budget).text
        known = text[text.index("## Facts") : text.index("## What changed")]
        assert len(known + text[text.index("## How to go on") :]) <= 640
        assert text.count(SHA) == 1


def test_a_job_whose_log_does_not_exist_yet_gets_no_command_for_it() -> None:
    text = brief(run([job(0, conclusion="running")], status="in_progress")).text
    assert "/logs" not in text
    assert "Jobs so far: 1 failed" in text


def test_merged_pull_request_and_untrusted_code_are_named() -> None:
    material = run([job(0)], event="pull_request", pull_request=pull_request(), head_repository="stranger/x")
    text = brief(material).text
    assert "The run tested the head merged into `main`." in text
    assert "The code is untrusted too: never check it out in place, and read it before you run it." in text


def test_the_users_own_words_are_whole_up_to_4096_and_may_not_swallow_the_rest() -> None:
    words = ("word " * KEPT_TEXT)[: KEPT_TEXT - 4] + "\n```"
    made = brief(run([job(0)]), text=words, max_characters=KEPT_TEXT + MIN_CHARACTERS)
    assert words in made.text
    assert "## Facts" in unfenced(made.text)


def test_longer_words_are_cut_after_what_is_kept_and_the_cut_is_marked() -> None:
    words = "".join(f"word{n} " for n in range(4_000))
    log = {1000: digest("aa", *(f"line {n}" for n in range(9_000)))}
    for budget in (KEPT_TEXT + MIN_CHARACTERS, 16_384):
        made = brief(run([job(0)]), log, text=words, max_characters=budget)
        assert words[:KEPT_TEXT] in made.text
        assert re.search(r"… \[\d+ characters more\]\n\n## Failure", made.text)


def test_the_smallest_budget_is_2048_and_the_own_words_together() -> None:
    for words, least in (("", 2_048), ("Mind it.", 2_056), ("w" * 9_000, 2_048 + 4_096)):
        assert brief(run([job(0)]), text=words, max_characters=least).characters <= least
        with pytest.raises(ValueError, match=f"max-characters: {least - 1} is too little"):
            brief(run([job(0)]), text=words, max_characters=least - 1)


def test_short_words_of_the_user_take_no_room_from_the_evidence_but_their_own() -> None:
    log = {1000: digest("a", *(f"line {n:04}" for n in range(900)))}
    plain, with_words = (
        brief(run([job(0)]), log, text=words, max_characters=4_096).text for words in ("", "Mind the cat.")
    )
    assert plain.count("\nline ") - with_words.count("\nline ") <= 2


def test_secrets_are_redacted_before_a_cut_could_part_them_and_counted_by_kind() -> None:
    line = "x" * 300 + f" export GITHUB_TOKEN={TOKEN} " + "y" * 300
    for budget in range(MIN_CHARACTERS, MIN_CHARACTERS + 120, 7):
        made = brief(run([job(0)]), {1000: digest("a", line, line)}, max_characters=budget)
        assert TOKEN[:12] not in made.text
        assert dict(made.redactions)
    made = brief(run([job(0)], commit=Commit(SHA, f"Use {TOKEN}")), text=f"Mind {TOKEN}")
    assert TOKEN not in made.text


def test_a_secret_that_shows_in_the_finished_text_alone_is_redacted_within_the_budget() -> None:
    def late(digest: Digest, limit: int) -> Excerpt:
        lines = [f"GITHUB_TOKEN={TOKEN[:-1]}{n}" for n in range(9)] + ["x" * 200] * 400
        return Excerpt(head("\n".join(lines), limit), "", digest.lines, digest.total_lines)

    for budget in BUDGETS:
        made = brief(run([job(0)]), {1000: digest("a", "x")}, max_characters=budget, excerpt=late)
        assert TOKEN[:12] not in made.text
        assert made.characters <= budget
        assert made.redactions["github-token"] >= 1
        unfenced(made.text)


def test_a_run_without_failed_jobs_still_makes_a_text_and_a_fingerprint() -> None:
    made = brief(run(conclusion="startup_failure"))
    assert "startup failure" in made.text.split("\n")[0]
    assert made.fingerprint.digest
    assert made.fingerprints == ()


def test_fingerprints_are_those_of_the_failures_and_one_of_them_together() -> None:
    one = brief(run([job(0)]), {1000: digest("bb", "x")})
    two = brief(run([job(0), job(1)]), {1000: digest("bb", "x"), 1001: digest("aa", "y")})
    assert (one.fingerprints, one.fingerprint) == ((Fingerprint("bb"),), Fingerprint("bb"))
    assert two.fingerprints == (Fingerprint("aa"), Fingerprint("bb"))
    assert two.fingerprint not in two.fingerprints


NAMES = st.text(st.characters(codec="utf-8"), max_size=300)
LINES = st.lists(st.text(st.sampled_from("abc `~#<>|\t:é😀\u202e"), max_size=400), max_size=30)
STEPS = st.builds(
    Step,
    st.integers(1, 50),
    NAMES,
    st.sampled_from(["failure", "success", "skipped", None]),
    st.just(STARTED),
    st.sampled_from([None, STARTED + timedelta(hours=5)]),
)
ANNOTATIONS = st.builds(
    Annotation,
    st.sampled_from(["failure", "warning"]),
    NAMES,
    NAMES,
    NAMES,
    st.sampled_from([None, 10**6]),
)


@st.composite
def runs(draw: st.DrawFn) -> tuple[Run, dict[int, Digest]]:
    count = draw(st.integers(0, 12))
    jobs = [
        Job(
            id=10**11 + number,
            name=draw(NAMES),
            conclusion=draw(st.sampled_from(["failure", "timed_out", "running"])),
            url=draw(NAMES),
            steps=tuple(draw(st.lists(STEPS, max_size=3))),
            annotations=tuple(draw(st.lists(ANNOTATIONS, max_size=3))),
        )
        for number in range(count)
    ]
    logs = {
        one.id: digest(draw(st.sampled_from("abcdef")), *draw(LINES), command=draw(NAMES), noise=50)
        for one in jobs
        if draw(st.booleans())
    }
    commit = Commit(SHA, draw(NAMES), draw(NAMES))
    material = run(
        jobs,
        repository="o" * draw(st.integers(1, 39)) + "/" + "r" * draw(st.integers(1, 100)),
        head_branch="b" * draw(st.integers(0, 255)) or None,
        workflow=draw(NAMES),
        workflow_path=draw(NAMES),
        commit=draw(st.sampled_from([None, commit])),
        pull_request=draw(st.sampled_from([None, pull_request(title=draw(NAMES))])),
        passed_jobs=tuple(draw(st.lists(NAMES, max_size=10))),
        history=draw(
            st.sampled_from([None, history(commits=(commit,) * 9, files=(ChangedFile(draw(NAMES), 1, 2),))])
        ),
        notes=tuple(draw(st.lists(st.builds(Note, NAMES, NAMES, NAMES), max_size=4))),
    )
    return material, logs


@settings(max_examples=40)
@given(runs(), st.one_of(st.sampled_from(BUDGETS), st.integers(MIN_CHARACTERS, 65_536)), NAMES)
def test_every_text_keeps_its_budget_its_facts_and_its_form(
    material: tuple[Run, dict[int, Digest]], budget: int, words: str
) -> None:
    seen, logs = material
    budget += min(utf16_length(words), KEPT_TEXT)

    made = brief(seen, logs, text=words, max_characters=budget)

    assert utf16_length(made.text) <= budget
    assert made.characters == utf16_length(made.text)
    outside = unfenced(made.text)
    for fact in (f"`{seen.repository}`", f"run {seen.id}, attempt {seen.attempt}"):
        assert fact in outside
    assert SHA in made.text
    if seen.head_branch:
        assert f"`{seen.head_branch}`" in outside


def test_logs_that_are_not_searched_for_secrets_in_time_are_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fire_routine.compose.document._SECONDS", 0.0)
    lines = [f"error: {TOKEN} was refused", *("ghp_ eyJ sk- " * 100 for _ in range(200))]
    one = job(1)
    text = brief(run([one]), {one.id: digest("ab", *lines)}).text
    assert "was refused" not in text
    assert "took too long" in text
