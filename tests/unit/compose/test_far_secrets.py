"""A secret that is named anywhere in a log is gone everywhere, though the line that names it is not shown."""

from __future__ import annotations

import pytest
from tests.unit.compose.material import job, run

from fire_routine import distill
from fire_routine.compose import compose, group

SECRET = "Winter26!Horse"
QUIET = [f"step {number} of the build went well" for number in range(3_000)]
PLACES = {
    "a variable": [f"export DB_PASSWORD={SECRET}"],
    "the line below its name": ["password: |", f"  {SECRET}"],
    "the options of a command": [f"docker login -u ci -p {SECRET} registry.example.com"],
    "the line below the command that prints it": ["+ op item get db --reveal", SECRET],
    "the line below a command of any tool": ["$ acme db show-password web", SECRET],
    "the line above the command that takes it": [f"+ echo {SECRET}", "+ sudo -S true"],
    "a short option": [f"zip -P {SECRET} a.zip f"],
    "a mask": [f"::add-mask::{SECRET}"],
    "a table": ["| name | password |", "|------|----------|", f"| ci | {SECRET} |"],
    "a manifest": ["apiVersion: v1", "data:", f"  cert: {SECRET}", "kind: Secret", "metadata:", "  name: x"],
    "after thousands of others": [
        *(f"password: nothing of {chr(97 + number % 26) * (1 + number // 26)}" for number in range(5_000)),
        f"password: {SECRET}",
    ],
    "before thousands of others": [
        f"password: {SECRET}",
        *(f"password: Harmless{number // 26}-{chr(97 + number % 26)}" for number in range(5_000)),
    ],
    "a manifest after passed tests of Go": [
        *(f"--- PASS: Test{chr(97 + number % 26) * (1 + number // 26)} (0.00s)" for number in range(300)),
        *("apiVersion: v1", "data:", f"  cert: {SECRET}", "kind: Secret", "metadata:", "  name: x"),
    ],
    "an endless line": [f'{{"list": [{"1, " * 4_000}], "password": "{SECRET}", "more": [{"1, " * 4_000}]}}'],
}


def text(*lines: str) -> str:
    one = job(1)
    log = "\n".join([*lines, "##[error]Process completed with exit code 1."])
    failures = group([one], {one.id: distill.read([log.encode()])})
    return compose(run([one]), failures, max_characters=60_000, excerpt=distill.excerpt).text


@pytest.mark.parametrize("place", PLACES)
def test_a_secret_that_is_named_far_above_is_not_sent(place: str) -> None:
    told = text("##[group]Run make", "##[endgroup]", *PLACES[place], *QUIET, f"FAILED: login with {SECRET}")
    assert "FAILED: login with [redacted:" in told
    assert SECRET not in told


def test_a_value_is_not_sent_though_the_manifest_around_it_is_not_shown() -> None:
    manifest = ["kind: Secret", "metadata:", *(f"  label{n}: x" for n in range(20)), "data:"]
    told = text("##[group]Run make", *manifest, "  error: c2VjcmV0IHZhbHVl", "  other: YWJj", *QUIET[:40])
    assert "c2VjcmV0" not in told


@pytest.mark.parametrize("before", range(0, 60, 7))
def test_of_a_secret_that_a_clip_cuts_no_half_is_sent(before: int) -> None:
    """A line is clipped in its middle; what is left of the secret has no name there."""
    token = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    begin = "error: " + "x" * before
    line = f"{begin} {'y ' * 2_960}{token} password: {SECRET} {'z ' * 6_000}"
    told = text("##[group]Run make", line)
    assert not any(part in told for part in (token[:12], token[-12:], SECRET[:6], SECRET[-6:]))


def test_of_secrets_those_are_counted_that_something_is_shown_of() -> None:
    one = job(1)
    log = "\n".join(["password: Winter26!Horse", *QUIET, "error: token=a1B2c3D4e5F6g7H8i9J0"])
    failures = group([one], {one.id: distill.read([log.encode()])})
    brief = compose(run([one]), failures, max_characters=60_000, excerpt=distill.excerpt)
    assert brief.redactions == {"token": 1}
