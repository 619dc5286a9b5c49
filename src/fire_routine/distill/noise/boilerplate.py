"""Boilerplate: lines that are printed in any failure and explain none."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from ...patterns import pattern
from ..lines.clean import numbered
from ..lines.multi_search import Literals

# Progress of package managers, also after a tool's name or BuildKit's seconds.
_PACKAGES = (
    r"(?:Downloading|Downloaded|Progress|Collecting|Using cached|Installing collected packages"
    r"|Attempting uninstall|Found existing installation|Uninstalling|Successfully (?:un)?installed"
    r"|Requirement already satisfied)\b|(?:━|Γöü|Ôöü){8}"
)
_OBJECTS = r"(?:Receiving|Resolving|Compressing|Counting|Enumerating|Unpacking) (?:objects|deltas)"  # git's
_APT = r"(?:Get|Hit|Ign):\d+ |(?:Selecting previously|Preparing to unpack|Unpacking|Setting up) \S+ "
_CARGO = r"(?:Compiling|Checking|Fresh|Documenting) [\w-]+ v\d"
# Docker's and Compose's layers, and what Compose does
_LAYER = (
    r"[0-9a-f]{12}(?:: (?:Preparing|Waiting|Pull|Push|Layer|Already)"
    r"| (?:Download|Extract|Pull|Waiting|Verify))"
)
_COMPOSED = (
    r"(?:Container|Network|Volume) \S{1,200} +"
    r"(?:Creat(?:ing|ed)|Start(?:ing|ed)|Stopp(?:ing|ed)|Remov(?:ing|ed)|Waiting|Healthy|Running)\b"
)
# What memory a process has (https://man7.org/linux/man-pages/man5/proc_pid_maps.5.html), as glibc's abort
# prints it under a heading, and a JVM that crashed; that one's libraries on macOS and Windows, too.
_MAPPED = r"[0-9a-f]{6,16}-[0-9a-f]{6,16} [r-][w-][x-][ps] [0-9a-f]{8,16} [0-9a-f]{2,4}:[0-9a-f]{2,5} \d"
_LOADED = r"0x[0-9a-f]{16} (?:- 0x[0-9a-f]{16} )?\t"
_MAPS = pattern(f"{_MAPPED}|{_LOADED}".encode())
# How a task of Gradle went that did not fail, and what Kbuild makes
_AS_IT_WENT = r"(?: (?:SKIPPED|UP-TO-DATE|NO-SOURCE|FROM-CACHE))?$"
_KBUILD = (
    r"(?:AR|AS|CALL|CC|CHK|CPP|DTC|GEN|HOSTCC|HOSTLD|LD|OBJCOPY|SYSHDR|SYSTBL|UPD|WRAP)"
    r"(?: \[M\])? +[\w./-]+$"
)
_RECIPE = r"(?:GNU)?[Mm]akefile\S*:\d+: recipe for target "
# How such lines begin after their indentation, by their first character.
_BEGINNINGS: dict[str, tuple[str, ...]] = {
    ".FEsSxX*": (r"[.FEsSxX*]{10,} *(?:\[ *\d+%\])?\s*$",),  # a letter a test
    "_": (r"(?:_ ){20,}_?\s*$",),
    "=": (
        r"=== (?:RUN|PAUSE|CONT|NAME)\b|={10,} (?:FAILURES|ERRORS) ={10,}",
        r"={7} Memory map: ={8}$",
        # the command with which rustc links, above the linker's own lines
        r"= note: +(?:\w{1,40}=\"[^\"\n]{0,2000}\" )*\"[^\"\n]{1,300}\" \"",
    ),
    "-": (
        r"--- (?:PASS|SKIP)\b|-+ coverage: platform|-- Configuring incomplete, errors",
        r"----- Native stack trace -----",  # where V8 ran out of memory
    ),
    "✓✔√✅ΓÔ•✘✗━": (
        r"(?:✓|✔|√|✅|(?:Γ|Ô)(?:£ô|êÜ)) |" + _PACKAGES,
        # what Jest advises where it can't parse a file, and where Playwright tries again
        r"• (?:If you (?:are trying to use|need a custom|simply want)|To have some of your)",
        r"(?:✘|✗|(?:Γ|Ô)£(?:ÿ|ù)) +\d+ (?:\[[^\]\n]{1,60}\] › )?[^\n]{1,400} \(retry #\d+\)",
    ),
    "(": (r"\(pass\) |\(See full trace by running task with", r"\(cd \S+ && \\$"),  # Bazel runs that
    "{": (r'\{"Time":"[\w:.+-]{1,40}","Action":"(?:start|run|pause|cont|pass|skip|bench)"',),  # test2json's
    "[": (
        r"\[gw\d+\] (?:\S+ -- Python |\[ *\d+%\] (?:PASSED|SKIPPED|XFAIL|RERUN) )",  # pytest-xdist's
        r"\[ *\d+%\] (?:Building|Linking|Built target|Generating|Scanning dependencies of) ",  # CMake's
        r"\[Pipeline\] |\[command\]|\[\w{1,20}\] (?:" + _PACKAGES + ")",
        r"\[INFO\] *(?:-{20}|Total time|Finished at|$)",
        r"\[INFO\] (?:-+<|---? |Running |Tests run: \d+, Failures: 0, Errors: 0|Building |Using '|Copying "
        r"|skip non |Compiling \d|Changes detected|Nothing to compile|Download|No |Reactor |Installing "
        r"|Deleting |Recompiling|BUILD (?:FAILURE|SUCCESS)$|Results:| T E S T S|Scanning for projects"
        r"|\S[^\n]{0,200} (?:SUCCESS \[|\.{2,} SKIPPED$))",
    ),
    "#": (
        # opam's lines on any failure, Bazel's on its command, and BuildKit's steps
        r"# (?:opam-version|os|context|compiler|path|exit-code|env-file|(?:stdout|stderr|output)-file) {2,}",
        r"# Installed /|# (?:Configuration: [0-9a-f]{64}|Execution platform: )",
        r"#\d+ (?:DONE|CACHED|sha256:|extracting |\[internal\] |transferring "
        r"|exporting |pushing |naming to |resolve |preparing build cache )",
        r"#\d+ 0x[0-9a-f]{6,16} <unknown>",  # a browser's driver's own frames
        r"##\[(?:endgroup\]|(?:start|end)-action |group\]✅ )",
    ),
    "*": (
        r"\* \[new (?:branch|ref|tag)\] |\* branch +\S+ +-> FETCH_HEAD",
        r"\* (?:What went wrong:|Try:|Get more help)",
    ),
    "^": (r"\^{3} \+{3}$",),
    ":": (r":[\w.-]+(?::[\w.-]+)*" + _AS_IT_WENT,),  # a task of an old Gradle
    ">": (
        r"> Task :\S+" + _AS_IT_WENT,
        r"> A failure occurred while executing (?:com|org)\.[\w.$]{1,200}$",
        r"> (?:There were failing tests\. See|Compilation error\. See log|Get more help)",
        r"> Run with --(?:stacktrace|info|debug|scan|warning-mode)\b",
    ),
    "~": (r"~{3,} Stack of [^\n]{1,100} ~{3,}$",),  # pytest-timeout's, above a thread's frames
    "?": (r"\?[ \t]+\S{1,300}\t\[no test files\]",),
    "0123456789": (
        r"\d+ (?:passing|failing)(?: \(|$)|\d+ actionable tasks?: ",
        r"[\d :.-]{10,30} xcodebuild\[[\d:]+\] \[MT\] ",
        _LOADED,
        r"\d+: 0x[0-9a-f]{6,16} |\d+\.\d{1,3} +(?:" + _PACKAGES + ")",
    ),
    "0123456789abcdef": (_LAYER, _MAPPED),
    "ACDGHLOSUW": (_KBUILD,),
    "A": (
        _PACKAGES,
        r"Adding repository directory to|Analyzing \S{1,80}\.{3}|Archiving artifacts",
    ),
    "B": (r"By default \"node_modules\" folder is",),
    "C": (
        r"Command failed with status \(\d|Cleaning up orphan|Configuration cache entry ",
        r"Copying (?:blob|config) (?:sha256:)?[0-9a-f]{12}",
        _COMPOSED,
        _PACKAGES,
        _OBJECTS,
        _CARGO,
    ),
    "D": (
        r"Download https?://\S+$",
        r"Dynamic libraries:$|Duration {2,}\d|Done\. Your build exited|Deprecated Gradle features were used",
        _PACKAGES,
        _CARGO,
    ),
    "E": (r"Error Context: ", _OBJECTS),
    "F": (
        r"Finished(?: in \d|: [A-Z])|Files=\d+, Tests=\d+, |From https?://\S+$",
        r"Fetched [\d,.]+ [kMG]?B in |For information about custom transformations",
        r"For more (?:information about this error, try|on this, please refer to https://docs\.gradle)",
        _PACKAGES,
        _CARGO,
    ),
    "G": (_APT, _RECIPE),
    "H": (r"Here's what you can do:$|Hint: make sure your test modules/packages", _APT),
    "I": (r"It's possible libcurl couldn't connect|Installing /\S{1,300}$", _PACKAGES, _APT),
    "J": (r"Jest failed to parse a file\. This happens",),
    "M": (_RECIPE,),
    "N": (r"Name +Stmts|No issues found!", _COMPOSED),
    "O": (r"Out of the box Jest supports Babel",),
    "P": (r"PASS(?:ED)?[: ]|Post job cleanup", _PACKAGES, _APT),
    "R": (
        r"Ran (?:all test suites|\d+ tests? in )|Result: (?:FAIL|PASS)$|Reading package lists",
        r"Run with --(?:stacktrace|info|debug|scan|warning-mode)\b",
        r"Running [a-z]\w*(?:\.\w+)+$|Results :$",  # Surefire's, without a level
        r"Received \d+ of \d+ \(",  # a cache, by actions/cache
        _PACKAGES,
        _OBJECTS,
    ),
    "S": (
        r"S(?:tart at|napshots:) {2,}\d|SKIPPED \[\d+\] |Skip \S{1,300} \(unchanged\)$",
        r"Some errors have detailed explanations|Sometimes, making too many requests at once",
        _PACKAGES,
        _APT,
    ),
    "T": (
        r"Time: {2,}\d|TEST-(?:PASS|OK|START|SKIP) \||Traceback:$|Test Summary Report$|Tasks: TOP => ",
        r"Temporarily overriding HOME|Tests run: \d+, Failures: 0, Errors: 0",
    ),
    "U": (_PACKAGES, _OBJECTS, _APT),
    "V": (_COMPOSED,),
    "X": (r"X(?:PASS|FAIL) ",),
    "Y": (r"You'll find more details and examples of these|You can use '--warning-mode",),
    "a": (
        # frames in which Maven runs a task (what runs tests below has others), Gradle's and Node.js' own
        r"at org\.(?:apache\.maven\.(?:DefaultMaven|cli|lifecycle|plugin\.Default)\b"
        r"|codehaus\.plexus\.classworlds\.launcher\b|gradle\.)",
        r"at (?:\S+ \(|async )?\S*/node_modules/(?:@?jest|mocha|@?vitest)\b",
        r"at (?:async )?(?:\S{1,80} (?:\[as \S{1,40}\] )?\()?node:internal/",
        r"attachment #\d+: ",
    ),
    "c": (
        r"cargo::?rerun-if|coverage: [\d.]+% of statements|collecting \.\.\. |cache uploaded",
        r"checking [^\n]{1,200}\.\.\. (?:\(cached\) )?yes$|changed: \[|changes detected, packing",
    ),
    "e": (r"exec env - \\$|error: test failed, to rerun pass",),
    "g": (r"git version \d|go: downloading \S+ v\d",),
    "h": (r"https://jestjs\.io/docs/|http\.https://github\.com/\.extraheader",),
    "m": (r"make(?:\[\d+\])?: (?:Leaving|Entering) directory ", _RECIPE),
    "n": (
        # fixed advice of npm, old and new, and of rustc, and Xcode's notes in every build
        r"npm ERR! (?:Linux|Darwin|Windows_NT|argv|node v|npm  v|errno|code ELIFECYCLE|Exit status"
        r"|Failed at the|This is (?:most likely|probably not)|Make sure you have the latest"
        r"|If you do, this is most likely|Not with npm itself|Tell the author"
        r"|You can get |Or if that isn't|    npm (?:bugs|owner) "
        r"|There is likely|Please include|Test failed\.  See above)",
        r"npm (?:ERR!|error)(?:\s*$| (?:A complete log|    \S+-debug))|npm (?:WARN|warn) deprecated ",
        r"npx playwright show-trace |note: run with `RUST_BACKTRACE",
        r"note: (?:Disabling previews|Building targets in|Target dependency graph|Metadata extraction skipped"
        r"|Run script build phase|Using (?:codesigning|new build|stub exec))",
    ),
    "o": (r"ok(?:: \[| )",),  # Ansible's, and tests'
    "p": (r"platform \S+ -- Python ",),
    "r": (r"return _bootstrap\._gcd_import\(|rootdir: |remote: " + _OBJECTS,),
    "s": (r"skipping: \[",),
    "t": (r"travis_(?:fold|time)",),
    "w": (r"warning: build failed, waiting for other",),
    "x": (r"x +\d+ (?:\[[^\]\n]{1,60}\] › )?[^\n]{1,400} \(retry #\d+\)",),
}
# Those that begin with a name, by a literal in them.
_WITHIN = {
    literal: pattern(expression)
    for literal, expression in (
        (b"/importlib/__init__.py:", rb"\S{1,300}/importlib/__init__\.py:\d+: in import_module"),
        (b".py ", rb"\S{1,300}\.py +\d+ +\d+ +(?:\d+ +\d+ +)?\d+(?:\.\d+)?%"),  # coverage.py's table
        (b"/gems/bundler-", rb"(?:from )?\S{1,300}/gems/bundler-[^/\s]{1,20}/\S{1,300}:\d+:in "),
        (b"/bin/", rb"(?:from )?\S{1,300}/bin/(?:bundle|rake|rspec):\d+:in "),
        (b": *** [", rb"\S*make(?:\[\d+\])?: \*\*\* \[[^\n]*\] Error "),
        (b". ok\n", rb"\S{1,200}\.(?:t|sh) \.{2,} ok$"),  # prove's
        (b" ... ok", rb".* \.\.\. ok\s*$"),
        (b".py::", rb"\S{1,300}\.py::\S{1,300}\s*$"),  # a test that pytest-xdist begins
        (b"%]", rb".{0,2000} (?:PASSED|SKIPPED|XFAIL)(?: \(.{0,300}\))? +\[ *\d+%\]\s*$"),  # pytest's
        (b" \\\n", rb"[A-Z_]{2,40}=\S* \\$"),  # what Bazel ran
    )
}
# A shell's trace; an indented plus is a diff's.
_TRACE = pattern(rb"\n\+(?:\+{0,5} (?![\s~]|CategoryInfo|FullyQualified|expected|actual)|\+{1,5}[^+\s])")
# With what a step runs, as a runner shows it before the step's output, below what it runs; and what ends it.
_SETTINGS = pattern(
    rb"\n(?:shell: [^\n]*|with:|env:)\n(?:(?:  [^\n]*|shell: [^\n]*|env:)\n){0,300}##\[endgroup\]"
)
_SETTINGS_END = b"##[endgroup]"


@cache
def _by_first() -> dict[bytes, re.Pattern[bytes]]:
    """The expressions of `_BEGINNINGS`, by the first byte of a line."""
    of: dict[bytes, list[str]] = {}
    for characters, expressions in _BEGINNINGS.items():
        for first in dict.fromkeys(character.encode()[:1] for character in characters):
            of.setdefault(first, []).extend(expressions)
    return {first: re.compile("|".join(expressions).encode()) for first, expressions in of.items()}


@cache
def _within() -> Literals:
    return Literals(_WITHIN)


def _places(text: bytes) -> dict[bytes, list[int]]:
    """The places in the text of each literal of `_WITHIN` that occurs, by its last byte."""
    literals = _within()
    places: dict[bytes, list[int]] = {}
    for end, which in literals.find(text):
        places.setdefault(literals.literals[which], []).append(end - 1)
    return places


def boilerplate_among(texts: Sequence[bytes]) -> set[int]:
    """The places of the texts of shown lines that are boilerplate."""
    bare = [text.lstrip() for text in texts]
    among: set[int] = set()
    by_first = _by_first()
    for at, text in enumerate(bare):
        beginning = by_first.get(text[:1])
        if beginning is not None and beginning.match(text):
            among.add(at)
    joined = b"\n%b\n" % b"\n".join(texts)
    for literal, places in _places(joined).items():
        line = _WITHIN[literal]
        among.update(at - 1 for at in numbered(joined, places) if line.match(bare[at - 1]))
    among.update(at - 1 for at in numbered(joined, (match.end() for match in _TRACE.finditer(joined))))
    return among


def maps_memory(text: bytes) -> bool:
    """Whether a line describes a part of a process's memory."""
    return _MAPS.match(text) is not None


def settings_among(joined: bytes) -> set[int]:
    """The places of the lines, of joined ones, with what a step runs with, as a runner shows it."""
    if joined.find(_SETTINGS_END) < 0:
        return set()
    text = b"\n%b\n" % joined
    settings = list(_SETTINGS.finditer(text))
    begins = numbered(text, [match.start() for match in settings])
    return {
        at
        for match, first in zip(settings, begins, strict=True)
        for at in range(first, first + match.group().count(b"\n"))
    }
