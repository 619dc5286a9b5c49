"""How much of logs, annotations and commits is looked through for secrets."""

from __future__ import annotations

from tests.unit.compose.material import history, job, run

from fire_routine.compose import compose, group
from fire_routine.compose.bounds import bounded
from fire_routine.distill import excerpt
from fire_routine.model.evidence import Attachment, Digest, Failure, Fingerprint, Line
from fire_routine.model.run import Annotation, Commit

ROOM = 100_000


def notes_of(failures: tuple[Failure, ...]) -> set[Annotation]:
    return {note for failure in failures for job in failure.jobs for note in job.annotations}


def long_digest(fingerprint: str) -> Digest:
    lines = tuple(Line(n + 1, f"line {n} " + "x" * 90, 1 + n % 9, "test") for n in range(900))
    return Digest(lines, 900, fingerprint=Fingerprint(fingerprint))


def test_logs_and_annotations_share_one_bound() -> None:
    notes = tuple(Annotation("failure", f"{n} " + "words " * 10_000, title="long " * 99) for n in range(20))
    jobs = [job(n, f"leg {n}", annotations=notes) for n in range(9)]
    logs = {one.id: long_digest(f"{one.id}") for one in jobs}
    files = (Attachment("a.log", long_digest("")),)
    given = group(jobs, logs)
    short, failures, attached = bounded(run(jobs), given, files, ROOM)
    shown = [one.digest for one in failures if one.digest] + [one.digest for one in attached]
    lines = sum(len(line.text) + 1 for log in shown for line in log.lines)
    size = sum(len(note.message) + len(note.title) + len(note.path) for note in notes_of(failures))
    assert ROOM * 0.8 < lines + size <= ROOM * 1.05
    assert size < ROOM * 0.3
    assert [one.annotations for one in short.failed_jobs] == [
        one.annotations for failure in failures for one in failure.jobs
    ]


def test_short_annotations_stay_whole_next_to_an_endless_one() -> None:
    notes = (Annotation("failure", "words " * 100_000), Annotation("failure", "assert 1 == 2", path="a.py"))
    _, failures, _ = bounded(run(), group([job(1, annotations=notes)], {}), (), ROOM)
    endless, short = failures[0].jobs[0].annotations
    assert short == notes[1]
    assert len(endless.message) < ROOM // 4


def test_no_part_of_a_token_is_left_by_a_cut() -> None:
    token = "ghp_" + "a1B2c3D4e5" * 4
    notes = tuple(Annotation("failure", f"{n} " + f"{token} " * 2_000) for n in range(40))
    jobs = [job(1, annotations=notes)]
    brief = compose(run(jobs), group(jobs, {}), max_characters=60_000, excerpt=excerpt)
    assert "a1B2" not in brief.text


def test_of_commits_no_more_is_kept_than_is_shown() -> None:
    commits = tuple(Commit(f"{n:040}", "First line\n" + "more " * 10_000, "mona") for n in range(250))
    head = Commit("f" * 40, "Change\n\n" + "why " * 10_000, "mona")
    short, _, _ = bounded(run(history=history(commits=commits), commit=head), (), (), ROOM)
    assert short.history and short.history.commits[0].message == "First line"
    assert short.commit and len(short.commit.message) < 5_000
