import base64
import random
import string
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fire_routine.redact import redact, redact_text

GITHUB = "gh" + "p_" + "Ab3dEf6hIj9kLm2nOp5qRs8tUv1wXy4zAb7c"
HEX = "0123456789abcdef"


def hexadecimal(length: int, seed: int = 1) -> str:
    return "".join(random.Random(seed).choice(HEX) for _ in range(length))


def test_a_token_is_replaced_by_its_kind_and_counted() -> None:
    text, counts = redact_text(f"fatal: bad credentials for {GITHUB}, giving up")
    assert text == "fatal: bad credentials for [redacted:github-token], giving up"
    assert counts == {"github-token": 1}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("DB_PASSWORD=hunter2", "DB_PASSWORD=[redacted:password]"),
        ("postgres://app:p@ss/w0rd@db:5432/app", "postgres://app:[redacted:url-password]@db:5432/app"),
        (
            "Server=db;User Id=sa;Password=P@ss;w0rd1;Encrypt=true",
            "Server=db;User Id=sa;Password=[redacted:password];Encrypt=true",
        ),
        ("DB_PASSWORD: ab&Zp47vRt9kk20", "DB_PASSWORD: [redacted:password]"),
        ("MY_TOKEN: 8f3kQ2;mm29XpLw71Zr", "MY_TOKEN: [redacted:token]"),
        ("curl -H X-Api-Key: Qd93mWx&Wp47vRt9 x.test", "curl -H X-Api-Key: [redacted:api-key] x.test"),
        ("DB_PASSWORD=&Kd83hWqZp4", "DB_PASSWORD=[redacted:password]"),
        ("DB_PASSWORD: <Kd83hWqZp4", "DB_PASSWORD: [redacted:password]"),
        ("DB_PASSWORD=hunter2&USER=x1", "DB_PASSWORD=[redacted:password]"),
        ("password is Lm83hWq&Zp47vRt0", "password is [redacted:password]"),
        ("postgres://u:Pd83hWq<Zp47@h/db", "postgres://u:[redacted:url-password]@h/db"),
        ("a=1&token=x7Kq92mmPw4Zt&b=2", "a=1&token=[redacted:token]&b=2"),
        ("Server=x;Password=hunter2;User Id=sa", "Server=x;Password=[redacted:password];User Id=sa"),
        ("TOKEN=x7Kq92mmPw4Zt; echo", "TOKEN=[redacted:token]; echo"),
        ("TOKEN=x7Kq92mmPw4Zt;echo hi", "TOKEN=[redacted:token];echo hi"),
        ("TOKEN=x7Kq92mmPw4Zt&&echo hi", "TOKEN=[redacted:token]&&echo hi"),
        ("sent basic Y2k6czNjcmV0 to x.test", "sent basic [redacted:password] to x.test"),
        (
            "Set-Cookie: sid=abcdef123456; Path=/; HttpOnly",
            "Set-Cookie: sid=[redacted:cookie]; Path=/; HttpOnly",
        ),
        ('{"password": "s3cr3t!", "user": "x"}', '{"password": "[redacted:password]", "user": "x"}'),
        (
            "GET /cb?token%3D" + GITHUB + "%26page%3D2 200",
            "GET /cb?token%3D[redacted:github-token]%26page%3D2 200",
        ),
        ('~ password = "old-1" -> "new-2"', '~ password = "[redacted:password]" -> "[redacted:password]"'),
    ],
)
def test_the_name_and_the_rest_of_the_line_stay(line: str, expected: str) -> None:
    assert redact_text(line)[0] == expected


def test_a_token_that_goes_over_lines_is_counted_once() -> None:
    lines, counts = redact([f"the server does not know {GITHUB[:20]}", f"  {GITHUB[20:]} and more"])
    assert lines == ["the server does not know [redacted:github-token]", "  [redacted:github-token] and more"]
    assert counts == {"github-token": 1}


