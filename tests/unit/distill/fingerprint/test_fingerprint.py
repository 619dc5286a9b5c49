"""The fingerprint: equal for the same failure in another run, different for another failure."""

# ruff: noqa: E501 - as the tools print it
from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.distill.logs import STEP, of

from fire_routine import distill
from fire_routine.model.evidence import Fingerprint

FAILURES = Path(__file__).parents[1] / "failures"
LOG = """\
2026-01-02T03:04:07.0000000Z ##[group]Run pytest -q
2026-01-02T03:04:08.0000000Z FAILED tests/test_a.py::test_one - AssertionError: port 40123 of /home/runner/work/x/x/a.sock
2026-01-02T03:04:08.0000000Z FAILED tests/test_a.py::test_two - ValueError: /tmp/abc1de/file is 0x7f3a9c001230
2026-01-02T03:04:08.0000000Z 2 failed, 10 passed in 3.21s
2026-01-02T03:04:09.0000000Z ##[error]Process completed with exit code 1.
"""


PROJECTS = sorted(path.name for path in FAILURES.iterdir())


def recorded(project: str, kind: str) -> set[Fingerprint | None]:
    """The fingerprints of a project's recorded logs."""
    paths = list((FAILURES / project).glob(f"{kind}-*.log"))
    assert len(paths) > 1
    return {distill.read([path.read_bytes()]).fingerprint for path in paths}


def test_recorded_runs_of_the_same_failure_have_the_same_and_others_have_others() -> None:
    same = {project: recorded(project, "same") for project in PROJECTS}
    assert [project for project, prints in same.items() if len(prints) != 1 or None in prints] == []
    other = {project: recorded(project, "other") for project in PROJECTS}
    files = {project: len(list((FAILURES / project).glob("other-*.log"))) for project in PROJECTS}
    assert [project for project in PROJECTS if len(other[project] - same[project]) != files[project]] == []
    assert len(set().union(*same.values())) == len(PROJECTS) > 9


def test_an_error_before_the_failed_step_does_not_name_the_failure() -> None:
    before = "2026-01-02T03:04:01.0000000Z FAILED tests/test_z.py::test_tolerated - AssertionError: no\n"
    assert of(before + LOG) == of(LOG)


JAVADOC = (
    "[ERROR] Failed to execute goal org.apache.maven.plugins:maven-javadoc-plugin:3.12.0:javadoc on project shop\n"
    "[ERROR] /w/src/Cart.java:14: warning: %s\n[ERROR] error: warnings found and -Werror specified"
)


AGENT = (
    'Exception in thread "main" java.lang.reflect.InvocationTargetException\n'
    "Caused by: java.lang.IllegalArgumentException: %s\n"
    "\tat org.jacoco.agent.rt.internal_035b120.core.runtime.AgentOptions.<init>(AgentOptions.java:150)\n"
    "FATAL ERROR in native method: processing of -javaagent failed"
)


DETAIL = (
    "[ERROR] node:internal/modules/cjs/loader:1080\n[ERROR]   throw err;\n[ERROR]   ^\n"
    "[ERROR]   %s\n[ERROR] npm error code 1"
)


BUNDLER = (
    "bundler: failed to load command: rspec (/usr/bin/rspec)\n"
    "/usr/lib/ruby/bundler/resolver.rb:348:in `raise_not_found!': %s (Bundler::GemNotFound)\n"
    "\tfrom /usr/lib/ruby/bundler/resolver.rb:423:in `filter_map'"
)


