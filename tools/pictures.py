"""The README's pictures: summary, comment and text of a recorded failure in a log of 40,000 lines.

    python3 src/entrypoint.py tools/pictures.py

It runs the action on the recording, with GitHub and the endpoint emulated on loopback. The failed jobs' logs
are lengthened with what pytest prints for files whose tests pass. For each picture it writes the page's
source and two PNG files, light and dark, into `docs/pictures`. It needs Chromium: on PATH, or named by the
variable CHROMIUM. A test compares the sources with what the action shows now.
"""

from __future__ import annotations

import html
import re
import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

from tests.browser.chromium import Chromium, find  # noqa: E402 - of this working tree
from tests.browser.rendering import document, to_html  # noqa: E402
from tests.browser.reports import RECORDINGS, SERVER, of_recording, shown  # noqa: E402

RECORDING = "pytest-matrix"
LINES = 40_000  # of a failed job's log
FOLDER = ROOT / "docs/pictures"
COMMAND = "python3 src/entrypoint.py tools/pictures.py"
SESSION = "https://claude.ai/code/session_01HJKLMNOPQRSTUVWXYZ"  # the documentation's own example
WORD = "qzvrtmwk"  # instead of the text's random one
WIDTH = 520  # pixels: its letters can be read on a phone, whose column is about 360 wide
HEIGHTS = {"summary": 640, "comment": 520, "text": 720}  # the top of each page
SCALE = 1.5  # pixels of the picture per pixel of the page


def sources() -> dict[str, str]:
    """The body of each page as HTML, by the picture's name; the same in every run."""
    summary, comment, text = _shown()
    written = f'<pre style="margin: 0; white-space: pre-wrap">{html.escape(text)}</pre>'
    return {
        "summary": to_html(summary, alerts=True),
        "comment": to_html(comment, alerts=True),
        "text": written,
    }


def _lengthened(folder: Path) -> Path:
    """A copy of the recording whose failed jobs have long logs, in this folder."""
    copy = folder / RECORDING
    shutil.copytree(RECORDINGS / RECORDING, copy)
    for log in (copy / "logs").iterdir():
        lines = log.read_bytes().split(b"\n")
        failed = next((at for at, line in enumerate(lines) if b" tests/test_till.py " in line), None)
        if failed is not None:
            stamp = lines[failed].split()[0].decode()
            more = LINES - len(lines)
            rows = (
                f"{stamp} {f'tests/stock/test_{n:05}.py ........':<73}[{n * 99 // more:3}%]"
                for n in range(1, more + 1)
            )
            lines[failed:failed] = [row.encode() for row in rows]
            log.write_bytes(b"\n".join(lines))
    return copy


def _shown() -> tuple[str, str, str]:
    """Summary, comment and text of the recorded failure, with addresses as they are on github.com."""
    with tempfile.TemporaryDirectory() as temp, of_recording(_lengthened(Path(temp))) as job:
        job.run()
        session = job.endpoint.sessions[-1]
        report, link = shown(job), f"https://claude.ai/code/{session.id}"
        summary, comment = (page.replace(link, SESSION) for page in (report.summary, report.comment))
        text = session.text.replace(job.github.url, SERVER)
    (word,) = re.findall("begin and end with `([a-z]{8})`", text)
    summary, text = summary.replace(word, WORD), text.replace(word, WORD)
    # Addresses on loopback have another length.
    return re.sub(r"\([\d,]+ characters", f"({len(text):,} characters", summary), comment, text


def main() -> int:
    path = find()
    if path is None:
        print("Install Chromium (Debian: apt-get install chromium), or name it in CHROMIUM.", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as temp:
        browser = Chromium(path, Path(temp))
        for name, body in sources().items():
            (FOLDER / f"{name}.html").write_text(body, "utf-8", newline="\n")
            for dark in (False, True):
                file = FOLDER / f"{name}-{'dark' if dark else 'light'}.png"
                height = HEIGHTS[name]
                browser.picture(document(body), file, dark=dark, width=WIDTH, height=height, scale=SCALE)
                print(f"{file.relative_to(ROOT)}: {file.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
