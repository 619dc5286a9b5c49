"""The recorded projects have tests of their own, that fail on purpose."""

from __future__ import annotations

collect_ignore = ["projects"]
