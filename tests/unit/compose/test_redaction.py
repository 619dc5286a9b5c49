from fire_routine.compose.redaction import redact, redact_text

GITHUB = "gh" + "p_" + "Ab3dEf6hIj9kLm2nOp5qRs8tUv1wXy4zAb7c"


def test_a_token_is_replaced_by_its_kind_and_counted() -> None:
    text, counts = redact_text(f"fatal: bad credentials for {GITHUB}, giving up")
    assert text == "fatal: bad credentials for [redacted:github-token], giving up"
    assert counts == {"github-token": 1}


def test_the_name_and_the_rest_of_the_line_stay() -> None:
    assert redact_text("DB_PASSWORD=hunter2")[0] == "DB_PASSWORD=[redacted:password]"
    assert (
        redact_text("postgres://app:p@ss/w0rd@db:5432/app")[0]
        == "postgres://app:[redacted:url-password]@db:5432/app"
    )
    assert (
        redact_text("Server=db;User Id=sa;Password=P@ss;w0rd1;Encrypt=true")[0]
        == "Server=db;User Id=sa;Password=[redacted:password];Encrypt=true"
    )


def test_as_many_lines_come_out_as_go_in() -> None:
    lines, counts = redact(["one", f"two\n{GITHUB}\nthree", "", "four"])
    assert lines == ["one", "two\n[redacted:github-token]\nthree", "", "four"]
    assert counts == {"github-token": 1}
    assert redact([]) == ([], {})


def test_a_token_that_goes_over_lines_is_counted_once() -> None:
    lines, counts = redact([f"token is {GITHUB[:20]}", f"  {GITHUB[20:]} and more"])
    assert lines == ["token is [redacted:github-token]", "  [redacted:github-token] and more"]
    assert counts == {"github-token": 1}
