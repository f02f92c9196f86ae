"""Filters under a name: one's own, in one's own order, and the queue opens in the one that was chosen."""

import pytest
from django.utils import timezone

from nuanxin.cases import services
from nuanxin.cases.models import SavedView
from nuanxin.cases.queries.views import views_of
from nuanxin.cases.services.saved import MOST, TooManyViews
from nuanxin.kernel.errors import Invalid, NotAllowed, NotFound
from nuanxin.kernel.privacy.register import Subject, registered
from tests.factories.desks import client_of, reported

QUEUE, VIEWS = "/cases/", "/cases/views/"


@pytest.fixture
def town(town_of):
    return town_of(timezone.now())


@pytest.fixture
def street(town):
    return client_of(town, "dispatcher")


def saved(town, name, who="dispatcher", tab="open", **query):
    return services.save_view(actor=town[who], name=name, tab=tab, query=query)


def names(town, who="dispatcher"):
    return [str(view.name) for view in views_of(town[who]) if view.pk]


def test_what_the_queue_shows_is_kept_and_found_again(town, street):
    reported(town, "0401")
    here = "tab=open&kind=04&urgency=U9&words="
    answer = street.post(VIEWS, {"name": " 今天的  路面 ", "here": here})
    assert answer.url == "/cases/?tab=open&kind=04"
    view = SavedView.objects.get()
    assert (view.name, view.tab, view.query) == ("今天的 路面", "open", {"kind": "04"})
    page = street.get(answer.url)
    chip = next(each for each in page.context["views"] if each["own"])
    assert chip["current"]
    assert "今天的 路面" in page.content.decode()


def test_the_same_name_again_gets_the_new_filters(town):
    saved(town, "急的", urgency="U2")
    saved(town, "急的", urgency="U1")
    assert SavedView.objects.get().query == {"urgency": "U1"}


@pytest.mark.parametrize("name", ["", "   ", "字" * 21])
def test_a_name_says_something_and_is_short(town, street, name):
    answer = street.post(VIEWS, {"name": name, "here": "tab=open"})
    assert answer.status_code == 422
    assert not SavedView.objects.exists()
    with pytest.raises(Invalid):
        saved(town, name)


def test_views_belong_to_a_person_in_a_role(town):
    view = saved(town, "我的")
    assert names(town, "street_lead") == []
    for who in ("street_lead", "other_dispatcher", "community"):
        with pytest.raises(NotFound):
            services.rename_view(actor=town[who], view_id=view.pk, name="别人的")
        with pytest.raises(NotFound):
            services.delete_view(actor=town[who], view_id=view.pk)
    with pytest.raises(NotAllowed):
        saved(town, "小哥的", who="worker")
    assert names(town) == ["我的"]


def test_they_stand_in_the_order_that_was_given_them(town, street):
    first, second, third = (saved(town, name) for name in ("甲", "乙", "丙"))
    street.post(f"{VIEWS}{third.pk}/", {"do": "up"})
    assert names(town) == ["甲", "丙", "乙"]
    street.post(f"{VIEWS}{first.pk}/", {"do": "up"})
    street.post(f"{VIEWS}{first.pk}/", {"do": "down"})
    assert names(town) == ["丙", "甲", "乙"]
    street.post(f"{VIEWS}{second.pk}/", {"do": "rename", "name": "丁"})
    street.post(f"{VIEWS}{second.pk}/", {"do": "rename", "name": "甲"})  # taken
    assert names(town) == ["丙", "甲", "丁"]
    street.post(f"{VIEWS}{first.pk}/", {"do": "delete"})
    assert names(town) == ["丙", "丁"]
    assert street.post(f"{VIEWS}{second.pk}/", {"do": "nothing"}).status_code == 404


def test_the_queue_opens_in_the_default_and_only_when_nothing_is_asked(town, street):
    one, other = saved(town, "急的", urgency="U1"), saved(town, "路面", kind="04")
    street.post(f"{VIEWS}{one.pk}/", {"do": "default"})
    street.post(f"{VIEWS}{other.pk}/", {"do": "default"})
    assert SavedView.objects.filter(is_default=True).get() == other
    assert street.get(QUEUE).url == "/cases/?tab=open&kind=04"
    assert street.get(QUEUE, {"tab": "screen"}).status_code == 200
    street.post(f"{VIEWS}{other.pk}/", {"do": "plain"})
    assert street.get(QUEUE).status_code == 200


def test_each_desk_has_some_from_the_start(town, street):
    shipped = [str(view.name) for view in views_of(town["dispatcher"])]
    assert "紧急待派" in shipped
    assert "新来的急件" in [str(view.name) for view in views_of(town["community"])]
    page = street.get(VIEWS).content.decode()
    assert "还没有存过视图" in page
    assert "紧急程度 紧急" in page


def test_there_is_an_end_to_it(town):
    for number in range(MOST):
        saved(town, f"视图 {number}")
    with pytest.raises(TooManyViews):
        saved(town, "再来一个")


def test_they_go_with_the_person(town):
    saved(town, "我的", words="王师傅")
    table = next(table for table in registered() if table.model is SavedView)
    person = town.persons["dispatcher"]
    subject = Subject(person_id=person.pk, subject_id=None)
    assert [row["query"] for row in table.export(subject)] == [{"words": "王师傅"}]
    assert table.erase(subject, now=town.now).removed == 1


def test_reading_them_is_one_statement(town, django_assert_num_queries):
    for number in range(5):
        saved(town, f"视图 {number}")
    with django_assert_num_queries(1):
        views_of(town["dispatcher"])
