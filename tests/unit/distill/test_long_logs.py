"""Long logs: the cause is found wherever it is, and repetitions are shown by example and count."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from tests.unit.distill.long_job import LINES, job

from fire_routine import distill
from fire_routine.distill import match
from fire_routine.distill.match import MOST_LINES, MatchCache, classify
from fire_routine.distill.rules import Rule
from fire_routine.distill.scanner import scan
from fire_routine.distill.steps import failed_steps
from fire_routine.distill.windows import Window

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


@pytest.mark.parametrize("cause", CAUSES)
@pytest.mark.parametrize("at", [100, LINES // 2, LINES - 2_000])
def test_a_format_without_an_error_word_is_found_anywhere(cause: str, at: int) -> None:
    assert cause in distill.excerpt(distill.read([job(cause, at=at)]), 1_000).text


@pytest.mark.parametrize("before", [(), ("2026-01-02T03:04:05.1234567Z a line before it",)])
def test_a_step_is_as_long_as_it_is_where_the_log_begins_with_it_too(before: tuple[str, ...]) -> None:
    log = b"".join(line.encode() + b"\n" for line in before) + job("error: the disk is gone") + b"x\n" * 50
    scanned = scan([log], MatchCache())
    assert failed_steps(scanned, ()).extent == LINES + 4


def window(*lines: bytes) -> Window:
    """Lines as a window that holds them all, and none before them."""
    return Window(list(lines), b"\n".join((b"", *lines)), 0, 0, len(lines), last=True)


def test_cached_matches_survive_a_flood_of_new_lines() -> None:
    known = MatchCache()
    cause = b"error: the cause"
    assert [at for at, *_ in known.look(window(cause))] == [0]
    letters = str.maketrans("0123456789", "abcdefghij")
    flood = [f"error {str(n).translate(letters)}".encode() for n in range(MOST_LINES + 1)]
    assert known.look(window(*flood, cause))[-1][0] == len(flood)
    assert [at for at, *_ in known.look(window(cause))] == [0]


def test_what_one_thread_lets_go_another_still_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    known = MatchCache()
    known.look(window(b"error: the first"))

    def come_between(lines: Sequence[bytes], *, every: bool) -> list[Rule | None]:
        monkeypatch.setattr(match, "classify", classify)
        known.look(window(b"error: of another log", b"error: and one more"))
        known.look(window(b"error: for which there is no room"))
        return classify(lines, every=every)

    monkeypatch.setattr(match, "MOST_LINES", 2)
    monkeypatch.setattr(match, "classify", come_between)
    assert [at for at, *_ in known.look(window(b"error: the first", b"error: the next"))] == [0, 1]


def test_findings_of_each_kind_are_shown_before_more_of_the_most_frequent() -> None:
    found = [f"src/mod_{n}.py:{n}:89: E501 Line too long ({n + 100} > 88)" for n in range(1, 1_001)]
    found[400:400] = ["src/mod_400.py:3:1: F821 Undefined name `total`"]
    text = distill.excerpt(distill.read([job(*found)]), 1_500).text
    assert "F821 Undefined name `total`" in text


def test_an_earlier_step_that_went_on_is_no_cause() -> None:
    earlier = [f"tests/test_{n}.py:{n}: AssertionError: expected to fail" for n in range(50)]
    log = job(*earlier).replace(b"##[error]Process completed with exit code 1.", b"done")
    text = distill.excerpt(distill.read([log + job("error: the disk is gone")]), 1_000).text
    assert "error: the disk is gone" in text
    assert text.count("expected to fail") < 3


@pytest.mark.parametrize(
    ("usual", "cause"),
    [
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
        ("2026-01-02 03:04:05 ERROR 302: Found.", "2026-01-02 03:04:05 ERROR 404: Not Found."),
        ("npm ERR! 10 packages", "npm ERR! 404 Not Found"),
        ("➤ YN0000: done, no error", "➤ YN0001: Error: cannot resolve"),
    ],
)
def test_significant_number_is_distinguished_from_those_before_it(usual: str, cause: str) -> None:
    text = distill.excerpt(distill.read([job(*[usual] * 2_000, cause, *[usual] * 2_000)]), 1_000).text
    assert cause.expandtabs(4) in text


def test_what_one_log_taught_changes_nothing_in_the_next() -> None:
    logs = [job(cause) for cause in CAUSES] + [job("ok 200", "returned a non-zero code: 0")]
    reader = distill.Reader()
    for log in (*logs, *reversed(logs)):
        assert reader.read([log]) == distill.read([log])
