"""The files that a digest names, as rules name them in their lines."""

from __future__ import annotations

from fire_routine import distill
from fire_routine.distill.facts import MOST_FILES


def test_the_digest_names_the_files_of_its_findings_each_once() -> None:
    lines = {
        "src/a.c:10:5: error: expected ';'": "src/a.c",
        "src/b.c:2:1: error: y": "src/b.c",
        "src/a.c:9:1: error: z": "src/a.c",
        "C:\\w\\a.cpp(10): error C2065: 'x'": "C:\\w\\a.cpp",
        "Program.cs(3,9): error CS0103: The name": "Program.cs",
        "./main.go:7:2: undefined: fmt.Printl": "./main.go",
        "e: file:///a/A.kt:3:5 Unresolved": "/a/A.kt",
        "[12:34:56] pkg/mod.py:1:1: F401 unused": "pkg/mod.py",
        "E   assert 1 == 2": "",
    }
    files = tuple(dict.fromkeys(filter(None, lines.values())))
    assert distill.read(["\n".join(lines).encode()]).files == files


def test_the_files_of_a_digest_are_bounded() -> None:
    log = "".join(f"src/{'a' * n}.c:1:1: error: x{n}\n" for n in range(1, 250))
    assert 0 < len(distill.read([log.encode()]).files) <= MOST_FILES
