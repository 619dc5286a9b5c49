"""One sweep of an organisation: who gets a session, who does not, and what is said of both."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from tests.support.emulated.faults import Fault
from tests.support.emulated.job import LOG
from tests.support.emulated.repository import FIRST, Repository, timestamp
from tests.unit.sweep.conftest import BOT, Organisation, states

from fire_routine.emulator import Reply, limit
from fire_routine.github import transport
from fire_routine.model.outcome import GitHubError
from fire_routine.sweep.plan import State

OWN_JOB = "github-actions[bot]"
KNOWN = """[[known-failure]]
pattern = "mismatched types"
issue = "https://github.com/acme/pay/issues/1"
action = "skip"
"""


@pytest.fixture
def pay(organisation: Organisation) -> Repository:
    return organisation.repository("acme/pay")


def entry(stage: str, run: int, names: str = "4f3a1c2b") -> str:
    return f"{stage} ci.yml {run}.1 507912 2867c5c 68z8bm71 {names}"


def add_entry(repository: Repository, description: str, minutes: float = 0, **status: Any) -> None:
    """`minutes`: how long ago it was written."""
    at = timestamp(repository.now() - timedelta(minutes=minutes))
    ledger = {"context": f"fire-routine ledger {at[:10]}", "created_at": at, "description": description}
    repository.add_status(FIRST, ledger | status)


def ledger(repository: Repository) -> list[str]:
    return [str(one["description"])[0] for one in repository.statuses.get(FIRST, ())]


# --- a session, once ---------------------------------------------------------------------------------


def test_a_red_default_branch_gets_a_session_once(organisation: Organisation, pay: Repository) -> None:
    organisation.run(pay)
    organisation.run(organisation.repository("acme/web"), "success")
    swept = organisation.sweep()
    assert (states(swept), swept.failed) == ([("fired", "acme/pay")], False)
    assert swept.rows[0].session_url == organisation.endpoint.sessions[0].url
    assert "mismatched types" in organisation.endpoint.sessions[0].text
    organisation.github.requests.clear()
    again = organisation.sweep()
    assert [(row.state, row.session_url) for row in again.rows] == [("skipped", swept.rows[0].session_url)]
    # One list, two queries, and three for the ledger.
    assert len(organisation.github.requests) == 6
    assert len(organisation.endpoint.sessions) == 1


def test_two_sweeps_at_once_start_one_session(organisation: Organisation, pay: Repository) -> None:
    organisation.run(pay)
    sweeps = [Thread(target=organisation.sweep) for _ in range(2)]
    for sweep in sweeps:
        sweep.start()
    for sweep in sweeps:
        sweep.join()
    assert len(organisation.endpoint.sessions) == 1


def test_the_same_failure_in_a_newer_run_is_a_duplicate_and_is_read_once(
    organisation: Organisation, pay: Repository
) -> None:
    organisation.run(pay)
    fired = organisation.sweep()
    organisation.run(pay, ago=1)
    for reads in (1, 0):
        organisation.github.requests.clear()
        [row] = organisation.sweep().rows
        assert row.state == "skipped"
        assert len(organisation.github.asked("/logs")) == reads
    assert fired.rows[0].session_url
    assert len(organisation.endpoint.sessions) == 1


def test_each_red_workflow_of_a_repository_is_one(organisation: Organisation, pay: Repository) -> None:
    organisation.run(pay)
    other = LOG.replace("mismatched types", "unresolved import").replace("E0308", "E0432")
    organisation.run(pay, log=other, workflow_id=8, path=".github/workflows/nightly.yml", event="schedule")
    swept = organisation.sweep(limit=5)
    assert [(row.state, row.run.workflow) for row in swept.rows] == [
        ("fired", "ci.yml"),
        ("fired", "nightly.yml"),
    ]
    assert len(organisation.github.asked(r"/commits\?per_page")) == 1


# --- who is left out ---------------------------------------------------------------------------------


def test_what_ended_just_now_or_long_ago_is_counted(organisation: Organisation, pay: Repository) -> None:
    organisation.run(pay, ago=0.1)
    organisation.run(organisation.repository("acme/web"), ago=73)
    swept = organisation.sweep()
    assert (swept.rows, swept.counts) == ([], {State.NOT_YET: 1, State.TOO_OLD: 1})


def test_archived_ones_forks_and_others_are_no_candidates(organisation: Organisation) -> None:
    for name, about in (("acme/old", {"archived": True}), ("acme/fork", {"fork": True}), ("acme/web", {})):
        repository = organisation.repository(name, **about)
        repository.installed = name != "acme/web"
        organisation.run(repository)
    assert organisation.sweep().rows == []
    assert organisation.sweep("acme/old", "acme/fork", "foreign/*").repositories == 0


def test_a_repository_with_jobs_of_its_own_is_left_out_and_said_so(
    organisation: Organisation, pay: Repository
) -> None:
    for name in ("ci", "nightly"):
        organisation.run(pay, path=f".github/workflows/{name}.yml")
    pay.creator = OWN_JOB
    for _ in range(200):
        add_entry(pay, entry("w", 1), minutes=60 * 24 * 29)
    swept = organisation.sweep()
    assert swept.rows == []
    assert swept.left_out == {"acme/pay": f"it has jobs of its own (entries by {OWN_JOB})"}
    assert not organisation.github.asked("/logs")
    assert len(organisation.github.asked("/statuses")) == 1  # one of theirs is enough


def test_jobs_that_were_taken_out_are_forgotten_after_a_month(
    organisation: Organisation, pay: Repository
) -> None:
    organisation.run(pay)
    pay.creator = OWN_JOB
    add_entry(pay, entry("f", 1), minutes=60 * 24 * 31)
    pay.creator = BOT
    assert states(organisation.sweep()) == [("fired", "acme/pay")]


def test_what_can_not_be_read_is_named(organisation: Organisation, pay: Repository) -> None:
    organisation.run(pay)
    web = organisation.repository("acme/web")
    organisation.run(web)
    web.installed = True
    organisation.github.fail("GET /repos/acme/web/commits", Fault.broken(502))
    swept = organisation.sweep(limit=3)
    assert (states(swept), swept.failed) == ([("fired", "acme/pay")], False)
    assert swept.left_out["acme/web"].startswith("its ledger could not be read: GitHub answered 502")
    organisation.github.heal()
    assert states(organisation.sweep(limit=3))[-1] == ("fired", "acme/web")


def test_a_token_that_may_not_read_a_ledger_is_a_failure(organisation: Organisation, pay: Repository) -> None:
    organisation.run(pay)
    organisation.github.fail("GET /repos/acme/pay/commits", Fault.forbidden())
    swept = organisation.sweep()
    assert (list(swept.left_out), swept.failed) == (["acme/pay"], True)


def test_a_rate_limit_of_github_ends_it(organisation: Organisation, pay: Repository) -> None:
    organisation.run(pay)
    organisation.run(organisation.repository("acme/web"), ago=1)
    organisation.github.fail("GET /repos/acme/pay/commits", Fault.slow_down())
    swept = organisation.sweep()
    assert (list(swept.left_out), swept.failed) == (["acme/pay"], False)
    [row] = swept.rows
    assert (row.repository, row.state, row.reason) == ("acme/web", "not chosen", swept.stopped)
    assert swept.stopped == "GitHub's rate limit is used up"


def test_an_organisation_that_can_not_be_read_is_an_error(
    organisation: Organisation, pay: Repository
) -> None:
    organisation.run(pay)
    organisation.github.fail("/installation/repositories", Fault.broken(502))
    with pytest.raises(GitHubError):
        organisation.sweep()
    organisation.github.heal()
    organisation.github.fail("POST /graphql", Fault.broken(502))
    organisation.github.fail(
        "POST /graphql", Fault(200, raw=b'{"data": {"viewer": {"login": "x"}}}'), times=1
    )
    swept = organisation.sweep()
    assert (swept.failed, list(swept.left_out)) == (True, ["acme/ci-sweep", "acme/pay"])


# --- what time does not change -----------------------------------------------------------------------


def test_a_known_failure_is_read_once(organisation: Organisation, pay: Repository) -> None:
    run = organisation.run(pay)
    pay.set_file(".github/known-failures.toml", KNOWN)
    [row] = organisation.sweep().rows
    assert (row.state, row.reason) == ("skipped", "known-failure")
    assert ledger(pay) == ["n"]
    organisation.github.requests.clear()
    [row] = organisation.sweep().rows
    assert (row.state, len(organisation.github.requests)) == ("skipped", 6)
    # Another attempt asks again.
    pay.set_file(".github/known-failures.toml", "")
    pay.change_run(run, run_attempt=2)
    pay.runs[run]["updated_at"] = timestamp(organisation.now() + timedelta(minutes=1))
    organisation.later = timedelta(hours=1)
    assert states(organisation.sweep()) == [("fired", "acme/pay")]


@pytest.mark.parametrize("reason", ["max-sessions", "daily-limit", "no-run"])
def test_what_is_held_back_is_written_once_while_it_is_red(
    organisation: Organisation, pay: Repository, reason: str
) -> None:
    organisation.run(pay)
    settings: dict[str, object] = {"max_sessions": 1, "daily_limit": int(reason == "daily-limit")}
    assert organisation.sweep(settings=settings).rows[0].state == "fired"
    other = LOG.replace("mismatched types", "unresolved import").replace("E0308", "E0432")
    path = ".github/workflows/nightly.yml" if reason == "daily-limit" else ".github/workflows/ci.yml"
    for ago in (1.8, 1.6, 1.4):
        run = organisation.run(pay, log=other, ago=ago, path=path)
        if reason == "no-run":
            organisation.github.fail(f"/actions/runs/{run}", Fault(404, "Not Found"))
        for _ in range(4):
            rows = organisation.sweep(settings=settings).rows
            assert rows[-1].reason == reason
    assert ledger(pay) == ["c", "s", "f", "w"]


def test_no_repository_keeps_the_others_waiting(organisation: Organisation, pay: Repository) -> None:
    """Neither by many workflows that are red, nor by runs that are made anew and told in vain."""
    web, apps = organisation.repository("acme/web"), organisation.repository("acme/apps")
    for repository, number in ((web, 12), (apps, 12), (pay, 1)):
        for place in range(number):
            path = f".github/workflows/w{place}.yml"
            organisation.run(repository, ago=number + 10 - place, workflow_id=place + 1, path=path)
    apps.set_file(".github/known-failures.toml", KNOWN)
    fired = []
    for _ in range(3):
        fired += [name for state, name in states(organisation.sweep()) if state == "fired"]
        for place in range(12):
            path = f".github/workflows/w{place}.yml"
            organisation.run(apps, ago=0.6, workflow_id=place + 1, path=path)
    assert fired[:2] == ["acme/web", "acme/pay"]


def test_what_time_changes_stays_due_and_comes_after_who_was_never_tried(
    organisation: Organisation, pay: Repository
) -> None:
    organisation.run(pay, ago=9)
    add_entry(pay, entry("f", 1), minutes=600, target_url="https://claude.ai/code/session_1")
    settings: Mapping[str, object] = {"daily_limit": 1}
    [row] = organisation.sweep(settings=settings).rows
    assert (row.state, row.reason) == ("skipped", "daily-limit")
    assert ledger(pay) == ["f", "w"]
    organisation.run(organisation.repository("acme/web"))
    swept = organisation.sweep(settings=settings)
    assert states(swept) == [("fired", "acme/web"), ("not chosen", "acme/pay")]
    organisation.later = timedelta(hours=15)
    assert states(organisation.sweep())[-1] == ("fired", "acme/pay")


# --- limits ------------------------------------------------------------------------------------------


def test_the_limit_is_the_sweep_s_and_the_others_are_listed(organisation: Organisation) -> None:
    for number in range(4):
        organisation.run(organisation.repository(f"acme/r{number}"), ago=9 - number)
    swept = organisation.sweep(limit=2)
    assert [state for state, _ in states(swept)] == ["fired", "fired", "not chosen", "not chosen"]
    assert swept.rows[3].reason == swept.stopped == "--limit 2 is reached"
    assert len(organisation.github.asked(r"/commits\?per_page")) == 2


def test_no_more_than_ten_runs_are_read_in_vain_for_each_session(organisation: Organisation) -> None:
    for number in range(12):
        repository = organisation.repository(f"acme/r{number}")
        organisation.run(repository)
        repository.set_file(".github/known-failures.toml", KNOWN)
    swept = organisation.sweep()
    assert [state for state, _ in states(swept)] == ["skipped"] * 10 + ["not chosen"] * 2
    # The next one reads the others.
    assert [row.state for row in organisation.sweep().rows] == ["skipped"] * 12


def test_runs_that_can_not_be_read_do_not_keep_the_others_from_their_turn(organisation: Organisation) -> None:
    for number in range(11):
        run = organisation.run(organisation.repository(f"acme/r{number:02}"), ago=20 - number)
        if number < 10:
            organisation.github.fail(
                f"GET /repos/acme/r{number:02}/actions/runs/{run}", Fault(404, "Not Found")
            )
    swept = organisation.sweep()
    assert {row.reason for row in swept.rows[:10]} == {"no-run"}
    assert (swept.rows[10].state, swept.failed) == ("not chosen", True)
    swept = organisation.sweep()
    assert (states(swept)[0], swept.failed) == (("fired", "acme/r10"), False)
    # Once they can be read, they have their turn.
    organisation.github.heal()
    assert [state for state, _ in states(organisation.sweep(limit=10))] == ["skipped"] + ["fired"] * 10


def test_it_leaves_half_of_the_hour_s_requests(organisation: Organisation, pay: Repository) -> None:
    organisation.run(pay)
    organisation.github.remaining = 499
    swept = organisation.sweep()
    assert [(row.state, row.reason) for row in swept.rows] == [
        ("not chosen", "half of the hour's requests to GitHub are used")
    ]
    assert not organisation.endpoint.requests
    organisation.github.remaining = 500
    assert states(organisation.sweep()) == [("fired", "acme/pay")]


def test_a_limit_of_the_endpoint_ends_it_and_nothing_is_forgotten(organisation: Organisation) -> None:
    for number in range(2):
        organisation.run(organisation.repository(f"acme/r{number}"), ago=9 - number)
    organisation.endpoint.script = [limit(3600)]
    swept = organisation.sweep(limit=5)
    until = f"{organisation.now() + timedelta(hours=1):%H:%M}"
    assert states(swept) == [("waiting", "acme/r0"), ("not chosen", "acme/r1")]
    assert {row.reason for row in swept.rows} == {swept.stopped}
    assert swept.stopped == f"waiting until {until} UTC"
    assert not swept.failed
    # Who was never tried comes first.
    assert states(organisation.sweep(limit=5)) == [("fired", "acme/r1"), ("fired", "acme/r0")]


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_a_refusal_that_the_next_run_would_get_too_ends_it(organisation: Organisation, status: int) -> None:
    for number in range(2):
        organisation.run(organisation.repository(f"acme/r{number}"))
    organisation.endpoint.script = [Reply(status, "some_error", "No.")]
    swept = organisation.sweep(limit=5)
    assert [state for state, _ in states(swept)] == ["skipped", "not chosen"]
    assert (swept.failed, swept.stopped) == (True, f"the endpoint answered {status}")
    assert len(organisation.endpoint.requests) == 1


# --- what is not known -------------------------------------------------------------------------------


def test_a_session_that_may_have_started_is_listed_at_each_sweep_and_not_fired(
    organisation: Organisation, pay: Repository
) -> None:
    organisation.run(pay)
    organisation.endpoint.script = [Reply(500, "api_error", "Broken.")]
    swept = organisation.sweep()
    assert (states(swept), swept.failed) == ([("unknown", "acme/pay")], True)
    for _ in range(2):
        swept = organisation.sweep()
        assert (states(swept), swept.failed) == ([("unknown", "acme/pay")], False)
    assert len(organisation.endpoint.requests) == 1


class Killed(BaseException):
    """The process is gone."""


@pytest.mark.parametrize("at", range(1, 27))
def test_a_sweep_killed_at_any_request_leaves_nothing_that_a_later_one_can_not_resolve_or_list(
    organisation: Organisation, pay: Repository, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    organisation.run(pay)
    asked, ask = [], transport.Transport.ask

    def dying(self: transport.Transport, *request: Any) -> Any:
        asked.append(request)
        if len(asked) >= at:
            raise Killed
        return ask(self, *request)

    with monkeypatch.context() as patch:
        patch.setattr(transport.Transport, "ask", dying)
        with pytest.raises(Killed):
            organisation.sweep()
    organisation.later = timedelta(minutes=10)
    [row] = organisation.sweep().rows
    started = len(organisation.endpoint.sessions)
    if row.state == "unknown":  # it was announced: a session may have started, or not
        assert started <= 1
    else:
        assert (row.session_url, started) == (organisation.endpoint.sessions[0].url, 1)


# --- a dry run ---------------------------------------------------------------------------------------


def test_a_dry_run_shows_what_it_would_do_and_writes_nothing(
    organisation: Organisation, pay: Repository
) -> None:
    organisation.run(pay, ago=9)
    web = organisation.repository("acme/web")
    organisation.run(web, ago=5)
    web.set_file(".github/known-failures.toml", KNOWN)
    organisation.run(organisation.repository("acme/zoo"), ago=3)
    swept = organisation.sweep(limit=2, settings={"dry_run": True, "routine_url": "", "routine_token": ""})
    assert states(swept) == [("would fire", "acme/pay"), ("skipped", "acme/web"), ("would fire", "acme/zoo")]
    assert [row.reason for row in swept.rows] == ["", "known-failure", ""]
    assert not swept.failed
    organisation.github.fail("GET /repos/acme/pay/actions/runs", Fault(404, "Not Found"))
    assert organisation.sweep(settings={"dry_run": True}).rows[0].reason == "no-run"
    assert not organisation.github.asked("POST /repos")
