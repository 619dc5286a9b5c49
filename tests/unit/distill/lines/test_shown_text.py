"""What a raw line shows."""

from __future__ import annotations

import pytest
from tests.unit.distill.logs import GITHUB_LOG, read

from fire_routine import distill


@pytest.mark.parametrize("stream", ["00O ", "01E ", "00O+"])
def test_what_gitlab_puts_before_each_line_is_no_part_of_it(stream: str) -> None:
    other = [f"PASS src/{'abcdefgh'[n % 8]}{n}.test.ts" for n in range(400)]
    found = ["[lint] src/cart.py:12:5: F821 Undefined name `total`", "Found 1 error."]
    log = "".join(f"2026-01-02T03:04:05.123456Z {stream}{line}\n" for line in [*other, *found, *other])
    text = distill.excerpt(distill.read([log.encode()]), 2_048).text
    assert found[0] in text
    assert stream not in text


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_what_windows_powershell_wrote_into_a_file_is_read_as_its_text(encoding: str, size: int) -> None:
    lines = "".join(line.partition("Z ")[2] + "\r\n" for line in GITHUB_LOG.splitlines()) + "≠ 😀\r\n"
    data = ("\ufeff" + lines).encode(encoding)
    digest = distill.read(data[at : at + size] for at in range(0, len(data), size))
    assert distill.excerpt(digest, 2_000) == distill.excerpt(read("\ufeff" + lines), 2_000)
    assert digest.fingerprint == read(lines).fingerprint


def test_of_a_fold_that_somebody_joined_with_a_line_the_line_is_shown() -> None:
    log = 'ready\ntravis_fold:end:scriptmake: *** [test] Error 2\nThe command "make test" exited with 2.\n'
    assert "make: *** [test] Error 2" in distill.excerpt(read(log), 2_000).text


def test_a_fold_alone_in_its_line_is_not_shown() -> None:
    folds = (
        "travis_fold:end:install\r\x1b[0K",
        "travis_fold:start:script\r\x1b[0K",
        "travis_time:start:0a1\r\x1b[0K",
    )
    log = "\n".join(["ready", *folds, "$ make test\r", "error: no", 'The command "make test" exited with 2.'])
    assert "travis_" not in distill.excerpt(read(log), 2_000).text


@pytest.mark.parametrize(
    "hidden",
    ["\x1b_bk;t=1729032368633\x07", "\x1bP1$r0m\x1b\\", "\x1b[8mha:////4KqYfGuKHDA7cSAwAQ+/4=\x1b[0m"],
    ids=["Buildkite's time", "device control string", "Jenkins' note"],
)
def test_what_a_terminal_would_not_show_is_no_part_of_a_line(hidden: str) -> None:
    digest = read(f"{hidden}make: started\n{hidden}cart.c:7:3: error: no price\n")
    shown = [line.text for line in digest.lines]
    assert shown == ["make: started", "cart.c:7:3: error: no price"]
    assert "compiler" in {line.rule for line in digest.lines}


@pytest.mark.parametrize("budget", [300, 900, 2_000, 60_000])
def test_lines_have_their_numbers_after_any_carriage_returns(budget: int) -> None:
    lines = [
        f"shelf {n} is counted\rshelf {n} is shut"
        if n % 3
        else f"error: no price in aisle {chr(65 + n % 26)}"
        for n in range(120)
    ]
    shown = distill.excerpt(read("\n".join(lines)), budget)
    assert shown.shown
    for line in shown.shown:
        assert line.text in lines[line.number - 1].split("\r")


@pytest.mark.parametrize("before", ["\n", "progress 99%\r", "\x1b]0;a title\x07"])
def test_format_is_found_after_what_is_no_part_of_a_lines_text(before: str) -> None:
    green = "".join(f"PASS src/{'abcdefgh'[n % 8]}{n}.test.ts\n" for n in range(9_000))
    text = distill.excerpt(read(f"{green}x\n{before} FAIL: total of an empty cart\n{green}"), 2_048).text
    assert "FAIL: total of an empty cart" in text
    indented = f"{green}x\n{before} In src/cart.sh line 12:\n  rm -rf $1\n{green}"
    assert "In src/cart.sh line 12:" in distill.excerpt(read(indented), 2_048).text


@pytest.mark.parametrize("between", ["\r", ""])
def test_end_of_an_endless_line_is_found(between: str) -> None:
    words = "npm ERR! code ERESOLVE"
    bar = "\x1b[2K\x1b[33m=\x1b[0m" * 2_000
    green = "".join(f"PASS src/{'abcdefgh'[n % 8]}{n}.test.ts\n" for n in range(9_000))
    line = f"{bar}\r{words}{between}" if between else f"{words} {bar}"
    text = distill.excerpt(read(f"{green}{line}\n{green}"), 4_096).text
    assert words in text


def test_a_log_with_carriage_returns_at_the_ends_of_its_lines_reads_as_without() -> None:
    assert read(GITHUB_LOG.replace("\n", "\r\n")) == read(GITHUB_LOG)
