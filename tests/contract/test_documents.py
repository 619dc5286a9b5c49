"""The documents: links lead somewhere, names and numbers are those of the code, every reason is explained."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import yaml

from fire_routine import sessions
from fire_routine.evidence import GATHERING
from fire_routine.ledger.entry import Stage
from fire_routine.ledger.terms import FLAKE_DAYS, LAPSE, LARGE_MATRIX, Timing
from fire_routine.model.reason import Reason

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
REASONS = ROOT / "docs/reasons.md"
PAGES = sorted((ROOT / "docs").glob("*.md"))
DOCUMENTS = [
    *ROOT.glob("*.md"),
    *PAGES,
    *(ROOT / ".github").glob("*.md"),
    *(ROOT / "examples").glob("*.md"),
    *(ROOT / "tests").glob("**/README.md"),
]
WORKFLOWS = sorted((ROOT / "examples").glob("*.yml"))
FOR_USERS = [path for path in DOCUMENTS if path.relative_to(ROOT).parts[0] != "tests"]
TEXTS = sorted([*WORKFLOWS, *(path for path in FOR_USERS if path.name != "CHANGELOG.md")])
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
INPUTS, OUTPUTS = set(ACTION["inputs"]), set(ACTION["outputs"])
# Names with a dash that are neither an input, an output nor a reason.
OTHER_NAMES = {
    "anthropic-version", "branches-ignore", "continue-on-error", "error-like", "fire-routine", "no-claude",
    "persist-credentials", "pull-requests", "runs-on", "timeout-minutes",
    "claude-fix", "client-id", "fail-fast", "private-key",
}  # fmt: skip
PERMISSIONS = ("actions", "checks", "contents", "pull-requests", "statuses")  # of an App's token
MOST_WORDS = 1_200  # of the README, all that is in it
MOST_PAGES = 13  # in docs/
MOST_WORDS_OF_PAGES = 9_500  # of all of them, tables included
FENCED = re.compile(r"^ *(```|~~~)[\s\S]*?^ *\1 *$", re.MULTILINE)
LINK = re.compile(r"!?\[[^\]]*\]\((?P<markdown>[^)\s]+)\)|(?:src|srcset|href)=\"(?P<html>[^\"\s]+)\"")


def prose(path: Path) -> str:
    return FENCED.sub("", path.read_text("utf-8"))


def anchors(path: Path) -> set[str]:
    """Of a document's headings, as GitHub makes them."""
    found: Counter[str] = Counter()
    names = set()
    for title in re.findall(r"^#{1,6} +(.+?) *#*$", prose(path), re.MULTILINE):
        shown = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", title)
        slug = re.sub(r"[^\w\- ]", "", shown.lower()).replace(" ", "-")
        names.add(f"{slug}-{found[slug]}" if found[slug] else slug)
        found[slug] += 1
    return names


def relative_links(path: Path) -> list[str]:
    links = [found["markdown"] or found["html"] for found in LINK.finditer(prose(path))]
    return [link for link in links if not re.match(r"[a-z]+:", link)]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def leads_somewhere(path: Path, link: str) -> bool:
    place, _, anchor = link.partition("#")
    target = (path.parent / place).resolve() if place else path
    if not target.is_relative_to(ROOT) or not target.exists():
        return False
    return not anchor or anchor in anchors(target)


def words(text: str) -> int:
    return len(re.findall(r"\S*\w\S*", re.sub(r"<[^>]*>|\]\([^)]*\)", " ", text)))


def test_relative_links_lead_somewhere() -> None:
    links = [(path, link) for path in DOCUMENTS for link in relative_links(path)]
    assert len(links) > 100
    assert [f"{name_of(path)}: {link}" for path, link in links if not leads_somewhere(path, link)] == []


def test_what_the_action_links_to_is_there() -> None:
    linked = set()
    for path in (ROOT / "src").rglob("*.py"):
        linked |= set(re.findall(r"\{DOCUMENTS\}(/[\w./#-]+)", path.read_text("utf-8")))
    assert linked
    assert [link for link in linked if not leads_somewhere(README, f"docs{link}")] == []


def test_every_page_is_in_the_index() -> None:
    index = ROOT / "docs/README.md"
    assert {page.name for page in PAGES} - {index.name} <= set(relative_links(index))


def test_the_documents_are_short() -> None:
    assert len(README.read_text("utf-8").split()) <= MOST_WORDS
    assert len(PAGES) <= MOST_PAGES
    assert sum(words(prose(page)) for page in PAGES) <= MOST_WORDS_OF_PAGES


