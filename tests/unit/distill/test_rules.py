"""Each format, by lines that the tool really prints: the rule that takes the line has the name that is expected."""

# ruff: noqa: E501 - as the tools print it
from __future__ import annotations

import pytest

from fire_routine.distill.classify import classify_line
from fire_routine.distill.rules import DULL, GENERAL, SPECIFIC

PRINTED = [
    ("pytest-assertion", "E       assert 3 == 4"),
    ("pytest-test", "_______________________________ test_total _______________________________"),
    ("pytest-failed", "FAILED tests/test_a.py::test_total - assert 3 == 4"),
    ("pytest-total", "========================= 1 failed, 2 passed in 0.12s ========================="),
    ("pytest-summary", "=========================== short test summary info ============================"),
    ("unittest-test", "FAIL: test_upper (test_strings.TestStrings.test_upper)"),
    ("unittest-total", "FAILED (failures=1, errors=2)"),
    ("python-exception", "ModuleNotFoundError: No module named 'yaml'"),
    ("python-exception", "requests.exceptions.ConnectionError: HTTPSConnectionPool"),
    ("python-traceback", "Traceback (most recent call last):"),
    ("python-fatal", "Fatal Python error: Segmentation fault"),
    ("tox-environment", "  py311: commands failed"),
    ("nox-session", "nox > Session tests-3.11 failed."),
    (
        "mypy",
        'pkg/mod.py:12: error: Incompatible return value type (got "int", expected "str")  [return-value]',
    ),
    ("python-lint", "pkg/mod.py:1:1: F401 `os` imported but unused"),
    ("black", "would reformat src/pkg/mod.py"),
    ("pip", "ERROR: Could not find a version that satisfies the requirement nope==1 (from versions: none)"),
    ("jest-test", "  ● Calculator › adds"),
    ("jest-file", "FAIL src/calculator.test.ts"),
    ("jest-mark", "    ✕ adds (3 ms)"),
    ("vitest-failed", " FAIL  src/math.test.ts > adds"),
    ("mocha-failing", "  2 failing"),
    ("numbered-failure", "  1) Array #indexOf() returns -1:"),
    ("playwright", "  1) [chromium] › tests/home.spec.ts:5:1 › has title "),
    ("eslint", "  12:7  error  'x' is assigned a value but never used  no-unused-vars"),
    ("tsc", "src/index.ts(3,7): error TS2322: Type 'string' is not assignable to type 'number'."),
    ("npm-code", "npm ERR! code ERESOLVE"),
    ("npm-noise", "npm ERR! A complete log of this run can be found in:"),
    ("pnpm", ' ERR_PNPM_OUTDATED_LOCKFILE  Cannot install with "frozen-lockfile"'),
    ("yarn-command", "error Command failed with exit code 1."),
    ("tap", "not ok 3 - returns the sum"),
    ("go-test", "--- FAIL: TestSum (0.00s)"),
    ("go-package", "FAIL\texample.com/sum\t0.004s"),
    ("go-compile", "./main.go:7:2: undefined: fmt.Printl"),
    ("go-panic", "panic: runtime error: index out of range [3] with length 3"),
    ("rustc", "error[E0308]: mismatched types"),
    ("cargo-test", "test tests::adds ... FAILED"),
    ("rust-panic", "thread 'tests::adds' panicked at src/lib.rs:9:5:"),
    ("rustc-end", "error: could not compile `demo` (lib) due to 1 previous error"),
    ("javac", "[ERROR] /home/runner/work/a/a/src/main/java/A.java:[3,13] cannot find symbol"),
    ("surefire-test", "[ERROR] sums(SumTest)  Time elapsed: 0.02 s  <<< FAILURE!"),
    (
        "maven-goal",
        "[ERROR] Failed to execute goal org.apache.maven.plugins:maven-surefire-plugin:3.2.5:test",
    ),
    ("gradle-test", "SumTest > sums() FAILED"),
    ("gradle-what", "* What went wrong:"),
    ("kotlin", "e: file:///a/src/main/kotlin/A.kt:3:5 Unresolved reference: foo"),
    ("jvm-exception", "java.lang.IllegalStateException: no"),
    ("sbt-error", "[error] /a/src/main/scala/A.scala:3:5: not found: value foo"),
    (
        "msbuild",
        "Program.cs(3,9): error CS0103: The name 'foo' does not exist in the current context [/a/a.csproj]",
    ),
    ("xunit", "[xUnit.net 00:00:00.52]     Demo.SumTests.Sums [FAIL]"),
    ("compiler", "src/a.c:10:5: error: expected ';' before 'return'"),
    ("linker-undefined", "a.c:(.text+0x5): undefined reference to `foo'"),
    ("cmake", "CMake Error at CMakeLists.txt:3 (find_package):"),
    ("make", "make: *** [Makefile:12: all] Error 2"),
    ("ninja", "FAILED: CMakeFiles/a.dir/a.c.o "),
    ("ctest-test", "1/2 Test #1: sums .............................***Failed    0.01 sec"),
    ("gtest", "[  FAILED  ] Sum.Adds (0 ms)"),
    ("sanitizer", "==123==ERROR: AddressSanitizer: heap-use-after-free on address 0x602000000010"),
    ("minitest", "  1) Failure:"),
    ("rspec-example", "     Failure/Error: expect(1).to eq(2)"),
    ("rspec-rerun", "rspec ./spec/sum_spec.rb:4 # Sum adds"),
    ("rubocop", "lib/a.rb:3:1: C: Style/StringLiterals: Prefer single-quoted strings"),
    ("phpunit-test", "1) SumTest::testAdds"),
    ("exunit", "  1) test adds (SumTest)"),
    ("ghc", "src/Lib.hs:7:9: error: [GHC-88464]"),
    ("r-check", "* checking tests ... ERROR"),
    ("prove", "Failed 1/3 subtests "),
    ("xctest-case", "Test Case '-[SumTests testAdds]' failed (0.002 seconds)."),
    ("buildkit", '#8 ERROR: process "/bin/sh -c make" did not complete successfully: exit code: 2'),
    ("docker-daemon", "Error response from daemon: manifest for python:3.99 not found: manifest unknown"),
    ("terraform", "│ Error: Unsupported argument"),
    ("kubectl", 'Error from server (NotFound): deployments.apps "a" not found'),
    ("helm", "Error: UPGRADE FAILED: timed out waiting for the condition"),
    ("git", "fatal: could not read Username for 'https://github.com': terminal prompts disabled"),
    ("apt", "E: Unable to locate package nope"),
    ("curl", "curl: (6) Could not resolve host: example.invalid"),
    ("killed", "/bin/bash: line 1:  4711 Killed                  ./run"),
    ("out-of-memory", "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory"),
    ("disk-full", "tar: a: Wrote only 512 of 10240 bytes: No space left on device"),
    ("actions-canceled", "##[error]The operation was canceled."),
    ("actions-exit", "##[error]Process completed with exit code 1."),
    ("travis-exit", 'The command "make" exited with 2.'),
]


