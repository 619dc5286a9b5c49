"""Environment → `Settings` (the action's inputs) and `Context` (the runner's variables).

Inputs do not become variables in a composite action. So `action.yml` maps each `some-input` to
`FIRE_ROUTINE_SOME_INPUT`. All bad values are reported at once, each by its input's name. No message repeats
the routine's URL or a token, as these are secrets.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import partial
from pathlib import Path
from typing import Any

from .model.evidence import utf16_length
from .routine_url import endpoint, host_name, routine_token, token
from .sanitize import code

PREFIX = "FIRE_ROUTINE_"
# Sizes in UTF-16 code units.
MAX_CHARACTERS = 65_536  # the endpoint's limit
MIN_CHARACTERS = 2_048  # the facts, which are never cut, and some evidence
KEPT_TEXT = 4_096  # of the `text` input, never cut
KNOWN_FAILURES = ".github/known-failures.toml"
LONGEST_PATH = 255  # characters, of a file in the repository
LONGEST_COOL_DOWN = 168  # hours
LONGEST_KEY = 200  # characters
QUOTED = 40  # characters of a bad value that are shown
# requests reads REQUESTS_CA_BUNDLE and curl's variable, httpx those of OpenSSL. Here each applies to both.
CA_VARIABLES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_DIR")

HEADER_VALUE = re.compile(r"[\x21-\x7e]+(?: [\x21-\x7e]+)*")  # printable ASCII; RFC 9110, 5.5

# A run's address, or one of a page below it
RUN_URL = re.compile(
    r"(?P<server>https?://[^/\s@]+)/(?P<repository>(?!\.{1,2}/)[\w.-]+/(?!\.{1,2}/)[\w.-]+)/actions/runs/(?P<id>[0-9]{1,18})"
    r"(?:/attempts/(?P<attempt>[0-9]{1,6}))?(?:[/?#]|$)",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class RunAddress:
    """A run by its web address."""

    server: str  # the root of its web site, in lower case
    repository: str  # owner/name
    id: int
    attempt: int | None = None  # None: the latest


class SettingsError(ValueError):
    """One or more inputs cannot be used; one line per input, with its name and the remedy."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


# --- from an input's text to its value; each raises a ValueError with the rest of the sentence -----


def _whole(low: int, high: int, value: str) -> int:
    if not re.fullmatch(r"[0-9]{1,18}", value) or not low <= int(value) <= high:
        raise ValueError(f"{code(value, QUOTED)} is not a whole number from {low} to {high}")
    return int(value)


def run_address(value: str) -> RunAddress | None:
    """The run that a web address names; None: it names none."""
    found = RUN_URL.match(value)
    if not found:
        return None
    attempt = int(found["attempt"]) if found["attempt"] else None
    return RunAddress(found["server"].lower(), found["repository"], int(found["id"]), attempt)


def _run(value: str) -> int | RunAddress:
    if "/" not in value:
        return _whole(1, 10**15, value)
    address = run_address(value)
    if address is None:
        example = "https://github.com/YOUR-ORG/YOUR-REPO/actions/runs/ID"
        raise ValueError(f"{code(value, 100)} is neither a run's number nor an address such as `{example}`")
    return address


def _flag(value: str) -> bool:
    if value.lower() not in ("true", "false"):
        raise ValueError(f"{code(value, QUOTED)} is neither `true` nor `false`")
    return value.lower() == "true"


def _lines(value: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in value.splitlines() if line.strip())


def _names(value: str) -> tuple[str, ...]:
    """Names on lines or between commas."""
    return _lines(value.replace(",", "\n"))


def one_line(value: str) -> str:
    """A key: characters that are shown."""
    if len(value) > LONGEST_KEY or not value.isprintable():
        raise ValueError(f"{code(value, QUOTED)} is not one line of at most {LONGEST_KEY} characters")
    return value


def _header(value: str) -> str:
    if not HEADER_VALUE.fullmatch(value):
        raise ValueError("must be printable ASCII on one line")
    return value


def _full_sha(value: str) -> str:
    if not re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", value):
        raise ValueError(f"{code(value, 80)} is not the full SHA of a commit")
    return value


def _repository_path(value: str) -> str:
    names = value.split("/")
    if len(value) > LONGEST_PATH or not value.isprintable() or "\\" in value or {"", ".", ".."} & set(names):
        raise ValueError(f"{code(value, 80)} is not a path in the repository, such as `{KNOWN_FAILURES}`")
    return value


# --- the inputs -----------------------------------------------------------------------------------


