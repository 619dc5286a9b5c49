"""go test, vet, build and modules; golangci-lint, staticcheck, gofmt, Ginkgo."""

# ruff: noqa: E501 - a rule a line
from __future__ import annotations

from .rule import CAUSE, CONSEQUENCE, NOISE, REPORT, RESULT, rule

RULES = (
    rule("go-test", "--- fail|=== fail: ", r"^\s*(?:---|===) FAIL: \S", CAUSE - 1.5, ahead=40, back=14, leads=r"^\s+\S+\.go:\d+: |^\s{4,}\S|^=== (?:RUN|CONT|NAME)", listed=True, reason=r"\s+(?:\S+_test\.go:\d+: |Error: |expected: |actual ?: )"),
    rule("go-test-line", "_test.go:", r"^ {4,}\S+_test\.go:\d+: \S", RESULT - 2, ahead=8),
    rule("go-package", "^f~fail", r"^FAIL\s+\S+(?:\s+[\d.]+m?s|\s+\[(?:build|setup) failed\]|\s+\(cached\))$", RESULT + 1, ahead=0, listed=True),
    # https://pkg.go.dev/cmd/test2json, which `go test -json` prints
    rule("go-json", '"action":"fail"', r'^\{"[^\n]{0,200}"Action":"fail"', RESULT, ahead=0, listed=True),
    rule("go-fail", "^f~fail", r"^FAIL$", CONSEQUENCE, ahead=0),
    rule("gocheck", "^.~... obtained|^.~... value|^.~... panic|^.~... error|^.~... open|^.~... expected|^.~... difference|^.~... regex", r"^\.{3} (?:obtained|expected|value|Panic|Error|difference|open|error|regex)\b", CAUSE, ahead=4, paragraph=6, back=8, leads=r"^(?:\.{3} |\s+\S|\S+\.go:\d+:|FAIL: |PANIC: |\s*$)"),
    rule("gocheck-test", "^p~panic: |^f~fail: ", r"^(?:PANIC|FAIL): \S+\.go:\d+: ", RESULT + 1, ahead=0, listed=True),
    rule("goconvey", "^l~line 0", r"^\s+Line \d+:\s*$", CAUSE, ahead=8, paragraph=8, back=1, leads=r"^\s+\* \S"),
    rule("gotestsum-total", "^d~done 0", r"^DONE \d+ tests?.* [1-9]\d* (?:failures?|errors?)\b", RESULT - 2, ahead=0, total=True),
    rule("go-checksum", "checksum mismatch", r"checksum mismatch", CAUSE, ahead=6, paragraph=6),
    rule("go-timeout", "test timed out|*** test killed", r"^panic: test timed out after|^\*\*\* Test killed", CAUSE, ahead=20),
    rule("go-panic", "panic|fatal error: |[signal", r"^(?:\s*panic: |fatal error: (?!too many errors emitted)|\[signal SIG)", CAUSE, ahead=40, paragraph=12, logged=True),
    rule("goroutine", "goroutine", r"^goroutine \d+ \[", RESULT - 1, ahead=24, paragraph=24),
    rule("go-race", "data race", r"^WARNING: DATA RACE", CAUSE, ahead=30, paragraph=20, lasting=True),
    rule("go-modules", "^g~go: |go.mod|go.sum|: cannot load|no required module provides", r"^go: (?:\S+@\S+: .|errors? |updates to go|inconsistent|cannot |go\.mod requires go |module .*: |\S+: (?:git|unrecognized|reading|invalid|no matching|missing))|missing go\.sum entry|go\.mod file not found|^build \S+: cannot load|^no required module provides|^(?:\S+/)?go\.mod:\d+: ", CAUSE, ahead=8),
    rule("go-own", "go: -race requires|go: no such tool ", r"^go: (?:-race requires cgo|no such tool )", CAUSE - 1, ahead=0),
    # https://go.dev/ref/mod: what nothing provides, below what imports it
    rule("go-imports", "no matching versions|cannot find module providing|does not contain package", r"^(?:go: )?\s*\S+: (?:no matching versions for query |cannot find module providing package |module \S+ found(?: \(.*\))?, but does not contain package )", CAUSE, ahead=0, back=8, leads=r"^(?:go: |\s+)\S+ (?:imports|tested by)$|^go: finding module for package "),
    rule("go-import", "cannot find package|cannot find module|is not in goroot|is not in std", r"cannot find (?:package|module)|package \S+ is not in (?:GOROOT|std)", CAUSE, ahead=4),
    rule("go-package-graph", "import cycle not|build constraints exclude", r"import cycle not allowed|build constraints exclude all Go files", CAUSE, ahead=4, paragraph=4),
    rule("goveralls", "bad response status from coveralls", r"bad response status from coveralls", CAUSE, ahead=1),
    rule("govulncheck", "vulnerability #0", r"^Vulnerability #\d+: ", CAUSE - 1, ahead=12, paragraph=12, apart=r"\s+\S"),
    rule("gosec", "] - g0", r"^\[\S+:\d+(?:-\d+)?\] - G\d+ ", CAUSE - 1, ahead=4, paragraph=8),
    rule("go-compile-warning", ".go:0", r"^\S+\.go:\d+(?::\d+)?::warning: ", CAUSE - 2, ahead=0),
    rule("go-compile", ".go:0", r"^(?:vet: |##\[error\])?(?:\./|\.\./)?[\w./\\@-]+\.go:\d+(?::\d+)?: ?(?!\d)", CAUSE - 1, ahead=3, back=1, leads=r"^# \S+", listed=True),
    rule("go-download", "^g~go: ", r"^go: (?:downloading|finding|extracting|upgraded|added) ", NOISE, ahead=0),
    rule("ginkgo", "[fail|[panic|[timedout|^•", r"\[(?:Fail|FAILED(?!\] (?:Failed to start|Took) )|Panic!|PANICKED|TIMEDOUT)\]|^• (?:Failure|\[FAILED\]) \[", CAUSE - 1, ahead=14, paragraph=8, apart=r"(?:.* )?\[(?:It|(?:Before|After)\w+|DeferCleanup\w*)\] \S"),
    rule("ginkgo-list", "[fail] ", r"^\s*\[FAIL\] .*\[(?:It|(?:Before|After)\w+|DeferCleanup\w*)\]", RESULT, ahead=1, listed=True),
    rule("testify", "error trace", r"^\s*Error Trace:\s+\S", CAUSE, ahead=30, paragraph=30),
    rule("testify-message", "messages:   ", r"^\s+Messages:\s{2,}\S", CAUSE - 1, ahead=0, back=2, leads=r"^\s+Test:\s"),
    rule("go-exit", "exit status", r"^exit status \d+$", CONSEQUENCE, ahead=0),
    rule("flag-undefined", "flag provided but", r"^flag provided but not defined: ", CAUSE, ahead=0, back=1, leads=r"^\+|^\$"),
    rule("golangci", "level=error|level=fatal|^e~erro", r"level=(?:error|fatal) msg=|^ERRO(?:\[\d+\])? ", REPORT + 1, ahead=1),
)  # fmt: skip