def test_a_key_is_counted_once_and_its_marks_and_neighbours_stay() -> None:
    row = "Ab3/Ef+hIj9kLm2nOp5qRs8tUv1wXy4zAb7cAb3/Ef+hIj9kLm2nOp5qRs8tUv1w"
    begin, end = (f"-----{word} RSA PRIVATE " + "KEY-----" for word in ("BEGIN", "END"))
    lines, counts = redact(["cat key", f"  {begin}", f"  {row}", f"  {row}", "  Ab3=", f"  {end}", "exit 1"])
    mark = "  [redacted:private-key]"
    assert lines == ["cat key", f"  {begin}", mark, mark, mark, f"  {end}", "exit 1"]
    assert counts == {"private-key": 1}


def test_a_secret_known_by_its_place_is_taken_out_wherever_it_comes_again() -> None:
    lines, counts = redact(["DB_PASSWORD=x7Kq92mmPw4", "denied: x7Kq92mmPw4 is wrong"])
    assert lines == ["DB_PASSWORD=[redacted:password]", "denied: [redacted:password] is wrong"]
    assert counts == {"password": 2}


def test_a_password_of_a_person_is_taken_out_wherever_it_comes_again() -> None:
    lines, _ = redact(["DB_PASSWORD=Winter26!", "error: cannot log in with Winter26!"])
    assert lines[1] == "error: cannot log in with [redacted:password]"
    lines, _ = redact(["DB_PASSWORD: Oracle19c", "Oracle19cDialect not found"])
    assert lines == ["DB_PASSWORD: [redacted:password]", "Oracle19cDialect not found"]


@pytest.mark.parametrize(
    "line",
    [
        "level=debug authorization={} user_agent=python-requests/2.31",
        "req: {{Authorization:{} ContentType:application/json}}",
        "curl -H Authorization:{} https://api.example.com/v1/items",
        "> authorization: {} accept:application/json",
    ],
)
def test_fields_after_a_header_stay(line: str) -> None:
    assert redact([line.format("a1b2c3d4e5f6a7b8")])[0] == [line.format("[redacted:authorization]")]


@pytest.mark.parametrize("width", [60, 80, 100, 120])
def test_a_long_token_that_is_wrapped_over_many_lines_is_taken_out_whole(width: int) -> None:
    chance = random.Random(width)
    parts = ("".join(chance.choices(string.ascii_letters + string.digits, k=n)) for n in (130, 1100, 342))
    token = "eyJ" + ".".join(parts)
    left = "".join(redact(textwrap.wrap(f"got: {token} end", width))[0])
    assert not any(piece in left for piece in textwrap.wrap(token, 24))


def test_a_password_of_words_is_one_in_an_entry_too() -> None:
    line = '{"name": "DB_PASSWORD", "value": "%s"}'
    assert redact([line % "correct horse is battery staple"])[0] == [line % "[redacted:password]"]


@pytest.mark.parametrize("scheme", ["SharedKey shop", "OSS LTAI5tShop", "MAC id=shop,mac"])
def test_a_signature_after_a_name_is_redacted(scheme: str) -> None:
    signature = "frJIUN8DYpKDtOLCwoyllqDzg1k"
    assert signature not in redact([f"Authorization: {scheme}:{signature}="])[0][0]


def test_what_is_left_of_a_secret_that_was_masked_in_part_is_taken_out() -> None:
    assert redact(["DB_PASSWORD=***wgD9x7Kq92"])[0] == ["DB_PASSWORD=[redacted:password]"]
    for line in ("API_TOKEN=***", "AUTH_TOKEN=***;path=/x", "DB_PASSWORD: ***:5432/shop"):
        assert redact([line]) == ([line], {})


def test_the_word_after_a_token_at_the_end_of_a_line_stays() -> None:
    for width in (40, 80, 97, 120):
        line = f"token {GITHUB}".rjust(width)
        assert redact([line, "Error: request failed"])[0][1] == "Error: request failed"


