"""Of many findings with one reason, names and reasons are shown, and errors before warnings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import chain, product

import pytest
from tests.unit.distill.long_job import job

from fire_routine import distill
from fire_routine.model import Digest


@pytest.mark.parametrize(("detail", "result"), [("", 2), (", this one up to version 61: " + "cart " * 40, 1)])
def test_of_names_with_one_long_reason_two_score_most_or_one_if_very_long(detail: str, result: int) -> None:
    reason = f"org/example/Engine has been compiled by a more recent version of the Java Runtime{detail}"
    names = [f"  case{n}(org.example.CartTest): {reason}" for n in range(4)]
    others = [f"  case{n}(org.example.CartTest): got {n}, want {n * n}" for n in range(4)]
    digest = distill.read(["\n".join(["Tests in error: ", *names, *others]).encode()])
    weights = [block.weight for block in digest.blocks for _ in block.lines][1:]
    assert (weights[1] > 0.9 * weights[0]) == (result == 2)
    assert weights[2] < 0.8 * weights[0]
    assert weights[5] > 0.9 * weights[0]


def test_the_project_at_the_end_of_each_error_is_no_reason_that_they_share() -> None:
    project = "[C:\\projects\\shop\\src\\Octo.Shop.Checkout\\Octo.Shop.Checkout.csproj]"
    words = ("total", "price", "stock", "taxes")
    errors = [f"C:\\projects\\shop\\{w}.cs(7,9): error CS0103: no {w} here {project}" for w in words]
    digest = distill.read(["\n".join(errors).encode()])
    weights = [block.weight for block in digest.blocks for _ in block.lines]
    assert weights[3] > 0.75 * weights[1]


def test_the_many_warnings_before_the_end_of_a_step_leave_room_for_its_errors() -> None:
    words = ["".join(letters) for letters in product("abcdefghij", repeat=4)]
    lines = [
        f"/shop/{w}.cs(7,5): warning CS0649: Field 'Rate' of {w} is never assigned to" for w in words[:7_000]
    ]
    for at, word in enumerate(words[-60:]):
        lines.insert(
            50 + at * 40, f"/shop/{word}.cs(7,9): error CS0103: What {word} names does not exist here"
        )
    log = "\n".join(["##[group]Run make check", *lines, "##[error]Process completed with exit code 1."])
    text = distill.excerpt(distill.read([log.encode()]), 2_048).text
    assert text.count("error CS0103") > text.count("warning CS0649")


def test_errors_however_many_are_shown_rather_than_the_warnings_between_them() -> None:
    words = ["".join(letters) for letters in product("bdfg", "aeiou", "prst", "aei")]
    lines: list[str] = []
    for at, word in enumerate(words[:150]):
        lines += [
            f"/shop/Tags.cs({at * 8 + n},23): warning CS8618: Field 'F{n}' must hold a value"
            for n in range(8)
        ]
        lines.append(f"/shop/{word}.cs(7,9): error CS0029: Cannot convert type 'void' to 'Price'")
    text = distill.excerpt(distill.read(["\n".join(lines).encode()]), 16_000).text
    assert text.count("error CS0029") > 120


def test_last_of_many_complaints_score_no_more_for_their_place_before_the_end() -> None:
    words = ["".join(letters) for letters in product("abcdef", repeat=3)]
    lines = [f"src/{word}.js:7:1 Extra semicolon after {word}. (semi)" for word in words]
    log = "\n".join(["##[group]Run make lint", *lines, "##[error]Process completed with exit code 1."])
    text = distill.excerpt(distill.read([log.encode()]), 2_048).text
    assert sum(line in text for line in lines[:20]) > 2 * sum(line in text for line in lines[-20:])


UNITTEST = """\
ERROR: test_{0} (cart.tests.CartTest.test_{0})
----------------------------------------------------------------------
Traceback (most recent call last):
{1}
{2}: {0} is unknown

