"""What a program prints in front of each line changes nothing of what is found over several lines."""

from __future__ import annotations

import pytest

from fire_routine.redact import redact

PREFIXES = [
    "api-1  | ",
    "@acme/web:deploy: ",
    "web-5d9c7f8b-x2k4p app ",
    "[pod/web-1/app] ",
    "2026-03-01 10:00:00,12{} INFO boot: ",
    "2026-03-01T10:00:00.12{}Z ",
    "10:00:0{}.117 [main] DEBUG a.b.Boot - ",
    "Mar  1 10:00:0{} host app[123]: ",
    "[INFO] ",
    "DEBUG acme.db: ",
    "#9 1.{} ",
    "##[debug]",
    "E       ",
    "api-1  | 2026-03-01T10:00:0{}Z ",
]
FORMS = [
    "machine git.x.test\nlogin ci\npassword «wren77708»",
    '"password": {\n  "value": "«lapwing7814»"\n}',
    '"Name": "/prod/db",\n"Type": "SecureString",\n"Value": "«lapwing7814»"',
    "token: |\n  «q7Rk2ZpW9sXc4VbN8mLt3JhG»",
    "$ acme auth print-token web\n«r4jx0vq9tzlw2kfh»",
    "+ echo «hunter2»\n+ docker login -u ci --password-stdin x.test",
    "| User | Password |\n|------|----------|\n| ci | «q9zr4txw7lmb2vkd» |",
    "Please use the following password to proceed to installation:\n\n«0f1e2d3c4b5a69788796a5b4c3d2e1f0»",
    "kind: Secret\ndata:\n  any: «bGV0LW1lLWlu»",
    f"-----BEGIN PRIVATE KEY-----\n«{'Qm8vTd41ZrLw9sKf' * 4}»\n«Zx7KqMPa»\n-----END PRIVATE KEY-----",
]


@pytest.mark.parametrize("prefix", PREFIXES)
def test_forms_of_several_lines_are_found_behind_a_prefix(prefix: str) -> None:
    for form in FORMS:
        secrets = [rest.partition("»")[0] for rest in form.split("«")[1:]]
        lines = form.replace("«", "").replace("»", "").split("\n")
        given = [prefix.format(number) + line for number, line in enumerate(lines)]
        redacted, counts = redact(given)
        assert counts.total() == 1, redacted
        assert not [secret for secret in secrets if secret in "\n".join(redacted)]
        assert all(line.startswith(prefix.format(number)) for number, line in enumerate(redacted))


def test_names_that_all_lines_begin_with_are_no_prefix() -> None:
    lines = ["password: wren77708", "password: lapwing7814", "[db] password: teasel9524", "[db] user: app"]
    assert redact(lines)[1] == {"password": 3}
