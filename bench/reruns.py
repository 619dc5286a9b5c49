"""A log → the log that another run of the same failure would have printed, one difference at a time.

The changes follow the forms in which tools and machines print things, not what the fingerprint leaves out.
Each is replaced by another form of the same thing: a duration in another unit, a folder on another system.
"""

# ruff: noqa: E501 - a form a line
from __future__ import annotations

import random
import re
from collections.abc import Callable
from functools import partial
from itertools import pairwise

HEX = b"0123456789abcdef"
STAMP = re.compile(rb"^(?:\xef\xbb\xbf)?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z ", re.MULTILINE)
ESCAPES = re.compile(rb"\x1b\[(?!36;1m)[0-9;?]*[A-Za-z]")  # but the runner's own, of an echoed script
ROOTS = re.compile(
    rb"(?:/home/runner/work/[\w.-]+|/(?:home|Users)/travis/build/[\w.-]+|/Users/runner/work/[\w.-]+"
    rb"|/__w/[\w.-]+|/builds/workspace|[A-Z]:\\a\\[\w.-]+|/net/www/ci/sos/jobs)[/\\]([\w.-]+)"
)
OTHER_ROOTS = (b"/Users/runner/work/app/", b"/__w/app/", b"/builds/group/", b"/var/lib/jenkins/workspace/", b"/opt/ci/agent-7/_work/1/", b"/workspace/")  # fmt: skip
TEMPORARY = re.compile(
    rb"(?:/private)?/var/folders/\w\w/\w+/T/[\w.-]*|/tmp/(?:pytest-of-\w+/pytest-\d+|[\w.-]+)|[A-Z]:\\Users\\[\w~]+\\AppData\\Local\\Temp\\[\w.-]+"
)
GREEN = (b"ok %d - handles the empty case", b"Compiling package-%d v1.2.3", b"tests/test_other.py::test_%d PASSED", b"[INFO] Building module-%d", b"  \xe2\x9c\x93 renders item %d", b"test other::case_%d ... ok")  # fmt: skip
NOISE = (
    b"Downloading https://example.com/artifacts/part-%d.tar.gz (3.4 MB)", b"npm warn deprecated glob@7.%d.0: Glob versions prior to v9 are no longer supported",
    b"WARNING: Retrying (Retry(total=4, connect=None)) after connection broken by 'ReadTimeoutError(\"read timed out %d\")'",
    b"Get:%d http://archive.ubuntu.com/ubuntu jammy/main amd64 Packages [1792 kB]", b"remote: Counting objects: %d%%, done.",
)  # fmt: skip
FOREIGN = (
    b"web_1     | GET /health %d 200 OK",
    b"[worker-2] processed batch %d",
    b"docs:build: wrote page %d",
)
LOUD = re.compile(
    rb"(?i)error|fail|exception|panic|fatal|exited|##\[|not ok|\x1b\[31|assert|expected|traceback|travis_"
)


def drawn(chance: random.Random, alphabet: bytes, length: int) -> bytes:
    return bytes(chance.choices(alphabet, k=length))


def digits(chance: random.Random, text: bytes) -> bytes:
    """A number of about as many digits."""
    return drawn(chance, b"123456789", 1) + drawn(
        chance, b"0123456789", max(len(text) - 1 + chance.choice((-1, 0, 0, 1)), 0)
    )


Replace = Callable[[random.Random, re.Match[bytes]], bytes]


def replacing(pattern: bytes, by: Replace) -> Callable[[random.Random, bytes], bytes]:
    compiled = re.compile(pattern)
    return lambda chance, data: compiled.sub(partial(by, chance), data)


def number(chance: random.Random, found: re.Match[bytes]) -> bytes:
    return digits(chance, found.group())


def duration(chance: random.Random, _: re.Match[bytes]) -> bytes:
    forms = (b"%d ms", b"%dms", b"%d.25s", b"%d.5 sec", b"%d seconds", b"%dm3.2s", b"%d min")
    return chance.choice(forms) % chance.randint(1, 59)


def hexadecimal(chance: random.Random, found: re.Match[bytes]) -> bytes:
    text = found.group()
    if text.isdigit() or text.isalpha():
        return text
    return drawn(chance, HEX, len(text))


