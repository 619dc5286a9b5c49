"""Linters of many languages, link checkers, documentation, scanners for security and licences, releases."""

# ruff: noqa: E501 - a rule a line
from __future__ import annotations

from .rule import CAUSE, HINT, REPORT, RESULT, rule

RULES = (
    # linters
    rule("shellcheck", "^i~ line 0", r"^\s*In (?!\S+\.php )\S+ line \d+:$", CAUSE - 1, ahead=6, paragraph=6, apart=r"\S"),
    rule("shellcheck-gcc", "[sc0", r"^\s*\S+:\d+:\d+: \w+: .* \[SC\d{4}\]$", CAUSE - 1, ahead=0, listed=True),
    rule("checkbashisms", "possible bashism", r"^possible bashism in \S+ line \d+", CAUSE - 1, ahead=0, paragraph=1, listed=True),
    rule("hadolint", " dl0| sc0", r"^\s*\S+:\d+ (?:DL|SC)\d{4} ", CAUSE - 1, ahead=0, listed=True),
    rule("pmd", "pmd failure: |cpd failure: ", r"(?:PMD|CPD) Failure: ", CAUSE - 1, ahead=0, listed=True),
    rule("spotbugs", "[error] high: |[error] medium: |[error] low: ", r"^\[ERROR\] (?:High|Medium|Low): .* At \S+:\[line", CAUSE - 1, ahead=0, listed=True),
    rule("spotless", "format violations|^v~violations also present", r"The following files had format violations:|^Violations also present in(?::$| \d+ other files)", CAUSE - 1, ahead=24),
    rule("android-lint", "error: ", r"^\S+:\d+: Error: .*\[\w+\]$", CAUSE, ahead=4),
    rule("aapt", "aapt|agpbi: ", r"\bAAPT2?: error: |^AAPT2? (?:error|aapt(?!.* Daemon #\d+: (?:starting|shutdown)$))|^AGPBI: \{\"kind\":\"error\"", CAUSE, ahead=2),
    # https://knip.dev/features/reporters: a heading, and one finding a line
    rule("knip", "^u~unused |^u~unlisted |^u~unresolved imports|^d~duplicate exports", r"^(?:Unused (?:files|dependencies|devDependencies|exports|exported types|exported enum members)|Unlisted (?:dependencies|binaries)|Unresolved imports|Duplicate exports) \(\d+\)$", CAUSE - 1, ahead=0, paragraph=16, listed=True),
    rule("dprint", "not formatted file", r"^Found \d+ not formatted files?\.$", RESULT, ahead=0),
    rule("luacheck", ".lua:0", r"^\s+\S+\.lua:\d+:\d+(?:-\d+)?: \S", CAUSE - 1, ahead=0, listed=True),
    rule("pydocstyle", " at module level| in public | in private ", r"^\s*\S+\.py:\d+ (?:at module level|in \w[\w ]* `.+`):$", CAUSE - 1, ahead=2, listed=True),
    rule("credo", "^┃", r"^\s*┃ \[[CDFRW]\] \S", CAUSE - 1, ahead=1, listed=True),
    rule("semgrep", "^❯", r"^\s*❯+❱ \S", CAUSE - 1, ahead=6, back=1, leads=r"^\s+\S+\.\w+$"),
    rule("coverage-threshold", "coverage threshold|coverage for |coverage is |coverage failure|coverage below|the expected minimum|meet global threshold|test coverage of |total coverage|below minimum|below threshold|result: failed (m", r"(?i)^(?>.*?coverage\b).*(?:not met|not meet|not reached|\bbelow\b|less than fail)|does not meet (?:global )?threshold|below the expected minimum coverage|RESULT: FAILED \(minimum", RESULT, ahead=0, lasting=True),
    rule("sqlfluff", "^l~l:  |^l~l: 0", r"^L: +\d+ \| P: +\d+ \| \w+ \| ", CAUSE - 1, ahead=2, back=1, leads=r"^== \[", listed=True),
    rule("cfn-lint", "^e~e0000 |^w~w0000 ", r"^[EW]\d{4} [A-Z\[]", CAUSE - 1, ahead=1, paragraph=2, listed=True),
    rule("codespell", " ==> ", r"^\s*\S+:\d+: .{1,60} ==> \S", CAUSE - 1, ahead=0, listed=True),
    rule("gitlint", "^-~-: m0|^0~: t0 |^0~: b0 |^0~: ct0 |^0~: uc0 |^0~: i0 ", r"^(?:\d+|-): (?:T|B|M|CT|I|UC)\d+ \S", CAUSE - 1, ahead=0, listed=True),
    rule("commitizen", "commit validation: failed", r"^commit validation: failed!$", CAUSE, ahead=6, paragraph=6),
    rule("check-jsonschema", "schema validation errors", r"^Schema validation errors were encountered", CAUSE - 1, ahead=20),
    rule("cue", ": conflicting values |: field not allowed|: incomplete value ", r"^[\w.#\"-]+: (?:conflicting values \S.*:$|field not allowed:$|incomplete value \S)", CAUSE, ahead=4, listed=True),
    rule("djlint", "^h~h000 |^t~t000 |^j~j000 ", r"^[HTJ]\d{3} \d+:\d+ \S", CAUSE - 1, ahead=0, listed=True),
    rule("vsg", "error   ", r"^\s+\w+_\d{3}\s+\| Error +\|", CAUSE - 1, ahead=0, listed=True),
    rule("checkov", "failed for resource: ", r"^\s*FAILED for resource: ", CAUSE - 1, ahead=3, paragraph=3, back=1, leads=r"^Check: ", listed=True),
    rule("tfsec", "^r~result #0", r"^\s*Result #\d+ (?:LOW|MEDIUM|HIGH|CRITICAL) \S", CAUSE - 1, ahead=6, paragraph=6, apart=r"\s+\d+ +\S"),
    rule("reuse", "no copyright|no licensing|missing copyright", r"^The following files have no (?:copyright|licensing)|^# MISSING COPYRIGHT", CAUSE - 1, ahead=20, paragraph=20),
    rule("conftest", "^f~fail - ", r"^FAIL - \S+ - ", CAUSE - 1, ahead=0, listed=True),
    rule("kubeconform", " is invalid: | failed validation: ", r"^\S+ - \w+ \S+ (?:is invalid|failed validation): |^The \w+ \".*\" is invalid: ", CAUSE, ahead=2, listed=True),
    rule("kube-linter", "(object: ", r"^\S+: \(object: .*\(check: [\w-]+, remediation: ", CAUSE - 1, ahead=0, listed=True),
    rule("trivy-row", "│ critical|│ high", r"^│ .*│ (?:CRITICAL|HIGH) +│", RESULT, ahead=1, listed=True),
    rule("grype", "at or above the severity", r"vulnerabilities at or above the severity threshold", RESULT, ahead=0),
    rule("super-linter", "found errors in [|found errors when linting", r"Found errors (?:in \[.*\] linter|when linting )", RESULT, ahead=4),
    # links and documentation
    rule("lychee", "^[~] http|^[~] <http|^[~] [http|^[~] file|^*~] http|^*~] <http|^*~] [http|^*~] file|^✗~] http|^✗~] <http|^✗~] [http|^✗~] file", r"^(?:[*✗] )?\[(?:[45]\d\d|ERROR(?=.* \| )|TIMEOUT|ERR)\] [<\[(]?(?:https?|file):", CAUSE - 1, ahead=0, listed=True),
    rule("markdown-link-check", "^[~✖", r"^\s*\[✖\] ", CAUSE - 1, ahead=0, listed=True),
    rule("awesome-bot", "issues :-(", r"^Issues :-\($", CAUSE, ahead=40, paragraph=40),
    rule("html-proofer", "^-~- ./|*  internally|*  external|*  image|*  linking|html-proofer found", r"^- \./\S+\.html?$|^\s*\*  (?:internally|External link|image|linking)|^HTML-Proofer found \d+ failures?", CAUSE - 2, ahead=3),
    rule("html-proofer-place", "^*~* at ", r"^\* At \S+:\d+:$", CAUSE - 2, ahead=3, listed=True),
    rule("mkdocs", "warning -  |error   -  |error -  ", r"^(?:WARNING|ERROR) +-  \S", REPORT, ahead=0),
    rule("mkdocs-strict", "in strict mode", r"^Aborted with \d+ warnings in strict mode", HINT, ahead=0),
    rule("docusaurus", "broken link on", r"^(?:- )?Broken link on source page path = ", CAUSE - 1, ahead=6),
    # security, licences, quality
    rule("cargo-audit", "rustsec", r"^ID: +RUSTSEC-", CAUSE, ahead=0, paragraph=5, back=5, leads=r"^\w+: ", apart=r"Crate: "),
    rule("gitleaks", "ruleid: ", r"^RuleID: +\S", CAUSE - 1, ahead=0, paragraph=5, back=3, leads=r"^\w+: ", apart=r"Finding: "),
    rule("trivy", "critical: |high: ", r"^Total: [1-9]\d* \(.*(?:HIGH|CRITICAL): ", CAUSE - 2, ahead=30),
    # https://docs.npmjs.com/cli/commands/npm-audit, and as pnpm and Yarn draw it
    rule("npm-advisory", "severity: |│ low |│ moderate |│ high |│ critical ", r"^Severity: (?:low|moderate|high|critical)$|^│ (?:low|moderate|high|critical) +│ \S", RESULT - 1, ahead=8, paragraph=5, back=1, leads=r"^\S+  \S", listed=True, apart=r"\S+  \S|│ Package "),
    rule("npm-audit", "severity vulnerabilities|severity vulnerability|^0~ vulnerabilities (", r"^(?:found )?\d+ \w+ severity vulnerabilit|^\d+ vulnerabilities \(\d+ \w+", HINT, ahead=2),
    rule("pip-audit", "known vulnerabilit|vulnerability found in", r"^Found \d+ known vulnerabilit|^-> Vulnerability found in ", CAUSE - 1, ahead=8, paragraph=20),
    rule("licences", "--onlyallow flag|--failon flag", r"is not permitted by the --onlyAllow flag|Found license defined by the --failOn flag", CAUSE - 1, ahead=2, paragraph=20),
    rule("ansible-lint", "^t~task/handler: ", r"^Task/Handler: ", CAUSE - 1, ahead=0, back=2, leads=r"^\S", listed=True),
    # by its rule's name, since its version 6
    rule("ansible-lint-rule", "yaml[|name[|fqcn[|jinja[|key-order[|var-naming[|syntax-check[|load-failure[", r"^(?:name\[(?:casing|missing|play|template|prefix|unique)|jinja\[(?:spacing|invalid)|(?:yaml|fqcn|key-order|var-naming|syntax-check|load-failure)\[[\w-]+)\]: (?!.* \(warning\)$)", CAUSE - 1, ahead=0, paragraph=1, listed=True),
    rule("osv", "https://osv.dev/", r"^[│|] https://osv\.dev/\S+ +[│|]", RESULT, ahead=0, listed=True),
    rule("brakeman", "^c~confidence: ", r"^Confidence: (?:High|Medium|Weak)$", CAUSE, ahead=0, paragraph=8, apart=r"Code: |File: "),
    rule("bundler-audit", "advisory: cve|advisory: osvdb|advisory: ghsa|^c~cve: cve", r"^(?:Advisory|CVE): (?:CVE|OSVDB|GHSA)-", CAUSE, ahead=0, paragraph=6, back=2, leads=r"^(?:Name|Version): ", apart=r"Name: "),
    rule("size-limit", "size limit has exceeded", r"^\s*Package size limit has exceeded", CAUSE, ahead=4, paragraph=4, back=2, leads=r"^\s+\S"),
    rule("sonar", "quality gate status: failed|sonarscanner|quality gate is 'err|quality gate failure", r"QUALITY GATE STATUS: FAILED|Error during SonarScanner|Quality gate is 'ERROR'|Pipeline aborted due to quality gate failure", CAUSE - 1, ahead=4),
    rule("codecov", "['error']|error - ", r"^\['error'\] |^error - \d{4}-\S+ \S+ -- ", CAUSE - 1, ahead=2),
    rule("semantic-release", "semantic-release", r"\[semantic-release\].* [✘✖] ", CAUSE - 1, ahead=6),
)  # fmt: skip

# A message behind a file's name and line, of whatever tool: tried when no tool of its own takes it.
PLACES = (
    rule("lint-place", ".pl:0|.pm:0|.t:0|.pp:0|.sh:0|.vim:0|.html:0|.coffee:0|.rb:0: |.rb:00: |.rb:000: |.rb:0000: |.rb:0:0|.rb:00:0|.rb:000:0|.rb:0000:0|.rb:0 |.rb:00 |.rb:000 |.rb:0000 |.erb:0|.haml:0|.slim:0|.lua:0|.php:0|.css:0|.scss:0|.env:0|.yml:0|.yaml:0|.md:0|.proto:0|.toml:0|.tf:0|.sql:0|.tex:0|.rst:0|.graphql:0|.cfg:0|.vim:0|.el:0|.cmake:0|.nix:0|.json:0|.xml:0|.html:0|.adoc:0|dockerfile:0", r"^(?:\./)?[\w./\\@-]{1,200}:\d+(?::\d+)?:? ?(?!in [`\'])[^\s\d]", RESULT, ahead=3, listed=True),
)  # fmt: skip
