"""Item 1: what a session may not touch: the default branch, tags, branches that deploy."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from ..github import fields
from ..github.fields import Json
from ..model.outcome import GitHubError
from .facts import Facts
from .rows import Row, do, ok, unseen
from .workflow import listed, own_secrets, secret_names

ADMINISTRATION = "Administration: read, as an administrator has it"
# https://docs.github.com/rest/repos/rules: a rule's type, and its box on the page
_BOXES = {"deletion": "Restrict deletions", "non_fast_forward": "Block force pushes"}
_APPROVAL = "Require a pull request before merging, with 1 required approval"
MOST = 5  # rulesets that are read
CODE_OWNERS = "Require review from Code Owners"
_PLAN = "rules of a private repository need GitHub Pro, Team or Enterprise (or make it public)"
_REFS = (  # the kind of ref, its filter in a workflow, the rule that closes it, and its boxes
    ("tag", "tags", "creation", "Restrict creations, Restrict updates, Restrict deletions"),
    ("branch", "branches", "pull_request", _APPROVAL),
)
# Base roles of a repository by their number in a bypass list, the lesser first
_ROLES = {"read": 1, "triage": 3, "write": 4, "maintain": 2, "admin": 5}


def rows(facts: Facts) -> Iterator[Row]:
    facts.ask(*(f"/rulesets/{number}" for number in _rulesets(facts)[:MOST]))
    yield _default_branch(facts)
    yield from _bypass(facts)
    yield from _pushed(facts)


def _rulesets(facts: Facts) -> list[int]:
    """The active ones, those of the default branch first."""
    own = [rule.get("ruleset_id") for rule in facts.items(f"/rules/branches/{facts.branch}")]
    all_ = [one.get("id") for one in facts.items("/rulesets") if one.get("enforcement") == "active"]
    return [number for number in dict.fromkeys([*own, *all_]) if isinstance(number, int)]


def approvals(rule: Json) -> int:
    return fields.whole(fields.part(rule, "parameters"), "required_approving_review_count")


def code_owners_review(facts: Facts) -> bool | None:
    """Whether a change of an owned file needs its owner's review; None: the token can't tell."""
    own = facts.items(f"/rules/branches/{facts.branch}")
    classic = fields.part(_classic(facts), "required_pull_request_reviews")
    if classic.get("require_code_owner_reviews"):
        return True
    found = any(fields.part(rule, "parameters").get("require_code_owner_review") for rule in own)
    return found or (None if _hidden(facts) else False)


def _hidden(facts: Facts) -> bool:
    """Whether the branch may be protected by what the token can't see."""
    if isinstance(facts.answer(f"/rules/branches/{facts.branch}"), GitHubError):
        return True
    seen = _classic(facts) or facts.items(f"/rules/branches/{facts.branch}")
    known = facts.answer("/branches?protected=true")
    return not seen and (
        isinstance(known, GitHubError) or any(one.get("name") == facts.branch for one in known)
    )


def _classic(facts: Facts) -> Json:
    """The classic protection of the default branch; empty: there is none, or it can't be seen."""
    found = facts.answer(f"/branches/{facts.branch}/protection")
    return {} if isinstance(found, GitHubError) else fields.mapping(found)


def _default_branch(facts: Facts) -> Row:
    about = f"rules of {facts.branch}"
    found = facts.answer(f"/rules/branches/{facts.branch}")
    if isinstance(found, GitHubError) and "pgrade to" not in str(found):
        return unseen(about, found, "Metadata: read")
    has = {str(rule.get("type")) for rule in facts.items(f"/rules/branches/{facts.branch}")}
    classic = _classic(facts)
    for kind, allowed in (("deletion", "allow_deletions"), ("non_fast_forward", "allow_force_pushes")):
        has |= {kind} if classic and not fields.part(classic, allowed).get("enabled") else set()
    reviews = fields.part(classic, "required_pull_request_reviews")
    most = max(map(approvals, facts.items(f"/rules/branches/{facts.branch}")), default=0)
    most = max(most, fields.whole(reviews, "required_approving_review_count"))
    missing = [box for kind, box in _BOXES.items() if kind not in has] + [_APPROVAL, CODE_OWNERS] * (not most)
    if not missing:
        return ok(about, "no change without a pull request and an approval, no force push, no deletion")
    if not has and not isinstance(found, GitHubError) and _hidden(facts):
        return unseen(about, "a classic protection that only administrators see", ADMINISTRATION)
    why = f"a session may push to {facts.branch}" if not most else "a session may rewrite or delete it"
    plan = f"; {_PLAN}" if isinstance(found, GitHubError) else ""
    todo = "\n".join(["Enforcement: Active; target: the default branch", *missing])
    return do(about, why + plan, todo, f"{facts.page}/settings/rules")