def uuid(chance: random.Random, _: re.Match[bytes]) -> bytes:
    return b"-".join(drawn(chance, HEX, length) for length in (8, 4, 4, 4, 12))


def temporary(chance: random.Random, found: re.Match[bytes]) -> bytes:
    letters = b"abcdefghijklmnopqrstuvwxyz0123456789_"
    name = drawn(chance, letters, 8)
    if b"pytest-of-" in found.group():
        return b"/tmp/pytest-of-%s/pytest-%d" % (
            chance.choice((b"runner", b"root", b"ci")),
            chance.randint(0, 99),
        )
    forms = (b"/tmp/tmp" + name, b"/tmp/tmp.Qx" + name, b"/var/folders/bb/n7t3rs157850byt_jfd/T/" + name, b"/tmp/" + name, b"C:\\Users\\RUNNER~1\\AppData\\Local\\Temp\\" + name)  # fmt: skip
    return chance.choice(forms)


def other_roots(chance: random.Random, data: bytes) -> bytes:
    root = chance.choice(OTHER_ROOTS)
    return ROOTS.sub(lambda found: root + found.group(1), data)


def windows(_: random.Random, data: bytes) -> bytes:
    """Paths below the checkout as Windows writes them."""
    whole = re.compile(b"(?:" + ROOTS.pattern + rb")[\w./@+~-]*")

    def turned(found: re.Match[bytes]) -> bytes:
        return ROOTS.sub(rb"D:\\a\\app\\\1", found.group()).replace(b"/", b"\\")

    return whole.sub(turned, data)


def versions(chance: random.Random, data: bytes) -> bytes:
    """Another leg of a matrix: interpreters of another version, in names and paths."""
    minor = chance.choice((9, 10, 12, 13))
    data = re.sub(rb"(?i)(python-?|/Python/|py(?=3\d+\b))3\.?\d+((?:\.\d+)?)", lambda f: f.group(1) + (b"3.%d" % minor if f.group(1).lower() != b"py" else b"3%d" % minor) + (b".%d" % chance.randint(0, 20) if f.group(2) else b""), data)  # fmt: skip
    data = re.sub(
        rb"(?i)(node(?:\.?js)?[ /@-]v?|\bnode-v)\d+\.\d+\.\d+",
        lambda f: f.group(1) + b"%d.%d.1" % (minor + 10, minor),
        data,
    )
    return re.sub(
        rb"(jdk-?|/jvm/java-|temurin-)\d+(?:\.[\d.]+)?", lambda f: f.group(1) + b"%d" % (minor + 8), data
    )


def plain(_: random.Random, data: bytes) -> bytes:
    return ESCAPES.sub(b"", data)


def coloured(_: random.Random, data: bytes) -> bytes:
    """Tools that see a terminal paint what is wrong."""
    return re.sub(
        rb"(?m)^((?:[\dT:.-]{19,28}Z )?)((?:FAILED|FAIL|ERROR|error|Error|E  )\b[^\r\n\x1b]*)",
        b"\\1\x1b[31m\\2\x1b[0m",
        data,
    )


def bare(_: random.Random, data: bytes) -> bytes:
    return STAMP.sub(b"", data)


