"""MSBuild, NuGet, xUnit, NUnit, MSTest, PowerShell and Pester."""

# ruff: noqa: E501 - a rule a line
from __future__ import annotations

from .rule import CAUSE, CONSEQUENCE, REPORT, RESULT, TRACE, WARNING, rule

_WHY = r"\s*(?:Assert\.|Expected|Actual|But was|[\w.]+Exception(?: |:))"  # below a failed test's name

RULES = (
    rule("msbuild", "error ", r": (?:fatal )?error ?(?!TS)[A-Z]{2,6}\d{2,5}: ", CAUSE, ahead=2),
    rule("msbuild-tool", " error : ", r"^(?:\s*\d+>)?\s*\S.{0,200} : (?:[\w ]{1,20} )?error : ", CAUSE - 1, ahead=2),
    rule("msbuild-warning", "warning ", r": warning ?[A-Z]{2,6}\d{2,5}: ", WARNING, ahead=0),
    rule("msbuild-result", "build failed", r"^Build FAILED\.$", CONSEQUENCE + 1, ahead=0, paragraph=6),
    rule("msbuild-total", "error(s)", r"^\s+[1-9]\d* Error\(s\)$", CONSEQUENCE, ahead=0),
    rule("dotnet-test", "^f~failed |^x~x ", r"^\s*(?:Failed|X) +[\w.`+]+(?:[(<].*)? \[[\d<].*\]$", RESULT + 1, ahead=16, listed=True, reason=_WHY),
    rule("vstest", "^f~failed   ", r"^Failed {3}\S+$", RESULT + 1, ahead=4),
    rule("vstest-source", "the test source file", r"^The test source file \".*\" provided was not found\.", CAUSE, ahead=1),
    rule("mspec", "^»~(fail)", r"^» .* \(FAIL\)$", CAUSE, ahead=10, paragraph=10),
    rule("test-host", "test run was aborted", r"test run was aborted", CAUSE - 1, ahead=3),
    rule("dotnet-sdk", "any compatible framework|the framework '|sdk for global.json|sdk was not found|the sdk '|service index for source|does not indicate success", r"not possible to find any compatible framework|^The framework '.*' was not found|^A compatible (?:installed )?\.NET .*SDK .*was not found|^The SDK '.*' specified could not be found|Unable to load the service index for source|status code does not indicate success: [45]", CAUSE, ahead=4),
    rule("dotnet-sdk-asked", "sdk version: |.net sdk was not", r"^Requested SDK version: |^\s+A compatible \.NET SDK was not found", CAUSE, ahead=2, paragraph=2),
    # What the tools themselves say of their configuration, options, versions and accounts
    rule("dotnet-own", "could not execute because the|must install or update .net|since the last migration|but dotnet-|^f~framework: '", r"^Framework: '|^ +\* .*, but dotnet-\S+ does not exist|^Could not execute because the (?:specified|application)|^You must install or update \.NET |^Changes have been made to the model since", CAUSE - 1, ahead=4, paragraph=2),
    rule("powershell-policy", "running scripts is disabled", r" cannot be loaded because running scripts is disabled", CAUSE, ahead=2),
    rule("dotnet-format", "whitespace: |imports: |charset: |finalnewline: |endofline: |formatted code file", r"\): (?:error|warning) (?:WHITESPACE|IMPORTS|CHARSET|FINALNEWLINE|ENDOFLINE): |^\s*Formatted code file ", CAUSE - 1, ahead=0, listed=True),
    rule("fake-script", "script reported an error", r"^Script reported an error:", CAUSE - 2, ahead=8, paragraph=8),
    rule("serilog", " err] | ftl] ", r"^\[\d\d:\d\d:\d\d (?:ERR|FTL)\] \S", CAUSE - 2, ahead=8),
    rule("dotnet-message", "error message:", r"^\s*Error Message:$", CAUSE, ahead=12, paragraph=12, back=1, leads=r"^\s*Failed "),
    rule("dotnet-stack", "stack trace:", r"^\s*Stack Trace:$", RESULT, ahead=3, back=2, leads=r"^\s*\S"),
    rule("xunit", "[fail]", r"\w[.+]\w.* \[FAIL\]", CAUSE, ahead=TRACE, listed=True, reason=_WHY),
    rule("nunit", "^0~) failed|^0~) error|^0~) invalid|^0~) test ", r"^\d+\) (?:Failed|Error|Invalid|Test (?:Failure|Error)) :", CAUSE, ahead=TRACE, paragraph=10, listed=True),
    rule("dotnet-total", "^f~failed: |^t~failed|^f~failed!", r"^(?:Failed!  - Failed: |Test Run Failed|Total tests: .*Failed: [1-9]|\s+Failed: [1-9])", RESULT - 2, ahead=3, total=True),
    rule("nuget", "error nu|unable to find |unable to resolve ", r"error NU\d{4}|Unable to (?:find|resolve) (?:version|package)", CAUSE, ahead=2),
    rule("dotnet-exception", "unhandled exception", r"^Unhandled [Ee]xception", CAUSE, ahead=TRACE, logged=True),
    rule("powershell", "categoryinfo|fullyqualifiederrorid| char:", r"^\s*\+ (?:CategoryInfo|FullyQualifiedErrorId) *: |^At \S+\.psm?1:\d+ char:\d+", CAUSE, ahead=2, back=8, leads=r"^\s*\+ |^At \S|^\S.*(?:rror|fail|not|cannot)", logged=True),
    rule("pester", "^[~[-] ", r"^\s*\[-\] (?!.*\w\.$)", CAUSE, ahead=10, paragraph=8),
    rule("script-analyzer", "^p~error  |^p~parseerror ", r"^PS[A-Z]\w+ +(?:Parse)?Error +(?:\S+ +)?\d+ +\S", RESULT, ahead=0, listed=True),
    rule("cake", "an error occur", r"^An error occurr?ed when executing task", CAUSE - 1, ahead=8),
    rule("ps-line", "^l~line ", r"^\s*Line \|$", REPORT, ahead=3),
)  # fmt: skip
