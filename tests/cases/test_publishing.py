"""A solved case on its way to everybody: its reporter agrees, somebody without a part in it looks, both may end it."""

import dataclasses
from datetime import timedelta

import pytest

from nuanxin.cases import services
from nuanxin.cases.enums import PublicationState
from nuanxin.cases.models import Publication, Redaction
from nuanxin.cases.queries.catalogue import kind_of
from nuanxin.cases.queries.public_map import facets, public_points
from nuanxin.cases.queries.publication_review import publication_counts, publications, review
from nuanxin.cases.queries.publications import PublicFilters, public_figures, public_row, public_rows
from nuanxin.cases.queries.publishing import is_public_kind
from nuanxin.cases.services.publishing import AlreadyDecided, Flagged, NotPublishable
from nuanxin.cases.services.publishing_settings import NeverPublic
from nuanxin.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from nuanxin.kernel.events import drain
from nuanxin.people.models import Consent, ConsentPurpose
from nuanxin.people.services import give_consent, withdraw_consent
from tests.factories.desks import reported
from tests.factories.publishing import WORDS, offered, open_streets, published, solved
from tests.factories.town import COMMUNITY, DISTRICT, LAT, LNG, NEXT_COMMUNITY, OTHER_STREET, STREET

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _open(town):
    open_streets(town)


def write(town, row, *, who="dispatcher", cleared=(), before=None, after=None, **words):
    return services.publish_case(
        actor=town[who],
        publication=row,
        words={**WORDS, **words},
        before_id=before,
        after_id=after,
        cleared=cleared,
        now=town.now + 3 * HOUR,
    )


def shown():
    return [row.number for row in public_rows()]


# --- The way there ---------------------------------------------------------------------------------------------


def test_all_the_way(town, photo):
    case = solved(town, photo)
    row = offered(town, case)
    assert row.state == PublicationState.WANTED
    assert shown() == []
    consent = Consent.objects.get(person=town.persons["worker"], purpose="publication")
    assert (row.agreed_version, row.agreed_hash) == (consent.version, consent.text_hash)
    write(town, row)
    (public,) = public_rows()
    assert (public.title, public.wrong, public.done) == tuple(WORDS.values())
    assert public.unit == "暖阳区城管局"
    assert public.area == "枫林街道 枫桥社区"
    assert public.area_code == COMMUNITY


def test_words_that_nobody_sees_are_not_published(town, photo):
    row = offered(town, solved(town, photo))
    with pytest.raises(Invalid):
        write(town, row, wrong="\u200b\u202e")
    with pytest.raises(Invalid):  # taken for a number, whatever stands between its digits
        write(town, row, wrong="打 138\u200b1234\u20605678 的人说灯不亮")
    assert shown() == []
    write(town, row, title="\u202e路灯亮了")
    assert public_rows()[0].title == "路灯亮了"


def test_agreeing_twice_is_agreeing_once(town, photo):
    case = solved(town, photo)
    assert offered(town, case).pk == offered(town, case).pk
    assert Publication.objects.count() == 1


def test_without_the_reporters_yes_there_is_nothing_to_review(town, photo):
    solved(town, photo)
    assert publications(town["dispatcher"]) == []


def test_nobody_else_agrees_for_the_reporter(town, photo):
    case = solved(town, photo)
    for who in ("other_worker", "dispatcher", "community", "guard"):
        with pytest.raises((NotFound, NotAllowed)):
            services.offer_publication(actor=town[who], case=case, now=town.now + HOUR)


def test_the_place_is_rough_and_the_time_is_days(town, photo):
    case = solved(town, photo)
    public = published(town, case)
    row = public_row(public_id=public.public_id)
    assert row.lng != case.lng
    assert row.lat != case.lat
    assert abs(row.lng - case.lng) < 0.02
    neighbour = solved(town, photo, place={"lng": LNG + 0.0021, "lat": LAT + 0.0021})
    other = public_row(public_id=published(town, neighbour).public_id)
    assert (row.lng, row.lat) == (other.lng, other.lat)
    held = dataclasses.asdict(row)
    assert not any(hasattr(value, "hour") for value in held.values())


