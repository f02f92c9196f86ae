"""Several people report one hole: found before sending, merged, followed by all, and nobody learns of another."""

from datetime import timedelta

import pytest

from nuanxin.cases import services
from nuanxin.cases.enums import CaseState
from nuanxin.cases.models import Case, Clock, Confirmation, Rating, Task
from nuanxin.cases.queries import detail, own
from nuanxin.cases.queries.audience import audience, heat_of
from nuanxin.cases.queries.duplicates import (
    Place,
    offers_for,
    reasons,
    similar_cases,
    similar_to,
    words_alike,
)
from nuanxin.cases.services.confirming import NotOffered, OverMeanwhile
from nuanxin.cases.services.feedback import NotRateable
from nuanxin.cases.services.merging import MergedMeanwhile
from nuanxin.cases.services.steps import MissingField
from nuanxin.kernel.errors import NotAllowed, NotFound
from nuanxin.kernel.events import drain
from nuanxin.kernel.events.models import Event
from nuanxin.notifications import queries as inbox
from tests.factories.desks import dispatched, handed_in, reported
from tests.factories.pictures import scene
from tests.factories.town import LAT, LNG

MINUTE = timedelta(minutes=1)
HERE = {"lng": LNG + 0.002, "lat": LAT + 0.002}
METRE = 1 / 111_195  # of latitude


def place(category="0401", metres=20.0, text=""):
    return Place(category, HERE["lng"], HERE["lat"] + metres * METRE, text)


def offers(town, who="other_worker", now=None, **given):
    return offers_for(town[who], place(**given), now=now or town.now + MINUTE)


def confirmed(town, who, now=None):
    now = now or town.now + MINUTE
    offer = next(each for each in offers(town, who, now=now) if each.is_open)
    return services.confirm_case(actor=town[who], token=offer.token, key=f"seen-{who}", now=now)


def merged(town, child, parent, who="dispatcher", now=None):
    return services.merge_case(
        actor=town[who],
        case=child,
        parent=parent.number,
        opinion="同一个坑",
        now=now or town.now + 3 * MINUTE,
    )


def titles(town, who, now):
    lines, _ = inbox.inbox_page(town[who], now=now)
    return [line.title for line in lines]


# --- Candidates ---
@pytest.mark.parametrize(("metres", "found"), [(0, 1), (20, 1), (49, 1), (51, 0), (500, 0)])
def test_within_fifty_metres(town, metres, found):
    reported(town, **HERE)
    assert len(similar_cases(place(metres=metres), now=town.now)) == found


def test_only_of_the_same_kind(town):
    reported(town, "0302", **HERE)
    assert not similar_cases(place("0401"), now=town.now)


def test_closed_ones_for_two_days(town, photo):
    case = handed_in(town, photo)
    closed = town.now + timedelta(hours=1)
    services.pass_verification(actor=town["dispatcher"], case=case, outcome="solved", now=closed)
    assert similar_cases(place(), now=closed + timedelta(hours=47))
    assert not similar_cases(place(), now=closed + timedelta(hours=49))


def test_what_was_refused_or_merged_is_no_candidate(town):
    refused = reported(town, **HERE)
    services.reject_case(actor=town["dispatcher"], case=refused, reason="7", opinion="不归街道", now=town.now)
    parent, child = reported(town, **HERE), reported(town, who="other_worker", **HERE)
    merged(town, child, parent)
    assert [each.number for each in similar_cases(place(), now=town.now + MINUTE)] == [parent.number]


def test_the_nearer_and_the_more_alike_come_first(town):
    far = reported(town, text="井盖", lng=HERE["lng"], lat=HERE["lat"] + 45 * METRE)
    near = reported(town, text="路面塌了一个大坑", who="other_worker", **HERE)
    found = similar_cases(place(metres=0, text="路面有个大坑，塌了"), now=town.now)
    assert [each.number for each in found] == [near.number, far.number]
    assert "描述相近" in reasons(found[0])
    assert words_alike("路面塌了", "路面塌了") == 1
    assert not words_alike("", "坑")


def test_pictures_that_look_alike_say_so(town):
    first = reported(town, photos=(scene(1),), **HERE)
    same = reported(town, who="other_worker", photos=(scene(1, quality=60),), **HERE)
    other = reported(town, who="resident", photos=(scene(2),), **HERE)
    found = {each.number: each for each in similar_to(first, now=town.now)}
    assert "照片相像" in reasons(found[same.number])
    assert "照片相像" not in reasons(found[other.number])
    assert found[same.number].score > found[other.number].score


