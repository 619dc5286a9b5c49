"""Lines that a green run of the job prints, too."""

from __future__ import annotations

import itertools

import pytest
from tests.unit.distill.logs import END, read

from fire_routine import distill
from fire_routine.distill.weights import WEIGHTS


def test_lines_that_a_green_run_prints_too_weigh_little() -> None:
    noise = "".join(f"error: known since {n}\n" for n in range(3))
    green = distill.read_green([noise.encode()])
    log = noise + "it is the moon that broke the build\n" + noise
    digest = distill.read([log.encode()], green=green)
    weights = {line: block.weight for block in digest.blocks for line in block.lines}
    assert weights["it is the moon that broke the build"] > weights["error: known since 1"]


def test_a_line_that_the_green_run_prints_in_colour_is_printed_by_it_too() -> None:
    line = "ValueError: bad card"
    log = f"##[group]Run make\n##[endgroup]\n{line}\n##[error]Process completed with exit code 1.\n"
    plain = distill.read_green([log.encode()])
    coloured = distill.read_green([log.replace(line, f"\x1b[31m{line}\x1b[0m").encode()])
    assert distill.read([log.encode()], green=coloured) == distill.read([log.encode()], green=plain)


@pytest.mark.parametrize(("new", "result"), [(3, True), (300, False)])
def test_few_lines_that_a_green_run_lacks_are_shown(new: int, result: bool) -> None:
    def log(end: str, *printed: str) -> str:
        header = ["##[group]Run make", "##[endgroup]"]
        noise = [line for n in range(60) for line in (f"ERROR: cache miss {n}, goes on", "warning: old flag")]
        built = [f"module {n} is built" for n in range(200)]
        lines = [*header, *noise, *printed, *built, *noise, end]
        return "".join(f"2026-01-02T03:04:05.1234567Z {line}\n" for line in lines)

    words = (f"the moon {''.join(letters)}" for letters in itertools.product("abcdefgh", repeat=3))
    red = log(
        "##[error]Process completed with exit code 1.", "sideways it went", *itertools.islice(words, new)
    )
    green = distill.read_green([log("Post job cleanup.").encode()])
    text = distill.excerpt(distill.read([red.encode()], green=green), 400).text
    assert ("sideways it went" in text) == result
    assert "sideways it went" not in distill.excerpt(distill.read([red.encode()]), 400).text


def test_a_long_line_that_the_green_run_prints_too_weighs_little() -> None:
    line = "var a = " + "f(x); " * 9_000
    end = "##[error]Process completed with exit code 1."
    log = f"##[group]Run make\n##[endgroup]\n{line}\nsideways it went\n{end}\n"
    digest = read(log), distill.read([log.encode()], green=distill.read_green([f"{line}\n".encode()]))
    without, against = ({block.lines[0][:6]: block.weight for block in each.blocks} for each in digest)
    assert against["var a "] < without["var a "] / 4
    assert against["sidewa"] > without["sidewa"]


def test_what_a_green_run_does_not_print_is_not_little_where_not_all_of_the_step_is_kept() -> None:
    def log(*printed: str) -> str:
        built = [f"module {n} is built into the folder of its own release" for n in range(3_000)]
        lines = ["##[group]Run make", "##[endgroup]", *printed, *built, "sideways it went", *built[:20]]
        return "".join(f"2026-01-02T03:04:05.1234567Z {line}\n" for line in (*lines, END))

    def weight(*printed: str) -> float:
        digest = distill.read([log(*printed).encode()], green=green)
        return next(block.weight for block in digest.blocks if "sideways it went" in block.lines)

    green = distill.read_green([log().replace("sideways it went\n", "all is well\n").encode()])
    words = ["the moon " + "".join(letters) for letters in itertools.product("abcdefgh", repeat=2)]
    assert weight(*words) < WEIGHTS.new_line
