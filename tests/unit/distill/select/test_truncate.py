"""A long line that quotes another command's output is cut to its begin and its strongest part."""

from __future__ import annotations

import json

import pytest

from fire_routine import distill
from fire_routine.distill.lines.cuts import abbreviated
from fire_routine.distill.select.truncate import cut

CAUSE = "OSError: [Errno 28] No space left on device: '/srv/shop/db'"
BEFORE = [f"TASK [shop : step {n}] {'*' * 40}" for n in range(60)]
AFTER = [f"PLAY RECAP of web{n} {'*' * 40}" for n in range(60)]
OUTPUT = [*BEFORE, CAUSE, *AFTER]

IN_A_LIST = json.dumps({"stdout_lines": OUTPUT})
IN_A_STRING = json.dumps({"changed": True, "stdout": "\n".join(OUTPUT)})
QUOTED = {
    "a string": IN_A_STRING,
    "a string of a string": json.dumps({"result": IN_A_STRING}),
    "a string of Windows": json.dumps({"stdout": "\r\n".join(OUTPUT)}),
    "a list": IN_A_LIST,
    "a list of a string": json.dumps({"result": IN_A_LIST}),
    "a list without blanks": json.dumps({"stdout_lines": OUTPUT}, separators=(",", ":")),
}


@pytest.fixture(params=QUOTED, ids=str)
def line(request: pytest.FixtureRequest) -> str:
    return f"fatal: [web1]: FAILED! => {QUOTED[request.param]}"


def test_of_ansible_s_result_what_the_command_failed_of_is_shown(line: str) -> None:
    log = f"TASK [deploy] ***\n{line}\nPLAY RECAP ***\n"
    text = distill.excerpt(distill.read([log.encode()]), 2_000).text
    assert "fatal: [web1]: FAILED! => " in text
    assert CAUSE in text


def test_a_cut_line_is_as_long_as_asked_at_most(line: str) -> None:
    assert [limit for limit in range(200, len(line) + 40, 7) if len(cut(line, limit)) > limit] == []


@pytest.mark.parametrize("ends", ['", "', '\\n\\"'])
def test_what_is_left_out_is_counted(ends: str) -> None:
    line = "a" * 5_000 + ends + CAUSE + ends + "z" * 5_000
    shown = cut(line, 1_000)
    head, first, rest = shown.partition(" [… ")
    skipped, _, rest = rest.partition(" characters …] ")
    result, second, rest = rest.partition(" [… ")
    more, _, tail = rest.partition(" characters …] ")
    assert first and second and result.startswith(CAUSE)
    assert len(head) + int(skipped) + len(result) + int(more) + len(tail) == len(line)


@pytest.mark.parametrize(
    "line",
    [
        json.dumps({"stdout": "\n".join(BEFORE + AFTER)}),
        json.dumps({"stdout": "\n".join([CAUSE, *BEFORE, *AFTER])}),
        json.dumps({"stdout": "\n".join([*BEFORE, *AFTER, CAUSE])}),
        "a" * 9_000,
    ],
    ids=["no error", "at its beginning", "at its end", "nothing"],
)
def test_a_line_that_hides_no_error_is_cut_in_its_middle(line: str) -> None:
    assert cut(line, 2_000) == abbreviated(line, 2_000)


def test_there_is_no_room_for_a_quoted_line_in_a_short_one(line: str) -> None:
    assert cut(line, 399) == abbreviated(line, 399)
