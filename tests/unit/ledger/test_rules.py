"""Who may fire, judged from the entries alone."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.ledger.boards import NOON, SHA

from fire_routine.decide.election.claims import CLAIM_LASTS, SEND_WITHIN, claims, server_time
from fire_routine.decide.election.rules import Contender, rule
from fire_routine.decide.ledger.entry import Entry, Record, Stage
from fire_routine.model import Fingerprint, Incident

A, B, C = Fingerprint("aaaaaaaa"), Fingerprint("bbbbbbbb"), Fingerprint("cccccccc")
LINK = "https://claude.ai/code/session_1"


def entry(
    number: int,
    stage: Stage,
    mark: str,
    *prints: Fingerprint,
    run: int = 100,
    attempt: int = 1,
    after: float = 0,
    nth: int = 1,
) -> Entry:
    record = Record(stage, "ci.yml", run, attempt, prints or (A,), nth, mark)
    return Entry(record, number, NOON + timedelta(seconds=after), LINK, SHA)


def contender(mark: str = "me", **changes: object) -> Contender:
    base = Contender(100, 1, frozenset({A}), "incident", 3, mark=mark)
    return replace(base, **changes)  # type: ignore[arg-type]


def ruling(entries: list[Entry], who: Contender) -> tuple[bool, bool, str]:
    """Whether it may fire, whether it has to wait, and who is in the way."""
    book = claims(entries)
    found = rule(book, who, server_time(book))
    return found.fire, found.waiting, found.blocker.mark if found.blocker else ""


ME = entry(10, Stage.CLAIMED, "me")


BLIND, OTHER_BLIND = Fingerprint("aaaaaaa", no_log=True), Fingerprint("bbbbbbb", no_log=True)


@pytest.mark.parametrize(
    ("stage", "before", "now", "sha", "fires"),
    [
        (Stage.FIRED, A, BLIND, "other", False),  # it may be the one that was seen before
        (Stage.COVERED, A, BLIND, "other", False),
        (Stage.FAILED, A, BLIND, SHA, True),
        (Stage.FIRED, BLIND, A, SHA, False),  # the session of this commit may be at work on it
        (Stage.FIRED, BLIND, A, "other", True),
        (Stage.COVERED, BLIND, A, SHA, True),  # no session was started for it
        (Stage.SENDING, BLIND, A, SHA, False),
        (Stage.FIRED, BLIND, OTHER_BLIND, "other", True),  # another job or step
    ],
)
def test_without_a_log_a_failure_is_not_distinguished_from_another(
    stage: Stage, before: Fingerprint, now: Fingerprint, sha: str, fires: bool
) -> None:
    who = contender("", run=101, failures=frozenset({now}), sha=sha)
    assert ruling([entry(1, stage, "first", before)], who)[0] is fires


def test_who_claimed_first_without_a_log_is_waited_for() -> None:
    claimed = [entry(1, Stage.CLAIMED, "first", BLIND), replace(ME, record=replace(ME.record, run=101))]
    assert ruling(claimed, contender(run=101, sha=SHA)) == (False, True, "first")


@pytest.mark.parametrize(("run", "fires"), [(100, False), (101, True)])
def test_next_to_a_failure_with_a_log_one_without_may_be_any_of_its_run_alone(run: int, fires: bool) -> None:
    before = [entry(1, Stage.FIRED, "first", B, BLIND)]
    assert ruling(before, contender("", run=run, attempt=2, sha=SHA))[0] is fires


def test_of_a_set_of_failures_some_of_which_were_not_read_all_may_be_any() -> None:
    partly = Fingerprint("aaaaaaa", 7, partly=True)
    blind, other_blind = (Fingerprint(digest, 7, no_log=True) for digest in ("aaaaaaa", "bbbbbbb"))
    for before, now, sha, fires in (
        (partly, blind, "other", False),
        (A, partly, "other", False),
        (partly, B, SHA, True),  # more was known of it than that
        (blind, B, SHA, False),
        (blind, other_blind, "other", True),
    ):
        who = contender("", run=101, failures=frozenset({now}), sha=sha)
        assert ruling([entry(1, Stage.FIRED, "first", before)], who)[0] is fires, (before, now)


def test_which_runs_are_of_the_incident_goes_by_what_github_lists() -> None:
    before = [entry(1, Stage.FIRED, "first", A, run=50)]
    for incident, fires in (
        (Incident(runs=frozenset({50})), False),
        (Incident(ended=frozenset({50})), True),
        (Incident(), True),  # not listed, and before the last green run
    ):
        assert ruling(before, contender("", since_run=60, incident=incident))[0] is fires
    assert ruling(before, contender("", since_run=40, incident=Incident(ended=frozenset({50}))))[0]


def test_a_failure_with_a_log_is_new_even_next_to_one_without() -> None:
    who = contender("", run=101, failures=frozenset({B, BLIND}), sha=SHA)
    assert ruling([entry(1, Stage.FIRED, "first", A)], who)[0]


def test_alone_it_fires() -> None:
    assert ruling([ME], contender()) == (True, False, "")


def test_the_earlier_of_two_claims_goes_first_and_the_later_waits() -> None:
    other = entry(9, Stage.CLAIMED, "other")
    assert ruling([ME, other], contender()) == (False, True, "other")
    assert ruling([ME, other], contender("other")) == (True, False, "")


def test_a_later_claim_that_has_already_been_sent_is_heeded_all_the_same() -> None:
    assert ruling([ME, entry(11, Stage.SENDING, "other")], contender()) == (False, True, "other")


def test_before_a_claim_of_its_own_only_a_sibling_is_waited_for_and_what_was_announced() -> None:
    sibling, other = entry(9, Stage.CLAIMED, "other"), entry(9, Stage.CLAIMED, "other", run=99)
    assert ruling([sibling], contender("")) == (False, True, "other")
    assert ruling([sibling], contender("", once_per="always")) == (True, False, "")
    assert ruling([other], contender("")) == (True, False, "")
    assert ruling([entry(9, Stage.SENDING, "other", run=99)], contender("")) == (False, True, "other")


def test_of_two_announcements_the_one_with_the_lower_id_goes_on() -> None:
    claimed = [ME, entry(9, Stage.CLAIMED, "other")]
    mine_first = [*claimed, entry(20, Stage.SENDING, "me"), entry(21, Stage.SENDING, "other")]
    assert ruling(mine_first, contender()) == (True, False, "")
    assert ruling(mine_first, contender("other")) == (False, True, "me")
    twice = [*mine_first, entry(22, Stage.SENDING, "me")]  # written once more after a lost answer
    assert ruling(twice, contender()) == (True, False, "")


@pytest.mark.parametrize(
    ("stage", "fires"),
    [
        (Stage.CLAIMED, True),
        (Stage.FAILED, True),
        (Stage.WITHDRAWN, True),
        (Stage.UNKNOWN, False),
        (Stage.FIRED, False),
    ],
)
def test_after_its_announcement_only_what_was_sent_or_announced_before_blocks(
    stage: Stage, fires: bool
) -> None:
    other = [entry(9, Stage.CLAIMED, "other"), entry(21, Stage.SENDING, "other"), entry(22, stage, "other")]
    other = other[:1] if stage is Stage.CLAIMED else other
    assert ruling([*other, ME, entry(20, Stage.SENDING, "me")], contender())[0] is fires


def test_a_later_announcement_for_more_failures_does_not_give_way_so_the_earlier_one_does() -> None:
    mine = entry(10, Stage.CLAIMED, "me"), entry(20, Stage.SENDING, "me")
    more = entry(21, Stage.SENDING, "more", A, B, run=99)
    assert ruling([*mine, more], contender()) == (False, True, "more")
    both = contender("more", run=99, failures=frozenset({A, B}))
    assert ruling([*mine, more], both) == (True, False, "")
    other = entry(21, Stage.SENDING, "other", B, run=99)
    assert ruling([*mine, other], contender(max_sessions=1)) == (True, False, "")
    sibling = entry(21, Stage.SENDING, "sibling", A, B)
    assert ruling([*mine, sibling], contender()) == (True, False, "")
    assert ruling(
        [*mine, replace(more, record=replace(more.record, run=100, attempt=2))], contender(once_per="run")
    )[0]


def test_max_sessions_is_counted_again_after_the_announcement() -> None:
    rivals = [
        entry(5, Stage.SENDING, "earlier", B, run=98),
        entry(30, Stage.SENDING, "later", C, run=99),
    ]
    book = claims([*rivals, ME, entry(20, Stage.SENDING, "me")])
    assert rule(book, contender(max_sessions=1), None).limited
    assert rule(book, contender(max_sessions=2), None).fire


@pytest.mark.parametrize(
    "after", [Stage.WITHDRAWN, Stage.FAILED, Stage.SENDING, Stage.CLAIMED, Stage.LIMITED]
)
def test_nothing_turns_a_session_back(after: Stage) -> None:
    for started in (Stage.FIRED, Stage.UNKNOWN):
        entries = [entry(1, Stage.CLAIMED, "other", run=99), entry(2, started, "other", run=99)]
        assert not ruling([*entries, entry(3, after, "other", run=99)], contender(""))[0]


def test_an_announcement_that_arrives_after_it_was_taken_back_stays_taken_back() -> None:
    late = [
        entry(1, Stage.CLAIMED, "other"),
        entry(2, Stage.WITHDRAWN, "other"),
        entry(3, Stage.SENDING, "other"),
    ]
    assert ruling(late, contender(""))[0]


def test_a_claim_that_was_abandoned_counts_again_once_it_is_announced() -> None:
    dead = entry(9, Stage.CLAIMED, "other")
    goes_on = contender(abandoned=frozenset({"other"}))
    assert ruling([dead, ME], goes_on) == (True, False, "")
    assert ruling([dead, entry(11, Stage.SENDING, "other"), ME], goes_on) == (False, True, "other")


def test_a_tag_or_another_branch_on_the_commit_is_another_incident() -> None:
    first = entry(1, Stage.FIRED, "other", run=99)
    first = replace(first, record=replace(first.record, ref="beef"))
    assert ruling([first], contender(""))[0]
    assert not ruling([first], contender("", ref="beef"))[0]
    same_run = replace(first, record=replace(first.record, run=100))
    assert not ruling([same_run], contender("", attempt=2))[0]


def test_a_link_that_is_no_sessions_names_none() -> None:
    (claim,) = claims([entry(1, Stage.FIRED, "other")], lambda _: "")
    assert (claim.stage, claim.url) == (Stage.FIRED, "")


@pytest.mark.parametrize(
    ("stage", "blocks"),
    [
        (Stage.FIRED, True),
        (Stage.UNKNOWN, True),
        (Stage.COVERED, True),
        (Stage.DOUBTFUL, True),
        (Stage.FAILED, False),
        (Stage.WITHDRAWN, False),
        (Stage.LIMITED, False),
    ],
)
def test_what_another_run_came_to_counts_by_whether_a_session_may_be_at_work(
    stage: Stage, blocks: bool
) -> None:
    entries = [entry(1, Stage.CLAIMED, "other", run=99), entry(3, stage, "other", run=99), ME]
    assert ruling(entries, contender()) == (not blocks, False, "other" if blocks else "")


def test_who_contended_while_a_sibling_was_refused_does_not_try_again_and_who_came_later_does() -> None:
    failed = [entry(9, Stage.CLAIMED, "other"), entry(11, Stage.FAILED, "other")]
    assert ruling([*failed, ME], contender()) == (False, False, "other")
    late = entry(12, Stage.CLAIMED, "late")
    assert ruling([*failed, ME, late], contender("late")) == (True, False, "")
    later = entry(13, Stage.CLAIMED, "later")
    assert ruling([*failed, ME, late, later], contender("later")) == (False, True, "late")
    of_another_run = [replace(item, record=replace(item.record, run=99)) for item in failed]
    assert ruling([*of_another_run, ME], contender()) == (True, False, "")


def test_siblings_that_lost_are_no_obstacle_to_the_next_attempt() -> None:
    first = [
        entry(1, Stage.CLAIMED, "leader"),
        entry(2, Stage.CLAIMED, "loser-1"),
        entry(3, Stage.CLAIMED, "loser-2", B),
        entry(4, Stage.FAILED, "leader"),
    ]
    again = entry(10, Stage.CLAIMED, "me", attempt=2)
    assert ruling([*first, again], contender(attempt=2)) == (True, False, "")


def test_who_is_beaten_only_for_now_is_waited_for_and_counts_as_no_session_of_its_own() -> None:
    leader, second = entry(1, Stage.CLAIMED, "leader", run=99), entry(2, Stage.CLAIMED, "second", B, run=99)
    me = entry(10, Stage.CLAIMED, "me", B)
    same = contender(failures=frozenset({B}), max_sessions=2)
    assert ruling([leader, second, me], same) == (False, True, "second")
    gives_way = entry(11, Stage.WITHDRAWN, "leader", run=99)
    assert ruling([leader, second, me, gives_way], same) == (False, True, "second")
    sends = entry(11, Stage.SENDING, "leader", run=99)
    assert ruling([leader, second, me, sends], same) == (True, False, "")
    assert ruling([leader, second, me], replace(same, failures=frozenset({C}))) == (True, False, "")


def test_a_loser_is_none_where_the_one_before_it_had_grown_old() -> None:
    dead = entry(1, Stage.CLAIMED, "dead")
    next_one = entry(2, Stage.CLAIMED, "next", after=CLAIM_LASTS.total_seconds())
    me = entry(3, Stage.CLAIMED, "me", after=CLAIM_LASTS.total_seconds() + 1)
    assert ruling([dead, next_one, me], contender()) == (False, True, "next")
    assert ruling([dead, next_one, me], contender("next")) == (True, False, "")


def test_a_claim_alone_counts_until_it_is_old_and_one_being_sent_for_ever() -> None:
    almost = entry(10, Stage.CLAIMED, "me", after=CLAIM_LASTS.total_seconds() - 1)
    old = entry(10, Stage.CLAIMED, "me", after=CLAIM_LASTS.total_seconds())
    other = entry(1, Stage.CLAIMED, "other")
    assert ruling([other, almost], contender()) == (False, True, "other")
    assert ruling([other, old], contender()) == (True, False, "")
    sent = entry(2, Stage.SENDING, "other")
    assert ruling([other, sent, almost], contender()) == (False, True, "other")
    assert ruling([other, sent, old], contender()) == (False, False, "other")


def test_who_may_still_send_is_never_taken_for_dead() -> None:
    assert CLAIM_LASTS >= 2 * SEND_WITHIN


def test_entries_of_the_last_green_run_and_before_belong_to_another_incident() -> None:
    old = [entry(1, Stage.FIRED, "old", run=98), entry(2, Stage.FIRED, "red-then-green", run=99)]
    assert ruling([*old, ME], contender(since_run=99)) == (True, False, "")
    assert ruling([*old, ME], contender(since_run=98)) == (False, False, "red-then-green")
    own = [entry(1, Stage.FIRED, "old", run=100)]
    assert ruling(own, contender("", since_run=100, attempt=2)) == (False, False, "old")


def test_what_is_settled_blocks_at_once_though_more_is_open() -> None:
    entries = [
        entry(1, Stage.FIRED, "fired", A, run=98),
        entry(2, Stage.SENDING, "sending", A, run=99),
        ME,
    ]
    assert ruling(entries, contender()) == (False, False, "fired")


def test_it_waits_for_the_one_whose_failures_are_missing() -> None:
    entries = [
        entry(1, Stage.FIRED, "fired", A, run=98),
        entry(2, Stage.SENDING, "sending", B, run=99),
        ME,
    ]
    assert ruling(entries, contender(failures=frozenset({A, B}))) == (False, True, "sending")
    assert ruling(entries, contender(failures=frozenset({A, C}))) == (True, False, "")


def test_sessions_are_counted_over_what_is_seen_and_what_is_reported() -> None:
    reported = entry(1, Stage.COVERED, "reported", B, run=98, nth=2)
    assert rule(claims([reported]), contender("", max_sessions=3), None).sessions == 2
    assert rule(claims([reported]), contender("", max_sessions=2), None).limited
    third = entry(2, Stage.SENDING, "third", C, run=99, nth=3)
    found = rule(claims([reported, third]), contender("", max_sessions=3), None)
    assert (found.sessions, found.known_sessions, found.limited, found.waiting) == (3, 2, True, True)


def test_sessions_named_by_trailers_and_in_the_ledger_count_once() -> None:
    fired = entry(1, Stage.FIRED, "other", B, run=99)
    elsewhere = [  # on the branch that the commits come from
        replace(entry(n, Stage.FIRED, f"mark-{n}", B, run=n), url=f"https://claude.ai/code/session_{n}")
        for n in (2, 3)
    ]
    who = contender("", trailers=frozenset({"session_1", "session_2"}), since_run=50)
    assert rule(claims([fired]), who, None).sessions == 1
    assert rule(claims([fired, *elsewhere]), who, None).sessions == 2
    both = replace(who, trailers=frozenset({"session_2", "session_3", "session_4"}))
    found = rule(claims([fired, *elsewhere]), both, None)
    assert (found.sessions, found.limited, found.looping) == (3, True, True)


def test_every_job_of_always_counts_towards_max_sessions() -> None:
    rivals = [entry(number, Stage.CLAIMED, f"job-{number}") for number in range(1, 6)]
    fires = [ruling(rivals, contender(f"job-{n}", once_per="always"))[0] for n in range(1, 6)]
    assert fires == [True, True, True, False, False]


STAGES = st.lists(st.sampled_from(Stage), min_size=1, max_size=4)
BOOKS = st.lists(
    st.tuples(STAGES, st.integers(98, 101), st.integers(1, 2), st.sets(st.sampled_from([A, B]), min_size=1)),
    max_size=6,
)


def book_of(drawn: list[tuple[list[Stage], int, int, set[Fingerprint]]]) -> list[Entry]:
    entries: list[Entry] = []
    for index, (stages, run, attempt, prints) in enumerate(drawn):
        for stage in [Stage.CLAIMED, *stages]:
            mark = f"mark-{index}"
            entries.append(entry(len(entries) + 1, stage, mark, *sorted(prints), run=run, attempt=attempt))
    return entries


@given(BOOKS, st.randoms(use_true_random=False))
def test_the_order_in_which_entries_are_listed_does_not_matter(
    drawn: list[tuple[list[Stage], int, int, set[Fingerprint]]], shuffler: random.Random
) -> None:
    entries = [*book_of(drawn), entry(1000, Stage.CLAIMED, "me")]
    shuffled = list(entries)
    shuffler.shuffle(shuffled)
    assert ruling(entries, contender()) == ruling([*shuffled, *shuffled[:3]], contender())


@given(st.lists(st.sampled_from([A, B]), min_size=2, max_size=8), st.sampled_from(["incident", "run"]))
def test_of_claims_of_one_attempt_exactly_one_may_fire(prints: list[Fingerprint], once_per: str) -> None:
    rivals = [entry(n + 1, Stage.CLAIMED, f"job-{n}", seen) for n, seen in enumerate(prints)]
    fires = [
        ruling(rivals, contender(f"job-{n}", failures=frozenset({seen}), once_per=once_per))[0]
        for n, seen in enumerate(prints)
    ]
    assert fires == [True] + [False] * (len(prints) - 1)


def test_a_sibling_that_claimed_later_and_sent_nothing_is_no_obstacle() -> None:
    failed = [entry(12, Stage.CLAIMED, "other"), entry(13, Stage.FAILED, "other")]
    assert ruling([ME, *failed], contender())[0]
