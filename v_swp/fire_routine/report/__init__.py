"""report: outputs, job summary, annotation, comment, exit code."""

from .job_summary import summary
from .pull_request_comment import MARKER, comment
from .reporting import annotation, report
from .step_outputs import exit_code, outputs, write_text
from .workflow import Workflow

__all__ = [
    "MARKER",
    "Workflow",
    "annotation",
    "comment",
    "exit_code",
    "outputs",
    "report",
    "summary",
    "write_text",
]
