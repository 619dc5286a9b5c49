"""What identifies a failure, independent of run numbers, times, paths, hashes, ports, processes and order."""

# ruff: noqa: E501, S108 - one pattern per line; some describe temporary folders
from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from hashlib import sha256

READ = 1_500  # characters of a line that are looked at
LONGEST = 240  # of what is left of it that count: another folder's name may be longer
_PATH = r"[\w.@+~%$-]"  # of a path's segment
_REST = r"[^\s\"'`:,;)\]>]*"  # of a path
_UNIT = r"(?:[mµun]?s(?:ecs?|econds?)?|m(?:in(?:ute)?s?)?|h(?:ours?|rs?)?|days?|[kmg]i?b|bytes|%)"
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_TOOLS = "py|pypy|python|cp|node|jdk|java|ruby|php|go|gcc|clang"
# What a console without UTF-8 (Windows') has another character for, or none: GCC's quotes, Ruby's until 3.3,
# GHC's bullets, pointers and marks of Node's tools, trees of JUnit's.
_PLAIN = str.maketrans("‘’`•❯", "'''*>", "✘✗✖✕×❌⨯✔✓√│├└╷╵─━═")
_SPELLED = str.maketrans("0123456789-", "abcdefghij_")


def _spelled(match: re.Match[str]) -> str:
    """The number that names an advisory, spelled in letters, so that the folding of digits leaves it."""
    return match.group().translate(_SPELLED)


