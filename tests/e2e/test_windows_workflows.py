"""The release's tree on a Windows Python, where there is Wine."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.nightly
@pytest.mark.skipif(shutil.which("wine") is None, reason="there is no Wine here (apt-get install wine)")
def test_the_release_works_on_a_windows_python() -> None:
    done = subprocess.run(
        [sys.executable, "tests/windows.py"], cwd=ROOT, capture_output=True, text=True, timeout=1800
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
