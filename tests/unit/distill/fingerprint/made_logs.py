"""The fingerprint of a log, and a step's log."""

from __future__ import annotations

from fire_routine import distill
from fire_routine.model import Fingerprint


def of(log: str) -> Fingerprint | None:
    return distill.read([log.encode()]).fingerprint


STEP = "##[group]Run make\n%s\n##[error]Process completed with exit code 2.\n"