def test_confidential_kinds_never_offer_or_leak(town):
    case = reported(town, "1101", text="", photos=(), **HERE)
    assert case.visibility == "confidential"
    assert not similar_cases(place("1101"), now=town.now)
    assert not offers(town, category="1101")
    assert not similar_to(case, now=town.now)
    Case.objects.filter(pk=case.pk).update(category_id="0401")  # even if it were of an open kind
    assert not similar_cases(place("0401"), now=town.now)


def test_danger_to_life_is_never_delayed(town):
    reported(town, "0101", text="楼道里很大煤气味", **HERE)
    assert not offers(town, category="0101")


def test_one_statement_however_many(town, django_assert_num_queries):
    reported(town, **HERE)
    similar_cases(place(), now=town.now)
    with django_assert_num_queries(1):
        assert len(similar_cases(place(), now=town.now)) == 1
    for who in ("worker", "resident", "other_worker"):
        reported(town, who=who, **HERE)
    with django_assert_num_queries(1):
        assert len(similar_cases(place(), now=town.now)) == 4


# --- “我也看到了” ---
def test_an_offer_tells_coarse_facts_only(town):
    reported(town, text="就在我家楼下", **HERE)
    (offer,) = offers(town)
    assert (offer.about_m, offer.step, offer.is_open, offer.own) == (20, 2, True, "")
    said = str(offer)
    assert "我家" not in said
    assert "单元" not in said


def test_seen_too_is_no_new_case_but_followed(town):
    case = reported(town, **HERE)
    seen = confirmed(town, "other_worker")
    assert seen == (case.number, 1, True)
    assert Case.objects.count() == 1
    case.refresh_from_db()
    assert case.heat == 2
    lines = own.own_lines(town["other_worker"], now=town.now)
    assert [(line.case.number, line.is_mine) for line in lines] == [(case.number, False)]
    event = Event.objects.get(name__endswith="CaseConfirmed")
    assert event.payload["position"] == 1
    assert event.subject_id == town["other_worker"].subject_id


def test_once_for_each_person(town):
    reported(town, **HERE)
    first = confirmed(town, "other_worker")
    again = confirmed(town, "other_worker", now=town.now + 2 * MINUTE)
    assert not again.created
    assert again.number == first.number
    assert Confirmation.objects.count() == 1
    assert confirmed(town, "resident").position == 2
    assert not confirmed(town, "worker").created  # one's own report
    assert Confirmation.objects.count() == 2


def test_only_what_was_offered_to_oneself(town):
    reported(town, **HERE)
    token = offers(town)[0].token
    with pytest.raises(NotOffered):
        services.confirm_case(actor=town["resident"], token=token, key="stolen-key", now=town.now + MINUTE)
    with pytest.raises(NotOffered):
        services.confirm_case(actor=town["other_worker"], token="forged", key="forged-key", now=town.now)
    late = town.now + timedelta(hours=3)
    with pytest.raises(NotOffered):
        services.confirm_case(actor=town["other_worker"], token=token, key="late-key-1", now=late)
    with pytest.raises(NotAllowed):
        services.confirm_case(actor=town["dispatcher"], token=token, key="staff-key-1", now=town.now)


def test_what_is_over_is_not_confirmed(town):
    case = reported(town, **HERE)
    token = offers(town)[0].token
    services.reject_case(actor=town["dispatcher"], case=case, reason="7", opinion="不归街道", now=town.now)
    with pytest.raises(OverMeanwhile):
        services.confirm_case(actor=town["other_worker"], token=token, key="seen-late", now=town.now + MINUTE)


def test_who_follows_reads_neither_words_nor_door(town, photo):
    case = reported(town, text="在我家楼下看见的", photos=(photo(),), **HERE)
    confirmed(town, "other_worker")
    page = own.own_page(town["other_worker"], case.number, now=town.now + MINUTE)
    said = " ".join([page.line.place, *(step.title + step.words for step in page.steps)])
    assert "我家" not in said
    assert "单元" not in said
    assert "你也看到了" in said
    assert not any(step.photos for step in page.steps)
    assert page.before is None
    picture = detail.timeline(case)[0].attachments.all()[0].file.public_id
    assert detail.file_for(town["worker"], picture)
    with pytest.raises(NotFound):
        detail.file_for(town["other_worker"], picture)
    with pytest.raises(NotFound):
        services.answer_question(actor=town["resident"], case=case, text="我", now=town.now)


