"""Environment → `Settings` (the action's inputs) and `Context` (the runner's variables).

Inputs do not become variables in a composite action. So `action.yml` maps each `some-input` to
`FIRE_ROUTINE_SOME_INPUT`. All bad values are reported at once, each by its input's name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .model import Message, utf16_length
from .routine_url import LOOPBACK as LOOPBACK
from .routine_url import endpoint as endpoint
from .routine_url import host_name as host_name
from .routine_url import token as token

PREFIX = "FIRE_ROUTINE_"
# Sizes in UTF-16 code units.
MAX_CHARACTERS = 65_536  # the endpoint's limit
MIN_CHARACTERS = 2_048  # the facts, which are never cut, and some evidence
KEPT_TEXT = 4_096  # of the `text` input, never cut
KNOWN_FAILURES = ".github/known-failures.toml"
LONGEST_PATH = 255  # characters, of a file in the repository
LONGEST_COOL_DOWN = 168  # hours
# requests reads REQUESTS_CA_BUNDLE and curl's variable, httpx those of OpenSSL. Here each applies to both.
CA_VARIABLES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_DIR")

HEADER_VALUE = re.compile(r"[\x21-\x7e]+(?: [\x21-\x7e]+)*")  # printable ASCII; RFC 9110, 5.5


class SettingsError(ValueError):
    """One or more inputs cannot be used; one line per input, with its name and the remedy."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)
        self.message = Message.lines(problems)


@dataclass(frozen=True, slots=True)
class Settings:
    """The action's inputs, one field each, in the order of `action.yml`."""

    routine_url: str = ""  # empty: not given, which is an error unless the run gets no secrets
    routine_token: str = field(default="", repr=False)
    trusted_host: str = ""  # the one other host that the routine's token may go to
    github_token: str = field(default="", repr=False)
    run_id: int | None = None  # None: the finished run of a `workflow_run` event, else this run
    again: bool = False  # whether a session that was started before keeps none from being started
    text: str = ""
    attach: tuple[str, ...] = ()  # globs, relative to the workspace
    max_characters: int = 60_000  # UTF-16 code units
    max_sessions: int = 3
    min_attempt: int = 1
    rerun_first: bool = False
    cool_down: int = 24  # hours; 0: off
    skip_branches: tuple[str, ...] = ("claude/**",)
    skip_labels: tuple[str, ...] = ("no-claude",)
    known_failures: str = KNOWN_FAILURES  # a path in the repository
    allow_forks: bool = False
    ledger_commit: str = ""  # a full SHA; empty: the first commit of the default branch
    on_error: str = "fail"
    max_wait: int = 60  # seconds of all waits together
    comment: bool = False
    dry_run: bool = False
    anthropic_beta: str = "experimental-cc-routine-2026-04-01"
    anthropic_version: str = "2023-06-01"


@dataclass(frozen=True, slots=True)
class Context:
    """The runner's variables.

    Source: https://docs.github.com/actions/reference/workflows-and-actions/variables
    """

    repository: str = ""
    run_id: int | None = None
    run_attempt: int = 1
    job: str = ""  # the key under `jobs:`
    job_id: int | None = None  # the job's id in the API, if the runner passes it (`job.check_run_id`)
    job_total: int = 1  # how many jobs the matrix has that this job is part of; 1: it is part of none
    default_token: bool = True  # whether `github-token` is the workflow's own token
    job_status: str = ""  # `job.status` when the step began: failure if an earlier step failed
    runner_name: str = ""
    workflow: str = ""  # its name, or its path if it has no name
    workflow_ref: str = ""  # owner/name/.github/workflows/ci.yml@refs/heads/main
    ref_name: str = ""  # the branch or tag; 7/merge for pull request 7
    ref_type: str = ""  # branch or tag
    head_ref: str = ""  # a pull request's head branch
    event_name: str = ""
    event: Mapping[str, Any] = field(default_factory=dict)
    sha: str = ""
    actor: str = ""
    api_url: str = "https://api.github.com"
    server_url: str = "https://github.com"
    workspace: Path | None = None
    temp: Path | None = None


def _variable(name: str) -> str:
    return PREFIX + name.upper().replace("-", "_")


