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
        "- adminPassword: |-\n    {}",
        '  "password":\n    "{}",\n  "user": "app"',
        "  'passwd':\n      '{}'}}",
        "passphrase: |\n  {}\nuser: app",
        '    ["password"]=>\n    string(14) "{}"',
    ),
    "object": (
        '{{"db_password": {{"sensitive": true, "type": "string", "value": "{}"}}}}',
        '  "admin_password": {{\n    "sensitive": false,\n    "type": "string",\n    "value": "{}"\n  }},',
        '  "connection": {{\n    "sensitive": true,\n    "type": "string",\n    "value": "{}"\n  }}',
        '    "adminPassword": {{\n      "value": "{}"\n    }}',
        '        "Name": "/app/db",\n        "Type": "SecureString",\n        "Value": "{}",',
        '  {{\n    "name": "DB_PASSWORD",\n    "slotSetting": false,\n    "value": "{}"\n  }}',
        "- name: DB_PASSWORD\n  type: string\n  value: {}",
    ),
    "name": (
        "DB_PASSWORD_OLD={}",
        "DB_PASSWORD_TEST={}",
        "DBPASS={}",
        "SSHPASS={} sshpass -e ssh root@10.0.0.1",
        "rootpwd={}",
        "bindpw={}",
        "got password={}",
        "cli login --apple-id a --password {} --team-id T",
    ),
    "declaration": (
        'const password: string = "{}";',
        'let db_password: &str = "{}";',
        'password: str = "{}"',
        'var dbPassword string = "{}"',
        'Config {{ host: "db", password: Some("{}") }}',
        '    ["password":protected]=>\n    string(16) "{}"',
        "    [password:private] => {}",
        '      + password                                = "{}"',
    ),
    "address of Go": (
        "dial: app:{}@tcp(db:3306)/app?parseTime=true",
        'DSN="app:{}@tcp(127.0.0.1:3306)/app"',
        "root:{}@unix(/run/mysqld/mysqld.sock)/app",
    ),
    "several addresses": ("brokers: amqp://ci:{}@one.test:5672,amqp://ci:guest1@two.test:5672",),
    "tool": (
        "docker login -uci -p{} registry.test",
        "curl -sS" + " -F file=@build/outputs/release/artifact.tar.gz" * 14 + " -u ci:{} https://x.test",
        "lftp -u ci,{} ftp.x.test",
        "xcrun altool --upload-app -u ci@x.test -p {}",
        "cmdkey /add:x.test /user:ci /pass:{}",
        "pulumi config set --secret dbPassword {}",
        "cli config set --auth-token {}",
        "[Note] A temporary password is generated for root@localhost: {}",
        "#0 /app/db.php(12): PDO->__construct('mysql:host=db;d...', 'root', '{}', Array)",
        'mysql -e "CREATE USER app IDENTIFIED BY \\"{}\\""',
        'CREATE USER app IDENTIFIED WITH mysql_native_password BY "{}";',
        "machine git.x.test\n  login ci\n  password {}",
        "db.x.test:5432:app:app:{}",
        "<password>\n  {}\n</password>",
    ),
}

# Keys that a generator made
KEYS: dict[str, tuple[Callable[[Maker], str], tuple[str, ...]]] = {
    "key of letters and digits": (
        lambda m: m.of(ALNUM, 32),
        (
            "STRIPE_KEY={}",
            "sendgrid_key: {}",
            "mailgunKey: '{}'",
            "GOOGLE_MAPS_KEY={}",
            "ANY_OTHER_KEY={}",
            "token: |\n  {}",
            "AWS_SECRET_ACCESS_KEY=\n{}",
            "poetry config pypi-token.pypi {}",
            'curl -b "session={}" https://x.test',
            "'set-cookie': [ 'sid={}; Path=/' ]",
            "'set-cookie': [ 'lang=de; Path=/', 'sid={}; Path=/' ]",
            "'set-cookie': [\n    'sid={}; Path=/'\n  ]",
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
