"""Failed jobs → distinct failures → the text that is sent, within its budget."""

from .document import compose
from .grouping import group

__all__ = ["compose", "group"]
