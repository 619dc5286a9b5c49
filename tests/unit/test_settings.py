"""Inputs and the runner's variables: what is accepted, what is refused, and in which words."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fire_routine.routine_url import API_ROOT, endpoint, host_name
from fire_routine.settings import (
    CA_VARIABLES,
    KEPT_TEXT,
    MAX_CHARACTERS,
    MIN_CHARACTERS,
    PREFIX,
    Context,
    Settings,
    SettingsError,
    own_authorities,
    read_context,
    read_settings,
)

FIRE = "/v1/claude_code/routines/trig_01abc/fire"


def given_inputs(**inputs: str) -> dict[str, str]:
    return {PREFIX + name.upper(): value for name, value in inputs.items()}


def problems_of(**inputs: str) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        read_settings(given_inputs(**inputs))
    assert all("\n" not in problem for problem in caught.value.problems)
    return caught.value.problems


def test_fire_url_on_anthropics_host_or_loopback_is_taken_unchanged() -> None:
    for host in (
        "https://API.Anthropic.com:443",
        "http://127.0.0.1:8765",
        "https://localhost:1",
        "http://[::1]:8",
    ):
        assert endpoint(host + FIRE) == host + FIRE
    assert endpoint("trig_01abc") == f"{API_ROOT}/trig_01abc/fire" == f"https://api.anthropic.com{FIRE}"


def test_fire_url_on_another_host_is_refused_unless_that_host_is_trusted() -> None:
    for host in (
        *("api.anthropic.com.evil.example", "evil-api.anthropic.com", "anthropic.com", "api.anthropic.com."),
        *("127.0.0.1.evil.example", "127.0.0.2"),
    ):
        url = f"https://{host}{FIRE}"
        with pytest.raises(ValueError, match=r"api\.anthropic\.com.*trusted-host") as caught:
            endpoint(url)
        assert "evil" not in str(caught.value)
        assert endpoint(url, host) == url
        with pytest.raises(ValueError, match="trusted-host"):
            endpoint(url, "gateway.example.com")


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        (f"http://api.anthropic.com{FIRE}", "https://"),
        (f"http://gateway.example.com{FIRE}", "https://"),
        (f"https://@api.anthropic.com{FIRE}", "user name"),
        (f"https://api.anthropic.com@evil.example{FIRE}", "user name"),
        (rf"https://evil.example\@api.anthropic.com{FIRE}", "user name"),
        (f"https://api.anthropic.com{FIRE}?", "query"),
        (f"https://api.anthropic.com{FIRE}#", "fragment"),
        (f"https://api.anthropic.com{FIRE}/../x", "fire URL"),
        (f"https://api.anthropic.com/x{FIRE}", "fire URL"),
        (f"ftp://api.anthropic.com{FIRE}", "fire URL"),
        (f"https://{FIRE}", "fire URL"),
        (f"https://api.anthropic.com:port{FIRE}", "fire URL"),
        (f"https://[::1{FIRE}", "fire URL"),
        ("trig_", "fire URL"),
        ("trig_" + "x" * 129, "fire URL"),
        (f"https://api.anthropic.com\t{FIRE}", "such as a space"),
        (f"https://api.anthropic.com{FIRE}\u200b", "fire URL"),
        (f"https://\u212aube.example{FIRE}", "a character"),
    ],
)
def test_fire_url_that_can_not_be_used_names_the_problem_and_never_the_value(url: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem) as caught:
        endpoint(url, "kube.example")
    assert "trig_01abc" not in str(caught.value)


@given(st.text(max_size=40), st.sampled_from(["https://", "http://", ""]), st.sampled_from([FIRE, ""]))
def test_no_text_reaches_another_host(host: str, scheme: str, path: str) -> None:
    try:
        url = endpoint(scheme + host + path)
    except ValueError:
        return
    assert url.lower().startswith((API_ROOT, "http://localhost", "http://127.0.0.1", "http://[::1]")) or (
        url.lower().startswith(("https://localhost", "https://127.0.0.1", "https://[::1]"))
    )


def test_a_trusted_host_is_a_name_alone() -> None:
    for value in ("gateway.example.com", "Gateway.Example.COM", "10.0.0.7", "gw"):
        assert host_name(value) == value.lower()
        for form in ("{}.", "u@{}", "{}\n", "https://{}", "{}:8443", "{}/x"):
            with pytest.raises(ValueError, match="give the name alone"):
                host_name(form.format(value))
    for wrong in ("*", "*.example", "a b", "gé.example", "-gw", "x" * 254):
        with pytest.raises(ValueError, match="give the name alone"):
            host_name(wrong)


def test_trusted_host_lets_routine_url_name_it() -> None:
    url = f"https://gateway.example.com:8443{FIRE}"
    settings = read_settings(given_inputs(routine_url=url, trusted_host="Gateway.example.com"))
    assert (settings.routine_url, settings.trusted_host) == (url, "gateway.example.com")
    (problem,) = problems_of(routine_url=url)
    assert problem.startswith("routine-url is not on api.anthropic.com")
    assert problem.endswith("allow its host with `trusted-host`")


def test_nothing_given_is_the_defaults() -> None:
    assert read_settings({}) == Settings()
    blank = {PREFIX + name.upper(): " \n" for name in Settings.__dataclass_fields__}
    switched_off = replace(Settings(), skip_labels=(), known_failures="")
    assert read_settings(blank) == switched_off


def test_labels_are_on_lines_or_between_commas() -> None:
    for value, labels in {
        "no-claude": ("no-claude",),
        "no-claude, good first issue": ("no-claude", "good first issue"),
        "wip\n  hold\n\n": ("wip", "hold"),
        "wip,\r\nhold,": ("wip", "hold"),
        " , ": (),
    }.items():
        assert read_settings(given_inputs(skip_labels=value)).skip_labels == labels


def test_known_failures_is_a_path_in_the_repository() -> None:
    assert read_settings(given_inputs(known_failures="ci/known é.toml")).known_failures == "ci/known é.toml"
    wrong = ("/etc/x", "../x", "a/../b", "a//b", "./x", "a/", "a\\b", "a\nb", "x" * 256)
    for path in wrong:
        (problem,) = problems_of(known_failures=path)
        assert problem.startswith("known-failures `")
        assert problem.endswith("` is not a path in the repository, such as `.github/known-failures.toml`")


def test_token_that_can_not_be_in_a_header_is_refused_unnamed() -> None:
    for value in ("sk ant", "sk\nant", "sk-é", "sk\x7f"):
        for problem in problems_of(routine_token=value, github_token=value):
            assert re.match(r"(routine|github)-token contains .*save the secret again", problem)
            assert value not in problem


@pytest.mark.parametrize(
    ("name", "lowest", "highest"),
    [
        ("run_id", 1, 10**15),
        ("cool_down", 0, 168),
        ("max_characters", MIN_CHARACTERS, MAX_CHARACTERS),
        ("max_sessions", 1, 100),
        ("daily_limit", 0, 1000),
    ],
)
def test_numbers_have_bounds_and_both_are_allowed(name: str, lowest: int, highest: int) -> None:
    for value in (lowest, highest):
        assert getattr(read_settings(given_inputs(**{name: str(value)})), name) == value
    for wrong in (str(lowest - 1), str(highest + 1), "1.5", "0x10", "٣", "1e3", "9" * 19):
        (problem,) = problems_of(**{name: wrong})
        assert problem == (
            f"{name.replace('_', '-')} `{wrong}` is not a whole number from {lowest} to {highest}"
        )


@pytest.mark.parametrize("name", ["allow_forks", "comment", "dry_run", "rerun_first"])
def test_flags_are_true_or_false(name: str) -> None:
    for value, expected in (("true", True), ("TRUE", True), ("false", False), ("False", False)):
        assert getattr(read_settings(given_inputs(**{name: value})), name) is expected
    for wrong in ("yes", "1", "on"):
        (problem,) = problems_of(**{name: wrong})
        assert problem == f"{name.replace('_', '-')} `{wrong}` is neither `true` nor `false`"


def test_lists_have_one_entry_per_line_and_blank_lines_do_not_count() -> None:
    settings = read_settings(given_inputs(attach=" a.log \n\n**/*.xml\n", skip_branches="!**"))
    assert (settings.attach, settings.skip_branches) == (("a.log", "**/*.xml"), ("!**",))


def test_header_is_printable_ascii() -> None:
    assert read_settings(given_inputs(anthropic_beta="a-1, b c")).anthropic_beta == "a-1, b c"
    for wrong in ("é", "a\r\nb", "a  b"):
        assert problems_of(anthropic_beta=wrong) == ("anthropic-beta must be printable ASCII on one line",)


def test_max_characters_must_leave_room_for_the_text_and_exactly_enough_is_enough() -> None:
    for text, kept in (("\U0001f600" * 100, 200), ("x" * 9000, KEPT_TEXT)):
        needed = MIN_CHARACTERS + kept
        assert read_settings(given_inputs(text=text, max_characters=str(needed))).max_characters == needed
        (problem,) = problems_of(text=text, max_characters=str(needed - 1))
        assert problem.startswith(
            f"max-characters is too small for this `text`, which needs at least {needed}:"
        )


def test_every_problem_is_reported_at_once_in_the_order_of_the_inputs() -> None:
    problems = problems_of(dry_run="soon", routine_url="x", cool_down="ever", routine_token="a b")
    assert [problem.split()[0] for problem in problems] == [
        "routine-url", "routine-token", "cool-down", "dry-run",
    ]  # fmt: skip


def test_secrets_are_not_in_the_representation() -> None:
    settings = read_settings(given_inputs(routine_token="sk-ant-oat01-x", github_token="ghs_x"))
    assert "sk-ant-oat01-x" not in repr(settings)
    assert "ghs_x" not in repr(settings)


def test_the_context_has_addresses_without_a_slash_at_the_end_and_numbers_that_are_some() -> None:
    assert read_context({}) == Context()
    given = {
        "GITHUB_API_URL": "https://ghe.example/api/v3/",
        "GITHUB_SERVER_URL": "https://ghe.example/",
        "GITHUB_RUN_ID": "x",
        "GITHUB_RUN_ATTEMPT": "-1",
        "FIRE_ROUTINE_JOB_ID": "9" * 19,
    }
    expected = Context(api_url="https://ghe.example/api/v3", server_url="https://ghe.example")
    assert read_context(given) == expected


@pytest.mark.parametrize(
    "content", [b"", b"[1]", b"{", b"\xff", b"[" * 100_000, b'{"n": ' + b"9" * 5000 + b"}"]
)
def test_a_payload_that_can_not_be_read_says_why(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "event.json"
    for read in (path, tmp_path / "missing.json"):
        context = read_context({"GITHUB_EVENT_PATH": str(read)})
        assert context.event == {} and context.event_fault
        path.write_bytes(content)


def test_certificate_variable_that_is_empty_does_not_count() -> None:
    for name in CA_VARIABLES:
        assert own_authorities({**dict.fromkeys(CA_VARIABLES, ""), name: "/own.pem"}) == (name, "/own.pem")
    assert own_authorities(dict.fromkeys(CA_VARIABLES, "")) is None


def test_a_second_session_is_for_a_run_that_a_person_names() -> None:
    (problem,) = problems_of(again="true")
    assert problem.startswith("again is for what a person names")
    assert read_settings(given_inputs(again="true", run_id="7")).again
    assert read_settings(given_inputs(again="true", key="site")).again


# --- an event in place of a failure ---------------------------------------------------------------


@pytest.mark.parametrize("key", ["issue 12", "x" * 200, "  trimmed  ", "ключ-🔑", " \n "])
def test_a_key_is_one_line(key: str) -> None:
    assert read_settings(given_inputs(key=key)).key == key.strip()


@pytest.mark.parametrize("key", ["x" * 201, "a\nb", "a\tb", "a\x00b", "a\u2028b"])
def test_a_key_that_is_too_long_or_has_more_lines_is_refused(key: str) -> None:
    (problem,) = problems_of(key=key)
    assert problem.startswith("key ") and "is not one line of at most 200 characters" in problem


@pytest.mark.parametrize(
    ("name", "value"),
    [("run_id", "7"), ("artifacts", "*"), ("rerun_first", "true"), ("known_failures", "")],
)
def test_what_is_for_failed_runs_does_not_go_with_a_key(name: str, value: str) -> None:
    (problem,) = problems_of(key="site", **{name: value})
    assert problem == f"{name.replace('_', '-')} is for failed runs: leave it out where `key` is set"
