"""From the run to the text: gather → distill → compose.

The action decides on it, and `preview` shows it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import count
from threading import Thread

from .clock import Deadline
from .gather.context import with_context
from .gather.event import GatherError, run_as_reported
from .gather.files import read_attachments
from .gather.known_failures import KnownFailures
from .gather.logs import read_green_logs, read_logs
from .gather.run import gather_run, with_annotations
from .github.client import INSISTENCE, GitHub
from .model.evidence import Attachment, Brief, Digest, Failure
from .model.outcome import Past, Say, quiet
from .model.run import Job, Note, Run, Target, TargetKind, counted
from .redact import redact_text
from .sanitize import code
from .settings import Context, Settings

GATHERING = 90.0  # seconds for all that is asked of GitHub before the decision; what is late is left out
CONTEXT = 5.0  # seconds for what only the text needs: other jobs wait meanwhile
GREEN = 5.0  # seconds for the logs of the last green run: welcome, never waited for


@dataclass(frozen=True, slots=True)
class Source:
    """What the text is made of, besides the run and its failures."""

    attachments: tuple[Attachment, ...]
    unusable: tuple[Note, ...]  # faults of the file of known failures
    settings: Settings
    server_url: str

    def text(self, run: Run, failures: Sequence[Failure], past: Past | None = None) -> Brief:
        """`past`: what became of earlier sessions."""
        from . import compose, distill  # see `read_ahead`

        # A person mends the file of known failures, so the session is not told of its faults.
        told = replace(run, notes=tuple(note for note in run.notes if note not in self.unusable))
        return compose.compose(
            told,
            failures,
            self.attachments,
            text=self.settings.text,
            past=past,
            max_characters=self.settings.max_characters,
            excerpt=distill.excerpt,
            server_url=self.server_url,
        )


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of the failed run, and the text made of it."""

    run: Run
    failures: tuple[Failure, ...]
    brief: Brief
    source: Source

    @property
    def notes(self) -> tuple[Note, ...]:
        """What was unavailable, and faults while logs were read or told of."""
        return (*self.run.notes, *self.brief.notes)

    def with_past(self, past: Past) -> Evidence:
        """The same, with what became of earlier sessions."""
        return replace(self, brief=self.source.text(self.run, self.failures, past))

    def with_run(self, run: Run) -> Evidence:
        """The same, with more of the run."""
        return replace(self, run=run, brief=self.source.text(run, self.failures))

    def with_context(self, github: GitHub) -> Evidence:
        """The same, with what only the text needs: what changed, and what was green or red before."""
        if self.run.fired_for:
            return self
        return self.with_run(with_context(github, self.run, github.clock.monotonic() + CONTEXT))


def gather_evidence(
    github: GitHub,
    target: Target,
    settings: Settings,
    context: Context,
    say: Say,
    show: Say = quiet,
) -> Evidence:
    """From the run to the text, without its context: gather, distill, compose.

    `say` gets lines that stay, `show` the state of work that takes long.
    """
    if target.kind is TargetKind.EVENT:
        return _of_event(github, target, settings, context, say)
    deadline = github.clock.monotonic() + GATHERING
    run = gather_run(github, target, context, deadline)
    github = github.of(run.repository)  # it may have been renamed
    failed = counted(len(run.failed_jobs), "failed job")
    say(f"{redact_text(run.workflow)[0]}, run {run.id}, attempt {run.attempt}: {failed}")
    known_failures = KnownFailures(github, settings.known_failures if run.failed_jobs else "", deadline)
    from . import compose, distill  # see `read_ahead`

    greens = read_green_logs(github, run, distill.read_green, min(deadline, github.clock.monotonic() + GREEN))

    reader, number = distill.Reader(), count(1)

    def consume(job: Job, chunks: Iterator[bytes]) -> Digest:
        digest = reader.read(chunks, steps=job.steps, green=greens.get(job.id))
        show(f"Reading logs: {next(number)} of {len(run.failed_jobs)}")
        return digest

    digests, unread, cut = read_logs(github, run, consume, deadline)
    run = with_annotations(github, run, _unexplained(run, digests, cut), deadline)
    attachments, unattached = read_attachments(settings.attach, context.workspace, distill.read)
    logs = [*digests.values(), *(one.digest for one in attachments)]
    tests, unreported = _tests(github, run, settings.artifacts, logs, deadline)
    run = replace(run, notes=(*run.notes, *unread, *unattached, *unreported))
    failures = compose.group(run.failed_jobs, digests, cut)
    failures, unusable = known_failures.mark(failures, attachments)
    failures = tuple(replace(one, outage=distill.outage(one.digest, _annotations(one))) for one in failures)
    attachments += tests
    run = replace(run, notes=(*run.notes, *unusable))

    source = Source(attachments, unusable, settings, context.server_url)
    brief = source.text(run, failures)
    say(f"{counted(len(digests), 'log')} read, {counted(len(failures), 'distinct failure')},"
        f" a text of {brief.characters:,} characters")  # fmt: skip
    for known in dict.fromkeys(failure.known for failure in failures if failure.known):
        say(f"Known failure: {known.place} (action `{known.action}`)")
    return Evidence(run, failures, brief, source)


def _of_event(github: GitHub, target: Target, settings: Settings, context: Context, say: Say) -> Evidence:
    """The same for the event of this run: who caused it, and what it brings."""
    from . import distill  # see `read_ahead`
    from .gather.cause import read_cause  # most runs are reported for their failure

    run = run_as_reported(target, context)
    if run is None:
        raise GatherError("key: the runner does not describe this run.")
    insisting = github.insisting(github.clock.monotonic() + INSISTENCE)
    event, origin = read_cause(insisting, settings.key, context)
    attachments, unattached = read_attachments(settings.attach, context.workspace, distill.read)
    origin = origin or run.origin_in_payload
    run = replace(run, fired_for=event, origin_in_payload=origin, notes=unattached)
    source = Source(attachments, (), settings, context.server_url)
    brief = source.text(run, ())
    say(f"Event {code(event.name)}, key {code(settings.key)}: a text of {brief.characters:,} characters")
    return Evidence(run, (), brief, source)


def read_ahead() -> None:
    """Import what reads logs, in a thread: meanwhile the action waits for GitHub's first answers.

    What is built with the first log, such as the search for keywords, is built too.
    """

    def run() -> None:
        with suppress(Exception):  # it appears where the log is read
            import httpcore  # noqa: F401 - httpx imports it with the first client

            from . import compose, distill  # noqa: F401

            digest = distill.read([b"error: read ahead\n"])
            redact_text(distill.excerpt(digest, 2048).text)

    with suppress(RuntimeError):  # no further thread may be started
        Thread(target=run, name="read ahead", daemon=True).start()


def _tests(
    github: GitHub, run: Run, globs: Sequence[str], logs: Sequence[Digest], deadline: Deadline
) -> tuple[tuple[Attachment, ...], Sequence[Note]]:
    """The failed tests of artifacts that the logs do not show."""
    if not globs:
        return (), ()
    from .gather.artifacts import failed_tests  # few runs have them read

    return failed_tests(github, run, globs, logs, deadline)


def _annotations(failure: Failure) -> Iterator[str]:
    return (note.message for job in failure.jobs for note in job.annotations)


def _unexplained(run: Run, digests: Mapping[int, Digest], cut: Collection[int]) -> frozenset[int]:
    """Ids of the failed jobs whose log is missing, is only there in part, or shows no error."""
    explained = (number for number, log in digests.items() if log.fingerprint and log.explained)
    return frozenset(job.id for job in run.failed_jobs).difference(set(explained).difference(cut))
