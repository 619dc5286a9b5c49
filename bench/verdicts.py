#!/usr/bin/env python3
"""Verdicts on runs of which it is known whose failure they are: how many are given, and how many are right.

    python3 src/entrypoint.py bench/verdicts.py [--logs 20] [--folder FOLDER]

Each of so many labelled logs fails in runs of the emulated GitHub: known, flaky, red before, in what changed,
and such that look alike but show nothing. The whole action reports each. `infrastructure` is counted over all
labelled logs of the folder: what is given is printed with its lines, to be judged by a person.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from bench.distill import chunks  # noqa: E402
from bench.labelled import OWN_SET, cases_of  # noqa: E402
from tests.support.emulated.github import GitHubEmulator  # noqa: E402
from tests.support.verdict_scenes import SCENES, Scene, verdict_of  # noqa: E402

from fire_routine import distill  # noqa: E402
from fire_routine.emulator import Endpoint  # noqa: E402

_FILE = re.compile(r"(?<![\w./-])[\w-]+(?:/[\w.-]+)*\.[a-z]{1,4}(?=[:\", (])")


def outages(folder: Path) -> int:
    """Print what is called infrastructure; how many logs were read."""
    cases = cases_of(folder)
    for case in cases:
        digest = distill.read(chunks((folder / case["log"]).read_bytes()))
        if what := distill.outage(digest, ()):
            line = next(line.text for line in digest.lines if line.block == 0)
            print(f"  infrastructure: {case['id']}: {what}: {line.strip()[:120]}")
    return len(cases)


def logs(folder: Path, number: int) -> Iterator[tuple[bytes, str]]:
    """Logs whose first failure names a file, and that file."""
    for case in cases_of(folder):
        log = (folder / case["log"]).read_bytes()
        digest = distill.read(chunks(log))
        told = (line.text for line in digest.lines if line.block == 0)
        found = next((match[0] for text in told for match in _FILE.finditer(text)), "")
        if found and not digest.is_weak and digest.fingerprint:
            yield log, found
            number -= 1
        if not number:
            return


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--logs", type=int, default=20)
    parser.add_argument("--folder", type=Path, default=OWN_SET)
    arguments = parser.parse_args()
    read = outages(arguments.folder)
    print(f"{read} logs were read for outages")
    chosen = list(logs(arguments.folder, arguments.logs))
    given, right = Counter[str](), Counter[str]()
    for happens, verdict in SCENES.items():
        for place, (log, file) in enumerate(chosen):
            other = chosen[(place + 1) % len(chosen)][0]
            with (
                tempfile.TemporaryDirectory() as temp,
                GitHubEmulator("octo/widgets") as github,
                Endpoint() as endpoint,
            ):
                scene = Scene(github, endpoint, Path(temp), log, other, file)
                happens(scene)
                found = verdict_of(scene)
            given[happens.__name__] += bool(found)
            right[happens.__name__] += found == verdict
            if found != verdict:
                print(f"  {happens.__name__}, log {place}: {found!r} for {verdict!r} ({file})")
    print(f"{'what happens':34} {'verdict':16} {'runs':>5} {'given':>6} {'right':>6}")
    for happens, verdict in SCENES.items():
        name = happens.__name__
        row = f"{verdict or 'none':16} {len(chosen):5} {given[name]:6} {right[name]:6}"
        print(f"{name.replace('_', ' '):34} {row}")
    wrong = sum(given.values()) - sum(right[one.__name__] for one, verdict in SCENES.items() if verdict)
    return int(wrong > 0.05 * sum(given.values()))


if __name__ == "__main__":
    sys.exit(main())
