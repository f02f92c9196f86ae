"""Who hears that a solved case may be shown, is shown, or is not."""

from datetime import timedelta

from nuanxin.cases import services
from nuanxin.kernel.events import drain
from nuanxin.notifications.models import Notice
from tests.factories.desks import client_of
from tests.factories.publishing import offered, open_streets, published, solved


def kinds_of(town, who: str) -> list[str]:
    return list(Notice.objects.filter(person=town.persons[who].pk).values_list("kind", flat=True))


def test_the_desk_hears_of_a_wish_and_the_reporter_of_the_answer(town, photo):
    open_streets(town)
    case = solved(town, photo)
    offered(town, case)
    drain(now=town.now + timedelta(hours=2))
    assert "to_publish" in kinds_of(town, "dispatcher")
    assert "to_publish" not in kinds_of(town, "other_dispatcher")
    assert "to_publish" not in kinds_of(town, "city_management")
    notice = Notice.objects.get(person=town.persons["dispatcher"].pk, kind="to_publish")
    assert client_of(town, "dispatcher").get(f"/inbox/{notice.pk}/")["Location"] == "/cases/publications/"
    row = published(town, case)
    drain(now=town.now + timedelta(hours=3))
    assert "published" in kinds_of(town, "worker")
    services.refuse_publication(
        actor=town["dispatcher"], publication=row, opinion="有店招", now=town.now + timedelta(hours=4)
    )
    drain(now=town.now + timedelta(hours=5))
    assert "unpublished" in kinds_of(town, "worker")
