from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tests.unit.compose.material import digest, job

from fire_routine.compose.excerpter import MakeExcerpt, telling
from fire_routine.compose.sections.evidence import attachments_part, lead_block, rest_block
from fire_routine.distill import excerpt
from fire_routine.model import (
    Annotation,
    Attachment,
    Block,
    Failure,
    Fingerprint,
    utf16_length,
)


def rendered(files: Sequence[Attachment], make: MakeExcerpt, limit: int) -> str:
    part = attachments_part(files, make)
    return part.render(limit) if part else ""


def evidence(failure: Failure, make: MakeExcerpt, limit: int) -> str:
    """What broke, then the rest, as in the section of one failure."""
    failure = replace(failure, digest=failure.digest and telling(failure.digest))
    first, lead = lead_block(failure, make, limit)
    rest = rest_block(failure, lead, make, limit - utf16_length(first) - 2)
    return "\n\n".join(filter(None, (first, rest)))


def test_annotations_are_told_once_and_warnings_only_where_there_is_no_log() -> None:
    notes = (Annotation("failure", "no such widget", "", "src/b.py", 4), Annotation("warning", "deprecated"))
    jobs = (job(0, annotations=notes), job(1, annotations=notes))
    text = evidence(Failure(Fingerprint("a"), jobs, None), excerpt, 900)
    assert (text.count("no such widget"), text.count("deprecated")) == (1, 1)
    assert "deprecated" not in evidence(Failure(Fingerprint("a"), jobs, digest("a", "x")), excerpt, 900)


def rows(count: int, weight: float, first: int = 1, what: str = "noise") -> Block:
    return Block(
        first, tuple(f"{what} {n} of the build" for n in range(count)), weight, what, first + count - 1
    )


def failed(*blocks: Block, **changes: Any) -> Failure:
    return Failure(Fingerprint("a"), (job(0, annotations=()),), digest("a", blocks=blocks, **changes))


def test_a_long_excerpt_begins_with_its_strongest_lines_and_tells_none_twice() -> None:
    strong = (rows(300, 6.0), rows(3, 10.0, 900, "boom"), rows(300, 6.5, 2_000, "crash"))
    for limit in (3_000, 30_000):
        text = evidence(failed(*strong), excerpt, limit)
        assert text.index("boom 0 of the build") < 40
        lines = [line for line in text.split("\n") if " of the build" in line]
        assert len(lines) == len(set(lines))
        assert "besides the lines above" in text


def test_a_short_excerpt_is_shown_once_in_the_logs_order() -> None:
    text = evidence(failed(rows(3, 8.0), rows(3, 10.0, 900, "boom")), excerpt, 30_000)
    assert "besides the lines above" not in text
    assert text.index("noise 2") < text.index("boom 0")


def test_each_failures_name_reason_and_place_come_before_any_frame() -> None:
    def told(name: str, first: int) -> Block:
        frames = (f"  at {name}_frame_{n} (lib/{name}.js:{n})" for n in range(30))
        return Block(first, (f"FAIL {name}", f"{name} is wrong", *frames), 10.0, "test", first + 31)

    names = ("order", "total", "price")
    blocks = [told(name, 100 * at) for at, name in enumerate(names, 1)]
    units = tuple((100 * at, 100 * at + 1) for at in range(1, 4))
    text = evidence(failed(*blocks, units=units), excerpt, 4_000)
    for name in names:
        assert text.index(f"{name} is wrong") < 500


def test_weak_lines_fill_no_room() -> None:
    text = evidence(failed(rows(3_000, 1.4), rows(2, 10.0, 4_000, "boom")), excerpt, 60_000)
    assert "boom 1" in text
    assert len(text) < 100


def test_what_is_told_again_is_shown_once() -> None:
    rows = tuple(f"row {n}.js:1:1: no such name" for n in range(20))
    frame = ("const total = sum(", "              ^", "SyntaxError: no such name")
    lines = tuple(line for row in rows for line in (row, *frame))
    text = evidence(failed(Block(1, lines, 10.0, "lint", len(lines))), excerpt, 60_000)
    assert [text.count(line) for line in (*rows, *frame)] == [1] * 23


def test_how_the_step_ended_is_shown_however_weak() -> None:
    total = Block(5_900, ("1 failed",), 0.5, "total", 5_900)
    text = evidence(
        failed(rows(900, 0.9), rows(200, 10.0, 1_000, "boom"), total, ends=(5_900,)),
        excerpt,
        9_000,
    )
    assert "1 failed" in text


def test_a_log_without_an_error_says_so_and_shows_the_end_of_its_step() -> None:
    begin, end = rows(3_000, 2.5, what="licence"), rows(40, 4.0, 3_001, "tail")
    text = evidence(failed(begin, end), excerpt, 9_000)
    assert text.startswith("No line of this log looks like its cause. The end of the failed step:\n")
    assert "tail 39 of the build" in text[:1_000]
    assert "licence" not in text[:800]


def test_a_log_without_an_error_begins_with_its_step_however_short_it_is() -> None:
    step = ("##[group]Run ./check", "no coins", "##[error]Process completed with exit code 1.")
    text = evidence(failed(Block(1, ("Hosted Compute Agent", *step), 1.5, "tail", 4)), excerpt, 9_000)
    assert all(line in text for line in step)
    assert "Compute Agent" not in text.split("\n\n")[0]


def test_attached_files_without_room_are_counted() -> None:
    files = [Attachment(f"{n}.log", digest("", f"{n} " * 100)) for n in range(9)]
    text = rendered(files, excerpt, 1_000)
    shown = text.count("## Attached")
    assert 0 < shown < 9
    named = text.partition("(No room here for ")[2].count(".log`")
    assert shown + named == 9
    assert rendered(files, excerpt, 30) == ""
    assert rendered([], excerpt, 1_000) == ""