ORDINARY = (
    # test databases, whose password equals their user
    *("postgres://postgres:postgres@localhost:5432/app", "DATABASE_URL=mysql://root:root@127.0.0.1/app"),
    "token: release2024candidate7",
    f"HEAD is now at {hexadecimal(40)} Fix the thing",
    hexadecimal(64),
    f"Digest: sha256:{hexadecimal(64)}",
    f"{hexadecimal(12)}: Pull complete",
    "request id 550e8400-e29b-41d4-a716-446655440000 failed",
    "/home/runner/work/_temp/89a56861-59b4-4d5f-b27e-8b7cd7c44a51.sh: line 3: exit 1",
    '"integrity": "sha512-' + "Ab3/Ef+h" * 10 + 'Ab3/Ef=="',
    "sha512-" + "Ab3/Ef+h" * 10 + "Ab3/Ef==",
    f"    --hash=sha256:{hexadecimal(64)}",
    "github.com/pkg/errors v0.9.1 h1:" + "Ab3/Ef+hIj9kLm2nOp5qRs8tUv1wXy4zAb7cAb3/Ef+=",
    f"Cache restored from key: Linux-node-{hexadecimal(64)}",
    f"cache-key: setup-go-{hexadecimal(32)}",
    "--- PASS: TestPasswordReset/token_1 (0.00s)",
    "tests/test_auth.py::test_password_is_hashed PASSED",
    "FAIL src/token.test.ts > Tokenizer > parses key=value pairs",
    "##[error]Error: Input required and not supplied: token",
    "  token: ***",
    "Secret source: Actions",
    "password: ${{ secrets.DB_PASSWORD }}",
    "mysql -u root --password=%DB_PASSWORD% app",
    "export TOKEN=$(gh auth token)",
    "https://x-access-token:***@github.com/o/r",
    "https://user:${PASSWORD}@host/x",
    "password = os.environ['DB_PASSWORD']",
    "def login(user, password=None, token=None):",
    "const password: string = form.password;",
    "SyntaxError: Unexpected token: abc123def",
    "TypeError: unexpected token '<', \"<!DOCTYPE \"... is not valid JSON",
    "error CS0012: PublicKeyToken=b77a5c561934e089",
    "usage: cli --password PASSWORD --token <token> --api-key string",
    "token_type: bearer",
    "secretName: my-app-tls-2",
    "  -----BEGIN CERTIFICATE-----",
    "pwd: /home/runner/work",
    "PWD=/home/runner/work/app/app",
    "ld -plugin-opt=-pass-through=-lgcc_s",
    "max_tokens=4096 prompt_tokens: 1234",
    "git config --local http.https://github.com/.extraheader AUTHORIZATION: basic ***",
    "12:34:56 [main] INFO http://localhost:8080/path@2x.png",
    "npm WARN deprecated core-js@2.6.12: core-js@<3.23.3",
    "docker build \\\n  --secret id=token \\\n  --password-stdin \\\n  -t app:1.2.3 .",
    "g++ -o token.o \\\n  -c token.cpp -DPASS=1",
    "['pytest', '-k', 'test_token', '-p', 'no:cacheprovider']",
    '  "args": [\n    "--token",\n    "--password",\n    "$PASSWORD"\n  ]',
    "  - --token\n  - name: Set up Python 3.12.4",
    "PASSWORD=\nHOME=/home/runner",
    f"TOKEN=\nGITHUB_SHA={hexadecimal(40)}",
    f"Token:\n{hexadecimal(40)}",
    "password:\n  type: string\n  minLength: 8",
    "Password:\n  must have at least 8 characters",
    "token:\n  required: true",
    '"password":\n  "description": "The 8 characters"',
    "secrets: |\n  NPM_TOKEN=${{ secrets.NPM_TOKEN }}",
    "password: |\n  ${{ secrets.DB_PASSWORD }}",
    "password: >-\nuser: app1",
    '"token": {"sensitive": true, "type": "string", "value": ""}',
    "PUBLIC_KEY=dAYJ8xrauScPDIsJvSA3",
    f"BUILD_KEY={hexadecimal(40)}",
    "ISSUE_KEY=ABC-1234",
    "stripe_key_name: primary-2",
    "consumed recordKey=550e8400-e29b-41d4-a716-446655440000",
    "BYPASS=abc1def",
    "LD_LIBRARY_PATH=/opt/hostedtoolcache/Python/3.12.4/x64/lib",
    "frame.str.replace(pat='^abc[0-9]+', repl='x1')",
    "connect: user@tcp(127.0.0.1:3306)/app: connection refused",
    "docker run -p5432:5432 postgres",
    "'set-cookie': []",
    "'set-cookie': [ 'lang=de' ], 'location=https://x.test/a1b2c3'",
    "BUNDLE_WITHOUT=development:test",
    "bundle config build.nokogiri --use-system-libraries",
    "poetry config http-basic.internal $USER $PASSWORD",
    "Setting pypi-token.internal does not exist.",
    "codecov -t $CODECOV_TOKEN -f coverage.xml",
    "password    16.0.0-beta.2",
    f"passwords   {hexadecimal(12)}",
    "password-service    Up2date12",
    f"secret    {hexadecimal(40)}",
    "db-password-2   Opaque   1   5d",
    "| password | address2 |",
    "fields = ('password', 'password2')",
    "('Content-Length', '1234567890123456')",
    "{User:app Password:<nil> Host:db}",
    "{Token:{Kind:3 Text:x1} Next:4}",
    "0.0.0.0:5432->5432/tcp, 127.0.0.1:5432:5432",
    "('token', 'Token is invalid or expired')",
    "the secret set has -b option",
    "Password:\n'too short'",
    "password=&next=1",
    "Server=x;Password=;Database=z",
    "connect(password=,port=1)",
    "password: &pw hunter",
    "password = get_token(sha256(x), 3)",
    "password=foo(bar(1)),",
    "password: str = get_password_from_environment()",
    "const token: TokenKind = scanner.next();",
    "Authorization: failed (insufficient_permissions_for_user)",
    "GET /verify?Signature=invalid&b=1",
    "authorization: failed kubernetes.io/serviceaccount42 for pod",
    "authorization, policy com.example.AuthorizationManager2Test failed",
    "undefined reference to 'nvapi-gpu_clock_frequencies_query_extended_information_v2'",
    "FAIL tests/tvly-integration-tests-with-long-name",
    "re_abcdefgh_abcdefghijklmnopqrstuvwx is no macro",
    f"favicon.ico-{hexadecimal(32)}",
    '{"name": "password", "value": "must have at least 8 characters"}',
    "<link>https://x.test:443</link><author>me@x.test</author>",
    "see http://x.test:80>me@x.test",
    f"primaryKey: setup-python-Linux-x64-22.04-python-3.12.1-pip-{hexadecimal(64)}",
    "SECRET_MANAGER_PROJECT=acme-prod",
    "Resource: arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-main-AbCdEf",
    "cc -I/usr/include/mysql -L/usr/lib/mysql -pie -pthread -o cart cart.o",
    "collect2 -L/usr/lib/mysql -plugin /usr/lib/gcc/liblto_plugin.so -plugin-opt=-pass-through=-lgcc a.o",
)


