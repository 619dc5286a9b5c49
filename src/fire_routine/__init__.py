"""fire-routine: when CI fails, start a Claude Code routine on the lines that explain it, once.

The library is one class and its errors: `Routine(url, token).fire(text) -> Session`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .version import __version__

if TYPE_CHECKING:
    from .fire import Routine
    from .fire.errors import (
        Cancelled,
        FireError,
        NotSent,
        Rejected,
        Unknown,
    )
    from .model.outcome import Session

__all__ = [
    "Cancelled",
    "FireError",
    "NotSent",
    "Rejected",
    "Routine",
    "Session",
    "Unknown",
    "__version__",
]


def __getattr__(name: str) -> Any:
    """Import the HTTP client only when the library is used: most of the package does not need it."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from . import fire
    from .model import outcome

    return getattr({"Routine": fire, "Session": outcome}.get(name, fire.errors), name)
