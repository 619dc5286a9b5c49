"""The runner's image and the tools' versions, from the head of a log."""

from __future__ import annotations

import pytest

from fire_routine.distill import read
from fire_routine.distill.pipeline import HEAD

STAMP = "2026-11-24T10:00:00.0000000Z "
IMAGE = f"{STAMP}##[group]Runner Image\n{STAMP}Image: ubuntu-24.04\n{STAMP}Version: 20261101.1.0\n"
END = f"{STAMP}##[error]Process completed with exit code 1.\n"


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("cut", [1, 7, 4096])
def test_the_image_is_that_of_the_hosted_runner(cut: int, newline: str) -> None:
    raw = (IMAGE + END).replace("\n", newline).encode()
    digest = read(raw[at : at + cut] for at in range(0, len(raw), cut))
    assert (digest.image, digest.tools) == ("ubuntu-24.04 20261101.1.0", ())


TOOLS = {
    "Successfully set up CPython (3.12.1)": "Python 3.12.1",
    "platform linux -- Python 3.13.0, pytest-8.4.2, pluggy-1.7.0": "Python 3.13.0",
    "Python 3.14.0rc2": "Python 3.14.0rc2",
    "node: v20.18.1": "Node.js 20.18.1",
    "go version go1.23.4 linux/amd64": "Go 1.23.4",
    "rustc 1.83.0 (90b35a623 2026-11-26)": "rustc 1.83.0",
    'openjdk version "21.0.5" 2026-10-15 LTS': "Java 21.0.5",
    "ruby 3.3.6 (2026-11-05 revision 75015d4c1f) [x86_64-linux]": "Ruby 3.3.6",
    "PHP 8.3.14 (cli) (built: Nov 21 2026 17:11:28) (NTS)": "PHP 8.3.14",
    "dotnet-install: Installed version is 8.0.404": ".NET 8.0.404",
    "cmake version 3.31.1": "CMake 3.31.1",
    "gcc (Ubuntu 13.2.0-23ubuntu4) 13.2.0": "GCC 13.2.0",
    "Ubuntu clang version 18.1.3 (1ubuntu1)": "clang 18.1.3",
    "\x1b[36;1mnode: v18.0.0\x1b[0m": "Node.js 18.0.0",
    "we use Python 3.12.1": "",
    "Image: of a cat": "",
    "node: latest": "",
    "Python 3.12 is needed": "",
    "Version: 2": "",
}


def test_tools_are_known_by_what_they_print() -> None:
    for before in ("", STAMP):
        digests = {line: read([f"{before}{line}\n{END}".encode()]) for line in TOOLS}
        assert {line: "".join(digest.tools) for line, digest in digests.items()} == TOOLS
        assert not any(digest.image for digest in digests.values())


def test_only_the_head_of_a_log_is_searched() -> None:
    raw = f"{STAMP}filler\n" * (HEAD // 30) + f"{STAMP}node: v20.18.1\n{END}"
    assert read([raw.encode()]).tools == ()
