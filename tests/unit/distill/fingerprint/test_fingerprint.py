"""The fingerprint: equal for the same failure in another run, different for another failure."""

# ruff: noqa: E501 - as the tools print it
from __future__ import annotations

import json
import random
from hashlib import sha1
from itertools import combinations
from pathlib import Path

import pytest

from fire_routine import distill, emulator
from fire_routine.distill.normalize.reruns import normalised
from fire_routine.model import Fingerprint

FAILURES = Path(__file__).parents[1] / "failures"
RECORDINGS = Path(emulator.__file__).parent / "recordings"

LOG = """\
2026-01-02T03:04:07.0000000Z ##[group]Run pytest -q
2026-01-02T03:04:08.0000000Z FAILED tests/test_a.py::test_one - AssertionError: port 40123 of /home/runner/work/x/x/a.sock
2026-01-02T03:04:08.0000000Z FAILED tests/test_a.py::test_two - ValueError: /tmp/abc1de/file is 0x7f3a9c001230
2026-01-02T03:04:08.0000000Z 2 failed, 10 passed in 3.21s
2026-01-02T03:04:09.0000000Z ##[error]Process completed with exit code 1.
"""


def of(log: str) -> Fingerprint | None:
    return distill.read([log.encode()]).fingerprint


def recorded(project: str, kind: str) -> dict[str, Fingerprint | None]:
    """The fingerprints of a project's recorded logs."""
    paths = (FAILURES / project).glob(f"{kind}-*.log")
    return {path.stem: distill.read([path.read_bytes()]).fingerprint for path in sorted(paths)}


PROJECTS = sorted(path.name for path in FAILURES.iterdir())


@pytest.mark.parametrize("project", PROJECTS)
def test_recorded_runs_of_the_same_failure_have_the_same(project: str) -> None:
    same = recorded(project, "same")
    assert len(same) > 1
    assert len(set(same.values())) == 1, same


@pytest.mark.parametrize("project", PROJECTS)
def test_recorded_runs_of_other_failures_have_others(project: str) -> None:
    first, *_ = recorded(project, "same").values()
    other = recorded(project, "other")
    assert len(other) > 1
    for one, another in combinations([first, *other.values()], 2):
        assert one != another, other


def test_failures_of_different_projects_have_different_ones() -> None:
    prints = [recorded(project, "same")["same-1"] for project in PROJECTS]
    assert len(set(prints)) == len(PROJECTS) > 9


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("2026-01-02T03", "2027-11-12T23"),
        ("40123", "51877"),
        ("/home/runner/work/x/x/", "/Users/runner/work/x/x/"),
        ("abc1de", "zz9qpw"),
        ("0x7f3a9c001230", "0x55d0aa10"),
        ("3.21s", "194.07s"),
    ],
)
def test_another_run_of_the_same_failure_has_the_same(old: str, new: str) -> None:
    assert old in LOG
    assert of(LOG.replace(old, new)) == of(LOG)


def test_the_order_of_failed_tests_does_not_matter() -> None:
    lines = LOG.splitlines(keepends=True)
    lines[1], lines[2] = lines[2], lines[1]
    assert of("".join(lines)) == of(LOG)


@pytest.mark.parametrize(
    ("old", "new"), [("test_one", "test_three"), ("ValueError", "KeyError"), ("test_a.py", "test_b.py")]
)
def test_another_failure_has_another(old: str, new: str) -> None:
    assert of(LOG.replace(old, new)) != of(LOG)


def test_an_error_before_the_failed_step_does_not_name_the_failure() -> None:
    before = "2026-01-02T03:04:01.0000000Z FAILED tests/test_z.py::test_tolerated - AssertionError: no\n"
    assert of(before + LOG) == of(LOG)


def test_the_legs_of_a_matrix_that_fail_alike_have_the_same() -> None:
    recording = json.loads((RECORDINGS / "pytest-matrix/recording.json").read_text("utf-8"))
    failed = [job["id"] for job in recording["jobs"] if job["conclusion"] == "failure"]
    logs = [(RECORDINGS / f"pytest-matrix/logs/{job}.log").read_bytes() for job in failed]
    assert len(logs) > 1
    assert len({distill.read([log]).fingerprint for log in logs}) == 1


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
STEP = "##[group]Run make\n%s\n##[error]Process completed with exit code 2.\n"


BUNDLER = (
    "bundler: failed to load command: rspec (/usr/bin/rspec)\n"
    "/usr/lib/ruby/bundler/resolver.rb:348:in `raise_not_found!': %s (Bundler::GemNotFound)\n"
    "\tfrom /usr/lib/ruby/bundler/resolver.rb:423:in `filter_map'"
)
TERRAFORM = """\
│ Error: %s
│\x20
│   on main.tf line 3, in resource "aws_instance" "web":
│    3: resource "aws_instance" "web" {
│\x20
│ The argument or provider "%s" is not there.
"""


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
        # lines below a heading of few words, or with the place below it
        (TERRAFORM % ("Missing required argument", "ami"), TERRAFORM % ("Missing required argument", "role")),
        (TERRAFORM % ("Failed to query available provider packages", "aws"), TERRAFORM % ("Failed to query available provider packages", "null")),
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


