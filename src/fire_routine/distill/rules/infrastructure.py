"""Runners, shells, git, containers, package managers, networks, Terraform, Kubernetes, Helm; how a job ended."""

# ruff: noqa: E501 - a rule a line
from __future__ import annotations

from .rule import CAUSE, CONSEQUENCE, HINT, NOISE, RESULT, rule

RULES = (
    # GitHub Actions
    rule("actions-exit", "process completed with", r"^##\[error\]Process completed with exit code", CONSEQUENCE, ahead=0),
    rule("actions-canceled", "##[error]", r"^##\[error\]The (?:operation was canceled|job running on runner|run was canceled|runner has received a shutdown|action '.*' has timed out)|exceeded the maximum execution time", CAUSE - 1, ahead=0),
    rule("actions-lost", "lost communication|hosted runner", r"lost communication with the server|hosted runner encountered an error|The self-hosted runner", CAUSE, ahead=1),
    rule("actions-resolve", "unable to resolve action|can't find 'action|failed to download|missing download info|required property|input required", r"Unable to resolve action|Can't find 'action\.ya?ml'|[Ff]ailed to download action|Missing download info|Required property is missing|Input required and not supplied", CAUSE, ahead=2),
    rule("actions-container", "##[error]docker|failed to initialize container|containers failed", r"^##\[error\](?:Failed to initialize container|One or more containers failed|Docker \w+ failed with exit code)", CONSEQUENCE + 1, ahead=0),
    rule("actions-error", "##[error]", r"^##\[error\]", CAUSE - 2, ahead=6),
    rule("actions-workflow-error", "::error", r"^::error\b", RESULT, ahead=0),
    rule("actions-warning", "##[warning]", r"^##\[warning\]", NOISE * 5, ahead=0),
    # other CI systems
    rule("travis-exit", "exited with", r"^(?:The command )?\"?.*\"? (?:failed and )?exited with (?!0\b)\d+(?: during|\.)|^Done\. Your build exited with [1-9]", CONSEQUENCE, ahead=0),
    rule("travis-stalled", "no output has been received", r"^No output has been received in the last", CAUSE, ahead=4),
    rule("travis-limit", "exceeded the", r"^The log length has exceeded the limit|has exceeded the (?:maximum|time)|^The job exceeded the maximum|maximum time limit", CAUSE, ahead=2),
    rule("travis-stopped", "your build has been", r"^Your build has been (?:stopped|terminated)", CONSEQUENCE, ahead=0),
    rule("jenkins-step", "build as failure|finished", r"marked build as failure|^Finished: (?:FAILURE|ABORTED|UNSTABLE)", CONSEQUENCE, ahead=0),
    rule("jenkins-fatal", "fatal: ", r"^FATAL: ", CAUSE - 1, ahead=30),
    rule("gitlab-failed", "job failed", r"^ERROR: Job failed", CONSEQUENCE, ahead=1),
    # how a process ended
    rule("killed", "killed|oom-kill|code 137|status 137|exited with 137|exit with 137", r"Killed(?=\s|$)|killed by signal|OOMKilled|oom-kill|exit(?:ed)?(?: with)?(?: exit)? (?:code|status) 137|exit(?:ed)? with 137", CAUSE, ahead=1),
    rule("out-of-memory", "of memory|heap limit|javascript heap|cannot allocate|memory exhausted|bad_alloc|enomem|outofmemoryerror", r"ut of [Mm]emory|OutOfMemoryError|Cannot allocate memory|heap limit|memory exhausted|bad_alloc|ENOMEM|JavaScript heap", CAUSE, ahead=6),
    rule("disk-full", "no space left|enospc|disk quota", r"No space left on device|ENOSPC|[Dd]isk quota exceeded", CAUSE, ahead=6),
    # shells
    rule("shell-line", ": line ", r"^\S+: line \d+: ", CAUSE - 1, ahead=1),
    # git
    rule("shunit2", "assert:", r"^(?:shunit2:)?ASSERT:", CAUSE, ahead=1),
    rule("git", "fatal: ", r"^(?:\S+ )?fatal: (?!\[)", CAUSE - 1, ahead=4, back=1, leads=r"^\$|^\+"),
    rule("git-conflict", "conflict (|automatic merge failed|error: could not apply|error: your local", r"^CONFLICT \(|^Automatic merge failed|^error: (?:could not apply|Your local changes)", CAUSE, ahead=4),
    rule("git-push", "error: failed to push", r"^error: failed to push some refs", RESULT, ahead=4),
    rule("git-remote", "remote: error|remote: fatal|remote: permission|remote: repository|remote: invalid|rejected]", r"^remote: (?:error|fatal|Permission|Repository not found|Invalid)|! \[(?:remote )?rejected\]", CAUSE, ahead=3),
    rule("git-dirty", "modified: |deleted: |new file: ", r"^\s+(?:modified|deleted|new file):\s+\S", RESULT - 3, ahead=2),
    rule("diff", "^d~diff |^-~--- |^+~+++ |^@~@@ -", r"^diff (?:--git |-\w+ |\S+\.orig )|^--- (?:a/|\S+\s+\d{4}-|\S*[./]\S+$)|^\+\+\+ (?:b/|\S+\s+\d{4}-)|^@@ -\d+(?:,\d+)? \+\d+(?:,\d+)? @@", RESULT - 1, ahead=40),
    # network and registries
    rule("curl", "curl: ", r"^curl: \(\d+\) ", CAUSE, ahead=1, back=1, leads=r"^\$|^\+"),
    rule("wget", "wget: |unable to|error 4|error 5", r"^wget: (?!using)|ERROR [45]\d\d: |unable to resolve host", CAUSE, ahead=1),
    rule("gh", "gh: ", r"^gh: ", CAUSE, ahead=1),
    rule("json-message", '"message"', r'^[\s{]*"message": "', RESULT, ahead=3),
    rule("apt", "^e~e: |^e~err:|^d~dpkg: ", r"^E: (?!\s*$)|^dpkg: (?:error|dependency)|^Err:\d+ ", CAUSE, ahead=4),
    rule("yum", "error: ", r"^(?:Error|error): (?:Nothing to do|Unable to find a match|Failed to download|Package:|Cannot find a valid baseurl)", CAUSE, ahead=4),
    rule("homebrew", "error: ", r"^Error: (?:No available formula|The `brew|\S+ \S+ is already installed|Failure while executing|An exception occurred|Cask |.* did not build)", CAUSE - 1, ahead=4),
    rule("pacman", "error: ", r"^error: (?:target not found|failed (?:retrieving|to (?:commit|init|prepare|synchronize|update))|could not (?:open|satisfy))", CAUSE, ahead=3),
    rule("alpine", "error: ", r"^ERROR: (?:unable to select|.*\.apk|\S+-\d\S*: |https?://)", CAUSE - 1, ahead=4),
    # containers, clusters, provisioning
    rule("docker-daemon", "daemon|docker: error", r"Error response from daemon: |Cannot connect to the Docker daemon|^docker: Error", CAUSE, ahead=2),
    rule("buildkit", "^#~error|^e~error: failed to|^f~failed to solve", r"^#\d+ ERROR: |^(?:ERROR|error): failed to (?:solve|build|receive)|^failed to solve", CAUSE, ahead=1, back=8, leads=r"^#\d+ (?:\[|[\d.]+ )"),
    rule("buildkit-step", " > [", r"^ > \[.*\]", CAUSE - 1, ahead=30, paragraph=30, back=1, leads=r"^-+$"),
    rule("dockerfile", " >>> ", r"^\s*\d+ \| >>> ", CAUSE - 1, ahead=4, back=5, leads=r"^\s*\d+ \||^-+$|Dockerfile"),
    rule("docker-build", "non-zero code", r"returned a non-zero code: \d+", RESULT, ahead=0),
    rule("compose", "dependency failed|error|service \"", r"^(?:dependency failed to start|\s*Container \S+ +Error|service \".*\" (?:didn't|failed)|ERROR: (?:for|Service|Version))", CAUSE - 1, ahead=2),
    rule("terraform", "^│~error: |^╷~error: ", r"^[│╷] *Error: ", CAUSE, ahead=14, back=1, leads=r"^╷"),
    rule("terraform-exit", "terraform exited", r"^Error: Terraform exited with code", CONSEQUENCE, ahead=0),
    rule("helm", "error: ", r"^Error: (?:INSTALLATION|UPGRADE|template|chart|render|release|\d+ chart|failed|execution)", CAUSE, ahead=4),
    rule("kubectl", "error from server|crashloopbackoff|imagepullbackoff|errimagepull|failedscheduling|connection to the server|error: ", r"Error from server|CrashLoopBackOff|ImagePullBackOff|ErrImagePull|FailedScheduling|The connection to the server|error: (?:timed out waiting|unable to (?:recognize|connect))", CAUSE, ahead=2),
    rule("ansible", "fatal: [|failed: [", r"^(?:fatal|failed): \[", CAUSE, ahead=8, back=14, leads=r"^TASK|^\[ERROR\]: |^Origin: |^\d+ |^\s|^$"),
    rule("cloud", "an error occurred (|error: (gcloud", r"^An error occurred \(\w+\) when calling|^ERROR: \(gcloud", CAUSE, ahead=2),
)  # fmt: skip