def test_a_property_manager_and_a_shop_are_not_named(town, photo):
    case = solved(town, photo)
    type(case).objects.filter(pk=case.pk).update(handled_by=town.organisations["property"])
    published(town, case)
    assert public_rows()[0].unit == "物业"


# --- What may be shown at all ------------------------------------------------------------------------------------


def test_nothing_where_the_city_has_not_switched_it_on(town, photo):
    case = solved(town, photo)
    services.put_public_area(actor=town["swd"], code=STREET, is_on=False, now=town.now)
    with pytest.raises(NotPublishable):
        offered(town, case)


def test_switching_a_street_off_hides_what_was_public_at_once(town, photo):
    published(town, solved(town, photo))
    services.put_public_area(actor=town["swd"], code=DISTRICT, is_on=True, now=town.now)
    assert len(shown()) == 1
    services.put_public_area(actor=town["swd"], code=STREET, is_on=False, now=town.now)
    assert shown() == []


def test_an_agreement_to_older_words_shows_nothing_until_it_is_given_anew(town, photo):
    published(town, solved(town, photo))
    assert len(shown()) == 1
    ConsentPurpose.objects.filter(pk="publication").update(version=2, text="新的说明")
    assert shown() == []
    give_consent(person=town.persons["worker"], purpose="publication", now=town.now + 5 * HOUR)
    assert len(shown()) == 1


def test_kinds_that_no_city_shows(town):
    for category in ("0504", "1204", "1101", "1205", "0101", "1104"):
        with pytest.raises(NeverPublic):
            services.put_public_kinds(
                actor=town["swd"], changes={category: True, "0401": False}, now=town.now
            )
    assert is_public_kind(kind_of("0401"))  # all or none


def test_a_kind_that_the_city_excludes_is_gone_at_once(town, photo):
    case = solved(town, photo)
    published(town, case)
    assert services.put_public_kinds(actor=town["swd"], changes={case.category_id: False}, now=town.now) == 1
    assert shown() == []
    services.put_public_kinds(actor=town["swd"], changes={case.category_id: True, "0402": True}, now=town.now)
    assert len(shown()) == 1


def test_who_does_not_set_what_a_city_shows(town):
    for who in ("dispatcher", "street_lead", "worker", "community"):
        with pytest.raises(NotAllowed):
            services.put_public_area(actor=town[who], code=STREET, is_on=True, now=town.now)


def test_only_what_is_solved(town, photo):
    case = solved(town, photo, outcome="explained")
    with pytest.raises(NotPublishable):
        offered(town, case)
    with pytest.raises(NotPublishable):
        services.offer_publication(actor=town["worker"], case=reported(town, "0302"), now=town.now + HOUR)


# --- Who looks ---------------------------------------------------------------------------------------------------


REVIEWERS = {"dispatcher", "street_lead", "swd"}


def test_who_reviews(town, photo):
    row = offered(town, solved(town, photo))
    for who in town.actors:
        sees = int(who in REVIEWERS)
        assert len(publications(town[who])) == sees, who
        assert publication_counts(town[who])["waiting"] == sees, who
        if not sees:
            with pytest.raises(NotFound):
                review(town[who], row.public_id)
            with pytest.raises(NotFound):
                write(town, row, who=who)


def test_who_handled_it_does_not_publish_it(town, photo):
    case = solved(town, photo)
    type(case).objects.filter(pk=case.pk).update(handled_by=town.organisations["street"])
    row = offered(town, case)
    assert publications(town["dispatcher"]) == []
    with pytest.raises(NotFound):
        write(town, row)
    write(town, row, who="swd")
    assert len(shown()) == 1


def test_who_reported_it_does_not_publish_it(town, photo):
    row = offered(town, solved(town, photo))
    moonlighting = dataclasses.replace(town["dispatcher"], subject_id=town["worker"].subject_id)
    with pytest.raises(NotFound):
        services.publish_case(
            actor=moonlighting,
            publication=row,
            words=WORDS,
            before_id=None,
            after_id=None,
            cleared=(),
            now=town.now,
        )