def test_what_only_looks_like_a_secret_stays() -> None:
    around = [["first line", line, "last line"] for line in ORDINARY]
    assert [lines for lines in around if redact(lines) != (lines, {})] == []


WORDS = st.sampled_from(
    (
        *("password", "token", "secret=", "key:", "://", "user:pw@", "hunter2", "Bearer ", GITHUB[:20]),
        *(GITHUB[20:], "-----BEGIN RSA PRIVATE KEY-----", "Ab3/Ef+h" * 8, '"', "\\n", "%3D", "&", ";"),
        *("kind: Secret", "data:", "\n", " ", "\x1b[1m", " \\\n", '"-u", "', "password: |\n", "@tcp("),
        *("'set-cookie': [ '", "sid=hunter2abc', '", "| token | "),
    )
)


@given(st.lists(st.lists(WORDS, max_size=8).map("".join) | st.text(max_size=60), max_size=12))
def test_any_lines_come_out_one_for_one(lines: list[str]) -> None:
    redacted, counts = redact(lines)
    assert len(redacted) == len(lines)
    assert [line.count("\n") for line in redacted] == [line.count("\n") for line in lines]
    assert all(count > 0 for count in counts.values())


@given(st.integers(1, len(GITHUB) - 1), st.text("\u200b\u00ad\x00\x07\u202e\U000e0041", max_size=12))
def test_a_token_is_whole_again_without_what_can_not_be_seen(cut: int, unseen: str) -> None:
    text, _ = redact_text(
        f"{GITHUB[:cut]}\u200b\x1b[0m{''.join(c for c in unseen if not c.isprintable())}{GITHUB[cut:]}"
    )
    assert text == "[redacted:github-token]"


