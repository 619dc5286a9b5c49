from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from typing import Any

from tests.unit.compose.material import STARTED, digest, job

from fire_routine.compose.grouping import base_name, combined, group
from fire_routine.model.evidence import Digest, Fingerprint
from fire_routine.model.run import Annotation, Job, Step

NO_SPACE = Annotation("failure", "No space left on device: /tmp/build-7f3a91c2/out, 4096 bytes", "", "", None)
NO_SPACE_AGAIN = Annotation(
    "failure", "No space left on device: /var/folders/x1/build-0/out, 512 bytes", "", "", None
)


def fingerprints(*jobs: Job, digests: dict[int, Digest] | None = None) -> list[str]:
    return [failure.fingerprint.digest for failure in group(jobs, digests or {})]


def test_jobs_of_one_fingerprint_are_one_failure_if_name_command_or_lines_are_the_same() -> None:
    first = digest("aa", "78 < 80", command="make coverage")
    for name, command, line, one in (
        ("unit (3.12)", "make test", "55 < 70", True),  # a leg of the same matrix
        ("integration", "make coverage", "55 < 70", True),
        ("integration", "make check", "78 < 80", True),
        ("integration", "make check", "55 < 70", False),
        ("integration", "", "55 < 70", False),
    ):
        logs = {1000: first, 1001: digest("aa", line, command=command)}
        failures = group([job(0, "unit (3.11)"), job(1, name)], logs)
        assert (len(failures) == 1) is one, (name, command, line)
        assert [failure.digest for failure in failures] == list(logs.values())[: len(failures)]


def test_each_jobs_exit_code_is_its_own_and_without_a_log_the_annotated_one() -> None:
    jobs = [job(0, "test (a)"), job(1, "test (b)"), job(2, "test (c)", annotations=())]
    logs = {1000: digest("aa", "x", exit_code=3), 1001: digest("aa", "x", exit_code=None)}
    logs[1002] = digest("aa", "x", exit_code=None)
    (failure,) = group(jobs, logs)
    assert failure.exit_codes == (3, 1, None)


def test_without_logs_legs_that_fail_at_the_same_step_are_one_failure() -> None:
    leg = job(0, "test (ubuntu-latest, 3.11)")
    assert len(fingerprints(leg, job(1, "test (windows-latest, 3.12)"))) == 1
    assert len(fingerprints(leg, job(1, "test (windows-latest, 3.12)", step="Install"))) == 2
    assert len(fingerprints(leg, job(1, "lint"))) == 2
    silent = digest("", explained=False, ended="killed")
    assert len(fingerprints(leg, job(1, "lint"), digests={1000: silent, 1001: silent})) == 2


def test_specific_annotations_alone_name_a_failure_without_a_log_except_numbers_and_folders() -> None:
    first = job(0, "py3.11 on ubuntu", annotations=(NO_SPACE,))
    other = job(1, "py3.12 on windows", annotations=(NO_SPACE_AGAIN,))

    assert len(fingerprints(first, other)) == 1
    assert len(fingerprints(first, job(1, "py3.11 on ubuntu"))) == 2


def test_failures_come_in_the_order_in_which_they_failed() -> None:
    jobs = [
        job(1, "second", completed_at=STARTED + timedelta(seconds=20)),
        job(2, "first", completed_at=STARTED + timedelta(seconds=10)),
        job(3, "still running", conclusion="running", completed_at=None),
    ]

    assert [failure.jobs[0].name for failure in group(jobs, {})] == [
        "first",
        "second",
        "still running",
    ]


LATER = STARTED + timedelta(hours=1)
RESULTS = "build: failure"


def test_a_job_that_only_checks_the_ended_others_is_a_gate_and_comes_last() -> None:
    gate = job(0, "all green?", started_at=LATER, completed_at=LATER)
    others = (job(1, "build"), job(2, "test", completed_at=LATER))
    for line in (RESULTS, 'if [[ "failure" == "success" ]]; then', '{"build": {"result": "cancelled"}}', "x"):
        command = 'test "skipped" = success' if line == "x" else "make"
        log = digest("a", line, command=command, total_lines=30)
        failures = group([gate, *others], {1000: log, 1001: digest("b", "boom"), 1002: digest("c", "bang")})
        ended = [(failure.jobs[0].name, failure.gate) for failure in failures]
        assert ended == [("build", False), ("test", False), ("all green?", True)], line


def test_a_job_that_failed_by_itself_is_no_gate() -> None:
    short = digest("a", RESULTS, total_lines=30)
    for started_at, log in (
        (LATER - timedelta(minutes=59), short),  # while the others ran
        (None, short),
        (LATER, digest("a", "deploy failed: permission denied", total_lines=30)),  # of itself
        (LATER, digest("a", "1 failed, 3 skipped", total_lines=30)),
        (LATER, digest("a", "see logs/failure.txt", total_lines=30)),
        (LATER, digest("a", RESULTS, total_lines=121)),  # ran more
        (LATER, None),
    ):
        late = job(0, "late", started_at=started_at, completed_at=LATER)
        logs = {1001: digest("b", "bang"), **({1000: log} if log else {})}
        assert not any(one.gate for one in group([late, job(1, "build")], logs)), (started_at, log)


