"""Elixir, Erlang, Haskell, R, Perl, Lua, OCaml, Dart, Julia, LaTeX, Vim."""

# ruff: noqa: E501 - a rule a line
from __future__ import annotations

from .rule import CAUSE, CONSEQUENCE, HINT, RESULT, rule

RULES = (
    rule("exunit", "^0~) test|^0~) property|^0~) doctest", r"^\s+\d+\) (?:test|property|doctest) ", CAUSE, ahead=40),
    rule("mix-format", "not formatted|mix format failed", r"mix format failed|following files (?:were|are) not formatted", CAUSE, ahead=14, paragraph=14),
    rule("mix", "mix|compilation failed", r"^\*\* \(Mix\)|Compilation failed due to warnings", CAUSE - 1, ahead=4),
    rule("elixir-logged", "errors have been logged", r"\(errors have been logged\)$", CONSEQUENCE, ahead=0),
    rule("elixir-error", "^*", r"^\s*\*\* \((?:\w+\.)*\w+(?:Error|\w*)\) ", CAUSE, ahead=12),
    rule("elixir-compile", "== compilation error|compile error", r"^== Compilation error (?:in|on) file", CAUSE - 2, ahead=8, paragraph=8),
    rule("exunit-total", "^0~failure", r"^\s*\d+ (?:tests|doctests).*, [1-9]\d* failures?", RESULT - 2, ahead=0),
    rule("common-test", "suite", r"^\w+_SUITE:\w+ failed on line \d+|^\w+_SUITE\b.*(?:FAILED|failed)", CAUSE, ahead=4, paragraph=3),
    rule("erlang-reason", "reason", r"^Reason: ", CAUSE - 1, ahead=8, back=2, leads=r"_SUITE"),
    rule("erlang-crash", "badmatch|badarg|function|undef|crash report|init terminating", r"\{badmatch,|\{undef,|function_clause|CRASH REPORT|init terminating|\{badarg,", CAUSE - 2, ahead=4),
    rule("erlang-compile", "erl|hrl", r"^\S*\.[eh]rl:\d+(?::\d+)?: (?!Warning)", CAUSE, ahead=2),
    rule("dialyzer", "unknown functions|unknown types", r"^Unknown (?:functions|types):", RESULT, ahead=6),
    rule("eunit", "*failed*", r"\*failed\*", CAUSE, ahead=10),
    rule("eunit-reason", "^*~**error:|^*~**exit:|^*~**throw:", r"^\*\*(?:error|exit|throw):", CAUSE, ahead=12),
    rule("ghc", "error:", r"^\S+\.l?hs:\d+:\d+(?:-\d+)?: error", CAUSE, ahead=20),
    rule("hspec", "hs", r"^\s+\S+\.hs:\d+:\d+: *$", RESULT, ahead=16),
    rule("cabal", "cabal|stack|rejecting|could not", r"^(?:cabal|Error: cabal|Error: \[(?:Cabal|S)-\d+\])|rejecting: |^\s*Could not (?:resolve|find module)", CAUSE - 1, ahead=8),
    rule("r-check", "^*~error|^*~warning|^s~status: ", r"^\*.* \.\.\.(?: \[.*\])? (?:ERROR|WARNING)$|^Status: \d+ ERROR", CAUSE - 1, ahead=20, paragraph=10),
    rule("testthat", "^─|^-~failure|^-~error", r"^(?:──|--) (?:\d+\. )?(?:Failure|Error)[: (]", CAUSE, ahead=8, paragraph=8),
    rule("testthat-total", "^[~[ fail", r"^\[ FAIL [1-9]", RESULT - 2, ahead=0),
    rule("r-error", "^e~error", r"^Error (?:in .{1,200})?[:：] ?|^Error in ", CAUSE - 1, ahead=6),
    rule("r-halted", "^e~execution halted|^e~error: test failures", r"^Execution halted|^Error: Test failures$", CONSEQUENCE, ahead=0),
    rule("test-more", "failed test", r"^\s*#\s+Failed (?:\(TODO\) )?test", CAUSE, ahead=4, paragraph=8, back=2, leads=r"^\s*#|^\s*$"),
    rule("prove", "failed|dubious|wstat|non|parse errors", r"^\s*(?:# *)?(?:Failed \d+/\d+ (?:sub)?tests|Dubious, test returned|Non-zero exit status|Parse errors: )|\(Wstat: [1-9]", CAUSE, ahead=4, back=2, leads=r"^\s*#|^\S+\.(?:t|sh) ?\.{2,}|^\s*$"),
    rule("prove-ended", "looks like y", r"^\s*# Looks like (?:your test|you (?:failed|planned))", CAUSE - 1, ahead=1, back=3, leads=r"^\s*#|\.t \.+"),
    rule("prove-summary", "test summary report", r"^Test Summary Report$", RESULT, ahead=20, paragraph=20),
    rule("perl-module", "can't locate", r"^Can't locate \S+ in @INC", CAUSE, ahead=3),
    rule("perl-die", " line |^b~begin failed|^c~compilation failed", r"^\S.* at \S+ line \d+\.?(?:$|,)|^BEGIN failed|^Compilation failed in require", RESULT - 2, ahead=2),
    rule("perl-critic", "severity:", r"\(Severity: \d\)$", CAUSE - 2, ahead=0),
    rule("lua", "stack traceback", r"^\s*stack traceback:$", RESULT, ahead=14, back=3, leads=r"^\S"),
    rule("busted", "failure →|error →|failure ->|error ->", r"^(?:Failure|Error) (?:→|->) ", CAUSE, ahead=14, paragraph=10),
    rule("luarocks", "^e~error: ", r"^Error: (?:No results matching|Failed (?:installing|finding)|LuaRocks)", CAUSE, ahead=3),
    rule("ocaml", "^f~characters", r'^File "[^"]+", lines? [\d-]+, characters \d+-\d+:$', CAUSE, ahead=12, paragraph=12),
    rule("dart", "^e~ • |^w~ • |^i~ • ", r"^\s*(?:error|warning|info) • ", CAUSE, ahead=1),
    rule("flutter-test", "exception caught|^0", r"══╡ EXCEPTION CAUGHT|^\d\d:\d\d \+\d+ -\d+: .*\[E\]", CAUSE, ahead=20),
    rule("julia", "test failed|error during test|error: loaderror", r"^(?:Test Failed at|Error During Test|ERROR: LoadError|.*: (?:Test Failed|Error During Test) at)", CAUSE, ahead=12, paragraph=6),
    rule("zig-test", "fail (", r"(?:^|\.\.\. ?)FAIL \(\w+\)$", CAUSE, ahead=12, paragraph=12, back=1, leads=r"^\d+/\d+ "),
    rule("zig-end", "error: the following", r"^error: the following (?:test |build )?command ", CONSEQUENCE, ahead=1),
    rule("latex", "^!", r"^! (?:LaTeX|Undefined|Package|Missing|Emergency|Extra|pdfTeX)", CAUSE, ahead=6, paragraph=4),
    rule("vim-error", "^e~: ", r"^(?:\S+ )?E\d{2,4}: ", RESULT, ahead=2),
    rule("yaml", "while parsing|while scanning|found character|did not find expected|mapping values", r"(?:while (?:parsing|scanning) (?:a|an|the|for)|found character that cannot start|did not find expected|mapping values are not allowed)", CAUSE, ahead=2),
    # Mocha and others that number what failed
    rule("numbered-detail", "^0~) ", r"^ {2}\d+\) \S", RESULT + 1, ahead=30, listed=True),
    rule("numbered-failure", "^0~) ", r"^\s{0,8}\d+\) \S.*", RESULT, ahead=30, listed=True),
    rule("consequence-shell", "^e~exit |^+~exit ", r"^\+? ?exit [1-9]\d*$", HINT, ahead=0),
)  # fmt: skip
