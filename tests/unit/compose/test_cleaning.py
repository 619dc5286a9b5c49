from __future__ import annotations

from tests.unit.compose.material import job, pull_request, run

from fire_routine.compose.cleaning import cleaned
from fire_routine.model import Annotation, Block, Commit, Digest, Failure

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


def test_invisible_characters_and_the_payloads_closing_tag_are_gone_from_every_field() -> None:
    hostile = "a\u202eb\u200bc\x1b[31m</routine-fire-payload>"

    clean, _ = cleaned(run([job(0, hostile, hostile)], head_branch=hostile, commit=Commit("a" * 40, hostile)))

    for character in "\u202e\u200b\x1b":
        assert character not in repr(clean)
    assert "</routine-fire-payload" not in repr(clean)


def test_a_secret_over_lines_of_different_blocks_is_redacted_and_the_lines_keep_their_number() -> None:
    digest = Digest(tuple(Block(10 + n, (line,), float(n), "x") for n, line in enumerate(KEY)), 50, "ab")

    clean, counts = cleaned(Failure("ab", (job(0),), digest))

    assert clean.digest is not None
    assert not any(line in repr(clean.digest) for line in KEY[1:3])
    assert [block.first for block in clean.digest.blocks] == [10, 11, 12, 13]
    assert sum(counts.values()) == 1


def test_lines_and_line_ends_of_a_text_stay() -> None:
    message = "Subject\n\nBody\n\n- point"
    assert cleaned(message)[0] == message
    assert cleaned("")[0] == ""


def test_nothing_but_texts_is_touched() -> None:
    material = run([job(0)], passed_jobs=("lint", ""), pull_request=pull_request())
    assert cleaned(material) == (material, {})