# Found anywhere in a line, so tried when no tool of its own takes it.
SIGNS = (
    rule("exit-code", "exit code|exit status|returned non-zero|exited with|returned exit|returned error code|status code", r"(?:exit(?:ed)?(?: with)?(?: a)?(?: non-zero)? (?:code|status)|returned non-zero exit|error code)[: =]*-?[1-9]", HINT, ahead=0),
    rule("timeout", "timed out|timeout exceeded|timeout expired|timeout of|timeout after|timeout reached|timeout error|timeout waiting|deadline exceeded|etimedout|esockettimedout|timeouterror|returning 124", r"(?:imed out|TIMED OUT|deadline exceeded|ETIMEDOUT|ESOCKETTIMEDOUT|imeout (?:exceeded|expired|of|after|reached|error|waiting)|TimeoutError|returning 124)\b", RESULT - 1, ahead=4),
    rule("network", "could not resolve|connection refused|connection was|connection reset|connection timed|connection aborted|connection closed|econnrefused|econnreset|econnaborted|enotfound|eai|network is unreachable|name resolution|service not known|sslerror|ssl: |ssl connect|ssl_error|sslhandshake|certificate verify|certificate has|certificate problem|max retries|handshake", r"[Cc]ould not resolve (?:host|proxy)|[Cc]onnection (?:was )?(?:refused|reset|timed out|aborted|closed)|ECONN(?:REFUSED|RESET|ABORTED)|ENOTFOUND|EAI_AGAIN|[Nn]etwork is unreachable|failure in name resolution|[Nn]ame or service not known|(?<!_)SSL(?:Error|: | connect error|_ERROR|Handshake)|certificate (?:verify failed|has expired|problem)|Max retries exceeded|TLS handshake|handshake failure", CAUSE - 1, ahead=4),
    rule("http", "http 4|http 5|http: 4|http: 5|http error|http status|http code|http/0|status 4|status 5|status: 4|status: 5|status code|returned error: |bad gateway|service unavailable|too many|forbidden|unauthorized|gateway time|404 not found", r"(?:HTTP(?:/[\d.]+)?[ :]+(?:error |status |code )?|eturned error: |tatus(?: code)?:? )[45]\d\d\b|(?:429 Too Many|50[0234] (?:Bad|Service|Gateway|Internal)|403 Forbidden|404 Not Found|401 Unauthorized)", RESULT, ahead=2),
    rule("rate-limit", "rate limit|too many requests|toomanyrequests", r"[Rr]ate limit|[Tt]oo [Mm]any [Rr]equests|toomanyrequests", CAUSE - 1, ahead=3),
    rule("no-such-file", "no such file|enoent|cannot access|cannot stat", r"[Nn]o such file or directory|ENOENT|cannot (?:access|stat|open) ", RESULT, ahead=3),
    rule("permission", "permission denied|eacces|eperm|operation not permitted", r"[Pp]ermission denied|\bEACCES\b|\bEPERM\b|[Oo]peration not permitted", RESULT, ahead=3),
    rule("usage", "usage|unrecognized|unknown option|unknown command|unknown argument|unknown flag|invalid option|illegal option|unexpected argument", r"unrecognized (?:arguments?|options?|command)|[Uu]nknown (?:option|command|argument|flag)|invalid option|illegal option|unexpected argument", CAUSE - 1, ahead=2),
    rule("credentials", "could not read|authentication failed|authentication required|unauthorized|access key|bad credentials|resource not accessible|denied", r"could not read (?:Username|Password)|[Aa]uthentication (?:failed|required)|401 Unauthorized|: [Uu]nauthorized|Bad credentials|Resource not accessible|^denied: |Access key cannot", CAUSE - 1, ahead=2),
    rule("command-not-found", "command not found|not recognized|: not found", r"command not found|is not recognized as (?:an internal|the name)|^\S*(?:sh|bash)?: .*: not found$|^/bin/sh: ", CAUSE, ahead=1, back=1, leads=r"^\+|^\$"),
    rule("out-of-date", "out of date|not up to date|not up-to-date|inconsistent|dirty|uncommitted changes", r"(?:is|are) (?:out of date(?!! The latest)|not up[- ]to[- ]date(?! because:)|inconsistent|dirty)|(?:checkout|tree) (?:is )?dirty|uncommitted changes", CAUSE - 1, ahead=4),
)  # fmt: skip