def test_all_progress_reaches_who_has_seen_it(town):
    case = reported(town, **HERE)
    confirmed(town, "other_worker")
    now = town.now + 5 * MINUTE
    lead = town.organisations["city_management"]
    services.dispatch_case(actor=town["dispatcher"], case=case, lead=lead, now=now)
    drain(now=now)
    for who in ("worker", "other_worker"):
        assert "已派给暖阳区城管局" in titles(town, who, now), who
    assert "收到了：道路破损坑洼" not in titles(town, "other_worker", now)
    assert titles(town, "resident", now) == []


def test_each_follower_rates_and_only_the_first_reopens(town, photo):
    case = handed_in(town, photo)
    confirmed(town, "other_worker")
    closed = town.now + timedelta(hours=1)
    services.pass_verification(actor=town["dispatcher"], case=case, outcome="solved", now=closed)

    def rate(who, *, solved):
        return services.rate_case(
            actor=town[who], case=case, contacted=True, solved=solved, satisfied=solved, now=closed + MINUTE
        )

    rate("worker", solved=True)
    with pytest.raises(NotRateable):
        rate("worker", solved=True)
    rate("other_worker", solved=False)
    case.refresh_from_db()
    assert case.state == CaseState.REOPENED
    assert Rating.objects.filter(case=case).count() == 2
    page = own.own_page(town["worker"], case.number, now=closed + 2 * MINUTE)
    assert "有人说没解决" not in page.steps[0].title  # to the reporter it reads like any reopening


def test_a_follower_does_not_verify(town, photo):
    case = handed_in(town, photo)
    grid = town["grid_part"]
    assert case in Case.objects.filter(detail.policy.rule("cases.verify", grid))
    confirmed(town, "grid_part")
    assert case not in Case.objects.filter(detail.policy.rule("cases.verify", grid))


# --- 并案、分案 ---
def test_merging_ends_the_work_on_the_child(town):
    parent = reported(town, **HERE)
    child = dispatched(town, now=town.now + MINUTE)
    child = merged(town, child, parent)
    assert child.state == CaseState.MERGED
    assert child.parent_id == parent.pk
    assert child.closed_at is not None
    assert not Task.objects.filter(case=child, ended_at=None).exists()
    assert not Clock.objects.filter(case=child, stopped_at=None).exists()
    parent.refresh_from_db()
    assert parent.heat == 1  # the same person twice is one person
    other = reported(town, who="other_worker", **HERE)
    merged(town, other, parent)
    parent.refresh_from_db()
    assert parent.heat == 2


def test_chains_are_flattened(town):
    one, two, three = (reported(town, who=who, **HERE) for who in ("worker", "other_worker", "resident"))
    merged(town, three, two)
    merged(town, two, one)
    assert set(Case.objects.filter(parent=one).values_list("pk", flat=True)) == {two.pk, three.pk}
    four = reported(town, who="grid_part", **HERE)
    merged(town, four, three)  # a merged one leads on
    four.refresh_from_db()
    assert four.parent_id == one.pk
    assert heat_of(one.pk) == 4
    with pytest.raises(MergedMeanwhile):
        merged(town, Case.objects.get(pk=one.pk), two)


def test_what_cannot_be_merged(town):
    case = reported(town, **HERE)
    refused = reported(town, who="resident", **HERE)
    services.reject_case(actor=town["dispatcher"], case=refused, reason="7", opinion="不归街道", now=town.now)
    secret = reported(town, "1101", text="", **HERE)
    for parent, error in ((case, MissingField), (refused, MergedMeanwhile), (secret, MissingField)):
        with pytest.raises(error):
            merged(town, case, parent)
    elsewhere = reported(town, lng=LNG + 0.025, lat=LAT + 0.005)
    with pytest.raises(MissingField):
        merged(town, case, elsewhere)
    with pytest.raises(NotAllowed):
        merged(town, case, reported(town, who="other_worker", **HERE), who="community")


