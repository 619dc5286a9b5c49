"""The outcome, wherever people and workflows look: outputs, job summary, annotation, comment, exit code."""

from .contents import Contents
from .headings import heading
from .job_summary import summary
from .pull_request_comment import comment, marker
from .reporting import annotation, report
from .step_outputs import exit_code, outputs, write_text
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
