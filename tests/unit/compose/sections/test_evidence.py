from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from tests.unit.compose.material import digest, excerpt, job

from fire_routine import distill
from fire_routine.compose.bounds import trimmed
from fire_routine.compose.excerpter import Excerpter, MakeExcerpt
from fire_routine.compose.grouping import group
from fire_routine.compose.layout import quoted
from fire_routine.compose.sections.evidence import attachments_part, evidence, log_block
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
            assert limit < 200 or text.count("note ") == 30 or "more" in text or "left out" in text


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


def test_a_wide_excerpt_comes_after_its_strongest_lines() -> None:
    log = digest("a", "boom", noise=3_000)
    failure = Failure(Fingerprint("a"), (job(0, annotations=()),), log)
    wide, narrow = (evidence(failure, excerpt, limit) for limit in (30_000, 4_700))
    assert wide.startswith("Strongest lines, ")
    first = wide[: wide.index("From the log, ")]
    assert "boom" in first
    assert 1_400 < len(first) <= 1_602
    assert 20_000 < utf16_length(wide) <= 30_000
    assert narrow.startswith("From the log, ")


@pytest.mark.parametrize(("noise", "first"), [(40, "From the log, "), (80, "Strongest lines, ")])
def test_strongest_lines_come_first_if_the_excerpt_does_not_begin_with_them(noise: int, first: str) -> None:
    short = Failure(Fingerprint("a"), (job(0, annotations=()),), digest("a", "boom", noise=noise))
    assert evidence(short, distill.excerpt, 30_000).startswith(first)


def test_strongest_lines_are_not_filled_up_with_weak_ones() -> None:
    faint = Block(1, tuple(f"noise {number} of the build" for number in range(200)), 0.9, "noise", 200)
    log = digest("a", "boom", noise=0)
    log = replace(
        log, blocks=(faint, *log.blocks, Block(5_900, ("1 failed",), 0.5, "total", 5_900)), ends=(5_900,)
    )
    text = evidence(Failure(Fingerprint("a"), (job(0, annotations=()),), log), excerpt, 30_000)
    first = text[: text.index("From the log, ")]
    assert first.count("noise") == 0
    assert "boom" in first
    assert "1 failed" in first


def test_strongest_lines_are_a_small_part_of_a_short_excerpt() -> None:
    error = "src/{name}.c:1:3: error: use of undeclared identifier '{name}_total' in function {name}"
    errors = [error.format(name=letter * 6) for letter in "abcdefghijklmnop"]
    begin = ["##[group]Run make", "shell: /usr/bin/bash -e {0}", "##[endgroup]"]
    end = ["E   AssertionError: the total is wrong", "##[error]Process completed with exit code 2."]
    log = distill.read(["\n".join([*begin, *errors, *end]).encode()])
    text = evidence(Failure(Fingerprint("a"), (job(0, annotations=()),), log), distill.excerpt, 30_000)
    first, _, rest = text.partition("From the log")
    assert first.startswith("Strongest lines") and "the total is wrong" in first
    assert len(first) < len(rest) / 2


def test_without_an_error_there_are_no_strongest_lines() -> None:
    faint = digest(
        "a", blocks=(Block(1, tuple(f"noise {n} of it" for n in range(3_000)), 4.9, "noise", 3_000),)
    )
    failure = Failure(Fingerprint("a"), (job(0, annotations=()),), faint)
    assert evidence(failure, excerpt, 30_000).startswith("From the log, ")


def test_beyond_some_length_lines_of_almost_no_weight_are_left_out() -> None:
    lines = tuple(f"line {n} of the build" for n in range(3_000))
    faint, strong = Block(1, lines, 0.1, "any", 3_000), Block(3_001, lines[:400], 10.0, "test", 3_400)
    few, many = (
        digest("a", blocks=(faint, strong)),
        digest("a", blocks=(faint, strong._replace(lines=lines[:9]))),
    )
    frugal = Excerpter(excerpt)
    assert frugal(few, 30_000).lines == 400
    assert frugal(many, 30_000) == excerpt(many, 2_000)
    assert frugal(few, 2_000) == excerpt(few, 2_000)
    stronger = digest("a", blocks=(faint._replace(weight=0.21), strong))
    assert frugal(stronger, 30_000) == excerpt(stronger, 30_000)


def test_partly_available_log_is_named_as_such() -> None:
    (failure,) = group([job(0)], {1000: digest("a", "boom")}, cut={1000})
    assert evidence(failure, excerpt, 900).startswith("From the available part of the log, 1 of ")


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


def test_a_wide_excerpt_of_any_size_stays_within_its_limit() -> None:
    failure = Failure(Fingerprint("a"), (job(0, annotations=()),), digest("a", "boom", noise=3_000))
    for limit in range(8_000, 8_300):
        assert limit - 60 < utf16_length(evidence(failure, excerpt, limit)) <= limit


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
    assert answer(log, 500) == answer(log, 30) == answer(log, 9) == excerpt(log, 500)
    assert answer(log, 5).text == "boom"
    assert asked == [500, 5]


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
    assert answer(log, 200) == excerpt(log, 200)
    assert answer(log, 1_000) == excerpt(log, 1_000) != excerpt(log, 200)


def test_an_annotation_names_its_place_if_the_log_shows_only_the_message() -> None:
    noted = (job(0, annotations=(Annotation("failure", "boom", "", "src/b.py", 4),)),)
    assert "src/b.py:4: boom" in evidence(Failure(Fingerprint("a"), noted, digest("a", "boom")), excerpt, 900)
    assert "src/b.py:4: boom" not in evidence(
        Failure(Fingerprint("a"), noted, digest("a", "src/b.py: boom")), excerpt, 900
    )
