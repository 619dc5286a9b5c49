"""Random words of unknown forms are secret where they stand alone, by their place, or words before them."""

from __future__ import annotations

import pytest

from fire_routine.redact import redact_text

VALUE = "r4Jx0Vq9TzLw"
LONG = "r4Jx0Vq9TzLw2Kfh8Bn3Yd6M"


@pytest.mark.parametrize(
    "line",
    [
        f"acme push -h x.test -P {VALUE} a.tgz",
        f"acme list x.test -n ci:{VALUE} --all",
        f"acme upload -k shop:web:{VALUE}",
        f"Enter passphrase for /dev/sda1: {VALUE}",
        rf"Password for [GROUP\ci]: {VALUE}",
        f"Login OK: [ci/{VALUE}] (from x.test)",
        f"the deploy key {VALUE} was revoked",
        f'set the password of ci to "{VALUE}"',
        f"acme push -u ci -p{VALUE} a.tgz",
        f"acme push --login ci:{VALUE} a.tgz",
        f"acme check h=x.test,u=ci,p={VALUE}",
        f"+ acme build --fast\n{VALUE}",
        f"acme add ci@x.test {VALUE}",
        f"Repeat for confirmation: {VALUE}",
        f"upload failed for acme_{LONG}",
        f"upload failed for acme_{LONG.lower()}",
        f"upload failed for acme_prod_{'0123456789abcdef' * 2}",
        f"trusted by acme1/{'Zx9+' + LONG * 4}",
        f"401 Unauthorized for acme_{'0123456789abcdef' * 2}",
    ],
)
def test_a_random_word_is_a_secret_by_its_place(line: str) -> None:
    text, counts = redact_text(line)
    assert counts.total() == 1, text
    assert VALUE not in text


@pytest.mark.parametrize(
    "line",
    [
        f"image {VALUE} is ready",
        f"acme push --run {VALUE}",
        "docker run -p 8080:80 -t app:Build12 -n Web2Server web",
        "cc -std=gnu11 -O2 -DNDEBUG1 -o Foo12Bar3 main.c",
        "error: unexpected token in Foo12Bar3.js:12",
        "the token of SomeLongName2Test expired",
        "password-service    Up2date12",
        f"request id: {VALUE}, secrets=none, id={VALUE}",
        f'header.id="{VALUE}"',
        f"SHA256:{LONG}",
        "334 UGFzc3dvcmQ6",
        "--- FAIL: TestS3V4Sign (0.01s)",
        "ok IPv6OnlyTest1 passed",
        "undefined symbol: _ZNSt6vectorIiSaIiEE9push_backERKi",
        "undefined symbol: $s4main3FooV3barSSvg",
        "aeson-1.4.7.1-5lFE4NI0VYBHwz75Ema9FX is broken",
        f"github_network_{'0123456789abcdef' * 2} was removed",
        f"saved cache_{'0123456789abcdef' * 2}",
        f"key: Linux-X64-node-v6-{'0123456789abcdef' * 4}",
        "test[simple-0.1-py2.py3-none-any.whl-False] of Log4j2LoggerProvider.Log4j2Test",
        f"commit_{'0123456789abcdef' * 2} was rejected",
        "login: main branch, build aBcDeFgHiJk",
    ],
)
def test_other_words_stay(line: str) -> None:
    assert redact_text(line)[0] == line
