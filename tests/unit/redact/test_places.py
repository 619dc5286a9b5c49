"""Values that a person chose, in the places where their place alone tells what they are."""

from __future__ import annotations

import pytest

from fire_routine.redact import redact_text

VALUE = "harbor-cactus-183"


@pytest.mark.parametrize(
    "form",
    [
        # a plan's change
        '  ~ password = "****" -> "{}"',
        '    + master_password = null -> "{}"',
        '    ~ dbPassword: "changeme" => "{}"',
        '  ~ admin_password = (known after apply) -> "{}"',
        # what is typed into a password's field
        "cy:command ✔  get      input[name=password]\ncy:command ✔  type     {}",
        "  - waiting for locator('#password')\n  - fill(\"{}\")",
        "Typing text '{}' into text field 'id:password'.",
        'And I fill in "Password" with "{}"',
        '{{"text": "{}", "id": "password"}}',
        # prose
        "Seeded admin user admin@x.test with password {}",
        "Setting local administrator password to '{}'",
        "the password is {}",
        "Password for admin is {}",
        "DB password -> {}",
        "Login with admin / {}",
        "log in as admin with {}",
        'Administrator password (except quotes): "{}"',
        "***  Initial password for 'root': {}       ***",
        # a traced pipeline
        "+ kubectl get secret db -o 'jsonpath={{.data.password}}'\n+ base64 -d\n{}",
        "+ vault kv get -format=json secret/app\n+ jq -r .data.data.password\n{}",
        # a variable's name in another tool's writing
        "map[DB_HOST:db DB_PASS:{} DB_USER:app]",
        "define( 'DB_PASSWORD', '{}' );",
        # a label below what says of which secret it is, and one argument a line
        "Password for the [elastic] user successfully reset.\nNew value: {}",
        "docker arg: login\ndocker arg: -p\ndocker arg: {}",
        "acme --name node.session.auth.password --value {}",
    ],
)
def test_a_chosen_password_is_replaced(form: str) -> None:
    text, counts = redact_text(form.format(VALUE))
    assert VALUE not in text
    assert counts.total() == 1, text


@pytest.mark.parametrize(
    "path", ["/services/{}", "', port=443): Max retries exceeded with url: /services/{} (Caused"]
)
def test_the_path_of_a_webhook_is_enough(path: str) -> None:
    key = "aB3dE5fG7hJ9kL1mN3pQ5rS7"
    assert key not in redact_text(path.format(f"T0AB12CD3/B0AB12CD34/{key}"))[0]


@pytest.mark.parametrize(
    "line",
    [
        '  ~ password = "****" -> "****"',
        '  ~ password_length = 12 -> "16"',
        "cy:command ✔  get   #password\ncy:command ✔  type  {enter}",
        "Typing text 'octocat' into text field 'id:name'.",
        'fields = ("password", "password2")',
        "it logs in with password user1",
        "login with github / actions",
        "> Task :credentials:compileTestJava2 NO-SOURCE",
        "module.kibana_system-password.data.aws_region.current: Reading...",
        "  LOGIN_PASSWORD:\n##[endgroup]",
        "WARNING! Using --password via the CLI is insecure. Use --password-stdin.\nLogin Succeeded",
        "+ acme token revoke ci\ndone-for-user-1",
        "Machine Id:              WzNnu15AWjeeRQKoJ1tqyQXU7Rk=",
        "sudo apt-key adv --keyserver keyserver.ubuntu.com --recv-keys 6B05F25D762E3157",
        'KEY_PASSWORD_KEY = "rest.ssl.key.password";',
    ],
)
def test_what_only_looks_like_such_a_place_stays(line: str) -> None:
    assert redact_text(line) == (line, {})
