"""Headless Chromium by its command line: the text of a page after its scripts, and pictures."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from html import unescape
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
SHORT = "/tmp"  # a temporary folder with a short path
SECONDS = 120  # of one call, on a busy machine


def find() -> str | None:
    """The browser's path: that of the variable CHROMIUM, or one on PATH."""
    given = os.environ.get("CHROMIUM")
    return given or next(filter(None, map(shutil.which, NAMES)), None)


class Chromium:
    """One browser. Each call is a process and a profile of its own."""

    def __init__(self, path: str, folder: Path) -> None:
        self._path = path
        self._folder = folder

    def result(self, page: str, *, dark: bool = False, width: int = 1280) -> Any:
        """What a page's script has written into `<script type="application/json" id="result">`."""
        dom = self._run(page, ["--dump-dom"], dark, width, 900)
        text = dom.partition('id="result">')[2].partition("</script>")[0]
        assert text, f"the page has no result: {dom[:500]}"
        return json.loads(unescape(text))

    def picture(
        self, page: str, file: Path, *, dark: bool, width: int, height: int, scale: float = 1
    ) -> None:
        """A picture of the page, from its top; `scale`: its pixels per pixel of the page."""
        file.parent.mkdir(parents=True, exist_ok=True)
        arguments = [
            f"--screenshot={file}",
            "--hide-scrollbars",
            "--disable-lcd-text",  # no coloured edges of letters: they suit one screen only
            f"--force-device-scale-factor={scale:g}",
        ]
        self._run(page, arguments, dark, width, height)
        assert file.stat().st_size > 1_000

    def _run(self, page: str, arguments: list[str], dark: bool, width: int, height: int) -> str:
        """Open a page: a web address, or the HTML itself."""
        if not page.startswith("http://"):
            file = self._folder / "page.html"
            file.write_text(page, "utf-8")
            page = file.as_uri()
        command = [
            self._path,
            "--headless",
            "--no-sandbox",  # as root, in a container; the pages are our own
            "--disable-gpu",
            "--no-first-run",
            f"--user-data-dir={self._folder / 'profile'}",
            f"--window-size={width},{height}",
            f"--blink-settings=preferredColorScheme={0 if dark else 1}",
            "--virtual-time-budget=5000",  # milliseconds of the page's own clock
            *arguments,
            page,
        ]
        # Chromium's socket is in the temporary folder, and a socket's path has at most 107 characters.
        environ = {**os.environ, **({"TMPDIR": SHORT} if Path(SHORT).is_dir() else {})}
        done = subprocess.run(command, env=environ, capture_output=True, timeout=SECONDS, check=False)
        assert done.returncode == 0, done.stderr.decode("utf-8", "replace")[-2_000:]
        return done.stdout.decode("utf-8", "replace")