def test_a_skipped_test_does_not_name_the_failure() -> None:
    failure = "  1) Failure:\nCartTest#test_total [test/cart_test.rb:4]:\nno price"
    skip = "  2) Skipped:\nCartTest#test_other [test/cart_test.rb:9]:\nnot on JRuby"
    assert of(STEP % f"{failure}\n\n{skip}") == of(STEP % failure) != of(STEP % skip)


def test_how_the_step_began_does_not_name_the_failure() -> None:
    log = STEP % "src/a.js\nerror Command failed with exit code 1."
    assert of(log.replace("Run make\n", "Run make\nshell: /bin/sh\nenv:\n  ID: seven\n##[endgroup]\n")) == of(
        log.replace("Run make\n", "Run make\nshell: /bin/bash\nenv:\n  ID: nine\n##[endgroup]\n")
    )


def test_many_failed_tests_in_another_order_have_the_same() -> None:
    lines = [f"FAILED tests/test_a.py::test_{name}_{n} - ValueError: {n}" for n in range(30) for name in "ab"]
    assert of(STEP % "\n".join(lines)) == of(STEP % "\n".join(reversed(lines)))


MANY = ["".join(chr(97 + (7919 * n // 26**place) % 26) for place in range(4)) for n in range(600)]


MISMATCH = """\
error[E0308]: mismatched types
 --> src/till.rs:12:20
   |
12 |     let n: u32 = "x";
   |                  ^^^ %s
"""


@pytest.mark.parametrize(
    ("lines", "same"),
    [
        (MISMATCH % "expected `u32`, found `&str`", MISMATCH % "expected u32, found &str\n   = note: expected type `u32`"),
        ("till.c:12:5: error: expected ';' before 'return'\n  CC shelf.o", "till.c:12:5: error: expected ';' before 'return'\n  CCLD shop"),
    ],
)  # fmt: skip
def test_what_another_version_or_another_job_adds_below_is_not_in_it(lines: str, same: str) -> None:
    assert of(STEP % lines) == of(STEP % same)


CATCH2 = """\
{ruler}
{name}
{ruler}
till.cpp:8
till.cpp:10: FAILED:
  CHECK( {check} )
with expansion:
  {expansion}
"""
ADDS, ZONE = (
    CATCH2.format(ruler="-" * 79, name=name, check=check, expansion=expansion)
    for name, check, expansion in (
        ("adds tax", "tax(price) == sum", "price == sum"),
        ("zone", 'zone("DE") == "de"', '"DE" == "de"'),
    )
)


def test_what_go_prints_above_a_failed_test_names_it_as_what_it_prints_below() -> None:
    above = "=== RUN   TestTax\n    a_test.go:5: %s\n--- FAIL: TestTax (0.00s)"
    below = "--- FAIL: TestTax (0.00s)\n    a_test.go:5: %s"
    assert (
        of(STEP % (above % "no price")) == of(STEP % (below % "no price")) != of(STEP % (above % "no name"))
    )


def test_the_next_test_does_not_name_the_one_before_it() -> None:
    assert of(STEP % f"{ADDS}\n{ZONE}") == of(STEP % f"{ZONE}\n{ADDS}") != of(STEP % ADDS)


def test_the_source_around_the_place_does_not_name_the_failure() -> None:
    frame = "  × Use === instead of ==.\n\n    2 │ %s\n  > 3 │ if (a == b) {\n      │       ^^\n    4 │   add();\n"
    assert of(STEP % (frame % "let price = rate;")) == of(STEP % (frame % "// kept for later"))


@pytest.mark.parametrize("count", [200, len(MANY)])
@pytest.mark.parametrize(
    "failure",
    [
        "FAILED tests/test_NAME.py::test_x - ValueError: NAME",
        "--- FAIL: TestNAME (0.00s)\n    NAME_test.go:4: no NAME",
        "  1) NAME adds\n     Failure/Error: expect(NAME).to eq 1\n\n       expected: 1\n            got: 2\n",
        "  1) Failure:\nNAMETest#test_x [test/NAME.rb:3]:\nExpected: NAME\n  Actual: nil\n",
        "/home/octo/NAME.js\n  3:5  error  'NAME' is defined but never used  no-unused-vars\n",
    ],
)
def test_very_many_failures_in_another_order_have_the_same(failure: str, count: int) -> None:
    failures = [failure.replace("NAME", name) for name in MANY[:count]]
    shuffled = random.Random(3).sample(failures, count)
    assert of(STEP % "\n".join(failures)) == of(STEP % "\n".join(shuffled))
    assert of(STEP % "\n".join(failures)) != of(STEP % "\n".join(failures[count // 2 :]))


def test_very_many_repeated_failures_have_the_same_in_another_order() -> None:
    names = [one + other for one in MANY[:40] for other in MANY[:40]]
    failures = [f"shop/{name}.c:3:1: error: unknown type {name}" for name in names] * 8
    orders = [random.Random(seed).sample(failures, len(failures)) for seed in range(3)]
    assert len({of(STEP % "\n".join(order)) for order in orders}) == 1


def test_one_failure_among_very_many_of_files_of_one_name_does_not_stand_for_them() -> None:
    prints = {
        of(
            STEP
            % "\n".join(
                ["src/a.ts(1,1): error TS9999: Odd."]
                + [f"src/{name}/index.ts(1,1): error TS2304: Cannot find name '{what}'." for name in MANY]
            )
        )
        for what in ("cart", "order", "price", "stock", "till", "shelf")
    }
    assert len(prints) == 6


def test_very_many_failures_of_another_run_have_the_same() -> None:
    failure = "FAILED /DIGEST/test_NAME.py::test_x - OSError: no /tmp/aDIGEST at DIGEST"
    runs = [
        [
            failure.replace("NAME", name).replace("DIGEST", sha1(f"{run}{name}".encode()).hexdigest())
            for name in MANY
        ]
        for run in ("one", "two")
    ]
    random.Random(3).shuffle(runs[1])
    assert of(STEP % "\n".join(runs[0])) == of(STEP % "\n".join(runs[1]))


def test_the_rest_of_many_lines_counts_too() -> None:
    lines = [f"FAILED tests/test_{'abcdefghijklmnopqrstuvwxyz'[n]}.py::test_x" for n in range(26)]
    other = [*lines[:-1], "FAILED tests/test_z.py::test_y"]
    assert of(STEP % "\n".join(lines)) != of(STEP % "\n".join(other))


@pytest.mark.parametrize(
    ("line", "same"),
    [
        ("/home/a/b/test_x.py:12: in f", "C:\\work\\b\\test_x.py:998: in f"),
        ("see file:///home/runner/work/a/report.html", "see file:///D:/a/a/report.html"),
        ("took 12.5s (pid 4711)", "took 3s (pid 12)"),
        ("after 900 ms", "after 1.2 seconds"),
        ("after 59s", "after 1m3.5s"),
        ("on Mon Jan 5 2026 at 10:11", "on Tue Feb 17 2026 at 3:04"),
        ("at 2026-01-05 10:11:12,345 +0000", "at 2027-11-15 20:01:02,001 +0200"),
        ("id 3f2504e0-4f89-11d3-9a0c-0305e82c3301", "id 9B2504E0-4F89-11D3-9A0C-0305E82C33FF"),
        ("id 12345678-ed12-f53d-de92-0305e82c3301", "id abcdefab-cdef-abcd-efab-cdefabcdefab"),
        ("commit 1a2b3c4", "commit ffee00112233445566778899aabbccddeeff0011"),
        ("<Cart object at 0x7f3a9c001230>", "<Cart object at 0x1F>"),
        ("request 7DGERBD62D4JFCZB failed", "request Q1GABB07D3E4FCZ9 failed"),
        ("[gw3] FAILED a.py", "[gw12] FAILED a.py"),
        ("error in /var/folders/zz/x81/T/tmp1 here", "error in /tmp/other_name here"),
        ("no file '/tmp/pytest-of-runner/pytest-12/x0/a'", "no file 'C:\\Users\\ci\\AppData\\Local\\Temp\\a'"),
        ("no file:///tmp/a", "no file:///C:\\Users\\ci\\AppData\\Local\\Temp\\a"),
        ("lost fv-az123-456", "lost runnervm6x2a"),
        ("in env py311", "in env py312"),
        ("node v18.20.1 said", "node v20.9.0 said"),
        ("--seed 4711 given", "--seed 9 given"),
        ("not on 127.0.0.1:40123", "not on 127.0.0.1:5"),
        ("E0501 10:00:00.123456   12345 cache.go:265] refused", "E1231 22:11:00.999456    2345 cache.go:265] refused"),
        ("slot 2024-05-01T10:00Z taken", "slot 2025-06-02T11:30+02:00 taken"),
        ("[10:03:04 AM] cart is broken", "[1:13 PM] cart is broken"),
        ("pod/cart-5d78c9869d-bb2cx is not ready", "pod/cart-7db6d8ff4d-zq9xk is not ready"),
        ("RequestID: 444258, HostID: Ak3/jd+29=, denied", "RequestID: 777725, HostID: Zz9/kk+11=, denied"),
        ('no database "test_gw0_cart"', 'no database "test_gw13_cart"'),
        ("FAIL: test_total (tests.cart.CartTest)", "FAIL: test_total (tests.cart.CartTest.test_total)"),
        ("thread 'cart::total' panicked at src/lib.rs:9:5:", "thread 'cart::total' (4711) panicked at src/lib.rs:9:5:"),
        ("undefined method `total' for nil", "undefined method 'total' for nil"),
        ("error: ‘total’ undeclared", "error: 'total' undeclared"),
        ("quote the request ID C8C3:1C3F8B:53D2C1:65A2B1:678901AB", "quote the request ID 0C41:3D9A2E:1F88A0:22B3C4:67890F00"),
        ("stopped at status 412 of 900", "stopped at status 455 of 900"),
        ("HTTP 403: rate limit", "HTTP 429: rate limit"),  # GitHub sends either
        ("npm ERR! code EUSAGE", "npm error code EUSAGE"),
        ("    • In the first argument of ‘f’", "    * In the first argument of 'f'"),
        ("├─ zone() ✘ expected: <a> but was: <b>", "+-- zone() [X] expected: <a> but was: <b>"),  # JUnit's, on Windows
        ("✖ the zone is gone", "× the zone is gone"),
        ("❯ cart.test.ts > total", "> cart.test.ts > total"),
        ('it has type "int" here', "it has type int here"),  # OCaml's, in colours
        ("Error: Unbound value total", 'Error: Unbound value "total"'),
        ("a.rb:348:in `raise!': no gem (GemNotFound)", "a.rb:348:in 'Bundler#raise!': no gem (GemNotFound)"),  # until 3.4
        ("status code 502", "status code 503"),  # a server that is down sends either, by chance
    ],
)  # fmt: skip
def test_what_changes_from_run_to_run_is_folded_away(line: str, same: str) -> None:
    assert normalised([line]) == normalised([same])


@pytest.mark.parametrize(
    ("line", "other"),
    [
        ("error CS0103: x", "error CS0246: x"),
        ("test_v1 failed", "test_v2 failed"),
        ("no package example.com/octo/cart/v4", "no package example.com/octo/stock/v5"),
        ("E0308", "E0432"),
        ("/a/b/cart.py", "/a/b/stock.py"),
        ("https://example.com/a", "https://example.com/b"),
        ("testUtf8Latin1", "testUtf8Latin2"),
        ("HTTP 401 from the registry", "HTTP 404 from the registry"),
        ("ID: RUSTSEC-2020-0071", "ID: RUSTSEC-2024-0363"),
        ("GHSA-4q6p-r6v2-jvc5 in cart", "GHSA-4q6p-r7v3-jvc8 in cart"),
        ("test_total (tests.cart.CartTest)", "test_total (tests.till.CartTest.test_total)"),
    ],
)
def test_names_are_kept(line: str, other: str) -> None:
    assert normalised([line]) != normalised([other])


def test_many_lines_are_read_as_one_by_one() -> None:
    lines = ["took 3s", "", "/tmp/x\nand y", "# 7 #", "a/b/c.py:3:"]
    assert normalised(lines) == [normalised([line])[0] for line in lines]
    assert normalised([]) == []


def step(command: str, *printed: str) -> str:
    lines = (f"##[group]Run {command}", command, "shell: /usr/bin/bash -e {0}", "##[endgroup]", *printed)
    return "".join(f"2026-01-02T03:04:07.0000000Z {line}\n" for line in lines)


@pytest.mark.parametrize(
    "printed",
    [
        ("##[error]Process completed with exit code 1.",),
        ("##[error]The operation was canceled.",),
        ("make: *** [Makefile:3: website] Error 2", "##[error]Process completed with exit code 2."),
        ("##[error]The action 'Run it' has timed out after 5 minutes.",),
        ("/tmp/_temp/a1b2.sh: line 1:  2345 Killed  ./run", "##[error]Process completed with exit code 137."),
        ("Segmentation fault (core dumped)", "##[error]Process completed with exit code 139."),
    ],
)
def test_bare_end_of_a_process_is_no_reason(printed: tuple[str, ...]) -> None:
    assert not distill.read([step("./deploy.sh --all", *printed).encode()]).explained


@pytest.mark.parametrize(
    "printed",
    [
        ("error: cannot find crate `serde`", "##[error]Process completed with exit code 101."),
        (
            "/tmp/a1b2.sh: line 1:  2345 Killed  ./run",
            "FAILED tests/test_cart.py::test_total - assert 2 == 1",
        ),
        ("the shop is closed", "##[error]Process completed with exit code 1."),
    ],
)
def test_named_cause_is_a_reason(printed: tuple[str, ...]) -> None:
    assert distill.read([step("./run", *printed).encode()]).explained


def test_a_log_of_which_nothing_is_known_has_none() -> None:
    assert of("") is None
