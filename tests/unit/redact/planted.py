# ruff: noqa: E501 (log lines as they are)
"""Secrets to plant: made by a seeded generator, in lines as CI logs have them, plain and in disguise.

No secret is here in full: each is put together from its parts when the tests run.
"""

from __future__ import annotations

import base64
import json
import random
import string
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

from tests.unit.redact import further_places
from tools.token_data import tokens, value_of

ALNUM = string.ascii_letters + string.digits
LOWER = string.ascii_lowercase + string.digits
UPPER = string.ascii_uppercase + string.digits
HEX = "0123456789abcdef"
URL64 = ALNUM + "-_"
BASE64 = ALNUM + "+/"


@dataclass(frozen=True)
class Planted:
    """Log lines with a secret in them; none of `secret`'s pieces may be there afterwards."""

    kind: str
    how: str  # plain, or the disguise
    lines: tuple[str, ...]
    secret: tuple[str, ...]


class Maker:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def of(self, alphabet: str, length: int) -> str:
        """Random characters, with a letter and a digit among them where the alphabet has both."""
        while True:
            made = "".join(self.random.choice(alphabet) for _ in range(length))
            if length < 6 or any(c.isdigit() for c in made) or not any(c.isdigit() for c in alphabet):
                return made

    def b64(self, value: str) -> str:
        return base64.b64encode(value.encode()).decode()

    def password(self) -> str:
        """As people and password managers make them."""
        words = ("correct", "horse", "battery", "staple", "summer", "dragon", "monkey", "winter")
        word = self.random.choice(words)
        return self.random.choice(
            (
                f"{word.title()}{self.random.randrange(10, 9999)}!",
                f"{word}{self.random.randrange(1000, 9999)}",
                self.of(ALNUM, 14),
                self.of(ALNUM + "!#^*_+.~", 18) + "x",
                f"{word}-{self.random.choice(words)}-{self.of(LOWER, 6)}",
            )
        )

    def private_key(self, label: str, width: int = 64, rows: int = 9) -> list[str]:
        body = [self.of(BASE64, width) for _ in range(rows)] + [self.of(BASE64, 22) + "=="]
        dashes = "-" * 5
        return [f"{dashes}BEGIN {label}{dashes}", *body, f"{dashes}END {label}{dashes}"]


LINES = (
    "Error: request failed with status 401 (token {})",
    "  with:\n    token: {}\n    fetch-depth: 1",
    "+ deploy --target production {} --verbose",
    "DEBUG client: sending {{'key': '{}', 'retries': 3}}",
    "npm ERR! 403 Forbidden - PUT https://registry.example.com/pkg?auth={}&v=2",
    '{{"level":"error","msg":"denied","credential":"{}","code":403}}',
    "2026-11-24 10:11:12 WARN  [pool-1] c.e.Client - rejected [{}]",
    "fatal: unable to access with {}: The requested URL returned error: 403",
    "{}",
    "E       AssertionError: assert '{}' == 'expected'",
)

# A password or key that only its surroundings give away: `{}` is the value
PLACES: dict[str, tuple[str, ...]] = {
    "environment": (
        "DB_PASSWORD={}",
        "##[group]Run make\n  env:\n    APP_SECRET_PASSWORD: {}\n##[endgroup]",
        "  MYSQL_ROOT_PASSWORD: {}",
        "declare -x SMTP_PASS=\"{}\"",
        "docker run -e POSTGRES_PASSWORD={} -p 5432:5432 postgres:16",
        "$env:SA_PASSWORD = '{}'",
    ),
    "yaml": ("  password: {}", "    password: \"{}\"", "- passphrase: '{}'", "  adminPassword: {}", "spring.datasource.password: {}"),
    "json": (
        '{{"user": "app", "password": "{}", "port": 5432}}',
        '"config":"{{\\"username\\":\\"app\\",\\"password\\":\\"{}\\"}}"',
        "{{'user': 'app', 'passwd': '{}'}}",
        '{{ :user=>"app", :password=>"{}" }}',
    ),
    "properties": (
        "javax.net.ssl.keyStorePassword={}",
        '<add key="DbPassword" value="{}" />',
        '  + master_password = "{}"',
    ),
    "flag": (
        "+ ./deploy.sh --password {} --host db",
        "mvn deploy -Dserver.password={} -B",
        "+ cli login --user ci --password={}",
        "gpg --batch --passphrase {} --sign a.tar",
        "mysqldump --user=root --password={} app",
        "az login --service-principal -u app --password {} --tenant t",
        "msbuild /p:CertificatePassword={} app.sln",
    ),
    "address": (
        "could not connect to postgres://app:{}@db.internal:5432/app?sslmode=require",
        "mongodb+srv://app:{}@cluster0.abcde.mongodb.net/test: authentication failed",
        "Cloning into 'x'... https://ci:{}@git.example.com/team/x.git",
        "jdbc:postgresql://db/app?user=app&password={}&ssl=true",
        "pip install --index-url https://ci:{}@pypi.example.com/simple pkg",
        "SQLALCHEMY_DATABASE_URI=mysql+pymysql://root:{}@127.0.0.1/test",
        "proxy: http://user:{}@proxy.corp:3128",
    ),
    "connection string": (
        "Server=tcp:db.example.com,1433;User Id=sa;Password={};Encrypt=True;",
        "Data Source=db;Initial Catalog=app;User=sa;Pwd={};",
        'connectionString="Server=db;Uid=app;Password={};Database=app"',
        "host=db port=5432 user=app password={} dbname=app",
    ),
    "prose": ("Generated password: {}", "initial admin password is: {}"),
}  # fmt: skip

