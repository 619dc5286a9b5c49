"""One failure, one session, regardless of what breaks: `python3 src/entrypoint.py bench/schedules.py`.

Five parts, each with a line or a table of results; exit status 1 if one session was too many, or
one was reported nowhere.

  storm      random histories of a workflow (runs, re-runs, green runs, up to 32 jobs failing at once) under
             random faults of the endpoint and of the status API, with jobs that die at a random moment; the
             real ledger in virtual time. `--schedules N --seed S` plays S … S+N-1; `--schedules 1 --seed S
             --show` prints one of them. Each job's luck is drawn for itself, so two versions of the ledger
             can be compared on the same seeds. `--profile NAME` plays them with one trouble alone, `--profile
             all` with each in turn: reads that lag in order, ids that become visible late, items that do,
             lost and repeated writes, crashes, denials; several workflows and branches, jobs without a log,
             two who press `again`, a matrix, midnight, full contexts, 36 pages, another token, two tokens,
             none that may read commits, sweeps. Each has a largest number of schedules without a session, of
             those in which no re-run passed. `--rerun-first`: with that input. Some failures are gone in the
             re-run, and in some schedules a person re-runs as well. `--replacing`: every other run's session
             leaves no trace, and may be replaced after 5 minutes. `--without PART` leaves a part of the
             protocol out, in the trouble in which it counts: there must be violations then, or more jobs
             that end without a result.
  crowd      the whole action in virtual time, as a step of each leg of a matrix that fails within 2 seconds,
             under the limits that GitHub documents. `--crowd 32,64,128,256`
  processes  the same with real processes of the whole action, real HTTP and real kill -9. `--processes N`
  matrix     32 processes that begin in the same second. `--matrix N`
  loop       a session that pushes fixes that fail: to a branch of its own, to the failing one, to a new one.
"""

from __future__ import annotations

import argparse
import multiprocessing.context
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from bench import legs  # noqa: E402
from bench.crowd import Stage, staged, warm  # noqa: E402
from tests.support.emulated.faults import Fault  # noqa: E402
from tests.unit.ledger.simulator.schedule import Schedule  # noqa: E402
from tests.unit.ledger.simulator.troubles import LEFT_OUT, PROFILES, Profile  # noqa: E402

from fire_routine.emulator import REPLIES  # noqa: E402
from fire_routine.ledger.entry import Stage as Step  # noqa: E402

SHA = "a" * 40


# --- storms in virtual time ---------------------------------------------------------------------


def storm(
    first: int,
    count: int,
    show: bool,
    profile: str = "storm",
    rerun_first: bool = False,
    replacing: bool = False,
    without: str = "",
) -> bool:
    began, bad, name = time.perf_counter(), 0, "" if profile == "storm" else f" ({profile})"
    part = LEFT_OUT[without] if without else None
    name += f", without {without}" if without else ""
    name += ", rerun-first" if rerun_first else ""
    name += ", replacing" if replacing else ""
    outcomes: Counter[str] = Counter()
    totals: Counter[str] = Counter()
    for seed in range(first, first + count):
        drawn = Profile(part.faults, 1.0) if part else PROFILES[profile]
        timing = part.timing if part else None
        schedule = Schedule.of(seed, drawn, rerun_first=rerun_first, replacing=replacing, timing=timing)
        with part() if part else nullcontext():
            schedule.play()
        world = schedule.world
        outcomes.update(
            str(one.outcome.result if one.outcome else one.verdict.reason) for one in world.reports
        )
        outcomes["killed"] += max(0, schedule.jobs - len(world.reports))  # a sweep reports on many runs
        totals["schedules with faults"] += not schedule.faults.none
        totals.update(jobs=schedule.jobs, sessions=len(world.sessions))
        # What passed when it was re-run needs none.
        totals["schedules without a session"] += not world.sessions and not world.passed
        totals["re-runs"] += len(world.board.rerun)
        totals["requests to GitHub"] += world.requests
        totals["statuses"] += sum(map(len, world.board.commits.values()))
        if show:
            _show(schedule)
        for violation in schedule.violations():
            bad += 1
            print(f"  seed {seed}: {violation}")
    counts = ", ".join(f"{number:,} {what}" for what, number in totals.items())
    took = time.perf_counter() - began
    print(
        f"storm{name}: {count:,} schedules, seeds {first} to {first + count - 1}:"
        f" {bad} violations ({took:.0f} s)"
    )
    print(f"  {counts}")
    for outcome, times in outcomes.most_common():
        print(f"  {times:8,}  {outcome}")
    idle = totals["schedules without a session"]
    if not part and idle > (most := PROFILES[profile].most_idle(count)):
        print(f"  {idle} schedules without a session, of {count}: at most {most} may be")
        return False
    return not bad


