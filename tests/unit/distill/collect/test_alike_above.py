"""Errors whose first lines differ in numbers only: their neighbours distinguish them."""

# ruff: noqa: E501 - as the tools print it
from __future__ import annotations

from fire_routine import distill

NAMES = [begin + end for begin in ("bar", "col", "dan", "fen") for end in ("to", "ri", "mas", "ke", "lin")]
FAILURES = {
    "maven": "[ERROR] /home/runner/work/shop/shop/src/main/java/shop/Checkout.java:[{line},9] cannot find symbol\n[ERROR]   symbol:   variable {name}\n[ERROR]   location: class shop.Checkout",
    "mocha": "  {number}) cart\n       {name}:\n\n      AssertionError [ERR_ASSERTION]: 2 == 1\n      + expected - actual\n\n      -2\n      +1\n      \n      at Context.<anonymous> (test/cart.js:{line}:12)\n",
    "catch2": "{ruler}\n{name}\n{ruler}\ntests/cart.cpp:{line}\n{dots}\n\ntests/cart.cpp:{line}: FAILED:\n  REQUIRE( total() == 1 )\nwith expansion:\n  2 == 1\n",
    "shellcheck": "In deploy.sh line {line}:\necho ${name}\n     ^---^ SC2154 (warning): {name} is referenced but not assigned.\n",
    "doctest": '**********************************************************************\nFile "/home/runner/work/shop/shop/src/cart.py", line {line}, in cart.{name}\nFailed example:\n    total()\nExpected:\n    1\nGot:\n    2',
    "cargo-deny": "error[rejected]: failed to satisfy license requirements\n  ┌─ {name} 1.0.0 (registry+https://github.com/rust-lang/crates.io-index):4:12\n  │\n4 │ license = GPL-3.0\n  │           ━━━━━━━\n",
    "behave": "  Scenario: {name}       # features/cart.feature:{line}\n    Given a cart         # features/steps/cart.py:3\n    Then the total is 1  # features/steps/cart.py:7\n      ASSERT FAILED: 2 != 1\n",
    "ginkgo": "------------------------------\n• [FAILED] [0.001 seconds]\nCart [It] {name}\n/home/runner/work/shop/shop/cart_test.go:{line}\n\n  [FAILED] Expected\n      <int>: 2\n  to equal\n      <int>: 1\n  In [It] at: /home/runner/work/shop/shop/cart_test.go:{line}1 @ 01/02/26 03:04:05.123\n",
    "junit console": "  JUnit Jupiter:CartTest:{name}()\n    MethodSource [className = 'shop.CartTest', methodName = '{name}', methodParameterTypes = '']\n    => org.opentest4j.AssertionFailedError: expected: <1> but was: <2>\n       shop.CartTest.{name}(CartTest.java:{line})\n",
    "purescript": "Error {number} of 20:\n\n  in module Cart\n  at src/Cart.purs:{line}:9 - {line}:14 (line {line}, column 9 - line {line}, column 14)\n\n    Unknown value {name}\n",
    "rustc": "error[E0308]: mismatched types\n  --> src/cart.rs:{line}:9\n   |\n{line} |     total(x)\n   |     ----- ^ expected `{name}`, found `&str`\n   |     |\n   |     arguments to this function are incorrect\n",
    "brakeman": "Confidence: High\nCategory: SQL Injection\nCheck: SQL\nMessage: Possible SQL injection\nCode: {name}.where(params[:id])\nFile: app/models/cart.rb\nLine: {line}\n",
    "govulncheck": "Vulnerability #{number}: GO-2023-15{line}\n    Denial of service in {name}\n  Module: {name}\n    Fixed in: {name}@v2.{number}\n",
}


def test_all_are_shown_if_there_is_room() -> None:
    lost = {}
    for tool, failure in FAILURES.items():
        failures = [
            failure.format(line=40 + at, number=at + 1, name=name, ruler="-" * 79, dots="." * 79)
            for at, name in enumerate(NAMES)
        ]
        log = "\n".join([*failures, *(f"uploading part {at} of the coverage" for at in range(300))])
        shown = distill.excerpt(distill.read([log.encode()]), 8_192).text
        if (count := sum(name in shown for name in NAMES)) < 13:
            lost[tool] = count
    assert lost == {}