def test_all_reporters_get_all_progress(town, photo):
    parent = handed_in(town, photo)
    child = reported(town, who="other_worker", now=town.now + MINUTE, **HERE)
    confirmed(town, "resident")
    merged(town, child, parent)
    drain(now=town.now + 4 * MINUTE)
    assert "和别人报的是同一件：道路破损坑洼" in titles(town, "other_worker", town.now + 4 * MINUTE)
    closed = town.now + timedelta(hours=1)
    services.pass_verification(actor=town["dispatcher"], case=parent, outcome="solved", now=closed)
    drain(now=closed)
    for who in ("worker", "other_worker", "resident"):
        assert "办好了：道路破损坑洼" in titles(town, who, closed), who
    numbers = {each.subject_id: each.number for each in audience(parent.pk)}
    assert numbers[town["other_worker"].subject_id] == child.number
    assert numbers[town["worker"].subject_id] == parent.number


def test_the_childs_page_shows_the_parents_progress(town, photo):
    parent = handed_in(town, photo)
    Case.objects.filter(pk=parent.pk).update(text="在我家楼下看见的")
    child = reported(town, who="other_worker", text="这里有个坑", now=town.now + MINUTE, **HERE)
    merged(town, child, parent)
    page = own.own_page(town["other_worker"], child.number, now=town.now + 4 * MINUTE)
    said = " ".join(step.title + step.words for step in page.steps)
    assert page.line.done_steps == 4
    assert "这里有个坑" in said
    assert "和别人报的是同一件，一起办" in said
    assert "已填平压实" in said
    assert "我家" not in said
    assert [line.case.number for line in own.own_lines(town["other_worker"], now=town.now, is_open=True)] == [
        child.number
    ]
    result = next(log for log in detail.timeline(parent) if log.action == "submit_result" and log.task_id)
    picture = result.attachments.all()[0].file.public_id
    assert detail.file_for(town["other_worker"], picture)
    with pytest.raises(NotFound):
        own.own_page(town["other_worker"], parent.number, now=town.now)


def test_a_merged_reporter_rates_under_the_own_number(town, photo):
    parent = handed_in(town, photo)
    child = reported(town, who="other_worker", now=town.now + MINUTE, **HERE)
    merged(town, child, parent)
    closed = town.now + timedelta(hours=1)
    services.pass_verification(actor=town["dispatcher"], case=parent, outcome="solved", now=closed)
    services.rate_case(
        actor=town["other_worker"],
        case=child,
        contacted=True,
        solved=False,
        satisfied=False,
        now=closed + MINUTE,
    )
    parent.refresh_from_db()
    assert parent.state == CaseState.REOPENED
    assert Case.objects.get(pk=child.pk).state == CaseState.MERGED
    assert [rating.case_id for rating in detail.ratings_of(parent)] == [child.pk]


def test_a_merged_reporters_words_reach_the_handlers(town):
    parent, child = reported(town, **HERE), reported(town, who="other_worker", **HERE)
    merged(town, child, parent)
    services.answer_question(actor=town["other_worker"], case=child, text="坑里有水了", now=town.now + MINUTE)
    assert [message.text for message in detail.messages_of(parent)] == ["坑里有水了"]
    assert not own.own_page(town["worker"], parent.number, now=town.now).messages


def test_splitting_gives_the_report_its_own_way_back(town):
    parent, child = reported(town, **HERE), dispatched(town, now=town.now + MINUTE)
    child = merged(town, child, parent)
    with pytest.raises(MissingField):
        services.split_case(actor=town["dispatcher"], case=child, opinion=" ", now=town.now + 5 * MINUTE)
    child = services.split_case(
        actor=town["dispatcher"], case=child, opinion="不是一个坑", now=town.now + 5 * MINUTE
    )
    assert (child.state, child.parent_id, child.closed_at) == (CaseState.REPORTED, None, None)
    assert child.next_due_at is not None
    assert Clock.objects.filter(case=child, stopped_at=None).count() == 2
    services.dispatch_case(
        actor=town["dispatcher"],
        case=child,
        lead=town.organisations["city_management"],
        now=town.now + 6 * MINUTE,
    )


def test_leaving_cuts_the_link_and_keeps_the_number_of_people(town):
    case = reported(town, **HERE)
    confirmed(town, "other_worker")
    subject = town["other_worker"].subject_id
    exported = list(services.personal.export_confirmations(subject))
    assert [row["number"] for row in exported] == [case.number]
    assert "text" not in exported[0]
    assert services.personal.erase_confirmations(subject_id=subject, now=town.now) == 1
    assert [each.subject_id for each in audience(case.pk)] == [town["worker"].subject_id]
    assert heat_of(case.pk) == 2
