"""What a policy that is not asked for costs: no request."""

from tests.unit.ledger.simulator.boards import Board, pull_request, sample_run
from tests.unit.ledger.simulator.jobs import decided


def test_without_labels_to_skip_no_pull_request_is_asked_for() -> None:
    board = Board(pulls={5: pull_request(labels=("no-claude",))})
    assert decided(board, sample_run(pull_request=pull_request()), skip_labels=()).fire
    assert "pull_request" not in board.calls
