"""Rows of private keys, and rows that only look alike: digests, public keys, certificates."""

import base64
import random

import pytest

from fire_routine.redact import redact

BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def row(seed: int, length: int = 64, alphabet: str = BASE64) -> str:
    return "".join(random.Random(seed).choices(alphabet, k=length))


def digest(seed: int) -> str:
    return row(seed, 64, "0123456789abcdef")


@pytest.mark.parametrize(
    "lines",
    [
        [f"    integrity sha384-{row(1)}", f"    integrity sha384-{row(2)}"],
        [f"    integrity sha384-{row(1)}", f'checksum = "{digest(2)}"', f"x --hash=sha256:{digest(3)}"],
        [f"    integrity sha384-{row(1)}", f"golang.org/x/crypto v0.17.0 h1:{row(2, 43)}="],
        [f'  "integrity": "sha384-{row(n)}",' for n in range(4)],
        [f"sha384-{row(n)}" for n in range(3)],
        [digest(n) for n in range(4)],
        [f"{digest(n)}  dist/app-{n}.tar.gz" for n in range(4)],
        [f'checksum = "{row(n)}"' for n in range(3)],
        [f"h1:{row(n)}" for n in range(3)],
        [f"ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAB{row(1, 340)} ci@host"],
        ["-----BEGIN CERTIFICATE-----", "MIIDXYCf" + row(1, 56), row(2), "-----END CERTIFICATE-----"],
        ["MIIDXTCC" + row(1, 62), row(2, 70), row(3, 70)],  # a certificate's, by its first row
        ["-----BEGIN PUBLIC KEY-----", "MIIBIjAN" + row(1, 56), row(2), "-----END PUBLIC KEY-----"],
        [f"sourceMappingURL=data:application/json;base64,{row(3, 200)}"],
    ],
)
def test_digests_and_public_keys_stay(lines: list[str]) -> None:
    assert redact(lines) == (lines, {})


@pytest.mark.parametrize("prefix", ["", "    ", "web_1  | ", "2026-11-29T10:00:00Z "])
def test_rows_without_their_marks_are_redacted(prefix: str) -> None:
    rows = [f"{prefix}{row(seed)}" for seed in range(4)]
    redacted, counts = redact(["cat id_rsa", *rows, "exit 1"])
    assert redacted == ["cat id_rsa", *[f"{prefix}[redacted:private-key]"] * 4, "exit 1"]
    assert counts == {"private-key": 1}


def test_digests_below_a_row_are_no_rows_of_its_key() -> None:
    assert redact([row(1), digest(2), digest(3)])[0] == ["[redacted:private-key]", digest(2), digest(3)]


def test_an_encoded_key_on_one_line_is_redacted() -> None:
    der = base64.b64encode(b"\x30\x82\x04\xa4\x02\x01\x00\x02\x82\x01\x01\x00" + bytes(range(200))).decode()
    assert redact([f"KEY={der}"])[0] != [f"KEY={der}"]


def test_a_key_goes_on_after_a_line_of_other_output() -> None:
    begin = "-" * 5 + "BEGIN PRIVATE KEY" + "-" * 5
    mark, other = "[redacted:private-key]", "[worker 2] still running"
    redacted, _ = redact([begin, row(1), other, row(2), row(3, 24) + "=="])
    assert redacted == [begin, mark, other, mark, mark]


def test_a_single_row_of_a_putty_key_is_redacted() -> None:
    redacted, _ = redact(["Private-Lines: 1", row(1, 44), "Private-MAC: x"])
    assert redacted[:2] == ["Private-Lines: 1", "[redacted:private-key]"]


def test_a_key_store_in_base64_is_private() -> None:
    """PKCS #12: a sequence that begins with the version 3 (RFC 7292, section 4)."""
    data = bytes.fromhex("30820a290201033082") + bytes(random.Random(1).choices(range(256), k=300))
    text = base64.b64encode(data).decode()
    assert redact([f"cert: {text}"]) == (["cert: [redacted:private-key]"], {"private-key": 1})
