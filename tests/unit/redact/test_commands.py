"""A value alone on the line below the command that prints it, or next to the one that reads it."""

from __future__ import annotations

import pytest

from fire_routine.redact import redact_text

VALUE = "r4jx0vq9tzlw2kfh"  # in one case: of both, it would be a secret wherever it stands alone
HEX = "991dfed829e408f4991dfed829e408f4991dfed829e408f4991dfed829e408f4"


@pytest.mark.parametrize(
    "output",
    [
        f"$ acme auth print-token web\n{VALUE}",
        f"root@ci:~# acme secret show db\n{VALUE}",
        f"acme credential read db --quiet\n{VALUE}",
        f"+ acme token create\nIt expires in an hour.\n{VALUE}",
        f"+ acme secret reveal db\n{HEX}",
        f"##[group]Run acme token create\nshell: /usr/bin/bash -e {{0}}\n##[endgroup]\n{VALUE}",
        f"##[group]Run make build\nmake build\nacme secret show db --raw\nshell: bash\n##[endgroup]\n{VALUE}",
        f'$ acme secret get db\n{{\n  "name": "db",\n  "value": "{VALUE}"\n}}',
        f"+ etcdctl get /app/password\n/app/password\n{VALUE}",
        # tools whose words name no secret
        f"+ op read op://ci/db/field\n{VALUE}",
        f"$ pwgen -s 16 1\n{VALUE}",
        f"+ terraform output -raw db\n{VALUE}",
        f"$ vault kv get -field=value app/db\n{HEX[:40]}",
    ],
)
def test_what_a_command_prints_is_redacted(output: str) -> None:
    text, counts = redact_text(output)
    assert counts == {"password": 1}, text
    assert VALUE not in text
    assert HEX[:40] not in text


@pytest.mark.parametrize(
    "trace",
    [
        f"+ echo {VALUE}\n+ acme login --token-stdin",
        f"+ printf %s {VALUE}\n+ acme secret create db -",
        f"+ acme login --password-stdin\n+ echo {VALUE}",
        "+ echo hunter2\n+ sudo -S true",
        "+ echo 'hunter2'\n+ docker login -u ci --password-stdin x.test",
    ],
)
def test_what_is_echoed_to_a_command_that_reads_a_secret_is_redacted(trace: str) -> None:
    assert redact_text(trace)[1] == {"password": 1}


@pytest.mark.parametrize(
    "output",
    [
        f"+ git show token.py\n{HEX[:40]}",
        f"+ acme secret checksum db\n{HEX}",
        f"+ acme list-keys-of-cache\n{VALUE}",
        f"+ acme show auth-branch\n{HEX[:40]}",
        f"+ acme build --fast\n{VALUE}",
        "+ acme token revoke ci\ndone-for-user-1",
        "+ acme token create\nNo such user: run `acme login` first",
        "+ acme secret show db\n/home/runner/work/app/secret.txt",
        f"+ acme secret delete db\n+ acme build\n{VALUE}",
        "+ echo building-secrets\n+ acme secret create db -",
        f"+ echo {HEX[:40]}\n+ acme secret create db -",
        "+ op read op://ci/db/field\n***",
    ],
)
def test_what_other_commands_print_stays(output: str) -> None:
    assert redact_text(output)[0] == output
