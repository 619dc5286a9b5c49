"""Entries as they are written and read, and the names of failures in them."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.ledger.simulator.boards import sample_brief, sample_run

from fire_routine.ledger.entry import (
    DESCRIPTION_LIMIT,
    ROOM,
    SHOWN_ROOM,
    Entry,
    Record,
    Stage,
    claims,
    label,
    read_entry,
    ref_of,
)
from fire_routine.ledger.names import by_step, fitted, name_of, names_of, read_names
from fire_routine.model.evidence import Fingerprint
from fire_routine.model.outcome import Status

RECORD = Record(
    Stage.ANNOUNCED, "ci.yml", 4711, 2, "f3c1d2", "1a2b3c4", "k3f9ad07", read_names("4f3a1c2b j8a04727")
)
STEP = "8a04727f00000000"


def read(description: str) -> Entry | None:
    return read_entry(Status(1, "success", description, ""))


def test_an_entry_is_one_line_of_its_parts() -> None:
    assert str(RECORD) == "s ci.yml 4711.2 f3c1d2 1a2b3c4 k3f9ad07 4f3a1c2b j8a04727"
    assert str(replace(RECORD, others=True)) == str(RECORD).replace("k3f9ad07", "k3f9ad07 o")
    assert RECORD.shown() == f"Claude is starting a session · {RECORD}"
    assert RECORD.shown("Rate limited") == f"Rate limited · {RECORD}"
    assert RECORD.shown("word " * 30) == RECORD.shown()  # there is no room for them


@given(
    st.sampled_from(Stage),
    st.lists(st.text("0123456789abcdef", min_size=16, max_size=16), min_size=1, max_size=20, unique=True),
    st.booleans(),
    st.booleans(),
)
def test_what_is_written_is_read_again_and_fits(
    stage: Stage, digests: list[str], shown: bool, others: bool
) -> None:
    run = sample_run(99_999_999_999, attempt=999, workflow_path=f".github/workflows/{'w' * 20}.yml")
    brief = sample_brief(*(Fingerprint(one, by_step=(one[::-1],)) for one in digests))
    found = names_of(brief, SHOWN_ROOM if shown else ROOM)
    record = Record(stage, label(run), run.id, run.attempt, ref_of(run), "a" * 7, "k3f9ad07", found, others)
    text = record.shown() if shown and stage.words else str(record)
    assert len(text.encode()) <= DESCRIPTION_LIMIT
    entry = read(text)
    assert entry is not None and entry.record == record


def test_a_claim_has_the_place_of_its_first_entry_that_claims() -> None:
    """GitHub may give a later entry the lower id."""
    stages = ((7, Stage.CLAIMED), (5, Stage.ANNOUNCED))
    entries = [
        Entry(replace(RECORD, stage=stage), Status(number, "success", "", "")) for number, stage in stages
    ]
    (claim,) = claims(entries)
    assert (claim.id, claim.stage, claim.others) == (7, Stage.ANNOUNCED, False)
    (claim,) = claims(replace(one, record=replace(one.record, others=True)) for one in entries)
    assert claim.others


@given(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=200))
def test_an_entry_for_a_key_begins_with_the_key_and_is_read_without_it(key: str) -> None:
    short = replace(RECORD, names=read_names(f"k{'a' * 16}"))
    for record in (short, replace(short, workflow="w" * 24, run=99_999_999_999, attempt=999)):
        text = record.beside(key)
        assert len(text.encode()) <= DESCRIPTION_LIMIT
        entry = read(text)
        assert entry is not None and entry.record == record
    assert RECORD.beside("alert-2140") == f"alert-2140 · {RECORD}"


def test_what_others_wrote_is_no_entry() -> None:
    other_stage = str(RECORD).replace("s ci", "z ci")
    other_names = str(RECORD) + " 4f3a1c2"
    texts = ["", "81 % covered", "s ci.yml 4711", str(RECORD) + " ", other_stage, other_names]
    assert [text for text in texts if read(text)] == []


def test_a_failure_is_named_by_its_log_and_by_its_job_and_step() -> None:
    logged = Fingerprint("4f3a1c2b00000000", by_step=(STEP,))
    assert (str(name_of(logged)), by_step(logged)) == ("4f3a1c2b", read_names("j8a04727"))
    running = Fingerprint(STEP, running=True, by_step=(STEP,))
    assert (str(name_of(running)), by_step(running)) == ("s8a04727", ())
    lost = Fingerprint("4f3a1c2b00000000", no_log=True, by_step=(STEP,))
    assert (str(name_of(lost)), by_step(lost)) == ("x4f3a1c2", ())


def test_about_eight_failures_fit_and_more_are_named_together() -> None:
    """Names by job and step are left out before that."""
    failures = [Fingerprint(f"{number:08x}00000000", by_step=(STEP,)) for number in range(8)]
    assert "j8a04727" in map(str, names_of(sample_brief(*failures[:7]), ROOM))
    assert [name for name in names_of(sample_brief(*failures), ROOM) if name.kind == "j"] == []
    assert len(fitted(sample_brief(*failures), ROOM)) == 8
    more = [Fingerprint(f"{number:08x}00000000", no_log=number == 3) for number in range(12)]
    (together,) = map(name_of, fitted(sample_brief(*more), ROOM))
    assert str(together).startswith("12 failures y")
    assert (together.count, together.uncertain) == (12, True)


def test_a_long_label_is_cut_and_stays_different() -> None:
    labels = {label(sample_run(workflow_path=f".github/workflows/{'w' * 30}{end}.yml")) for end in "ab"}
    assert len(labels) == 2
    assert {len(one) for one in labels} == {24}


def test_what_is_one_incident_has_one_ref() -> None:
    queue = "gh-readonly-queue/main/pr-7-"
    assert ref_of(sample_run(head_branch=queue + "a" * 40)) == ref_of(
        sample_run(head_branch=queue + "b" * 40)
    )
    others = {
        ref_of(sample_run()),
        ref_of(sample_run(head_branch="v1")),
        ref_of(sample_run(head_repository="stranger/cat")),
        ref_of(sample_run(head_branch=queue + "a" * 40)),
    }
    assert len(others) == 4
