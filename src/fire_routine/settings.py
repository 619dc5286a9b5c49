"""Environment → `Settings` (the action's inputs) and `Context` (what the runner says).

Inputs do not become variables in a composite action, so `action.yml` maps each `some-input` to
`FIRE_ROUTINE_SOME_INPUT`. Every bad value is reported at once, by its input's name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .model import utf16_length

PREFIX = "FIRE_ROUTINE_"
API_HOST = "api.anthropic.com"
API_ROOT = f"https://{API_HOST}/v1/claude_code/routines"
MAX_CHARACTERS = 65_536  # the endpoint's limit
MIN_CHARACTERS = 2_048  # facts, which are never cut, and room for evidence
KEPT_TEXT = 4_096  # of the user's own words, never cut
LOOPBACK = ("127.0.0.1", "localhost", "::1")
# requests reads REQUESTS_CA_BUNDLE and curl's, httpx OpenSSL's: any counts for GitHub and for the endpoint.
CA_VARIABLES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_DIR")

HEADER_VALUE = re.compile(r"[\x21-\x7e]+(?: [\x21-\x7e]+)*")  # printable ASCII; RFC 9110, 5.5

_HOST = re.compile(r"(?=.{1,253}\Z)[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?")  # lower case; RFC 1123, 2.1
_ROUTINE_ID = re.compile(r"trig_[A-Za-z0-9_-]{1,128}")
_ROUTINE_PATH = re.compile(r"/v1/claude_code/routines/trig_[A-Za-z0-9_-]{1,128}/fire")

_NO_FIRE_URL = (
    f"is neither a routine's fire URL ({API_ROOT}/trig_…/fire) nor a bare trig_… id:"
    " copy it again from the routine's API trigger"
)


class SettingsError(ValueError):
    """One or more inputs can't be used; a line each, naming the input and the remedy."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Settings:
    """The action's inputs, one field each, in the order of `action.yml`."""

    routine_url: str = ""  # empty: not given; whether that is a fault depends on the run
    routine_token: str = field(default="", repr=False)
    trusted_host: str = ""  # the one other host that the routine's token may go to
    github_token: str = field(default="", repr=False)
    run_id: int | None = None
    text: str = ""
    attach: tuple[str, ...] = ()
    max_characters: int = 60_000  # UTF-16 code units
    once_per: str = "incident"
    max_sessions: int = 3
    min_attempt: int = 1
    skip_branches: tuple[str, ...] = ("claude/**",)
    allow_forks: bool = False
    on_error: str = "fail"
    max_wait: int = 60  # seconds
    comment: bool = False
    dry_run: bool = False
    anthropic_beta: str = "experimental-cc-routine-2026-04-01"
    anthropic_version: str = "2023-06-01"


@dataclass(frozen=True, slots=True)
class Context:
    """The runner's variables
    (https://docs.github.com/actions/reference/workflows-and-actions/variables)."""

    repository: str = ""
    run_id: int | None = None
    run_attempt: int = 1
    job: str = ""  # the key under `jobs:`
    job_id: int | None = None  # the job's id in the API, where the runner tells it (`job.check_run_id`)
    job_status: str = ""  # `job.status` when the step began: failure where an earlier step failed
    runner_name: str = ""
    workflow: str = ""  # its name, or its path where it has none
    workflow_ref: str = ""  # owner/name/.github/workflows/ci.yml@refs/heads/main
    ref_name: str = ""  # the branch or tag; 7/merge for pull request 7
    head_ref: str = ""  # a pull request's head branch
    event_name: str = ""
    event: Mapping[str, Any] = field(default_factory=dict)
    sha: str = ""
    actor: str = ""
    api_url: str = "https://api.github.com"
    server_url: str = "https://github.com"
    workspace: Path | None = None
    temp: Path | None = None


