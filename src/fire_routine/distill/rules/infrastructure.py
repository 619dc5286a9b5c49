"""Runners, shells, git, containers, package managers, networks, Terraform, Kubernetes, Helm; how a job ended."""

# ruff: noqa: E501 - a rule a line
from __future__ import annotations

from .rule import CAUSE, CONSEQUENCE, HINT, NOISE, REPORT, RESULT, TRACE, rule

RULES = (
    # https://docs.github.com/en/actions/tutorials/authenticate-with-github_token: what it may do, where it may not
    rule("token-refused", "release failed with status: 403|refusing to allow a github app", r"release failed with status: 403|refusing to allow a GitHub App to ", CAUSE - 1, ahead=2),
    rule("token-permissions", "github_token permissions", r"^##\[group\]GITHUB_TOKEN Permissions$", CAUSE, ahead=0, paragraph=20, beside="token-refused|gh|git-remote|credentials"),
    # GitHub Actions
    rule("actions-exit", "process completed with", r"^(?:##\[error\]|Error: )Process completed with exit code", CONSEQUENCE, ahead=0),
    # https://www.jetbrains.com/help/teamcity/service-messages.html
    rule("teamcity-failed", "##teamcity[testfailed |##teamcity[buildproblem ", r"^##teamcity\[(?:testFailed|buildProblem(?! description='Process exited)) ", CAUSE, ahead=0, listed=True),
    # What ran another program says how that ended, not why
    rule("program-exit", "failed with exit code|exited with code|exit status 0", r"^(?:##\[error\](?:Error: )?|[Ee]rror: )(?:The process '.*' failed with exit code \d+|script \"[^\"]*\" exited with code \d+|error running script .*: exit status \d+|Command failed with exit code \d+(?:: .*)?)$", CONSEQUENCE + 1, ahead=0),
    rule("actions-canceled", "##[error]", r"^##\[error\]The (?:operation was canceled|job running on runner|run was canceled|runner has received a shutdown|action '.*' has timed out)|exceeded the maximum execution time", CAUSE - 1, ahead=0),
    rule("actions-lost", "lost communication|hosted runner", r"lost communication with the server|hosted runner encountered an error", CAUSE, ahead=1),
    rule("runner-stopped", "request to deprovision|received a shutdown signal|running out of disk space", r"Received request to deprovision|has received a shutdown signal|running out of disk space", CAUSE, ahead=1),
    rule("actions-resolve", "unable to resolve action|can't find 'action|failed to download|missing download info|required property|input required", r"Unable to resolve action|Can't find 'action\.ya?ml'|[Ff]ailed to download action|Missing download info|Required property is missing|Input required and not supplied", CAUSE, ahead=2),
    rule("actions-container", "##[error]docker|failed to initialize container|containers failed", r"^##\[error\](?:Failed to initialize container|One or more containers failed|Docker \w+ failed with exit code)", CONSEQUENCE + 1, ahead=0),
    rule("actions-error", "##[error]", r"^##\[error\]", CAUSE - 2, ahead=6),
    rule("actions-workflow-error", "::error", r"^::error\b", RESULT, ahead=3),
    rule("actions-warning", "##[warning]", r"^##\[warning\]", NOISE * 5, ahead=0),
    # coreutils, where what they wrote to ended first: under `pipefail` that is a failure
    rule("broken-pipe", "broken pipe", r"^[\w./-]+: (?:standard output|write error): Broken pipe$", REPORT, ahead=0),
    # other CI systems
    rule("travis-exit", "exited with", r"^(?:The command )?\"?.*\"? (?:failed and )?exited with (?!0\b)\d+(?: during|\.)|^Done\. Your build exited with [1-9]", CONSEQUENCE, ahead=0),
    rule("travis-stalled", "no output has been received", r"^No output has been received in the last", CAUSE, ahead=4),
    rule("travis-limit", "exceeded the", r"^The log length has exceeded the limit|has exceeded the (?:maximum|time)|^The job exceeded the maximum|maximum time limit", CAUSE, ahead=2),
    rule("travis-stopped", "your build has been", r"^Your build has been (?:stopped|terminated)", CONSEQUENCE, ahead=0),
    rule("travis-retry", "failed. retrying, |failed 0 times", r"^The command \".*\" failed(?:\. Retrying, | \d+ times\.)", CONSEQUENCE, ahead=0),
    rule("tool-version", "archive may not exist|not found - try `|is not yet installed|env: version `|unknown ruby interpreter|no rubies are available|idea what to do with", r"The archive may not exist|^Version '.*' not found - try|is not yet installed|^\w+env: version `.*' (?:is )?not installed|^Unknown ruby interpreter|no rubies are available|^I don't have any idea what to do with", CAUSE - 1, ahead=3),
    rule("jenkins-step", "build as failure|finished", r"marked build as failure|^Finished: (?:FAILURE|ABORTED|UNSTABLE)", CONSEQUENCE, ahead=0),
    rule("jenkins-skipped", "skipped due to earlier|failed in branch ", r"^Stage \".*\" skipped due to earlier failure\(s\)$|^Failed in branch \S", CONSEQUENCE, ahead=0),
    rule("jenkins-trace", "^a~also: |script returned exit code", r"^Also: +\S+(?:Exception|ErrorAction\$ErrorId)|^hudson\.AbortException: script returned exit code", CONSEQUENCE, ahead=TRACE),
    rule("jenkins-fatal", "fatal: ", r"^FATAL: ", CAUSE - 1, ahead=TRACE),
    # https://docs.aws.amazon.com/codebuild/latest/userguide/view-build-details.html#view-build-details-phases
    rule("codebuild-phase", "state: failed", r"^Phase complete: \w+ State: FAILED", CONSEQUENCE, ahead=0),
    rule("gitlab-timeout", "execution took longer", r"^ERROR: Job failed: execution took longer than ", CAUSE - 1, ahead=0),
    # https://buildkite.com/docs/agent
    rule("buildkite-exit", "the command exited with status|user command error: ", r"^(?:🚨 )?Error: The command exited with status \d|^user command error: exit status \d", CONSEQUENCE, ahead=0),
    rule("gitlab-failed", "job failed", r"^ERROR: Job failed", CONSEQUENCE, ahead=1),
    # how a process ended
    rule("killed", "killed|oom-kill|code 137|status 137|exited with 137|exit with 137", r"Killed(?=\s|$)|killed by signal|OOMKilled|oom-kill|exit(?:ed)?(?: with)?(?: exit)? (?:code|status) 137|exit(?:ed)? with 137", CAUSE, ahead=1),
    rule("out-of-memory", "of memory|insufficient memory for|heap limit|heap space is|javascript heap|cannot allocate|memory exhausted|bad_alloc|enomem|outofmemoryerror", r"^(?!.*\b[Ee]xpected\b.*['\"]).*(?:ut of [Mm]emory|insufficient memory for the Java|(?<!On)(?<!filter=java/lang/)OutOfMemoryError|Cannot allocate memory|heap limit|memory exhausted|bad_alloc|ENOMEM|JavaScript heap|heap space is exhausted)", CAUSE, ahead=TRACE),
    rule("disk-full", "no space left|enospc|disk quota", r"[Nn]o space left on device|ENOSPC|[Dd]isk quota exceeded", CAUSE, ahead=TRACE),
    # shells
    rule("sudo", "^s~sudo: ", r"^sudo: (?:a (?:password is|terminal is) required|no tty present|.*: command not found$|.* is not in the sudoers)", CAUSE - 1, ahead=0),
    rule("sudo-host", "unable to resolve host", r"^sudo: unable to resolve host ", NOISE, ahead=0),  # goes on
    rule("shell-line", ": line ", r"^\S+: (?:-c: )?line \d+: ", CAUSE - 1, ahead=1, logged=True),
    # git
    rule("shunit2", "assert:", r"^(?:shunit2:)?ASSERT:", CAUSE, ahead=1, back=1, leads=r"^test\w*$", apart=r"test"),
    # https://github.com/git-lfs/git-lfs/blob/main/docs/man/git-lfs-smudge.adoc
    rule("git-lfs", "smudge error|error downloading object", r"^Error downloading object: |\bSmudge error: ", CAUSE, ahead=4),
    rule("git", "fatal: ", r"^(?:\S+ )?fatal: (?!\[)", CAUSE - 1, ahead=TRACE, back=1, leads=r"^\$|^\+"),
    rule("git-command", "is not a git command", r"^git: '[\w-]+' is not a git command", CAUSE, ahead=0, paragraph=3),
    rule("git-conflict", "conflict (|automatic merge failed|error: could not apply|error: your local", r"^CONFLICT \(|^Automatic merge failed|^error: (?:could not apply|Your local changes)", CAUSE, ahead=4),
    rule("git-push", "error: failed to push", r"^error: failed to push some refs", RESULT, ahead=4),
    rule("git-remote", "remote: error|remote: fatal|remote: permission|remote: repository|remote: invalid|rejected]", r"^\s*(?:stderr: ')?remote: (?:error|fatal|Permission|Repository not found|Invalid)|! \[(?:remote )?rejected\]", CAUSE, ahead=12),
    rule("git-dirty", "modified: |deleted: |new file: ", r"^\s+(?:modified|deleted|new file):\s+\S", RESULT - 3, ahead=2),
    rule("diff", "^d~diff |^+~+++ |^@~@@ -", r"^diff (?:--git |-\w+ |\S+\.orig )|^\+\+\+ (?:b/|\S+\s+\d{4}-)|^@@ -\d+(?:,\d+)? \+\d+(?:,\d+)? @@", RESULT - 1, ahead=40, back=2, leads=r"^--- |^\+\+\+ "),
    # network and registries
    rule("curl", "curl: ", r"^curl: (?:\(\d+\) |option .*: is unknown$)", CAUSE, ahead=1, back=1, leads=r"^\$|^\+"),
    rule("wget", "wget: |unable to resolve host|error 4|error 5", r"^wget: (?!using)|ERROR [45]\d\d: |unable to resolve host", CAUSE, ahead=1),
    rule("tar", "^t~tar: ", r"^tar: \S.*: (?:Cannot open: |Not found in archive)", CAUSE - 1, ahead=0, listed=True),
    rule("archive", "gzip: stdin: |bzip0: |tar: error is not|tar: child returned|end-of-central-directory|unzip:  cannot|computed checksum|no valid openpgp|keyserver receive failed|bad decrypt|iv undefined", r"^(?:gzip: stdin: |bzip2: \(stdin\) is not|tar: (?:Error is not|Child returned)|unzip:  cannot|iv undefined)|End-of-central-directory signature not found|computed checksums? did NOT match|no valid OpenPGP data found|keyserver receive failed|\bbad decrypt\b", CAUSE - 2, ahead=1, back=1, leads=r"^\S+: FAILED$"),
    rule("gh", "gh: ", r"^gh: ", CAUSE, ahead=1),
    rule("gh-own", "is not mergeable: ", r"^X Pull request \S+ is not mergeable: ", CAUSE - 1, ahead=1),
    rule("task", "^t~task: task \"", r"^task: Task \".*\" does not exist$", CAUSE - 1, ahead=0),
    # https://pkg.go.dev/net/url#Error
    rule("go-request", "get \"http|post \"http|put \"http|patch \"http|delete \"http|head \"http", r"^(?:Get|Post|Put|Patch|Delete|Head) \"https?://\S+\": (?:dial |https?2?: |net/http: |read |write |(?:unexpected )?EOF|context |x509: |tls: |proxyconnect |stopped after |unsupported protocol)", CAUSE - 1, ahead=0),
    rule("gpg", "^g~gpg: ", r"^gpg: (?:(?:signing|(?:public key )?decryption|encryption|verify signatures|keyserver \w+) failed: |no default secret key: )", CAUSE - 1, ahead=1),
    rule("json-message", '"message"', r'^[\s{]*"message": "', RESULT, ahead=3),
    rule("apt", "^e~e: |^e~err:|^d~dpkg: ", r"^E: (?!\s*$)|^dpkg: (?:error|dependency)|^Err:\d+ ", CAUSE, ahead=4, back=5, leads=r"^Package \S+ is not available|^This may mean that the package|^is only available from|^However the following|^\s*$"),
    rule("yum", "error: ", r"^(?:Error|error): (?:Nothing to do|Unable to find a match|Failed to download|Package:|Cannot find a valid baseurl)", CAUSE, ahead=4),
    rule("apt-unmet", "no installation candidate|unable to locate package|unmet dependencies|hash sum mismatch", r"^(?:E: )?(?:Package '?\S+ has no installation candidate|Unable to locate package)|^The following packages have unmet dependencies:|Hash Sum mismatch", CAUSE - 1, ahead=6),
    rule("debian-build", "dpkg-|dh_|debuild: |debsign: ", r"^(?:dpkg-\w+|dh_\w+|debuild): (?:fatal )?error: (?!.*returned exit)", CAUSE - 1, ahead=3),
    rule("rpm", "is needed by|no package |nothing provides|^p~problem", r"^\s+\S.* is needed by \S|^No package \S+ available|^ Problem(?: \d+)?: |^\s+- nothing provides \S", CAUSE - 1, ahead=4),
    # https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/: until a container is ready
    rule("kubernetes-probe", " probe failed: ", r"\b(?:Readiness|Liveness|Startup) probe failed: ", HINT, ahead=0),
    rule("rpmbuild", "bad exit status from", r"^error: Bad exit status from", HINT + 1, ahead=4),  # of the script above
    # https://osinside.github.io/kiwi: its exceptions, the last of them with what its script printed
    rule("kiwi", "kiwi", r"(?:^|\| )Kiwi[A-Z]\w+: \S", CAUSE - 1, ahead=2),
    rule("opam-compilation", "the compilation of ", r"^\[ERROR\] The compilation of \S+ failed at ", CAUSE - 1, ahead=0, listed=True),
    rule("opam", "#=== error while", r"^#=== ERROR while .* =+#$", CAUSE, ahead=2, paragraph=40),
    rule("makepkg", "==> error: ", r"^==> ERROR: ", CAUSE - 1, ahead=3),
    rule("nix-build", ".drv' failed|.drv` failed", r"^error: build of .* failed$", CONSEQUENCE + 1, ahead=0),
    rule("nix", "error: builder for '|.drv' failed|error: cannot build '", r"^(?:error: )?(?:[bB]uilder for [`'].*\.drv' failed|Cannot build '.*\.drv')", CAUSE, ahead=40),
    rule("chocolatey", "(exited 0", r"^ - \S+ \(exited [1-9-]\d*\) - ", CAUSE - 1, ahead=2),
    rule("patch", "hunk #0|out of 0", r"^Hunk #\d+ FAILED at |^\d+ out of \d+ hunks? (?:FAILED|ignored)", CAUSE - 1, ahead=1),
    rule("ssh", "unprotected private key file|' are too open.|host key verification failed|^l~load key|^s~ssh: connect to|permission denied (publickey", r"UNPROTECTED PRIVATE KEY FILE|^Permissions \d+ for '.*' are too open\.|^Host key verification failed|^Load key \".*\": |^ssh: connect to host \S+ port \d+: |Permission denied \(publickey", CAUSE - 1, ahead=2),
    rule("homebrew", "error: |no available formula", r"^Warning: No available formula|^Error: (?:No available formula|The `brew|\S+ \S+ is already installed|Failure while executing|An exception occurred|Cask |.* did not build)", CAUSE - 1, ahead=4),
    rule("pacman", "error: ", r"^error: (?:target not found|failed (?:retrieving|to (?:commit|init|prepare|synchronize|update))|could not (?:open|satisfy))", CAUSE, ahead=3),
    rule("alpine", "error: ", r"^ERROR: (?:unable to select|.*\.apk|\S+-\d\S*: |https?://)", CAUSE - 1, ahead=4),
    # containers, clusters, provisioning
    rule("docker-daemon", "response from daemon|the docker daemon|docker: error|valid docker environment", r"Error response from daemon: |Cannot connect to the Docker daemon|^docker: Error|Could not find a valid Docker environment", CAUSE, ahead=2),
    rule("docker-image", "invalid reference format|manifest unknown|pull access denied|no matching manifest|exec format error|oci runtime ", r"invalid reference format|manifest unknown|pull access denied|no matching manifest for|exec format error|OCI runtime \w+ failed", CAUSE, ahead=2),
    rule("port-taken", "already allocated|address already in use|in use by container", r"port is already allocated|[Aa]ddress already in use|already in use by container", CAUSE - 1, ahead=TRACE),
    rule("buildkit", "^#~error|^e~error: failed to|^f~failed to solve", r"^#\d+ ERROR: |^(?:ERROR|error): failed to (?:solve|build|receive)|^failed to solve", CAUSE, ahead=1, back=8, leads=r"^#\d+ (?:\[|[\d.]+ )"),
    rule("buildkit-step", " > [", r"^ > \[.*\]", CAUSE - 1, ahead=30, paragraph=30, back=1, leads=r"^-+$"),
    rule("dockerfile", "| >>> ", r"^\s*\d+ \| >>> ", CAUSE - 1, ahead=4, back=5, leads=r"^\s*\d+ \||^-+$|Dockerfile"),
    rule("docker-copy", "^c~copy failed: |^a~add failed: ", r"^(?:COPY|ADD) failed: ", CAUSE, ahead=1),
    rule("docker-build", "non-zero code", r"returned a non-zero code: \d+", RESULT, ahead=0),
    rule("compose", "dependency failed|is unhealthy|^c~ exited (|^c~ error|error: for|error: service|error: version|service \"", r"^(?:dependency failed to start|container \S+ (?:is unhealthy|exited \(\d+\))|\s*Container \S+ +Error|service \".*\" (?:didn't|failed)|ERROR: (?:for|Service|Version(?! conflict)))", CAUSE - 1, ahead=2),
    rule("compose-own", "external volume \"|^v~validating /", r"^external volume \".*\" not found$|^validating /\S+\.ya?ml: (?:services|volumes|networks|configs|secrets)\b", CAUSE - 1, ahead=0),
    rule("terraform", "^│~error: |^╷~error: ", r"^[│╷] *Error: ", CAUSE, ahead=14, back=1, leads=r"^╷", reason=r"│ +(?:\d+: |[A-Z])"),
    # https://github.com/terraform-linters/tflint/blob/master/docs/user-guide/config.md#format
    rule("tflint", "(terraform_|(aws_|(azurerm_|(google_", r"^(?:Error|Warning|Notice): \S.* \((?:terraform|aws|azurerm|google)(?:_[a-z0-9]+)+\)$", RESULT - 1, ahead=8, warns=True, listed=True),
    rule("helm-unittest", "- asserts[0]|- asserts[00]", r"^\s+- asserts\[\d+\] `\w+` fail$", CAUSE, ahead=16, paragraph=12, back=2, leads=r"^\s+- \S|^\s*$", listed=True, apart=r"\s+- (?!asserts)\S"),
    rule("terraform-exit", "terraform exited", r"^Error: Terraform exited with code", CONSEQUENCE, ahead=0),
    # https://helm.sh/docs/helm/helm_lint
    rule("helm-lint", "[error] templates/|[error] chart.yaml|[error] values", r"^\[ERROR\] (?:templates/|Chart\.yaml|values)\S*: ", CAUSE, ahead=0),
    rule("helm", "error: ", r"^Error: (?:INSTALLATION|UPGRADE|template|chart|render|release|\d+ chart|failed|execution)", CAUSE, ahead=4),
    rule("kubectl", "error from server|crashloopbackoff|imagepullbackoff|errimagepull|failedscheduling|connection to the server|error: ", r"Error from server|CrashLoopBackOff|ImagePullBackOff|ErrImagePull|FailedScheduling|The connection to the server|error: (?:timed out waiting|unable to (?:recognize|connect))", CAUSE, ahead=2),
    # https://kuttl.dev/docs/testing/steps.html
    rule("kuttl", "case.go:0", r"^\s+case\.go:\d+: (?:failed in step |resource |--- )", CAUSE - 1, ahead=40, listed=True),
    rule("chainsaw", "| error ", r"^\s*\w+\.go:\d+: \| .*\| ERROR +\|", CAUSE, ahead=14),
    # https://github.com/capistrano/sshkit: what Capistrano and Kamal run on other hosts
    rule("sshkit", "error (|stderr: error|failed to boot", r"^\s*ERROR \([\w:]+\): |^\w+ stderr: Error|^\s*ERROR Failed to boot ", CAUSE - 1, ahead=3),
    rule("ansible", "fatal: [|failed: [", r"^(?:fatal|failed): \[", CAUSE, ahead=8, back=14, leads=r"^TASK|^\[ERROR\]: |^Origin: |^\d+ |^\s|^$", unless=r".{0,80}\.\.\.ignoring\s*$"),
    # how many tasks of each host went how: of the group `failed`, or `unreachable`
    rule("ansible-recap", " unreachable=0", r"^\S+ +: ok=\d+ .*\b(?:failed|unreachable)=[1-9]", RESULT - 1, ahead=0, total=True),
    rule("ansible-error", "^e~error! ", r"^ERROR! \S", CAUSE, ahead=8),
    # https://www.mongodb.com/docs/manual/reference/log-messages/: errors, and what ends the process
    rule("mongodb-error", "+0000 e |+0000 f |-0000 e |-0000 f ", r"\.\d{3}[+-]\d{4} [EF] +[A-Z_-]{1,10} +\[[\w.-]+\] ", RESULT, ahead=8, logged=True),
    rule("mongodb-json-error", '"s":"e"|"s":"f"', r'^\W{0,3}\{.*"s":"[EF]", *"c":"', RESULT, ahead=0, logged=True),
    rule("molecule-end", "^c~critical ", r"^CRITICAL +Ansible return code was \d", CONSEQUENCE + 1, ahead=0),
    rule("molecule", "^c~critical ", r"^CRITICAL +(?!Ansible return code|\S+\.py:\d)\S", CAUSE - 1, ahead=4),
    rule("packer-step", "^=~: error ", r"^==> \S+: Error \S", CAUSE - 1, ahead=2),
    rule("packer", "^b~ errored", r"^Build '.*' errored(?: after .*)?: ", CAUSE, ahead=2),
    rule("vagrant", "responded with a non-zero exit status|there was an error while executing `", r"^The .* command responded with a non-zero exit status|^There was an error while executing `", CAUSE - 1, ahead=8, paragraph=8),
    rule("cloudformation", "create_failed|update_failed|delete_failed", r"\b(?:CREATE|UPDATE|DELETE)_FAILED\b(?!.*Resource (?:creation|update) cancelled)", CAUSE - 1, ahead=1),
    rule("cdk", "failed: ", r"^\s*❌ +\S+ failed: ", CAUSE, ahead=1),
    # What command lines of clouds and services say of their own configuration and accounts
    rule("aws-own", "you must specify a region|^t~the config profile (|^t~the user-provided path ", r"^You must specify a region\.|^The config profile \(.*\) could not be found|^The user-provided path .* does not exist", CAUSE - 1, ahead=0),
    rule("account", "requires an authenticated account|user account is required to|run `semgrep login`|^-~--app is required", r"^`\w+` requires an authenticated account|^An \w+ user account is required to|^run `semgrep login` before|^--app is required either", CAUSE - 1, ahead=0),
    rule("minikube", "^x~x exiting due to ", r"^X Exiting due to [A-Z_]+: ", CAUSE, ahead=3),
    # https://learn.microsoft.com/cli/azure/use-azure-cli-successfully-troubleshooting
    rule("azure", "{\"code\": \"", r"^(?:ERROR: )?\{\"code\": \"\w+\", \"message\": \"", CAUSE - 1, ahead=0),
    rule("aws-waiter", "waiter encountered|could not connect to the endpoint", r"Waiter encountered|^Could not connect to the endpoint URL", CAUSE - 1, ahead=1),
    rule("heroku", "^!~! |^r~remote: !|^r~remote:  !", r"^ +!  +\S|^remote: +!  +\S", CAUSE - 1, ahead=1),
    rule("oclif", "^›", r"^\s*›\s+Error: ", CAUSE - 1, ahead=3),
    rule("goreleaser", "^⨯", r"^\s*⨯ ++(?:.* failed after \d|.*\berror=)", CAUSE, ahead=10),
    rule("snap", "failed to build '|failed to run '", r"^Failed to (?:build|run) '[\w.-]+'", CAUSE - 1, ahead=2),
    rule("cluster-events", "^w~warning  ", r"^\s*Warning +(?:BackOff|Failed\w*|Unhealthy|Err\w+) ", CAUSE - 2, ahead=0, listed=True),
    rule("cloud", "an error occurred (|error: (gcloud", r"^An error occurred \(\w+\) when calling|^ERROR: \(gcloud", CAUSE, ahead=2),
)  # fmt: skip

