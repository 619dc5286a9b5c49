"""Errors whose first lines differ in numbers only: what stands beside them tells them apart."""

# ruff: noqa: E501 - as the tools print it
from __future__ import annotations

import pytest

from fire_routine import distill

NAMES = [
    "cart",
    "price",
    "buyer",
    "seller",
    "coupon",
    "basket",
    "parcel",
    "refund",
    "stock",
    "order",
    "ledger",
    "receipt",
    "tax",
    "label",
    "courier",
    "depot",
    "shelf",
    "pallet",
    "barcode",
    "invoice",
]
FORMATS = {
    "javac": "/home/runner/work/shop/shop/src/main/java/shop/Checkout.java:{line}: error: cannot find symbol\n        {name}.clear();\n        ^\n  symbol:   variable {name}\n  location: class Checkout",
    "ghc": "src/Checkout.hs:{line}:5: error: [GHC-88464]\n    Variable not in scope: {name} :: Int -> t\n   |\n{line} |   total = {name} x\n   |           ^^^^^",
    "ghc of old": "src/Checkout.hs:{line}:5:\n    Not in scope: ‘{name}’\n",
    "terraform": '╷\n│ Error: Unsupported argument\n│ \n│   on main.tf line {line}, in resource "shop_cart" "main":\n│   {line}:   {name} = 1\n│ \n│ An argument named "{name}" is not expected here.\n╵',
    "elm": "-- NAMING ERROR ---------------------------------------------- src/Checkout.elm\n\nI cannot find a `{name}` variable:\n\n{line}|     {name} x\n          ^^^^^\nThese names seem close though:\n",
    "julia": "Test Failed at /home/runner/work/Shop/Shop/test/runtests.jl:{line}\n  Expression: {name}(x) == 1\n   Evaluated: 2 == 1\n",
}
STACK = [f"\tat shop.build.Step{number}.run(Step{number}.java:{number}7)" for number in range(60)]


@pytest.mark.parametrize("tool", FORMATS)
def test_what_stands_below_tells_them_apart(tool: str) -> None:
    errors = [FORMATS[tool].format(line=40 + at, name=name) for at, name in enumerate(NAMES)]
    behind = ["", "Caused by: shop.build.StepFailedException: a step of the build failed", *STACK]
    log = "\n".join([*(f"unpacking part {at}" for at in range(99)), *errors, *behind])
    shown = distill.excerpt(distill.read([log.encode()]), 3_000).text
    assert sum(f"{name}" in shown for name in NAMES) >= 17


FAILURES = {
    "maven": "[ERROR] /home/runner/work/shop/shop/src/main/java/shop/Checkout.java:[{line},9] cannot find symbol\n[ERROR]   symbol:   variable {name}\n[ERROR]   location: class shop.Checkout",
    "mocha": "  {number}) cart\n       {name}:\n\n      AssertionError [ERR_ASSERTION]: 2 == 1\n      + expected - actual\n\n      -2\n      +1\n      \n      at Context.<anonymous> (test/cart.js:{line}:12)\n",
    "ava": "  cart › {name}\n\n  test/cart.js:{line}\n\n   {line}:   t.is(total(), 1)\n\n  Difference (- actual, + expected):\n\n  - 2\n  + 1\n",
    "catch2": "{ruler}\n{name}\n{ruler}\ntests/cart.cpp:{line}\n{dots}\n\ntests/cart.cpp:{line}: FAILED:\n  REQUIRE( total() == 1 )\nwith expansion:\n  2 == 1\n",
    "latex": "! Undefined control sequence.\nl.{line} \\{name}\n               \n",
    "ruff": "F821 Undefined name `{name}`\n  --> src/cart.py:{line}:5\n   |\n{line} |     {name}.add(x)\n   |     ^^^^^\n   |\n",
    "shellcheck": "In deploy.sh line {line}:\necho ${name}\n     ^---^ SC2154 (warning): {name} is referenced but not assigned.\n",
}


@pytest.mark.parametrize("tool", FAILURES)
def test_all_are_told_where_there_is_room(tool: str) -> None:
    failures = [
        FAILURES[tool].format(line=40 + at, number=at + 1, name=name, ruler="-" * 79, dots="." * 79)
        for at, name in enumerate(NAMES)
    ]
    log = "\n".join([*failures, *(f"uploading part {at} of the coverage" for at in range(300))])
    shown = distill.excerpt(distill.read([log.encode()]), 4_096).text
    assert sum(name in shown for name in NAMES) >= 18
