"""Long logs: the cause is found wherever it is, and repetitions are shown by example and count."""

from __future__ import annotations

from fire_routine import distill

LINES = 30_000
# Formats of tools of which no line holds an error word.
CAUSES = [
    "flag provided but not defined: -trace2_event_file",
    "src/app.py:7:1: F401 [*] `os` imported but unused",
    "would reformat src/pkg/mod.py",
    "src/index.js:36:16: Unexpected trailing comma.",
    "./main.go:7:2: undefined: fmt.Printl",
    "lib/a.rb:374:31: C: Performance/RegexpMatch: Use match? instead of =~",
    "  12) Array #indexOf() returns -1:",
    "Dubious, test returned 1 (wstat 256, 0x100)",
    "** (exit) exited in: GenServer.call(Demo.Server, :sum, 5000)",
    "  ● Calculator › adds",
]
# A line that is often printed, and one that differs in a number and is the cause.
USUAL = [
    ("GET /total/7 HTTP/1.1 200", "GET /total/8 HTTP/1.1 500"),
    ("GET /total/7 HTTP/1.1 200", "GET /total/8 HTTP/1.1 404"),
    ("worker 3 exited with code 0", "worker 4 exited with code 137"),
    ("12 tests, 0 failures", "12 tests, 3 failures"),
    ("0 failed, 3 passed", "5 failed, 3 passed"),
    ("\t0 errors", "\t5 errors"),
    ("# FAIL:  0", "# FAIL:  2"),
    ("# fail 0", "# fail 3"),
    ("✖ 5 problems (0 errors, 5 warnings)", "✖ 5 problems (3 errors, 2 warnings)"),
    ("app exited with 1", "app exited with 137"),
    ("2026-02-03 04:05:06 ERROR 302: Found.", "2026-02-03 04:05:06 ERROR 404: Not Found."),
    ("npm ERR! 10 packages", "npm ERR! 404 Not Found"),
    ("➤ YN0000: done, no error", "➤ YN0001: Error: cannot resolve"),
]


def job(*found: str, at: int = LINES // 2) -> bytes:
    """A step of many lines, as GitHub logs it, with other lines in its middle."""
    lines = [f"compiled module {n} of {LINES} into build/{n % 97}/out" for n in range(LINES)]
    lines[at:at] = found
    lines = [
        "##[group]Run make check",
        "shell: /usr/bin/bash -e {0}",
        "##[endgroup]",
        *lines,
        "##[error]Process completed with exit code 1.",
    ]
    return "".join(f"2026-01-02T03:04:05.1234567Z {line}\n" for line in lines).encode()


def test_a_format_without_an_error_word_is_found_anywhere() -> None:
    lost = [
        (cause, at)
        for cause in CAUSES
        for at in (100, LINES // 2, LINES - 2_000)
        if cause not in distill.excerpt(distill.read([job(cause, at=at)]), 1_000).text
    ]
    assert lost == []


def test_an_earlier_step_that_went_on_is_no_cause() -> None:
    earlier = [f"tests/test_{n}.py:{n}: AssertionError: expected to fail" for n in range(50)]
    log = job(*earlier).replace(b"##[error]Process completed with exit code 1.", b"done")
    text = distill.excerpt(distill.read([log + job("error: the disk is gone")]), 1_000).text
    assert "error: the disk is gone" in text
    assert text.count("expected to fail") < 3


def test_significant_number_is_distinguished_from_those_before_it() -> None:
    lost = []
    for usual, cause in USUAL:
        log = job(*[usual] * 2_000, cause, *[usual] * 2_000)
        if cause.expandtabs(4) not in distill.excerpt(distill.read([log]), 1_000).text:
            lost.append((usual, cause))
    assert lost == []


def test_what_one_log_taught_changes_nothing_in_the_next() -> None:
    logs = [job(cause) for cause in CAUSES] + [job("ok 200", "returned a non-zero code: 0")]
    reader = distill.Reader()
    for log in (*logs, *reversed(logs)):
        assert reader.read([log]) == distill.read([log])


def test_an_error_that_a_passed_test_prints_again_in_a_long_log_is_still_one() -> None:
    """What a passed test printed is taken back; the same line of an earlier step stays a finding."""
    step = ["##[group]Run make", "shell: bash", "##[endgroup]"]
    log = [*step, "error: x", *step, "=== RUN   TestA", "error: x", "--- PASS: TestA (0.00s)"]
    log += [f"line {number} of the output" for number in range(6_000)]
    log += ["=== RUN   TestB", "    b_test.go:7: got 1, want 2", "--- FAIL: TestB (0.00s)"]
    digest = distill.read(["\n".join([*log, "##[error]Process completed with exit code 1."]).encode()])
    assert not digest.fault
    assert "error: x" in distill.excerpt(digest, 4_096, everything=True).text
