"""Lines that tell nothing by themselves, whatever failed; `rules.dull`: those that look like errors."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .text import numbered

# Passed tests, a shell's trace, downloads, a CI system's folds, …
_DULL = (
    r"[^\S\n]*(?:=== (?:RUN|PAUSE|CONT|NAME)\b|--- (?:PASS|SKIP)\b|(?:✓|✔|√|✅|(?:Γ|Ô)(?:£ô|êÜ)|\(pass\)) "
    r"|PASS(?:ED)?[: ]|(?:Start at|Duration) {2,}\d|(?:Time|Snapshots): {2,}\d|Ran all test suites"
    r"|TEST-(?:PASS|OK|START|SKIP) \||cargo::?rerun-if"
    # … what Jest advises where it can't parse a file
    r"|Jest failed to parse a file\. This happens|Out of the box Jest supports Babel"
    r"|By default \"node_modules\" folder is|Here's what you can do:$"
    r"|• (?:If you (?:are trying to use|need a custom|simply want)|To have some of your)"
    r"|You'll find more details and examples of these|https://jestjs\.io/docs/"
    r"|For information about custom transformations"
    # … pytest's headings, make's folders, standing advice of npm and rustc
    r"|={10,} (?:FAILURES|ERRORS) ={10,}|make(?:\[\d+\])?: (?:Leaving|Entering) directory "
    r"|(?:GNU)?[Mm]akefile\S*:\d+: recipe for target "
    r"|npm ERR! (?:Linux|Darwin|Windows_NT|argv|node v|npm  v|errno|Exit status|Failed at the"
    r"|This is (?:most likely|probably not)|Make sure you have the latest|If you do, this is most likely"
    r"|Not with npm itself|Tell the author|You can get |Or if that isn't|    npm (?:bugs|owner) "
    r"|There is likely|Please include|Test failed\.  See above)"
    r"|For more information about this error, try|Some errors have detailed explanations"
    r"|note: run with `RUST_BACKTRACE"
    # … what opam says of each failure, and what git fetches
    r"|# (?:opam-version|os|context|compiler|path|exit-code|env-file|(?:stdout|stderr|output)-file) {2,}"
    r"|# Installed /|\* \[new (?:branch|ref|tag)\] "
    # … what Ansible did, html-proofer's advice below each link
    r"|(?:ok|changed|skipping): \["
    # … what Bazel ran, and what Dart's analyzer does
    r"|\(cd \S+ && \\$|exec env - \\$|[A-Z_]{2,40}=\S* \\$"
    r"|# (?:Configuration: [0-9a-f]{64}|Execution platform: )"
    r"|Analyzing \S{1,80}\.{3}|No issues found!"
    r"|It's possible libcurl couldn't connect|Sometimes, making too many requests at once"
    # … pytest's and coverage.py's, what each test printed and how each module fared being told beside them
    r"|\[gw\d+\] \S+ -- Python |Hint: make sure your test modules/packages|Traceback:$|X(?:PASS|FAIL) "
    r"|\S{1,300}/importlib/__init__\.py:\d+: in import_module|return _bootstrap\._gcd_import\("
    r"|\S{1,300}\.py +\d+ +\d+ +(?:\d+ +\d+ +)?\d+(?:\.\d+)?%|Name +Stmts|-+ coverage: platform"
    r"|rootdir: |platform \S+ -- Python "
    r"|SKIPPED \[\d+\] |collecting \.\.\. |Ran \d+ tests? in "
    # … other runners' totals of what passed, and headings
    r"|Finished in \d|\d+ (?:passing|failing)(?: \(|$)|Files=\d+, Tests=\d+, |Result: FAIL$"
    r"|\S{1,200}\.(?:t|sh) \.{2,} ?ok$|Result: PASS$|Skip \S{1,300} \(unchanged\)$|Installing /\S{1,300}$"
    r"|Test Summary Report$|\?[ \t]+\S{1,300}\t\[no test files\]"
    r"|coverage: [\d.]+% of statements|[\d :.-]{10,30} xcodebuild\[[\d:]+\] \[MT\] "
    # … how rake, Bundler, make, npm, cargo, CMake and Gradle say once more that something failed
    r"|Command failed with status \(\d|\(See full trace by running task with|Tasks: TOP => "
    r"|(?:from )?\S{1,300}/(?:gems/bundler-[^/\s]{1,20}/\S{1,300}|bin/(?:bundle|rake|rspec)):\d+:in "
    r"|\S*make(?:\[\d+\])?: \*\*\* \[[^\n]*\] Error |npm ERR! code ELIFECYCLE"
    r"|warning: build failed, waiting for other|error: test failed, to rerun pass"
    r"|-- Configuring incomplete, errors|\* What went wrong:|> There were failing tests\. See"
    r"|> Compilation error\. See log"
    # … what build tools and git do
    r"|checking [^\n]{1,200}\.\.\. (?:\(cached\) )?yes$|(?:Compiling|Checking|Fresh|Documenting) [\w-]+ v\d"
    r"|\[INFO\] (?:-+<|---? |Running |Tests run: \d+, Failures: 0, Errors: 0|Building |Using '|Copying "
    r"|skip non |Compiling \d|Changes detected|Nothing to compile|Download|No |Reactor |Installing |Deleting "
    r"|Recompiling|BUILD FAILURE|Results:| T E S T S|Scanning for projects)"
    r"|#\d+ (?:DONE|CACHED|sha256:|extracting |\[internal\] |transferring )"
    r"|Copying (?:blob|config) (?:sha256:)?[0-9a-f]{12}|\^{3} \+{3}$"
    r"|From https?://\S+$|\* branch +\S+ +-> FETCH_HEAD|Reading package lists|Fetched [\d,.]+ [kMG]?B in "
    # … where V8 ran out of memory: its own frames
    r"|----- Native stack trace -----|\d+: 0x[0-9a-f]{6,16} "
    # … and a browser's driver its own
    r"|#\d+ 0x[0-9a-f]{6,16} <unknown>"
    # … where Playwright tries again, and where it keeps more
    r"|(?:✘|✗|x|(?:Γ|Ô)£(?:ÿ|ù)) +\d+ (?:\[[^\]\n]{1,60}\] › )?[^\n]{1,400} \(retry #\d+\)"
    r"|Error Context: |attachment #\d+: |npx playwright show-trace "
    # … frames in which Maven runs a task (what runs tests below has others), Gradle's and Node.js' own
    r"|at org\.(?:apache\.maven\.(?:DefaultMaven|cli|lifecycle|plugin\.Default)\b"
    r"|codehaus\.plexus\.classworlds\.launcher\b|gradle\.)"
    r"|at (?:\S+ \(|async )?\S*/node_modules/(?:@?jest|mocha|@?vitest)\b"
    r"|at (?:async )?(?:\S{1,80} (?:\[as \S{1,40}\] )?\()?node:internal/)|ok "
    r"|\+{1,6} (?![\s~]|CategoryInfo|FullyQualified|expected|actual)|\+{2,6}[^+\s]|travis_(?:fold|time)"
    # … what package managers do, behind BuildKit's seconds, too
    r"|(?:\[\w{1,20}\] |\d+\.\d{1,3} +)?(?:(?:Downloading|Downloaded|Progress|Collecting|Using cached"
    r"|Installing collected packages|Attempting uninstall|Found existing installation|Uninstalling"
    r"|Successfully (?:un)?installed|Requirement already satisfied)\b|(?:━|Γöü|Ôöü){8})|\[Pipeline\] "
    r"|(?:Get|Hit|Ign):\d+ |(?:Selecting previously|Preparing to unpack|Unpacking|Setting up) \S+ "
    r"|(?:remote: )?(?:Receiving|Resolving|Compressing|Counting|Enumerating|Unpacking) (?:objects|deltas)"
    r"|npm (?:WARN|warn) deprecated "
    r"|[0-9a-f]{12}: (?:Preparing|Waiting|Pull|Push|Layer|Already)"
    # … what is printed whatever failed: how to get help, and a runner's tidying up
    r"|http\.https://github\.com/\.extraheader"
    r"|\[INFO\] *(?:-{20}|Total time|Finished at|$)|\* (?:Try:|Get more help)|> Get more help"
    r"|(?:> )?Run with --(?:stacktrace|info|debug|scan|warning-mode)\b"
    r"|Deprecated Gradle features were used|You can use '--warning-mode|For more on this, please refer to https://docs\.gradle"
    r"|\d+ actionable tasks?: |Configuration cache entry "
    r"|npm (?:ERR!|error) (?:A complete log|    \S+-debug)"
    r"|##\[(?:endgroup\]|(?:start|end)-action |group\]✅ )|\[command\]|git version \d"
    r"|Post job cleanup|Cleaning up orphan|Temporarily overriding HOME|Adding repository directory to"
    # … what Xcode notes in every build
    r"|note: (?:Disabling previews|Building targets in|Target dependency graph|Metadata extraction skipped"
    r"|Run script build phase|Using (?:codesigning|new build|stub exec))"
    r"|Done\. Your build exited|cache uploaded|changes detected, packing|Archiving artifacts|Finished: [A-Z]"
)
_DULL_LINE = re.compile(_DULL.encode())
# The same for all lines at once, behind the end of the line before; `re` looks for literals first.
_DULL_LINES = re.compile(rb"\n(?:" + _DULL.encode() + rb")", re.MULTILINE)
# With what a step runs, as a runner shows it before the step's output, below what it runs.
_SETTINGS = re.compile(
    rb"\n(?:shell: [^\n]*|with:|env:)\n(?:(?:  [^\n]*|shell: [^\n]*|env:)\n){0,300}##\[endgroup\]"
)
_PASSED = b" ... ok"
_PASSED_LINES = re.compile(rb" \.\.\. ok[^\S\n]*\n")
_SO_FAR = b"%]"  # at the end of pytest's
_NOT_FAILED = re.compile(rb" (?:PASSED|SKIPPED|XFAIL)(?: \([^\n]*\))? +\[ *\d+%\][^\S\n]*\n")


def dull(text: bytes) -> bool:
    """Whether what a line shows tells nothing by itself."""
    return (
        _DULL_LINE.match(text) is not None
        or (_PASSED in text and text.rstrip().endswith(_PASSED))
        or (_SO_FAR in text and _NOT_FAILED.search(b"%b\n" % text) is not None)
    )


def dull_among(texts: Sequence[bytes]) -> set[int]:
    """The places of the texts that are `dull`."""
    joined = b"\n%b\n" % b"\n".join(texts)
    ends = [match.start() + 1 for match in _DULL_LINES.finditer(joined)]
    passed = [match.start() for match in _PASSED_LINES.finditer(joined)]
    others = [match.start() for match in _NOT_FAILED.finditer(joined)] if _SO_FAR in joined else []
    among = {at - 1 for found in (ends, passed, others) for at in numbered(joined, found)}
    settings = list(_SETTINGS.finditer(joined))
    for match, first in zip(settings, numbered(joined, [match.start() for match in settings]), strict=True):
        among.update(range(first, first + match.group().count(b"\n")))
    return among