def test_numbers_in_documents_are_those_of_the_code() -> None:
    stated = {
        "at-most-once": [
            f"lapses after {LAPSE:g} s",
            f"{sum(Timing().looks):g} s later, an announcement",
        ],
        "before-you-choose": [f"at most {GATHERING:g} s; most runs take"],
        "no-session": [f"in {FLAKE_DAYS} days"],
        "sessions": [
            f"the newest {sessions.RUN_PAGES * 100:,} runs",
            f"{sessions.COMMITS} commits",
            f"{sessions.PULL_PAGES * 100:,} pull requests",
            f"within {sessions.SECONDS / 60:g} minutes",
            f"more than {LARGE_MATRIX} legs",
        ],
    }
    text = {name: (ROOT / f"docs/{name}.md").read_text("utf-8") for name in stated}
    assert [f"{name}: {each}" for name in stated for each in stated[name] if each not in text[name]] == []


def test_what_a_commit_can_show_is_explained() -> None:
    page = (ROOT / "docs/at-most-once.md").read_text("utf-8")
    assert [stage.words for stage in Stage if stage.words and f"`{stage.words}`" not in page] == []


def test_every_name_is_one_of_ours() -> None:
    """An input or output that was renamed, or is misspelled, is in no document."""
    known = INPUTS | OUTPUTS | OTHER_NAMES | {f"permission-{name}" for name in PERMISSIONS}
    known |= set(re.findall(r"^\| `([a-z-]+)` \|", (ROOT / "docs/reasons.md").read_text("utf-8"), re.M))
    unknown = []
    for path in TEXTS:
        text = path.read_text("utf-8")
        named = set(re.findall(r"`([a-z]+(?:-[a-z]+)+)(?:: [^`]*)?`", text))
        named |= set(re.findall(r"^ +([a-z]+(?:-[a-z]+)+): ", text, re.MULTILINE))  # keys of workflows
        unknown += [f"{name_of(path)}: {name}" for name in sorted(named - known)]
        read = set(re.findall(r"steps\.fire\.outputs\.([\w-]+)", text))
        unknown += [f"{name_of(path)}: the output {name}" for name in sorted(read - OUTPUTS)]
    assert unknown == []


def test_every_example_is_listed_and_run_by_act() -> None:
    listed = set(re.findall(r"\]\(([\w-][\w./-]*)\)", (ROOT / "examples/README.md").read_text("utf-8")))
    files = (path for path in (ROOT / "examples").rglob("*") if path.is_file())
    there = {name_of(path).removeprefix("examples/") for path in files} - {"README.md"}
    assert listed == there
    tests = "".join(test.read_text("utf-8") for test in (ROOT / "tests/e2e").glob("test_*.py"))
    not_run = [
        path.name
        for path in WORKFLOWS
        if f'"{path.stem}"' not in tests and f"examples/{path.name}" not in tests
    ]
    assert not_run == []


def table(heading: str) -> dict[str, list[str]]:
    """The rows of all tables under a heading by their first cells, without the tables' heads."""
    section = README.read_text("utf-8").partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| `")]
    cells = [[cell.strip().strip("`") for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in rows]
    return {row[0]: row[1:] for row in cells}


def test_inputs_are_those_of_action_yml_with_their_defaults() -> None:
    expected = {name: str(entry["default"]) for name, entry in ACTION["inputs"].items()}
    assert {name: row[0] for name, row in table("Inputs").items()} == expected


def test_outputs_are_those_of_action_yml() -> None:
    assert list(table("Outputs")) == list(ACTION["outputs"])


def test_the_two_starts_are_the_examples() -> None:
    """The quick start without its `concurrency`: actionlint up to 1.7.12 takes `queue` for a mistake."""
    example = (ROOT / "examples/final-job.yml").read_text("utf-8")
    digest, recipe = re.findall(r"```yaml\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    assert (ROOT / "examples/digest.yml").read_text("utf-8").endswith(f"\n{digest}")

    def plain(text: str) -> str:
        return re.sub(r"OWNER/fire-routine@.*", "OWNER/fire-routine@", text)

    job = yaml.safe_load(plain(recipe))["on-failure"]
    assert "on-failure" in (jobs := yaml.safe_load(plain(example))["jobs"])
    assert job == {key: value for key, value in jobs["on-failure"].items() if key != "concurrency"}


def documented() -> set[str]:
    """The first cells of the page's tables of reasons."""
    tables = REASONS.read_text("utf-8")
    return set(re.findall(r"^\| `([a-z-]+)` \| `", tables, re.MULTILINE)) - {"reason"}


def test_the_page_of_reasons_has_those_of_the_code_and_no_others() -> None:
    by_the_start = {"no-python", "install-failed"}
    assert documented() == set(Reason) | by_the_start


def test_every_reason_has_a_heading_of_its_own() -> None:
    """Those excepted that the report begins otherwise with."""
    headings = [reason.heading for reason in Reason if reason not in (Reason.DRY_RUN, Reason.NO_ANSWER)]
    assert all(headings)
    assert [words for words in headings if headings.count(words) > 1] == []