def stamped(chance: random.Random, data: bytes) -> bytes:
    """As GitHub keeps the output of a step."""
    if STAMP.search(data):
        return data
    second = chance.randint(0, 50_000)
    lines = data.split(b"\n")
    return b"\n".join(
        b"2027-03-04T%02d:%02d:%02d.1234567Z "
        % ((at := second + n // 50) // 3600 % 24, at // 60 % 60, at % 60)
        + line
        for n, line in enumerate(lines)
    )


def later(chance: random.Random, data: bytes) -> bytes:
    """At another time: all dates and times of day."""
    day = b"2027-%02d-%02d" % (chance.randint(1, 12), chance.randint(1, 28))
    data = re.sub(rb"\b20\d\d-[01]\d-[0-3]\d(?=[T _])", day, data)
    hour = chance.randint(1, 12)
    data = re.sub(
        rb"(?<=[T \[])(\d\d):(\d\d):(\d\d)(?=[.,Z \]])",
        lambda f: b"%02d:%s:%s" % ((int(f.group(1)) + hour) % 24, f.group(2), f.group(3)),
        data,
    )
    data = re.sub(rb"\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? ", b"Sun, ", data)
    return re.sub(rb"(?<=[/ ])(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Oct|Nov|Dec)(?=[/ ]\d)", b"May", data)


def inserted(
    lines_of: tuple[bytes, ...], share: float, quiet: bool, chance: random.Random, data: bytes
) -> bytes:
    """More lines between the others: only where nothing is wrong, or anywhere."""
    lines = data.split(b"\n")
    loud = [bool(LOUD.search(line)) or not line.strip() or line[:1].isspace() for line in lines]
    made: list[bytes] = []
    for at, line in enumerate(lines):
        made.append(line)
        if chance.random() < share and not (quiet and any(loud[max(at - 5, 0) : at + 7])):
            stamp = STAMP.match(line)
            for _ in range(chance.randint(1, 4 if quiet else 1)):
                form = chance.choice(lines_of)
                made.append((stamp.group() if stamp else b"") + form % chance.randint(1, 99))
    return b"\n".join(made)


# How a tool begins what it prints of one failed test, and what ends the last.
BLOCKS = tuple(
    (re.compile(begin), re.compile(end))
    for begin, end in (
        (rb"_{3,} .+ _{3,}\s*$", rb"=+ .* =+\s*$|-+ generated|={10}"),  # pytest
        (rb"(?:FAIL|ERROR): \w+ \(", rb"-{70}\s*$(?!\n)|Ran \d+ tests"),  # unittest
        (rb"\s*--- FAIL: ", rb"\s*(?:=== |--- (?:PASS|SKIP)|FAIL\b|PASS\b|ok\b|exit status)"),  # go test
        (rb"  \xe2\x97\x8f .+ \xe2\x80\xba ", rb"(?:PASS|FAIL|Test Suites:|Snapshots:|Summary of)"),  # jest
        (rb"---- \S+ stdout ----", rb"failures:"),  # cargo test
        (rb"\s+\d+\) (?:Failure|Error):", rb"\d+ (?:runs|tests|examples),"),  # minitest
    )
)
# Lines that each name a failed test or an error, when several follow each other.
LISTED = re.compile(
    rb"(?:[\dT:.-]{19,28}Z )?(?:\x1b\[[\d;]*m)*(?:(?:FAILED|ERROR) \S+::|\[ERROR\]   \S+|test \S+ \.\.\. FAILED|FAIL: \S+|rspec \./|    \w+(?:::\w+)+\r?$|not ok \d+|\S+:\d+:\d+: (?:error|warning|[EWF]\d+)|- \w+==?\d)"
)


def shuffled(chance: random.Random, data: bytes) -> bytes:
    """Failed tests in another order, each with all that is printed of it, and lists of them."""
    lines = data.split(b"\n")
    text = [ESCAPES.sub(b"", STAMP.sub(b"", line)) for line in lines]
    for begin, end in BLOCKS:
        starts = [at for at, line in enumerate(text) if begin.match(line)]
        while len(starts) > 1:
            stop = next((at for at in range(starts[0] + 1, len(text)) if end.match(text[at])), len(text))
            inside = [at for at in starts if at < stop]
            edges = [*inside, stop]
            parts = [list(range(first, last)) for first, last in pairwise(edges) if last > first]
            chance.shuffle(parts)
            order = [at for part in parts for at in part]
            lines[inside[0] : stop] = [lines[at] for at in order]
            text[inside[0] : stop] = [text[at] for at in order]
            starts = [at for at in starts if at >= stop]
    at = 0
    while at < len(lines):
        stop = at
        while stop < len(lines) and LISTED.match(lines[stop]):
            stop += 1
        if stop - at > 1:
            run = lines[at:stop]
            chance.shuffle(run)
            lines[at:stop] = run
        at = max(stop, at + 1)
    return b"\n".join(lines)


def workers(chance: random.Random, data: bytes) -> bytes:
    """pytest on several workers: `-n 4`."""
    data = re.sub(
        rb"(?m)^((?:[\dT:.-]{19,28}Z )?)(\S+\.py::\S+(?: \S+)*) (PASSED|FAILED|ERROR|SKIPPED)(\s+\[ *\d+%\])",
        lambda f: (
            b"%s[gw%d]%s %s %s " % (f.group(1), chance.randint(0, 3), f.group(4), f.group(3), f.group(2))
        ),
        data,
    )
    return re.sub(
        rb"(?m)^((?:[\dT:.-]{19,28}Z )?)(_{3,} .+ _{3,})(\r?)$",
        lambda f: b"%s%s%s\n%s[gw%d] linux -- Python 3.12.1 /usr/bin/python3%s" % (f.group(1), f.group(2), f.group(3), f.group(1), chance.randint(0, 3), f.group(3)),
        data,
    )  # fmt: skip


KINDS: dict[str, Callable[[random.Random, bytes], bytes]] = {
    "another time": later,
    "durations, in other units": replacing(rb"(?<![\w.])(?<!\()(?<!  )\d+(?:\.\d+)? ?(?:ms|s|secs?|seconds)\b|(?<=\()\d+ ?m?s(?=\))", duration),
    "another folder": other_roots,
    "Windows' separators": windows,
    "temporary names": replacing(TEMPORARY.pattern + rb"|(?<=[ '\"/])tmp[a-z0-9_]{8}\b", temporary),
    "other versions of interpreters": versions,
    "hashes": replacing(rb"(?<![\w-])(?:[0-9a-f]{7,8}|[0-9a-f]{12}|[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})(?![\w-])", hexadecimal),
    "UUIDs": replacing(rb"(?i)\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", uuid),
    "addresses": replacing(rb"(?<=\b0x)[0-9a-f]{6,16}\b|(?<=[a-zA-Z]@)[0-9a-f]{6,8}\b", lambda chance, found: drawn(chance, HEX, len(found.group()))),
    "ports": replacing(rb"(?i)(?<=localhost:)\d{4,5}\b|(?<=\d\.\d:)\d{4,5}\b|(?<=port )\d{2,5}\b|(?<=:::)\d{4,5}\b", number),
    "process ids": replacing(rb"(?i)(?<=pid )\d+|(?<=pid: )\d+|(?<=pid=)\d+|(?<===)\d{3,7}(?===)|(?<=\w\[)\d{3,7}(?=\])|(?<=process )\d+|(?<=<0\.)\d+(?=\.\d+>)", number),
    "run and build ids": replacing(rb"(?<=/runs/)\d{6,}|(?<=/jobs/)\d{6,}|(?<=/job/)\d{6,}|(?<=[Bb]uild #)\d+|(?<=travis-job-)[0-9a-f-]{36}|(?<=BUILD_ID=)\d+", number),
    "machines": replacing(rb"\bfv-az\d+-\d+\b|\brunnervm\w+|\bip-\d+-\d+-\d+-\d+\b|\b10\.\d+\.\d+\.\d+\b|(?<=worker-)org-\w-\d", lambda chance, _: chance.choice((b"fv-az%d-%d", b"ip-10-1-%d-%d", b"runnervm%dx%d")) % (chance.randint(1, 255), chance.randint(1, 255))),
    "seeds": replacing(rb"(?i)(?<=seed )\d+|(?<=seed: )\d+|(?<=seed=)\d+|(?<=--seed )\d+", number),
    "counts of what passed": replacing(rb"\b\d+(?= (?:passed|passing|tests? passed|ok\b|examples))", number),
    "without colours": plain,
    "with colours": coloured,
    "without timestamps": bare,
    "with timestamps": stamped,
    "more green lines": partial(inserted, GREEN, 0.02, True),
    "downloads and retries": partial(inserted, NOISE, 0.02, True),
    "another job's output between the lines": partial(inserted, FOREIGN, 0.02, False),
    "tests in another order": shuffled,
    "pytest on several workers": workers,
}  # fmt: skip


def another_run(chance: random.Random, data: bytes) -> bytes:
    """All differences that one run of a job has from another, of the same options."""
    others = (
        bare,
        stamped,
        coloured,
        plain,
        workers,
        windows,
        KINDS["another job's output between the lines"],
    )
    for kind in KINDS.values():
        if kind not in others:
            data = kind(chance, data)
    return data
