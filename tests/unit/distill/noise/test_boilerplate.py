"""Lines that are printed in any failure: those of tools are the examples in `knowledge/boilerplate.toml`."""

from __future__ import annotations

from tools import rule_checks


def test_an_example_that_is_no_boilerplate_is_reported_and_a_counter_example_that_is() -> None:
    entry = {"match": "Post job", "examples": ["error: no"], "not": ["Post job cleanup."]}
    assert list(rule_checks.of_boilerplate(entry)) == [
        "boilerplate Post job: not boilerplate: error: no",
        "boilerplate Post job: boilerplate: Post job cleanup.",
    ]
    assert list(rule_checks.of_boilerplate({"match": "x"})) == ["boilerplate x: it has no example"]
