"""To fire or not: the guards (pure), and the ledger of earlier fires."""

from .board import StatusBoard

__all__ = ["StatusBoard"]