@pytest.mark.parametrize(("name", "line"), PRINTED)
def test_a_line_is_taken_by_the_rule_of_its_tool(name: str, line: str) -> None:
    rule = classify_line(line.encode())
    assert rule is not None
    assert rule.name == name


@pytest.mark.parametrize(
    ("name", "prefix"),
    [
        ("compiler", "[12:34:56] "),
        ("compiler", "2026-01-02 03:04:05,678 "),
        ("compiler", "#12 0.345 "),
        ("compiler", "web_1  | "),
    ],
)
def test_what_another_tool_puts_before_a_line_is_looked_behind(name: str, prefix: str) -> None:
    rule = classify_line((prefix + "src/a.c:10:5: error: expected ';' before 'return'").encode())
    assert rule is not None
    assert rule.name == name


@pytest.mark.parametrize(
    "line",
    [
        "  ✓ shows an error page (3 ms)",
        "test errors::display ... ok",
        "=== RUN   TestFailure",
        "--- PASS: TestErrorHandling (0.00s)",
        "Tests run: 3, Failures: 0, Errors: 0, Skipped: 0",
        "0 errors, 3 warnings",
        "   Compiling error-chain v0.12.4",
        "copying src/errors.py",
    ],
)
def test_lookalikes_weigh_next_to_nothing(line: str) -> None:
    rule = classify_line(line.encode())
    assert rule is None or rule.weight < 4


def test_every_rule_has_a_name_of_its_own() -> None:
    names = [rule.name for rule in (*DULL, *SPECIFIC, *GENERAL)]
    assert len(names) == len(set(names))
