"""More places for `planted`: secrets without a name on their line, and the syntax of single tools."""

from __future__ import annotations

import string
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.unit.redact.planted import Maker

ALNUM = string.ascii_letters + string.digits
HEX = "0123456789abcdef"

PLACES: dict[str, tuple[str, ...]] = {
    "list of arguments": (
        "Command '['curl', '-u', 'ci:{}', 'https://x.test']' returned non-zero exit status 22.",
        'error: failed to run `"curl" "-u" "ci:{}" "https://x.test"`',
        'exec: ["mysql","-uroot","-p{}","app"]',
    ),
    "line below": (
        "password: |\n  {}",
        "  db:\n    password: >-\n      {}\n    user: app",
        '  "password":\n    "{}",\n  "user": "app"',
        '    ["password"]=>\n    string(14) "{}"',
    ),
    "object": ("- name: DB_PASSWORD\n  type: string\n  value: {}",),
    "name": (
        "DB_PASSWORD_TEST={}",
        "SSHPASS={} sshpass -e ssh root@10.0.0.1",
        "rootpwd={}",
        "got password={}",
        "cli login --apple-id a --password {} --team-id T",
    ),
    "declaration": (
        'const password: string = "{}";',
        'var dbPassword string = "{}"',
        'Config {{ host: "db", password: Some("{}") }}',
        '    ["password":protected]=>\n    string(16) "{}"',
        "    [password:private] => {}",
    ),
    "address of Go": (
        "dial: app:{}@tcp(db:3306)/app?parseTime=true",
        "root:{}@unix(/run/mysqld/mysqld.sock)/app",
    ),
    "several addresses": ("brokers: amqp://ci:{}@one.test:5672,amqp://ci:guest1@two.test:5672",),
    "tool": (
        "curl -sS" + " -F file=@build/outputs/release/artifact.tar.gz" * 14 + " -u ci:{} https://x.test",
        "pulumi config set --secret dbPassword {}",
        "cli config set --auth-token {}",
        'mysql -e "CREATE USER app IDENTIFIED BY \\"{}\\""',
    ),
}

# Keys that a generator made
KEYS: dict[str, tuple[Callable[[Maker], str], tuple[str, ...]]] = {
    "key of letters and digits": (
        lambda m: m.of(ALNUM, 32),
        (
            "STRIPE_KEY={}",
            "GOOGLE_MAPS_KEY={}",
            "ANY_OTHER_KEY={}",
            "token: |\n  {}",
            "AWS_SECRET_ACCESS_KEY=\n{}",
            "poetry config pypi-token.pypi {}",
            "'set-cookie': [ 'sid={}; Path=/' ]",
            "'set-cookie': [ 'lang=de; Path=/', 'sid={}; Path=/' ]",
        ),
    ),
    "header of a service's own scheme": (
        lambda m: m.of(ALNUM, 32),
        ("Authorization: GenieKey {}", "authorization: SSWS {}", '"Authorization": "Klaviyo-API-Key {}"'),
    ),
    "signature of a link": (
        lambda m: m.of(ALNUM, 40),
        ("https://d1.test/a.zip?Expires=1767225600&Signature={}&Key-Pair-Id=K1",),
    ),
    "hexadecimal key": (
        lambda m: m.of(HEX, 40),
        ("DD_KEY={}", "algolia_key: {}", "GH_PAT={}", "azure_devops_pat: {}", "PAT={}"),
    ),
    "key of letters": (
        lambda m: m.of(string.ascii_letters, 30),
        ("> Authorization: {}", "token:\n    '{}'"),
    ),
    "table": (
        lambda m: m.of(ALNUM, 14),
        (
            "Key         Value\n---         -----\npassword    {}",
            "| db_password | {} | admin |",
            "│ password │ {} │",
            "panic: {{User:app Password:{} Host:db}}",
            "&{{Host:db Password:{}}}",
        ),
    ),
    "pair": (
        lambda m: m.of(ALNUM, 32),
        ("[('X-Api-Key', '{}'), ('accept', '*/*')]", "header: (b'x-auth-token', b'{}')"),
    ),
}
