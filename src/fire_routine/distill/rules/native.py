"""C and C++ (gcc, clang, MSVC, linkers), CMake, make, ninja, ctest, autotools, sanitizers, Bazel, Swift, Xcode."""

# ruff: noqa: E501 - a rule a line
from __future__ import annotations

from .rule import CAUSE, CONSEQUENCE, NOISE, REPORT, RESULT, WARNING, rule

RULES = (
    rule("swiftlint", "violation: ", r"\.swift:\d+(?::\d+)?: (?:warning|error): .* Violation: ", CAUSE - 2, ahead=0),
    rule("compiler", "error", r"^(?!\S+\.l?hs:)(?:In file included from )?(?:[A-Za-z]:)?[^\s:(][^:(]*?(?::\d+(?::\d+)?|\(\d+(?:,\d+)?\)) ?: (?:fatal |internal compiler )?error\b(?! TS\d)", CAUSE, ahead=12, back=3, leads=r"^In file included from|^\s+from |: In (?:function|member|instantiation|constructor)|: At global|required from"),
    rule("compiler-warning", ": warning: ", r"^[^\s:][^:]*:\d+(?::\d+)?: warning: ", WARNING, ahead=0),
    rule("internal-compiler-error", "internal compiler error", r"internal compiler error", CAUSE, ahead=4),
    rule("linker-undefined", "undefined reference|undefined symbol|unresolved external|multiple definition|duplicate symbol", r"undefined reference to|[Uu]ndefined symbols?\b|unresolved external symbol|multiple definition of|duplicate symbol", CAUSE, ahead=4),
    rule("linker", "collect2|linker command|ld: |ld.lld: |ld.gold: |ld.bfd: |ld.mold: ", r"^(?:\S*/)?ld(?:\.\w+)?: (?!warning)|collect2: (?:fatal )?error|^clang: error: linker", RESULT, ahead=3, back=8, leads=r"^\s+\S|undefined|\.o:|in function"),
    rule("clang-driver", "error: ", r"^(?:clang|gcc|g\+\+|cc1\w*|c\+\+|rustc|swiftc)(?:-[\d.]+)?: (?:fatal )?error: ", CAUSE, ahead=3),
    rule("cmake", "cmake error", r"^CMake Error\b", CAUSE, ahead=18, paragraph=2),
    rule("cmake-warning", "cmake warning|cmake deprecation", r"^CMake (?:Deprecation )?Warning", WARNING, ahead=0),
    rule("cmake-incomplete", "configuring incomplete", r"^-- Configuring incomplete, errors occurred", RESULT - 1, ahead=2),
    rule("cmake-missing", "could not|not found", r"^-- (?:Could NOT find|.*not found)", NOISE * 3, ahead=0),
    rule("make-rule", "no rule", r"\*\*\* No rule to make target", CAUSE, ahead=1),
    rule("make", "make: ***|]: ***", r"^(?:\S*make|gmake|mingw32-make)(?:\[\d+\])?: \*\*\* ", CONSEQUENCE + 1, ahead=1),
    rule("make-other", "makefile:0|.mk:0", r"^Makefile:\d+: |^\S+\.mk:\d+: \*\*\*", CONSEQUENCE + 1, ahead=1),
    rule("ninja", "failed: ", r"^(?:ninja: )?FAILED: ", RESULT + 1, ahead=14),
    rule("ninja-stopped", "ninja: ", r"^ninja: (?:build stopped|error: )", CONSEQUENCE + 1, ahead=1),
    rule("ctest-test", "failed|exception|timeout|not run", r"^\s*\d+/\d+ Test +#\d+: .*\*\*\*\s?(?:Failed|Exception|Timeout|Not Run)", CAUSE, ahead=20),
    rule("ctest-list", "tests failed", r"^The following tests FAILED:|^\d+% tests passed, [1-9]\d* tests failed", RESULT + 1, ahead=20, listed=True),
    rule("gtest-list", "listed below", r"^\[  (?:FAILED|ERROR) +\] .*listed below", RESULT, ahead=20),
    rule("gtest", "^[~[  failed", r"^\[  FAILED  \] ", CAUSE - 1, ahead=0, back=14, leads=r"^(?!\[ RUN|\[       OK)\S?.*", listed=True),
    rule("gtest-failure", ": failure", r"^\S+:\d+: Failure$", CAUSE, ahead=10, paragraph=8),
    rule("catch2", "failed:", r"^(?:\S+:\d+: )?FAILED:$", CAUSE, ahead=6, paragraph=8, back=6, leads=r"^[-.\s]|^\S"),
    rule("sanitizer", "sanitizer|runtime error: ", r"Sanitizer(?: |:(?! ?(?:true|false)\b))|(?<!panic: )runtime error: ", CAUSE, ahead=100, paragraph=60),
    rule("sanitizer-place", "is located", r"^0x[0-9a-f]+ is located ", RESULT, ahead=4, paragraph=8),
    rule("valgrind", "^=~invalid |^=~conditional jump|^=~process terminating|^=~use of uninitialised|^=~syscall param|^=~definitely lost|^=~indirectly lost", r"^==\d+== (?:Invalid |Conditional jump|Process terminating|Use of uninit|Syscall param|[\d,]+ .*(?:definitely|indirectly) lost)", CAUSE - 1, ahead=12, paragraph=8),
    rule("valgrind-total", "error summary", r"^==\d+== ERROR SUMMARY: [1-9]", RESULT - 1, ahead=0),
    rule("configure", "configure: error", r"configure: error: ", CAUSE, ahead=3, back=4, leads=r"^checking |^configure: "),
    rule("autotest", "^0~ failed|^f~fail: ", r"^ *\d+: .* FAILED(?: \(\S+\))?$|^FAIL: \S+$", RESULT, ahead=2),
    rule("automake-total", "# fail|# error", r"^# (?:FAIL|ERROR): +[1-9]", RESULT - 1, ahead=0),
    rule("signal", "segmentation|core dumped|aborted|bus error|illegal instruction|sigsegv|sigabrt|sigkill|sigbus|sigill|sigfpe", r"(?:Segmentation fault|core dumped|Aborted$|Aborted \(|Bus error|Illegal instruction|SIG(?:SEGV|ABRT|KILL|BUS|ILL|FPE)\b)", CAUSE - 1, ahead=6),
    rule("forge", "^[~[fail", r"^\[FAIL[.:] ?", CAUSE, ahead=2, listed=True),
    rule("assertion", "assert|assertion|assertionerror|asserterror", r"[Aa]ssertion .*[Ff]ail|Assert(?:ion)?Error|ASSERT(?:ION)?[ _:].*(?:FAIL|fail)|^Assertion failed", CAUSE - 1, ahead=8),
    rule("uncaught-cpp", "terminate called|terminating|what()", r"^terminate called after|^libc\+\+abi.*terminating|what\(\):", CAUSE, ahead=4),
    rule("bazel", "error: ", r"^ERROR: \S*(?:BUILD|WORKSPACE|\.bazel|\.bzl)\S*:\d+:\d+: |^ERROR: (?:no such (?:package|target)|Analysis of target|error loading package)", REPORT + 2, ahead=6),
    rule("bazel-test", "^f~fail: //|^/~failed in", r"^(?:FAIL: //|//\S+ +FAILED in)", CAUSE - 1, ahead=6, listed=True),
    rule("meson", "meson.build:|^0~fail |^0~timeout |^0~error ", r"^\S*meson\.build:\d+:\d+: ERROR: |^\s*\d+/\d+ .* (?:FAIL|TIMEOUT|ERROR) ", CAUSE, ahead=3),
    rule("missing-library", "shared libraries|shared object|library not loaded", r"error while loading shared libraries|cannot open shared object file|Library not loaded", CAUSE, ahead=4),
    # Xcode and Swift
    rule("xctest-case", "^t~' failed (", r"^Test [Cc]ase '.*' failed \(", RESULT, ahead=0, listed=True),
    rule("xcodebuild", "^*~failed|^*~interrupted|xcodebuild: error|^t~testing failed|commands failed", r"^\*\* (?:BUILD|TEST|ARCHIVE|ANALYZE) (?:FAILED|INTERRUPTED) \*\*|^xcodebuild: error: |^Testing failed:|^The following build commands failed", RESULT - 1, ahead=10, paragraph=6),
    rule("xcpretty", "^❌|^⚠", r"^\s*(?:❌|⚠️) ", CAUSE, ahead=6),
    rule("xcpretty-test", ", expected|, failed|, ((|, xct|, throw|, caught|, received|, asynchronous|, exceeded", r"^  \w+, (?:expected|failed|\(\(|XCT|throw|caught|received|Asynchronous|Exceeded)", CAUSE, ahead=10, paragraph=8, back=3, leads=r"^\S+$|^\s*$"),
    rule("cocoapods", "^[~[!] ", r"^\[!\] (?!\w*Error: |\(plugin )", CAUSE - 2, ahead=8),
    rule("swift-package", "error: ", r"^error: (?:fatalError|terminated|no such module|the package|dependencies|product|package|emit-module)", CAUSE - 1, ahead=6),
    rule("swift-crash", "fatal error", r"^(?!PHP |Catchable ).*[Ff]atal error: (?!Uncaught)", CAUSE, ahead=8),
)  # fmt: skip
