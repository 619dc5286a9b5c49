from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tests.unit.compose.material import digest, job
from tests.unit.digests import lines, of_blocks

from fire_routine.compose.sections.evidence import attachments_part, evidence_block
from fire_routine.distill import excerpt
from fire_routine.model.evidence import Attachment, Digest, Failure, Fingerprint, MakeExcerpt
from fire_routine.model.run import Annotation


def rendered(files: Sequence[Attachment], make: MakeExcerpt, limit: int) -> str:
    part = attachments_part(files, make)
    return part.render(limit) if part else ""


def test_annotations_are_told_once_and_warnings_only_where_there_is_no_log() -> None:
    notes = (Annotation("failure", "no such widget", "", "src/b.py", 4), Annotation("warning", "deprecated"))
    jobs = (job(0, annotations=notes), job(1, annotations=notes))
    text = evidence_block(Failure(Fingerprint("a"), jobs, None), excerpt, 900)
    assert (text.count("no such widget"), text.count("deprecated")) == (1, 1)
    assert "deprecated" not in evidence_block(Failure(Fingerprint("a"), jobs, digest("a", "x")), excerpt, 900)


def failed(log: Digest) -> Failure:
    return Failure(Fingerprint("a"), (job(0, annotations=()),), log)


def test_what_broke_is_quoted_first_and_what_else_may_explain_it_below() -> None:
    log = of_blocks(lines(["FAIL adds up", "  expected 4, got 3"], first=900))
    besides = lines(["warning: no price"], weight=4.0, first=20, block=-1)
    text = evidence_block(failed(replace(log, lines=(*besides, *log.lines))), excerpt, 9_000)
    assert text.index("FAIL adds up") < text.index("Further lines") < text.index("warning: no price")


def test_words_that_were_replaced_in_the_told_failure_are_counted() -> None:
    log = of_blocks(lines(["FAIL login", "  got [redacted:token], not [redacted:password]"], first=900))
    assert "\n(2 words replaced as secret.)" in evidence_block(failed(log), excerpt, 9_000)
    assert "replaced" not in evidence_block(failed(of_blocks(lines(["FAIL login"]))), excerpt, 9_000)


def test_a_log_without_an_error_says_so() -> None:
    text = evidence_block(failed(of_blocks(lines(["no coins"]), weight=1.5)), excerpt, 9_000)
    assert text.startswith("No line of this log looks like its cause. The end of the failed step:\n")
    assert "no coins" in text


def test_attached_files_without_room_are_counted() -> None:
    files = [Attachment(f"{n}.log", digest("", f"{n} " * 100)) for n in range(9)]
    text = rendered(files, excerpt, 1_000)
    shown = text.count("## Attached")
    assert 0 < shown < 9
    named = text.partition("(No room here for ")[2].count(".log`")
    assert shown + named == 9
    assert rendered(files, excerpt, 30) == ""
    assert rendered([], excerpt, 1_000) == ""
