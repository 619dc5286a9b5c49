"""To fire or not: the guards (pure), and the ledger of earlier fires."""

from .board import StatusBoard
from .decision import decide
from .early import before_gathering
from .ledger import Ledger

__all__ = ["Ledger", "StatusBoard", "before_gathering", "decide"]
