"""Labelled logs: a folder with a `cases.json`, a list of cases whose paths are below it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import NotRequired, TypedDict


class Case(TypedDict):
    """A log, and the lines that explain its failure: each label is one line or several that say the same."""

    id: str
    log: str
    labels: list[list[str]]
    set: NotRequired[str]
    project: NotRequired[str]
    green: NotRequired[str | None]  # the log of a green run of the same job


def cases_of(folder: Path) -> list[Case]:
    """The folder's cases; none where it has no `cases.json`."""
    file = folder / "cases.json"
    cases: list[Case] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else []
    return cases


def project_of(identifier: str) -> str:
    """The project that a case is of, by its id."""
    parts = identifier.split("/")
    return parts[-3] if len(parts) > 3 else re.sub(r"[-_\d]+$", "", parts[-1].removesuffix(".log"))
