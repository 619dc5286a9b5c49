"""Maven, Gradle, javac, Kotlin, JUnit, TestNG, sbt, Scala, Leiningen, Ant, Checkstyle."""

# ruff: noqa: E501 - a rule a line
from __future__ import annotations

from .rule import CAUSE, CONSEQUENCE, HINT, NOISE, REPORT, RESULT, TRACE, WARNING, rule

# Its agent prints what it can't instrument, and goes on.
_JACOCO = r"\s+at org\.jacoco\.agent\.rt\.\w+\.(?:CoverageTransformer\.transform|asm\.|core\.(?:internal\.)?instr\.)"
_MAVEN = r"^(?:\[\w+\] )?"
RULES = (
    # Maven's help text after a failure; before the general [ERROR] rule
    rule("maven-help", "[error]", r"^\[ERROR\] (?:-*$|To see the full stack|Re-run Maven|For more information|\[Help \d|After correcting|Please refer to|-> \[Help|  mvn )|^\[ERROR\]\s*$", CONSEQUENCE, ahead=0),
    rule("maven-unresolved", "failed to execute goal", _MAVEN + r"Failed to execute goal .*(?:Could not (?:resolve dependencies|find artifact|transfer artifact)|Failed to collect dependencies)", RESULT + 0.5, ahead=0),
    # https://maven.apache.org/surefire/maven-surefire-plugin/examples/shutdown.html
    rule("surefire-fork", "in the fork|forked vm terminated", r"There was a timeout (?:or other error )?in the fork|The forked VM terminated without ", CAUSE - 1, ahead=4),
    rule("maven-goal", "failed to execute goal", _MAVEN + r"Failed to execute goal ", RESULT - 1, ahead=12),
    # https://docs.oracle.com/en/java/javase/21/docs/specs/man/javac.html: a warning of a lint, in any language
    rule("javac-lint", "[removal] |[deprecation] |[unchecked] |[rawtypes] |[serial] |[preview] |[this-escape] |[options] ", r"^\[(?:ERROR|WARNING)\] .*[\]:] ?\w+: \[[a-z-]+\] ", WARNING, ahead=0),
    # https://maven.apache.org/plugins/maven-javadoc-plugin/: what javadoc warns of stands among its errors
    rule("javadoc-warning", "[error] ", r"^\[ERROR\] \S+\.java:\d+: warning: ", REPORT, ahead=2),
    rule("javac", "[error] ", r"^\[ERROR\] (?:(?:/|[A-Z]:|file:)\S.*?(?:\[\d+,\d+\]|:\d+:)|\S+\.\w+:\[\d+,\d+\])", CAUSE, ahead=4, listed=True, apart=r"(?:\[ERROR\] )?\s+symbol: "),
    rule("surefire-test", "<<< fail|<<< error", r"<<< (?:FAILURE|ERROR)!", CAUSE, ahead=TRACE, paragraph=10, listed=True, reason=r"(?!java\.lang\.instrument\.)(?:[a-z_]\w*\.)+[A-Z]\w*(?::|$)"),
    rule("surefire-total", "failures:", r"Tests run: \d+, (?:Failures: [1-9]|Failures: \d+, Errors: [1-9])", REPORT, ahead=0, total=True),
    # Its lines bear a level of their own since Surefire 3
    rule("surefire-heading", "failures: |errors: ", r"^\[ERROR\] (?:Failures|Errors): $", CAUSE - 1, ahead=4, paragraph=4),
    rule("surefire-summary", "failed tests:|tests in error:|failures: |errors: ", r"^(?:\[ERROR\] )?(?:Failed tests: *|Tests in error: *)|^(?:Failures|Errors): $", CAUSE - 1, ahead=30, paragraph=30),
    rule("surefire-line", "[error]", r"^\[ERROR\]   ?(?:Run \d+: )?(?!\+-)\S+(?:\.\S+|»)", CAUSE - 1, ahead=2, listed=True),
    rule("maven-resolution", "could not resolve|in offline mode and|could not find artifact|could not transfer|non-resolvable|failed to collect|failed to read artifact", r"(?:Could not (?:resolve dependencies|find artifact|transfer artifact)|Non-resolvable|Failed to (?:collect dependencies|read artifact)|in offline mode and )", CAUSE, ahead=3),
    rule("maven-enforcer", "rule 0: |convergence error|bound dependencies error|found banned|restricted to jdk|detected jdk|detected maven|detected java", r"^(?:\[\w+\] )?(?:Rule \d+: \S+ failed with message|Dependency convergence error for |Require upper bound dependencies error for |Found Banned Dependency: |Restricted to JDK |Detected (?:JDK|Maven|Java)\b.* is not )", CAUSE, ahead=10, paragraph=10),
    rule("maven-list", "unapproved licenses:|dependencies found:", r"^(?:\[\w+\] )*(?:Files with unapproved licenses:|(?:Used undeclared|Unused declared|Non-test scoped test only) dependencies found:)", RESULT, ahead=8, paragraph=8, warns=True),
    rule("maven-check", "missing header in|rule violated for", r"^(?:\[\w+\] )*(?:Missing header in: |Rule violated for )", RESULT, ahead=0, listed=True, warns=True),
    rule("archunit", "> in (|> calls |> depends on |> is annotated ", r"^(?:Method|Constructor|Field|Class|Static Initializer) <\S+> .* in \(\w+\.\w+:\d+\)$", RESULT, ahead=0, listed=True),
    rule("maven-invoker", ". failed (", r"^\[INFO\] +\S+ ?\.{2,} ?FAILED \(", CAUSE - 1, ahead=2, paragraph=2),
    rule("animal-sniffer", "undefined reference", r"^(?:\[\w+\] )*(?:\S+:\d+: ?|\s*>> )?Undefined reference(?: \(|: )", CAUSE - 1, ahead=0, back=1, leads=r"^\S+\.\w+:\d+$"),
    rule("jvm-own", "parse command line options: |' is not a task. see", r"^Unable to parse command line options: |^'\S+' is not a task\. See 'lein", CAUSE - 1, ahead=0),
    # Maven 2 tells the reason as information
    rule("maven-2", "[error] build error", r"^\[ERROR\] BUILD ERROR$", CAUSE - 1, ahead=0, paragraph=6),
    # What belongs to a line above, and a compiler's words below its own
    rule("javac-detail", "[error]   ", r"^\[ERROR\]   (?:symbol|location|required|found|reason): ", NOISE * 5, ahead=0),
    rule("maven-detail", "[error]  ", r"^\[ERROR\]  +(?!\+-)\S", REPORT + 0.5, ahead=2),
    rule("maven-error", "[error]", r"^\[ERROR\] ", REPORT + 1, ahead=8),
    rule("maven-fatal", "[fatal]", r"^\[FATAL\] ", CAUSE - 1, ahead=4),
    rule("maven-result", "build failure", r"^(?:\[\w+\] )?BUILD FAILURE", CONSEQUENCE, ahead=0),
    rule("maven-module", ". failure [", r"^\[INFO\] .*\.{2,} FAILURE \[", RESULT - 2, ahead=0),
    rule("checkstyle", ".java:0:|.java:00:|.java:000:|.java:0000:", r"^(?:\[(?:ERROR|WARN|ant:checkstyle)\] )+\S+\.java:\d+", CAUSE, ahead=0),
    # An exception with its frames
    rule("gradle-exception", "^o~org.gradle.|^o~org.jetbrains.kotlin.gradle|caused by: org.gradle.|caused by: org.jetbrains.kotlin", r"^(?:Caused by: )?org\.(?:gradle\.(?:api|internal|workers|process|execution)|jetbrains\.kotlin\.gradle)\.\S*(?:Exception|Error)(?:: |$)", RESULT - 2, ahead=0),
    rule("maven-exception", "^o~org.apache.maven.|caused by: org.apache.maven.", r"^(?:Caused by: )?org\.apache\.maven\.\S*(?:Exception|Error)(?:: |$)", RESULT - 2, ahead=1),
    rule("junit-console", "^=~=> ", r"^\s+=> (?:[a-z_]\w*\.)+[A-Z]\w*", CAUSE, ahead=TRACE, back=2, leads=r"^\s+\S", listed=True, apart=r"  \S[^:]*:\S"),
    rule("jacoco", "error while instrumenting", r"Error while instrumenting \S+ with JaCoCo ", NOISE, ahead=0),
    rule("jvm-exception", "exception|error|throwable:|.lang.throwable", r"^(?:\[\w+\] |\s)*(?:Exception in thread \"[^\"]*\" |Caused by: |! |Suppressed: )*(?:[a-z_$][\w$]*\.)+[A-Z][\w$]*(?:: .*|:)?$", CAUSE - 1, ahead=TRACE, paragraph=0, logged=True, unless=_JACOCO),
    # https://docs.spring.io/spring-boot/reference/features/spring-application.html#features.spring-application.startup-failure
    rule("spring-start", "application failed to start", r"^APPLICATION FAILED TO START$", CAUSE, ahead=0),
    rule("spring-log", " --- [", r"^\s*(?:\S+ )?\s*ERROR \d+ --- \[", REPORT + 1, ahead=TRACE, logged=True),
    rule("jvm-thread", "exception in thread", r"^Exception in thread ", CAUSE, ahead=TRACE),
    rule("jvm-cause", "caused by: |^c~caused: ", r"^\s*Caused(?: by)?: ", CAUSE - 2, ahead=TRACE),
    rule("jvm-frames", "^a~at ", r"^\s+at (?:[\w$]+\.)+", NOISE * 5, ahead=0),
    # Gradle
    rule("gradle-test", " failed", r"^\S.* > .*FAILED\s*$", CAUSE, ahead=TRACE, listed=True, reason=r"\s+(?:[a-z_]\w*\.)+[A-Z]\w*(?::|$| at )"),
    rule("gradle-test-progress", "^t~failed", r"^\s*Test \S.* FAILED", RESULT, ahead=6, listed=True),
    # What a test printed, indented; its failure is told below
    rule("gradle-printed", " standard_out| standard_err", r"^\S.* STANDARD_(?:OUT|ERROR)$", 1.0, ahead=0, section=r"^\S", quoted="."),
    rule("spock", "condition not satisfied|condition failed with", r"^\s*(?:\S.*: )?Condition (?:not satisfied|failed with Exception):$", CAUSE, ahead=14, back=1, leads=r"^\S"),
    rule("gradle-module", "> could not find |> could not resolve ", r"^\s*> Could not (?:find|resolve) [\w.-]+:[\w.-]+", CAUSE - 1, ahead=8),
    rule("aar-metadata", "dependency '", r"^\s*\d+\.  Dependency '.+' requires (?:libraries and applications|Android Gradle)", CAUSE - 1, ahead=8),
    rule("gradle-what", "what went wrong", r"^\* What went wrong:$", CAUSE - 1, ahead=10, paragraph=14),
    rule("gradle-where", "* where:", r"^\* Where:$", CAUSE - 2, ahead=2, paragraph=3),
    rule("gradle-task", "^:~failed|^>~failed", r"^(?:> Task )?:\S+ FAILED$", RESULT, ahead=0, back=0),
    rule("gradle-failure", "failure: build", r"^FAILURE: Build (?:failed with an exception|completed with \d+ failures)", HINT + 0.5, ahead=0, paragraph=1),
    rule("gradle-total", "tests completed, |test completed, ", r"^\d+ tests? completed, [1-9]\d* failed", RESULT - 1, ahead=0, total=True),
    rule("gradle-help", "* try:|run with --|get more help", r"^(?:\* Try:|> ?Run with --|Run with --|\* Get more help|> Get more help)", CONSEQUENCE * 0.5, ahead=0),
    rule("gradle-result", "build failed", r"^BUILD FAILED(?: in .*)?$", CONSEQUENCE, ahead=0, paragraph=6),
    rule("gradle-violations", "violations were found|there were failing tests", r"violations were found|There were failing tests", RESULT, ahead=2),
    rule("jvm-version", "unsupported class file|determine java version|invalid source release|invalid target release|using tool chain|release version 0", r"Unsupported class file major version|Could not determine java version|invalid (?:source|target) release: |using tool chain: '|release version \d+ not supported", CAUSE, ahead=TRACE, unless=_JACOCO),
    rule("gradle-daemon", "daemon disappeared", r"Gradle build daemon disappeared", CAUSE, ahead=2),
    rule("detekt", ".kt:0|.kts:0", r"^\s*\w+ - .*\bat (?:\S+/)?\S+\.kts?:\d+:\d+", CAUSE - 1, ahead=0, listed=True),
    rule("lint-total", "weighted issues|lint found|errors reported by checkstyle", r"^(?:Build|Analysis) failed with \d+ weighted issues|^Lint found (?:[1-9]\d* errors?|errors|fatal errors)", RESULT - 1, ahead=0),
    rule("android-build", "duplicate class|license agreements of|in a single dex|program type already|dexindexoverflow|licences have not|failure [install|with hash string|build tools revision|sdk location not found", r"^Failure \[INSTALL_|Failed to find (?:target with hash string|Build Tools revision)|SDK location not found|^Duplicate class \S+ found in|not accepted the license agreements|licences have not been accepted|in a single dex file|Program type already present|DexIndexOverflowException", CAUSE, ahead=4),
    # https://developer.android.com/build/manage-manifests
    rule("manifest-merger", ".xml:0", r"^\S+\.xml:\d+:\d+(?:-\d+:\d+|-\d+)? Error:$", CAUSE, ahead=4, paragraph=6),
    rule("manifest-warning", ".xml:0", r"^\S+\.xml:\d+:\d+(?:-\d+:\d+|-\d+)? Warning:$", WARNING, ahead=1),
    rule("android-crash", "fatal exception", r"FATAL EXCEPTION: ", CAUSE, ahead=TRACE, paragraph=12),
    # sbt's and Mill's test libraries, and what checks Scala
    rule("munit", "==> x ", r"^(?:\[\w+\] )?==> X \S", CAUSE, ahead=14, paragraph=14),
    rule("utest", "^x~x |] x ", r"^(?:\[\w+\] )?X \S+ \d+ms", CAUSE, ahead=8, paragraph=8),
    rule("specs2", "]   x |]  x |] x |]   ! |]  ! |] ! ", r"^\[(?:info|error)\]\s+[x!] \S", CAUSE, ahead=3, paragraph=3, listed=True),
    rule("scala3", "-- [e0|-- error: ", r"^(?:\[error\] )?-- (?:\[E\d+\] )?[\w ]*Error: \S+:\d+:\d+(?: -*)?$", CAUSE, ahead=14, paragraph=14),
    rule("scalafmt", "isn't formatted properly", r"isn't formatted properly", CAUSE - 1, ahead=0, listed=True),
    rule("ivy", ": not found", r"^\[warn\]\s+::?\s+\S+#\S+;\S+: not found", CAUSE, ahead=0, listed=True),
    rule("mill", "targets failed|tests failed: ", r"^(?:\S+ )?\d+ (?:targets failed|tests failed: )$", RESULT - 1, ahead=4, paragraph=6),
    rule("r8", "missing class", r"^(?:ERROR: )?(?:R8: )?Missing class(?:es detected while running R8| \S+ \(referenced from)", CAUSE - 1, ahead=0, listed=True),
    # Gradle's plugin compiles once more without the daemon then
    rule("kotlin-daemon", "kotlin daemon|daemon compilation failed", r"^(?:e: )?(?:Daemon compilation failed|Failed to compile with Kotlin daemon)", WARNING, ahead=0),
    rule("kotlin", "^e~e: ", r"^e: \S", CAUSE, ahead=2),
    rule("sbt-error", "[error]", r"^(?:\[\w+\] )?\[error\] \S", CAUSE - 2, ahead=4),
    rule("javac-warning", ".java:|.kt:|.scala:", r"^(?:\[\w+\]\s+)?(?:w: )?\S+\.(?:java|kt|scala):\S* (?:warning: |warning - |\[\w+\])", WARNING, ahead=0),
    rule("javac-plain", ".java:0:|.java:00:|.java:000:|.java:0000:|.java: (|.java:[0|.kt:|.kts:|.scala:|.groovy:", r"^(?:\[(?!WARN|warn|INFO)\w+\]\s+)?(?:e: )?(?:file://)?\S+\.(?:java|kts?|scala|groovy):(?:\[?\d+|\s*\(?\d+).*(?:error|:)", CAUSE - 1, ahead=5, reason=r"\s+symbol: "),
    # Ant, sbt, Scala, Leiningen
    rule("ant-junit", "[junit] ", r"^\s*\[junit\] (?:Testcase: .*(?:FAILED|ERROR|Caused)|Tests run: .*(?:Failures: [1-9]|Errors: [1-9])|\s*Caused an ERROR$|.*FAILED$|\S+(?:Exception|Error)\b)", CAUSE, ahead=TRACE, back=1, leads=r"^\s*\[junit\] Testcase"),
    rule("ant-error", "[javac] ", r"^\s*\[javac\] .*error: ", CAUSE, ahead=3),
    rule("scalatest-place", ".scala:0", r"^\s+(?!at |- )\S.* \(\w+\.scala:\d+\)$", CAUSE - 1, ahead=0),
    rule("sbt-test", "*** failed|*** aborted", r"\*\*\* FAILED \*\*\*|^\S.*\w \*\*\* ABORTED \*\*\*", CAUSE, ahead=TRACE),
    rule("scalatest-aborted", "*** run aborted", r"\*\*\* RUN ABORTED \*\*\*", CAUSE, ahead=12, paragraph=6),
    rule("lein", "compilerexception|syntax error", r"CompilerException|^Syntax error (?:compiling|macroexpanding)", CAUSE, ahead=TRACE),
    rule("clojure-test", "^f~fail in |^e~error in |^f~fail at (|^e~error at (|^f~fail \"|^e~error \"", r"^(?:FAIL|ERROR) (?:in (?:\(|\S+/\S+ \()|(?:\".*\" )?at \()", CAUSE, ahead=TRACE, paragraph=14),
    rule("clojure-total", "^0~ failures, ", r"^(?:[1-9]\d* failures, \d+ errors?|\d+ failures, [1-9]\d* errors?)\.$", RESULT - 2, ahead=0, total=True),
    rule("clojure-lint", ".clj:0|.cljs:0|.cljc:0", r"^\S+\.clj[cs]?:\d+(?::\d+)?: ?(?!warning|info)[\w-]+: ", CAUSE - 1, ahead=0, listed=True),
    rule("kibit", ".clj:0|.cljs:0|.cljc:0", r"^At \S+\.clj[cs]?:\d+:$", CAUSE - 1, ahead=8, paragraph=8),
    rule("cljfmt", "has incorrect formatting", r"^\S+ has incorrect formatting$", CAUSE - 1, ahead=0, listed=True),
    rule("karate", "match failed: |status code was: |failed features:", r"^match failed: |^status code was: \d+, expected: |^failed features:$", CAUSE, ahead=6, paragraph=6),
    rule("lein-tests-failed", "tests failed", r"^Tests failed\.$", CONSEQUENCE, ahead=0, back=3, leads=r"^\d+ failures|^Ran "),
)  # fmt: skip