@pytest.mark.parametrize(
    ("lines", "other"),
    [
        # what every failure's lines hold distinguishes none: the lines before them do
        ("src/a.js\nerror Command failed with exit code 1.", "src/b.js\nerror Command failed with exit code 1."),
        # what a line ending with a colon announces
        ("CMake Error at a.cmake:138 (message):\n  Could NOT find Halide\n", "CMake Error at a.cmake:138 (message):\n  Could NOT find Zlib\n"),
        # words of any script
        ("Error: Не удалось подключиться", "Error: Файл конфигурации повреждён"),
        ("E   AssertionError: 用户不存在", "E   AssertionError: 余额不足"),
        # javadoc's warnings where they fail the build, details after Maven's level, and what its agent fails of
        (JAVADOC % "no @param for <T>", JAVADOC % "no comment"),
        (DETAIL % "Invalid configuration: unknown key presset", DETAIL % "Could not load plugin cart"),
        (AGENT % "Unknown agent option: tils", AGENT % "Invalid port: 70000"),
        ("src/A.hs:1:5: error: [GHC-88464]\n    Variable not in scope: total", "src/A.hs:1:5: error: [GHC-88464]\n    Variable not in scope: rate"),
        ("error: linking with `cc` failed: exit status: 1\n  = note: /usr/bin/ld: cannot find -lscales", "error: linking with `cc` failed: exit status: 1\n  = note: /usr/bin/ld: cannot find -ltills"),
        # what Ruby raised in a library, in a line that is written as a frame
        (BUNDLER % "Could not find gem 'rails'", BUNDLER % "Could not find gem 'rake'"),
        # lines in a box, in a table, at a pointer
        ("CMake Error at a.cmake:1 (message):\n\n  ====================\n  libscales is missing\n  ====================", "CMake Error at a.cmake:1 (message):\n\n  ====================\n  libtill is missing\n  ===================="),
        ("CMake Error at a.cmake:1 (message):\n  Missing dependency\n\n  --------------------\n\n  libscales", "CMake Error at a.cmake:1 (message):\n  Missing dependency\n\n  --------------------\n\n  libtill"),
        ("ERROR:  rows without a price:\n id | name\n----+---\n  1 | apples", "ERROR:  rows without a price:\n id | name\n----+---\n  1 | pears"),
        ("error:\n  12 │ import cart from './cart'\n     │        ^ not exported", "error:\n  12 │ import till from './till'\n     │        ^ not exported"),
        ('Expected: null\nReceived: "null"', 'Expected: "null"\nReceived: null'),
        # a total is not what failed
        ("[ERROR] templates/: template: a.yaml:1: no tag\nError: 1 chart(s) linted, 1 chart(s) failed", "[ERROR] templates/: template: a.yaml:1: no name\nError: 1 chart(s) linted, 1 chart(s) failed"),
        # what is not found is not what is forbidden
        ("Error: Request failed with status code 404", "Error: Request failed with status code 403"),
        # a test's name and its message
        ("--- FAIL: TestA (0.00s)\n    a_test.go:5: no name", "--- FAIL: TestA (0.00s)\n    a_test.go:5: no price"),
        ("--- FAIL: TestA (0.00s)\n    a_test.go:5: no name", "--- FAIL: TestB (0.00s)\n    a_test.go:5: no name"),
        ("--- FAIL: TestA (0.00s)\n    a_test.go:5: one\n--- FAIL: TestB (0.00s)\n    a_test.go:9: two", "--- FAIL: TestA (0.00s)\n    a_test.go:5: 0ne\n--- FAIL: TestB (0.00s)\n    a_test.go:9: two"),
    ],
)  # fmt: skip
def test_what_distinguishes_failures_is_in_it(lines: str, other: str) -> None:
    assert of(STEP % lines) != of(STEP % other)
    assert of(STEP % lines) == of(STEP % f"{lines}\nmake: *** [Makefile:2: all] Error 1")


@pytest.mark.parametrize(
    "noise",
    [
        "  at Object.<anonymous> (/home/runner/work/a/a/node_modules/x/index.js:9:1)",
        "make: *** [Makefile:99: all] Error 2",
        "npm error code ELIFECYCLE",
        "error: download failed, retrying in 3 s",
        "1 failed, 3 passed in 0.02s",
    ],
)
def test_lines_that_say_nothing_of_the_failure_are_not(noise: str) -> None:
    lines = "FAILED tests/test_a.py::test_one - ValueError: no price"
    assert of(STEP % f"{lines}\n{noise}") == of(STEP % lines)


def pytest_log(width: int, title: str) -> str:
    """As pytest prints a failed test on a console with this many columns (`TerminalWriter.sep`)."""
    sides = "_" * max((width - len(title) - 2) // 2, 1)
    bar = f"{sides} {title} {sides}"
    bar += "_" if len(bar) < width else ""
    return f"""\
##[group]Run pytest
##[endgroup]
{bar}

>       assert total([1, 2]) == 4
E       assert 3 == 4

tests/test_till.py:7: AssertionError
##[error]Process completed with exit code 1.
"""


@pytest.mark.parametrize(
    "title", ["test_total", "TestTill.test_total[one-two]", "test_" + "x" * 70, "ERROR at setup of test_a"]
)
def test_the_width_of_the_console_does_not_change_it(title: str) -> None:
    assert len({of(pytest_log(width, title)) for width in (74, 78, 79, 80, 120)}) == 1
    assert of(pytest_log(80, title)) != of(pytest_log(80, title + "_again"))


def test_how_the_step_began_does_not_name_the_failure() -> None:
    log = STEP % "src/a.js\nerror Command failed with exit code 1."
    assert of(log.replace("Run make\n", "Run make\nshell: /bin/sh\nenv:\n  ID: seven\n##[endgroup]\n")) == of(
        log.replace("Run make\n", "Run make\nshell: /bin/bash\nenv:\n  ID: nine\n##[endgroup]\n")
    )