def _input(default: Any, check: Callable[[str], Any], *, secret: bool = False, empty: Any = None) -> Any:
    """A field that `check` reads. `empty`: what an input is that is given but empty; None: its default."""
    return field(default=default, repr=not secret, metadata={"check": check, "empty": empty})


@dataclass(frozen=True, slots=True)
class Settings:
    """The action's inputs, one field each, in the order of `action.yml`."""

    routine_url: str = _input("", str)  # empty: not given, which is an error unless the run gets no secrets
    routine_token: str = _input("", routine_token, secret=True)
    trusted_host: str = _input("", host_name)  # the one other host that the routine's token may go to
    github_token: str = _input("", token, secret=True)
    # None: the finished run of a `workflow_run` event, else this run
    run_id: int | RunAddress | None = _input(None, _run)  # noqa: RUF009 - it is frozen
    again: bool = _input(False, _flag)  # a person asks for a session although there is one
    key: str = _input("", one_line)  # empty: a failed run is reported; else the run's own event
    text: str = _input("", str)
    attach: tuple[str, ...] = _input((), _lines)  # globs, relative to the workspace
    artifacts: tuple[str, ...] = _input((), _lines)  # globs of names, of the run's artifacts
    # UTF-16 code units
    max_characters: int = _input(60_000, partial(_whole, MIN_CHARACTERS, MAX_CHARACTERS))
    max_sessions: int = _input(3, partial(_whole, 1, 100))
    daily_limit: int = _input(25, partial(_whole, 0, 1000))  # sessions of the repository; 0: none
    max_open_fixes: int = _input(10, partial(_whole, 0, 100))  # pull requests of sessions; 0: any number
    rerun_first: bool = _input(False, _flag)
    cool_down: int = _input(24, partial(_whole, 0, LONGEST_COOL_DOWN))  # hours; 0: off
    skip_branches: tuple[str, ...] = _input(("claude/**",), _lines)
    skip_labels: tuple[str, ...] = _input(("no-claude",), _names, empty=())
    known_failures: str = _input(KNOWN_FAILURES, _repository_path, empty="")  # a path in the repository
    allow_forks: bool = _input(False, _flag)
    ledger_commit: str = _input("", _full_sha)  # empty: the first commit of the default branch
    comment: bool = _input(False, _flag)
    issue: bool = _input(False, _flag)
    dry_run: bool = _input(False, _flag)
    anthropic_beta: str = _input("experimental-cc-routine-2026-04-01", _header)


def read_settings(environ: Mapping[str, str]) -> Settings:
    """The inputs, as `action.yml` maps them.

    Raises:
        SettingsError: one or more inputs cannot be used.
    """
    given = {one.name: environ.get(PREFIX + one.name.upper()) for one in fields(Settings)}
    trusted = (given["trusted_host"] or "").strip().lower()  # a bad one is reported below
    values: dict[str, Any] = {}
    problems = []
    for one in fields(Settings):
        value, check = given[one.name], one.metadata["check"]
        if one.name == "routine_url":
            check = partial(endpoint, trusted_host=trusted)
        try:
            if value and value.strip():
                values[one.name] = check(value.strip())
            elif value is not None and one.metadata["empty"] is not None:
                values[one.name] = one.metadata["empty"]
        except ValueError as problem:
            problems.append(f"{one.name.replace('_', '-')} {problem}")
    settings = Settings(**values)
    problems += _together(settings, named_run=bool((given["run_id"] or "").strip()))
    if problems:
        raise SettingsError(problems)
    return settings


def _together(settings: Settings, *, named_run: bool) -> Iterator[str]:
    """What is wrong with inputs that are right alone. `named_run`: `run-id` is given, right or not."""
    needed = min(utf16_length(settings.text), KEPT_TEXT) + MIN_CHARACTERS
    if settings.text and settings.max_characters < needed:
        yield (
            f"max-characters is too small for this `text`, which needs at least {needed}: raise it or shorten"
            " `text`"
        )
    if settings.again and not settings.key and not named_run:
        yield "again is for what a person names: give the `run-id` of the run, or a `key`, too"
    for name in ("run_id", "artifacts", "rerun_first", "known_failures") if settings.key else ():
        if getattr(settings, name) != getattr(Settings(), name):
            yield f"{name.replace('_', '-')} is for failed runs: leave it out where `key` is set"


# --- the runner's variables -----------------------------------------------------------------------


def _number(value: str) -> int | None:
    return int(value) if re.fullmatch(r"[1-9][0-9]{0,17}", value) else None


def _event(path: str) -> Mapping[str, Any] | str:
    """The event's payload; of one that cannot be read, why."""
    try:
        payload = json.loads(Path(path).read_text("utf-8"))
    except RecursionError:
        return "it is nested too deeply"
    except (OSError, ValueError) as error:
        return str(error).partition(";")[0]
    return payload if isinstance(payload, dict) else "it is no object"


