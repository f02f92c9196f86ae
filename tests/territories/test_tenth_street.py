"""The code of a tenth street ends in a nought that belongs to it: its neighbours 011 to 019 do not lie inside it."""

import pytest
from django.test import Client

from nuanxin.kernel.access import lies_in
from nuanxin.territories.services import DivisionRow, put_territories
from tests.factories import people
from tests.factories.territories import CITY, NOW

TENTH, NEIGHBOUR, INSIDE = "990101010000", "990101011000", "990101010001"

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead():
    rows = [*CITY, (TENTH, "第十街道"), (NEIGHBOUR, "邻街道"), (INSIDE, "第一社区居委会")]
    put_territories(rows=[DivisionRow(*row) for row in rows], source="test", now=NOW)
    return people.sign_in(Client(), people.staff("street_lead", scope_code=TENTH))


def test_a_place_lies_in_its_own_street_and_in_no_other():
    assert lies_in(INSIDE, TENTH)
    assert lies_in(TENTH, TENTH)
    assert not lies_in(NEIGHBOUR, TENTH)
    assert not lies_in(TENTH, "")


@pytest.mark.parametrize("asked", [NEIGHBOUR, "990101000000", "x", "９９"])
def test_who_asks_for_more_reads_the_own_street(lead, asked):
    page = lead.get("/thanks/cost/", {"within": asked})
    assert page.context["found"].scope == TENTH


def test_what_lies_inside_may_be_asked_for(lead):
    assert lead.get("/thanks/cost/", {"within": INSIDE}).context["found"].scope == INSIDE
