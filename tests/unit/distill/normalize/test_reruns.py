"""What differs between two runs of the same failure is replaced."""

# ruff: noqa: E501 - as the tools print it
from __future__ import annotations

from fire_routine.distill.normalize import normalised

SAME = [
    ("/home/a/b/test_x.py:12: in f", "C:\\work\\b\\test_x.py:998: in f"),
    ("see file:///home/runner/work/a/report.html", "see file:///D:/a/a/report.html"),
    ("took 12.5s (pid 4711)", "took 3s (pid 12)"),
    ("after 900 ms", "after 1.2 seconds"),
    ("after 59s", "after 1m3.5s"),
    ("on Mon Jan 5 2026 at 10:11", "on Tue Feb 17 2026 at 3:04"),
    ("at 2026-01-05 10:11:12,345 +0000", "at 2027-11-15 20:01:02,001 +0200"),
    ("id 3f2504e0-4f89-11d3-9a0c-0305e82c3301", "id 9B2504E0-4F89-11D3-9A0C-0305E82C33FF"),
    ("id 12345678-ed12-f53d-de92-0305e82c3301", "id abcdefab-cdef-abcd-efab-cdefabcdefab"),
    ("commit 1a2b3c4", "commit ffee00112233445566778899aabbccddeeff0011"),
    ("<Cart object at 0x7f3a9c001230>", "<Cart object at 0x1F>"),
    ("request 7DGERBD62D4JFCZB failed", "request Q1GABB07D3E4FCZ9 failed"),
    ("[gw3] FAILED a.py", "[gw12] FAILED a.py"),
    ("error in /var/folders/zz/x81/T/tmp1 here", "error in /tmp/other_name here"),
    ("no file '/tmp/pytest-of-runner/pytest-12/x0/a'", "no file 'C:\\Users\\ci\\AppData\\Local\\Temp\\a'"),
    ("no file:///tmp/a", "no file:///C:\\Users\\ci\\AppData\\Local\\Temp\\a"),
    ("lost fv-az123-456", "lost runnervm6x2a"),
    ("in env py311", "in env py312"),
    ("node v18.20.1 said", "node v20.9.0 said"),
    ("--seed 4711 given", "--seed 9 given"),
    ("not on 127.0.0.1:40123", "not on 127.0.0.1:5"),
    ("E0501 10:00:00.123456   12345 cache.go:265] refused", "E1231 22:11:00.999456    2345 cache.go:265] refused"),
    ("slot 2024-05-01T10:00Z taken", "slot 2025-06-02T11:30+02:00 taken"),
    ("[10:03:04 AM] cart is broken", "[1:13 PM] cart is broken"),
    ("pod/cart-5d78c9869d-bb2cx is not ready", "pod/cart-7db6d8ff4d-zq9xk is not ready"),
    ("RequestID: 444258, HostID: Ak3/jd+29=, denied", "RequestID: 777725, HostID: Zz9/kk+11=, denied"),
    ('no database "test_gw0_cart"', 'no database "test_gw13_cart"'),
    ("FAIL: test_total (tests.cart.CartTest)", "FAIL: test_total (tests.cart.CartTest.test_total)"),
    ("thread 'cart::total' panicked at src/lib.rs:9:5:", "thread 'cart::total' (4711) panicked at src/lib.rs:9:5:"),
    ("undefined method `total' for nil", "undefined method 'total' for nil"),
    ("error: ‘total’ undeclared", "error: 'total' undeclared"),
    ("quote the request ID C8C3:1C3F8B:53D2C1:65A2B1:678901AB", "quote the request ID 0C41:3D9A2E:1F88A0:22B3C4:67890F00"),
    ("stopped at status 412 of 900", "stopped at status 455 of 900"),
    ("HTTP 403: rate limit", "HTTP 429: rate limit"),  # GitHub sends either
    ("npm ERR! code EUSAGE", "npm error code EUSAGE"),
    ("    • In the first argument of ‘f’", "    * In the first argument of 'f'"),
    ("├─ zone() ✘ expected: <a> but was: <b>", "+-- zone() [X] expected: <a> but was: <b>"),  # JUnit's, on Windows
    ("✖ the zone is gone", "× the zone is gone"),
    ("❯ cart.test.ts > total", "> cart.test.ts > total"),
    ('it has type "int" here', "it has type int here"),  # OCaml's, in colours
    ("Error: Unbound value total", 'Error: Unbound value "total"'),
    ("a.rb:348:in `raise!': no gem (GemNotFound)", "a.rb:348:in 'Bundler#raise!': no gem (GemNotFound)"),  # until 3.4
    ("status code 502", "status code 503"),  # a server that is down sends either, by chance
]  # fmt: skip


def test_what_changes_from_run_to_run_is_folded_away() -> None:
    assert [pair for pair in SAME if normalised([pair[0]]) != normalised([pair[1]])] == []


OTHER = [
    ("error CS0103: x", "error CS0246: x"),
    ("test_v1 failed", "test_v2 failed"),
    ("no package example.com/octo/cart/v4", "no package example.com/octo/stock/v5"),
    ("E0308", "E0432"),
    ("/a/b/cart.py", "/a/b/stock.py"),
    ("https://example.com/a", "https://example.com/b"),
    ("testUtf8Latin1", "testUtf8Latin2"),
    ("HTTP 401 from the registry", "HTTP 404 from the registry"),
    ("ID: RUSTSEC-2020-0071", "ID: RUSTSEC-2024-0363"),
    ("GHSA-4q6p-r6v2-jvc5 in cart", "GHSA-4q6p-r7v3-jvc8 in cart"),
    ("test_total (tests.cart.CartTest)", "test_total (tests.till.CartTest.test_total)"),
]


def test_names_are_kept() -> None:
    assert [pair for pair in OTHER if normalised([pair[0]]) == normalised([pair[1]])] == []
