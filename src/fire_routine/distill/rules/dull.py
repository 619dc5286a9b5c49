"""Lines that tell nothing of a failure, whatever words they hold: tried first."""

# ruff: noqa: E501 - a rule a line
from __future__ import annotations

from .rule import NOISE, WARNING, rule

RULES = (
    # Γ£ô, Ô£ô, ΓêÜ, ÔêÜ: a tick and √ as a Windows console's code page (437, 850) has them
    rule("passed-test", "^[~[+] |skipped [|^✓|^√|^✔|^✅|##[group]✅|^(~(pass) |^Γ~Γ£ô|^Ô~Ô£ô|^Γ~ΓêÜ|^Ô~ÔêÜ|^o~ok |^p~pass|^-~pass", r"^\s*(?:(?:✓|√|✔|(?:##\[group\])?✅|[ΓÔ](?:£ô|êÜ)|\[\+\]|\(pass\)|--- PASS:) |(?<=\s)PASS \[)|^SKIPPED \[\d+\] |^(?:ok|PASS:?|PASSED|\s+PASS) ", NOISE, ahead=0),
    rule("swift-testing-progress", "^◇|^↳|^\U001007c8|^\U0010105b|^\U0010065f", r"^\s*(?:◇|↳ //|\U001007c8|\U0010105b|\U0010065f) ", NOISE, ahead=0),
    rule("passed", "s ok|. ok|- ok| pass|....yes|....no", r" (?:(?<=[.s-] )(?<!, bans )(?<!, licenses )(?<!, sources )(?:ok|OK)$|PASSED(?: \(.*\)| +\[ *\d+%\])?$|\.{3,} ok\b)|\.{4,} ?(?:yes|no)$", NOISE, ahead=0),
    # https://doc.rust-lang.org/reference/attributes/testing.html: why it is ignored stands behind it
    rule("cargo-ignored", ". ignored", r"^test \S.* \.\.\. ignored\b", NOISE, ahead=0),
    # https://firefox-source-docs.mozilla.org/mozbase/mozlog.html
    rule("mozlog-passed", "test-pass |test-ok |test-start |test-skip ", r"(?:^|\s)TEST-(?:PASS|OK|START|SKIP) \|", NOISE, ahead=0),
    rule("shell-trace", "^+", r"^\+{1,6} (?!\s|~|b/|CategoryInfo|FullyQualified|expected|actual)|^\+{2,6}[^+\s]|^\+(?:local|test|shift|:|\[|set|export|echo|cd|for|if|exit|return|eval|source|\.) ", NOISE * 2, ahead=0),
    rule("go-progress", "^=~=== |^-~--- skip", r"^\s*(?:=== (?:RUN|PAUSE|CONT|NAME)|--- SKIP)\b", NOISE, ahead=0),
    # https://pkg.go.dev/cmd/cover: how much of each function is covered
    rule("go-cover", ".go:0", r"^\S+\.go:\d+:\s+\S+\s+\d+\.\d%$", NOISE, ahead=0),
    rule("source-throw", "throw new", r"^[\W\d]*throw new [\w.\\]+\(", NOISE * 4, ahead=0),
    rule("source-log", "console.|print(|logger.|logging.|log.error(|echo ", r"^[\s\d|>]*(?:console\.(?:debug|error|info|log|warn)\(|print\(f?[\"']|log(?:ger|ging)?\.(?:debug|error|exception|info|warn(?:ing)?)\(|echo (?:-e )?[\"'])", NOISE * 2, ahead=0),
    rule("flutter-progress", "^0~ +0", r"^\d\d:\d\d \+\d+(?: ~\d+)?(?: -\d+)?: (?!.*\[E\])", NOISE, ahead=0),
    # https://behave.readthedocs.io/en/latest/formatters/: a step that was not run, and a heading
    rule("behave-progress", " # none|.feature:0", r"^\s*(?:(?:Given|When|Then|And|But) .+ # None$|(?:Feature|Scenario(?: Outline)?): .* # \S+\.feature:\d+$)", NOISE, ahead=0),
    rule("xcode-progress", "registerexecutionpolicyexception|note: disabling previews", r"^(?:\s*builtin-|.*\] )?RegisterExecutionPolicyException |^note: Disabling previews because ", NOISE, ahead=0),
    rule("surefire-running", "running", r"^(?:\s*\[\w+\] )?Running (?:\w+\.)+\w+$", NOISE, ahead=0),
    rule("surefire-passed", "failures: 0, errors: 0", r"^(?:\[\w+\] )?Tests run: \d+, Failures: 0, Errors: 0, .* -+ in \S+$", NOISE, ahead=0),
    # `security find-identity`: a certificate of the keychain
    rule("keychain-identity", "^0~0) ", r"^\s*\d+\) [0-9A-F]{40} \"", NOISE, ahead=0),
    # https://docs.ansible.com/ansible/latest/playbook_guide/playbooks_loops.html: `until`
    rule("ansible-retry", "failed - retrying: ", r"^FAILED - RETRYING: .* \(\d+ retries left\)", NOISE, ahead=0),
    # fastlane, of a command that it runs once more; Kamal, of what it leaves out
    rule("tried-again", "trying again", r"timed out .*, trying again ", NOISE, ahead=0),
    rule("flutter-lock", "startup lock", r"Waiting for another flutter command to release the startup lock", NOISE, ahead=0),
    # Travis CI on macOS, when a shell ends, however the build did
    rule("shell-session", "shell_session_update: ", r"shell_session_update: command not found$", NOISE, ahead=0),
    # rustc and Kotlin's Gradle plugin: the errors stand above
    rule("explained-elsewhere", "for more information about |detailed explanations: |compilation error. see log", r"^(?:For more information about (?:this|an) error, try|Some errors have detailed explanations: )|> Compilation error\. See log", NOISE, ahead=0),
    # Unity in batch mode, which has a licence and nobody who is signed in
    rule("unity-token", "access token is unavailable", r"^\[Licensing::\w+\] Error: Access token is unavailable; failed to update", NOISE, ahead=0),
    # https://docs.gtk.org/glib/logging.html: the program goes on from these
    rule("glib-message", "critical **: |warning **: |: assertion '", r"(?:^|\s)\(\S+:\d+\): (?:\S+-)?(?:CRITICAL|WARNING) \*\*: |(?:^|\s)(?!\w*(?:Error|Exception):)\w+: assertion '.*' failed(?:$|: 'glib warning')", WARNING, ahead=0),
    # https://github.com/netlify/build: what it is about to do, with Vitest's mark for a failed test
    rule("netlify-heading", "^❯", r"^❯ (?:Version|Flags|Current directory|Config file|Resolved config|Context|(?:Loading|Installing|Outdated|Deprecated) (?:plugins|extensions))$", NOISE, ahead=0),
    # What a program wrote to its standard error, as Windows PowerShell has it where that is redirected.
    rule("powershell-stderr", "categoryinfo|fullyqualifiederrorid", r"^\s*\+ (?:CategoryInfo +: NotSpecified: \([^:)]|FullyQualifiedErrorId : NativeCommandError)", NOISE, ahead=0),
    # https://nodejs.org/api/test.html#tap: a test's name, above what it said and how it ended
    rule("tap-subtest", "# subtest: ", r"^\s*# Subtest: ", NOISE, ahead=0),
    # https://docs.pytest.org/en/stable/how-to/output.html: a letter a test; its failures are in red
    rule("pytest-dots", ".....|sssss|fffff", r"^(?:\S+\.py )?[.sxXEFRfu]{6,} *(?:\[ *\d+%\])?$", NOISE, ahead=0),
    # https://github.com/mozilla/sccache: `--show-stats`
    rule("sccache-stats", "^f~failed distributed|compilation failures  |^c~cache errors|cache read errors|cache write errors", r"^(?:Failed distributed compilations|Compilation failures|Cache (?:read |write )?errors(?: \(.*\))?) {2,}\d", NOISE, ahead=0),
    rule("ignored-changes", "uncommitted changes", r"ignoring these uncommitted changes", NOISE, ahead=0),
    # https://docs.usebruno.com/bru-cli: a request that was answered, as some tests expect
    rule("bruno-request", "found) - |unauthorized) - |forbidden) - |conflict) - |request) - |entity) - |error) - ", r"^\S.* \([45]\d\d [A-Z][\w -]+\) - \d+ ms$", NOISE, ahead=0),
    # https://nodejs.org/api/util.html#utilinspectobject-options: a property of an object
    rule("inspected", ": [function|: [class|error: null|error: undefined|error: true|error: false", r"^\s*\w+: \[(?:Function|class)\b|^\s+error: (?:null|undefined|true|false),?$", NOISE, ahead=0),
    # a value in YAML or JSON, as Ansible and Docker show a result
    rule("no-failure", "failed: false|failed\": false|result: false|error: null|error\": null|errors\": null|errors: none|errors\": []|errors: []|error: ''|error: \"\"|error\": \"\"|oomkilled", r"^\s*\"?(?:\w+_)?(?:[Ff]ailed(?:_when_result)?|[Ff]ailures?|[Ee]rrors?|OOMKilled)\"?: ?(?:[Ff]alse|null|None|\[\]|''|\"\"),?$", NOISE, ahead=0),
    # a virtual machine without a console says so when it boots
    rule("systemd-console", "virtual console setup", r"Failed to start .*Virtual Console Setup", NOISE, ahead=0),
    # `flutter doctor` fails nothing
    rule("flutter-doctor", "^[~[!] ", r"^\[!\] (?:Flutter|Android (?:toolchain|Studio)|Xcode|Chrome|Visual Studio|VS Code|Linux toolchain|Connected device|Network resources|Proxy)\b", NOISE, ahead=0),
    # https://pyinstaller.org/en/stable/when-things-go-wrong.html: modules that a hook asks for need not be there
    rule("pyinstaller-hidden", "error: hidden import", r"^\d+ ERROR: Hidden import [\"'].*[\"'] not found$", NOISE, ahead=0),
    # https://docs.npmjs.com/cli/using-npm/logging
    rule("npm-log", "^0~ silly |^0~ verbose |^0~ http |^0~ timing |^n~npm sill|^n~npm verb|^n~npm http|^n~npm timing", r"^(?:\d+ (?:silly|verbose(?! stack )|http|timing)|npm (?:silly?|verb(?:ose)?(?! stack )|http (?:cache|fetch [A-Z]+ [23]\d\d)|timing)) ", NOISE, ahead=0),
    # https://www.mongodb.com/docs/manual/reference/log-messages/: informations and what helps to debug
    rule("mongodb-log", "+0000 i |+0000 d|-0000 i |-0000 d", r"\.\d{3}[+-]\d{4} (?:I|D\d?) +[A-Z_-]{1,10} +\[[\w.-]+\] (?!.*, terminating$|\W*(?:Fatal|Invariant))", NOISE, ahead=0),
    rule("mongodb-json", '"s":"i"|"s":"d', r'^\W{0,3}\{.*"s":"(?:I|D\d?)", *"c":"', NOISE, ahead=0),
    rule("logged-json", '"level":|"severity":', r'^\W{0,3}\{.*"(?:level|severity)": ?(?:[123]0\b|"(?:info|INFO|debug|DEBUG|trace)")', NOISE, ahead=0),
    rule("cargo-progress", " v0", r"^\s*(?:Adding|Building|Checking|Compiling|Dirty|Documenting|Downloaded|Fresh|Locking|Removing|Updating) [\w-]+ v\d", NOISE, ahead=0),
    # https://docs.gradle.org/current/userguide/more_about_tasks.html: how a task went that did not fail
    rule("gradle-progress", "> task :", r"^> Task :\S+(?: (?:SKIPPED|UP-TO-DATE|NO-SOURCE|FROM-CACHE))?$", NOISE, ahead=0),
    # git checkout: a commit's first line may tell of an error that it mends
    rule("git-head", "head is now at|previous head position", r"^(?:HEAD is now at|Previous HEAD position was) [0-9a-f]{7,40} ", NOISE, ahead=0),
    rule("dpkg-absent", "is not installed, so not removed", r"^Package '?\S+'? is not installed, so not removed$", NOISE, ahead=0),
    # https://nodejs.org/api/deprecations.html: what it says of one holds the words "prone to errors"
    rule("node-deprecation", "deprecationwarning: ", r"^\(node:\d+\) (?:\[DEP\d+\] )?DeprecationWarning: ", NOISE, ahead=0),
    # https://github.com/actions/cache: without a cache all goes on
    rule("actions-cache", "cache not found for|failed to save: unable|failed to restore: cache", r"^(?:##\[warning\])?(?:Cache not found for input keys: |Failed to (?:save: Unable to reserve cache with key|restore: Cache service responded) )", NOISE, ahead=0),
    # Kconfig, which asks where nobody answers, and goes on
    rule("kconfig-end", "error in reading or", r"^Error in reading or end of file\.$", NOISE, ahead=0),
    # https://pkg.go.dev/cmd/go#hdr-Test_packages: the package's name may be `errors`
    rule("go-no-tests", "[no test files]", r"^\?\s+\S+\s+\[no test files\]$", NOISE, ahead=0),
    rule("build-script", "cargo:|cargo::", r"^\s*cargo::?[\w-]+=", NOISE, ahead=0),
    rule("download", "downloading|downloaded|progress| eta ", r"^(?:\[\w+\] )?(?:Downloading|Downloaded|Progress)\b|^\s*[━╸╺]+ .* eta ", NOISE, ahead=0),
)  # fmt: skip
