"""RSpec, Minitest, RuboCop, rake, Bundler; PHPUnit, Composer, PHPStan."""

# ruff: noqa: E501 - a rule a line
from __future__ import annotations

from .rule import CAUSE, HINT, REPORT, RESULT, TRACE, rule

RULES = (
    rule("rspec-failures", "failures:", r"^Failures:$", RESULT, ahead=0, section=r"^(?:Finished in |Failed examples:|Pending:|Top \d+)", limit=2000),
    rule("rspec-load", "^a~an error occurred|^w~while loading", r"^(?:An error occurred (?:while loading \S+|in an? `.*` hook)\.|While loading \S+ an? `)", CAUSE, ahead=TRACE, paragraph=10),
    rule("rspec-example", "failure/error", r"^\s*Failure/Error: ", CAUSE, ahead=TRACE, paragraph=8, back=3, leads=r"^\s+\d+\) |^\s*$|^\s+\S|^An error occurred|^While loading", reason=r"\s+(?:expected|[\w:]+(?:Error|Exception):)"),
    rule("rspec-rerun", "^r~rspec ", r"^rspec \S+_spec\.rb(?::\d+|\[)", RESULT, ahead=0, listed=True),
    rule("rspec-total", "^0~failure", r"^\d+ examples?, [1-9]\d* failures?", RESULT - 2, ahead=0, total=True),
    # and test-unit's, which names its test below as old ones of minitest do
    rule("minitest", "failure:|error:", r"^\s*(?:\d+\) )?(?:Failure|Error):$", CAUSE, ahead=TRACE, paragraph=18, listed=True, reason=r"\s*(?:test[_:]? ?\S.*\([\w:]+\)|[\w:]+#test_\S|<.{0,300}> (?:was )?expected|[\w:]+(?:Error|Exception): )"),
    rule("minitest-failed", "#test_|^f~fail|^e~error", r"^[\w:]+#test_\S.*(?: \[\S+:\d+\]:?|:)$|^\s*(?:FAIL|ERROR)(?:\[\"test_| +[\w:]+#test_)", CAUSE - 1, ahead=TRACE, paragraph=6, listed=True, reason=r"\s*(?:Expected|Actual:|[\w:]+(?:Error|Exception): )"),
    rule("minitest-spec", "fail (0|error (0", r"^\s*test_\S.* (?:FAIL|ERROR) \(\d+\.\d+s\)$", CAUSE, ahead=TRACE, paragraph=8),
    rule("test-unit", "failure: test|error: test", r"^(?:Failure|Error): test[_:]? ?\S.*\([\w:]+\)", CAUSE, ahead=TRACE, paragraph=24, listed=True),
    rule("minitest-total", "failures", r"^\d+ (?:runs|tests), \d+ assertions, (?:[1-9]\d* failures|\d+ failures, [1-9]\d* errors)", RESULT - 2, ahead=0, total=True),
    rule("cucumber-step", "error)|exception)", r"^ {6}(?:\S.*)? \((?:[A-Z]\w*::)*[A-Z]\w*(?:Error|Exception)\)$", CAUSE - 1, ahead=TRACE, back=8, leads=r"^ {4,}\S|^ {6}$"),
    rule("cucumber", "failing scenarios|failed scenarios|undefined scenarios", r"^(?:Failing|Failed|Undefined) [Ss]cenarios:", RESULT, ahead=40, paragraph=40),
    rule("bundler", "^c~could not|^b~bundler could|^b~bundler found|^g~gem::|^a~an error occurred while inst|^y~your bundle|^y~your ruby|gems changed|gemfile changed|gemspecs changed|use bundler|^e~error: |^t~the frozen setting", r"^(?:The frozen setting requires|Could not (?:find (?:gem|compatible)|locate Gemfile)|Bundler (?:could not|found)|Gem::\w+(?:Error|::\w+)|An error occurred while installing|Your bundle is locked|Your Ruby version is|The (?:gemspecs?|dependencies) .*changed|You must use Bundler)|ERROR: +(?:While executing gem|Error installing|Failed to build gem|Could not find a valid gem)", CAUSE, ahead=10, paragraph=6),
    rule("ruby-exception", "error|exception|errno|timeout: |recordnot|recordinvalid: |notfound)", r"^\S*:\d+:in [`'].*: .*\((?:[A-Z]\w*::)*[A-Z]\w*\)$|^(?:[A-Z]\w*::)*[A-Z]\w*(?:Error|Exception)(?:: .*)?$|^(?:[A-Z]\w*::)+[A-Z]\w*: ", CAUSE - 1, ahead=TRACE, paragraph=6, logged=True),
    rule("ruby-frames", ":in `|:in '", r"^\s*(?:from )?\S+:\d+:in [`']", HINT - 1, ahead=0),
    # https://guides.rubyonrails.org/active_record_migrations.html
    rule("rails-migrations", "migrations are pending", r"^Migrations are pending\. To resolve", CAUSE, ahead=8, paragraph=8),
    # What the tools themselves say of their configuration, options, versions and accounts
    rule("rails-own", "missing encryption key to|could not find your database: | to define constant ", r"^Missing encryption key to decrypt|^We could not find your database: |^expected file \S+ to define constant ", CAUSE - 1, ahead=2),
    rule("bundler-own", "bundle only supports platforms|^a~authentication is required for", r"^Your bundle only supports platforms|^Authentication is required for \S+\.$", CAUSE - 1, ahead=2, paragraph=2),
    rule("cucumber-undefined", "undefined step: ", r"^\s*Undefined step: \"", CAUSE - 1, ahead=0, listed=True),
    rule("rake", "rake aborted", r"^rake aborted!$", REPORT + 1, ahead=2, paragraph=8),
    rule("standardrb", ".rb:0:0|.rb:00:0|.rb:000:0|.rb:0000:0|.rake:0|.gemspec:0", r"^\s+\S+:\d+:\d+: [A-Z]\w+/[A-Z]\w+: ", CAUSE - 1, ahead=0, listed=True),
    rule("rubocop", ": c: |: w: |: e: |: f: |offenses detected|offense detected", r"^(?:# )?\S+:\d+:\d+: [CWEF]: |^\d+ files? inspected, [1-9]\d* offenses? detected", CAUSE, ahead=2, paragraph=2, back=2, leads=r"^Offenses:$|^$"),
    rule("rubocop-simple", "^c~c:  0|^w~w:  0|^e~e:  0|^f~f:  0|^c~c: 0|^w~w: 0|^e~e: 0|^f~f: 0", r"^[CWEF]: +\d+: *\d+: \S", CAUSE - 1, ahead=0, back=1, leads=r"^== .* ==$", listed=True),
    rule("puppet-lint", " on line 0", r"^(?:\S+\.pp - )?(?:ERROR|WARNING): .* on line \d+(?: col \d+)?(?: \(check: \w+\))?$", CAUSE - 1, ahead=0, listed=True),
    rule("erb-lint", "^i~in file: ", r"^In file: \S+:\d+$", CAUSE - 1, ahead=0, back=1, leads=r"^\S", listed=True),
    rule("reek", "troessner/reek", r"^\s+\[\d+(?:, \d+)*\]:\w+: ", CAUSE - 1, ahead=0, back=1, leads=r"^\S.* -- \d+ warnings?:$", listed=True),
    rule("foodcritic", "^f~fc0", r"^FC\d{3}: \S.*: \S+:\d+$", CAUSE - 1, ahead=0, listed=True),
    rule("chef", "chef::exceptions::|mixlib::shellout::|error executing action|resource declaration:", r"^\s*(?:Resource Declaration:$|(?:Chef::Exceptions|Mixlib::ShellOut)::\w+$|Error executing action `\w+` on resource)", CAUSE, ahead=4, paragraph=8),
    # https://www.php.net/manual/en/class.pdoexception.php
    rule("sqlstate", "sqlstate[", r"\bSQLSTATE\[\w{5}\]", RESULT + 1, ahead=2),
    # https://docs.phpunit.de
    rule("phpunit-test", "^0~0) ", r"^\d+\) (?:\w+\\)*\w+::\w+", CAUSE, ahead=TRACE, paragraph=14, listed=True, unless=r"This test |Test code or tested code ", reason=r"(?:Failed asserting |Expected |\S{1,200}(?:Exception|Error): )"),
    # What was wrong with a text of many lines stands behind its last one
    rule("phpunit-text", "' contains \"|' does not contain \"|' matches |' does not match |' starts with \"|' ends with \"|(length: 0", r"^(?!Failed asserting ).*'(?: \[[\w-]+\]\(length: \d+\))? (?:contains|does not contain|matches|does not match|starts with|ends with) (?:\"|PCRE pattern |format description)", CAUSE, ahead=0),
    rule("phpunit-warning", "^0~0) ", r"^\d+\) \S+\.php:\d+$", RESULT, ahead=0, paragraph=6, listed=True),
    rule("phpunit-own", "open bootstrap script", r"^Cannot open bootstrap script \"", CAUSE - 1, ahead=0),
    rule("phpunit-list", "there w", r"^There (?:was|were) \d+ (?:failures?|errors?|risky tests?|warnings?):", RESULT, ahead=0, section=r"^(?:FAILURES|ERRORS|WARNINGS)!$|^OK", limit=800),
    rule("phpunit-total", "failures: |errors: |^f~failures!|^e~errors!", r"^(?:FAILURES!|ERRORS!)$|^Tests: \d+, Assertions: \d+, .*(?:Failures|Errors): [1-9]", RESULT - 2, ahead=1, total=True),
    rule("pest", "^f~failed  |^•~ > ", r"^\s+(?:FAILED  |• )\S+ > \S", CAUSE, ahead=4, paragraph=8),
    rule("collision", "^➜|^Ô~Ô×£|^Γ~Γ₧£", r"^\s+(?:➜|Ô×£|Γ₧£) +\d+ ?(?:▕|Ôûò|Γûò)", RESULT - 1, ahead=2, back=8, leads=r"^\s+\d+ ?(?:▕|Ôûò|Γûò)|^  at \S+:\d+$|^\s*$"),
    rule("phpspec", "^0~  - it|^0~  ! it|^0~  ✘", r"^\s+\d+  [-!✘] \S", CAUSE, ahead=12, back=1, leads=r"^\s*\w+/\S+\s*$"),
    rule("php-error", "php |^f~fatal error|^p~parse error|^c~fatal error", r"^(?:PHP )?(?:Fatal|Parse|Catchable fatal) error: ", CAUSE, ahead=TRACE, logged=True),
    rule("php-lint", "errors parsing", r"^Errors parsing \S+", CAUSE, ahead=0, back=2, leads=r"Parse error|^\s*$"),
    rule("symfony-exception", "^i~.php line ", r"^In \S+\.php line \d+:$", CAUSE, ahead=TRACE, paragraph=4),
    rule("php-own", "^c~could not open input file|locate a config xml file|find a composer.json file|configured php memory limit", r"^Could not (?:open input file: |locate a config XML file)|^Composer could not find a composer\.json|^PHPStan process crashed because it reached", CAUSE - 1, ahead=2),
    rule("composer-platform", "issues in your platform", r"^(?:PHP Fatal error: +)?Composer detected issues in your platform:", CAUSE, ahead=4, paragraph=4),
    rule("composer", "^y~your requirements|^y~your lock file|problem 0|exception]", r"^Your (?:requirements could not be resolved|lock file does not contain a compatible)|^\s+Problem \d+|^\s+\[\w*(?:\\\w+)*Exception\]", CAUSE, ahead=10, paragraph=6),
    rule("phpstan", "^[~[error]|^l~line  ", r"^ \[ERROR\] |^ +Line +\S+\.php", CAUSE - 2, ahead=10, paragraph=12),
    rule("phpcs-file", "affecting", r"^FOUND \d+ ERRORS? ", RESULT, ahead=8, paragraph=8, back=3, leads=r"^FILE: |^-+$", reason=r"FILE: \S", listed=True),
    rule("psalm", ".php:0", r"^(?:ERROR|INFO): \w+ - \S+\.php:\d+:\d+ - ", CAUSE, ahead=4),
    rule("phpcs", "error ", r"^ +\d+ \| ERROR ", CAUSE, ahead=2),
    rule("php-cs-fixer", "begin diff", r"^ +-+ begin diff -+", CAUSE - 1, ahead=40, back=2, leads=r"^ +\d+\) "),
    rule("phpmd", ".php:0", r"^\S+\.php:\d+(?:\t| {2,}\w+ {2,})\S", CAUSE - 1, ahead=0, listed=True),
    rule("deptrac", "must not depend on", r"^\s*(?:Violation +)?\S+ must not depend on \S", CAUSE - 1, ahead=1, listed=True),
)  # fmt: skip
