"""The description of a status: readable by people, and read back as it was written."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import example, given
from hypothesis import strategies as st
from tests.unit.ledger.boards import NOON, SHA, pull_request, sample_brief, sample_run, without_logs

from fire_routine.decide.ledger.entry import (
    DESCRIPTION_LIMIT,
    WORDS_LIMIT,
    Record,
    Stage,
    failures_of,
    label,
    read_entry,
    ref_of,
)
from fire_routine.model import Brief, Fingerprint, Status

FINGERPRINTS = st.lists(
    st.builds(
        Fingerprint,
        st.one_of(st.text("0123456789abcdef", min_size=8, max_size=64), st.text(max_size=20)),
        no_log=st.booleans(),
    ),
    max_size=40,
)
WORDS = st.text(st.characters(blacklist_categories=["Cs"]), max_size=300)


def status_of(description: str) -> Status:
    return Status(7, "success", description, "https://claude.ai/code/session_1", NOON)


@example(Stage.CLAIMED, 1, 1, [], 0, "00000000", "/")  # a path without a file name
@given(
    st.sampled_from(Stage),
    st.integers(1, 10**15),
    st.integers(1, 1000),
    FINGERPRINTS,
    st.integers(0, 9999),
    st.text("0123456789abcdefghijklmnopqrstuvwxyz", min_size=8, max_size=8),
    WORDS,
)
def test_every_record_fits_and_reads_back(
    stage: Stage, run_id: int, attempt: int, prints: list[Fingerprint], number: int, mark: str, path: str
) -> None:
    run = sample_run(run_id, attempt, workflow_path=path)
    brief = Brief("text", tuple(sorted(set(prints))), Fingerprint("combined"))
    record = Record(stage, label(run), run_id, attempt, failures_of(brief, run), number, mark)
    description = str(record)
    assert len(description.encode()) <= DESCRIPTION_LIMIT
    entry = read_entry(status_of(description), SHA)
    assert entry is not None
    assert entry.record == record


def test_the_longest_record_has_the_140_characters_that_github_takes() -> None:
    sizes = set()
    for letters in range(1, 25):
        for count in range(1, 9):
            run = sample_run(10**14, 1000, workflow_path=".github/workflows/" + "w" * letters)
            prints = failures_of(sample_brief(*(f"{n:016x}"[::-1] for n in range(1, count + 1))), run)
            record = Record(Stage.CLAIMED, label(run), run.id, run.attempt, prints, 9999, "k3f9ad07")
            sizes.add(len(str(record).encode()))
    assert max(sizes) == 140


def test_every_attempt_names_the_same_failures_alike() -> None:
    """Else a later one's would not be known again: the attempt's number takes of the room for them."""
    for letters in range(1, 25):
        for count in range(1, 9):
            brief = sample_brief(*(f"{n:016x}"[::-1] for n in range(1, count + 1)))
            first, later = (
                sample_run(10**11, attempt, workflow_path=".github/workflows/" + "w" * letters)
                for attempt in (1, 12)
            )
            assert failures_of(brief, first) == failures_of(brief, later)


@given(WORDS)
def test_what_others_wrote_is_left_alone(words: str) -> None:
    assert read_entry(status_of(words), SHA) is None


def test_a_description_is_for_people_first_and_for_the_action_after_that() -> None:
    brief = sample_brief("4f3a1c2b99", "9b1c22aa00")
    run = sample_run(4711, 2)
    record = Record(
        Stage.FIRED, label(run), run.id, run.attempt, failures_of(brief, run), 1, "k3f9ad07", "3c1e"
    )
    machine = "ci.yml · run 4711.2 · 4f3a1c2b 9b1c22aa · #1 k3f9ad07 f3c1e"
    assert str(record) == f"Claude session started · {machine}"
    limited = replace(record, stage=Stage.FAILED, words="No session: rate limited until 14:02 UTC")
    assert str(limited) == f"No session: rate limited until 14:02 UTC · {machine.replace(' f3c1e', ' x3c1e')}"


def test_words_that_do_not_fit_give_way_to_the_stages_own() -> None:
    record = Record(
        Stage.FAILED,
        "w" * 24,
        10**14,
        1000,
        (Fingerprint("11111111"), Fingerprint("22222222")),
        9999,
        "k3f9ad07",
        words="x" * 90,
    )
    assert str(record).startswith(f"{Stage.FAILED.words} · ")
    assert len(str(record).encode()) <= DESCRIPTION_LIMIT


def test_each_stages_words_fit_into_any_entry() -> None:
    assert max(len(stage.words.encode()) for stage in Stage) == WORDS_LIMIT


def test_a_branch_a_tag_and_a_fork_have_refs_of_their_own() -> None:
    pull = pull_request(number=6)
    runs = [
        sample_run(),
        sample_run(head_branch="v1.0"),
        sample_run(head_branch=None),
        sample_run(head_repository="ann/cat"),
        sample_run(head_repository=None),
        sample_run(event="pull_request_target", pull_request=pull_request()),
        sample_run(event="pull_request_target", pull_request=pull),
        sample_run(event="merge_group", head_branch="gh-readonly-queue/main/pr-5-abc"),
        sample_run(event="merge_group", head_branch="gh-readonly-queue/main/pr-6-abc"),
    ]
    assert len({ref_of(run) for run in runs}) == len(runs)


def test_runs_of_one_branch_have_one_ref() -> None:
    queued = sample_run(event="merge_group", head_branch="gh-readonly-queue/main/pr-5-abc")
    again = sample_run(event="merge_group", head_branch="gh-readonly-queue/main/pr-5-0123456789abcdef")
    assert ref_of(queued) == ref_of(again)
    assert ref_of(sample_run(event="pull_request", pull_request=pull_request())) == ref_of(sample_run())
    assert ref_of(sample_run(repository="Octo/cat", head_repository="octo/Cat")) == ref_of(sample_run())


def test_more_failures_than_fit_are_named_by_one_hash_of_them_all() -> None:
    many = tuple(f"{n:016x}"[::-1] for n in range(30))
    run = sample_run()
    (all_of_them,) = failures_of(sample_brief(*many), run)
    assert all_of_them.count == 30
    assert failures_of(sample_brief(*reversed(many)), run) == (all_of_them,)
    assert failures_of(sample_brief(*many[:-1]), run) != (all_of_them,)


def test_a_brief_without_fingerprints_is_named_by_the_combined_one() -> None:
    assert failures_of(Brief("", (), Fingerprint("ab" * 16)), sample_run()) == (Fingerprint("abababab"),)
    assert len(failures_of(Brief("", (), Fingerprint("")), sample_run())) == 1


def test_a_failure_without_its_log_is_distinguished_from_all_others() -> None:
    blind, read, like_blind = "ab" * 8, "cd" * 8, "0000" + "ef" * 6
    found = failures_of(without_logs(sample_brief(blind, read, like_blind), blind), sample_run())
    assert set(found) == {
        Fingerprint("abababa", no_log=True),
        Fingerprint("cdcdcdcd"),
        Fingerprint("0000efef"),
    }
    assert "xabababa" in str(Record(Stage.FIRED, "ci.yml", 1, 1, found, 1, "k3f9ad07"))


def test_a_set_of_failures_shows_whether_some_or_all_have_no_log() -> None:
    many = tuple(f"{n:016x}"[::-1] for n in range(30))
    (some,) = failures_of(without_logs(sample_brief(*many), many[3]), sample_run())
    assert (some.count, some.no_log, some.partly, some.uncertain) == (30, False, True, True)
    (all_of_them,) = failures_of(without_logs(sample_brief(*many)), sample_run())
    assert (all_of_them.no_log, all_of_them.partly) == (True, False)
    (none,) = failures_of(sample_brief(*many), sample_run())
    assert not none.uncertain


def test_labels_distinguish_workflows() -> None:
    paths = [
        ".github/workflows/ci.yml",
        ".github/workflows/a-very-long-name-of-a-workflow-indeed-1.yml",
        ".github/workflows/a-very-long-name-of-a-workflow-indeed-2.yml",
        ".github/workflows/with space.yml",
        ".github/workflows/with-space.yml",
        "",
    ]
    labels = [label(sample_run(workflow_path=path)) for path in paths]
    assert len(set(labels)) == len(paths)
    assert labels[0] == "ci.yml"
    assert label(sample_run(workflow_path=".github/workflows/ci.yml@refs/heads/main")) == "ci.yml"
