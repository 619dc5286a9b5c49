"""`tools/release.py check` and `stamp`: what has to agree, and the owner's name in one place."""

from __future__ import annotations

from pathlib import Path

import pytest
from tools.releasing import ReleaseError, consistency, owner

NAME = "OWNER"  # apart from what follows it: to stamp this project must not change this file
PROJECT = f"{NAME}/fire-routine"
FILES = {
    "pyproject.toml": f"""\
[project.urls]
Homepage = "https://github.com/{PROJECT}"

[tool.fire-routine]
owner = "{NAME}"
""",
    "src/fire_routine/version.py": '__version__ = "1.2.3"\n',
    "CHANGELOG.md": """\
# Changelog

## [Unreleased]

## [1.2.3] - 2026-11-29

- New.

## [1.2.2] - 2026-11-01

- Old.
""",
    "README.md": f"- uses: {PROJECT}@v1\n[badge](https://github.com/{PROJECT}/actions)\n",
    "docs/a.md": "`gh api repos/OWNER/REPO/commits`, ~/.cache/fire-routine/x\n",
    "examples/a.yml": f"- uses: {PROJECT}@{'a' * 40} # v1.2.3\n",
    "examples/sweep.yml": f"- uses: {PROJECT}/sweep@v1\n",
    "examples/checkout.yml": f"    ref: {'b' * 40} # v1.2.3\n",
    ".github/CODEOWNERS": f"* @{NAME}\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def change(root: Path, name: str, old: str, new: str) -> None:
    path = root / name
    assert old in path.read_text("utf-8")
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")


@pytest.mark.parametrize(
    ("name", "old", "new", "problem"),
    [
        ("src/fire_routine/version.py", "1.2.3", "1.2", "version.py: 1.2 is not a version like 1.2.3"),
        ("src/fire_routine/version.py", "1.2.3", "1.3.0", "the newest version is 1.2.3, but src/fire_rout"),
        ("README.md", "@v1", "@v2", "README.md:1: the action is used at v2: write @v1"),
        ("examples/a.yml", "v1.2.3", "v1.2.2", f"a.yml:1: the action is used at {'a' * 40} v1.2.2: "),
        ("examples/sweep.yml", "@v1", "@v2", "sweep.yml:1: the action is used at v2: write @v1"),
        ("examples/checkout.yml", "v1.2.3", "v1.2.2", f"yml:1: the action is used at {'b' * 40} v1."),
        ("README.md", "com/OWNER", "com/another", "README.md:2: the owner is another, but OWNER in pyproj"),
    ],
)
def test_what_disagrees_is_named(root: Path, name: str, old: str, new: str, problem: str) -> None:
    change(root, name, old, new)
    assert any(problem in line for line in consistency.problems(root)), list(consistency.problems(root))


def test_a_tag_needs_a_known_owner_its_own_version_and_no_unreleased_entries(root: Path) -> None:
    change(root, "CHANGELOG.md", "## [Unreleased]\n", "## [Unreleased]\n\n- Later.\n")
    assert list(consistency.problems(root)) == []
    placeholder = "OWNER stands for the account that hosts the project, 5 times: "
    placeholder += "run `tools/release.py stamp --owner NAME`"
    assert list(consistency.placeholders(root)) == [placeholder]
    assert list(consistency.problems(root, "release-1.2.4")) == [
        placeholder,
        "the tag is release-1.2.4, but the version is 1.2.3: tag it release-1.2.3",
        "CHANGELOG.md: there are unreleased entries: move them to the version's section",
    ]
    change(root, "CHANGELOG.md", "- Later.\n", "")
    owner.stamp(root, "octo-org")
    assert list(consistency.problems(root, "release-1.2.3")) == []


def test_what_is_not_released_is_a_placeholder_and_agrees(root: Path) -> None:
    owner.stamp(root, "octo-org")
    change(root, "README.md", "- uses:", "> **Not released yet.**\n- uses:")
    change(root, "CHANGELOG.md", (root / "CHANGELOG.md").read_text("utf-8"), "## [Unreleased]\n\n- New.\n")
    assert list(consistency.problems(root)) == []
    named = list(consistency.placeholders(root))
    assert [line.partition(":")[0] for line in named] == ["CHANGELOG.md", "README.md"]
    assert set(named) < set(consistency.problems(root, "release-1.2.3"))


def test_notes_are_the_versions_section(root: Path) -> None:
    assert consistency.notes(root, "1.2.3") == "- New."
    with pytest.raises(ReleaseError, match=r"CHANGELOG.md has no entries for 1.2.4: add a section"):
        consistency.notes(root, "1.2.4")


def test_the_owner_is_written_wherever_the_project_is_named_and_nowhere_else(root: Path) -> None:
    for before, name in (("OWNER", "octo-org"), ("octo-org", "OWNER2")):  # also a second time
        changed = {path.relative_to(root).as_posix() for path in owner.stamp(root, name)}
        examples = {"examples/a.yml", "examples/sweep.yml"}
        assert changed == {"pyproject.toml", "README.md", ".github/CODEOWNERS"} | examples
        assert owner.owner(root) == name
        for path in FILES:
            expected = FILES[path].replace("OWNER", name) if path != "docs/a.md" else FILES[path]
            assert (root / path).read_text("utf-8") == expected, before
        assert list(owner.others(root)) == []
    assert owner.stamp(root, "OWNER2") == []


@pytest.mark.parametrize("release", ["", "v1.2.3"])
def test_what_users_copy_is_pinned_to_a_commit(root: Path, release: str) -> None:
    change(root, "examples/checkout.yml", "    ref:", f"    repository: {PROJECT}\n    ref:")
    comment = f" # {release}" if release else ""
    for commit in ("1" * 40, "c" * 40):
        changed = [path.name for path in owner.pin(root, commit, release)]
        assert changed == ["README.md", "a.yml", "checkout.yml", "sweep.yml"]
        assert (root / "README.md").read_text("utf-8").startswith(f"- uses: {PROJECT}@{commit}{comment}\n")
        assert (root / "examples/checkout.yml").read_text("utf-8").endswith(f"    ref: {commit}{comment}\n")
        assert list(consistency.problems(root)) == []
    with pytest.raises(ReleaseError, match="is not a commit's SHA"):
        owner.pin(root, "v1")