class _Reader:
    """Reads inputs by name and collects what is wrong with them."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.problems: list[str] = []

    def raw(self, name: str) -> str:
        return self._environ.get(PREFIX + name.upper().replace("-", "_"), "").strip()

    def reject(self, name: str, problem: str) -> None:
        self.problems.append(f"{name}: {problem}")

    def whole(self, name: str, default: int, low: int, high: int) -> int:
        value = self.raw(name)
        if not value:
            return default
        if not re.fullmatch(r"[0-9]{1,18}", value) or not low <= int(value) <= high:
            self.reject(name, f"{value[:40]!r} is not a whole number from {low} to {high}")
            return default
        return int(value)

    def flag(self, name: str, default: bool) -> bool:
        value = self.raw(name).lower()
        if value not in ("", "true", "false"):
            self.reject(name, f"{value[:40]!r} is neither 'true' nor 'false'")
        return default if not value else value == "true"

    def choice(self, name: str, *allowed: str) -> str:
        value = self.raw(name)
        if value and value not in allowed:
            self.reject(name, f"{value[:40]!r} is not one of {', '.join(allowed)}")
        return value if value in allowed else allowed[0]

    def lines(self, name: str, default: tuple[str, ...]) -> tuple[str, ...]:
        value = self.raw(name)
        return tuple(line.strip() for line in value.splitlines() if line.strip()) if value else default

    def header(self, name: str, default: str) -> str:
        value = self.raw(name) or default
        if not HEADER_VALUE.fullmatch(value):
            self.reject(name, "must be printable ASCII on one line")
            return default
        return value


def endpoint(value: str, trusted_host: str = "") -> str:
    """The fire URL for what a user may have saved: that URL, or the bare `trig_…` id.

    Args:
        value: the URL or id.
        trusted_host: a host name, in lower case, that is allowed besides `api.anthropic.com` and loopback.

    Raises:
        ValueError: it can't be used; the message never repeats the value, which may be a secret.
    """
    if _ROUTINE_ID.fullmatch(value):
        return f"{API_ROOT}/{value}/fire"
    problem = _problem_of(value, trusted_host)
    if problem:
        raise ValueError(problem)
    return value


def _problem_of(value: str, trusted_host: str) -> str:
    """What keeps a URL from being used as the fire URL; empty where nothing does."""
    try:
        url = urlsplit(value)
        host = url.hostname or ""
        _ = url.port
    except ValueError:
        return _NO_FIRE_URL
    if url.scheme == "http" and host and host not in LOOPBACK:
        return "must start with https://, so that the token is not sent in the clear"
    if url.scheme not in ("http", "https") or not host or not _ROUTINE_PATH.fullmatch(url.path):
        return _NO_FIRE_URL
    # urlsplit drops line breaks and tabs without an error
    if not value.isascii() or not value.isprintable() or " " in value:
        return "contains a character that no address has, such as a space: save the secret again"
    if any(mark in value for mark in "@?#"):
        return "must not contain a user name, a query or a fragment"
    if host not in (API_HOST, *LOOPBACK, trusted_host):
        return (
            f"is not on {API_HOST}, the only host that gets the routine's token: copy it again from the"
            " routine's API trigger, or allow its host with trusted-host"
        )
    return ""


def host_name(value: str) -> str:
    """A bare host name, in lower case.

    Raises:
        ValueError: it is not one.
    """
    host = value.lower()
    if not _HOST.fullmatch(host):
        raise ValueError(
            f"{value[:60]!r} is not a host name: give the name alone, such as gateway.example.com,"
            " without https://, port or path"
        )
    return host


def token(value: str) -> str:
    """A bearer token that can stand in a header.

    Raises:
        ValueError: it can't; the message never repeats it.
    """
    if not re.fullmatch(r"[\x21-\x7e]*", value):
        raise ValueError("contains white space or characters that no token has: save the secret again")
    return value


def _checked(reader: _Reader, name: str, check: Callable[[str], str]) -> str:
    value = reader.raw(name)
    if not value:
        return ""
    try:
        return check(value)
    except ValueError as problem:
        reader.problems.append(f"{name} {problem}")
        return ""


def read_settings(environ: Mapping[str, str]) -> Settings:
    """The inputs, as `action.yml` maps them.

    Raises:
        SettingsError: with a line for each input that can't be used.
    """
    reader = _Reader(environ)
    base = Settings()
    run_id = reader.whole("run-id", 0, 1, 10**15)
    trusted_host = _checked(reader, "trusted-host", host_name)
    settings = Settings(
        routine_url=_checked(reader, "routine-url", lambda value: endpoint(value, trusted_host)),
        routine_token=_checked(reader, "routine-token", token),
        trusted_host=trusted_host,
        github_token=_checked(reader, "github-token", token),
        run_id=run_id or None,
        text=reader.raw("text"),
        attach=reader.lines("attach", base.attach),
        max_characters=reader.whole("max-characters", base.max_characters, MIN_CHARACTERS, MAX_CHARACTERS),
        once_per=reader.choice("once-per", "incident", "run", "always"),
        max_sessions=reader.whole("max-sessions", base.max_sessions, 1, 100),
        min_attempt=reader.whole("min-attempt", base.min_attempt, 1, 1000),
        skip_branches=reader.lines("skip-branches", base.skip_branches),
        allow_forks=reader.flag("allow-forks", base.allow_forks),
        on_error=reader.choice("on-error", "fail", "warn"),
        max_wait=reader.whole("max-wait", base.max_wait, 0, 3600),
        comment=reader.flag("comment", base.comment),
        dry_run=reader.flag("dry-run", base.dry_run),
        anthropic_beta=reader.header("anthropic-beta", base.anthropic_beta),
        anthropic_version=reader.header("anthropic-version", base.anthropic_version),
    )
    needed = min(utf16_length(settings.text), KEPT_TEXT) + MIN_CHARACTERS
    if settings.text and settings.max_characters < needed:
        reader.reject(
            "max-characters", f"with this `text` at least {needed} are needed: raise it or shorten `text`"
        )
    if reader.problems:
        raise SettingsError(reader.problems)
    return settings


def _number(value: str) -> int | None:
    return int(value) if re.fullmatch(r"[0-9]{1,18}", value) else None


def _event(path: str) -> Mapping[str, Any]:
    """The event's payload; empty where the runner gave none that can be read."""
    try:
        payload = json.loads(Path(path).read_text("utf-8")) if path else {}
    except (OSError, ValueError, RecursionError):
        return {}
    return payload if isinstance(payload, dict) else {}


