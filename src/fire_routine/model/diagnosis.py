"""The line by which a session says what it found: the skill asks for it, and nobody has checked it."""

from __future__ import annotations

from dataclasses import dataclass

from ..patterns import pattern

_LINES = 200  # last lines of a text that are looked at
_SAID = pattern(
    r"fire-routine: run=(?P<run>[0-9]{1,19}) cause=(?P<cause>\S.{0,299}?)"
    r" confidence=(?P<confidence>high|low) ran=(?P<ran>yes|no) files=(?P<files>\S{0,1000})"
)


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What a session says of itself."""

    run: int  # whose failure it looked at
    cause: str
    confidence: str  # high or low
    ran: bool  # whether it ran what failed
    files: tuple[str, ...]  # that are at fault
    url: str = ""  # where it says so
    author: str = ""  # the login of who wrote it


def diagnosis_in(text: str, url: str, author: str) -> Diagnosis | None:
    """By the last line of this form, which may be in back-ticks; None: there is none."""
    for line in reversed(text.splitlines()[-_LINES:]):
        if said := _SAID.fullmatch(line.strip().strip("`")):
            files = tuple(filter(None, said["files"].split(",")))
            ran = said["ran"] == "yes"
            return Diagnosis(int(said["run"]), said["cause"], said["confidence"], ran, files, url, author)
    return None
