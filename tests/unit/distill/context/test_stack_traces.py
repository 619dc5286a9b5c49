"""Frames of stacks in the block of a finding."""

from __future__ import annotations

import pytest
from tests.unit.distill.context.made_blocks import block_at


def test_the_frames_that_pytest_shows_belong_to_the_assertion_below_them() -> None:
    lines = [
        b"gateway = <MagicMock name='gateway' id='140531592009168'>",
        b"",
        b"    def test_total(gateway):",
        b">       assert total(gateway) == 40",
        b"",
        b"test_cart.py:52: ",
        b"_ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _",
        b"",
        b"    def total(gateway):",
        b">       raise KeyError(gateway)",
        b"E       KeyError: <MagicMock name='gateway' id='140531592009168'>",
    ]
    first, shares = block_at(len(lines) - 1, lines)
    assert (first, min(shares) > 0.5) == (0, True)


@pytest.mark.parametrize(
    "exception",
    [
        b"java.io.IOException: No space left on device",
        b"java.net.ConnectException: Connection refused (Connection refused)",
        b"java.nio.file.AccessDeniedException: /srv/shop: Permission denied",
        b"java.net.BindException: Address already in use",
        b"java.lang.OutOfMemoryError: Java heap space",
    ],
)
def test_frames_belong_to_an_exception_with_any_message(exception: bytes) -> None:
    frames = [b"\tat com.octo.shop.Main.step%d(Main.java:%d)" % (n, n) for n in range(20)]
    first, shares = block_at(0, [exception, *frames, b"[INFO] BUILD FAILURE"])
    assert (first, len([share for share in shares if share > 0.6])) == (0, 1 + len(frames))


def test_first_frames_of_a_long_trace_score_more_than_those_below() -> None:
    frames = [b"\tat com.octo.shop.Main.step%d(Main.java:%d)" % (n, n) for n in range(40)]
    lines = [
        b"java.lang.IllegalStateException: total",
        *frames,
        b"Caused by: java.io.IOException: closed",
        *frames,
    ]
    _, shares = block_at(0, lines)
    cause = lines.index(b"Caused by: java.io.IOException: closed")
    assert min(shares[:10]) > max(shares[20:40])
    assert shares[cause] > shares[cause - 1]