# In this order, on many lower-cased lines at once: none reaches over the end of a line. Each is tried where
# one of the literals before it is in the text.
_SUBSTITUTIONS: tuple[tuple[tuple[str, ...], re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = tuple(
    (tuple(literals.split("|")), re.compile(pattern), by)
    for literals, pattern, by in (
        ("gw", r"\[gw\d+\] ?|(?<=_)gw\d+(?=_|\b)", ""),  # pytest-xdist's workers, and what they call their own
        # https://pkg.go.dev/k8s.io/klog/v2: a level, the date, a time, a thread
        (".go:", r"\b[iwef]\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ (?=\S+\.go:\d)", ""),
        ("-0|-1", r"\d{4}-\d\d-\d\d[t ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:z|[ ]?[+-]\d\d:?\d\d)?", "#"),
        (" am| pm", r"\b\d{1,2}:\d\d(?::\d\d)? [ap]m\b", "#"),
        (_MONTHS, rf"\b(?:(?:mon|tue|wed|thu|fri|sat|sun),? +)?(?:(?:{_MONTHS}) +\d\d?|\d\d?[ /-](?:{_MONTHS})\b)(?:,?[ /-]\d{{4}}\b)?", "#"),
        ("npm err!", r"\bnpm err!", "npm error"),  # until npm 9
        # A test's place, by unittest until 3.10 and since; a thread's number, by Rust since 1.91
        (" (", r"\b(\w+) \((\w+(?:\.\w+)*)\.\1\)", r"\1 (\2)"),
        (":in '", r"(?m)^\S+:\d+:in '[^'\n]*': ", ""),  # where Ruby raised it, by 3.4 with the class
        (" panicked", r"(?<=') \(\d+\)(?= panicked)", ""),
        (" [x] ", r"(?m)^[ |]*[+']-- (.*) \[x\]", r"\1"),  # JUnit's, without UTF-8
        # What is known of a vulnerability is another with another number
        ("cve-|ghsa-|rustsec-|pysec-|go-2", r"\b(?:cve|rustsec|pysec|go)-\d{4}-\d{4,}|\bghsa(?:-[0-9a-z]{4}){3}\b", _spelled),
        # Not found is not unauthorised; 403 and 429 are one server's two ways to say the same.
        ("http|status code|returned error", r"\b(http(?:/\d(?:\.\d)?)?|status code|returned error)[:=]? (4(?!03|29)\d\d)\b", r"\1 http\2"),
        ("request id", r"\brequest id:? [0-9a-f][0-9a-f:-]{7,}", "request id"),  # GitHub's
        ("hostid: ", r"\bhostid: [^\s,]+", "hostid"),  # of a request to S3
        ("/tmp/|/var/", rf"(?:\b[a-z]{{2,12}}://)?(?:/private)?/(?:tmp|var/folders|var/tmp)/{_REST}", "<tmp>"),
        ("temp|\\tmp", rf"(?<![\w.@+~%$/\\-])(?:[a-z]{{2,12}}:[/\\]{{1,3}})?(?:[a-z]:)?{_PATH}*(?:[/\\]{{1,2}}{_PATH}+)*[/\\]{{1,2}}_?te?mp[/\\]{_REST}", "<tmp>"),
        ("/v", r"/v\d+(?![\w.-])", ""),  # a Go module's major version
        # Paths and addresses: the last name is what stays the same on another machine.
        ("/|\\", rf"(?<![\w.@+~%$/\\-])(?:[a-z]{{1,12}}:(?=[/\\]|[a-z]:))?(?:(?:{_PATH}*|[a-z]:)[/\\])+(?={_PATH})", ""),
        # A pod's, by its replica set's hash: https://pkg.go.dev/k8s.io/apimachinery/pkg/util/rand
        ("-", r"-(?=[a-z]*\d)[b-df-hj-np-tv-xz24-9]{8,10}-[b-df-hj-np-tv-xz24-9]{5}\b", "-#"),
        ("0x", r"\b0x[0-9a-f]+\b", "#"),
        ("-", r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b", "#"),  # UUIDs
        ("", r"\b(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{7,}\b", "#"),  # hashes
        ("", r"(?<![a-z0-9_])[a-z]*(?:\d+[a-z]+){3,}\d*\b(?<=\w{14})", "#"),  # made at random
        ("@", r"@[0-9a-f]{5,16}\b", "@#"),
        ("tmp", r"\btmp[\w.-]{4,}", "<tmp>"),
        ("fv-az|runnervm|ip-", r"\b(?:fv-az\d+-\d+|runnervm\w+|ip(?:-\d+){4})\b", "#"),  # machines
        ("", rf"(?<![a-z0-9_])({_TOOLS}|v|l)[ -]?\d[\d.]*(?!\w)", r"\1#"),
        ("", rf"(?<![a-z_\d])\d+(?:[.,:]\d+)*(?:[ ]?{_UNIT}(?:\d+(?:\.\d+)?{_UNIT})*(?![a-z_]))?|(?<=[a-z_])\d{{5,}}", "#"),
        # OCaml's, which quotes what it does not colour, since its version 5.3
        (" \"", r'\b(type|value|module|constructor|variable|field|label) "([^"\n]+)"', r"\1 \2"),
        ("", r"[^\S\n]+", " "),
        # The bars at both sides of a heading of pytest's are as wide as its console leaves room for.
        ("__", r"(?<!\S)_{2,}(?!\S)", "_"),
        ("#", r"(?<![# :,.;()\[\]-])[# :,.;()\[\]-]*#[# :,.;()\[\]-]*", "#"),
    )
)  # fmt: skip


def normalised(lines: Iterable[str]) -> list[str]:
    """Each line as it would be in another run of the same failure."""
    read = [line[:READ].replace("\n", " ") for line in lines]
    if not read:
        return []
    text = "\n".join(read).lower().translate(_PLAIN)
    for literals, pattern, by in _SUBSTITUTIONS:
        if any(literal in text for literal in literals):
            text = pattern.sub(by, text)
    return [line[:LONGEST].strip(" #") for line in text.split("\n")]


def fingerprint(lines: Iterable[str]) -> str:
    """Sixteen hex digits for a set of normalised lines, in any order."""
    return sha256("\n".join(sorted(set(lines))).encode()).hexdigest()[:16]