# Keys that look random but have no shape of their own
KEYS: dict[str, tuple[Callable[[Maker], str], tuple[str, ...]]] = {
    "aws secret key": (
        lambda m: m.of(BASE64, 40),
        ("AWS_SECRET_ACCESS_KEY={}", "aws_secret_access_key = {}", '"SecretAccessKey": "{}",', "  AWS_SECRET_ACCESS_KEY: {}",
         "aws configure set aws_secret_access_key {}"),
    ),
    "azure storage key": (
        lambda m: m.of(BASE64, 86) + "==",
        ("DefaultEndpointsProtocol=https;AccountName=st;AccountKey={};EndpointSuffix=core.windows.net", "AZURE_STORAGE_KEY={}",
         "Endpoint=sb://x.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey={}"),
    ),
    "azure sas": (
        lambda m: quote(m.of(BASE64, 43) + "=", safe=""),
        ("https://st.blob.core.windows.net/c/b.zip?sv=2024-11-04&se=2026-12-01T00%3A00%3A00Z&sr=b&sp=r&sig={}",),
    ),
    "client secret": (
        lambda m: m.of(ALNUM, 32),
        ("CLIENT_SECRET={}", '"client_secret": "{}"', "clientSecret: {}", "--client-secret {} --tenant x",
         "grant_type=client_credentials&client_id=abc&client_secret={}&scope=x"),
    ),
    "api key": (
        lambda m: m.of(ALNUM, 32),
        ("API_KEY={}", "x-api-key: {}", '"apiKey":"{}"', "GET /v1/items?api_key={}&page=2", "DATADOG_API_KEY: {}",
         "api-key = '{}'", "-H 'X-Api-Key: {}'", "subscription-key={}"),
    ),
    "hex token": (
        lambda m: m.of(HEX, 40),
        ("SONAR_TOKEN={}", "sonar.token={}", "CODECOV_TOKEN: {}", "-Dsonar.login=x -Dsonar.token={}", "access_token={}&state=1",
         "//registry.example.com/:_authToken={}", "Private-Token: {}", "--auth-token {} --x"),
    ),
    "twilio auth token": (lambda m: m.of(HEX, 32), ("TWILIO_AUTH_TOKEN={}", "twilio: auth_token: '{}'")),
    "bearer": (
        lambda m: m.of(URL64, 48),
        ("Authorization: Bearer {}", '"authorization": "Bearer {}"', "curl -H 'Authorization: Bearer {}' https://x",
         '\\"Authorization\\":\\"Bearer {}\\"', "Authorization: token {}",
         "Proxy-Authorization: Bearer {}", 'Authorization: Digest username="u", response="{}"'),
    ),
    "cookie": (
        lambda m: m.of(URL64, 40),
        ("Set-Cookie: session={}; Path=/; HttpOnly", "Cookie: theme=dark; sid={}", "< set-cookie: _gitlab_session={}; Secure"),
    ),
    "slack webhook": (
        lambda m: "T" + m.of(UPPER, 8) + "/B" + m.of(UPPER, 8) + "/" + m.of(ALNUM, 24),
        ("POST https://hooks" + ".slack.com/services/{} 404", "SLACK_WEBHOOK_URL: https://hooks" + ".slack.com/services/{}"),
    ),
    "docker auth": (
        lambda m: m.b64(f"ci:{m.of(ALNUM, 16)}"),
        ('{{"auths":{{"ghcr.io":{{"auth":"{}"}}}}}}', "Authorization: Basic {}", "_auth={}", "AUTHORIZATION: basic {}"),
    ),
    "wireguard key": (lambda m: m.of(BASE64, 43) + "=", ("PrivateKey = {}", "private_key: {}")),
    "signing key": (
        lambda m: m.of(ALNUM, 50),
        ("SECRET_KEY_BASE={}", "DJANGO_SECRET_KEY='{}'", "ENCRYPTION_KEY: {}", "jwt.secret={}", "signing_key: \"{}\""),
    ),
}  # fmt: skip

