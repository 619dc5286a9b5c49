"""Each format, by lines that its tool really prints: the examples of the rules."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

import pytest
from tests.unit.distill.rule_of import rule_of
from tools.knowledge import sources

from fire_routine.distill import match, noise, normalize
from fire_routine.distill.match import classify, worth_a_look
from fire_routine.distill.rules import HINT, NOISE_TIER, RESULT, rules
from fire_routine.distill.search import Literals

PRINTED = [(source.id, example) for source in sources() for example in source.examples]
WEIGHTS = {rule.id: rule.weight for rule in rules() if rule.tier not in ("noise", "general")}


@pytest.mark.parametrize(
    "before",
    [
        "",
        "2026-01-02T03:04:05.1234567Z ",
        "[12:34:56] ",
        "2026-01-02 03:04:05,678 ",
        "2026/01/02 03:04:05 ",
        "#12 0.345 ",
        "web_1  | ",
        "test\tRun make\t2026-01-02T03:04:05.1234567Z ",
        "[12:34:56]: ▸ ",
        "[1] ",
        "\x1b[33m",
        "\x1b[0;33m\x1b[1m",
        "\x1b[m",
        "2026-01-02T03:04:05.1234567Z \x1b[2K\x1b[1m",
        "\x1b_bk;t=1729032368633\x07",
        "\x1b[8mha:////4KqYfGuKHDA7cSAwAQ+/4=\x1b[0m",
        "@octo/shop: ",
        "@octo/shop:test: ",
    ],
)
def test_line_of_a_format_is_searched_wherever_it_is(before: str) -> None:
    of_formats = [(before + line).encode() for name, line in PRINTED if WEIGHTS.get(name, 0) >= HINT]
    looked = worth_a_look(b"\n".join([b"", b"noise", *of_formats, b"more noise"]))
    assert [line for at, line in enumerate(of_formats, 1) if at not in looked] == []
    assert {0, len(of_formats) + 1}.isdisjoint(looked)


@pytest.mark.parametrize(
    "line",
    [
        "sudo: required",
        "sudo: unable to resolve host runner: Name or service not known",
        '{"code": "en", "name": "English"}',
        "No tests found, exiting with code 0",
        "No test files found, exiting with code 0",
        "tar: shop_data: Cannot stat: No such file or directory",
        "checking for -lm... unable to find library -lm, trying without",
        'Get "https://shop.test/health": OK 200',
        "gpg: sending command 'KILLAGENT' to agent failed: No data",
        "nothing to commit, working tree clean",
        " NX   Unable to connect to Nx Cloud. Continuing with the local cache",
        'service "web" is not running',
        "name[en]: Apples",
        "jinja[spacing]: Jinja2 spacing could be improved: {{x}} -> {{ x }} (warning)",
        "validating /home/octo/schema.yml: passed",
        "rate_limit # reformat",
        "INTERNALERROR> pass",
        "building [html]: targets for 1 source files that are out of date",
    ],
)
def test_what_runs_that_succeed_print_is_no_cause(line: str) -> None:
    rule = rule_of(line.encode())
    assert rule is None or rule.weight < RESULT


@pytest.fixture
def without_automaton(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As on a platform without a wheel for the automaton: the literals are made again, before and after."""
    made = (match._all, match._formats, match._marks, match._called, noise._within)
    by_expression = functools.partial(Literals, automaton=False)
    with monkeypatch.context() as patched:
        for module in (match, noise):
            patched.setattr(module, "Literals", by_expression)
        for module, name in ((normalize, "_CODES"),):
            patched.setattr(module, name, by_expression(getattr(module, name).literals))
        for each in made:
            each.cache_clear()
        yield
    for each in made:
        each.cache_clear()


@pytest.mark.usefixtures("without_automaton")
def test_where_the_automaton_has_no_wheel_the_same_rules_match_the_same_lines() -> None:
    found = classify([line.encode() for _, line in PRINTED], every=True)
    assert [rule.id if rule else "" for rule in found] == [name for name, _ in PRINTED]
    looked = worth_a_look(b"\n".join([b"", *(line.encode() for _, line in PRINTED)]))
    assert {at for at, (name, _) in enumerate(PRINTED) if WEIGHTS.get(name, 0) >= HINT} <= set(looked)


