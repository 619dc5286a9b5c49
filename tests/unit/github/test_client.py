"""GitHub in the project's nouns: statuses, comments, fresh reads; and how it fails."""

from __future__ import annotations

import dataclasses
import hashlib
import math
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.support.emulated.faults import Fault
from tests.support.emulated.github import GitHubEmulator
from tests.support.emulated.ids import sha_of
from tests.unit.gather.gathering import HEAD, IMPATIENT, github_of

from fire_routine.github.client import GitHub
from fire_routine.model.outcome import SHOWN, GitHubError
from fire_routine.settings import CA_VARIABLES


@pytest.fixture
def github(emulator: GitHubEmulator) -> Iterator[GitHub]:
    with github_of(emulator) as client:
        yield client


class TestStatuses:
    @pytest.mark.parametrize("fault", [Fault.broken(502), Fault(drop=True), Fault(hang=True)])
    def test_a_write_is_never_repeated(self, emulator: GitHubEmulator, fault: Fault) -> None:
        emulator.fail("POST", fault)
        with github_of(emulator, patience=0.3) as github, pytest.raises(GitHubError):
            github.create_status(HEAD, "pending", "claimed", "https://example.com/run", SHOWN)
        assert len(emulator.asked("POST")) == 1


class TestFailing:
    @pytest.mark.parametrize("fault", [Fault.rate_limited(), Fault.slow_down()])
    def test_a_rate_limit_is_not_waited_for(
        self, emulator: GitHubEmulator, github: GitHub, fault: Fault
    ) -> None:
        emulator.fail("/git/ref", fault)
        with pytest.raises(GitHubError) as error:
            github.branch_head("main")
        assert error.value.rate_limited
        assert len(emulator.requests) == 1

    @pytest.mark.parametrize("fault", [Fault(hang=True), Fault(dribble=0.05), Fault(202)])
    def test_a_server_that_does_not_come_to_an_end_is_given_up(
        self, emulator: GitHubEmulator, fault: Fault
    ) -> None:
        emulator.set_branch("main", HEAD)
        emulator.fail("/git/ref", fault)
        with (
            github_of(emulator, patience=0.3) as github,
            pytest.raises(GitHubError, match="did not answer within"),
        ):
            github.branch_head("main")

    def test_after_the_deadline_nothing_is_asked(self, emulator: GitHubEmulator, github: GitHub) -> None:
        with pytest.raises(GitHubError, match="no time left"):
            github.within(time.monotonic()).branch_head("main")
        assert emulator.requests == []

    def test_a_renamed_repository_is_followed_without_a_word_and_no_redirect_to_another_host(
        self, emulator: GitHubEmulator, github: GitHub, caplog: pytest.LogCaptureFixture
    ) -> None:
        emulator.add_pull_request({"number": 12})
        moved = f"{emulator.url}/repos/{emulator.full_name}/pulls/12"
        emulator.fail("/pulls/11", Fault(301, headers={"Location": moved}))
        pull = github.pull_request(11)
        assert pull and pull.number == 12
        assert not caplog.records
        emulator.fail("/pulls/12", Fault(301, headers={"Location": f"{emulator.storage_url}/pulls/12"}))
        with pytest.raises(GitHubError):
            github.pull_request(12)
        assert all(not request.storage for request in emulator.requests)

    @pytest.mark.usefixtures("bare_environment")
    def test_a_proxys_password_and_the_token_are_in_no_message(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HTTP_PROXY", "http://user:hunter2@127.0.0.1:1")
        with GitHub("http://github.invalid", "ghs_secret", "octo-org/widget", clock=IMPATIENT) as github:
            with pytest.raises(GitHubError) as error:
                github.branch_head("main")
            assert "hunter2" not in str(error.value)
            assert error.value.__cause__ is None
            assert "secret" not in f"{error.value!r} {github!r}"


def test_pygithubs_requester_is_the_one_that_was_read() -> None:
    """It is no interface of PyGithub's. After a change, read its difference, then state its new sum here."""
    source = Path(sys.modules["github.Requester"].__file__ or "").read_bytes().replace(b"\r\n", b"\n")
    known = "ee0eca6d9f2606c8d176935295c82aacf1fb04c7245bd6f5db99b2cccc30998c"
    assert hashlib.sha256(source).hexdigest() == known


def test_either_librarys_variable_for_own_authorities_counts_for_both(tmp_path: Path) -> None:
    def certificates(**environ: str) -> str | None:
        return GitHub("https://api.github.com", "", "octo-org/widget", environ=environ).certificates

    assert [certificates(**{name: "/etc/own.pem"}) for name in CA_VARIABLES] == ["/etc/own.pem"] * 4
    assert certificates() is None
    listed = os.pathsep.join([str(tmp_path / "none"), str(tmp_path), str(tmp_path / "other")])
    assert certificates(SSL_CERT_DIR=listed) == str(tmp_path)  # the first that is there


def test_each_wait_is_announced_once_for_all_requests_that_meet_it(emulator: GitHubEmulator) -> None:
    lines: list[str] = []
    emulator.set_branch("main", HEAD)
    emulator.fail("/git/ref", Fault.broken(502), times=2)
    with GitHub(
        emulator.url, emulator.token, emulator.full_name, clock=IMPATIENT, say=lines.append
    ) as github:
        insisting = github.insisting(math.inf)
        assert insisting.branch_head("main") == HEAD
        emulator.fail("/git/ref", Fault.broken(502), times=2)
        assert insisting.branch_head("main") == HEAD
    assert lines == ["GitHub answered 502: `Server Error`. Asking GitHub again in 1 s (attempt 3)."]


def test_of_libraries_only_what_makes_requests_is_loaded() -> None:
    program = (
        "import sys\nimport fire_routine.gather, fire_routine.github.client\n"
        "unused = {'github.MainClass', 'github.Auth', 'jwt', 'nacl', 'cryptography', 'importlib.metadata',"
        " 'xml.etree.ElementTree'}\n"
        "assert not unused & set(sys.modules), unused & set(sys.modules)"
    )
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", program], check=True, env=environ)


@pytest.mark.parametrize(
    ("commits", "pages"), [(1, []), (2, [1]), (100, [1]), (101, [1, 2]), (200, [1, 2]), (300, [2, 3])]
)
def test_the_first_commit_is_the_one_without_parents(
    emulator: GitHubEmulator, github: GitHub, commits: int, pages: list[int]
) -> None:
    first = emulator.commits[-1]
    for number in range(1, commits):
        emulator.set_branch("main", sha_of(str(number)))
    assert github.first_commit() == first
    asked = emulator.asked("/commits")[1:]
    assert [int(parse_qs(urlsplit(one.target).query)["page"][0]) for one in asked] == pages


@pytest.mark.parametrize("by", ["ours", "theirs", ""])
@pytest.mark.parametrize(
    ("forged", "is_root"), [(1, False), (1, True), (100, False), (200, False), (2, True)]
)
def test_commits_with_a_forged_date_do_not_move_the_ledger(
    emulator: GitHubEmulator, github: GitHub, forged: int, is_root: bool, by: str
) -> None:
    """Entries by the own account show the first commit, if it is one of the last two without parents."""
    first = emulator.commits[-1]
    for number in range(150):
        emulator.set_branch("main", sha_of(str(number)))
    merged = [sha_of(f"forged {number}") for number in range(forged)]
    emulator.commits += merged
    emulator.roots |= set(merged if is_root else [])
    if by:
        emulator.creator = by
        emulator.add_status(first, {"context": "fire-routine ledger 2026-03-01", "description": "f"})
    if by == "ours" and (forged == 1 or not is_root) and forged < 200:
        assert github.first_commit("Ours") == first
    else:
        with pytest.raises(GitHubError, match="`git rev-list --max-parents=0 HEAD`") as told:
            github.first_commit("Ours")
        assert told.value.permanent
    assert len(emulator.requests) <= 5


def test_without_a_first_commit_the_remedy_is_named(emulator: GitHubEmulator, github: GitHub) -> None:
    emulator.fail("/commits", Fault(raw=b"[]"))
    with pytest.raises(GitHubError, match="set `ledger-commit`"):
        github.first_commit()


def test_green_runs_are_listed_without_a_filter_by_branch(emulator: GitHubEmulator, github: GitHub) -> None:
    for number, conclusion in ((401, "failure"), (402, "success"), (403, "failure")):
        emulator.add_run({"id": number, "head_sha": HEAD, "conclusion": conclusion})
    run, _ = github.run(403, None)
    found = github.greens(run, 401)
    assert (dict(found.runs), set(found.events)) == ({402: "push"}, {401, 402, 403})
    assert "branch=" not in emulator.asked("/runs?")[-1].target


def test_a_green_run_that_is_being_rerun_was_green(emulator: GitHubEmulator, github: GitHub) -> None:
    for number in (401, 403):
        emulator.add_run({"id": number, "head_sha": HEAD, "conclusion": "failure"})
    for attempt, end in ((1, "success"), (2, None)):
        emulator.add_run({"id": 402, "head_sha": HEAD, "run_attempt": attempt, "conclusion": end})
    run, _ = github.run(403, None)
    assert dict(github.greens(run, 401).runs) == {402: "push"}
    emulator.fail("/runs/402/attempts", Fault.broken(502), times=2)
    assert not github.greens(run, 401).runs  # which is no reason to fail


def test_green_runs_are_found_after_a_run_that_a_newer_one_claimed_for(
    emulator: GitHubEmulator, github: GitHub
) -> None:
    for number in range(401, 701):
        conclusion = "success" if number == 450 else "failure"
        emulator.add_run({"id": number, "head_sha": HEAD, "conclusion": conclusion})
    run, _ = github.run(401, None)
    assert 450 in github.greens(run, 700).runs
    assert len(emulator.asked("/workflows/")) == 3


def test_green_runs_that_are_too_far_back_are_looked_for_by_a_filter(
    emulator: GitHubEmulator, github: GitHub
) -> None:
    for number in range(401, 901):
        conclusion = "success" if number == 402 else "failure"
        emulator.add_run({"id": number, "head_sha": HEAD, "conclusion": conclusion})
    run, _ = github.run(900, None)
    assert dict(github.greens(run, 401).runs) == {402: "push"}
    *unfiltered, filtered = emulator.asked("/workflows/")
    assert len(unfiltered) == 4
    assert {"branch=main", "status=success"} <= set(re.split("[?&]", filtered.target))


def test_without_the_number_of_a_workflow_its_runs_are_asked_for_by_its_file(
    emulator: GitHubEmulator, github: GitHub
) -> None:
    emulator.add_run({"id": 402, "head_sha": HEAD, "conclusion": "success"})
    run, _ = github.run(402, None)
    github.greens(dataclasses.replace(run, workflow_id=0, workflow_path=".github/workflows/ci.yml"), 401)
    assert "/actions/workflows/ci.yml/runs?" in emulator.asked("/runs?")[-1].target