LABELS = ("RSA PRIVATE KEY", "PRIVATE KEY", "EC PRIVATE KEY", "OPENSSH PRIVATE KEY", "ENCRYPTED PRIVATE KEY",
          "DSA PRIVATE KEY", "PGP PRIVATE KEY BLOCK")  # fmt: skip


def planted(seed: int = 1) -> Iterator[Planted]:
    """All of them, the same for the same seed."""
    maker = Maker(seed)
    yield from _tokens(Maker(seed))
    yield from _passwords(maker, PLACES)
    yield from _keys(maker)
    yield from _private_keys(maker)
    yield from _manifests(maker)
    yield from _passwords(maker, further_places.PLACES)
    for kind, (make, templates) in further_places.KEYS.items():
        for template in templates:
            key = make(maker)
            yield Planted(kind, "plain", tuple(template.format(key).split("\n")), (key,))


def _tokens(maker: Maker) -> Iterator[Planted]:
    """Tokens of a prefix and random characters."""
    formats = [one for one in tokens() if ", alone, " in one.place or ", anywhere, " in one.place]
    for number, one in enumerate(formats):
        for turn in range(4):
            token = value_of(one.examples[0], maker.random.randrange(1_000_000))
            line = LINES[(number + 3 * turn) % len(LINES)].format(token)
            yield Planted(one.kind, "plain", tuple(line.split("\n")), (token,))
        for disguise in DISGUISES:
            token = value_of(one.examples[0], maker.random.randrange(1_000_000))
            line = LINES[(number + 1) % len(LINES)].format(token)
            lines = DISGUISES[disguise](maker, line, token)
            yield Planted(one.kind, disguise, tuple(lines), (token,))


def _passwords(maker: Maker, places: dict[str, tuple[str, ...]]) -> Iterator[Planted]:
    for kind, templates in places.items():
        for template in templates:
            for _ in range(3):
                password = maker.password()
                yield Planted(kind, "plain", tuple(template.format(password).split("\n")), (password,))


def _keys(maker: Maker) -> Iterator[Planted]:
    for kind, (make, templates) in KEYS.items():
        for template in templates:
            key = make(maker)
            yield Planted(kind, "plain", tuple(template.format(key).split("\n")), (key,))
            for disguise in ("ansi", "wrapped at 80", "url-encoded", "base64 in a manifest"):
                key = make(maker)
                lines = DISGUISES[disguise](maker, template.format(key), key)
                yield Planted(kind, disguise, tuple(lines), (key,))


def _private_keys(maker: Maker) -> Iterator[Planted]:
    for label in LABELS:
        for how, form in KEY_FORMS.items():
            lines, pieces = form(maker.private_key(label, 70 if "OPENSSH" in label else 64))
            yield Planted(label, how, tuple(lines), tuple(pieces))


def _in_base64(key: list[str]) -> str:
    return base64.b64encode(("\n".join(key) + "\n").encode()).decode()


# How the lines of a key may be shown, and which of them must be gone.
KEY_FORMS: dict[str, Callable[[list[str]], tuple[list[str], list[str]]]] = {
    "plain": lambda key: (["cat key", *key, "exit 1"], key[1:-1]),
    "indented": lambda key: (["  key: |", *(f"    {row}" for row in key), "  user: x"], key[1:-1]),
    "without its first lines": lambda key: ([*key[3:], "done"], key[3:-1]),
    "without its last lines": lambda key: (["$ cat", *key[:6], "Error: exit 1"], key[1:6]),
    "rows alone": lambda key: (["…", *key[3:8], "…"], key[3:8]),
    "json": lambda key: ([json.dumps({"type": "service_account", "private_key": "\n".join(key)})], key[1:-1]),
    "one line": lambda key: ([f"SSH_KEY={' '.join(key)}"], key[1:-1]),
    "behind a prefix": lambda key: ([f"web-1  | {row}" for row in key], key[1:-1]),
    "coloured": lambda key: ([f"\x1b[36m{row[:9]}\x1b[0m{row[9:]}" for row in key], key[1:-1]),
    "base64": lambda key: (["data:", f"  tls.key: {_in_base64(key)}"], [_in_base64(key), *key[1:-1]]),
    "base64 in rows": lambda key: (rows := textwrap.wrap(_in_base64(key), 76), rows[1:-1]),
}


