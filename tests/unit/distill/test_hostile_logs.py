"""Logs made to do harm, or merely strange: bounded, and never an exception."""

# ruff: noqa: E501 - a script of few lines
from __future__ import annotations

import itertools
import random
import re
import string
import subprocess
import sys
import tracemalloc
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from fire_routine import distill
from fire_routine.distill import scanner
from fire_routine.distill.lines import LONGEST
from fire_routine.distill.match import MatchCache
from fire_routine.distill.rules import rules
from fire_routine.model.evidence import Digest, utf16_length

MIB = 1024 * 1024
SOURCE = Path(distill.__file__).parents[2]
BOUND = 200_000  # characters of a digest
MARK = re.compile(r"\[… (\d+) characters …\]")


def size(digest: Digest) -> int:
    return sum(len(line.text) + 1 for line in digest.lines)


def repeated(part: bytes, total: int) -> Iterator[bytes]:
    chunk = part * max(1, 65_536 // len(part))
    for _ in range(total // len(chunk)):
        yield chunk


def measured(log: Iterable[bytes]) -> tuple[Digest, int]:
    """The log's digest, and how many bytes reading it took at most."""
    tracemalloc.start()
    try:
        return distill.read(log), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.nightly
@pytest.mark.parametrize(
    "part",
    [
        b"x",  # one line without an end
        b"\0",
        b"\xff\xfe\xfa",
        b"\r",
        b"Progress 10%\r",
        b"\n",
        b"##[group]Run x\n",
        b"##[error]Process completed with exit code 1.\n",
        b"error: no\n",
        b"FAILED a.py::b - c\n",
        b"\x1b[31m",
        b"a.py::b::",
        b"=== RUN   TestA\nerror: no\n--- PASS: TestA (0.00s)\n",
    ],
)
def test_memory_and_digest_stay_bounded(part: bytes) -> None:
    digest, peak = measured(repeated(part, MIB // 4))
    assert size(digest) <= BOUND
    assert utf16_length(distill.excerpt(digest, 4096).text) <= 4096
    assert peak < 9 * MIB  # as after four times the log


@pytest.mark.nightly
@pytest.mark.parametrize("begin", ["##[group]Run ", "##[error]", "travis_time:start:0a\r$ make ", "error: "])
def test_memory_is_bounded_where_long_lines_head_or_end_steps(begin: str) -> None:
    words = "x" * 120_000 + "\N{LADY BEETLE}"  # four bytes for each character of a text that holds it
    end = "##[error]Process completed with exit code 1."
    _, peak = measured(f"{begin}{number}{words}\n{end}\n".encode() for number in range(160))
    assert peak < 48 * MIB


@pytest.mark.nightly
def test_memory_stays_bounded_where_no_line_is_like_another() -> None:
    chance = random.Random(1)
    words = [b"error", b"build", b"FAILED", b"ok", b"test_a", b"in", b"file.py", b"##[error]", b"\x1b[31m"]

    def log(lines: int) -> Iterator[bytes]:
        for _ in range(lines):
            yield b" ".join(chance.choices(words, k=8)) + b" %d\n" % chance.randrange(10**9)

    rules()  # read once, for any log
    distill.read(log(1_000))  # compiles the patterns
    _, peak = measured(log(12_000))
    assert peak < 19 * MIB


def test_long_lines_of_many_findings_are_not_all_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    found = ("a.c:1:2: error: no", "--- FAIL: Test", "error[E0308]: no", "[ERROR] no", "E   assert")

    def log() -> Iterator[bytes]:
        for first, second in itertools.product(string.ascii_lowercase, "abcdefghij"):
            for line in found:
                yield f"{line} {first}{second}{' and so on' * 1_000}\n".encode()

    def held() -> int:
        lines = {line for finding in scanner.scan(log(), MatchCache()).findings for line in finding.lines}
        return sum(map(len, lines))

    assert held() > 4 * MIB
    monkeypatch.setattr(scanner, "HELD", MIB)
    assert held() < 3 * MIB


# Lines on which nested quantifiers would take for ever; the process is killed if one does.
HOSTILE = """
import random
import re
import sys
from fire_routine import distill
from fire_routine.distill.rules import rules as read_rules
from fire_routine.distill.rules import table
tokens = [" ", "\\t", "a", "A", "1", "/", ".", "-", ":", "(", ")", "[", "]", "_", "=", "*", "+", "|", "a/", "a.", "A::",
          "1:", ".py", "::a", "a::", "\\\\", "/a", "[a] ", "at ", "Error", "(A", "=1", "- "]
starts = ["", "= 1 passed", "  expect(", "FAIL ", "FAILED ", "ERROR: ", "a.py::", "x:1:in `a: (", "[ERROR] ", "1) ", "Error: ", "  at ", "E   "]
rules = read_rules()
of_lines = [
    expression
    for rule in rules
    for expression in (rule.before_match, rule.reason, rule.distinguisher)
]
of_tables = [run[name] for run in table("successful_run") for name in ("begins", "succeeded")]
of_tables += [*table("expressions").values(), table("boilerplate")["begins"]]
of_lines += [re.compile(expression.encode()) for expression in of_tables]
most = int(sys.argv[1])  # of the lines; 0: all
chance = random.Random(most)
lines = [(start + token * 600)[:600] + "\\n!" for start in starts for token in tokens]
for line in chance.sample(lines, most) if most else lines:
    for rule in rules:
        rule.pattern.search(line)
    for expression in filter(None, of_lines):
        expression.match(line.encode())
tokens += ['", "', "\\\\n"]
for token in chance.sample(tokens, most // 8) if most else tokens:
    lines = ("ERROR: compile failed", token * 30_000, "=== short test summary info ===", "= " + token * 30_000)
    distill.read(["\\n".join([*lines, "error: no", ""]).encode()])
for line in ("/a/lib/b.jar:" * 9_000, "= " + "1" * 40_000):
    log = ["=== short test summary info ===", *["ERROR: compile failed", line] * 20]
    distill.read(["\\n".join(log).encode()])
"""


@pytest.mark.parametrize("lines", [40, pytest.param(0, marks=pytest.mark.nightly)])
def test_no_pattern_can_be_made_to_backtrack_for_ever(lines: int) -> None:
    command = [sys.executable, "-c", HOSTILE, str(lines)]
    subprocess.run(command, check=True, timeout=600, env={"PYTHONPATH": str(SOURCE)})


def test_mark_of_a_line_cut_several_times_counts_everything_left_out() -> None:
    wrong = []
    for length in (3_000, 30_000, 300_000):
        line = "error: " + "ab " * (length // 3) + "end"
        digest = distill.read([line.encode()])
        for budget in (2_048, *range(22_400, 22_700, 7), 60_000):
            text = distill.excerpt(digest, budget).text
            counts = list(map(int, MARK.findall(text)))
            counted = len(MARK.sub("", text)) + sum(counts)
            if bool(counts) != (len(text) < length) or abs(counted - len(line)) > 4:  # blanks next to cuts
                wrong.append((length, budget))
    assert wrong == []


@pytest.mark.parametrize("digits", [30, 1_000, 5_000])
def test_what_looks_like_a_mark_in_a_log_is_none(digits: int) -> None:
    line = f"error: it broke {'ab ' * 6_000} [… {'9' * digits} characters …] {'ab ' * 6_000}end"
    text = distill.excerpt(distill.read([line.encode()]), 2_048).text
    assert text.startswith("error: it broke")
    assert max(map(int, MARK.findall(text))) < len(line)


def test_without_room_for_a_mark_nothing_is_shown() -> None:
    assert distill.excerpt(distill.read([b"a line\n" * 2_000]), 10).text == ""


def colourful(text: str) -> str:
    """As `jq -C` and others colour what they print: each character takes some ten bytes more."""
    return "".join(f"\x1b[38;5;{ord(character)}m{character}" for character in text)


def test_a_long_line_is_kept_whole_where_colours_make_it_long() -> None:
    words = "error: no price in " + " ".join(f"aisle-{number}" for number in range(600))
    log = f"ready\n{colourful(words)}\n{'a line behind it' * 9_000}\n".encode()
    assert words in [line.text for line in distill.read([log]).lines]


def test_a_secret_in_a_long_line_is_shown_whole_or_not_at_all() -> None:
    secret = "ghp_" + "a1B2" * 9
    for before in (*range(1_280, 1_420, 3), *range(LONGEST // 2 - 60, LONGEST // 2 + 20, 3)):
        line = "x" * before + " " + secret + " " + "y " * (1_800 if before < 2_000 else LONGEST)
        for shown in (line, colourful(line)):
            text = distill.excerpt(distill.read([f"error: no\n{shown}\n".encode()]), 8_192).text
            assert secret in text or "a1B2" not in text


@pytest.mark.parametrize("pieces", [300, 380])
def test_pieces_between_carriage_returns_in_a_long_line_are_searched(pieces: int) -> None:
    states = [f"copying shelf {number} {'.' * 150}" for number in range(pieces)]
    states[pieces // 2] = "ERROR: cannot find scales.h"
    log = "\r".join(states) + "\n##[error]Process completed with exit code 1.\n"
    assert "cannot find scales.h" in distill.excerpt(distill.read([log.encode()]), 8_192).text


def test_progress_bars_are_shown_by_their_last_state_and_other_text_is_kept() -> None:
    log = b"get: 10%\rget: 20%\rget: 100%\rerror: the disk is full\n"
    lines = [line.text for line in distill.read([log]).lines]
    assert lines == ["get: 100%", "error: the disk is full"]


def test_a_long_line_keeps_whole_words_of_its_beginning_and_of_its_end() -> None:
    words = [f"word{number}" for number in range(3_000)]
    line = f"error: {' '.join(words)}"
    text = distill.read([line.encode()]).lines[0].text
    head, _, tail = MARK.split(text)
    assert set(head.split()[1:]) | set(tail.split()) <= set(words)
    assert len(head) > 5_000 < len(tail)
