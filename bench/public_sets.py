"""Labelled logs from public data sets, in the form that `bench/recall.py` reads.

    python3 src/entrypoint.py bench/public_sets.py FOLDER [--cidiff CLONE] [--logdx CLONE] [--pytorch CLONE]
                                                          [--logchunks UNZIPPED]
    python3 src/entrypoint.py bench/recall.py FOLDER

docs/measured.md names the sources. Each is read as its authors describe it, and FOLDER gets the logs and a
`cases.json`. The labels are the lines that the set names as the reason of the failure.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

from bench.labelled import Case, folded  # noqa: E402 - of this working tree

Found = Iterator[tuple[str, bytes, list[list[str]], bytes | None]]
"""For each log: its name, its content, its labels, and the log of a green run of the same job."""
_MOST_LABELS = 40
_LONGEST_NAME = 120  # characters, of a file


def cidiff(clone: Path) -> Found:
    """`groundtruth` has `E 12-15`, or `E 12`, for each range of lines that hold the error.

    A range can have thousands of lines. Of more than `_MOST_LABELS`, those at equal distances are taken.
    """
    for truth in sorted(clone.glob("data/*/**/groundtruth")):
        log, green = truth.with_name("fail.log"), truth.with_name("pass.log")
        data = log.read_bytes()
        ranges = re.findall(r"^E? *(\d+)(?:-(\d+))?\s*$", truth.read_text("utf-8"), re.MULTILINE)
        lines = re.split(r"\r\n|\r|\n", data.decode("utf-8", "replace"))
        numbers = [n for first, last in ranges for n in range(int(first) - 1, int(last or first))]
        errors = [lines[number] for number in numbers if lines[number].strip()]
        labels = [[line] for line in errors[:: -(-len(errors) // _MOST_LABELS) or 1]]
        name = truth.parent.relative_to(clone / "data").as_posix()
        yield name, data, labels, green.read_bytes() if green.exists() else None


def logdx(clone: Path) -> Found:
    """A critical signal is one label: any of its evidence lines will do."""
    for truth in sorted(clone.glob("cases/**/ground_truth.json")):
        data = truth.with_name("raw.log").read_bytes()
        lines = data.decode("utf-8", "replace").split("\n")
        signals = json.loads(truth.read_text("utf-8"))["required_signals"]
        labels = [
            [line for first, last in signal.get("evidence_lines", []) for line in lines[first - 1 : last]]
            for signal in signals
            if signal["importance"] == "critical"
        ]
        yield truth.parent.name, data, labels, None


def pytorch(clone: Path) -> Found:
    """The line that has to win begins with a mark, and what it captures is in angle quotes."""
    mark = "#=MATCH=# "
    for file in sorted(clone.glob("aws/lambda/log-classifier/fixtures/classify/*.txt")):
        lines = file.read_text("utf-8", errors="replace").split("\n")
        plain = [re.sub("[‹›]", "", line.removeprefix(mark)) for line in lines]
        labels = [[after] for before, after in zip(lines, plain, strict=True) if before.startswith(mark)]
        yield file.name, "\n".join(plain).encode(), labels, None


def logchunks(folder: Path) -> Found:
    """A chunk of several lines has one label for each line that is in its log as it is in the chunk."""
    for file in sorted(folder.glob("build-failure-reason/*/*.xml")):
        for example in ElementTree.parse(file).iter("Example"):
            path = (example.findtext("Log") or "").strip()
            data = (folder / "logs" / path).read_bytes()
            there = folded(data.decode("utf-8", "replace"))
            lines = (example.findtext("Chunk") or "").splitlines()
            yield path, data, [[line] for line in lines if folded(line) in there], None


SETS: dict[str, Callable[[Path], Found]] = {
    reader.__name__: reader for reader in (cidiff, logdx, pytorch, logchunks)
}


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    for name in SETS:
        parser.add_argument(f"--{name}", type=Path, metavar="PATH")
    options = vars(parser.parse_args())
    folder: Path = options.pop("folder")
    cases: list[Case] = []
    for name, source in options.items():
        if source is None:
            continue
        before = len(cases)
        (folder / name).mkdir(parents=True, exist_ok=True)
        for identifier, data, labels, green in SETS[name](source):
            if any(labels):
                cases.append(
                    _written(folder, name, identifier, data, [each for each in labels if each], green)
                )
        print(f"{name}: {len(cases) - before} logs")
    (folder / "cases.json").write_text(json.dumps(cases), "utf-8")
    return 0


def _written(
    folder: Path, name: str, identifier: str, data: bytes, labels: list[list[str]], green: bytes | None
) -> Case:
    """The case, once its logs are written."""
    log = f"{name}/{re.sub('[^A-Za-z0-9.-]+', '_', identifier)[-_LONGEST_NAME:]}"
    (folder / log).write_bytes(data)
    if green is not None:
        (folder / f"{log}.green").write_bytes(green)
    return {
        "id": f"{name}/{identifier}",
        "set": name,
        "log": log,
        "labels": labels,
        "green": f"{log}.green" if green is not None else None,
    }


if __name__ == "__main__":
    sys.exit(main())
