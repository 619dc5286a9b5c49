"""fire-routine: when CI fails, start a Claude Code routine on the lines that explain it, once."""

from __future__ import annotations

__version__ = "0.1.0"
