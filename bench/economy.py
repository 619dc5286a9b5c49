"""Economy: how far one reads in the composed text of one failed job until the cause, and what else is in it.

    python3 src/entrypoint.py bench/economy.py [FOLDER] [--every N] [--limits N …] [--worst N] [--save FOLDER]

FOLDER holds labelled logs as `bench/recall.py` describes them; without it, the project's own are read. Each
log is the only failed job of a run with a pull request's usual facts.

Printed for each set and limit, as means of the logs: the recall, the text's length, the share of the logs
whose first labelled line ends within the first 1,600 characters of the whole text, and the median of where it
begins. Then the share of the text's characters that are within three lines of a labelled one: in the whole
text, and without its facts. A line of the log that is shown again adds nothing to that share. `none` counts
the texts without any labelled line.

`--save FOLDER` writes each text there, `--worst N` names the longest and the latest.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from multiprocessing import Pool
from pathlib import Path
from statistics import mean, median

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

from bench.distill import chunks  # noqa: E402 - of this working tree
from bench.labelled import OWN_SET, Case, folded, labels_of, with_progress  # noqa: E402
from bench.recall import cases_to_read  # noqa: E402

from fire_routine import compose, distill  # noqa: E402
from fire_routine.model.evidence import Digest, Failure  # noqa: E402
from fire_routine.model.run import Annotation, ChangedFile, Commit, History, Job, PullRequest, Run, Step  # noqa: E402

LIMITS = (4_096, 8_192, 60_000)
FIRST_SCREEN = 1_600  # characters of a text that are read before anyone scrolls
NEAR = 3  # lines around a labelled one that help to understand it
# The sections that are not evidence: facts, what changed, how to go on.
FACTS = re.compile(
    r"^## (?:Facts|What (?:the pull request )?change|How to go on|Missing evidence)", re.MULTILINE
)
STARTED = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
SHA = "3f786850e387550fdab836ed7e6dc881de23001b"


def run_of(log: Digest) -> tuple[Run, Sequence[Failure]]:
    """A run whose one failed job has this log."""
    step = Step(4, log.step or "Run the tests", "failure", STARTED, STARTED + timedelta(seconds=312))
    url = "https://github.com/octo-org/widget"
    job = Job(
        *(4301, "test (ubuntu-latest, 3.12)", "failure", f"{url}/actions/runs/77/job/4301"),
        *(STARTED, step.completed_at, (step,)),
        annotations=(Annotation("failure", "Process completed with exit code 1.", path=".github", line=1),),
        labels=("ubuntu-latest",),
    )
    commit = Commit(SHA, "Widgets are drawn in one pass (#412)\n\nThe second pass drew shadows only.", "mona")
    head = ("topic/one-pass", SHA, "octo-org/widget")
    pull = PullRequest(412, "Draw widgets in one pass", f"{url}/pull/412", "open", "main", *head)
    history = History(
        last_green_run=70,
        last_green_sha="89e6c98d92887913cadf06b2adb97f26cde4849b",
        last_green_at=STARTED - timedelta(days=1),
        commits=(commit, Commit("2b66fd261ee5c6cfc8de7fa466bab600bcfe4f69", "Name the passes", "hubot")),
        files=(ChangedFile("src/widget/draw.py", 41, 63), ChangedFile("docs/drawing.md", 4, 2)),
        total_commits=2,
        base_branch="main",
    )
    run = Run(
        repository="octo-org/widget",
        id=77,
        attempt=1,
        workflow="CI",
        workflow_id=5,
        workflow_path=".github/workflows/ci.yml",
        event="pull_request",
        status="completed",
        conclusion="failure",
        head_branch="topic/one-pass",
        head_sha=SHA,
        head_repository="octo-org/widget",
        actor="mona",
        url=f"{url}/actions/runs/77",
        created_at=STARTED,
        default_branch="main",
        commit=commit,
        failed_jobs=(job,),
        passed_jobs=("lint", "test (ubuntu-latest, 3.11)"),
        pull_request=pull,
        history=history,
    )
    return run, compose.group((job,), {job.id: log})


@dataclass(frozen=True)
class Economy:
    """What one text gives."""

    recall: float
    length: int
    first: int | None  # where the first labelled line begins; None: nowhere
    soon: bool  # whether it ends within the first screen
    useful: float  # share of the characters near a labelled line
    useful_of_evidence: float  # the same, without the facts
    text: str = ""


def parts(text: str) -> Iterator[tuple[bool, str]]:
    """The text's sections: whether each is one of the facts, and its text."""
    for section in re.split(r"\n(?=## )", text):
        yield FACTS.match(section) is not None, section


