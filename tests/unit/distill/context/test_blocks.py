"""Sections of logs as tools print them: the cause is kept together, and outweighs what follows from it.

Each file in `blocks/` is a section of a log after a margin of two characters: `!` before the lines that
name the cause, `|` before what else belongs to their block, `>` before what follows from the failure.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.distill.rule_of import rule_of

from fire_routine import distill
from fire_routine.distill.context.neighbours import block
from fire_routine.distill.lines.clean import texts
from fire_routine.model import Digest, Excerpt

FOLDER = Path(__file__).parents[1] / "blocks"
SECTIONS = sorted(FOLDER.glob("*.log"))
BEFORE, AFTER = (
    (FOLDER / name).read_text(encoding="utf-8").replace("␛", "\x1b").splitlines()
    for name in ("before.txt", "after.txt")
)
ENOUGH, LITTLE = 2048, 600  # characters


def section(path: Path) -> list[tuple[str, str]]:
    """The mark and the text of each line."""
    lines = path.read_text(encoding="utf-8").replace("␛", "\x1b").split("\n")[:-1]
    return [(line[:1].strip(), line[2:]) for line in lines]


def as_a_job(lines: list[str]) -> list[str]:
    """The log of a GitHub Actions job in which a step prints the lines and fails."""
    log = [*BEFORE, *lines, *AFTER]
    return [f"2026-01-02T03:04:{at // 20 % 60:02}.{at % 20:02}34567Z {line}" for at, line in enumerate(log)]


def read(lines: list[str]) -> Digest:
    return distill.read(["\n".join(lines).encode() + b"\n"])


def numbers(excerpt: Excerpt) -> set[int]:
    """Of the lines that are shown."""
    return {number for block in excerpt.blocks for number in range(block.first, block.last + 1)}


def weights(digest: Digest) -> dict[int, float]:
    """By the number of the line."""
    return {
        min(block.first + offset, block.last): block.weight
        for block in digest.blocks
        for offset in range(len(block.lines))
    }


def block_at(index: int, lines: list[bytes]) -> tuple[int, list[float]]:
    """The block around the line at `index`, by the rule that takes it."""
    rule = rule_of(lines[index])
    assert rule is not None
    first, shares, _ = block(rule, index, lines)
    return first, shares


@pytest.fixture(params=SECTIONS, ids=lambda path: path.stem)
def marked(request: pytest.FixtureRequest) -> list[tuple[str, str]]:
    return section(request.param)


@pytest.fixture(params=["raw", "job"])
def job(request: pytest.FixtureRequest) -> bool:
    return bool(request.param == "job")


@pytest.fixture
def digest(job: bool, marked: list[tuple[str, str]]) -> Digest:
    lines = [text for _, text in marked]
    return read(as_a_job(lines) if job else lines)


@pytest.fixture
def by_mark(job: bool, marked: list[tuple[str, str]]) -> dict[str, list[int]]:
    """The numbers of the lines, blank ones apart, by their mark."""
    found: dict[str, list[int]] = {mark: [] for mark in "!|>"}
    first = len(BEFORE) + 1 if job else 1
    for number, (mark, text) in enumerate(marked, first):
        if mark and text.strip():
            found[mark].append(number)
    if job:
        found[">"].append(first + len(marked) + AFTER.index("##[error]Process completed with exit code 2."))
    return found


def test_a_block_is_kept_together(by_mark: dict[str, list[int]], digest: Digest) -> None:
    assert {*by_mark["!"], *by_mark["|"]} <= numbers(distill.excerpt(digest, ENOUGH))


def test_little_room_goes_to_the_cause(by_mark: dict[str, list[int]], digest: Digest) -> None:
    assert by_mark["!"]
    assert set(by_mark["!"]) <= numbers(distill.excerpt(digest, LITTLE))


def test_the_cause_outweighs_what_follows_from_it(by_mark: dict[str, list[int]], digest: Digest) -> None:
    by_number = weights(digest)
    least = min(by_number[number] for number in by_mark["!"])
    assert [number for number in by_mark[">"] if by_number.get(number, 0) >= least] == []


@pytest.mark.parametrize(
    "frame",
    ["load@http://localhost:9876/a.js:12:5", "http://x:9876/b.js:12:5", "lib/cart.rb:12", "//a/b:c.bzl:10"],
)
def test_the_place_of_a_frame_goes_on_with_the_error_above_it(frame: str) -> None:
    _, shares = block_at(0, [b"TypeError: total is not a function", *[frame.encode()] * 6, b"", b"done"])
    assert min(shares[1:7]) > 0.9


def test_place_of_a_compilers_error_belongs_to_it_and_includes_score_less() -> None:
    lines = [
        b"In file included from src/till.h:3,",
        b"                 from src/till.c:1:",
        b"src/cart.h: In function 'total':",
        b"src/cart.h:9:16: error: 'rate' undeclared (first use in this function)",
        b"    9 |     return sum * rate;",
    ]
    first, shares = block_at(3, lines)
    assert first == 0
    assert max(shares[:2]) < 0.5 < 0.9 < min(shares[2:])


def test_line_that_a_code_frame_points_at_scores_more_than_its_neighbours() -> None:
    lines = [
        b"      147 |     it('totals', () => {",
        b"    > 148 |       const sum = cart.get('sum');",
        b"          |                        ^",
        b"      149 |       expect(sum).toBe(3);",
    ]
    _, shares = block_at(1, lines)
    assert max(shares[0], shares[3]) < 0.5 < 0.9 < min(shares[1:3])
    for pointer, edge in (("➜", "▕"), ("Ô×£", "Ôûò"), ("Γ₧£", "Γûò")):  # on a Windows console, too
        lines = [
            f"    11{edge}     $cart->add(2);".encode(),
            f"  {pointer} 12{edge}     expect($cart->total())->toBe(3);".encode(),
            f"    13{edge} }});".encode(),
        ]
        _, shares = block_at(1, lines)
        assert max(shares[0], shares[2]) < 0.5 < 0.9 < shares[1]


@pytest.mark.parametrize(
    "part",
    [
        "Top 10 slowest examples (55.08 seconds, 95.2% of total time):",
        "============================= slowest 10 durations =============================",
        "stdout | src/till.test.ts > Till > opens",
        "_________________________________ test_rounds __________________________________",
        "Current runner version: '2.334.0'",
    ],
)
def test_another_part_of_a_tool_s_report_is_no_part_of_a_failure(part: str) -> None:
    lines = [
        b"tests/test_cart.py:9: AssertionError",
        b"",
        part.encode(),
        b"  Cart sums prices",
        b"0.30s call a.py",
    ]
    _, shares = block_at(0, lines)
    assert max(shares[3:]) < 0.1
    _, shares = block_at(0, [b" FAIL  src/cart.test.ts > Cart > sums", part.encode(), b"  a", b"  b"])
    assert max(shares[1:]) < 0.6


@pytest.mark.parametrize(
    "lines",
    [
        [
            b"/usr/bin/ld: cart.o: in function `total':",
            b"cart.c:(.text+0x1a): undefined reference to `rate'",
            b"collect2: error: ld returned 1 exit status",
        ],
        [
            b"Package darcs is not available, but is referred to by another package.",
            b"This may mean that the package is missing, has been obsoleted, or",
            b"is only available from another source",
            b"E: Package 'darcs' has no installation candidate",
        ],
    ],
)
def test_lines_of_a_tool_above_its_error_belong_to_it(lines: list[bytes]) -> None:
    first, shares = block_at(len(lines) - 1, lines)
    assert first == 0
    assert min(shares) > 0.9


def test_lines_that_a_reason_announces_score_as_much_as_the_reason() -> None:
    lines = [
        b"  14) Cart totals",
        b"      Failure/Error: total(cart)",
        b"",
        b"      ActionController::UrlGenerationError:",
        b"        No route matches [POST]",
        b"      # ./spec/cart_spec.rb:9:in `block (2 levels) in <top (required)>'",
    ]
    _, shares = block_at(0, lines)
    assert shares[3:5] == [1.0, 1.0]
    assert shares[5] < 1.0


@pytest.mark.parametrize("message", ["no key is set: SHOP_TOKEN, SHOP_NAME", "connect ECONNREFUSED ::1:5432"])
def test_message_under_a_test_s_name_scores_as_much_as_the_name(message: str) -> None:
    lines = ["  ● Cart › totals", "", f"    {message}", "", "      at total (src/cart.js:9:5)"]
    _, shares = block_at(0, [line.encode() for line in lines])
    assert shares[2] == 1.0
    assert max(shares[3:]) < 1.0
    _, shares = block_at(0, [line.encode() for line in (lines[0], *lines[2:])])
    assert shares[1] < 1.0  # nothing sets it apart from what the test printed


def test_frames_that_are_not_indented_belong_to_their_block() -> None:
    frames = [b"at Verify-Equal, /shop/Verify-Equal.ps1:16", b"at t, /shop/p.psm1:103"] * 4
    lines = [b"[-] sums prices -> values differ", *frames, b"[+] is empty", b"", b"", b"", b"", b""]
    first, shares = block_at(0, lines)
    inside = [share for share in shares if share > 0.9]
    assert (first, len(inside)) == (0, 1 + len(frames))


def test_vitests_lines_on_a_failed_test_belong_to_its_heading() -> None:
    marked = section(FOLDER / "vitest-dom.log")
    lines = texts([text.encode() for _, text in marked])
    _, shares = block_at(0, lines)
    result = [
        share for share, (mark, text) in zip(shares, marked, strict=False) if mark in {"!", "|"} and text
    ]
    assert len(result) == 11
    assert min(result) > 0.8


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


def test_library_source_in_pytest_scores_less_except_what_was_raised_there() -> None:
    lines = [
        b"    def test_total():",
        b">       total()",
        b"tests/test_cart.py:9: ",
        b"_ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ ",
        b"self = PosixPath('/srv/carts')",
        b"    def mkdir(self, mode=0o777):",
        b">           os.mkdir(self, mode)",
        b"E           PermissionError: [Errno 13] Permission denied: '/srv/carts'",
        b"",
        b"/usr/lib/python3.11/pathlib.py:1116: PermissionError",
    ]
    first, shares = block_at(7, lines)
    result = dict(enumerate(shares, first))
    assert max(result[at] for at in (4, 5, 6)) < 0.5 * min(result[at] for at in (0, 1, 2, 7))
    _, own = block_at(7, [*lines[:-1], b"/srv/shop/cart.py:1116: PermissionError"])
    assert own[6 - first] > 0.9 * own[7 - first]


@pytest.mark.parametrize(
    ("docstring", "lines"),
    [
        (b'    """The sum of a cart.\n\n    :param cart: its prices\n    """', 3),
        (b"    r'''The sum of a cart.\n    Of its prices.'''", 1),
        (b'    """The sum of a cart."""', 0),
    ],
)
def test_docstring_scores_less_below_its_first_line(docstring: bytes, lines: int) -> None:
    source = [
        b"    def total(cart):",
        *docstring.split(b"\n"),
        b"        tax = rate()",
        b">       return cart * tax",
    ]
    _, shares = block_at(len(source), [*source, b"E       TypeError: can't multiply sequence by non-int"])
    below = slice(2, 2 + lines)
    assert [share for share in shares[below] if share > 0.3] == []
    assert min(shares[:2] + shares[below.stop :]) > 0.5


@pytest.mark.parametrize(
    "end",
    [[b'    """'], [b'    query = """', b"        select 1", b'    """'], [b"    run(", b'        """)']],
)
def test_source_below_quotes_that_begin_no_docstring_scores_fully(end: list[bytes]) -> None:
    source = [*end, b"        tax = rate()", b">       return cart * tax"]
    _, shares = block_at(len(source), [*source, b"E       TypeError: can't multiply sequence by non-int"])
    assert min(shares) > 0.5


def test_first_frame_of_a_crash_scores_fully_in_any_library() -> None:
    lines = [
        b"Fatal Python error: Segmentation fault",
        b"Current thread 0x00007f0c5e7fc700 (most recent call first):",
        b'  File "/usr/lib/python3.12/site-packages/torch/nn.py", line 4 in forward',
        b'  File "/w/shop/cart.py", line 9 in total',
    ]
    _, shares = block_at(0, lines)
    assert shares[2] >= shares[3]


def test_runner_of_a_crashed_test_scores_less() -> None:
    lines = [
        b"Fatal Python error: Segmentation fault",
        b"Current thread 0x00007f0c5e7fc700 (most recent call first):",
        b'  File "/venv/lib/python3.12/site-packages/shop/tills.py", line 12 in total',
        b'  File "/work/tests/unittest/test_cart.py", line 9 in test_total',
        b'  File "/venv/lib/python3.12/site-packages/_pytest/python.py", line 166 in pytest_pyfunc_call',
        b'  File "/venv/lib/python3.12/site-packages/pluggy/_callers.py", line 121 in _multicall',
        b'  File "<frozen runpy>", line 88 in _run_code',
    ]
    first, shares = block_at(0, lines)
    assert first == 0
    assert min(shares[2:4]) > 2 * max(shares[4:])


def test_passed_tests_score_nothing_after_another_tools_prefix_either() -> None:
    printed = [
        "--- FAIL: TestAll (0.02s)",
        *(f"    --- PASS: TestAll/case_{number} (0.00s)" for number in range(20)),
        "    --- FAIL: TestAll/case_20 (0.00s)",
        "        all_test.go:9: got 1, want 2",
    ]
    lines = [f"[12:34:56] {line}".encode() for line in printed]
    first, shares = block_at(0, lines)
    assert first == 0
    assert max(shares[1:21]) < 0.5 < min(shares[21:])


@pytest.mark.parametrize("before", [b"", b"##[warning]"])
def test_linter_s_warning_of_the_next_file_scores_less_than_one_of_the_same(before: bytes) -> None:
    warning = before + b"  30:3  warning  'rate' is defined but never used  no-unused-vars"
    lines = [b"/w/a.js", b"  1:7  error  'a' is not defined  no-undef", warning, b"", b"/w/b.js", warning]
    first, shares = block_at(1, lines)
    assert shares[5 - first] < 0.3 * shares[2 - first]


def test_lines_below_the_cause_are_shown_before_lines_elsewhere() -> None:
    below = [f"module {n} waits for module {n + 1}" for n in range(12)]
    elsewhere = [f"compiled part {n} of 200" for n in range(200)]
    lines = [*elsewhere, "shop.c:7:5: error: no module can be loaded first", *below, *elsewhere]
    text = distill.excerpt(read(lines), 600).text
    assert [line for line in below if line not in text] == []


@pytest.mark.parametrize(
    "other",
    [
        b"[INFO] Building shop 1.2",
        b"> Task :shop:clean",
        b":shop:clean UP-TO-DATE",
        b"C:\\shop\\Till.cs(7,5): warning CS0649: Field 'Rate' is never assigned to",
        b"till.c:7:5: warning: unused variable 'rate' [-Wunused-variable]",
        b"",
    ],
)
def test_lines_that_do_not_continue_the_cause_score_less(other: bytes) -> None:
    lines = [b"shop.c:7:5: error: expected ';' before '}' token", *[b"made shop.o"] * 9]
    _, plain = block_at(0, lines)
    lines[-2] = other
    _, shares = block_at(0, lines)
    assert shares[-2] < plain[-2]
    assert (shares[-1] < plain[-1]) == (not other or b"warning" in other)


def test_the_items_of_a_list_do_not_belong_to_the_one_that_a_rule_took() -> None:
    rule = rule_of(b"- error: cannot find module cart")
    assert rule is not None
    _, items, _ = block(rule, 0, [b"- error: cannot find module cart", *[b"- ocamlc -c cart.ml"] * 9])
    _, diff, _ = block(rule, 0, [b"error: cannot find module cart", *[b"-  total: 1", b"+  total: 2"] * 4])
    assert items[1] < 0.6 < diff[1]


def test_warning_among_lines_that_led_to_the_cause_scores_less() -> None:
    warning = b"#19 9.037 /app/src/Cart.cs(31,9): warning IL2026: Using member 'Total' can break"
    error = b"#19 9.051 /app/src/Cart.cs(42,20): error CS0023: Operator '.' cannot be applied"
    last = b'#19 ERROR: process "/bin/sh -c dotnet publish" did not complete successfully: exit code: 1'
    _, shares = block_at(2, [warning, error, last])
    assert shares[0] < 0.5 * shares[1]


@pytest.mark.parametrize(
    "end",
    [
        b"##[error]Process completed with exit code 1.",
        b"##[error]The action 'Run tests' has timed out after 10 minutes.",
        b'The command "pip install nope" failed and exited with 1 during .',
        b"Build step 'Execute shell' marked build as failure",
        b"Post job cleanup.",
        b"##[group]Run make check",
    ],
)
def test_lines_after_the_end_of_the_step_are_no_part_of_a_block(end: bytes) -> None:
    cause, post = b"ERROR: No matching distribution found for nope", b"Removing HTTP extra header"
    _, shares = block_at(0, [cause, end, post])
    _, others = block_at(0, [cause, b"make: stopped", post])
    assert shares[1] == others[1] or end.startswith(b"##[group]")
    assert shares[2] < 0.2 * others[2]


def test_warning_above_the_cause_scores_less_than_lines_that_led_to_it() -> None:
    cause = b"shop.c:7:5: error: expected ';' before '}' token"
    _, plain = block_at(1, [b"cc -c shop.c", cause])
    _, shares = block_at(1, [b"till.c:7:5: warning: unused variable 'rate' [-Wunused-variable]", cause])
    assert shares[0] < plain[0] / 2
