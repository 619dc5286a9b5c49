"""`fire-routine check`: planted faults are found, and nothing in clean repositories."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.contract.exchanges import RecordedGitHub
from tests.support.emulated.faults import Fault
from tests.unit.check.scene import CI, ROOT, SKILL, furnish, ruleset

from fire_routine.cli import main

HERE = Path(__file__).parent
PLANTED, CLEAN = (
    list[dict[str, Any]](tomllib.loads((HERE / name).read_text("utf-8"))["repository"])
    for name in ("planted.toml", "clean.toml")
)
LIMITS = (20, 5.0)  # requests, seconds


@pytest.fixture
def github(monkeypatch: pytest.MonkeyPatch) -> Iterator[RecordedGitHub]:
    for name in ("GITHUB_SERVER_URL", "GH_HOST", "GH_TOKEN", "NO_COLOR", "ROUTINE_FIRE_URL"):
        monkeypatch.delenv(name, raising=False)
    with RecordedGitHub() as emulator:
        monkeypatch.setenv("GITHUB_API_URL", emulator.url)
        monkeypatch.setenv("GITHUB_TOKEN", emulator.token)
        yield emulator


def rows(capsys: pytest.CaptureFixture[str], *arguments: str, state: str = "do") -> list[dict[str, str]]:
    """The rows of this state, of all rows that are printed."""
    code = main(["check", "octo-org/widget", "--json", *arguments])
    out, err = capsys.readouterr()
    assert err == ""
    found: list[dict[str, str]] = json.loads(out)["rows"]
    assert code == int(any(row["state"] == "do" for row in found))
    return [row for row in found if row["state"] == state]


@pytest.mark.parametrize("scene", [*PLANTED, *CLEAN], ids=lambda scene: str(scene["name"]))
def test_every_planted_fault_is_found_and_no_other(
    scene: dict[str, Any],
    github: RecordedGitHub,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    furnish(github, scene)
    monkeypatch.setenv("ROUTINE_FIRE_URL", scene.get("fire_url", ""))
    begin = time.monotonic()
    found = rows(capsys, "--workflow", scene.get("workflow", ""))
    took, asked = time.monotonic() - begin, len(github.requests)
    faults = [(about, words) for about, words in scene.get("faults", ())]
    shown = [
        next(
            (fault for fault in faults if row["about"].startswith(fault[0]) and fault[1] in row["found"]), row
        )
        for row in found
    ]
    assert sorted(map(str, shown)) == sorted(map(str, faults))
    assert all(row["todo"] for row in found)
    assert (took < LIMITS[1], asked <= LIMITS[0]) == (True, True)
    writes = {f"{one.method} {one.path}" for one in github.requests if one.method != "GET"}
    assert writes == {"POST /graphql"}
    # A repository with a file that is no YAML would test nothing.
    unread = [row for row in rows(capsys, state="can't see") if "not valid YAML" in row["found"]]
    assert unread == []
    github.check()


EXAMPLES = sorted((ROOT / "examples").glob("*.yml"))
NOT_THE_ACTION = {"clean-up.yml", "sweep.yml", "weekly-report.yml"}
REACHED = {"slack.yml": "SLACK_WEBHOOK_URL"}  # by its name: its own secret, which a session's push reaches


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: str(path.name))
def test_the_examples_pass(path: Path, github: RecordedGitHub, capsys: pytest.CaptureFixture[str]) -> None:
    text = path.read_text("utf-8").replace("fire-routine@v1", "fire-routine@v1.0.0")
    files = {
        f".github/workflows/{name}.yml": f"name: {name}\non: push\n" for name in ("API", "Web", "Mobile")
    }
    files[".github/workflows/ci.yml"] = "name: CI\non: push\n"
    files[f".github/workflows/{path.name}"] = text
    secrets = {"": sorted(set(re.findall(r"secrets\.(\w+)", text)))}
    furnish(github, {"files": files, "settings": {"secrets": secrets}})
    found = [(row["about"], row["found"]) for row in rows(capsys)]
    if path.name in NOT_THE_ACTION:
        assert found == [("workflows", "no job uses the action")]
    elif path.name in REACHED:
        assert [about for about, _ in found] == [path.name] and REACHED[path.name] in found[0][1]
    else:
        assert found == []


def test_a_token_with_few_rights_is_told_the_permission(
    github: RecordedGitHub, capsys: pytest.CaptureFixture[str]
) -> None:
    furnish(github, {"settings": {"administered": False, "roles": {}}})
    found = {row["about"]: row for row in rows(capsys, "--routine-owner", "mona", state="can't see")}
    assert "Administration: read" in found["bypass by mona, the routine's owner"]["todo"]
    assert found["ci.yml, job on-failure"]["todo"] == "Secrets: read"
    assert {"the routine", "actor rules for workflow files", "the routine's URL"} <= set(found)


def test_a_classic_protection_that_is_hidden_is_no_fault(
    github: RecordedGitHub, capsys: pytest.CaptureFixture[str]
) -> None:
    hidden = {"administered": False, "rulesets": {}, "protections": {"main": {"enabled": True}}}
    furnish(github, {"settings": hidden})
    assert rows(capsys) == []
    found = [row for row in rows(capsys, state="can't see") if row["about"] == "rules of main"]
    assert len(found) == 4 and all("Administration" in row["todo"] for row in found)


def test_a_plan_without_rules_is_named(github: RecordedGitHub, capsys: pytest.CaptureFixture[str]) -> None:
    furnish(github, {"settings": {"rules_sold": False, "private": True, "rulesets": {}}})
    assert any("GitHub Pro, Team or Enterprise" in row["found"] for row in rows(capsys))


@pytest.mark.parametrize(
    ("actor", "role", "found"),
    [
        ({"actor_type": "User", "actor_id": 0}, "write", "do"),  # 0: the account's own number
        ({"actor_type": "RepositoryRole", "actor_id": 5}, "admin", "do"),
        ({"actor_type": "RepositoryRole", "actor_id": 5}, "write", "ok"),
        ({"actor_type": "Team", "actor_id": 7}, "write", "can't see"),
    ],
)
def test_another_account_s_bypass_is_told_by_the_list(
    actor: dict[str, Any],
    role: str,
    found: str,
    github: RecordedGitHub,
    capsys: pytest.CaptureFixture[str],
) -> None:
    furnish(github, {"settings": {"roles": {"octocat": "admin", "mona": role}}})
    number = actor["actor_id"] or github.site.user("mona")["id"]
    github.rulesets[1] = ruleset(actors=({**actor, "actor_id": number, "bypass_mode": "always"},))
    shown = rows(capsys, "--routine-owner", "mona", state=found)
    assert [row for row in shown if row["about"] == "bypass by mona, the routine's owner"]


def test_what_can_t_be_read_is_a_row_and_no_fault(
    github: RecordedGitHub, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = {
        "tabs.yml": "on: push\n\tsecrets: 1\n",
        "deep.yml": "secrets: " + "[" * 5000,
        "list.yml": "- secrets\n",
        "odd.yml": "on: [push, {a: b}]\njobs: {a: 1, b: {steps: 3}, c: {steps: [1], if: 2, env: secrets}}\n",
    }
    furnish(github, {"files": {f".github/workflows/{name}": text for name, text in broken.items()}})
    found = {row["about"].rpartition("/")[2] for row in rows(capsys, state="can't see")}
    assert {"tabs.yml", "deep.yml"} <= found
    assert rows(capsys) == []


def test_many_workflows_are_read_in_one_request_and_in_time(
    github: RecordedGitHub, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(100):
        github.set_file(f".github/workflows/w{number}.yml", f"name: w{number}\non: push\n{'# more' * 2000}\n")
    for number in range(15):
        github.set_file(f".github/workflows/ci{number}.yml", CI.replace("name: CI", f"name: CI {number}"))
    for number in range(30):
        github.rulesets[10 + number] = ruleset(include=("refs/heads/x",))
    furnish(github, {})
    begin = time.monotonic()
    assert rows(capsys) == []
    assert time.monotonic() - begin < LIMITS[1]
    assert len(github.asked("POST /graphql")) == 1
    assert len(github.requests) <= LIMITS[0]


def test_people_get_boxes_addresses_and_the_names_of_the_other_tools(
    github: RecordedGitHub, capsys: pytest.CaptureFixture[str]
) -> None:
    furnish(github, PLANTED[0])
    assert main(["check", "octo-org/widget"]) == 1
    shown = capsys.readouterr().out
    assert "do         rules of main: a session may push to it\n" in shown
    assert "           Block force pushes\n" in shown
    assert f"           {github.site.html}/octo-org/widget/settings/rules\n" in shown
    assert "zizmor" in shown and "actionlint" in shown


def test_a_hostile_name_writes_nothing_on_the_terminal(
    github: RecordedGitHub, capsys: pytest.CaptureFixture[str]
) -> None:
    text = CI.replace("on-failure:", '"a\\e[2Jb\\n":').replace("needs: [test, lint]", 'needs: ["x\\e[1m"]')
    furnish(github, {"files": {".github/workflows/ci.yml": text}})
    main(["check", "octo-org/widget"])
    assert "\x1b" not in capsys.readouterr().out


@pytest.mark.usefixtures("github")
@pytest.mark.parametrize(
    ("typed", "code", "line"),
    [
        (["octo-org/widget", "--routine-owner", "a b"], 2, "--routine-owner 'a b' is not a login"),
        (["octo-org/widget", "--workflow", "../x"], 2, "--workflow '../x' is not a file such as ci.yml"),
        (["octo-org/gone"], 1, "octo-org/gone: GitHub shows no such repository: check the name, and that"),
        (["octo-org/widget"], 1, "octo-org/widget: the repository is empty: push a first commit"),
    ],
)
def test_bad_input_is_one_line_with_the_remedy(
    typed: list[str], code: int, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", *typed]) == code
    out, err = capsys.readouterr()
    assert (out, err.count("\n"), err.startswith(f"fire-routine: {line}")) == ("", 1, True), err


def test_a_github_that_is_down_is_one_line_and_settings_that_it_keeps_back_are_no_fault(
    github: RecordedGitHub, capsys: pytest.CaptureFixture[str]
) -> None:
    furnish(github, {})
    github.fail("GET ", Fault.broken())
    assert rows(capsys) == []
    github.fail("/graphql", Fault.rate_limited())
    assert main(["check", "octo-org/widget"]) == 1
    err = capsys.readouterr().err
    assert (err.count("\n"), "try again later" in err) == (1, True), err


def test_the_repository_of_the_folder_is_the_default(
    github: RecordedGitHub,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    furnish(github, {})
    monkeypatch.chdir(tmp_path)
    assert main(["check"]) == 2
    assert "this folder has no remote `origin`" in capsys.readouterr().err
    subprocess.run(["git", "init", "-q"], check=True)
    subprocess.run(["git", "remote", "add", "origin", "git@github.com:octo-org/widget.git"], check=True)
    assert main(["check"]) == 0
    assert "octo-org/widget: " in capsys.readouterr().out


def test_the_action_starts_without_a_reader_of_yaml() -> None:
    program = (
        "import sys\nimport fire_routine.action, fire_routine.evidence, fire_routine.cli\n"
        "assert not {'ruamel', 'ruamel.yaml', 'yaml', 'fire_routine.check'} & set(sys.modules)"
    )
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", program], check=True, env=environ)


def test_the_skill_that_is_shipped_states_the_version_that_is_looked_for() -> None:
    from fire_routine.check.session import SKILL_VERSION

    stated = (ROOT / "examples/skills" / SKILL.partition("skills/")[2]).read_text("utf-8")
    assert f'\n  version: "{SKILL_VERSION}"\n' in stated
