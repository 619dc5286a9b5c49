import pytest

from tally.receipt import Receipt


def test_total():
    receipt = Receipt(1)
    receipt.add("tea", "2.40", 2)
    receipt.add("bun", "1.10")
    assert receipt.total == 590


def test_quantity_must_be_positive():
    with pytest.raises(ValueError, match="at least 1"):
        Receipt(1).add("tea", "2.40", 0)


def test_printed():
    receipt = Receipt(12)
    receipt.add("tea", "2.40", 2)
    assert receipt.printed().splitlines()[-1].split() == ["Total", "4.80"]
