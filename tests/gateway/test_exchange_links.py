"""Setting up a platform: what is wrong is named by its line, an area has one, secrets are shown once."""

import pytest

from nuanxin.gateway.models import ExchangeLink
from nuanxin.gateway.services import linking
from tests.gateway.test_exchange import link, save

pytestmark = pytest.mark.django_db
__all__ = ["link"]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("field", "number"), ("field", "nothing=x"), ("field", "number=a b"), ("field", "number=x\nstate=x"),
        ("category", "9999=X"), ("category", "0401=A\n0401=B"), ("state", "open=1"), ("state", "closed=1\nhandling=1"),
        ("unit", "QQ=1"), ("unit", "CG="),
    ],
)  # fmt: skip
def test_a_wrong_line_is_named(town, kind, text):
    with pytest.raises(linking.WrongLink) as refused:
        save(town, codes={kind: f"\n{text}"})
    assert "行" in str(refused.value.fields[kind])
    assert not ExchangeLink.objects.exists()


def test_one_platform_for_an_area_and_its_secrets_once(town, link):
    with pytest.raises(linking.WrongLink):
        save(town)
    assert all(each.startswith("whsec_") for each in link.shown)
    _row, again = save(town, link, url=link.url)
    assert again is None