def test_a_flag_is_found_after_many_arguments() -> None:
    for command in ("curl " + "-k " * 40 + "-u ci:{}", "mysql " + "a " * 60 + "-p{}"):
        assert redact_text(command.format("x7Kq92mmPw4Zt"))[0] == command.format("[redacted:password]")


def test_rows_of_base64_in_base64_are_read() -> None:
    def rows(text: str) -> str:
        return "\n".join(textwrap.wrap(base64.b64encode(text.encode()).decode(), 76))

    secret = rows(rows(f"{'nothing ' * 200} password=horse7Battery9Staple {'nothing ' * 200}"))
    assert redact_text(secret)[0] != secret


def test_a_row_of_base64_below_one_that_ends_in_padding_is_read_too() -> None:
    """Python 3.13 and later refuse to decode what follows the padding."""
    encoded = base64.b64encode(b"password=Tr0ub4dor&3x!").decode()
    assert encoded.endswith("=")
    lines, counts = redact([encoded, encoded])
    assert encoded not in "\n".join(lines)
    assert counts


def test_a_password_that_a_terminal_wrapped_is_taken_out_whole() -> None:
    begun, rest = "q7Rk2ZpW9sXc4Vb", "N8mLt3JhG6fDa5YuE"
    left = {}
    for width in (60, 64, 70, 72, 76, 78, 79, 80, 99, 100, 119, 120, 130, 132, 150, 160, 180, 200):
        line = f" password={begun}"
        line = ("deploy with the settings " * 8)[: width - len(line)] + line
        left[width] = "\n".join(redact([line, rest, "done"])[0])
    assert [width for width, text in left.items() if begun in text or rest in text] == []


@pytest.mark.parametrize(
    "line",
    [
        "GPG_KEY=A035C8C19219BA821ECEA86B64E628F8D684696D",
        "checksum/secret: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "POSTGRES_PASSWORD=postgres",
        "MYSQL_ROOT_PASSWORD: root",
        "    --- PASS: TestLogin/openssl2 (0.00s) as openssl has it",
        "network github_network_aa9e11d6c3b2487f8a0f1b2c3d4e5f60 is invalid",
    ],
)
def test_fingerprints_digests_and_passwords_of_test_databases_stay(line: str) -> None:
    assert redact_text(line)[0] == line


@pytest.mark.parametrize("line", ["error: 401 for acme_{}", "using acme_live_{} here"])
def test_a_token_of_an_unknown_vendor_is_known_by_its_prefix_and_its_random_characters(line: str) -> None:
    value = "q9Zr4tXw7LmB2vKdP0sN3yHc"
    assert value not in redact_text(line.format(value))[0]
