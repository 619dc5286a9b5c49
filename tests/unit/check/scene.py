"""Repositories of the emulated GitHub: a clean one, and what is changed in it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.support.emulated.github import GitHubEmulator

ROOT = Path(__file__).resolve().parents[3]
SKILL = ".claude/skills/ci-failure/SKILL.md"
PINNED = "OWNER/fire-routine@1111111111111111111111111111111111111111 # v1.0.0"
CI = f"""\
name: CI
on: [push, pull_request]
permissions: {{}}
jobs:
  test:
    runs-on: ubuntu-latest
    steps: [{{run: make test}}]
  lint:
    runs-on: ubuntu-latest
    steps: [{{run: make lint}}]
  on-failure:
    needs: [test, lint]
    if: ${{{{ !cancelled() && (failure() || contains(needs.*.result, 'cancelled')) }}}}
    runs-on: ubuntu-latest # of the last job
    # concurrency
    permissions:
      actions: read
      checks: read
      contents: read
      pull-requests: read
      statuses: write
    steps:
      - uses: {PINNED}
        with:
          routine-url: ${{{{ secrets.ROUTINE_FIRE_URL }}}}
          routine-token: ${{{{ secrets.ROUTINE_FIRE_TOKEN }}}}
"""
FILES = {
    ".github/workflows/ci.yml": CI,
    ".github/CODEOWNERS": "/.claude/ @octo-org/core\n",
    SKILL: (ROOT / "examples/skills/ci-failure/SKILL.md").read_text("utf-8"),
}
SECRETS = {"": ["ROUTINE_FIRE_URL", "ROUTINE_FIRE_TOKEN"]}
ALL_KINDS = ("deletion", "non_fast_forward", "pull_request")


def ruleset(
    *,
    approvals: int = 1,
    code_owners: bool = True,
    kinds: tuple[str, ...] = ALL_KINDS,
    include: tuple[str, ...] = ("~DEFAULT_BRANCH",),
    bypass: str = "never",
    actors: tuple[Mapping[str, Any], ...] = (),
    **known: Any,
) -> dict[str, Any]:
    """A ruleset as GitHub shows it. `bypass`: what the token's own user may."""
    parameters = {
        "dismiss_stale_reviews_on_push": False,
        "require_code_owner_review": code_owners,
        "require_last_push_approval": False,
        "required_approving_review_count": approvals,
        "required_review_thread_resolution": False,
    }
    rules = [
        {"type": kind, **({"parameters": parameters} if kind == "pull_request" else {})} for kind in kinds
    ]
    return {
        "conditions": {"ref_name": {"include": list(include), "exclude": []}},
        "rules": rules,
        "current_user_can_bypass": bypass,
        "bypass_actors": list(actors),
        **known,
    }


def environment(emulator: GitHubEmulator, name: str, stated: Mapping[str, Any]) -> None:
    """`branches`: `"protected"`, or patterns; `reviewers`: true."""
    branches, rules = stated.get("branches"), []
    policy = branches and {
        "protected_branches": branches == "protected",
        "custom_branch_policies": branches != "protected",
    }
    if isinstance(branches, list):
        emulator.branch_policies[name] = branches
    if stated.get("reviewers"):
        rules.append({"id": 1, "node_id": "R", "type": "required_reviewers", "reviewers": []})
    emulator.environments[name] = {"deployment_branch_policy": policy, "protection_rules": rules}


def furnish(emulator: GitHubEmulator, planted: Mapping[str, Any]) -> None:
    """Make the emulated repository the clean one, with what `planted` (see planted.toml) changes."""
    emulator.creator = "octocat"
    emulator.set_branch("main", "a" * 40)
    files = {**FILES, **planted.get("files", {})}
    for path, changes in planted.get("replace", {}).items():
        for old, new in changes:
            assert old in files[path], old
            files[path] = files[path].replace(old, new)
    for path, text in files.items():
        if text:
            emulator.set_file(path, text)
    settings = dict(planted.get("settings", {}))
    emulator.administered = settings.pop("administered", True)
    emulator.rules_sold = settings.pop("rules_sold", True)
    emulator.describe({"private": settings.pop("private", False)})
    emulator.roles = settings.pop("roles", {"octocat": "admin"})
    emulator.secrets = settings.pop("secrets", SECRETS)
    emulator.protections = settings.pop("protections", {})
    rulesets = {"1": {}, "2": {}} if "rulesets" not in settings else settings.pop("rulesets")
    default = {"2": {"target": "tag", "include": ["refs/tags/v*"], "kinds": ["creation", "deletion"]}}
    for number, stated in rulesets.items():
        emulator.rulesets[int(number)] = ruleset(**(stated or default.get(number, {})))
    environments = {"production": {"branches": ["main"]}, **settings.pop("environments", {})}
    for name, stated in environments.items():
        environment(emulator, name, stated)
    assert not settings, f"unknown settings: {settings}"
