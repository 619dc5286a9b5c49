"""Sections of logs as tools print them: the cause is kept together, and outweighs what follows from it.

Each file in `blocks/` is a section of a log after a margin of two characters: `!` before the lines that
name the cause, `|` before what else belongs to their block, `>` before what follows from the failure."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.distill.context.made_blocks import block_at, read

from fire_routine import distill
from fire_routine.distill.lines.clean import texts
from fire_routine.model import Digest, Excerpt

FOLDER = Path(__file__).parents[1] / "blocks"


SECTIONS = sorted(FOLDER.glob("*.log"))


BEFORE, AFTER = (
    (FOLDER / name).read_text(encoding="utf-8").replace("␛", "\x1b").splitlines()
    for name in ("before.txt", "after.txt")
)


ENOUGH, LITTLE = 2048, 600  # characters


def section(path: Path) -> list[tuple[str, str]]:
    """The mark and the text of each line."""
    lines = path.read_text(encoding="utf-8").replace("␛", "\x1b").split("\n")[:-1]
    return [(line[:1].strip(), line[2:]) for line in lines]


def as_a_job(lines: list[str]) -> list[str]:
    """The log of a GitHub Actions job in which a step prints the lines and fails."""
    log = [*BEFORE, *lines, *AFTER]
    return [f"2026-01-02T03:04:{at // 20 % 60:02}.{at % 20:02}34567Z {line}" for at, line in enumerate(log)]


def numbers(excerpt: Excerpt) -> set[int]:
    """Of the lines that are shown."""
    return {number for block in excerpt.blocks for number in range(block.first, block.last + 1)}


def weights(digest: Digest) -> dict[int, float]:
    """By the number of the line."""
    return {
        min(block.first + offset, block.last): block.weight
        for block in digest.blocks
        for offset in range(len(block.lines))
    }


@pytest.fixture(params=SECTIONS, ids=lambda path: path.stem)
def marked(request: pytest.FixtureRequest) -> list[tuple[str, str]]:
    return section(request.param)


@pytest.fixture(params=["raw", "job"])
def job(request: pytest.FixtureRequest) -> bool:
    return bool(request.param == "job")


@pytest.fixture
def digest(job: bool, marked: list[tuple[str, str]]) -> Digest:
    lines = [text for _, text in marked]
    return read(as_a_job(lines) if job else lines)


@pytest.fixture
def by_mark(job: bool, marked: list[tuple[str, str]]) -> dict[str, list[int]]:
    """The numbers of the lines, blank ones apart, by their mark."""
    found: dict[str, list[int]] = {mark: [] for mark in "!|>"}
    first = len(BEFORE) + 1 if job else 1
    for number, (mark, text) in enumerate(marked, first):
        if mark and text.strip():
            found[mark].append(number)
    if job:
        found[">"].append(first + len(marked) + AFTER.index("##[error]Process completed with exit code 2."))
    return found


def test_a_block_is_kept_together(by_mark: dict[str, list[int]], digest: Digest) -> None:
    assert {*by_mark["!"], *by_mark["|"]} <= numbers(distill.excerpt(digest, ENOUGH))


def test_little_room_goes_to_the_cause(by_mark: dict[str, list[int]], digest: Digest) -> None:
    assert by_mark["!"]
    assert set(by_mark["!"]) <= numbers(distill.excerpt(digest, LITTLE))


def test_the_cause_outweighs_what_follows_from_it(by_mark: dict[str, list[int]], digest: Digest) -> None:
    by_number = weights(digest)
    least = min(by_number[number] for number in by_mark["!"])
    assert [number for number in by_mark[">"] if by_number.get(number, 0) >= least] == []


@pytest.mark.parametrize(
    "frame",
    ["load@http://localhost:9876/a.js:12:5", "http://x:9876/b.js:12:5", "lib/cart.rb:12", "//a/b:c.bzl:10"],
)
def test_the_place_of_a_frame_goes_on_with_the_error_above_it(frame: str) -> None:
    _, shares = block_at(0, [b"TypeError: total is not a function", *[frame.encode()] * 6, b"", b"done"])
    assert min(shares[1:7]) > 0.9


def test_place_of_a_compilers_error_belongs_to_it_and_includes_score_less() -> None:
    lines = [
        b"In file included from src/till.h:3,",
        b"                 from src/till.c:1:",
        b"src/cart.h: In function 'total':",
        b"src/cart.h:9:16: error: 'rate' undeclared (first use in this function)",
        b"    9 |     return sum * rate;",
    ]
    first, shares = block_at(3, lines)
    assert first == 0
    assert max(shares[:2]) < 0.5 < 0.9 < min(shares[2:])


def test_line_that_a_code_frame_points_at_scores_more_than_its_neighbours() -> None:
    lines = [
        b"      147 |     it('totals', () => {",
        b"    > 148 |       const sum = cart.get('sum');",
        b"          |                        ^",
        b"      149 |       expect(sum).toBe(3);",
    ]
    _, shares = block_at(1, lines)
    assert max(shares[0], shares[3]) < 0.5 < 0.9 < min(shares[1:3])
    for pointer, edge in (("➜", "▕"), ("Ô×£", "Ôûò"), ("Γ₧£", "Γûò")):  # on a Windows console, too
        lines = [
            f"    11{edge}     $cart->add(2);".encode(),
            f"  {pointer} 12{edge}     expect($cart->total())->toBe(3);".encode(),
            f"    13{edge} }});".encode(),
        ]
        _, shares = block_at(1, lines)
        assert max(shares[0], shares[2]) < 0.5 < 0.9 < shares[1]


@pytest.mark.parametrize(
    "part",
    [
        "Top 10 slowest examples (55.08 seconds, 95.2% of total time):",
        "============================= slowest 10 durations =============================",
        "stdout | src/till.test.ts > Till > opens",
        "_________________________________ test_rounds __________________________________",
        "Current runner version: '2.334.0'",
    ],
)
def test_another_part_of_a_tool_s_report_is_no_part_of_a_failure(part: str) -> None:
    lines = [
        b"tests/test_cart.py:9: AssertionError",
        b"",
        part.encode(),
        b"  Cart sums prices",
        b"0.30s call a.py",
    ]
    _, shares = block_at(0, lines)
    assert max(shares[3:]) < 0.1
    _, shares = block_at(0, [b" FAIL  src/cart.test.ts > Cart > sums", part.encode(), b"  a", b"  b"])
    assert max(shares[1:]) < 0.6


@pytest.mark.parametrize(
    "lines",
    [
        [
            b"/usr/bin/ld: cart.o: in function `total':",
            b"cart.c:(.text+0x1a): undefined reference to `rate'",
            b"collect2: error: ld returned 1 exit status",
        ],
        [
            b"Package darcs is not available, but is referred to by another package.",
            b"This may mean that the package is missing, has been obsoleted, or",
            b"is only available from another source",
            b"E: Package 'darcs' has no installation candidate",
        ],
    ],
)
def test_lines_of_a_tool_above_its_error_belong_to_it(lines: list[bytes]) -> None:
    first, shares = block_at(len(lines) - 1, lines)
    assert first == 0
    assert min(shares) > 0.9


def test_lines_that_a_reason_announces_score_as_much_as_the_reason() -> None:
    lines = [
        b"  14) Cart totals",
        b"      Failure/Error: total(cart)",
        b"",
        b"      ActionController::UrlGenerationError:",
        b"        No route matches [POST]",
        b"      # ./spec/cart_spec.rb:9:in `block (2 levels) in <top (required)>'",
    ]
    _, shares = block_at(0, lines)
    assert shares[3:5] == [1.0, 1.0]
    assert shares[5] < 1.0


@pytest.mark.parametrize("message", ["no key is set: SHOP_TOKEN, SHOP_NAME", "connect ECONNREFUSED ::1:5432"])
def test_message_under_a_test_s_name_scores_as_much_as_the_name(message: str) -> None:
    lines = ["  ● Cart › totals", "", f"    {message}", "", "      at total (src/cart.js:9:5)"]
    _, shares = block_at(0, [line.encode() for line in lines])
    assert shares[2] == 1.0
    assert max(shares[3:]) < 1.0
    _, shares = block_at(0, [line.encode() for line in (lines[0], *lines[2:])])
    assert shares[1] < 1.0  # nothing sets it apart from what the test printed


def test_frames_that_are_not_indented_belong_to_their_block() -> None:
    frames = [b"at Verify-Equal, /shop/Verify-Equal.ps1:16", b"at t, /shop/p.psm1:103"] * 4
    lines = [b"[-] sums prices -> values differ", *frames, b"[+] is empty", b"", b"", b"", b"", b""]
    first, shares = block_at(0, lines)
    inside = [share for share in shares if share > 0.9]
    assert (first, len(inside)) == (0, 1 + len(frames))


def test_vitests_lines_on_a_failed_test_belong_to_its_heading() -> None:
    marked = section(FOLDER / "vitest-dom.log")
    lines = texts([text.encode() for _, text in marked])
    _, shares = block_at(0, lines)
    result = [
        share for share, (mark, text) in zip(shares, marked, strict=False) if mark in {"!", "|"} and text
    ]
    assert len(result) == 11
    assert min(result) > 0.8
