"""More places of `planted`: what no name on the same line tells, and what single tools read."""

from __future__ import annotations

import string
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.unit.compose.planted import Maker

ALNUM = string.ascii_letters + string.digits
HEX = "0123456789abcdef"

PLACES: dict[str, tuple[str, ...]] = {
    "command over lines": (
        "curl -sS \\\n  -u ci:{} \\\n  https://x.test/api",
        "+ cli login \\\n    --user ci \\\n    --password {} \\\n    --host db",
        "docker login `\n  -u ci `\n  -p {}",
        "DB_PASSWORD=\\\n{}",
    ),
    "list of arguments": (
        "Command '['curl', '-u', 'ci:{}', 'https://x.test']' returned non-zero exit status 22.",
        'exec: ["mysql","-uroot","-p{}","app"]',
        '    "Cmd": [\n        "server",\n        "--password",\n        "{}"\n    ],',
        "    args:\n    - --password\n    - {}\n    - --port",
    ),
    "line below": (
        "password: |\n  {}",
        "  db:\n    password: >-\n      {}\n    user: app",
        "- adminPassword: |-\n    {}",
        '  "password":\n    "{}",\n  "user": "app"',
        "  'passwd':\n      '{}'}}",
        '    ["password"]=>\n    string(14) "{}"',
    ),
    "object": (
        '{{"db_password": {{"sensitive": true, "type": "string", "value": "{}"}}}}',
        '  "admin_password": {{\n    "sensitive": false,\n    "type": "string",\n    "value": "{}"\n  }},',
        '    "adminPassword": {{\n      "value": "{}"\n    }}',
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
        ),
    ),
    "hexadecimal key": (
        lambda m: m.of(HEX, 40),
        ("DD_KEY={}", "algolia_key: {}", "GH_PAT={}", "azure_devops_pat: {}", "PAT={}"),
    ),
    "key of letters": (
        lambda m: m.of(string.ascii_letters, 30),
        ("token:\n    '{}'",),
    ),
}
