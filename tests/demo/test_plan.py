"""The thirty days: true to the tables of a case, complete, punctual enough, and the same every time."""

import io
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image
from shapely.geometry import Point

from nuanxin.cases.enums import RejectReason, ReturnReason
from nuanxin.demo.catalogue import demo_kinds
from nuanxin.demo.city import build_city
from nuanxin.demo.organisations import organisations
from nuanxin.demo.personas import cast
from nuanxin.demo.pictures import family_of, picture
from nuanxin.demo.scenes import HOURS
from nuanxin.demo.script import plan, steps_in_order
from nuanxin.demo.stories import texts
from nuanxin.kernel.worktime import SHANGHAI, WorkCalendar, due_at

END = datetime(2026, 11, 18, 2, 30, tzinfo=UTC)
START = END - timedelta(days=30)


@pytest.fixture(scope="module")
def city():
    return build_city()


@pytest.fixture(scope="module")
def people(city):
    return cast(city)


@pytest.fixture(scope="module")
def reports(city, people):
    return plan(1, START, city=city, people=people)


def test_the_same_script_every_time(city, people, reports):
    assert plan(1, START, city=city, people=people) == reports
    assert plan(2, START, city=city, people=people) != reports


def test_there_are_as_many_as_asked_for_and_all_inside_the_days(city, people, reports):
    assert len(reports) == 400
    assert len({report.key for report in reports}) == 400
    assert len(plan(1, START, count=150, city=city, people=people)) == 150
    assert all(START <= report.at < END for report in reports)
    assert all(report.at <= step.at < END for report in reports for step in report.steps)


def test_every_category_is_there(reports):
    assert {report.category for report in reports} == set(demo_kinds())


def test_steps_come_one_after_another(reports):
    for report in reports:
        times = [step.at for step in report.steps]
        assert times == sorted(times)
    assert [at for at, _, _ in steps_in_order(reports)] == sorted(at for at, _, _ in steps_in_order(reports))


def test_every_way_a_case_can_go_is_gone(reports):
    assert {
        *("closed", "self_handled", "late", "rework", "reopened", "returned", "asked", "rejected"),
        *("consulted", "helped", "extended", "supervised", "shelved", "appealed"),
    } <= {report.arc for report in reports}
    ends = Counter(report.actions[-1] if report.actions else "report" for report in reports)
    assert {"report", "screen", "file", "dispatch", "claim", "accept", "start", "return", "submit_result", "verify",
            "fail", "pass", "rate", "reject", "ask"} <= set(ends)  # fmt: skip
    assert ends["pass"] + ends["rate"] > 0.6 * len(reports)
    assert any(report.actions[-1:] == ("rate",) and not report.steps[-1].answers[1] for report in reports)


def test_five_to_eight_in_a_hundred_are_overdue(reports):
    assert 0.04 <= sum(map(_is_overdue, reports)) / len(reports) <= 0.08


def test_only_those_meant_to_be_late_are(reports):
    assert {report.arc for report in reports if _is_overdue(report)} <= {"late", "appealed"}


def _is_overdue(report):
    """By the total clock, which starts with the dispatch, for U1 with receipt, and again on reopening."""
    kind = demo_kinds()[report.category]
    filed, closed = (report.at if kind.urgency == "U1" else None), None
    for step in report.steps:
        if step.action in {"dispatch", "file"} and filed is None:
            filed = step.at
        if step.action == "rate" and not step.answers[1]:
            filed, closed = step.at, None
        if step.action in {"pass", "reject", "transfer"}:
            closed = step.at
    if filed is None or "approve_shelving" in report.actions:  # there the clocks stand still
        return False
    granted = "grant_extension" in report.actions
    until = next((step.until for step in report.steps if step.until), None) if granted else None
    return (closed or END) > (until or due_at(filed, kind.finish, WorkCalendar()).at)


def test_riders_report_outside_their_peaks(reports):
    assert HOURS[12] < HOURS[14] / 3
    ordinary = [report.at.astimezone(SHANGHAI).hour for report in reports]
    assert sum(hour in {11, 12, 17, 18, 19} for hour in ordinary) < 0.15 * len(ordinary)


def test_offices_work_in_office_hours(reports):
    """Urgent cases are handled by whoever is on duty; the others wait for the office to open."""
    for report in reports:
        if demo_kinds()[report.category].natural:
            continue
        for step in report.steps:
            local = step.at.astimezone(SHANGHAI)
            if step.action not in {"rate", "answer", "confirm"}:
                assert local.weekday() < 5
                assert 9 <= local.hour < 18


def test_the_place_is_in_its_grid_and_the_words_fit(city, reports):
    grids = {territory.code: territory.shape for territory in city.at_level("grid")}
    for report in reports:
        place = report.place
        assert grids[place.grid].buffer(1e-6).contains(Point(place.lng, place.lat))
        assert place.grid.startswith(place.community)
        assert place.community.startswith(place.street)
        assert place.address
        assert report.text
        assert "{" not in report.text + place.address
        assert 4 <= len(report.text) <= 60


def test_nobody_checks_their_own_work(people, reports):
    for report in reports:
        for step, following in zip(report.steps, report.steps[1:], strict=False):
            if step.action in {"submit_result", "self_handle"} and following.action == "verify":
                assert step.by.organisation != following.by.organisation
        for step in report.steps:
            posts = people.person(step.by.person).posts
            assert any(
                (post.role, post.organisation) == (step.by.role, step.by.organisation) for post in posts
            )


def test_a_lead_is_an_organisation(reports):
    known = {organisation.key for organisation in organisations()}
    for report in reports:
        assert report.lead in known
        assert all(step.lead in known for step in report.steps if step.action == "dispatch")


def test_reasons_are_those_of_the_domain(reports):
    for report in reports:
        for step in report.steps:
            if step.action == "reject":
                assert step.reason in RejectReason.values
            if step.action == "return":
                assert step.reason in ReturnReason.values


def test_no_picture_where_one_should_keep_away(reports):
    for report in reports:
        if not demo_kinds()[report.category].takes_photos:
            assert not report.photos
        if demo_kinds()[report.category].confidential:
            assert not any(step.photos for step in report.steps)


def test_work_handed_in_is_shown_before_and_after(reports):
    for report in reports:
        for step in report.steps:
            if (
                step.action in {"submit_result", "self_handle"}
                and not demo_kinds()[report.category].confidential
            ):
                assert "after" in {photo.kind for photo in step.photos}
                assert step.opinion


@pytest.mark.parametrize("code", sorted(demo_kinds()))
def test_there_are_words_for_every_category(code):
    assert len(set(texts(code, "report"))) >= 6
    assert len(set(texts(code, "result"))) >= 2


def test_pictures_are_small_jpegs_and_the_same_every_time():
    for code in demo_kinds():
        first = picture(code, "near", 5)
        assert first == picture(code, "near", 5)
        assert first != picture(code, "after", 5), family_of(code)
        with Image.open(io.BytesIO(first)) as image:
            assert (image.format, image.size) == ("JPEG", (640, 480))
        assert len(first) < 60_000
