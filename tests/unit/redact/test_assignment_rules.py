"""Each rule of the table decides a line, and each threshold is held from both sides."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fire_routine.redact import redact_text
from fire_routine.redact.detectors import assignment_rules as table
from fire_routine.redact.detectors.assignment_rules import Candidate, Rule, decide
from fire_routine.redact.detectors.keywords import find_names
from fire_routine.redact.detectors.value_location import locate
from fire_routine.redact.text_index import TextIndex

TABLES = {
    name: rules
    for name, rules in vars(table).items()
    if name.isupper() and isinstance(rules, tuple) and rules and isinstance(rules[0], Rule)
}
GENERATED = "q9" + "Zr4tXw7LmB2vKd8sPe"  # put together, so that scanners of secrets pass this file by
LOWER = "e8hwspf9" + "1879g0u267yq1bkoxquvwndk"
HEX_32 = "3791d269" + "074d9451ccd1dba7041ae33a"
HEX_40 = HEX_32 + "0badcafe"
HEX_64 = HEX_32 * 2
UUID = "5305968f-7326-4647-ae2f-" + "ffbb11f48ed5"

# Table, secret, a line that the rule decides; every rule of every table has one.
DECIDED = (
    ("ANY_FORM", False, "password=$PASSWORD"),
    ("ANY_FORM", False, "DB_PASSWORD: ***:5432/shop"),
    ("ANY_FORM", False, "credentials: 'credentials'"),
    ("ANY_FORM", False, f"sessionId = {UUID}"),
    ("ANY_FORM", False, "private_key: -----BEGIN CERTIFICATE-----"),
    ("SENTENCE", True, "the password is Winter26!x"),
    ("SENTENCE", True, "logged in with password Winter26!x"),
    ("SENTENCE", False, "the password is wrong123"),
    ("SENTENCE", True, f"the auth token is {HEX_32}"),
    ("SENTENCE", True, f"the token {GENERATED} has expired"),
    ("SENTENCE", False, "the token expired1 today"),
    ("PAIR", True, f"('token', '{GENERATED}')"),
    ("PAIR", False, "('token', 'session-2')"),
    ("COLUMN", False, "PASS    testLogin2Factor"),
    ("COLUMN", False, "  password   varchar255"),
    ("COLUMN", True, "password    kd83hw2q"),
    ("COLUMN", True, "| FASTLANE_PASSWORD | correct-horse-7 |"),
    ("COLUMN", True, "password    Kd-83hw.2q!"),
    ("COLUMN", True, f"apiKey   {HEX_40}"),
    ("COLUMN", True, f"| DEPLOY_TOKEN | {LOWER} |"),
    ("AFTER_BLANK", False, "CLIENT_SECRET os.environ['X']"),
    ("AFTER_BLANK", False, "DB_PASS testLogin2"),
    ("AFTER_BLANK", True, f"RAILWAY_TOKEN {UUID}"),
    ("AFTER_BLANK", True, f"NPM_TOKEN {HEX_40}"),
    ("AFTER_BLANK", True, f"my_token {LOWER}"),
    ("AFTER_BLANK", True, "DB_PASSWORD Kd83hw2q!"),
    ("AFTER_BLANK", False, "NPM_TOKEN misconfigured"),
    ("DOUBTFUL_NAME", False, "ROUTING_KEY=orders.created"),
    ("DOUBTFUL_NAME", False, "ROUTING_KEY=abcdefghijklmnopqrstuvwxyz"),
    ("DOUBTFUL_NAME", True, f"ROUTING_KEY={GENERATED}"),
    ("DOUBTFUL_NAME", False, f"key={HEX_32}"),
    ("DOUBTFUL_NAME", True, f"GIT_PAT={HEX_40}"),
    ("DOUBTFUL_NAME", False, "chart_key: /opt/hostedtoolcache/Python/3.12.4/x64"),
    ("DOUBTFUL_NAME", True, f"ROUTING_KEY={HEX_32}"),
    ("DOUBTFUL_NAME", False, f"BUILD_REF_KEY={HEX_40}"),
    ("AMBIGUOUS_WORD", True, "  db_pass: hunter2"),
    ("AMBIGUOUS_WORD", True, "found pwd: Winter26!x"),
    ("AMBIGUOUS_WORD", False, "PASS: test_login2"),
    ("PASSWORD", False, "pass = 12"),
    ("PASSWORD", False, '"password": "the field is required"'),
    ("PASSWORD", False, '--password "some words here"'),
    ("PASSWORD", True, "password = 'hunter'"),
    ("PASSWORD", False, "password = get_password()"),
    ("PASSWORD", False, "--password PASSWORD_OF_USER"),
    ("PASSWORD", True, "--password hunter"),
    ("PASSWORD", True, "password: hunter"),
    ("PASSWORD", False, "password = hunter"),
    ("PASSWORD", True, "{User:app Password:hunter2 Host:db}"),
    ("PASSWORD", False, "{User:app Password:0xc000012340 Host:db}"),
    ("PASSWORD", True, "connecting, password = hunter2 "),
    ("PASSWORD", False, "connecting, password = hunter2 is wrong"),
    ("FLAG", False, "usage: cli --token ANYTHING"),
    ("FLAG", False, "gpg --secret /x/tmp.Qm8vTd41Zr"),
    ("FLAG", True, f"cli --token {LOWER}"),
    ("FLAG", False, "cli --token github"),
    ("ENVIRONMENT", False, "API_TOKEN=os.environ['X_TOKEN']"),
    ("ENVIRONMENT", False, "API_TOKEN=123456789"),
    ("ENVIRONMENT", True, "API_TOKEN=correct-horse"),
    ("ENVIRONMENT", True, "ASANA_API_TOKEN: 1394563581329391"),
    ("LITERAL", True, "secret = 'abcdefghijklmnop'"),
    ("LITERAL", True, "discordToken = '305880295905018511'"),
    ("LITERAL", True, f"api_secret: {LOWER}"),
    ("LITERAL", False, "client_secret: other"),
)


def candidates(line: str) -> Iterator[Candidate]:
    for name in find_names(TextIndex(line)):
        located = locate(line, name)
        if located:
            value, form = located
            yield Candidate(name, form, line[value.start : value.end], line[value.end :])


def deciding(line: str) -> Rule:
    """The rule for the first name of the line with a value."""
    return decide(next(candidates(line)))


@pytest.mark.parametrize(("name", "secret", "line"), DECIDED)
def test_a_line_is_decided_by_its_table(name: str, secret: bool, line: str) -> None:
    rule = deciding(line)
    assert rule in TABLES[name], rule.reason
    assert rule.secret is secret, rule.reason
    assert ("[redacted:" in redact_text(line)[0]) is secret


def test_every_rule_decides_one_of_the_lines() -> None:
    used = {id(deciding(line)) for _, _, line in DECIDED}
    unused = [(name, rule.reason) for name, rules in TABLES.items() for rule in rules if id(rule) not in used]
    assert unused == []


def test_every_rule_has_a_reason_of_its_own() -> None:
    for rules in TABLES.values():
        assert len({rule.reason for rule in rules}) == len(rules)
        assert all(len(rule.reason.split()) <= 14 for rule in rules)


@pytest.mark.parametrize(
    ("secret", "ordinary"),
    [
        # A strong password has three kinds of characters, and 8 characters.
        ("the password is Winter26", "the password is winter26"),
        ("the password is Winter2x", "the password is Winter2"),
        # A generated value has 8 characters, a literal in quotes 16.
        ("api_secret: k3T!9zxq", "api_secret: k3T!9zx"),
        ("('token', 'q9Zr4tXw7LmB2vKd')", "('token', 'q9Zr4tXw7LmB2vK')"),
        ("secret = 'abcdefghijklmnop'", "secret = 'abcdefghijklmno'"),
        ("API_TOKEN=correcth", "API_TOKEN=correct"),
        # The case changes in more than three of ten characters, 16 at least.
        ("the token aBcDeFgH1jKlMnOp is old", "the token aBcDeFgH1jKlMnO is old"),
        ("the token abcDefgHijk1mnOpqRst is", "the token abcdefghijk1mnopqrst is"),
        # A random token has 20 characters, unless its case changes; hashes have usual lengths.
        ("my_token e8hwspf91879g0u267yq", "my_token e8hwspf91879g0u267y"),
        (f"ROUTING_KEY={HEX_32}", f"ROUTING_KEY={HEX_40}"),
        (f"ROUTING_KEY={HEX_32}", f"ROUTING_KEY={HEX_64}"),
        (f"ROUTING_KEY={HEX_32}", f"CACHE_KEY={HEX_32}"),
        (f"?key={HEX_32}", f"key={HEX_32}"),
        ("key=mlhekyjhs96mx0r2cxbzky4jzr83fw1q", "key=mlhekyjhs96mx0r2cxbzky4jzr83fw1"),
        # A password of a table has two digits.
        ("password    kd83hwqz", "password    kdx3hwqz"),
        ("password: abc", "password: ab"),
        ("DB_PASSWORD_TEST=hunter2", "DB_PASSWORD_TESTS=hunter2"),
    ],
)
def test_a_threshold_has_two_sides(secret: str, ordinary: str) -> None:
    assert "[redacted:" in redact_text(secret)[0]
    assert redact_text(ordinary) == (ordinary, {})


@pytest.mark.parametrize(
    "line",
    [
        "PASSWORD_RESET_TIMEOUT = 259200",
        'password_hash: str = "abc"',
        "PASSWORD_HASHERS = ['argon2', 'bcrypt1']",
        "gpg --secret-keyring /x/tmp.Qm8vTd41Zr --list",
        "PASSWORD_MIN_AGE_DAYS=90000000",
        "password_validators: 8characters1",
        "token_retries=300000000",
        f'"cacheKey": "{HEX_32}"',
        f"partition key = {HEX_32}",
        f"idempotency_key: '{HEX_32}'",
        f"msg=removed key={LOWER[:25]} snapshotter=overlayfs",
        f"hash key {HEX_32} mismatch",
        f"Setting key-hash {HEX_64}",
        "monkey=aB3dE6gH9jK2mN5pQ8",
        "password != 'hunter2'",
        "if password == other1:",
        "tokens += count1",
        "ENV PATH /usr/local/bin:/usr/bin1",
        "ENV NODE_VERSION 20.11.1",
        "see token - expired 3 days ago",
    ],
)
def test_settings_and_identifiers_stay(line: str) -> None:
    assert redact_text(line) == (line, {})


@pytest.mark.parametrize("operator", ["=", ":=", "?=", "+=", "::=", ":::=", "??=", ".=", "||=", "=>"])
def test_every_operator_assigns(operator: str) -> None:
    line = f'api_token {operator} "{{}}"'
    assert redact_text(line.format(LOWER))[0] == line.format("[redacted:token]")


@pytest.mark.parametrize(
    "line",
    [
        "ENV NPM_TOKEN {}",
        "#8 0.31 ENV NPM_TOKEN {}",
        "NPM_TOKEN {}",
        "SOME_SECRET '{}'",
        "razorpay token - '{}'",
        "GET https://maps.example.com/geo?key={}&q=x 403",
        "GET https://maps.example.com/geo?q=x&appid={} 401",
        "params: {{ appid: '{}', q: 'London' }}",
        'boostnote_key: "{}"',
        'fastlyKey := "{}"',
        "process.env.PAGERDUTY_ROUTING_KEY: {}",
        "api_secret = ' {} '",
        'token = ""{}""',
        "my_token: >\n  {}",
        "RELEASE_SECRET ?= {}",
    ],
)
def test_the_words_around_a_value_stay(line: str) -> None:
    redacted, counts = redact_text(line.format(LOWER))
    (kind,) = counts
    assert redacted == line.format(f"[redacted:{kind}]")