def test_a_gate_waits_for_all_others_and_so_does_each_of_its_jobs() -> None:
    early = STARTED + timedelta(minutes=9)
    logs = {1000 + n: digest("a", RESULTS, total_lines=30) for n in range(2)} | {1002: digest("b", "bang")}
    gates = [
        job(n, f"gate ({n})", started_at=time, completed_at=LATER) for n, time in enumerate((early, LATER))
    ]
    first, last = (
        job(2, "build", completed_at=STARTED),
        job(3, "test", completed_at=early + timedelta(minutes=1)),
    )
    assert [failure.gate for failure in group([*gates, first], logs)] == [False, True]
    assert [failure.gate for failure in group([gates[0], first, last], logs)] == [False, False, False]
    assert [failure.gate for failure in group([*gates, first, last], logs)] == [False, False, False]


def test_a_job_alone_and_one_next_to_a_running_one_are_no_gates() -> None:
    gate = job(0, "all green?", started_at=LATER, completed_at=LATER)
    logs = {1000: digest("a", RESULTS, total_lines=30), 1001: digest("b", "bang")}
    running = job(1, "build", conclusion="running", completed_at=None)
    for jobs in ([gate], [gate, running]):
        assert not any(failure.gate for failure in group(jobs, logs))


def test_two_gates_are_both_gates_in_any_order() -> None:
    gates = [job(n, f"gate {n}", started_at=LATER, completed_at=LATER + timedelta(n)) for n in range(2)]
    logs = {
        1000: digest("a", RESULTS, total_lines=9),
        1001: digest("b", RESULTS, total_lines=9),
        1002: digest("c", "x"),
    }
    assert [failure.gate for failure in group([*gates, job(2, "build")], logs)] == [False, True, True]
    assert not any(failure.gate for failure in group(gates, logs))


def test_bare_end_is_another_failure_in_another_job_and_step() -> None:
    def of(name: str, step: str = "Run it", number: int = 5, **changes: Any) -> str:
        steps = (Step(number, step, "failure", STARTED, STARTED),)
        killed = digest("aa", "Killed", explained=False, **changes)
        return group([job(0, name, steps=steps)], {1000: killed})[0].fingerprint.digest

    assert of("deploy") != of("migrate")
    assert of("deploy") != of("deploy", number=6)
    assert of("deploy", ended="killed") != of("deploy", ended="timed out")
    assert of("test (3.11, linux)") == of("test (3.12, windows)", step="Run it again")


def test_bare_ends_are_distinguished_by_specific_annotations() -> None:
    killed = digest("aa", "Killed", explained=False)
    jobs = [job(0, "linux", annotations=(NO_SPACE,)), job(1, "macos", annotations=(NO_SPACE_AGAIN,))]
    assert len(fingerprints(*jobs, digests={1000: killed, 1001: killed})) == 1


def test_which_jobs_are_one_failure_does_not_depend_on_which_ended_first() -> None:
    commands, lines = ("make a", "make a", "make b", "make c"), ("1", "2", "2", "2")
    logs = {1000 + n: digest("aa", lines[n], command=commands[n]) for n in range(4)}
    for order in permutations(range(4)):
        ends = [STARTED + timedelta(seconds=place) for place in order]
        (failure,) = group([job(n, f"job {'abcd'[n]}", completed_at=ends[n]) for n in range(4)], logs)
        assert [one.id - 1000 for one in failure.jobs] == sorted(range(4), key=order.__getitem__)


def test_several_fingerprints_combine_in_any_order() -> None:
    a, b = Fingerprint("a"), Fingerprint("b", no_log=True)
    assert combined([a, b]) == combined([b, a, b]) not in (a, b)
    assert (combined([a, b]).count, combined([a, b]).no_log, combined([a, b]).partly) == (2, False, True)
    assert combined([a, a]) == a
    assert combined([a, replace(a, no_log=True)]) == replace(a, no_log=True)


def test_a_failure_is_unread_where_no_job_with_it_has_its_whole_log() -> None:
    jobs = [job(0, "test (1)"), job(1, "test (2)")]
    logs = {one.id: digest("f1", "E") for one in jobs}
    assert [failure.fingerprint.no_log for failure in group(jobs, logs)] == [False]
    assert [failure.fingerprint.no_log for failure in group(jobs, logs, [one.id for one in jobs])] == [True]
    cut, whole = group(jobs, logs, [jobs[0].id])
    assert (cut.fingerprint.no_log, whole.fingerprint.no_log) == (True, False)
    assert cut.digest  # its available part


def test_parts_of_logs_that_show_different_failures_are_different_failures_of_one_fingerprint() -> None:
    jobs = [job(0, "test 1"), job(1, "test 2"), job(2, "test 3"), job(3, "test 4")]
    logs = {1000: digest("aa", "x"), 1001: digest("bb", "y"), 1002: digest("aa", "x")}
    failures = group(jobs[:3], logs, cut={1000, 1001, 1002})
    assert [[one.name for one in failure.jobs] for failure in failures] == [["test 1", "test 3"], ["test 2"]]
    assert len({failure.fingerprint for failure in failures}) == 1
    assert all(failure.partial and failure.fingerprint.no_log for failure in failures)


def test_matrix_values_are_what_a_job_name_has_in_parentheses_at_its_end() -> None:
    for name, base in (
        ("test", "test"),
        ("test (ubuntu-latest, 3.12)", "test"),
        ("build (a) / test (b, c)", "build / test"),
        ("test (gcc (Debian) 12, x)", "test"),
        ("call(me)", "call(me)"),
        ("up (a / b) / test (c / d, e)", "up / test"),
        ("Test (Mac) (macos-latest, 22.x)", "Test (Mac)"),
        ("odd :-) (x)", "odd :-)"),
        ("(x)", "(x)"),
    ):
        assert base_name(name) == base
