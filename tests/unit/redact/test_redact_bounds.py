"""Time stays linear on text that was made to be slow."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from fire_routine.redact import redact_text

pytestmark = pytest.mark.nightly

SOURCES = Path(__file__).resolve().parents[3] / "src"
SLOW = (
    *("ghp_ ", "eyJ ", "eyJhbGciOi ", "sk-", "s.", "|", "1/1 ", "pat\n", "ghp_\n", "g\n", "eyJ\n"),
    *(
        "?key=",
        "a_key: ",
        "token ",
        "password=",
        "token - '",
        '""a',
        "X_TOKEN ",
        "ENV A_TOKEN ",
        "http://u:p@",
    ),
    *("discord ", "twitter = ", "lob=live_", "okta: 00", "curl -u a", "auth = ('a', ", 'value = "x"\n'),
    *("cat token\n", "password:\n", "-----BEGIN RSA PRIVATE KEY-----", "aB3/" * 16 + "\n"),
)


def seconds(text: str) -> float:
    begin = time.process_time()
    redact_text(text)
    return time.process_time() - begin


@pytest.mark.parametrize("unit", SLOW)
def test_four_times_the_text_takes_four_times_as_long(unit: str) -> None:
    short, long = (unit * (length // len(unit)) for length in (10_000, 40_000))
    seconds(short)  # compiles the patterns
    # What else the machine does adds to the time of a process, too: a few times it may be too long.
    assert any(seconds(long) < 9 * max(seconds(short), 0.002) for _ in range(10)), unit


@pytest.mark.parametrize("unit", ["ghp_ ", "eyJ ", "http://u:p@"])
def test_a_line_of_a_million_characters_takes_seconds(unit: str) -> None:
    program = (
        "import sys; from fire_routine.redact import redact_text; redact_text(sys.argv[1] * int(sys.argv[2]))"
    )
    count = str(1_000_000 // len(unit))
    command = [sys.executable, "-c", program, unit, count]
    subprocess.run(command, check=True, timeout=60, env={"PYTHONPATH": str(SOURCES)})
