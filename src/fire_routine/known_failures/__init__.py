"""Failures that are known already: the entries of `known-failures`, and which failures they match. A leaf."""

from __future__ import annotations

from .entries import Entry, read_entries
from .matching import mark_known

__all__ = ["Entry", "mark_known", "read_entries"]
