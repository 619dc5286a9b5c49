"""Which rule matches a line: where it is, what is put before it, what only looks like it."""

# ruff: noqa: E501 - as the tools print it
from __future__ import annotations

import re

from tests.unit.distill.logs import rule_of
from tools.knowledge import sources

from fire_routine.distill.match import worth_a_look
from fire_routine.distill.rules import ERROR_LIKE, HINT, NOISE_TIER, RESULT, rules

PRINTED = [(source.id, example) for source in sources() for example in source.examples]
WEIGHTS = {rule.id: rule.weight for rule in rules() if rule.tier not in ("noise", "general")}
TIME = "2026-01-02T03:04:05.1234567Z "
PREFIXES = [
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
]
# Times, escape sequences, other tools' names: a line's text is searched after them, too.
SEARCHED = [
    "",
    TIME,
    f"test\tRun make\t{TIME}",
    "[12:34:56]: ▸ ",
    "[1] ",
    f"{TIME}\x1b[2K\x1b[0;33m\x1b[1m",
    "\x1b[m",
    "\x1b_bk;t=1729032368633\x07",
    "\x1b[8mha:////4KqYfGuKHDA7cSAwAQ+/4=\x1b[0m",
    *PREFIXES[:4],
    *PREFIXES[-2:],
]
AFTER_PREFIXES = {
    "src/a.c:10:5: error: expected ';' before 'return'": "compiler",
    "[-] Adds two 12ms": "pester",
    "[UNRESOLVED_IMPORT] Error: Could not resolve './cart' in src/app.js": "rolldown",
    "✓ says that it ran out of memory (3 ms)": "passed-test",
    "--- PASS: TestOutOfMemoryError (0.00s)": "passed-test",
    "=== RUN   TestNoSpaceLeft/No space left on device": "go-progress",
}
LINTERS = (
    "black codespell eslint eslint-compact hadolint mypy pydocstyle pyflakes pylint shellcheck shellcheck-gcc"
)
LOOKALIKES = """\
[INFO] [WARNING] /src/main/java/F.java:[35,5] found raw type: dagger.internal.DelegateFactory
[INFO] /w/src/main/java/shop/Hex.java:348: Covariant return type change detected: Buffer flip()
REFTEST INFO |     AddressSanitizer: false
app/models/cart.rb:14:in `total'
    Then it fails with an error # None
-- Found OpenSSL: /usr/lib64/libcrypto.so (found suitable version "3.5.0")
cc1plus: note: unrecognized command-line option '-Wno-x' may have been intended to silence others
_______________ coverage: platform linux, python 3.12.11-final-0 _______________
___________________________________ summary ____________________________________
cabal-install\t\t\t\texiftool
[x509: make install] Command started
##teamcity[buildProblem description='Process exited with code 1 (Step: make)']
- ./setup.exe -configure
[20:14:30.562]  174 |   } catch (error) {
 ❯ EventEmitter.<anonymous> node_modules/vitest/dist/chunks/cli-api.B7PN_QUv.js:8043:22
  Error: 0
03:04:05     INFO -  (till:993): Gtk-CRITICAL **: 03:04:05.678: unref: assertion 'count > 0' failed
INFO - GECKO(21) | [Parent 21] WARNING: g_type_add: assertion 'is (x) == Y' failed: 'glib warning'
[warn]       case q"$parent.$child"     => child.decodedName.toString
    + CategoryInfo          : NotSpecified: (WARNING: Out of memory:String) [], RemoteException
  error: null
  No resources are out of date with respect to their source files. Skipping resource generation.
Testing: a small till runs without assertion failures
Running command: java -Xdump:system:events=systhrow,filter=java/lang/OutOfMemoryError -Xmx16m Till
Warning: config key x is not used (unused_key)
* TLSv1.3 (IN), TLS handshake, Finished (20):
Found 0 errors
1 chart(s) linted, 0 chart(s) failed
I0102 03:04:05.123456      19 sync.go:121] Failed to sync, trying again: connection refused
W0102 03:04:05.123456      19 sync.go:121] error while reading the cache
W20260102 03:04:05.123456 12345 cart.cc:42] error while reading the cache
test [ui] tests/ui/trap.rs ... ignored, ignored when it runs on wasm32 (SIGABRT)
WARN shop.graphql.Execution - Can't resolve '/event'. Abstract type must resolve to another
sudo: required
{"code": "en", "name": "English"}
No tests found, exiting with code 0
checking for -lm... unable to find library -lm, trying without
Get "https://shop.test/health": OK 200
gpg: sending command 'KILLAGENT' to agent failed: No data
nothing to commit, working tree clean
 NX   Unable to connect to Nx Cloud. Continuing with the local cache
service "web" is not running
name[en]: Apples
jinja[spacing]: Jinja2 spacing could be improved: {{x}} -> {{ x }} (warning)
validating /home/octo/schema.yml: passed
rate_limit # reformat
INTERNALERROR> pass
building [html]: targets for 1 source files that are out of date
"""