def test_a_page_of_the_queue_asks_the_same_however_long(town, photo, django_assert_num_queries):
    offered(town, solved(town, photo))
    with django_assert_num_queries(2):
        assert len(publications(town["dispatcher"])) == 1
    for _ in range(3):
        offered(town, solved(town, photo))
    with django_assert_num_queries(2):
        assert len(publications(town["dispatcher"])) == 4


# --- The words ---------------------------------------------------------------------------------------------------


def test_a_number_is_never_public(town, photo):
    row = offered(town, solved(town, photo))
    with pytest.raises(Flagged) as refused:
        write(town, row, done="有问题打 138 **** 5678", cleared=["138 **** 5678"])
    assert "138 **** 5678" in str(refused.value.fields["done"])
    assert shown() == []


def test_what_a_machine_cannot_decide_somebody_clears(town, photo):
    row = offered(town, solved(town, photo))
    with pytest.raises(Flagged):
        write(town, row, done="李师傅补平了路面")
    write(town, row, done="李师傅补平了路面", cleared=["李师傅"])
    assert len(shown()) == 1


def test_the_reporters_own_words_are_never_public(town, photo):
    said = "我昨晚送餐经过这里差点连人带车摔进坑里"
    row = offered(town, solved(town, photo, text=said))
    with pytest.raises(Flagged) as refused:
        write(town, row, wrong="有人昨晚送餐经过这里，差点连人带车摔进坑里。", cleared=[said])
    assert list(refused.value.fields) == ["wrong"]


def test_nor_what_was_said_later_nor_the_compound_by_name(town, photo):
    case = solved(town, photo)
    services.answer_question(
        actor=town["worker"], case=case, text="就在我每天取餐那家店的后门旁边", now=town.now
    )
    row = offered(town, case)
    with pytest.raises(Flagged):
        write(town, row, wrong="在每天取餐那家店的后门旁边")
    with pytest.raises(Flagged):
        write(town, row, done="云栖里 5 号楼 3 单元 502门口修好了")


def test_a_words_list_of_the_city(town, photo):
    services.put_sensitive_words(actor=town["swd"], words=["蓝衣服", " ", "蓝衣服"], now=town.now)
    row = offered(town, solved(town, photo))
    with pytest.raises(Flagged):
        write(town, row, wrong="一位蓝衣服的路人看到的")
    services.put_sensitive_words(actor=town["swd"], words=[], now=town.now)
    with pytest.raises(Flagged):
        write(town, row, wrong="上报人看到的")


def test_empty_words_are_asked_for(town, photo):
    row = offered(town, solved(town, photo))
    with pytest.raises(Invalid) as refused:
        write(town, row, done=" ")
    assert "done" in refused.value.fields


def test_a_draft_is_kept_and_shown_to_nobody(town, photo):
    row = offered(town, solved(town, photo))
    given = {"before_id": None, "after_id": None, "cleared": (), "now": town.now}
    services.draft_publication(actor=town["dispatcher"], publication=row, words=WORDS, **given)
    row.refresh_from_db()
    assert (row.state, row.title) == (PublicationState.IN_REVIEW, WORDS["title"])
    assert shown() == []


def test_a_picture_that_nobody_released_is_refused(town, photo):
    case = solved(town, photo)
    row = offered(town, case)
    taken = Redaction.objects.filter(case=case).first()
    assert taken is not None
    with pytest.raises(Invalid) as refused:
        write(town, row, after=taken.attachment_id)
    assert "after" in refused.value.fields


# --- Taken back --------------------------------------------------------------------------------------------------


def test_taken_back_it_is_gone_from_everywhere(town, photo):
    case = solved(town, photo)
    row = published(town, case)
    assert public_points(PublicFilters())["features"]
    services.take_back_publication(actor=town["worker"], case=case, now=town.now + 4 * HOUR)
    assert shown() == []
    assert public_row(public_id=row.public_id) is None
    assert public_points(PublicFilters())["features"] == []
    assert public_figures().count == 0
    assert not Consent.objects.filter(purpose="publication", withdrawn_at=None).exists()
    services.take_back_publication(actor=town["worker"], case=case, now=town.now + 5 * HOUR)