def _show(schedule: Schedule) -> None:
    print(schedule.faults, schedule.terms)
    board = schedule.world.board
    lines = [
        (board.shown_from[status.id], f"{sha[-4:]} {status.description}")
        for sha, written in board.commits.items()
        for status in written
    ]
    for at, line in sorted(lines):
        print(f"  {at:9.2f} s  {line}")
    for session in schedule.world.sessions:
        print(f"  {session}")


# --- real processes -----------------------------------------------------------------------------

_STATUS_FAULTS: list[Callable[[], Fault]] = [
    lambda: Fault.broken(500),
    lambda: Fault.broken(502),
    lambda: Fault(drop=True),
    lambda: Fault(cut_after=0),  # done, and not answered
    lambda: Fault.slow_down(1),
]


def processes(context: multiprocessing.context.ForkServerContext, first: int, count: int) -> bool:
    began, bad, killed, jobs, sessions = time.perf_counter(), 0, 0, 0, 0
    outcomes: Counter[str] = Counter()
    for seed in range(first, first + count):
        with staged(context) as stage:
            _play(stage, random.Random(seed))
            found = _violations(stage)
            bad += len(found)
            jobs += len(stage.jobs)
            sessions += len(stage.endpoint.sessions)
            killed += sum(job.killed for job in stage.jobs)
            outcomes.update(_tale(job.outputs) for job in stage.jobs)
        for violation in found:
            print(f"  seed {seed}: {violation}")
    took = time.perf_counter() - began
    print(
        f"processes: {count} schedules, seeds {first} to {first + count - 1}: {bad} violations ({took:.0f} s)"
    )
    print(f"  {jobs} processes, {killed} killed, {sessions} sessions")
    for outcome, times in outcomes.most_common():
        print(f"  {times:8,}  {outcome}")
    return not bad


def _play(stage: Stage, rng: random.Random) -> None:
    """One failure of one incident: a few jobs at once, and once or twice a re-run or a further push of it."""
    stage.endpoint.pauses = [rng.choice((0.0, 0.1, 0.5, 1.5)) for _ in range(4)]
    stage.endpoint.lost = [rng.random() < 0.3 for _ in range(4)]
    if rng.random() < 0.4:
        stage.endpoint.script = [REPLIES[rng.choice(("error", "overloaded", "gateway", "denied", "limit"))]]
    for _ in range(rng.randint(0, 3)):
        verb = rng.choice(("POST .*/statuses/", "GET .*/statuses"))
        stage.github.fail(verb, rng.choice(_STATUS_FAULTS)(), times=rng.randint(1, 6))
    run, attempt, sha = 1, 1, SHA
    stage.push(run, sha)
    for _ in range(rng.randint(1, 3)):
        begin = time.time() + 0.3
        crowd = [stage.start(run, sha, begin, attempt=attempt) for _ in range(rng.choice((1, 2, 6)))]
        ends = {index: begin + rng.uniform(0.1, 3.0) for index in range(len(crowd)) if rng.random() < 0.35}
        for index, end in sorted(ends.items(), key=lambda item: item[1]):
            time.sleep(max(0.0, end - time.time()))
            if crowd[index].process.is_alive():
                crowd[index].process.kill()
                crowd[index].killed = True
        for job in crowd:
            job.process.join()
        if rng.random() < 0.5:
            attempt += 1
            stage.add_run(run, sha, attempt=attempt)
        else:
            run, attempt, sha = run + 1, 1, f"{run + 1:040x}"
            stage.push(run, sha)


def _violations(stage: Stage) -> list[str]:
    sessions = {session.url for session in stage.endpoint.sessions}
    found = [f"{len(sessions)} sessions for one failure"] if len(sessions) > 1 else []
    outputs = [job.outputs for job in stage.jobs]
    reported = {output.get("session-url", "") for output in outputs}
    doubt = any(output.get("outcome") == "unknown" for output in outputs) or any(
        entry.record.stage in (Step.ANNOUNCED, Step.UNKNOWN, Step.FIRED) for entry in stage.entries()
    )
    found += [f"{url} is reported nowhere" for url in sessions if url not in reported and not doubt]
    found += [f"{url} was never started" for url in reported - sessions if url]
    silent = [job for job in stage.jobs if not job.killed and not job.outputs.get("outcome")]
    return found + [f"a job of run {job.run}.{job.attempt} reported nothing" for job in silent]


def _tale(outputs: dict[str, str]) -> str:
    outcome = outputs.get("outcome", "killed")
    return f"{outcome} ({outputs['reason']})" if outputs.get("reason") else outcome


# --- a matrix -----------------------------------------------------------------------------------