def read_context(environ: Mapping[str, str]) -> Context:
    """What the runner says. Missing variables leave the field at its default."""

    def get(name: str, default: str = "") -> str:
        return environ.get(name, "").strip() or default

    def folder(name: str) -> Path | None:
        return Path(get(name)) if get(name) else None

    base = Context()
    return Context(
        repository=get("GITHUB_REPOSITORY"),
        run_id=_number(get("GITHUB_RUN_ID")),
        run_attempt=_number(get("GITHUB_RUN_ATTEMPT")) or base.run_attempt,
        job=get("GITHUB_JOB"),
        job_id=_number(get(PREFIX + "JOB_ID")),
        job_status=get(PREFIX + "JOB_STATUS"),
        runner_name=get("RUNNER_NAME"),
        workflow=get("GITHUB_WORKFLOW"),
        workflow_ref=get("GITHUB_WORKFLOW_REF"),
        ref_name=get("GITHUB_REF_NAME"),
        head_ref=get("GITHUB_HEAD_REF"),
        event_name=get("GITHUB_EVENT_NAME"),
        event=_event(get("GITHUB_EVENT_PATH")),
        sha=get("GITHUB_SHA"),
        actor=get("GITHUB_ACTOR"),
        api_url=get("GITHUB_API_URL", base.api_url).rstrip("/"),
        server_url=get("GITHUB_SERVER_URL", base.server_url).rstrip("/"),
        workspace=folder("GITHUB_WORKSPACE"),
        temp=folder("RUNNER_TEMP"),
    )


def own_authorities(environ: Mapping[str, str]) -> tuple[str, str] | None:
    """The first of `CA_VARIABLES` that is set, and the file or folder of authorities that it names, or, as
    OpenSSL reads `SSL_CERT_DIR`, several; None: those are trusted that the libraries bring."""
    return next(((name, environ[name]) for name in CA_VARIABLES if environ.get(name)), None)
