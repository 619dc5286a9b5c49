"""More places of `planted`: what no name on the same line tells, and what single tools read."""

from __future__ import annotations

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
}
