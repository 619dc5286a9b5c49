"""What an answer of GitHub means: a status that was written, a refusal, a passing fault."""

from __future__ import annotations

import json

import pytest
from tests.support.emulated.faults import Fault
from tests.support.emulated.github import GitHubEmulator
from tests.unit.gather.gathering import HEAD, github_of

from fire_routine.github.errors import refusal
from fire_routine.model.outcome import SHOWN, GitHubError


def test_a_status_that_was_written_is_read_with_its_link(emulator: GitHubEmulator) -> None:
    with github_of(emulator) as github:
        created = github.create_status(HEAD, "pending", "claimed", "https://example.com/run", SHOWN)
        assert created.target_url == "https://example.com/run"
        assert list(github.statuses(HEAD).statuses) == [created]


@pytest.mark.parametrize("listed", [False, True])
def test_a_refusal_has_the_words_of_its_errors(emulator: GitHubEmulator, listed: bool) -> None:
    """As GitHub words a context that is full: the message alone is "Validation Failed"."""
    full = "This SHA and context has reached the maximum number of statuses."
    errors = [{"resource": "Status", "code": "custom", "message": full}] if listed else full
    body = json.dumps({"message": "Validation Failed", "errors": errors}).encode()
    emulator.fail("POST .*/statuses/", Fault(422, raw=body))
    with github_of(emulator) as github, pytest.raises(GitHubError, match="maximum number") as error:
        github.create_status(HEAD, "success", "claimed", "https://example.com/run", SHOWN)
    assert error.value.status == 422


SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
OLDER = "You have triggered an abuse detection mechanism. Please wait a few minutes before you try again."
PRIMARY = "API rate limit exceeded for installation."
NOW, IN_8, IN_90 = (f"Wed, 02 Dec 2026 05:0{time} GMT" for time in ("0:00", "0:08", "1:30"))
USED_UP = {"X-RateLimit-Remaining": "0"}
RESET = {"X-RateLimit-Reset": "1796187690"}  # IN_90, in Unix time


@pytest.mark.parametrize(
    ("status", "words", "headers", "seconds"),
    [
        (403, SECONDARY, {}, 60.0),  # "wait for at least one minute"
        (429, SECONDARY, {}, 60.0),
        (429, "", {}, 60.0),
        (403, OLDER, {}, 60.0),
        (403, SECONDARY, {"Retry-After": "7"}, 7.0),
        (429, SECONDARY, {"Retry-After": "7"}, 7.0),
        (429, SECONDARY, {"Retry-After": IN_8}, 8.0),
        (403, "", {"Retry-After": IN_8}, 8.0),
        (429, SECONDARY, {"Retry-After": NOW}, 0.0),
        (429, SECONDARY, {"Retry-After": "soon"}, 60.0),
        (403, SECONDARY, {"X-RateLimit-Remaining": "4000", **RESET}, 60.0),  # the reset is not this limit's
        (403, PRIMARY, USED_UP | RESET, 90.0),
        (429, PRIMARY, USED_UP | RESET, 90.0),
        (403, PRIMARY, USED_UP | RESET | {"Retry-After": "7"}, 7.0),
        (403, PRIMARY, USED_UP, None),  # until the hour is over, and nobody says when that is
        (403, "Must have push access to repository", USED_UP | RESET, 90.0),
        (403, PRIMARY, {}, None),
    ],
)
def test_a_rate_limit_says_how_long_to_wait(
    status: int, words: str, headers: dict[str, str], seconds: float | None
) -> None:
    """The words are GitHub's, as PyGithub and hub4j/github-api recorded them."""
    error = refusal(status, {"date": NOW} | {name.lower(): value for name, value in headers.items()}, words)
    assert (error.rate_limited, error.retry_after) == (True, seconds)


@pytest.mark.parametrize("headers", [{"retry-after": IN_8}, {"x-ratelimit-reset": "1796187690"}])
def test_a_time_says_nothing_without_the_servers_own(headers: dict[str, str]) -> None:
    assert refusal(403, {"x-ratelimit-remaining": "0", **headers}, PRIMARY).retry_after is None


def test_statuses_are_read_on_where_a_proxy_leaves_out_the_links(emulator: GitHubEmulator) -> None:
    emulator.links = False
    with github_of(emulator) as github:
        for number in range(100):
            github.create_status(HEAD, "success", f"{number}", "https://example.com/run", SHOWN)
        assert github.statuses(HEAD).more
        assert not github.statuses(HEAD, 2).more


@pytest.mark.parametrize("prefix", ["", "/api/v3"])
def test_a_token_names_its_login_on_any_server(prefix: str) -> None:
    with GitHubEmulator(prefix=prefix) as emulator, github_of(emulator) as github:
        emulator.creator = "triage[bot]"
        assert github.login() == "triage[bot]"
        emulator.fail("/graphql", Fault(200, raw=b'{"data": null, "errors": [{"message": "No"}]}'))
        with pytest.raises(GitHubError):
            github.login()
