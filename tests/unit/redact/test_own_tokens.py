"""The action's own tokens are replaced in every writing, whatever they look like."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest

from fire_routine.redact import keep_out, redact_text

TOKENS = ("gw.tok.Zq3vX7mLp0RtY5", "sk-ant-oat01-Ab3dE5gH7jK9mN1pQ3sT5vW7xY9", "correct_horse_battery")
AROUND = ("{}", "before {} after", "x\n  {}\n\ny", "a:{}")


@pytest.fixture(autouse=True)
def _own() -> Iterator[None]:
    keep_out(*TOKENS)
    yield
    keep_out()


def writings(token: str) -> Iterator[str]:
    yield from (token, token.upper(), token[::-1], " ".join(token), token[:9] + "\n" + token[9:])
    yield from ("".join(f"%{ord(one):02x}" for one in token), token.encode().hex(), token.encode().hex(" "))
    for before in ("", "a:", "x-access-token:"):
        data = f"{before}{token}".encode()
        yield from (base64.b64encode(data).decode(), base64.urlsafe_b64encode(data).decode())
    for form in ("\\u{:04x}", "&#{};", "&#x{:x};", "%{:02X}"):
        yield "".join(one if one.isalnum() else form.format(ord(one)) for one in token)


@pytest.mark.parametrize("token", TOKENS)
def test_an_own_token_is_replaced_in_any_writing(token: str) -> None:
    for written in writings(token):
        for around in AROUND:
            text, counts = redact_text(around.format(written))
            middle = written[len(written) // 2 - 3 : len(written) // 2 + 4]
            assert counts and middle not in text, text


def test_only_the_token_is_replaced_and_words_around_it_stay() -> None:
    assert redact_text(f"before {' '.join(TOKENS[0])} after")[0] == "before [redacted:own-token] after"


def test_a_part_of_an_own_token_is_another_word() -> None:
    assert redact_text("the gw.tok is a gateway's; correct horse, good battery") == (
        "the gw.tok is a gateway's; correct horse, good battery",
        {},
    )