def matched(line: str) -> str:
    """The name of the rule that matches a line; empty: none does."""
    rule = rule_of(line.encode())
    return rule.id if rule else ""


def weight(line: str) -> float:
    rule = rule_of(line.encode())
    return rule.weight if rule else 0.0


def test_line_of_a_format_is_searched_wherever_it_is() -> None:
    formats = [line for name, line in PRINTED if WEIGHTS.get(name, 0) >= HINT]
    missed = []
    for before in SEARCHED:
        lines = [(before + line).encode() for line in formats]
        looked = set(worth_a_look(b"\n".join([b"", b"noise", *lines, b"more noise"])))
        missed += [line for at, line in enumerate(lines, 1) if at not in looked]
        assert {0, len(lines) + 1}.isdisjoint(looked)
    assert missed == []


def test_line_is_matched_after_another_tools_prefix() -> None:
    lines = {prefix + line: name for prefix in PREFIXES for line, name in AFTER_PREFIXES.items()}
    lines["[0] [-] Adds two 12ms"] = "pester"  # the number that `concurrently` gives a command
    assert {line: matched(line) for line, name in lines.items() if matched(line) != name} == {}


def test_what_a_linter_prints_may_be_indented_by_what_runs_it() -> None:
    printed = [(name, line) for name, line in PRINTED if name in LINTERS.split()]
    assert [line for name, line in printed if matched(f"    {line}") != name] == []


def test_an_error_word_in_a_line_of_an_information_is_none() -> None:
    befores = ("", "2026-01-02 03:04:05,678 ", "03:04:05     ", "[task 2026] 03:04:05   ")
    lines = [f"{before}INFO - Retrying after an error in the last request" for before in befores]
    assert [line for line in lines if matched(line) != "information"] == []


def test_what_a_level_hides_is_found() -> None:
    passed_on = (
        "05:24:25.175 [Thread-8] DEBUG o.o.shop.MavenOutput - [ERROR] Failed to execute goal on project shop"
    )
    assert weight(passed_on) > HINT
    mongodb = (
        "2026-01-02T03:04:05.123+0000 I STORAGE  [initandlisten] exception in initAndListen: NonExistentPath: Data directory /data/db not found., terminating",
        "2026-01-02T03:04:05.123+0000 I -        [conn3] Fatal Assertion 28595 at src/mongo/db/cart.cpp 12",
    )
    assert [line for line in mongodb if (rule := rule_of(line.encode())) and rule.tier == NOISE_TIER] == []


def test_lookalikes_weigh_next_to_nothing() -> None:
    assert [line for line in LOOKALIKES.splitlines() if weight(line) >= ERROR_LIKE] == []
    assert weight("tar: shop_data: Cannot stat: No such file or directory") < RESULT


def test_no_quantifier_repeats_the_last_byte_of_a_character() -> None:
    of_bytes = [each for rule in rules() for each in (rule.before_match, rule.reason, rule.distinguisher)]
    repeated = re.compile(rb"[\x80-\xff][*+?{]")
    assert [each.pattern for each in of_bytes if each is not None and repeated.search(each.pattern)] == []