@pytest.mark.parametrize(
    "prefix",
    [
        "[12:34:56] ",
        "2026-01-02 03:04:05,678 ",
        "#12 0.345 ",
        "web_1  | ",
        "21:47:57    ERROR - ",
        "[task 2026-01-02T03:04:05.678Z] 03:04:05     INFO - PID 908 | ",
        "03:04:05     INFO - GECKO(1824) | ",
        "[Backend & Integration Tests/build]   | ",
        "remote:        ",
        "10:12:45 AM: ",
        "[cart]: ",
        "C/C++: ",
        "web-1  | 2026-01-02T03:04:05.123456789Z",
        " 3:04.05 ",
        '{"Time":"2026-01-02T03:04:05.1Z","Action":"output","Package":"shop","Test":"TestTotal","Output":"',
        '{"name":"worker","pid":245,"level":50,"msg":"',
        '{"msg": "',
        "@octo/shop: ",
        "@octo/shop:test: ",
    ],
)
@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("compiler", "src/a.c:10:5: error: expected ';' before 'return'"),
        ("pester", "[-] Adds two 12ms"),
        ("rolldown", "[UNRESOLVED_IMPORT] Error: Could not resolve './cart' in src/app.js"),
    ],
)
def test_line_is_matched_after_another_tools_prefix(name: str, line: str, prefix: str) -> None:
    rule = rule_of((prefix + line).encode())
    assert rule is not None
    assert rule.id == name


def test_line_is_matched_after_the_number_that_concurrently_gives_a_command() -> None:
    rule = rule_of(b"[0] [-] Adds two 12ms")
    assert rule is not None
    assert rule.id == "pester"


LINTERS = (
    "black codespell eslint eslint-compact hadolint mypy pydocstyle pyflakes pylint shellcheck shellcheck-gcc"
)


@pytest.mark.parametrize(("name", "line"), [each for each in PRINTED if each[0] in LINTERS.split()])
def test_what_a_linter_prints_may_be_indented_by_what_runs_it(name: str, line: str) -> None:
    rule = rule_of(f"    {line}".encode())
    assert rule is not None
    assert rule.id == name


@pytest.mark.parametrize("prefix", ["[12:34:56] ", "2026-01-02 03:04:05,678 ", "#12 0.345 ", "web_1  | "])
@pytest.mark.parametrize(
    "line",
    [
        "✓ says that it ran out of memory (3 ms)",
        "--- PASS: TestOutOfMemoryError (0.00s)",
        "=== RUN   TestNoSpaceLeft/No space left on device",
    ],
)
def test_no_failure_is_one_after_another_tools_prefix(prefix: str, line: str) -> None:
    rule = rule_of((prefix + line).encode())
    assert rule is not None
    assert rule.tier == NOISE_TIER


@pytest.mark.parametrize(
    "before", ["", "2026-01-02 03:04:05,678 ", "03:04:05     ", "[task 2026] 03:04:05   "]
)
def test_an_error_word_in_a_line_of_an_information_is_none(before: str) -> None:
    rule = rule_of(f"{before}INFO - Retrying after an error in the last request".encode())
    assert rule is not None
    assert rule.id == "information"


def test_the_level_of_another_tool_s_line_counts_in_one_that_passes_it_on() -> None:
    rule = rule_of(
        b"05:24:25.175 [Thread-8] DEBUG o.o.shop.MavenOutput - [ERROR] Failed to execute goal on project shop"
    )
    assert rule is not None
    assert rule.weight > 2


