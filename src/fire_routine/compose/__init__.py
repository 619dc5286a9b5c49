"""Failed jobs → distinct failures → the text that is sent, within its budget."""

from .any_ci import run_of_logs
from .document import compose
from .grouping import group

__all__ = ["compose", "group", "run_of_logs"]
