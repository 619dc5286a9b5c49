"""`distill`: the excerpt of a log file."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from tests.unit.cli.logs import LOG

from fire_routine.cli import main


def test_distill_prints_the_cause(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "job.log").write_text(LOG)
    assert main(["distill", str(tmp_path / "job.log"), "--max-characters", "300"]) == 0
    out = capsys.readouterr().out
    assert "E       assert 20 == 21" in out
    assert len(out) <= 301


def test_distill_prints_nothing_that_takes_effect_on_a_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "log").write_text("Error: no \x1bc ledger \x1b#8 for \x9b2J the shop\u202e\n", "utf-8")
    assert main(["distill", str(tmp_path / "log")]) == 0
    assert capsys.readouterr() == ("Error: no  ledger  for  the shop\n", "")  # no progress: it is no terminal


@pytest.mark.parametrize("option", [[], ["red.log", "--green"]])
def test_distill_refuses_what_is_no_log(
    option: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("red.log").write_text(LOG)
    Path("logs.zip").write_bytes(b"PK\x03\x04" + LOG.encode())
    Path("a.log").write_bytes(gzip.compress(LOG.encode()))
    Path("x.bin").write_bytes(bytes(range(256)) * 9)
    for name, said in {
        "logs.zip": "it is compressed: unpack it",
        "a.log": "it is compressed: unpack it",
        "x.bin": "it is binary",
        "none.log": "No such file",
    }.items():
        assert main(["distill", *option, name]) == 1
        out, err = capsys.readouterr()
        assert (out, err.count("\n")) == ("", 1)
        assert f"{name}: {said}" in err


def test_distill_can_t_read_two_logs_from_standard_input(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["distill", "-", "--green", "-"]) == 2
    captured = capsys.readouterr()
    assert (captured.out, captured.err.count("\n")) == ("", 1)
    assert "--green" in captured.err


def test_distill_reports_that_a_log_has_no_failure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for log, lines in (("all is well\n", "1 line"), ("a\n" * 1200, "1,200 lines")):
        (tmp_path / "log").write_text(log)
        assert main(["distill", str(tmp_path / "log")]) == 0
        assert capsys.readouterr().err == f"nothing looks like a failure ({lines} read)\n"


def test_distill_reads_a_log_with_nuls_and_one_that_begins_as_a_compressed_file_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for log in (
        (LOG + "\0").encode(),
        bytes(1_500_000) + LOG.encode(),  # it was truncated while it was written
        LOG.encode("utf-16"),  # as Windows PowerShell redirects
        b"\xfe\xff" + LOG.encode("utf-16-be"),
        b"BZhang pushed\n" + LOG.encode(),
    ):
        (tmp_path / "log").write_bytes(log)
        assert main(["distill", str(tmp_path / "log")]) == 0
        assert "assert 20 == 21" in capsys.readouterr().out, log[-20:]


def test_distill_shows_the_strongest_lines_first_where_the_excerpt_is_long(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    noise = "".join(f"warning: {n} something is old in module {n * 7919}\n" for n in range(400))
    (tmp_path / "log").write_text(noise + "error[E0308]: mismatched types\n --> src/lib.rs:4:5\n" + noise)
    assert main(["distill", str(tmp_path / "log"), "--max-characters", "6000"]) == 0
    shown = capsys.readouterr().out
    assert len(shown) <= 6_001
    lead = shown.partition("(Above: the strongest lines.")[0]
    assert "error[E0308]: mismatched types" in lead
    assert len(lead) < 2_000
