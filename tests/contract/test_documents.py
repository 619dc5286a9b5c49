"""The documents: links and anchors lead somewhere, the README stays short, and every reason is explained."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
import yaml

from fire_routine.ledger.entry import Stage
from fire_routine.model import Outcome, Result
from fire_routine.report import Contents, heading

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
REASONS = ROOT / "docs/reasons.md"
PAGES = sorted((ROOT / "docs").glob("*.md"))
DOCUMENTS = [
    *ROOT.glob("*.md"),
    *PAGES,
    *(ROOT / "examples").glob("*.md"),
    *(ROOT / "tests").glob("**/README.md"),
]
MOST_WORDS = 1_200  # of the README, outside tables and code
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


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_relative_links_lead_somewhere(path: Path) -> None:
    for link in relative_links(path):
        place, _, anchor = link.partition("#")
        target = (path.parent / place).resolve() if place else path
        assert target.is_relative_to(ROOT) and target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_links_are_found() -> None:
    assert len(relative_links(README)) > 20
    assert "quick-start" in anchors(README)


def test_every_page_is_in_the_index() -> None:
    index = ROOT / "docs/README.md"
    assert {page.name for page in PAGES} - {index.name} <= set(relative_links(index))


def test_the_readme_is_short() -> None:
    lines = [line for line in prose(README).splitlines() if not line.startswith("|")]
    words = re.findall(r"\S*\w\S*", re.sub(r"<[^>]*>|\]\([^)]*\)", " ", "\n".join(lines)))
    assert len(words) <= MOST_WORDS


def test_settings_in_documents_are_inputs_of_the_action() -> None:
    """Such as `again: true`, in a sentence or in a step that uses the action."""
    inputs = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))["inputs"].keys()
    others = {"pull-requests", "retry-after", "cancel-in-progress"}
    found: set[str] = set()
    for path in DOCUMENTS:
        text = path.read_text("utf-8")
        names = set(re.findall(r"`(again|[a-z]+(?:-[a-z]+)+): [^`\n]+`", prose(path)))
        for step in re.findall(r"- uses: OWNER/fire-routine@.*\n(?P<with> +with:\n(?: {10,}.*\n)+)", text):
            names |= yaml.safe_load(step)["with"].keys()
        assert names <= inputs | others, path
        found |= names
    assert {"again", "dry-run", "routine-url"} <= found


def test_what_a_commit_can_show_is_explained() -> None:
    page = (ROOT / "docs/at-most-once.md").read_text("utf-8")
    assert [stage.words for stage in Stage if f"`{stage.words}`" not in page] == []


# --- reasons --------------------------------------------------------------------------------------


def reasons() -> set[str]:
    """Those that the source gives an outcome or an error."""
    given = (
        r"reason=|Result\.[A-Z]+,|response,|\d\d\d, \"[a-z -]*\",|return(?= \"[a-z]+\", _[A-Z])"
        r"|_ended_early\(progress,|skip\(|UnusableError\("
    )
    return {
        reason
        for path in (ROOT / "src").rglob("*.py")
        if "distill" not in path.parts
        for reason in re.findall(rf'(?:{given})\s*"([a-z]+(?:-[a-z]+)*)"', path.read_text("utf-8"))
    }


def documented() -> set[str]:
    """The first cells of the page's tables of reasons."""
    tables = REASONS.read_text("utf-8")
    return set(re.findall(r"^\| `([a-z-]+)` \| `", tables, re.MULTILINE)) - {"reason"}


def test_the_page_of_reasons_has_those_of_the_code_and_no_others() -> None:
    by_the_start = {"no-python", "install-failed"}
    assert documented() == reasons() | by_the_start


def sentence(result: Result, reason: str) -> str:
    return heading(Contents(Outcome(result, reason), str)).sentence


def test_every_reason_has_a_heading_of_its_own() -> None:
    """Those excepted that the start reports itself, and those whose outcome is unknown."""
    start = {"no-python", "install-failed"}
    unknown = {"no-answer"}
    plain = {sentence(result, "") for result in Result}
    asked = reasons() - start - unknown
    assert len(asked) > 20
    for reason in asked:
        assert {sentence(Result.FAILED, reason), sentence(Result.SKIPPED, reason)} - plain, reason