def economy(case: Case, text: str) -> Economy:
    """The figures of a text."""
    labels = labels_of(case)
    whole = folded(text)
    recall = sum(any(line in whole for line in label) for label in labels) / len(labels)
    wanted = [line for label in labels for line in label]
    first, ends, at = None, 0, 0
    useful = evidence = 0
    seen: set[str] = set()
    for facts, section in parts(text):
        lines = section.split("\n")
        bare = [folded(line) for line in lines]
        found = [not facts and any(each in line for each in wanted) for line in bare]
        for place, line in enumerate(lines):
            size = len(line) + 1
            if found[place] and first is None:
                first, ends = at, at + size
            if any(found[max(place - NEAR, 0) : place + NEAR + 1]) and bare[place] not in seen:
                useful += size
            evidence += 0 if facts else size
            at += size
            if bare[place]:
                seen.add(bare[place])
    return Economy(
        *(recall, len(text), first, first is not None and ends <= FIRST_SCREEN),
        *(useful / len(text), useful / max(evidence, 1), text),
    )


def of_case(folder: Path, limits: Sequence[int], case: Case) -> list[Economy]:
    """The figures of one log's texts, by limit."""
    log = distill.read(chunks((folder / case["log"]).read_bytes()))
    run, failures = run_of(log)
    made = partial(compose.compose, run, failures, excerpt=distill.excerpt)
    return [economy(case, made(max_characters=limit).text) for limit in limits]


def row(name: str, limit: int, found: Sequence[Economy]) -> str:
    places = [each.first for each in found if each.first is not None]
    return (
        f"{name:12} {limit:6} {len(found):4} {mean(each.recall for each in found):7.3f}"
        f" {mean(each.length for each in found):7,.0f} {mean(each.soon for each in found):7.3f}"
        f" {median(places) if places else -1:7,.0f} {mean(each.useful for each in found):7.3f}"
        f" {mean(each.useful_of_evidence for each in found):7.3f}"
        f" {sum(each.first is None for each in found):5}"
    )


def report(cases: Sequence[Case], limits: Sequence[int], found: Sequence[list[Economy]]) -> Iterator[str]:
    yield f"{'set':12} {'limit':>6} logs  recall  length  <1,600   first   share no facts  none"
    names = sorted({case.get("set", "") for case in cases})
    for name in [*names, *(["all"] if len(names) > 1 else [])]:
        for at, limit in enumerate(limits):
            of_set = [
                each[at]
                for case, each in zip(cases, found, strict=True)
                if name in (case.get("set", ""), "all")
            ]
            yield row(name, limit, of_set)


def save(folder: Path, cases: Sequence[Case], limits: Sequence[int], found: Sequence[list[Economy]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for case, texts in zip(cases, found, strict=True):
        for limit, each in zip(limits, texts, strict=True):
            name = re.sub(r"[^\w.-]+", "_", case["id"])
            (folder / f"{name}.{limit}.md").write_text(each.text, encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="?", default=OWN_SET)
    parser.add_argument("--every", type=int, default=1, metavar="N", help="read every Nth log of a set")
    parser.add_argument("--limits", type=int, nargs="+", default=LIMITS, metavar="N", help="of the text")
    parser.add_argument("--worst", type=int, default=0, metavar="N", help="name the N longest and latest")
    parser.add_argument("--save", type=Path, metavar="FOLDER", help="write the texts there")
    arguments = parser.parse_args()
    cases = cases_to_read(arguments.folder, arguments.every)
    with Pool() as pool:
        results = pool.imap(partial(of_case, arguments.folder, tuple(arguments.limits)), cases, chunksize=1)
        found = list(with_progress(results, len(cases)))
    print("\n".join(report(cases, arguments.limits, found)))
    if arguments.save:
        save(arguments.save, cases, arguments.limits, found)
    for at, limit in enumerate(arguments.limits if arguments.worst else ()):
        pairs = [(case["id"], each[at]) for case, each in zip(cases, found, strict=True)]
        longest = sorted(pairs, key=lambda pair: -pair[1].length)[: arguments.worst]
        latest = sorted(pairs, key=lambda pair: -1e9 if pair[1].first is None else -pair[1].first)
        lost = [f"{name} {one.recall:.2f}" for name, one in sorted(pairs, key=lambda pair: pair[1].recall)]
        print(f"{limit}: longest", ", ".join(f"{name} {one.length:,}" for name, one in longest))
        print(f"{limit}: latest", ", ".join(f"{name} {one.first}" for name, one in latest[: arguments.worst]))
        print(f"{limit}: least", ", ".join(lost[: arguments.worst]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
