"""How often a failure may be fired, and as which job: what the election needs of the inputs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Terms:
    """Inputs, and what the runner reports of the job."""

    once_per: str = "incident"  # or `run`, or `always`
    max_sessions: int = 3
    rerun_first: bool = False
    cool_down: timedelta = timedelta(0)  # 0: none
    routine_url: str = ""  # whose host a session's link may have, if that is loopback
    legs: int = 1  # how many jobs the matrix has that this job is part of; 1: it is part of none
    default_token: bool = True  # GitHub is asked with the workflow's own token