def _address(value: str) -> str:
    return value.rstrip("/")


def _variable(name: str, read: Callable[[str], Any] = str, default: Any = "") -> Any:
    """A field that `read` takes from the variable `name`. What it has no value for leaves the default."""
    return field(default=default, metadata={"name": name, "read": read})


@dataclass(frozen=True, slots=True)
class Context:
    """The runner's variables.

    Source: https://docs.github.com/actions/reference/workflows-and-actions/variables
    """

    repository: str = _variable("GITHUB_REPOSITORY")
    run_id: int | None = _variable("GITHUB_RUN_ID", _number, None)
    run_attempt: int = _variable("GITHUB_RUN_ATTEMPT", _number, 1)
    job: str = _variable("GITHUB_JOB")  # the key under `jobs:`
    # The job's id in the API, if the runner passes it (`job.check_run_id`)
    job_id: int | None = _variable(PREFIX + "JOB_ID", _number, None)
    # How many jobs the matrix has that this job is part of; 1: it is part of none
    job_total: int = _variable(PREFIX + "JOB_TOTAL", _number, 1)
    # Whether `github-token` is the workflow's own token
    default_token: bool = _variable(PREFIX + "DEFAULT_TOKEN", lambda value: value != "false", True)
    # `job.status` when the step began: failure if an earlier step failed
    job_status: str = _variable(PREFIX + "JOB_STATUS")
    runner_name: str = _variable("RUNNER_NAME")
    workflow: str = _variable("GITHUB_WORKFLOW")  # its name, or its path if it has no name
    workflow_ref: str = _variable(
        "GITHUB_WORKFLOW_REF"
    )  # owner/name/.github/workflows/ci.yml@refs/heads/main
    ref_name: str = _variable("GITHUB_REF_NAME")  # the branch or tag; 7/merge for pull request 7
    ref_type: str = _variable("GITHUB_REF_TYPE")  # branch or tag
    head_ref: str = _variable("GITHUB_HEAD_REF")  # a pull request's head branch
    event_name: str = _variable("GITHUB_EVENT_NAME")
    event: Mapping[str, Any] = field(
        default_factory=dict, metadata={"name": "GITHUB_EVENT_PATH", "read": _event}
    )
    event_fault: str = _variable("")  # why the event's file can't be read
    sha: str = _variable("GITHUB_SHA")
    actor: str = _variable("GITHUB_ACTOR")
    api_url: str = _variable("GITHUB_API_URL", _address, "https://api.github.com")
    server_url: str = _variable("GITHUB_SERVER_URL", _address, "https://github.com")
    workspace: Path | None = field(default=None, metadata={"name": "GITHUB_WORKSPACE", "read": Path})
    temp: Path | None = field(default=None, metadata={"name": "RUNNER_TEMP", "read": Path})


def read_context(environ: Mapping[str, str]) -> Context:
    """The runner's variables. A missing variable leaves the field at its default."""
    values = {}
    for one in fields(Context):
        text = environ.get(one.metadata["name"], "").strip()
        value = one.metadata["read"](text) if text else None
        if value is not None:
            values[one.name] = value
    if isinstance(values.get("event"), str):
        values["event_fault"] = values.pop("event")
    return Context(**values)


def context_of_run(settings: Settings, context: Context) -> Context:
    """The context of the repository whose run `run-id` names by its address.

    Of another repository than the own one there is neither an event nor a job.

    Raises:
        SettingsError: it is on another server, or of another owner, than the own repository.
    """
    run = settings.run_id
    if not isinstance(run, RunAddress):
        return context
    (theirs, own) = (name.casefold().partition("/")[0] for name in (run.repository, context.repository))
    if run.server != context.server_url.lower() or theirs != own:
        place = code(f"{context.server_url}/{own}")
        raise SettingsError(
            [f"run-id names a run elsewhere: from here only those of {place} can be reported"]
        )
    if run.repository.casefold() == context.repository.casefold():
        return context
    kept = ("api_url", "server_url", "workspace", "temp", "default_token")
    return Context(repository=run.repository, **{name: getattr(context, name) for name in kept})


def own_authorities(environ: Mapping[str, str]) -> tuple[str, str] | None:
    """The first of `CA_VARIABLES` that is set, and its value: a file or folder of authorities.

    `SSL_CERT_DIR` may list several folders, as OpenSSL reads it. None: none is set, so the libraries' own
    authorities are trusted.
    """
    return next(((name, environ[name]) for name in CA_VARIABLES if environ.get(name)), None)
