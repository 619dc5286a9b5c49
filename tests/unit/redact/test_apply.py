from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.unit.compose.material import SHA, digest, history, job, pull_request, run

from fire_routine.model.evidence import Digest, Failure, Fingerprint, Line
from fire_routine.model.run import Annotation, Commit
from fire_routine.redact.apply import cleaned
from fire_routine.redact.detectors import formats
from fire_routine.redact.spans import Span
from fire_routine.redact.text_index import TextIndex, TooSlowError

TOKEN = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
KEY = (
    "-----BEGIN RSA PRIVATE KEY-----",
    "MIIEpAIBAAKCAQEA0Z3VS5JJcds3xfn/ygWyF0hFz6FrZqLrG8N7Y1vQ5vT0m9aB",
    "3xfn/ygWyF0hFz6FrZqLrG8N7Y1vQ5vT0m9aBMIIEpAIBAAKCAQEA0Z3VS5JJcds",
    "-----END RSA PRIVATE KEY-----",
)


def test_secrets_are_redacted_in_every_field_a_person_can_write() -> None:
    material = run(
        [job(0, f"test {TOKEN}", f"Run {TOKEN}", annotations=(Annotation("failure", f"with {TOKEN}"),))],
        head_branch=f"topic-{TOKEN}",
        commit=Commit("a" * 40, f"Add {TOKEN}\n\n{TOKEN}", "mona"),
        pull_request=pull_request(title=f"Use {TOKEN}"),
        passed_jobs=(f"lint {TOKEN}",),
    )

    clean, counts = cleaned(material)

    assert TOKEN not in repr(clean)
    assert sum(counts.values()) >= 7
    assert clean.head_sha == material.head_sha


def test_a_secret_over_lines_of_different_weights_is_redacted_and_the_lines_keep_their_number() -> None:
    digest = Digest(tuple(Line(10 + n, line, float(n), "x") for n, line in enumerate(KEY)), 50)

    clean, counts = cleaned(Failure(Fingerprint("ab"), (job(0),), digest))

    assert clean.digest is not None
    assert not any(line in repr(clean.digest) for line in KEY[1:3])
    assert [line.number for line in clean.digest.lines] == [10, 11, 12, 13]
    assert sum(counts.values()) == 1


def test_lines_and_line_ends_of_a_text_stay() -> None:
    message = "Subject\n\nBody\n\n- point"
    assert cleaned(message)[0] == message
    assert cleaned("")[0] == ""


def test_nothing_but_texts_is_touched() -> None:
    material = run([job(0)], passed_jobs=("lint", ""), pull_request=pull_request())
    assert cleaned(material) == (material, {})


GREEN = "0123456789abcdef" * 2 + "01234567"
BRANCH = "feature/JIRA-1234-Payments9"


@pytest.mark.parametrize("line", ["DEPLOY_TOKEN={}", '{{"api_key": "{}"}}', "Authorization: Bearer {}"])
@pytest.mark.parametrize("identifier", [SHA, SHA[:12], GREEN, BRANCH, "c1" * 20, "octo/widgets-A1b2C3d4E5"])
def test_identifiers_of_the_run_are_not_taken_for_secrets_of_a_log(line: str, identifier: str) -> None:
    material = run(
        [job(0)],
        head_branch=BRANCH,
        head_repository="octo/widgets-A1b2C3d4E5",
        history=history(last_green_sha=GREEN, commits=(Commit("c1" * 20, "Fix it"),)),
    )
    failure = Failure(
        Fingerprint("f"), (job(0),), digest("f", line.format(identifier), f"deploy of {identifier} failed")
    )

    (clean, cleaned_failure), _ = cleaned((material, failure))

    assert clean == material
    assert f"deploy of {identifier} failed" in repr(cleaned_failure)


def test_a_token_that_the_branch_is_named_after_is_redacted_all_the_same() -> None:
    log = digest("f", f"DEPLOY_TOKEN={TOKEN}", f"deploy with {TOKEN} failed")
    clean, _ = cleaned(
        (run([job(0)], head_branch=f"topic-{TOKEN}"), Failure(Fingerprint("f"), (job(0),), log))
    )
    assert TOKEN not in repr(clean)


def test_what_was_found_in_a_log_is_kept_for_the_next_text(monkeypatch: pytest.MonkeyPatch) -> None:
    searched: list[str] = []

    def find(index: TextIndex) -> Iterator[Span]:
        searched.append(index.text)
        return formats.find(index)

    monkeypatch.setattr("fire_routine.redact.engine.detectors.find", find)
    log = (f"export DEPLOY_TOKEN={TOKEN}", *(f"error {number}: far too late" for number in range(100)))
    results = [cleaned((log, note))[0] for note in ("first", "second")]
    assert TOKEN not in repr(results)
    assert sum("error 99: far too late" in text for text in searched) == 1


def test_a_search_that_takes_longer_than_it_may_ends() -> None:
    with pytest.raises(TooSlowError):
        cleaned("ghp_ " * 1_000, 0.0)