@pytest.mark.parametrize(
    ("heading", "own", "library"),
    [
        (
            "java.lang.IllegalStateException: total",
            "\tat com.octo.shop.Cart.total(Cart.java:9)",
            "\tat org.junit.runner.JUnitCore.run(JUnitCore.java:137)",
        ),
        (
            "java.lang.IllegalStateException: total",
            "\tat com.octo.shop.Cart.total(Cart.java:9) ~[classes/:na]",
            "\tat org.postgresql.Driver.connect(Driver.java:297) ~[postgresql-42.6.2.jar:42.6.2]",
        ),
        (
            "  Error Message:",
            "   at Shop.Tests.CartTests.Totals() in /w/Shop.Tests/CartTests.cs:line 9",
            "   at FluentAssertions.Execution.LateBoundTestFramework.Throw(String message)",
        ),
        (
            "TypeError: cart is undefined",
            "    at total (/w/src/cart.js:9:5)",
            "    at run (/w/node_modules/runner/lib/run.js:7:1)",
        ),
        (  # as Angular's own are built
            "TypeError: total is not a function",
            "    at total (/w/bazel-out/k8-fastbuild-ST-199a4f3c4e20/bin/packages/cart/src/cart.ts:9:5)",
            "    at callHook (http://localhost/k8-fastbuild-ST-199a4f3c4e20/bin/packages/core/src/hooks.ts:3:5)",
        ),
        (
            "Traceback (most recent call last):",
            '  File "/w/shop/cart.py", line 9, in total',
            '  File "/usr/lib/python3.12/json/__init__.py", line 346, in loads',
        ),
        (
            "Traceback (most recent call last):",
            '  File "/w/shop/bin/till", line 9, in <module>',
            '  File "/w/venv/bin/pytest", line 8, in <module>',
        ),
        (
            "Traceback (most recent call last):",
            '  File "C:\\w\\shop\\cart.py", line 9, in total',
            '  File "C:\\w\\venv\\Lib\\site-packages\\attr\\make.py", line 4, in init',
        ),
        (
            "__________________________________ test_total __________________________________",
            "tests/test_cart.py:405: in test_total",
            ".venv/lib/python3.11/site-packages/httpx/_transports/default.py:66: in map_exceptions",
        ),
        (
            "Traceback (most recent call last):",
            '  File "/w/shop/cart.py", line 9, in <module>',
            '  File "<frozen importlib._bootstrap>", line 1176, in _find_and_load',
        ),
        (
            "     Failure/Error: expect(total).to eq(4)",
            "     # ./lib/shop/cart.rb:9:in `total'",
            "     # ./.bundle/gems/ruby/3.0.0/gems/faraday-2.3.0/lib/faraday/response.rb:18:in `call'",
        ),
        (
            "java.lang.IllegalStateException: total",
            "\tat shop.cart$total.invoke(cart.clj:9)",
            "\tat clojure.lang.AFn.applyToHelper(AFn.java:152)",
        ),
        (
            "rake aborted!",
            "/w/shop/Rakefile.rb:9:in `total'",
            "/usr/lib/ruby/3.3.0/json/common.rb:219:in 'parse'",
        ),
        (
            "CMake Error at /usr/share/cmake-3.31/Modules/FetchContent.cmake:1918 (message):",
            "  CMakeLists.txt:311 (FetchContent_MakeAvailable)",
            "  /usr/share/cmake-3.31/Modules/FetchContent.cmake:2145:EVAL:2 (__FetchContent_doPopulation)",
        ),
        (
            "thread 'cart::tests::total' (6182) panicked at src/cart.rs:217:9:",
            "   4: shop::cart::tests::total",
            "   2: core::panicking::panic_fmt",
        ),
        (
            "AssertionError: expected 3 to be 4 // Object.is equality",
            " ❯ total src/cart.ts:9:5",
            " ❯ node_modules/vite/dist/node/chunks/dep.js:31460:43",
        ),
        (
            "##[group]❌ /w/test/cart_test.dart: Cart sums (failed)",
            "test/cart_test.dart 9:5                         main.<fn>",
            "package:flutter_test/src/binding.dart 1064:15   TestWidgetsFlutterBinding.runTest",
        ),
        (
            "panic: total [recovered]",
            "example.com/shop.Total(...)",
            "testing.tRunner(0xc000007ba0, 0x5a3a68)",
        ),
        (
            "PHP Fatal error:  Uncaught TypeError: total() in /w/src/Cart.php:9",
            "#0 /w/src/Cart.php(9): Shop\\Cart->total()",
            "#1 /w/vendor/phpunit/phpunit/src/Framework/TestCase.php(1154): Shop\\CartTest->testTotal()",
        ),
        (
            "InvalidArgumentException: no such price in C:\\w\\src\\Cart.php:9",
            "#0 C:\\w\\src\\Cart.php(9): Shop\\Cart->total()",
            "#1 C:\\w\\vendor\\laravel\\framework\\src\\Route.php(54): Shop\\CartController->show()",
        ),
    ],
)
def test_frames_of_libraries_score_less_than_the_projects_own(heading: str, own: str, library: str) -> None:
    _, shares = block_at(0, [heading.encode(), library.encode(), own.encode()])
    assert shares[1] < 0.95 * shares[2]


