"""How GitHub Actions, Travis CI and Jenkins say that a step failed."""

from __future__ import annotations

import re

HEADING, ERROR = b"##[group]Run ", b"##[error]"  # how a runner heads a step, and marks an error
GITHUB_MARKS = (HEADING, ERROR)
OTHER_MARKS = (b"travis_time:start", b"exited with", b"marked build as failure", b"Finished: ")
GITHUB = re.compile(
    r"##\[error\](?:Process completed with exit code|The operation was canceled"
    r"|The action '.*' has timed out|The job running on runner)"
)
# An action's message when its command fails (https://github.com/actions/toolkit/tree/main/packages/exec).
ACTION = re.compile(r"##\[error\](?:Error: )?The process '.*' failed with exit code")
TRAVIS = re.compile(r'(?:The command )?"?(.*?)"? (?:failed and )?exited with (?!0\b)\d+(?: during|\.)')
JENKINS = re.compile(r"marked build as failure|^Finished: (?:FAILURE|ABORTED)")
CLEANS_UP = b"Post job cleanup."
_MAY_END = (b"##[error]", b'The command "', b"Build step '", b"Finished: ")


def ends_step(text: bytes) -> bool:
    """Whether a line marks a failed step, or the begin of the runner's clean-up."""
    if not text.startswith(_MAY_END):
        return text.startswith(CLEANS_UP)
    line = text.decode("utf-8", "replace")
    if line.startswith("##["):
        return GITHUB.match(line) is not None or ACTION.match(line) is not None
    return TRAVIS.match(line) is not None or JENKINS.search(line) is not None
