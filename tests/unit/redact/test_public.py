"""What is public or says what is wrong stays, and a secret beside it does not."""

from __future__ import annotations

import base64

import pytest

from fire_routine.redact import redact_text

RANDOM = "r4Jx0Vq9TzLw2Kfh8Bn3Yd6M"
BASE64 = "Vr8l7Q5c4ZwiT5c2AdQ5TffnKM9FGUIqlflSx92WR0k="  # of a digest of 32 bytes
HEX = "991dfed829e408f4991dfed829e408f4"
LONG = (RANDOM + "Zx9+") * 12
GITHUB = "ghp_" + "aB3dE5fG7h" * 4
KEY = f"-----BEGIN EC PRIVATE KEY-----\n{'Qm8vTd41ZrQm9vTd' * 4}\n-----END EC PRIVATE KEY-----"

MARKED = [
    f"x-request-id: {RANDOM}",
    f'"x-amz-id-2": "{LONG[:75]}="',
    f"RequestId: {RANDOM}, HostId: {LONG[:75]}=",
    f"PublicKeyToken={HEX[:16]}",
    f"public_key: {BASE64}",
    f'etag: W/"{RANDOM}"',
    f"certificate-authority-data: {LONG}",
    f"caBundle: {LONG}",
    f'{{"kty":"RSA","kid":"{RANDOM}","n":"{LONG[:80]}","e":"AQAB"}}',
    f'{{"keyid": "{HEX}", "sig": "{LONG[:96]}"}}',
    f"minisign signature: RUQ{LONG[:97]}=",
    f"github.com/acme/token v1.9.0 h1:{BASE64}",
    f'client_secret_hash: "sha256:{RANDOM[:22]}:{BASE64}"',
    f'client_id: "ls_{RANDOM}"',
    f"fingerprint of the key: SHA256:{BASE64[:43]}",
    f"root hash mismatch: {BASE64} != {BASE64}",
    f"token checksum: expected {BASE64}, got {BASE64}",
    f"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{LONG[:43]} ci@x.test",
    f"Deployment dpl_{RANDOM} failed",
    f"Created usr_{RANDOM[:20]}, in_{RANDOM}",
    f"NextToken: {LONG[:60]}",
    f"run_{RANDOM} exited with code 1",
]


@pytest.mark.parametrize("line", MARKED)
def test_what_a_marker_of_public_material_names_stays(line: str) -> None:
    assert redact_text(line) == (line, {})


@pytest.mark.parametrize("line", MARKED)
@pytest.mark.parametrize("secret", ["DB_PASSWORD=hunter2abc", f"x {GITHUB}", f'"api_key": "{RANDOM[::-1]}"'])
def test_a_secret_beside_a_marker_is_replaced(line: str, secret: str) -> None:
    for text in (f"{line} {secret}", f"{secret}, {line}", f"{line}\n{KEY}\n{secret}"):
        redacted, counts = redact_text(text)
        assert counts.total() == 1 + (KEY in text), redacted
        assert line in redacted


@pytest.mark.parametrize(
    "marker", ["x-request-id: {}", "caBundle: {}", "expected {}", '"n": "{}"', "sha256:{}"]
)
def test_a_vendors_token_and_a_private_key_behind_a_marker_are_replaced(marker: str) -> None:
    encoded = base64.b64encode(KEY.encode()).decode()
    for secret in (GITHUB, encoded):
        assert secret not in redact_text(marker.format(secret))[0]


@pytest.mark.parametrize("label", ["CERTIFICATE", "PUBLIC KEY", "PGP SIGNATURE", "CERTIFICATE REQUEST"])
@pytest.mark.parametrize("between", ["\n", "\\n", "\n    ", "\n│ "])
def test_the_rows_of_a_public_block_stay_also_where_a_mark_is_cut_off(label: str, between: str) -> None:
    rows = between.join(("MIID" + LONG[:60], LONG[9:73], LONG[:32].rstrip("+")))
    begin, end = f"-----BEGIN {label}-----{between}", f"{between}-----END {label}-----"
    for text in (begin + rows + end, between + rows + end, begin + rows):
        assert redact_text(text)[0] == text
        assert redact_text(f"{text}\n\nsome words\nQm8vTd41ZrLw")[1].total() == 1


@pytest.mark.parametrize(
    "line",
    [
        "Error: AWS_SECRET_ACCESS_KEY must be set",
        "environment variable AWS_SECRET_ACCESS_KEY missing, see docs/deploy.md",
        "secret_access_key not found in profile default",
        "Using --password via the CLI is insecure. Use --password-stdin.",
        "-pPASS decrypt the installation with a password",
        "--auth-token string   token to log in with (env: ACME_TOKEN)",
        "Secret [projects/acme/secrets/DB_PASSWORD/versions/latest] not found",
        "denied on projects/123456789012/secrets/stripe-key-2024/versions/3",
        "apiKey: process.env.API_KEY!,",
        "secret_key = base64.b64decode(raw_secret)",
        "ProgressToken = maps:get(progress_token, Params, undefined),",
        "function n(e,t){return e.token=t.token,e.pass=r.pass,e}var k898=1;",
        "    self.SECRET_KEY_BASE = SECRET_KEY_BASE",
        "password_encryption = scram-sha-256",
        "DB_PASSWORD: bcrypt",
        f'"hashed_secret": "{HEX}"',
        f"pandoc-2.6-{HEX}{HEX} failed to build",
        "aeson-1.4.7.1-5lFE4NI0VYBHwz75Ema9FX is broken",
    ],
)
def test_what_is_said_of_a_secret_stays(line: str) -> None:
    assert redact_text(line)[0] == line
