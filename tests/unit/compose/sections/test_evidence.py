from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.unit.compose.material import digest, excerpt, job

from fire_routine import distill
from fire_routine.compose.bounds import trimmed
from fire_routine.compose.excerpter import Excerpter, MakeExcerpt
from fire_routine.compose.grouping import group
from fire_routine.compose.layout import quoted
from fire_routine.compose.sections.evidence import attachments_part, lead_block, log_block, rest_block
from fire_routine.model import (
    Annotation,
    Attachment,
    Block,
    Digest,
    Excerpt,
    Failure,
    Fingerprint,
    utf16_length,
)


def rendered(files: Sequence[Attachment], make: MakeExcerpt, limit: int) -> str:
    part = attachments_part(files, make)
    return part.render(limit) if part else ""


def evidence(failure: Failure, make: MakeExcerpt, limit: int) -> str:
    """What broke, then the rest, as in the section of one failure."""
    first, lead = lead_block(failure, make, limit)
    rest = rest_block(failure, lead, make, limit - utf16_length(first) - 2)
    return "\n\n".join(filter(None, (first, rest)))


def test_a_log_shows_how_many_of_its_lines_there_are() -> None:
    block, shown = log_block("From the log", digest("a", "boom", "bang"), excerpt, 500)
    assert block == "From the log, 2 of 6000 lines:\n" + quoted("boom\nbang")
    assert shown.text == "boom\nbang"


def test_a_log_of_backticks_stays_within_its_limit() -> None:
    ticks = digest("a", *("`" * n for n in range(30)))
    for limit in range(-5, 700, 13):
        assert utf16_length(log_block("From the log", ticks, excerpt, limit)[0]) <= max(limit, 0)


def test_evidence_of_any_size_stays_within_its_limit() -> None:
    notes = tuple(Annotation("failure", f"note {n} " + "é😀" * n, "t" * n, "a.py", n) for n in range(30))
    for log in (None, digest("a", *(f"line {n}" for n in range(200)))):
        failure = Failure(Fingerprint("a"), (job(0, annotations=notes),), log)
        for limit in range(-5, 3_000, 97):
            text = evidence(failure, excerpt, limit)
            assert utf16_length(text) <= max(limit, 0)
            whole = text.count("note ") == 30 or "more" in text or "left out" in text
            assert limit < 200 or whole or log  # what a log shows comes before annotations


def test_annotations_of_jobs_that_share_a_failure_are_merged() -> None:
    note = Annotation("failure", "no such widget", "", "src/b.py", 4)
    failure = Failure(Fingerprint("a"), (job(0, annotations=(note,)), job(1, annotations=(note,))), None)
    assert evidence(failure, excerpt, 900).count("no such widget") == 1


def test_warnings_count_only_where_there_is_no_log() -> None:
    warned = (job(0, annotations=(Annotation("warning", "deprecated action"),)),)
    assert "deprecated" in evidence(Failure(Fingerprint("a"), warned, None), excerpt, 900)
    assert "deprecated" not in evidence(Failure(Fingerprint("a"), warned, digest("a", "x")), excerpt, 900)


def test_annotations_that_the_log_repeats_take_no_room() -> None:
    lines = [f"a.c:{number}: no such widget" for number in range(9)]
    log = digest("a", *lines, noise=200)
    notes = tuple(Annotation("failure", line) for line in lines)
    with_notes = evidence(Failure(Fingerprint("a"), (job(0, annotations=notes),), log), excerpt, 1_500)
    assert with_notes == evidence(Failure(Fingerprint("a"), (job(0, annotations=()),), log), excerpt, 1_500)


def rows(count: int, weight: float, first: int = 1, what: str = "noise") -> Block:
    return Block(
        first, tuple(f"{what} {n} of the build" for n in range(count)), weight, what, first + count - 1
    )


def failed(*blocks: Block, **changes: Any) -> Failure:
    return Failure(Fingerprint("a"), (job(0, annotations=()),), digest("a", blocks=blocks, **changes))


def test_a_long_excerpt_begins_with_its_strongest_lines_and_tells_none_twice() -> None:
    strong = (rows(300, 6.0), rows(3, 10.0, 900, "boom"), rows(300, 6.5, 2_000, "crash"))
    for limit in (3_000, 30_000):
        text = evidence(failed(*strong), Excerpter(distill.excerpt), limit)
        assert text.index("boom 0 of the build") < 40
        lines = [line for line in text.split("\n") if " of the build" in line]
        assert len(lines) == len(set(lines))
        assert "besides the lines above" in text


def test_a_short_excerpt_is_shown_once_in_the_logs_order() -> None:
    text = evidence(failed(rows(3, 8.0), rows(3, 10.0, 900, "boom")), Excerpter(distill.excerpt), 30_000)
    assert "besides the lines above" not in text
    assert text.index("noise 2") < text.index("boom 0")