"""


PHPUNIT = "{3}) CartTest::test{0}\n{2}: {0} is unknown\n\n{1}\n"


GO = "    --- FAIL: TestCart/{0} (0.00s)\n{1}\n        cart_test.go:{3}: {0} is unknown\n"


def reasons_of(test: str, frame: str, after: str, prefix: str) -> tuple[int, int]:
    """How many of thirty failed tests are named, and how many with their reason."""
    names = [f"{first}{second}" for first in ("apple", "pear", "plum") for second in "abcdefghij"]
    printed = [
        test.format(
            name, "\n".join(frame.format(name, at) for at in range(9)), f"{name.title()}Error", number
        )
        for number, name in enumerate(names, 1)
    ]
    found = [prefix + line for line in ["There were 30 errors:", *"".join(printed).splitlines(), after]]
    text = distill.excerpt(distill.read([job(*found)]), 3_500).text
    reasons = [f"{name} is unknown" in text for name in names]
    named = [re.search(rf"(?:test_?|TestCart/){name}\b", text) is not None for name in names]
    return sum(named), sum(reasons)


@pytest.mark.parametrize(
    ("test", "frame", "after"),
    [
        (UNITTEST, '  File "/srv/shop/cart/{0}.py", line {1}, in total', "FAILED (errors=30)"),
        (PHPUNIT, "/srv/shop/cart/{0}.php:{1}", "ERRORS!"),
        (GO, "        cart.go:{1}: adding {0}", "FAIL"),
    ],
    ids=["unittest", "phpunit", "go"],
)
@pytest.mark.parametrize("prefix", ["", "web_1  | "])
def test_of_many_failed_tests_the_reason_is_shown_where_the_name_is(
    test: str, frame: str, after: str, prefix: str
) -> None:
    named, reasons = reasons_of(test, frame, after, prefix)
    assert reasons >= 5
    assert named - reasons <= 2


VITEST = " FAIL  src/cart.test.ts > Cart > test_{0}\n{2}: {0} is unknown\n{1}\n"


JEST = "  ● Cart › test_{0}\n\n    {2}: {0} is unknown\n\n{1}\n"


PLAYWRIGHT = (
    "  {3}) [firefox] › e2e/cart.spec.ts:9:5 › Cart › test_{0} ───\n\n    Error: {0} is unknown\n\n{1}\n"
)


MOCHA = "  {3}) Cart\n       test_{0}:\n     {2}: {0} is unknown\n{1}\n"


XUNIT = "  Shop.Tests.CartTests.test_{0} [FAIL]\n    Shop.{2}Exception : {0} is unknown\n{1}\n"


VSTEST = (
    "  Failed test_{0} [5 ms]\n  Error Message:\n   Shop.{2}Exception : {0} is unknown\n  Stack Trace:\n{1}\n"
)


SUREFIRE = (
    "[ERROR] org.example.CartTest.test_{0} -- Time elapsed: 0.01 s <<< ERROR!\n"
    "org.example.{2}: {0} is unknown\n{1}\n"
)


GRADLE = "CartTest > test_{0}() FAILED\n    org.example.{2}: {0} is unknown\n{1}\n"


RSPEC = "  {3}) Cart test_{0}\n     Failure/Error: total(cart)\n\n     {2}:\n       {0} is unknown\n{1}\n"


FLUTTER = "00:07 +0 -{3}: test/cart_test.dart: Cart test_{0} [E]\n  {2}: {0} is unknown\n{1}\n"


MINITEST = "  {3}) Error:\nCartTest#test_{0}:\n{2}: {0} is unknown\n{1}\n"


TEST_UNIT = "Failure:\ntest_{0}(CartTest)\n{1}\n<{0} is unknown> expected but was\n<nil>.\n"


KARMA = "Chrome Headless 144.0.0.0 (Linux 0.0.0) Cart test_{0} FAILED\n\t{2}: {0} is unknown\n{1}\n"


JAVA_FRAME = "\tat org.example.{0}.Cart.total(Cart.java:{1})"


NODE_FRAME = "    at total (/srv/shop/cart/{0}.js:{1}:7)"


NET_FRAME = "     at Shop.{0}.Cart.Total() in /srv/shop/{0}.cs:line {1}"


NET_TOTAL = "Failed!  - Failed:    30, Passed:     0, Skipped:     0, Total:    30, Duration: 9 ms"


@pytest.mark.parametrize(
    ("test", "frame", "after"),
    [
        (VITEST, " ❯ total src/{0}.ts:{1}:7", " Test Files  1 failed (1)"),
        (JEST, NODE_FRAME, "Tests:       30 failed, 30 total"),
        (PLAYWRIGHT, NODE_FRAME, "  30 failed"),
        (MOCHA, NODE_FRAME, "npm ERR! Test failed."),
        (XUNIT, NET_FRAME, NET_TOTAL),
        (VSTEST, NET_FRAME, NET_TOTAL),
        (SUREFIRE, JAVA_FRAME, "[ERROR] Tests run: 30, Failures: 0, Errors: 30, Skipped: 0"),
        (GRADLE, JAVA_FRAME, "30 tests completed, 30 failed"),
        (RSPEC, "     # ./spec/{0}_spec.rb:{1}:in 'total'", "30 examples, 30 failures"),
        (FLUTTER, "  package:shop/{0}.dart {1}:7  Cart.total", "00:09 +0 -30: Some tests failed."),
        (
            MINITEST,
            "    /srv/shop/cart/{0}.rb:{1}:in 'total'",
            "30 runs, 0 assertions, 0 failures, 30 errors",
        ),
        (
            TEST_UNIT,
            "     {1}:     assert_equal tills[:{0}], total",
            "30 tests, 30 assertions, 30 failures, 0 errors",
        ),
    ],
    ids=[
        *("vitest", "jest", "playwright", "mocha", "xunit", "vstest", "surefire", "gradle"),
        *("rspec", "flutter", "minitest", "test-unit"),
    ],
)
@pytest.mark.parametrize("prefix", ["", "web_1  | "])
def test_most_named_tests_of_many_failed_ones_have_their_reason(
    test: str, frame: str, after: str, prefix: str
) -> None:
    named, reasons = reasons_of(test, frame, after, prefix)
    assert reasons >= 5
    assert reasons > 0.7 * named


@pytest.mark.parametrize("prefix", ["", "web_1  | "])
def test_most_specs_of_karma_that_failed_are_named_with_the_reason(prefix: str) -> None:
    total = "Chrome Headless 144.0.0.0 (Linux 0.0.0): Executed 30 of 30 (30 FAILED) ERROR"
    assert min(reasons_of(KARMA, NODE_FRAME, total, prefix)) > 15


def test_each_file_is_named_in_which_a_linter_found_something() -> None:
    """PHP_CodeSniffer heads what it found in a file by its name, and lines alike say how much that is."""
    rule = "-" * 70
    errors = [f" {n} | ERROR | [x] Spaces must be used to indent lines; tabs are not" for n in range(10, 70)]
    names = [f"FILE: /home/ci/build/lib/{name * 3}.php" for name in "abcdefghijklmnopqrst"]
    found = [[name, rule, "FOUND 60 ERRORS AFFECTING 60 LINES", rule, *errors, rule, ""] for name in names]
    text = distill.excerpt(distill.read([job(*chain(*found))]), 4_096).text
    assert [name for name in names if name not in text] == []


INFORMATION = '{"level":30,"time":1779805821032,"pid":7,"msg":"cart failed"}'


ERROR = INFORMATION.replace("30", "50", 1)


def weight_of(line: str, digest: Digest) -> float:
    """What a line weighs; nothing where it is not kept."""
    return max((block.weight for block in digest.blocks if line in block.lines), default=0)


@pytest.mark.parametrize("words", [(INFORMATION, ERROR), (ERROR, INFORMATION)], ids=["after", "before"])
def test_error_record_is_distinguished_from_an_equal_info_record(
    words: Sequence[str],
) -> None:
    alone = weight_of(ERROR, distill.read([job(ERROR)]))
    assert weight_of(ERROR, distill.read([job(*words)])) == alone > 1


def test_an_error_that_a_green_run_logs_as_an_information_is_not_printed_by_it_too() -> None:
    green = distill.read_green([job(INFORMATION)])
    alone = weight_of(ERROR, distill.read([job(ERROR)]))
    assert weight_of(ERROR, distill.read([job(ERROR)], green=green)) >= alone > 1


def test_first_of_rustcs_errors_in_a_long_log_is_shown_though_it_has_no_code() -> None:
    place = "\n --> src/{0}.rs:3:5\n  |\n3 |     {0}!(total);\n  |     ^^^^"
    names = [f"{first}{second}" for first in "abcdef" for second in "ghijkl"]
    errors = [
        (error + place).format(name)
        for error in ("error: cannot find macro `{0}`", "error[E0425]: cannot find value `{0}`")
        for name in names
    ]
    built = [f"   Compiling part-{at} v1.0.0" for at in range(6_000)]
    begin, end = (
        "##[group]Run cargo build\nshell: bash\n##[endgroup]",
        "##[error]Process completed with exit code 1.",
    )
    log = "\n".join([begin, *built, *errors, end])
    assert "cannot find macro `ag`" in distill.excerpt(distill.read([log.encode()]), 500).text
