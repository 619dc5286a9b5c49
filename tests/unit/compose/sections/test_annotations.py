"""The annotations of a failure without a log."""

from __future__ import annotations

from tests.unit.compose.material import job

from fire_routine import distill
from fire_routine.compose.sections.evidence import evidence_block
from fire_routine.model.evidence import Failure, Fingerprint, utf16_length
from fire_routine.model.run import Annotation


def test_many_annotations_fit_any_limit_and_what_is_left_out_is_counted() -> None:
    notes = tuple(Annotation("failure", f"note {n} " + "é😀" * n, "t" * n, "a.py", n) for n in range(30))
    failure = Failure(Fingerprint("a"), (job(0, annotations=notes),), None)
    for limit in range(200, 3_000, 97):
        text = evidence_block(failure, distill.excerpt, limit)
        assert utf16_length(text) <= limit
        assert text.count("note ") == 30 or "more" in text or "left out" in text
