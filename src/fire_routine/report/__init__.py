"""The outcome, wherever people and workflows look: outputs, job summary, annotation, comment, exit code."""

from .contents import Contents, heading
from .notice import Section
from .pages import summary, told, told_green
from .posting import post
from .reporting import annotation, exit_code, outputs, report, write_text
from .workflow import Workflow

__all__ = [
    "Contents",
    "Section",
    "Workflow",
    "annotation",
    "exit_code",
    "heading",
    "outputs",
    "post",
    "report",
    "summary",
    "told",
    "told_green",
    "write_text",
]
