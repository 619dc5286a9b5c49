"""Values behind names: what is a secret, what is an ordinary word, and each threshold from both sides."""

from __future__ import annotations

import pytest

from fire_routine.redact import redact_text

GENERATED = "q9" + "Zr4tXw7LmB2vKd8sPe"  # put together, so that scanners of secrets pass this file by
LOWER = "e8hwspf9" + "1879g0u267yq1bkoxquvwndk"
HEX_32 = "3791d269" + "074d9451ccd1dba7041ae33a"
HEX_40 = HEX_32 + "0badcafe"
HEX_64 = HEX_32 * 2
UUID = "5305968f-7326-4647-ae2f-" + "ffbb11f48ed5"

# Each is decided by another rule: assigned, in a sentence, a pair, a column, behind a blank.
SECRETS = (
    "INPUT_TOKEN=Zx81kQ7mWv93pLtR",
    "the password is Winter26!x",
    "logged in with password Winter26!x",
    f"the auth token is {HEX_32}",
    f"the token {GENERATED} has expired",
    f"('token', '{GENERATED}')",
    "password    kd83hw2q",
    "| FASTLANE_PASSWORD | correct-horse-7 |",
    "password    Kd-83hw.2q!",
    f"apiKey   {HEX_40}",
    f"| DEPLOY_TOKEN | {LOWER} |",
    f"RAILWAY_TOKEN {UUID}",
    f"NPM_TOKEN {HEX_40}",
    f"my_token {LOWER}",
    "DB_PASSWORD Kd83hw2q!",
    f"ROUTING_KEY={GENERATED}",
    f"GIT_PAT={HEX_40}",
    f"ROUTING_KEY={HEX_32}",
    "  db_pass: hunter2",
    "found pwd: Winter26!x",
    "password = 'hunter'",
    "--password hunter",
    "password: hunter",
    "{User:app Password:hunter2 Host:db}",
    "connecting, password = hunter2 ",
    f"cli --token {LOWER}",
    "API_TOKEN=correct-horse",
    "ASANA_API_TOKEN: 1394563581329391",
    "secret = 'abcdefghijklmnop'",
    "discordToken = '305880295905018511'",
    f"api_secret: {LOWER}",
)
ORDINARY = (
    "password=$PASSWORD",
    "DB_PASSWORD: ***:5432/shop",
    "credentials: 'credentials'",
    f"sessionId = {UUID}",
    "private_key: -----BEGIN CERTIFICATE-----",
    "the password is wrong123 or so",
    "the token expired1 today",
    "('token', 'session-2')",
    "PASS    testLogin2Factor",
    "  password   varchar255",
    "CLIENT_SECRET os.environ['X']",
    "DB_PASS testLogin2",
    "NPM_TOKEN misconfigured",
    "ROUTING_KEY=orders.created",
    "ROUTING_KEY=abcdefghijklmnopqrstuvwxyz",
    f"key={HEX_32}",
    "chart_key: /opt/hostedtoolcache/Python/3.12.4/x64",
    f"BUILD_REF_KEY={HEX_40}",
    "PASS: test_login2",
    "pass = 12",
    '"password": "the field is required"',
    '--password "some words here"',
    "password = get_password()",
    "--password PASSWORD_OF_USER",
    "password = hunter",
    "{User:app Password:0xc000012340 Host:db}",
    "connecting, password = hunter2 is wrong",
    "usage: cli --token ANYTHING",
    "gpg --secret /x/tmp.Qm8vTd41Zr",
    "cli --token github",
    "API_TOKEN=os.environ['X_TOKEN']",
    "API_TOKEN=123456789",
    "client_secret: other",
    # Settings and identifiers
    "PASSWORD_RESET_TIMEOUT = 259200",
    "gpg --secret-keyring /x/tmp.Qm8vTd41Zr --list",
    "token_retries=300000000",
    f'"cacheKey": "{HEX_32}"',
    f"partition key = {HEX_32}",
    f"msg=removed key={LOWER[:25]} snapshotter=overlayfs",
    f"Setting key-hash {HEX_64}",
    "monkey=aB3dE6gH9jK2mN5pQ8",
    "password != 'hunter2'",
    "if password == other1:",
    "tokens += count1",
    "ENV NODE_VERSION 20.11.1",
    "see token - expired 3 days ago",
)