def test_taking_one_back_leaves_the_other(town, photo):
    first, second = solved(town, photo), solved(town, photo)
    published(town, first), published(town, second)
    services.take_back_publication(actor=town["worker"], case=first, now=town.now + 4 * HOUR)
    assert shown() == [second.number]


def test_the_consent_itself_withdrawn_hides_it_before_any_worker_has_run(town, photo):
    case = solved(town, photo)
    row = published(town, case)
    withdraw_consent(person=town.persons["worker"], purpose="publication", now=town.now + 4 * HOUR)
    assert shown() == []
    drain(now=town.now + 4 * HOUR)
    row.refresh_from_db()
    assert row.state == PublicationState.WITHDRAWN


def test_agreed_to_once_more_it_is_looked_at_once_more(town, photo):
    case = solved(town, photo)
    published(town, case)
    services.take_back_publication(actor=town["worker"], case=case, now=town.now + 4 * HOUR)
    assert offered(town, case).state == PublicationState.WANTED
    assert shown() == []


def test_reopened_it_is_public_no_more(town, photo):
    case = solved(town, photo)
    row = published(town, case)
    services.reopen_case(actor=town["worker"], case=case, opinion="又坏了", now=town.now + 4 * HOUR)
    assert shown() == []
    row.refresh_from_db()
    assert row.state == PublicationState.WANTED


def test_the_office_takes_it_down_and_says_why(town, photo):
    case = solved(town, photo)
    row = published(town, case)
    services.refuse_publication(
        actor=town["street_lead"], publication=row, opinion="照片里有店招", now=town.now + 4 * HOUR
    )
    assert shown() == []
    with pytest.raises(AlreadyDecided):
        offered(town, case)


def test_to_be_put_right_it_comes_down_first(town, photo):
    row = published(town, solved(town, photo))
    services.revise_publication(actor=town["dispatcher"], publication=row, now=town.now + 4 * HOUR)
    assert shown() == []
    row.refresh_from_db()
    write(town, row, title="路面补平了")
    assert public_rows()[0].title == "路面补平了"


def test_what_is_public_is_not_published_twice(town, photo):
    row = published(town, solved(town, photo))
    with pytest.raises(Conflict):
        write(town, row)


def test_erased_it_is_gone(town, photo):
    published(town, solved(town, photo))
    services.withdraw_publications(subject_id=town["worker"].subject_id, now=town.now)
    assert shown() == []
    assert services.withdraw_publications(subject_id=None, now=town.now) == 0


# --- Narrowed and paged ------------------------------------------------------------------------------------------


def test_narrowed_by_kind_place_and_day(town, photo):
    case = solved(town, photo)
    published(town, case)
    day = case.closed_at.date()
    assert len(public_rows(PublicFilters(major="04"))) == 1
    assert public_rows(PublicFilters(major="03")) == []
    assert len(public_rows(PublicFilters(scope_code=STREET))) == 1
    assert public_rows(PublicFilters(scope_code=NEXT_COMMUNITY)) == []
    assert public_rows(PublicFilters(scope_code="nonsense")) == []
    assert len(public_rows(PublicFilters(solved_since=day, solved_until=day))) == 1
    assert public_rows(PublicFilters(solved_since=day + timedelta(days=1))) == []
    assert (
        len(public_rows(PublicFilters(reported_until=day, categories=["0401"], numbers=[case.number]))) == 1
    )
    found = facets()
    assert [major for major, _ in found.majors] == ["04"]
    assert [code for code, _ in found.areas] == [STREET, COMMUNITY]


def test_paged_by_a_cursor(town, photo, django_assert_num_queries):
    for _ in range(3):
        published(town, solved(town, photo))
    first = public_rows(most=2)
    second = public_rows(after=first[-1].cursor, most=2)
    assert len({row.number for row in first + second}) == 3
    assert public_rows(after="20260101-x", most=5) == public_rows(most=5)
    public_rows()
    with django_assert_num_queries(3):
        public_rows()


def test_another_street_may_be_off(town, photo):
    published(town, solved(town, photo))
    assert public_rows(PublicFilters(scope_code=OTHER_STREET)) == []