def test_each_failures_name_reason_and_place_come_before_any_frame() -> None:
    def told(name: str, first: int) -> Block:
        frames = (f"  at {name}_frame_{n} (lib/{name}.js:{n})" for n in range(30))
        return Block(first, (f"FAIL {name}", f"{name} is wrong", *frames), 10.0, "test", first + 31)

    names = ("order", "total", "price")
    blocks = [told(name, 100 * at) for at, name in enumerate(names, 1)]
    units = tuple((100 * at, 100 * at + 1) for at in range(1, 4))
    text = evidence(failed(*blocks, units=units), Excerpter(distill.excerpt), 4_000)
    for name in names:
        assert text.index(f"{name} is wrong") < 500


def test_weak_lines_fill_no_room() -> None:
    text = evidence(
        failed(rows(3_000, 0.15), rows(2, 10.0, 4_000, "boom")), Excerpter(distill.excerpt), 60_000
    )
    assert "boom 1" in text
    assert len(text) < 500
    more = evidence(
        failed(rows(3_000, 1.5), rows(2, 10.0, 4_000, "boom")), Excerpter(distill.excerpt), 60_000
    )
    assert len(more) < 7_000


def test_how_the_step_ended_is_shown_however_weak() -> None:
    total = Block(5_900, ("1 failed",), 0.5, "total", 5_900)
    text = evidence(
        failed(rows(900, 0.9), rows(200, 10.0, 1_000, "boom"), total, ends=(5_900,)),
        Excerpter(distill.excerpt),
        9_000,
    )
    assert "1 failed" in text


def test_a_log_without_an_error_says_so_and_shows_the_end_of_its_step() -> None:
    begin, end = rows(3_000, 2.5, what="licence"), rows(40, 4.0, 3_001, "tail")
    text = evidence(failed(begin, end), Excerpter(distill.excerpt), 9_000)
    assert text.startswith("No line of this log looks like its cause. The end of the failed step:\n")
    assert "tail 39 of the build" in text[:1_000]
    assert "licence" not in text[:800]


def test_partly_available_log_is_named_as_such() -> None:
    (failure,) = group([job(0)], {1000: digest("a", "boom")}, cut={1000})
    assert "boom" in evidence(failure, excerpt, 900)


def test_what_the_log_does_not_repeat_has_its_room() -> None:
    lines = [f"a.c:{number}: no such widget" for number in range(9)]
    notes = tuple(Annotation("failure", line) for line in (*lines, "and there is no gadget"))
    text = evidence(
        Failure(Fingerprint("a"), (job(0, annotations=notes),), digest("a", *lines, noise=200)),
        excerpt,
        1_500,
    )
    assert "and there is no gadget" in text
    assert text.count("no such widget") == 9


def test_attached_files_without_room_are_counted() -> None:
    files = [Attachment(f"{n}.log", digest("", f"{n} " * 100)) for n in range(9)]
    text = rendered(files, excerpt, 1_000)
    shown = text.count("## Attached")
    assert 0 < shown < 9
    assert f"({9 - shown} more attached files have no room here.)" in text
    assert rendered(files, excerpt, 30) == ""
    assert rendered([], excerpt, 1_000) == ""


def test_an_excerpter_is_not_asked_again_for_what_it_has_answered() -> None:
    asked = []

    def counting(digest: Digest, limit: int) -> Excerpt:
        asked.append(limit)
        return excerpt(digest, limit)

    answer, log = Excerpter(counting), digest("a", "boom", "bang")
    assert answer(log, 500) == answer(log, 30) == answer(log, 9)
    before = len(asked)
    assert answer(log, 400).text == "boom\nbang"
    assert len(asked) == before


def test_an_excerpter_answers_of_no_other_digest() -> None:
    answer = Excerpter(excerpt)
    for line in map(str, range(50)):  # each digest is released before the next one is made
        assert answer(digest("a", line), 500).text == line


def test_trimming_removes_the_weakest_and_leaves_small_digests_whole() -> None:
    small, large = digest("a", "x" * 50), digest("b", "boom", noise=1_000)
    kept = trimmed([small, large], 200)
    assert kept[0] is small
    assert [block.rule for block in kept[1].blocks] == ["test"]
    assert kept[1].total_lines == large.total_lines
    assert trimmed([small, large], 10**6) == [small, large]


def test_trimming_keeps_the_strongest_blocks_in_any_place() -> None:
    weak, strong = Block(1, ("w" * 90,), 1.0, "weak", 1), Block(2, ("s" * 90,), 9.0, "strong", 2)
    kept = trimmed([digest("a", blocks=(weak, strong))], 100)
    assert kept[0].blocks == (strong,)


def test_an_excerpter_is_asked_again_where_there_is_more_room() -> None:
    log = digest("a", *(f"line {n}" for n in range(200)))
    answer = Excerpter(excerpt)
    assert len(answer(log, 200).text) < len(answer(log, 1_000).text) <= 1_000


def test_an_annotation_names_its_place_if_the_log_shows_only_the_message() -> None:
    noted = (job(0, annotations=(Annotation("failure", "boom", "", "src/b.py", 4),)),)
    assert "src/b.py:4: boom" in evidence(Failure(Fingerprint("a"), noted, digest("a", "boom")), excerpt, 900)
    assert "src/b.py:4: boom" not in evidence(
        Failure(Fingerprint("a"), noted, digest("a", "src/b.py: boom")), excerpt, 900
    )