@pytest.mark.parametrize(
    "line",
    [
        "  ✓ shows an error page (3 ms)",
        "test errors::display ... ok",
        "=== RUN   TestFailure",
        "--- PASS: TestErrorHandling (0.00s)",
        "Tests run: 3, Failures: 0, Errors: 0, Skipped: 0",
        "0 errors, 3 warnings",
        "   Compiling error-chain v0.12.4",
        "[INFO] [WARNING] /src/main/java/F.java:[35,5] found raw type: dagger.internal.DelegateFactory",
        "[INFO] /w/src/main/java/shop/Hex.java:348: Covariant return type change detected: Buffer flip()",
        "copying src/errors.py",
        "REFTEST INFO |     AddressSanitizer: false",
        "22:03:04     INFO - LeakSanitizer | Leak checks disabled",
        "app/models/cart.rb:14:in `total'",
        "    Then it fails with an error # None",
        '-- Found OpenSSL: /usr/lib64/libcrypto.so (found suitable version "3.5.0")',
        "cc1plus: note: unrecognized command-line option '-Wno-x' may have been intended to silence others",
        "_______________ coverage: platform linux, python 3.12.11-final-0 _______________",
        "___________________________________ summary ____________________________________",
        "cabal-install\t\t\t\texiftool",
        "[x509: make install] Command started",
        "##teamcity[buildProblem description='Process exited with code 1 (Step: make)']",
        " ❯ ChildProcess.emit node:events:517:28",
        "- ./setup.exe -configure",
        "[20:14:30.562]  174 |   } catch (error) {",
        " ❯ EventEmitter.<anonymous> node_modules/vitest/dist/chunks/cli-api.B7PN_QUv.js:8043:22",
        "  Error: 0",
        "03:04:05     INFO -  (till:993): Gtk-CRITICAL **: 03:04:05.678: unref: assertion 'count > 0' failed",
        "INFO - GECKO(21) | [Parent 21] WARNING: g_type_add: assertion 'is (x) == Y' failed: 'glib warning'",
        '[warn]       case q"$parent.$child"     => child.decodedName.toString',
        "    + CategoryInfo          : NotSpecified: (WARNING: Out of memory:String) [], RemoteException",
        "  error: null",
        "  error: undefined,",
        "  No resources are out of date with respect to their source files. Skipping resource generation.",
        "Testing: a small till runs without assertion failures",
        "Running command: java -Xdump:system:events=systhrow,filter=java/lang/OutOfMemoryError -Xmx16m Till",
        "/usr/bin/java -Xmx8G -XX:+HeapDumpOnOutOfMemoryError -Dfile.encoding=UTF-8 Main",
        "Warning: config key x is not used (unused_key)",
        "* TLSv1.3 (IN), TLS handshake, Finished (20):",
        "Found 0 errors",
        "1 chart(s) linted, 0 chart(s) failed",
        "I0102 03:04:05.123456      19 sync.go:121] Failed to sync, trying again: connection refused",
        "W0102 03:04:05.123456      19 sync.go:121] error while reading the cache",
        "W20260102 03:04:05.123456 12345 cart.cc:42] error while reading the cache",
        "test [ui] tests/ui/trap.rs ... ignored, ignored when it runs on wasm32 (SIGABRT)",
        "WARN shop.graphql.Execution - Can't resolve '/event'. Abstract type must resolve to another",
    ],
)
def test_lookalikes_weigh_next_to_nothing(line: str) -> None:
    rule = rule_of(line.encode())
    assert rule is None or rule.weight < 4


@pytest.mark.parametrize(
    "line",
    [
        "2026-01-02T03:04:05.123+0000 I STORAGE  [initandlisten] exception in initAndListen: NonExistentPath:"
        " Data directory /data/db not found., terminating",
        "2026-01-02T03:04:05.123+0000 I -        [conn3] Fatal Assertion 28595 at src/mongo/db/cart.cpp 12",
    ],
)
def test_what_ends_a_mongodb_is_no_information_though_it_is_called_one(line: str) -> None:
    rule = rule_of(line.encode())
    assert rule is None or rule.tier != NOISE_TIER


def test_no_quantifier_repeats_the_last_byte_of_a_character() -> None:
    patterns = [
        pattern
        for rule in rules()
        for pattern in (rule.before_match, rule.reason, rule.distinguisher)
        if pattern is not None
    ]
    assert [each.pattern for each in patterns if re.search(rb"[\x80-\xff][*+?{]", each.pattern)] == []
