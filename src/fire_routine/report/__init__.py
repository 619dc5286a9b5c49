"""The outcome, wherever people and workflows look: outputs, job summary, annotation, comment, exit code."""

from .contents import Contents, heading
from .pages import comment, marker, summary
from .reporting import annotation, exit_code, outputs, report, write_text
from .workflow import Workflow

__all__ = [
    "Contents",
    "Workflow",
    "annotation",
    "comment",
    "exit_code",
    "heading",
    "marker",
    "outputs",
    "report",
    "summary",
    "write_text",
]
