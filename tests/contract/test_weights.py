"""The evidence for the distiller's tuned numbers is recorded next to the script that finds it."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from fire_routine.distill.weights import WEIGHTS

RECORDED = Path(__file__).parents[2] / "bench" / "weights.txt"


def test_each_number_has_its_evidence_and_no_other_is_recorded() -> None:
    recorded = RECORDED.read_text(encoding="utf-8").splitlines()
    names = [line.split()[0] for line in recorded if " halved " in line and " doubled " in line]
    assert names == [field.name for field in dataclasses.fields(WEIGHTS)]