def _manifests(maker: Maker) -> Iterator[Planted]:
    for _ in range(5):
        value = maker.b64(maker.password())
        other = maker.b64(maker.password())
        yield Planted("kubernetes", "yaml", ("apiVersion: v1", "data:", f"  one: {value}", f"  two.txt: {other}", "kind: Secret",
                                             "metadata:", "  name: app", "type: Opaque"), (value, other))  # fmt: skip
        value = maker.b64(maker.password())
        yield Planted("kubernetes", "json", ('    "apiVersion": "v1",', '    "data": {', f'        "one": "{value}"', "    },",
                                             '    "kind": "Secret",', '    "metadata": {'), (value,))  # fmt: skip
        value = maker.b64(maker.password())
        line = f'{{"apiVersion":"v1","data":{{"one":"{value}"}},"kind":"Secret","metadata":{{"name":"app"}}}}'
        yield Planted(
            "kubernetes",
            "json line",
            (f"    kubectl.kubernetes.io/last-applied-configuration: {line}",),
            (value,),
        )
        value = maker.password()
        yield Planted(
            "kubernetes",
            "stringData",
            ("kind: Secret", "apiVersion: v1", "stringData:", f"  conn: {value}"),
            (value,),
        )


def _ansi(maker: Maker, line: str, secret: str) -> list[str]:
    cut = maker.random.randrange(2, len(secret) - 2)
    coloured = f"\x1b[1;31m{secret[:cut]}\x1b[0m\x1b[33m{secret[cut:]}\x1b[39m"
    return line.replace(secret, coloured).split("\n")


def _hyperlink(_: Maker, line: str, secret: str) -> list[str]:
    return line.replace(secret, f"\x1b]8;;https://x.test\x07{secret[:5]}\x1b]8;;\x07{secret[5:]}").split("\n")


def _invisible(_: Maker, line: str, secret: str) -> list[str]:
    return line.replace(secret, f"{secret[:6]}\u200b{secret[6:9]}\u00ad{secret[9:]}").split("\n")


def _wrapped(width: int, indent: str = "") -> Callable[[Maker, str, str], list[str]]:
    def wrap(maker: Maker, line: str, secret: str) -> list[str]:
        # so far to the right that the secret itself is cut
        start = line.index(secret) - (line.rfind("\n", 0, line.index(secret)) + 1)
        lead = (width - 3 - maker.random.randrange(min(len(secret) - 4, width - 30)) - start) % width
        made: list[str] = []
        for row in line.split("\n"):
            row = "=" * (lead - 1) + " " + row if secret in row and lead else row
            made += [row[at : at + width] for at in range(0, len(row), width)] or [""]
        return [made[0], *(indent + row for row in made[1:])]

    return wrap


def _boxed(_: Maker, line: str, __: str) -> list[str]:
    rows = [
        part
        for row in line.split("\n")
        for part in ([row[at : at + 46] for at in range(0, len(row), 46)] or [""])
    ]
    return ["╭" + "─" * 48 + "╮", *(f"│ {row:<46} │" for row in rows), "╰" + "─" * 48 + "╯"]


def _url_encoded(_: Maker, line: str, __: str) -> list[str]:
    return ["GET /callback?next=" + quote(line, safe="") + " 302"]


def _twice_url_encoded(_: Maker, line: str, __: str) -> list[str]:
    return ["state=" + quote(quote(line, safe=""), safe="")]


def _json_escaped(_: Maker, line: str, __: str) -> list[str]:
    return [json.dumps({"message": json.dumps({"line": f"\x1b[31m{line}"})})]


def _base64(maker: Maker, line: str, __: str) -> list[str]:
    return ["apiVersion: v1", "items:", "  config: " + maker.b64(line), "metadata: {}"]


def _base64_in_rows(maker: Maker, line: str, __: str) -> list[str]:
    return textwrap.wrap(maker.b64("some text in front of it, so that it is long enough\n" + line), 76)


DISGUISES: dict[str, Callable[[Maker, str, str], list[str]]] = {
    "ansi": _ansi,
    "hyperlink": _hyperlink,
    "invisible characters": _invisible,
    "wrapped at 80": _wrapped(80),
    "wrapped at 120, indented": _wrapped(120, "    "),
    "wrapped at 57": _wrapped(57),
    "boxed": _boxed,
    "url-encoded": _url_encoded,
    "url-encoded twice": _twice_url_encoded,
    "json in json": _json_escaped,
    "base64 in a manifest": _base64,
    "base64 in rows": _base64_in_rows,
}