def matrix(context: multiprocessing.context.ForkServerContext, legs: int) -> bool:
    with staged(context) as stage:
        stage.push(1, SHA)
        begin = time.time() + 0.05 * legs
        for _ in range(legs):
            stage.start(1, SHA, begin)
        for job in stage.jobs:
            job.process.join()
        took = time.time() - begin
        urls = [session.url for session in stage.endpoint.sessions]
        outputs = [job.outputs for job in stage.jobs]
        fired = sum(output.get("outcome") == "fired" for output in outputs)
        pointing = sum(
            output.get("outcome") == "skipped" and output.get("session-url") in urls for output in outputs
        )
        last = [entry.record.stage.name for entry in stage.entries()][-1]
        print(f"matrix: {legs} processes in the same second ({took:.1f} s)")
        print(
            f"  {len(urls)} session, {fired} fired, {pointing} skipped that point to it;"
            f" {len(stage.github.asked('statuses'))} requests about statuses, the latest status is {last}"
        )
        print(f"  a curl in each: {legs} sessions, {legs / max(1, len(urls)):.0f} times as many")
        return (len(urls), fired, pointing) == (1, 1, legs - 1)


# --- loops --------------------------------------------------------------------------------------

ROUNDS = 6  # a loop that has gone on so long has no end


def loop(context: multiprocessing.context.ForkServerContext) -> bool:
    right = True
    print("loop: a session that pushes a fix that fails, again and again")
    for name, expected, branch, what, own, inputs in (
        ("to claude/…, by default", 1, "claude/fix-{n}", "ours", True, {}),
        ("to the failing branch, the same failure", 1, "main", "ours", True, {}),
        ("to the failing branch, another failure each time", 3, "main", "ours{n}", True, {}),
        ("… without trailers in its commits", 3, "main", "ours{n}", False, {}),
        (
            "to a new branch on top of the last, skip-branches off",
            1,
            "fix-{n}",
            "ours",
            True,
            {"skip_branches": "!**"},
        ),
    ):
        sessions, reason = _loop(context, branch, what, own, inputs)
        right &= sessions == expected
        print(f"  {name:56} {sessions} session{'s' if sessions > 1 else ' '} {reason}")
    return right


def _loop(
    context: multiprocessing.context.ForkServerContext,
    branch: str,
    what: str,
    own: bool,
    inputs: dict[str, str],
) -> tuple[int, str]:
    """How many sessions there were, and what ended it."""
    with staged(context) as stage:
        commits: list[dict[str, str]] = []
        name, sha, message = "main", SHA, "A person's"
        for run in range(1, ROUNDS + 1):
            stage.push(run, sha, name, what.format(n=run), message=message)
            stage.github.add_comparison("main", sha, {"commits": commits, "merge_base_commit": {"sha": SHA}})
            job = stage.start(run, sha, time.time(), branch=name, inputs=inputs)
            job.process.join()
            if job.outputs.get("outcome") != "fired":
                return len(stage.endpoint.sessions), f"then {job.outputs.get('reason')}"
            trailer = f"Claude-Session: https://claude.ai/code/{job.outputs['session-id']}"
            name, sha, message = branch.format(n=run), f"{run:040x}", f"Fix\n\n{trailer}\n" if own else "Fix"
            commits.append({"sha": sha, "message": message})
        return len(stage.endpoint.sessions), "and no end"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--schedules", type=int, default=2000, metavar="N")
    parser.add_argument("--seed", type=int, default=0, metavar="S")
    parser.add_argument("--show", action="store_true", help="print what was written in each schedule")
    parser.add_argument("--rerun-first", action="store_true")
    parser.add_argument("--replacing", action="store_true")
    parser.add_argument("--without", choices=LEFT_OUT, metavar="PART", default="")
    parser.add_argument("--processes", type=int, default=12, metavar="N")
    parser.add_argument("--matrix", type=int, default=32, metavar="N")
    parser.add_argument("--no-loop", action="store_true")
    parser.add_argument("--profile", choices=[*PROFILES, "all"], metavar="NAME", default="storm")
    parser.add_argument("--crowd", default="32,64,128,256", metavar="LEGS")
    arguments = parser.parse_args()
    context = warm() if arguments.processes or arguments.matrix or not arguments.no_loop else None
    right = True
    profiles = PROFILES if arguments.profile == "all" else [arguments.profile]
    for profile in profiles if arguments.schedules else ():
        options = {
            "rerun_first": arguments.rerun_first,
            "replacing": arguments.replacing,
            "without": arguments.without,
        }
        right &= storm(arguments.seed, arguments.schedules, arguments.show, profile, **options)
    if arguments.crowd:
        right &= legs.table([int(count) for count in arguments.crowd.split(",")], arguments.seed)
    if context and arguments.processes:
        right &= processes(context, arguments.seed, arguments.processes)
    if context and arguments.matrix:
        right &= matrix(context, arguments.matrix)
    if context and not arguments.no_loop:
        right &= loop(context)
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
