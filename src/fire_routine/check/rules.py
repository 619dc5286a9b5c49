"""Item 1: rules that keep sessions off a branch or a tag."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from urllib.parse import quote

from ..github import fields
from ..github.fields import Json
from .repository import Repository, Row

_CLASSIC = {"deletion": "allow_deletions", "non_fast_forward": "allow_force_pushes"}
# By its number in a bypass list: what an account with that role may do
_ROLES = {1: "pull", 2: "maintain", 3: "triage", 4: "push", 5: "admin"}


def rows(repository: Repository) -> Iterator[Row]:
    for kind in ("approval", "owners", "non_fast_forward", "deletion"):
        yield repository.row(f"rules.{kind}", has_rule(repository, repository.branch, kind))
    # A rule that the routine's owner may bypass does not stop the session.
    approving = rules_of(repository, repository.branch)[0].get("approval", ())
    if bound := [_binds(repository, ruleset) for ruleset in approving]:
        yield repository.row("rules.bypass", True if True in bound else None if None in bound else False)


def has_rule(repository: Repository, name: str, kind: str, target: str = "branch") -> bool | None:
    """Whether a rule of this kind covers a ref, or all that a pattern names; None: the token can't tell."""
    found, hidden = rules_of(repository, name, target)
    return True if kind in found else None if hidden else False


def rules_of(repository: Repository, name: str, target: str = "branch") -> tuple[dict[str, list[Json]], bool]:
    """The rules of a ref: by type, the rulesets that have it. `approval` and `owners` are a pull request's.

    And whether there may be rules that the token can't see.
    """
    listing, protected = repository.get("/rulesets"), repository.get("/branches?protected=true")
    active = [one for one in listing or () if (one["target"], one["enforcement"]) == (target, "active")]
    paths = [f"/rulesets/{one['id']}" for one in active]
    repository.ask(*paths)
    rulesets = [repository.get(path) for path in paths]
    covering = [one for one in rulesets if one and _covers(one, name, repository.branch)]
    hidden = listing is None or None in rulesets
    if target == "branch" and (protected is None or any(fnmatchcase(one["name"], name) for one in protected)):
        covering += _classic(repository, name)
        hidden |= not covering
    found: dict[str, list[Json]] = {}
    for ruleset in covering:
        for rule in ruleset["rules"]:
            stated = fields.part(rule, "parameters")
            types = {
                rule["type"]: True,
                "approval": stated.get("required_approving_review_count"),
                "owners": stated.get("require_code_owner_review"),
            }
            for kind in filter(types.get, types):
                found.setdefault(kind, []).append(ruleset)
    return found, hidden


def _covers(ruleset: Json, name: str, default: str) -> bool:
    stated = fields.part(fields.part(ruleset, "conditions"), "ref_name")
    special = {"~ALL": True, "~DEFAULT_BRANCH": name == default}

    def named(key: str) -> bool:
        patterns = stated.get(key) or ()
        return any(special.get(one, fnmatchcase(name, one.split("/", 2)[-1])) for one in patterns)

    return named("include") and not named("exclude")


def _classic(repository: Repository, branch: str) -> list[Json]:
    """The classic protection of a branch in the form of a ruleset, if there is one that is shown."""
    shown = repository.get(f"/branches/{quote(branch, safe='')}/protection")
    if not shown:
        return []
    reviews = fields.part(shown, "required_pull_request_reviews")
    spared = fields.part(reviews, "bypass_pull_request_allowances").get("users") or ()
    actors = [{"actor_type": "User", "actor_id": user["id"]} for user in spared]
    if not fields.part(shown, "enforce_admins").get("enabled"):
        actors.append({"actor_type": "RepositoryRole", "actor_id": 5})
    parameters = {**reviews, "require_code_owner_review": reviews.get("require_code_owner_reviews")}
    kinds = [kind for kind, allows in _CLASSIC.items() if not fields.part(shown, allows).get("enabled")]
    rules = [{"type": "pull_request", "parameters": parameters}, *({"type": kind} for kind in kinds)]
    return [{"rules": rules, "bypass_actors": actors}]


def _binds(repository: Repository, ruleset: Json) -> bool | None:
    """Whether the routine's owner can't bypass it; None: the token can't tell."""
    own = ruleset.get("current_user_can_bypass")
    if repository.owner == repository.viewer and own:
        return bool(own == "never")
    actors = ruleset.get("bypass_actors")
    user = fields.part(repository.get(f"/collaborators/{repository.owner}/permission") or {}, "user")
    if actors is None or not user:
        return None
    roles = {("RepositoryRole", number) for number in _ROLES}
    may = {("User", user["id"])}
    permissions = fields.part(user, "permissions")
    may |= {("RepositoryRole", number) for number, role in _ROLES.items() if permissions.get(role)}
    spared = {(one["actor_type"], one["actor_id"]) for one in actors}
    # Teams, administrators of the organisation and roles of its own: who these are isn't shown.
    unclear = [one for one in spared - roles if one[0] != "User"]
    return False if may & spared else None if unclear else True
