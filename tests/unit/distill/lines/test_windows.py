"""However a log comes, and however long its lines are, each is read once and has its number."""

from __future__ import annotations

from fire_routine import distill
from fire_routine.distill.windows import AHEAD, SIZE
from fire_routine.model.evidence import Digest

CHUNKS = (1_000, 60_000, SIZE + 1, 10 * SIZE)
ERROR = b"error: no price in aisle %s\n"
SHORT = b"".join(b"line %d of many\n" % n for n in range(30_000))
LONG = b"".join(b"%d " % n + b"x" * (n % 5 * AHEAD // 2) + b"\n" for n in range(40))
STATES = b"begin\n" + b"".join(b"%d %%\r" % n for n in range(SIZE)) + b"\nend"


def chunked(log: bytes, size: int) -> Digest:
    return distill.read(log[at : at + size] for at in range(0, len(log), size))


def test_each_line_is_read_once_however_the_log_comes() -> None:
    for parts in ([SHORT], [LONG], [LONG, SHORT], [SHORT, LONG], [SHORT, STATES], [b"\n\none\n"]):
        log = b"".join(part + b"\n" + ERROR % name for part, name in zip(parts, (b"A", b"B"), strict=False))
        expected = distill.read([log])
        assert expected.total_lines == log.count(b"\n")
        numbers = {
            line.number: line.text for line in expected.lines if line.text.startswith("error: no price")
        }
        lines = log.split(b"\n")
        assert {number: lines[number - 1].decode() for number in numbers} == numbers
        assert len(numbers) == len(parts)
        assert [size for size in CHUNKS if chunked(log, size) != expected] == []


def test_the_last_line_needs_no_end() -> None:
    counts = {b"": 0, b"\n": 1, b"one": 1, b"one\n": 1, b"\n\none": 3, SHORT[:-1]: 30_000, SHORT: 30_000}
    assert {log: distill.read([log]).total_lines for log in counts} == counts
