"""A failed run of a pull request with one text in all places that an outsider can write."""

from __future__ import annotations

import html
import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.injection.checks import TAG, TOKEN, URL
from tests.support.emulated.github import GitHubEmulator

SHA = "b" * 40
STAMP = "2026-11-29T10:00:00.0000000Z "
LOG = (
    "##[group]Run make {text}",
    "{text}",
    "##[endgroup]",
    "{text}",
    "E   AssertionError: {text}",
    "FAILED tests/test_{text}.py::test_x[{text}] - {text}",
    "##[error]{text}",
    "##[error]Process completed with exit code 1.",
)


@dataclass(frozen=True)
class Payload:
    """A hostile text; `README.md` describes the fields."""

    id: str
    aim: str
    text: str


def payloads() -> Iterator[Payload]:
    """The corpus, with its placeholders filled in."""
    path = Path(__file__).with_name("payloads.toml")
    for entry in tomllib.loads(path.read_text("utf-8"))["payload"]:
        text = entry["text"].replace("@TAG@", TAG).replace("@URL@", URL).replace("@TOKEN@", TOKEN)
        yield Payload(entry["id"], entry["aim"], text)


def one_line(text: str) -> str:
    return re.sub(r"[\r\n]+", " ", text)


def set_up(github: GitHubEmulator, text: str, workspace: Path) -> dict[str, str]:
    """Puts the text everywhere. What the environment of the step has of it."""
    line = one_line(text)
    github.set_branch("main", SHA)
    github.add_run(
        {
            "id": 7,
            "head_sha": SHA,
            "status": "completed",
            "conclusion": "failure",
            "event": "pull_request",
            "name": f"CI {text}",
            "path": f".github/workflows/{line[:60]}.yml",
            "display_title": text,
            "head_branch": line[:200] or "topic",
            "actor": github.site.user(f"mona {line}"),
            "triggering_actor": github.site.user(line or "mona"),
            "head_commit": {"message": f"Title {text}", "author": {"name": text, "email": "m@example.org"}},
            "pull_requests": [{"id": 1, "number": 4, "url": "", "head": {"ref": "topic", "sha": SHA}}],
        }
    )
    for number, name in ((71, f"build ({text})"), (72, f"test{text}")):
        steps = [
            {"name": f"Set up {text}", "number": 1, "conclusion": "success"},
            {"name": f"Run {text}", "number": 2, "conclusion": "failure"},
        ]
        job = {"id": number, "name": name, "conclusion": "failure", "steps": steps}
        github.add_job(7, job, _log(text, number))
        github.add_annotation(number, {"path": f"src/{text}", "message": text, "title": text})
    pull = github.add_pull_request(
        {
            "number": 4,
            "title": text,
            "head": {"ref": line or "topic", "sha": SHA},
            "base": {"ref": f"main{line}"},
        }
    )
    _write_files(workspace, text)
    event = workspace / "event.json"
    event.write_text(json.dumps({"pull_request": pull}), "utf-8")
    environ = {"GITHUB_WORKFLOW": f"CI {text}", "GITHUB_HEAD_REF": line, "GITHUB_EVENT_PATH": str(event)}
    return {name: value.replace("\0", "") for name, value in environ.items()}


def _log(text: str, number: int) -> str:
    lines = "\n".join(LOG).format(text=text)
    distinct = lines.replace("AssertionError", "TypeError") if number % 2 else lines
    return "".join(f"{STAMP}{line}\n" for line in distinct.split("\n"))


def _write_files(folder: Path, text: str) -> None:
    """A log and a JUnit report whose names and contents have the text."""
    name = re.sub(r"[^\w.()\[\]{}!@#$%&;,`~^+= -]", "_", text)[:60] or "n"
    (folder / f"log {name}.log").write_text(f"error: {text}", "utf-8", errors="replace")
    safe = html.escape(re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "", text))
    case = f'<testcase classname="{safe}" name="{safe}"><failure message="{safe}">{safe}</failure></testcase>'
    report = f'<testsuite name="{safe}">{case}</testsuite>'
    (folder / f"junit {name}.xml").write_text(report, "utf-8", errors="replace")
