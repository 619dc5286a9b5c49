"""What a sweep asks is as GitHub describes it: REST by OpenAPI, GraphQL by the schema the emulator holds."""

from __future__ import annotations

import pytest
from tests.contract.exchanges import RecordedGitHub
from tests.unit.sweep.conftest import BOT, Organisation

from fire_routine.emulator import Endpoint


@pytest.mark.parametrize("nulls", [False, True])
@pytest.mark.parametrize("personal", [False, True])
def test_a_whole_sweep_asks_what_is_described(nulls: bool, personal: bool) -> None:
    with RecordedGitHub("acme/ci-sweep") as github, Endpoint() as endpoint:
        github.creator, github.personal, github.nulls = BOT, personal, nulls
        organisation = Organisation(github, endpoint)
        organisation.run(organisation.repository("acme/web"))
        pay = organisation.repository("acme/pay")
        organisation.run(pay)
        swept = organisation.sweep(limit=2)
        listed = "GET /orgs/acme/repos" if personal else "GET /installation/repositories"
        github.exchanges = [one for one in github.exchanges if one.target != "/graphql"]
        github.check(listed)
        if nulls:  # whose branch a run is of is not known
            assert swept.rows == []
        else:
            github.check("GET /repos/acme/pay/commits[?]", "POST /repos/acme/pay/statuses/")
            assert [row.state for row in swept.rows] == ["fired", "fired"]
