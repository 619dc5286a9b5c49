"""What rules name in their lines: file, line, column, severity, message, code."""

from __future__ import annotations

import pytest
from tests.unit.distill.rule_of import rule_of

from fire_routine import distill
from fire_routine.distill.facts import MOST_FILES, captures
from fire_routine.distill.rules import CAPTURES
from fire_routine.distill.types import Finding


def finding(line: str) -> Finding:
    raw = line.encode()
    rule = rule_of(raw)
    assert rule is not None
    return Finding(rule, 1, [raw], 0, 0, 0)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("src/a.c:10:5: error: expected ';'", {"file": "src/a.c", "line": "10", "column": "5"}),
        ("C:\\w\\a.cpp(10): error C2065: 'x'", {"file": "C:\\w\\a.cpp"}),
        (
            "Program.cs(3,9): error CS0103: The name",
            {"file": "Program.cs", "line": "3", "column": "9", "severity": "error", "code": "CS0103"},
        ),
        (
            "src/index.ts(3,7): error TS2322: Type",
            {"file": "src/index.ts", "line": "3", "column": "7", "severity": "error", "code": "TS2322"},
        ),
        ("./main.go:7:2: undefined: fmt.Printl", {"file": "./main.go", "line": "7", "column": "2"}),
        ("e: file:///a/A.kt:3:5 Unresolved", {"file": "/a/A.kt", "line": "3", "column": "5"}),
        (
            "error[E0425]: cannot find value `total`",
            {"severity": "error", "code": "E0425", "message": "cannot find value `total`"},
        ),
        (
            "  12:7  error  'x' is never used  no-unused-vars",
            {
                "line": "12",
                "column": "7",
                "severity": "error",
                "message": "'x' is never used  no-unused-vars",
            },
        ),
        (
            "[12:34:56] pkg/mod.py:1:1: F401 unused",
            {"file": "pkg/mod.py", "line": "1", "column": "1", "code": "F401"},
        ),
        ("E   assert 1 == 2", {}),
    ],
)
def test_the_parts_of_a_line_have_the_names_of_problem_matchers(line: str, expected: dict[str, str]) -> None:
    found = captures(finding(line))
    assert {name: found.get(name) for name in expected} == expected
    assert set(found) <= set(CAPTURES)


def test_the_digest_names_the_files_of_its_findings_each_once() -> None:
    log = "src/a.c:1:1: error: x\nsrc/b.c:2:1: error: y\nsrc/a.c:9:1: error: z\n"
    assert distill.read([log.encode()]).files == ("src/a.c", "src/b.c")


def test_the_files_of_a_digest_are_bounded() -> None:
    log = "".join(f"src/{'a' * n}.c:1:1: error: x{n}\n" for n in range(1, 250))
    assert len(distill.read([log.encode()]).files) <= MOST_FILES