class _Reader:
    """Reads inputs by name and collects the problems with them."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.problems: list[str] = []

    def raw(self, name: str) -> str:
        return self._environ.get(_variable(name), "").strip()

    def reject(self, name: str, problem: str) -> None:
        self.problems.append(Message("{name}: {problem}", name=name, problem=problem))

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

    def names(self, name: str, default: tuple[str, ...]) -> tuple[str, ...]:
        """Names on lines or between commas. Given but empty, there are none."""
        if not self.is_given(name):
            return default
        return tuple(filter(None, map(str.strip, self.raw(name).replace(",", "\n").splitlines())))

    def is_given(self, name: str) -> bool:
        """Also where the value is empty, which switches some inputs off."""
        return _variable(name) in self._environ

    def header(self, name: str, default: str) -> str:
        value = self.raw(name) or default
        if not HEADER_VALUE.fullmatch(value):
            self.reject(name, "must be printable ASCII on one line")
            return default
        return value

    def checked(self, name: str, check: Callable[[str], str]) -> str:
        """The value that `check` returns; empty if the input is, or if `check` raises a ValueError."""
        value = self.raw(name)
        try:
            return check(value) if value else ""
        except ValueError as problem:
            self.problems.append(Message("{name} {problem}", name=name, problem=problem))
            return ""


def read_settings(environ: Mapping[str, str]) -> Settings:
    """The inputs, as `action.yml` maps them.

    Raises:
        SettingsError: one or more inputs cannot be used.
    """
    reader = _Reader(environ)
    base = Settings()
    run_id = reader.whole("run-id", 0, 1, 10**15)
    trusted_host = reader.checked("trusted-host", host_name)
    settings = Settings(
        routine_url=reader.checked("routine-url", lambda value: endpoint(value, trusted_host)),
        routine_token=reader.checked("routine-token", token),
        trusted_host=trusted_host,
        github_token=reader.checked("github-token", token),
        run_id=run_id or None,
        again=reader.flag("again", base.again),
        text=reader.raw("text"),
        attach=reader.lines("attach", base.attach),
        max_characters=reader.whole("max-characters", base.max_characters, MIN_CHARACTERS, MAX_CHARACTERS),
        max_sessions=reader.whole("max-sessions", base.max_sessions, 1, 100),
        min_attempt=reader.whole("min-attempt", base.min_attempt, 1, 1000),
        rerun_first=reader.flag("rerun-first", base.rerun_first),
        cool_down=reader.whole("cool-down", base.cool_down, 0, LONGEST_COOL_DOWN),
        skip_branches=reader.lines("skip-branches", base.skip_branches),
        skip_labels=reader.names("skip-labels", base.skip_labels),
        known_failures=reader.checked("known-failures", _repository_path)
        if reader.is_given("known-failures")
        else base.known_failures,
        allow_forks=reader.flag("allow-forks", base.allow_forks),
        ledger_commit=reader.checked("ledger-commit", _full_sha),
        on_error=reader.choice("on-error", "fail", "warn"),
        max_wait=reader.whole("max-wait", base.max_wait, 0, 3600),
        comment=reader.flag("comment", base.comment),
        dry_run=reader.flag("dry-run", base.dry_run),
        anthropic_beta=reader.header("anthropic-beta", base.anthropic_beta),
        anthropic_version=reader.header("anthropic-version", base.anthropic_version),
    )
    needed = min(utf16_length(settings.text), KEPT_TEXT) + MIN_CHARACTERS
    if settings.text and settings.max_characters < needed:
        problem = Message(
            "with this `text` at least {needed} are needed: raise it or shorten `text`", needed=needed
        )
        reader.reject("max-characters", problem)
    if settings.rerun_first and settings.min_attempt > 1:
        problem = Message(
            "it re-runs the first attempt, which `min-attempt: {least}` ignores: set only one of them",
            least=settings.min_attempt,
        )
        reader.reject("rerun-first", problem)
    if reader.problems:
        raise SettingsError(reader.problems)
    return settings


def _repository_path(value: str) -> str:
    names = value.split("/")
    if len(value) > LONGEST_PATH or not value.isprintable() or "\\" in value or {"", ".", ".."} & set(names):
        raise ValueError(f"{value[:80]!r} is not a path in the repository, such as {KNOWN_FAILURES}")
    return value


def _full_sha(value: str) -> str:
    if not re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", value):
        raise ValueError(f"{value[:80]!r} is not the full SHA of a commit")
    return value


def _number(value: str) -> int | None:
    return int(value) if re.fullmatch(r"[0-9]{1,18}", value) else None


def _event(path: str) -> Mapping[str, Any]:
    """The event's payload; empty if the runner gave none, or one that cannot be read."""
    try:
        payload = json.loads(Path(path).read_text("utf-8")) if path else {}
    except (OSError, ValueError, RecursionError):
        return {}
    return payload if isinstance(payload, dict) else {}


def read_context(environ: Mapping[str, str]) -> Context:
    """The runner's variables. A missing variable leaves the field at its default."""

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
        job_total=_number(get(PREFIX + "JOB_TOTAL")) or base.job_total,
        default_token=get(PREFIX + "DEFAULT_TOKEN") != "false",
        job_status=get(PREFIX + "JOB_STATUS"),
        runner_name=get("RUNNER_NAME"),
        workflow=get("GITHUB_WORKFLOW"),
        workflow_ref=get("GITHUB_WORKFLOW_REF"),
        ref_name=get("GITHUB_REF_NAME"),
        ref_type=get("GITHUB_REF_TYPE"),
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
    """The first of `CA_VARIABLES` that is set, and its value: a file or folder of authorities.

    `SSL_CERT_DIR` may list several folders, as OpenSSL reads it. None: none is set, so the libraries' own
    authorities are trusted.
    """
    return next(((name, environ[name]) for name in CA_VARIABLES if environ.get(name)), None)