# Found anywhere in a line, so tried when no tool of its own takes it.
SIGNS = (
    rule("exit-code", "exit code|exit status|returned non-zero|exited with|returned exit|returned error code|status code", r"(?:exit(?:ed)?(?: with)?(?: a)?(?: non-zero)? (?:code|status)|returned non-zero exit|error code)[: =]*-?[1-9]", HINT, ahead=0),
    rule("timeout", "timed out|timeout exceeded|timeout expired|timeout of|timeout after|timeout reached|timeout error|timeout waiting|deadline exceeded|etimedout|esockettimedout|timeouterror|returning 124", r"(?:imed out|TIMED OUT|deadline exceeded|ETIMEDOUT|ESOCKETTIMEDOUT|imeout (?:exceeded|expired|of|after|reached|error|waiting)|TimeoutError|returning 124)\b", RESULT - 1, ahead=TRACE),
    rule("pip-retry", "retrying (retry(total", r"^\s*WARNING: Retrying \(Retry\(total=", HINT + 0.5, ahead=0),
    rule("network", "could not resolve| refused|connection was|connection reset|connection aborted|connection closed|econnrefused|econnreset|econnaborted|enotfound|eai|network is unreachable|name resolution|service not known|sslerror|ssl: |ssl connect|ssl_error|sslhandshake|certificate verify|certificate has|certificate problem|max retries|handshake|no such host|x509: |i/o timeout|connect to the server", r"[Cc]ould not resolve (?:host|proxy)|[Cc]onnection (?:was |to \S+ )?(?:refused|reset|aborted|closed)|ECONN(?:REFUSED|RESET|ABORTED)|ENOTFOUND|EAI_AGAIN|[Nn]etwork is unreachable|failure in name resolution|[Nn]ame or service not known|(?<![A-Za-z_])SSL(?:Error|: | connect error|_ERROR|Handshake)|certificate (?:verify failed|has expired|problem)|Max retries exceeded|TLS handshake(?!, [A-Za-z])|handshake failure|: no such host|\bx509: (?:cannot|certificate|failed)|: i/o timeout|^Unable to connect to the server: ", CAUSE - 1, ahead=TRACE),
    rule("http", "http 4|http 5|http: 4|http: 5|http error|http status|http code|http/0.0 |http/0.0:|http/0 |http/0:|status 4|status 5|status: 4|status: 5|status code|returned error: |returned error : |bad gateway|service unavailable|too many|forbidden|unauthorized|gateway time|404 not found", r"HTTP(?:/[\d.]+)?[ :]+(?:error |status |code )?[45]\d\d\b|eturned error ?: [45]\d\d\b|tatus(?: code)?:? [45]\d\d\b|429 Too Many|50[0234] (?:Bad|Service|Gateway|Internal)|403 Forbidden|404 Not Found|401 Unauthorized", RESULT, ahead=TRACE),
    rule("expected-pair", " but got| but was| but found| but received| but instead|, got |, received |; received |; got |, found |, want|; want", r"^(?!\s*[|\d]).*?(?:\b[Ee]xpect(?:ed|ing)?\b.{0,200}(?:\bbut (?:got|was|found|received|instead)|[,;] (?:got|found|received))\b|\b[Gg]ot\b.{1,200}[,;] want(?:ed)?\b|\b[Ww]ant(?:ed)?\b.{1,200}[,;] got\b)", RESULT + 1, ahead=TRACE),
    rule("rate-limit", "rate limit|too many requests|toomanyrequests", r"[Rr]ate limit|[Tt]oo [Mm]any [Rr]equests|toomanyrequests", CAUSE - 1, ahead=TRACE),
    rule("no-such-file", "no such file|enoent|cannot access|cannot stat", r"[Nn]o such file or directory|ENOENT|cannot (?:access|stat|open) ", REPORT + 0.5, ahead=TRACE),
    rule("permission", "permission denied|eacces|eperm|operation not permitted|t have permission to", r"[Pp]ermission denied|n.t have permission to |\bEACCES\b|\bEPERM\b|[Oo]peration not permitted", RESULT, ahead=TRACE),
    rule("usage", "unrecognized|unknown option|unknown command|unknown argument|unknown flag|invalid option|illegal option|unexpected argument", r"(?<!WARNING: )(?<!note: )unrecognized (?:arguments?|options?|command)|(?<!ignoring )[Uu]nknown (?:option|command|argument|flag)|invalid option|illegal option|unexpected argument", CAUSE - 1, ahead=2),
    rule("credentials", "could not read|authentication failed|authentication required|unauthorized|access key|bad credentials|resource not accessible|denied|unable to locate credentials|could not load credentials", r"could not read (?:Username|Password)|[Aa]uthentication (?:failed|required)|: [Uu]nauthorized|Bad credentials|Resource not accessible|[Uu]nable to locate credentials|Could not load credentials|^denied: |Access key cannot", CAUSE - 1, ahead=TRACE),
    rule("command-not-found", "command not found|not recognized|: not found|currently not installed", r"^(?!(?:WARNING|Warning): ).*command not found|^The program '.*' is currently not installed|is not recognized as (?:an internal|the name)|^\S*(?:sh|bash)?: .*: not found$|^/bin/sh: ", CAUSE, ahead=1, back=1, leads=r"^\+|^\$"),
    rule("shell-syntax", "sh: 0: |sh: 00: |sh: 000: ", r"^\S*sh: \d+: \S", CAUSE - 1, ahead=1, back=1, leads=r"^\+|^\$"),
    rule("utility", "cannot create directory|cannot move|cannot remove|jq: error|parse error: invalid|sed: -e|awk: cmd|operator expected|missing `]'|cmp: eof|xcrun: error|xcode-select: error|sending signal ", r"^(?:mkdir|mv|cp|rm): cannot |^jq: error|^parse error: Invalid|^sed: -e expression|^\w*awk: cmd\. line|(?:unary|binary) operator expected|: missing `\]'|^cmp: EOF on|^(?:xcrun|xcode-select): error: |^timeout: sending signal", RESULT, ahead=2, back=1, leads=r"^\+|^\$"),
    rule("files-differ", " differ|^o~only in ", r"^(?:Binary f|F)iles \S+ and \S+ differ$|^Only in \S+: \S|^\S+ \S+ differ: (?:byte|char)", RESULT - 1, ahead=0, listed=True),
    rule("diff-normal", "^0~,0c0|^0~,0a0|^0~,0d0|^0~,00c0|^0~,00a0|^0~,00d0", r"^\d{1,5}(?:,\d{1,5})?[acd]\d{1,5}(?:,\d{1,5})?$", RESULT - 1, ahead=0, paragraph=16),
    rule("windows-file", "the system cannot find|access is denied.|by another process|a part of the path|exception calling", r"^The system cannot find the (?:path|file|drive)|^Access is denied\.|being used by another process|Could not find a part of the path|^Exception calling ", RESULT, ahead=2),
    rule("display", "open display|usable sandbox", r"[Cc]an(?:not|'t) open display|No usable sandbox", CAUSE - 1, ahead=2),
    rule("service-down", "server has gone away|redis connection to|pg_ctl: could not|createdb: ", r"MySQL server has gone away|Redis connection to \S+ failed|^(?:pg_ctl|createdb): (?!warning)", CAUSE - 1, ahead=TRACE),
    rule("out-of-date", "out of date|not up to date|not up-to-date|inconsistent|dirty|uncommitted changes", r"^(?!\s*No |building \[\w+\]: ).*?(?:is|are) (?:out of date(?!! The latest)|not up[- ]to[- ]date(?! because:)|inconsistent|dirty)|(?:checkout|tree) (?:is )?dirty|uncommitted changes", CAUSE - 1, ahead=4),
)  # fmt: skip