def _bypass(facts: Facts) -> Iterator[Row]:
    """A rule that the routine's owner may bypass does not stop the session."""
    about = f"bypass by {facts.owner}, the routine's owner"
    rules = facts.items(f"/rules/branches/{facts.branch}")
    numbers = {rule.get("ruleset_id") for rule in rules if approvals(rule)}
    rulesets = [facts.answer(f"/rulesets/{number}") for number in sorted(filter(None, numbers))]
    reviews = fields.part(_classic(facts), "required_pull_request_reviews")
    verdicts = [_may_bypass(facts, ruleset) for ruleset in rulesets]
    if fields.whole(reviews, "required_approving_review_count"):
        verdicts.append(_may_bypass_classic(facts, reviews))
    if False in verdicts:
        yield ok(about, "at least one of the rules binds that account")
    elif None in verdicts:
        yield unseen(about, "who is on the bypass list", ADMINISTRATION)
    elif verdicts:
        todo = f"Take {facts.owner}, or its role, off the bypass list; or let another account own the routine"
        found = "that account, and so its sessions, may merge without approval"
        yield do(about, found, todo, f"{facts.page}/settings/rules")


def _may_bypass(facts: Facts, ruleset: Any) -> bool | None:
    """None: the token can't tell."""
    if isinstance(ruleset, GitHubError):
        return None
    own = ruleset.get("current_user_can_bypass")
    if facts.owner == facts.viewer and own:
        return bool(own != "never")
    actors = ruleset.get("bypass_actors")
    role = facts.answer(f"/collaborators/{facts.owner}/permission")
    if actors is None or isinstance(role, GitHubError):
        return None
    ranks = list(_ROLES.values())
    rank = ranks.index(_ROLES.get(str(role.get("role_name")), 1))
    number = fields.part(role, "user").get("id")
    unclear = False
    for actor in actors:
        kind, wanted = actor.get("actor_type"), actor.get("actor_id")
        if (kind == "User" and wanted == number) or (
            kind == "RepositoryRole" and wanted in ranks and ranks.index(wanted) <= rank
        ):
            return True
        unclear |= kind in ("Team", "OrganizationAdmin") or (kind == "RepositoryRole" and wanted not in ranks)
    return None if unclear else False


def _may_bypass_classic(facts: Facts, reviews: Json) -> bool | None:
    role = facts.answer(f"/collaborators/{facts.owner}/permission")
    if isinstance(role, GitHubError):
        return None
    spared = fields.part(reviews, "bypass_pull_request_allowances").get("users") or ()
    enforced = fields.part(_classic(facts), "enforce_admins").get("enabled")
    return any(user.get("login") == facts.owner for user in spared) or (
        role.get("role_name") == "admin" and not enforced
    )


def _covering(facts: Facts, target: str, name: str, kind: str) -> bool | None:
    """Whether an active ruleset with a rule of this kind covers a ref, or all that a pattern names."""
    ref, listed_ = f"refs/{'tags' if target == 'tag' else 'heads'}/{name}", facts.answer("/rulesets")
    if isinstance(listed_, GitHubError):
        return None
    active = [one for one in listed_ if one.get("target") == target and one.get("enforcement") == "active"]
    found = [facts.answer(f"/rulesets/{one.get('id')}") for one in active]
    for ruleset in found:
        if isinstance(ruleset, GitHubError):
            continue
        names = fields.part(fields.part(ruleset, "conditions"), "ref_name")
        included = any(one == "~ALL" or fnmatchcase(ref, one) for one in names.get("include") or ())
        excluded = any(fnmatchcase(ref, one) for one in names.get("exclude") or ())
        rules = [rule for rule in ruleset.get("rules") or () if rule.get("type") == kind]
        if included and not excluded and any(kind != "pull_request" or approvals(rule) for rule in rules):
            return True
    return None if any(isinstance(one, GitHubError) for one in found) else False


def _pushed(facts: Facts) -> Iterator[Row]:
    """Tags, and branches other than the default one, on whose pushes a workflow reaches secrets."""
    own = own_secrets(facts.workflows)
    deploying = [
        one.on["push"]
        for one in facts.workflows
        if "push" in one.on
        and (secret_names(one.body) - own or any("environment" in job for job in one.jobs.values()))
    ]
    for target, key, kind, boxes in _REFS:
        patterns = {pattern for filters in deploying for pattern in listed(filters.get(key))}
        for pattern in sorted(patterns):
            if (target == "tag" and pattern[:1] != "!") or not (
                is_open(pattern) or is_protected(facts, pattern)
            ):
                yield _ref(facts, target, pattern, kind, boxes)


def is_open(pattern: str) -> bool:
    """Whether a pattern takes any name, or none of one kind of branch."""
    return pattern.startswith(("*", "!", "claude"))


def is_protected(facts: Facts, branch: str) -> bool:
    """Whether a branch, or all that a pattern names, is closed to a session's pushes, as far as is seen."""
    known = {str(one.get("name")) for one in facts.items("/branches?protected=true")}
    return branch in {facts.branch, *known} or bool(_covering(facts, "branch", branch, "pull_request"))


def _ref(facts: Facts, target: str, pattern: str, kind: str, boxes: str) -> Row:
    about, covered = f"{target} {pattern}", _covering(facts, target, pattern, kind)
    if covered:
        return ok(about, "a ruleset covers it")
    if covered is None:
        return unseen(about, "rulesets can't be read", "Metadata: read")
    todo = f"New {target} ruleset, Active; target: {pattern}\n{boxes}"
    plan = f"; {_PLAN}" if facts.private else ""
    found = f"pushes of it reach secrets, and no ruleset covers it: a session may push it{plan}"
    return do(about, found, todo, f"{facts.page}/settings/rules")
