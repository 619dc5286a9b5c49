"""Jest, Vitest, Mocha, Karma, Playwright, Cypress, TAP, ESLint, tsc, Prettier, webpack, npm, pnpm, Yarn."""

# ruff: noqa: E501 - a rule a line
from __future__ import annotations

from .rule import CAUSE, CONSEQUENCE, NOISE, REPORT, RESULT, TRACE, WARNING, rule

RULES = (
    # Jest and Vitest
    rule("jest-test", "^●", r"^\s*● (?!Console|Deprecation|Validation Warning)\S.*(?: › .+|$)", CAUSE, ahead=40, listed=True, reason=r"\s+(?:expect\(.*\)\.|Expected|Received|thrown: |(?:[A-Z]\w*)?(?:Error|Exception): )"),
    rule("jest-file", "^f~fail", r"^(?:\s*)FAIL (?: ?\S+ )?\S*\.(?:[cm]?[jt]sx?|vue|svelte)\b", RESULT + 1, ahead=4, listed=True),
    rule("jest-mark", "^✕", r"^\s*✕ \S", RESULT, ahead=0, listed=True),
    rule("jest-total", "^t~failed|^s~failed", r"^\s*(?:Tests|Test Suites|Test Files|Snapshots):? +.*\d+ failed", RESULT - 2, ahead=0, total=True),
    rule("jest-none", "no tests found|no test files found", r"^No test(?:s| files) found, exiting with code [1-9]", CAUSE, ahead=5),
    rule("jest-exit", "process.exit called with", r"^\s*●\s+process\.exit called with ", CAUSE, ahead=12),
    # What the tools themselves say of their configuration, options, versions and accounts
    rule("nx-own", "^n~nx  ", r"^ ?NX {2,3}(?:Cannot |Could not |.* Exiting run\.$)", CAUSE - 1, ahead=2),
    rule("node-own", "node: bad option: |task never defined: ", r"^node: bad option: |\] Task never defined: ", CAUSE - 1, ahead=0),
    rule("js-own", "invalid configuration object|`pages` or `app` directory|for next.js, node.js|missing dependency  cannot", r"^(?:\[webpack-cli\] )?Invalid configuration object\. Webpack|^> Couldn't find any `pages` or `app`|^You are using Node\.js \S+ For Next\.js|^ ?MISSING DEPENDENCY {2}Cannot find", CAUSE - 1, ahead=2, paragraph=3),
    rule("cypress-own", "that this server is running|missing the dependency: xvfb|provide us your record key", r"^Cypress could not verify that this server|^Your system is missing the dependency: Xvfb|did not provide us your Record Key", CAUSE - 1, ahead=4),
    rule("jest-snapshot", "obsolete|snapshot failed|snapshots failed", r"^ *› \d+ snapshots? (?:failed|obsolete)", RESULT - 1, ahead=0),
    # https://nodejs.org/api/util.html#utilinspectobject-options: a string of several lines
    rule("inspected-error", "error: ", r"^\s*[\"'](?:Syntax|Type|Reference|Range)?Error: .*\\n[\"'] \+$", RESULT, ahead=12),
    rule("jest-hangs", "jest did not exit", r"^Jest did not exit one second after", RESULT, ahead=3),
    # https://github.com/GoogleChrome/lighthouse-ci
    rule("lighthouse", "runtime error encountered", r"^\s*Runtime error encountered: ", CAUSE - 1, ahead=2),
    rule("vitest-failed", "^⎯|^❯~failed|^f~fail", r"^\s*(?:⎯+ Failed (?:Tests|Suites) \d+ ⎯+|❯ .+ \d+ failed|FAIL  (?: [\w.-]{1,40}  )?\S)", RESULT + 1, ahead=24, paragraph=6, listed=True, reason=r"(?:[A-Z]\w*)?(?:Error|Exception)(?: \[\w+\])?: "),
    # the same without Unicode, as Vercel's log has it: below its message
    rule("miette-place", "^,~,-[", r"^\s*,-\[\S+:\d+:\d+\]$", CAUSE - 1, ahead=12, back=2, leads=r"^\s*x \S"),
    rule("miette-label", " `-- ", r"^\s*: +`-- \S", RESULT - 1, ahead=0, back=2, leads=r"^\s*: +[\^|]|^\s*\d+ \|"),
    rule("miette", "^×", r"^ {1,2}× (?!Some errors were emitted|.*\dm?s$)\S", CAUSE - 1, ahead=14, back=2, leads=r"^\S.* (?:━)+$|^\s*$"),
    # Below a failed test's name, for a first look; ΓåÆ, ÔåÆ: an arrow as a Windows console's code page has it
    rule("vitest-reason", "^→|^Γ~ΓåÆ|^Ô~ÔåÆ", r"^\s+(?:→|ΓåÆ|ÔåÆ) \S", RESULT - 1, ahead=3),
    rule("vitest-mark", "^×|^❯", r"^\s*(?:×|❯) {1,2}\S(?!.* (?:\.\.\. .*[A-Z]$|node:|\S*node_modules/))", RESULT - 1, ahead=7, listed=True),
    # Mocha's and Cypress's spec reporters
    rule("mocha-exception", "exception during run: ", r"^\s*Exception during run: ", CAUSE, ahead=TRACE),
    rule("cypress-none", "no spec files were found|cypress binary is missing", r"^Can't run because no spec files were found|^The cypress npm package is installed, but the Cypress binary is missing", CAUSE, ahead=4, paragraph=4),
    rule("mocha-failing", "^0~failing", r"^\s*\d+ failing\b", RESULT, ahead=0, section=r"^\S.*(?:npm ERR!|exited with|error Command)|^npm ERR|^##\[", limit=600),
    rule("karma", " failed", r"^[^(\s][^(]*\(\S[^)]*\)[^(]* FAILED$", CAUSE, ahead=TRACE, listed=True, reason=r"\s+(?:[\w.$]*(?:Error|Exception): |Expected |Failed: )"),
    rule("karma-total", "executed 0", r"Executed \d+ of \d+ .*\(\d+ FAILED\)", RESULT - 2, ahead=0, total=True),
    rule("tap", "^n~not ok", r"^\s*not ok\b(?!.*# (?:TODO|SKIP))", CAUSE, ahead=30, paragraph=3),
    rule("tap-total", "# fail", r"^# (?:fail|failed) +[1-9]", RESULT - 2, ahead=0, total=True),
    # https://playwright.dev/docs/test-reporters#json-reporter
    rule("playwright-json", '"ok": false', r'^\s*"ok": false,?$', RESULT, ahead=0, back=2, leads=r'^\s*"title":', listed=True),
    rule("playwright", "^0~ › ", r"^\s*\d+\) (?:\[[\w -]+\] › )?\S+:\d+:\d+ › ", CAUSE, ahead=40, reason=r"\s+(?:(?:[A-Z]\w*)?Error: |Expected|Received|Locator: )"),
    rule("playwright-total", "^0~failed|^0~flaky|did not run", r"^\s*\d+ (?:failed|flaky|did not run)$", RESULT, ahead=12, total=True),
    # fails where no warning is allowed, of which "found too many warnings" tells
    rule("eslint-warned", "0 problem", r"✖ \d+ problems? \(0 errors", WARNING, ahead=0),
    rule("eslint-total", "0 problem", r"✖ \d+ problems? \(", RESULT, ahead=1, total=True),
    rule("eslint-warnings", "found too many warnings", r"found too many warnings \(maximum: \d+\)", CAUSE - 1, ahead=0, back=40, leads=r"^\s+\d+:\d+ +\w+ |^(?:/|\w:\\|\.)?[\w@][^\s:]*\.\w+$|^✖ |^\s+\d+ errors? |^\s*$"),
    rule("rollup", "^[~[!] ", r"^\[!\] (?:\w*Error: |\(plugin )", CAUSE, ahead=6, paragraph=6),
    rule("vite", "^e~during build|[vite]|rollup|^✘~[error]", r"^(?:error during build:|\[vite\]:? .*[Ee]rror|\[?rollup\]?.*[Ee]rror|✘ \[ERROR\] )", CAUSE - 1, ahead=14, paragraph=1),
    rule("xo", "^✖", r"^\s+✖ +\d+:\d+ +\S", CAUSE, ahead=0, back=60, heading=r"^\s+\S+\.\w+(?::\d+:\d+)?$", listed=True),
    rule("node-test", "^✖", r"^\s*✖ ", RESULT, ahead=12, listed=True),
    rule("cross-mark", "^✗|^✘|^⨯|^𐄂|^Γ~Γ¿»|^Ô~Ô¿»|❌|Γ¥î|ÔØî|^Γ~Γ£ù|^Γ~Γ£û|^Γ~Γ£ÿ|^Ô~Ô£ù|^Ô~Ô£û", r"^\s*(?:[✗✘⨯𐄂]|[ΓÔ](?:£[ùûÿ]|¿»)|(?:\S{1,12} ?)?(?:❌|Γ¥î|ÔØî)) (?!.*(?:: 0| \(failed\))$)", RESULT, ahead=20, listed=True),
    # An error's message with its frames
    rule("rolldown", "] error: ", r"^\[[A-Z]+(?:_[A-Z]+)+\] Error: ", CAUSE, ahead=14),
    rule("js-module", "find module|module not found|module_not_found|can't resolve", r"Cannot find module|Module not found|Error: Can't resolve '|Can't resolve '[^']{1,300}' in |MODULE_NOT_FOUND|ERR_MODULE_NOT_FOUND", CAUSE, ahead=TRACE),
    # ESLint (stylish, unix, compact), stylelint, standard, tslint
    rule("eslint", "^0~ error  ", r"^\s+\d+:\d+ +error  ", CAUSE, ahead=0, back=60, heading=r"^\s*(?=\S*[/\\.])\S+$", listed=True),
    rule("eslint-own", "files matching the pattern \"|eslint couldn't |read config file: |supported in flat config", r"^(?:A config object is using the|No files matching the pattern \"|ESLint couldn't |(?:Error: )?Cannot read config file: )", CAUSE, ahead=2, paragraph=3),
    rule("eslint-warning", "^0~ warning  ", r"^\s+\d+:\d+ +warning  ", WARNING, ahead=0),
    rule("eslint-compact", ", error - ", r"^\s*\S+: line \d+, col \d+, Error - ", CAUSE, ahead=0),
    rule("lint-compact", ", col 0", r"^\S.*: line \d+, col \d+, (?!Warning - )\S", CAUSE - 1, ahead=0, listed=True),
    rule("caret-message", "^^~^ ", r"^ +\^ (?:[A-Z'\"].*[.)]|.* \([\w-]+\))$", CAUSE - 1, ahead=0, back=2, leads=r"^\s+L?\d+ \||^\s*\S+\.\w+$", listed=True),
    # AVA, Flow: the place, then what is wrong, a blank line between
    # What a test printed: its failure is told elsewhere
    rule("vitest-printed", "^s~stderr|^s~stdout", r"^std(?:err|out) \| \S+\.[cm]?[jt]sx?(?: > .*)?$", 1.0, ahead=0, section=r"^\s*$", limit=200, quoted="."),
    rule("jest-printed", "console.error|console.warn|console.log|console.info|console.debug", r"^\s{2,4}console\.(?:error|warn|log|info|debug)(?: \S+:\d+)?$", 1.0, ahead=0, section=r"^ {0,3}\S", limit=200, quoted="."),
    rule("ava", ".js:0|.ts:0|.mjs:0|.cjs:0", r"^  (?![ .])\S+\.[cm]?[jt]sx?:\d+$", RESULT + 1, ahead=8, back=2, leads=r"^  \S|^\s*$", apart=r"  \S"),
    rule("ava-values", "^d~difference|^v~value |^v~values are|^e~error thrown in|^r~rejected promise|^p~promise re|^f~function returned", r"^  (?:Difference(?: \(- actual.*\))?|Value is not .*|Values are .*|Error thrown in test|Rejected promise returned by test.*|(?:Promise re|Function returned).*):$", CAUSE - 1, ahead=16),
    rule("flow", "^e~error ┈|^e~error ---", r"^Error (?:┈+|-+) \S+:\d+:\d+$", CAUSE - 1, ahead=0, listed=True),
    rule("flow-message", "[0] is incompatible|[0] is missing|is missing in|[0] is not|resolve name|resolve module", r"^(?:Cannot|Missing|Property|Could not|Invalid) .*\[\d\]|^Cannot resolve (?:name|module) ", CAUSE, ahead=14, paragraph=3),
    rule("depcheck", "unused dependencies|unused devdependencies|missing dependencies", r"^(?:Unused (?:devD|d)|Missing d)ependencies$", CAUSE - 1, ahead=0, paragraph=20),
    rule("api-extractor", " - (ae-| - (tsdoc-|public api signature", r"^(?:Warning|Error): (?:.* - \((?:ae|tsdoc)-[\w-]+\) |You have changed the public API signature)", CAUSE - 1, ahead=0, listed=True),
    rule("friendly-errors", " in ./|dependency was not found|dependencies were not found", r"^(?:This dependency was|These dependencies were) not found:|^\* \S+ in \./", CAUSE - 1, ahead=4),
    rule("sort-package-json", "not sorted", r"^\d+ files? (?:was|were) not sorted", CAUSE - 1, ahead=0, back=12, leads=r"^\S+\.json$|^Found \d+ file|^\s*$"),
    rule("jscs", ".js :|.jsx :|.coffee :", r"^\w.* at \S+\.\w+ :$", CAUSE - 1, ahead=6, paragraph=8),
    rule("stylelint", "^0~✖|^0~×", r"^\s+\d+:\d+ +[✖×]  ", CAUSE, ahead=0, back=60, heading=r"^\s*\S+\.\w+(?::\d+:\d+)?$"),
    rule("standard", "standard: ", r"^standard: (?!Run|Un)", RESULT, ahead=12),
    rule("tsc", "error ts", r"(?:\(\d+,\d+\)|:\d+:\d+)?(?: -|:)? ?error TS\d+: ", CAUSE, ahead=8, listed=True),
    rule("tslint", "error: ", r"^ERROR: (?:\(\S+\) )?\S+[:\[]\d+[:,] ?\d+\]? ?[-:]? ", CAUSE, ahead=0),
    rule("js-lint", ".js:0|.ts:0|.jsx:0|.tsx:0|.css:0|.vue:0|.cjs:0|.mjs:0|.scss:0|.less:0", r"^\s*(?:ERROR: )?\S+\.(?:[cm]?[jt]sx?|css|scss|less|vue):\d+(?::\d+)?:? (?!in |at )\S.* \S", RESULT - 1, ahead=0, listed=True),
    rule("prettier", "prettier|code style issues|^[~[warn]", r"Code style issues (?:found )?in (?:the above|\d+) file|Forgot to run Prettier|^\[warn\] [\w@./\\ -]+\.\w+$", CAUSE - 1, ahead=0, back=12, leads=r"^[\w@./\\ \[\]-]+\.\w+$"),
    # TypeScript
    rule("angular", "error: ", r"^Error: \S+\.ts:\d+:\d+ - error", CAUSE - 1, ahead=12),
    # bundlers
    rule("webpack", "error in|compiled with|failed to compile|module build failed|module parse failed", r"^(?:ERROR in |Failed to compile|webpack .*compiled with \d+ error|Module (?:build failed|parse failed))", CAUSE - 1, ahead=14, reason=r"\s*TS\d+: "),
    # its message stands below the source, whatever it says
    rule("turbopack", "^e~ecmascript file had an error|source code failed|in target module|^u~unknown module type", r"^(?:Ecmascript file had an error|Parsing \w+ source code failed|Export \S+ doesn't exist in target module|Unknown module type)$", CAUSE - 1, ahead=12, back=1, leads=r"\./\S+:\d+:\d+$", reason=r"(?!Import traces?:|\./\S+:\d|> ?\d+ \|)\S.* "),
    rule("gulp", "errored after|error in plugin", r"'[\w:-]+' errored after|Error in plugin", REPORT, ahead=12),
    rule("grunt", "use --force to|aborted due", r"^Warning: .*Use --force to continue|Aborted due to warnings", RESULT - 1, ahead=4, back=6, leads=r"^\S|^\s"),
    rule("code-frame", "^>~> 0|^>~>  0|^>~>0", r"^\s*> *\d+ \| ", CAUSE - 2, ahead=4, back=3, leads=r"^\s*\d+ \| "),
    # npm, pnpm, Yarn: what failed is printed before; their own lines name the script and the code
    rule("npm-code", "npm err", r"^npm (?:ERR!|error) (?:code E(?!LIFECYCLE|NOENT$)\w+|enoent (?:ENOENT: |Could not read )|4\d\d|notarget|ERESOLVE|could not resolve|network|Missing:|`npm ci` can only|peer |Conflicting|Invalid:|cb\(\) never|missing script|Missing script|The `npm ci` command can only)", CAUSE - 1, ahead=10, paragraph=8),
    rule("npm-noise", "npm err|npm error", r"^npm (?:ERR!|error)(?: (?:A complete log|enoent (?:This is related|$)|This is probably not|There is likely|\s+/|errno|node v|npm  v|argv|Linux|Darwin|Windows|Failed at the|Exit status|Tell the author|You can get|Or if that|    npm|file |Please include|If you need).*| *)$", CONSEQUENCE * 0.5, ahead=0),
    rule("npm", "npm err|npm error", r"^npm (?:ERR!|error) ", CONSEQUENCE + 1, ahead=0),
    rule("pnpm-recursive", "err_pnpm_recursive", r"ERR_PNPM_RECURSIVE_(?:(?:RUN|EXEC)_FIRST_)?FAIL", CONSEQUENCE + 1, ahead=1),
    rule("pnpm", "err_pnpm", r"ERR_PNPM_\w+", CAUSE - 1, ahead=8),
    rule("npm-lifecycle", "elifecycle", r"ELIFECYCLE", CONSEQUENCE, ahead=2),
    rule("yarn", "error ", r"^error (?!Command failed)(?:[^a-z\s]|\S*[@/:.])", RESULT - 1, ahead=4),
    rule("yarn-command", "error command failed", r"^error Command failed(?: with exit code \d+)?", CONSEQUENCE, ahead=2),
    rule("bower", "^b~bower ", r"^bower \S+ +E[A-Z]{3,} ", CAUSE, ahead=6),
    rule("yarn-berry", "yn0", r"^➤ YN(?:00(?:01|09|10|14|16|18|27|28|35|41|78|80|81|82)|(?!0000)\d{4}: .*(?:rror|fail|can't|modified by|conflict))", CAUSE - 2, ahead=2),
    rule("npm-warning", "npm warn", r"^npm (?:WARN|warn) ", NOISE, ahead=0),
    rule("lerna", "lerna err", r"^lerna ERR! (?!lerna)", CONSEQUENCE + 1, ahead=2),
    rule("next-lint", "^0~0  error: ", r"^\d+:\d+  Error: \S", CAUSE, ahead=0, back=60, heading=r"^\./\S+$"),
    rule("next-lint-warning", "^0~0  warning: ", r"^\d+:\d+  Warning: \S", WARNING, ahead=0),
    rule("next", "type error: ", r"^Type error: ", CAUSE, ahead=6, paragraph=8, back=1, leads=r"^\./"),
    rule("deno-check", "[error]: ", r"^TS\d+ \[ERROR\]: ", CAUSE, ahead=6, paragraph=4),
    rule("bun-error", "error: expect(", r"^error: expect\(", CAUSE, ahead=12, back=12, leads=r"^\d+ \| |^\s+\^$"),
    rule("bun-test", "(fail) ", r"^\(fail\) \S", RESULT, ahead=0, listed=True),
    rule("deno-end", "error: type checking|error: test failed|error: found", r"^error: (?:Type checking failed|Test failed$|Found \d+ (?:not formatted|problem))", CONSEQUENCE + 1, ahead=0),
    rule("deno-test", "=> ./", r"^(?!(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) )\S.* => \./\S+\.[cm]?[jt]sx?:\d+:\d+$", RESULT + 1, ahead=0, paragraph=3, listed=True),
    rule("deno", "^e~error: ", r"^error: (?:Uncaught|Type error|The lockfile)", CAUSE - 1, ahead=12),
    rule("sass", "error: ", r"^Error: (?:Invalid CSS|Undefined |Inconsistent|expected|Can't find stylesheet|File to import)", CAUSE, ahead=8),
)  # fmt: skip

# What other tools' lines look like, too: tried when none of theirs takes the line.
SHARED = (
    rule("js-error", "error|exception", r"^\s*(?:Uncaught |Unhandled |\[\w+\] )*(?:\w+ )?\[?(?:[A-Z]\w*)?(?:Error|Exception)\b(?: \[\w+\])?(?:: (?!\d+$).+| \[.*)$", CAUSE - 2, ahead=TRACE, back=5, leads=r"^\s*\^+\s*$|^\S+:\d+$|^\s+\S|^\s*$", logged=True, apart=r"\s*\d+(?: +\| |: {2,}\S)"),
    rule("js-unhandled", "unhandled|uncaught|unhandledpromiserejection|unhandledpromiserejectionwarning|unhandledrejection", r"UnhandledPromiseRejection|Unhandled (?:promise )?rejection|Uncaught |unhandledRejection", REPORT + 1, ahead=TRACE),
)  # fmt: skip