def test_after_buildkits_prefix_frames_of_libraries_score_less_too() -> None:
    own, library = (
        "/w/Rakefile:9:in 'total'",
        "/usr/local/bundle/gems/bundler-2.5.16/exe/bundle:20:in '<main>'",
    )
    ended = [
        f"#9 2.37 {library}",
        f"#9 2.37 {own}",
        "#9 ERROR: process did not complete successfully: exit code: 1",
    ]
    again = [" > [build 3/4] RUN bundle exec rake:", f"2.37 {library}", f"2.37 {own}"]
    for index, lines in ((2, ended), (0, again)):
        first, shares = block_at(index, [line.encode() for line in lines])
        at = dict(zip(lines[first:], shares, strict=False))
        less, more = (next(at[line] for line in lines if line.endswith(frame)) for frame in (library, own))
        assert less < 0.7 * more


def test_frames_that_ran_the_projects_code_score_less_than_those_it_called() -> None:
    heading = b"java.lang.IllegalStateException: total"
    called = b"\tat java.base/java.util.ArrayList.forEach(ArrayList.java:1541)"
    own = b"\tat com.octo.shop.Cart.total(Cart.java:9)"
    ran = b"\tat org.junit.platform.commons.util.ReflectionUtils.invokeMethod(ReflectionUtils.java:727)"
    _, shares = block_at(0, [heading, called, own, ran])
    assert shares[3] < 0.8 * shares[1]
    _, shares = block_at(0, [heading, *[called] * 9])
    assert shares[1] > 2 * shares[9]  # none is one's own: those at the top say most


def test_another_file_s_heading_after_a_linter_s_error_is_no_part_of_it() -> None:
    error = b"  67:36  error  Unexpected any. Specify a different type  @typescript-eslint/no-explicit-any"
    hint = b"  5:26  note  'Calendar' is defined but never used"
    first, shares = block_at(1, [b"/w/src/cart.tsx", error, b"", b"/w/src/till.tsx", hint])
    assert first == 0
    assert max(shares[3:]) < 0.1
    _, shares = block_at(1, [b"/w/src/cart.tsx", error, b"", b"Some files were not looked at", hint])
    assert min(shares[3:]) > 0.3


def test_of_called_libraries_the_frames_of_the_failure_score_most() -> None:
    called = [b"\tat org.hibernate.internal.Step%d.run(Step%d.java:9)" % (n, n) for n in range(8)]
    own = b"\tat com.octo.shop.Shop.main(Shop.java:9)"
    _, shares = block_at(0, [b"org.hibernate.HibernateException: no dialect", *called, own])
    assert min(shares[1:5]) > 1.3 * max(shares[6:9])
    assert shares[9] > 1.3 * shares[8]


def test_of_a_failed_test_the_frames_of_its_package_are_one_s_own() -> None:
    failed = b"total(com.octo.shop.CartTest)  Time elapsed: 0.1 sec  <<< ERROR!"
    frames = [
        b"\tat org.h2.message.DbException.get(DbException.java:167)",
        b"\tat com.octo.shop.Cart.total(Cart.java:9)",
        b"\tat org.acme.runner.MockMethod.invoke(MockMethod.java:40)",
    ]
    _, shares = block_at(0, [failed, b"org.h2.jdbc.JdbcSQLException: Timeout", *frames])
    assert shares[2] < 0.95 * shares[3]
    assert shares[4] < 0.8 * shares[3]
    _, unknown = block_at(
        0, [b"total()  Time elapsed: 0.1 sec  <<< ERROR!", b"org.h2.jdbc.JdbcSQLException: Timeout", *frames]
    )
    assert min(unknown[2:]) > 0.95 * max(unknown[2:])


def test_everything_in_a_library_s_frame_scores_less() -> None:
    lines = [
        b"Traceback (most recent call last):",
        b'  File "/usr/lib/python3.13/json/__init__.py", line 346, in loads',
        b"    return _decoder.decode(",
        b"           ~~~~~~~~~~~~~~~^",
        b"        text,",
        b'  File "/w/shop/cart.py", line 9, in total',
        b"    return json.loads(text)",
    ]
    _, shares = block_at(0, lines)
    assert max(shares[1:5]) < 0.95 * min(shares[5:])
