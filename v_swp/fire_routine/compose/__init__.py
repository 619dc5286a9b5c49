"""Failed jobs → distinct failures → the text that is sent, within its budget."""

from .attachments import read_attachments
from .brief import compose
from .grouping import group

__all__ = ["compose", "group", "read_attachments"]
