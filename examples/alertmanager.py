"""Starts a session for each alert of Prometheus' Alertmanager, by `fire-routine send`.

    pip install ./fire-routine  # a checkout; ROUTINE_FIRE_URL and ROUTINE_FIRE_TOKEN are in the environment
    python3 alertmanager.py 9099

In alertmanager.yml: `webhook_configs: [{url: "http://127.0.0.1:9099/", send_resolved: false}]`. The server
listens on this machine alone. `send` quotes what is piped in, without its secrets. It has no ledger, so a
group of alerts is remembered here. It starts no other session for 24 hours.

Without Alertmanager, cron will do: `./check.sh > out 2>&1 || tail -n 200 out | fire-routine send`.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

MOST_BYTES = 1_000_000  # of a request
AGAIN = 24 * 3600.0  # seconds until the same group of alerts may start another session
started: dict[str, float] = {}  # when, by the key of the group


def text_of(message: dict[str, Any]) -> str:
    """The session's text (https://prometheus.io/docs/alerting/latest/configuration/#webhook_config)."""
    lines = ["An alert of the production system fires. Find out why, and propose a fix.", ""]
    for alert in message["alerts"][:20]:
        if alert["status"] == "firing":
            lines.append(f"- since {alert['startsAt']}: {json.dumps(alert['labels'])}")
            lines += [f"  {name}: {value}" for name, value in alert["annotations"].items()]
    return "\n".join(lines)


def fire(message: dict[str, Any]) -> None:
    """Start a session, unless the group of alerts has one. The result is on standard output and error."""
    group, now = message["groupKey"], time.monotonic()
    if message["status"] == "firing" and now - started.get(group, -AGAIN) >= AGAIN:
        started[group] = now  # even if it fails: `send` has tried again where that is safe
        subprocess.run(["fire-routine", "send"], input=text_of(message), text=True, check=False)


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        try:
            length = int(self.headers["Content-Length"])
            if not 0 < length <= MOST_BYTES:
                raise ValueError("too long")
            fire(json.loads(self.rfile.read(length)))
            status = 202
        except (KeyError, TypeError, ValueError):
            status = 400
        self.send_response(status)
        self.end_headers()


if __name__ == "__main__":
    with HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler) as server:
        print(f"listening on http://127.0.0.1:{server.server_port}/", flush=True)
        server.serve_forever()
