"""What holds of the labelled logs, besides recall: economy, fingerprints, no redaction, live mechanisms."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from functools import cache
from statistics import mean

import pytest
from bench import economy, fingerprint, without
from bench.labelled import OWN_SET, cases_of

from fire_routine import distill, search

CASES = cases_of(OWN_SET)
ROOT = OWN_SET.parent.parent


@cache
def texts() -> list[economy.Economy]:
    return [economy.of_case(OWN_SET, (60_000,), case)[0] for case in CASES]


def test_texts_are_no_longer_than_they_were_and_tell_the_cause_as_soon() -> None:
    floor = json.loads((OWN_SET / "floor.json").read_text("utf-8"))["text"]
    assert mean(one.length for one in texts()) <= floor["most characters"]
    assert mean(one.soon for one in texts()) >= floor["within the first screen"]
    assert mean(one.recall for one in texts()) >= floor["recall"]


def test_nothing_in_the_labelled_logs_is_redacted() -> None:
    assert [one.text for one in texts() if "[redacted:" in one.text] == []


@pytest.mark.nightly
def test_fingerprints_are_as_stable_and_as_distinct_as_they_were() -> None:
    results = [fingerprint.read(3, log[1:]) for log in fingerprint._logs(OWN_SET)]
    same = [ours for _, by_kind, _ in results for each in by_kind.values() for ours, _ in each]
    other = [not result[2][0] for result in results if result[2] is not None]
    assert (sum(same), len(same)) >= (628, 640)
    assert (sum(other), len(other)) >= (42, 49)


def test_a_log_is_read_alike_with_and_without_the_compiled_search() -> None:
    """In a process of its own, which never had it."""
    code = (
        "import sys; sys.modules['ahocorasick'] = None; sys.path.insert(0, 'src')\n"
        "from fire_routine import distill, search; assert not search.AUTOMATON\n"
        "print(distill.read([open(sys.argv[1], 'rb').read()]))"
    )
    if not search.AUTOMATON:
        pytest.skip("the compiled search is not installed")
    for case in CASES[::10]:
        path = OWN_SET / case["log"]
        done = subprocess.run([sys.executable, "-c", code, path], cwd=ROOT, capture_output=True, check=True)
        assert done.stdout.decode().rstrip("\n") == str(distill.read([path.read_bytes()]))


def test_every_mechanism_that_can_be_switched_off_exists() -> None:
    assert [
        (name, attribute)
        for name, settings in without.OFF.items()
        for where, attribute, _ in settings
        if not hasattr(where, attribute)
    ] == []


def test_a_start_compiles_few_expressions() -> None:
    code = (
        "import re, sys; sys.path.insert(0, 'src'); n = [0]; make = re._compiler.compile\n"
        "def count(*given, **more): n[0] += 1; return make(*given, **more)\n"
        "re._compiler.compile = count; import fire_routine.action; print(n[0])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True, text=True)
    assert int(re.sub(r"\D", "", done.stdout)) <= 130
