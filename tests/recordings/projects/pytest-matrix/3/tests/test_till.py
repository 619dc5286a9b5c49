from datetime import datetime, timedelta

import pytest

from tally.till import Till


def test_receipts_are_numbered():
    till = Till(first_number=41)
    assert [till.open().number, till.open().number] == [41, 42]


def test_takings():
    till = Till()
    for price in ("2.40", "1.10"):
        receipt = till.open()
        receipt.add("tea", price)
        till.close(receipt)
    assert till.takings == 350


def test_an_empty_receipt_stays_open():
    till = Till()
    with pytest.raises(ValueError, match="is empty"):
        till.close(till.open())


def test_a_receipt_carries_the_time_it_was_opened():
    before = datetime.utcnow()
    receipt = Till().open()
    assert timedelta(0) <= receipt.sold_at - before < timedelta(minutes=1)
