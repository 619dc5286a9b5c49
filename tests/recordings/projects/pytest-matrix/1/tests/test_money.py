import pytest

from tally import money


@pytest.mark.parametrize(("text", "cents"), [("0", 0), ("7", 700), ("12.5", 1250), ("12.50", 1250), (" 0.05 ", 5)])
def test_parse(text, cents):
    assert money.parse(text) == cents


@pytest.mark.parametrize("text", ["", "x", "1.234", "1.x", "-1"])
def test_parse_rejects(text):
    with pytest.raises(ValueError, match="not an amount"):
        money.parse(text)


@pytest.mark.parametrize(("cents", "text"), [(0, "0.00"), (5, "0.05"), (1250, "12.50"), (-5, "-0.05")])
def test_show(cents, text):
    assert money.show(cents) == text


@pytest.mark.parametrize(("cents", "parts"), [(100, 3), (1, 4), (0, 2)])
def test_shares_add_up(cents, parts):
    shares = money.share(cents, parts)
    assert sum(shares) == cents
    assert max(shares) - min(shares) <= 1