def test_secrets_are_told_from_ordinary_values() -> None:
    assert [line for line in SECRETS if "[redacted:" not in redact_text(line)[0]] == []
    assert [line for line in ORDINARY if redact_text(line) != (line, {})] == []


@pytest.mark.parametrize(
    ("secret", "ordinary"),
    [
        # A strong password has three kinds of characters, and 8 characters.
        ("the password is Winter26 now", "the password is winter26 now"),
        ("the password is Winter2x", "the password is Winter2"),
        # The last word of a clause has digits, and 8 characters; without a link it is no name with a number.
        ("the password is winter26", "the password is winter2"),
        ("log in with password lagoon-293x", "log in with password lagoon293"),
        # A generated value has 8 characters, a literal in quotes 16.
        ("api_secret: k3T!9zxq", "api_secret: k3T!9zx"),
        ("('token', 'q9zr4txw7lmb2vkd')", "('token', 'q9zr4txw7lmb2vk')"),
        ("secret = 'abcdefghijklmnop'", "secret = 'abcdefghijklmno'"),
        ("API_TOKEN=correcth", "API_TOKEN=correct"),
        # The case changes in more than three of ten characters, 16 at least.
        ("the token aBcDeFgH1jKlMnOp is old", "the token Abcdefghijklmn1 is old"),
        ("the token abcDefgHijk1mnOpqRst is", "the token abcdefghijk1mnopqrst is"),
        # A random token has 20 characters, unless its case changes; hashes have usual lengths.
        ("my_token e8hwspf91879g0u267yq", "my_token e8hwspf91879g0u267y"),
        (f"ROUTING_KEY={HEX_32}", f"ROUTING_KEY={HEX_40}"),
        (f"ROUTING_KEY={HEX_32}", f"ROUTING_KEY={HEX_64}"),
        (f"ROUTING_KEY={HEX_32}", f"CACHE_KEY={HEX_32}"),
        (f"?key={HEX_32}", f"key={HEX_32}"),
        ("key=mlhekyjhs96mx0r2cxbzky4jzr83fw1q", "key=mlhekyjhs96mx0r2cxbzky4jzr83fw1"),
        # A password of a table is no name with a number.
        ("password    kd83hwqz", "password    kdxzhwq3"),
        ("password: abc", "password: ab"),
        ("DB_PASSWORD_TEST=hunter2", "DB_PASSWORD_TESTS=hunter2"),
    ],
)
def test_a_threshold_has_two_sides(secret: str, ordinary: str) -> None:
    assert "[redacted:" in redact_text(secret)[0]
    assert redact_text(ordinary) == (ordinary, {})


@pytest.mark.parametrize("operator", ["=", ":=", "?=", "+=", "::=", ":::=", "??=", ".=", "||=", "=>"])
def test_every_operator_assigns(operator: str) -> None:
    line = f'api_token {operator} "{{}}"'
    assert redact_text(line.format(LOWER))[0] == line.format("[redacted:token]")


@pytest.mark.parametrize(
    "line",
    [
        "#8 0.31 ENV NPM_TOKEN {}",
        "NPM_TOKEN {}",
        "GET https://maps.example.com/geo?key={}&q=x 403",
        "params: {{ appid: '{}', q: 'London' }}",
        'boostnote_key: "{}"',
        'fastlyKey := "{}"',
        "process.env.PAGERDUTY_ROUTING_KEY: {}",
        "api_secret = ' {} '",
        'token = ""{}""',
        "my_token: >\n  {}",
    ],
)
def test_the_words_around_a_value_stay(line: str) -> None:
    redacted, counts = redact_text(line.format(LOWER))
    (kind,) = counts
    assert redacted == line.format(f"[redacted:{kind}]")
