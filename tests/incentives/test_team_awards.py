"""What a team leader gives: to whom, how much a month, taken back by another; and caps that a whole team shares."""

import json
import sqlite3
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nuanxin.incentives import subscribers
from nuanxin.incentives.models import Deed, Posting, RuleVersion, TeamAward, TeamUse
from nuanxin.incentives.queries import team_awards as queries
from nuanxin.incentives.queries.capped import gave_nothing
from nuanxin.incentives.queries.costs import costs
from nuanxin.incentives.queries.ledger import balance_of
from nuanxin.incentives.queries.rules import rule_of, rules_held
from nuanxin.incentives.queries.simulating import simulate
from nuanxin.incentives.queries.statements import StatementFilters, lines_of
from nuanxin.incentives.services import team_awards as services
from nuanxin.incentives.services.replaying import check_ledger
from nuanxin.incentives.services.rule_checks import BadRule, RuleData, check_rule
from nuanxin.kernel.errors import Invalid, NotAllowed
from nuanxin.kernel.events import Envelope
from nuanxin.kernel.events.deliver import drain
from nuanxin.kernel.privacy.register import Subject
from nuanxin.kernel.workflow import IllegalMove
from nuanxin.notifications.models import Notice
from nuanxin.people.models import Assignment
from nuanxin.people.services import create_token
from nuanxin.volunteering.events import HoursCorrected, HoursRecorded
from nuanxin.volunteering.queries.teams import MemberNotFound, TeamNotFound
from tests.factories import volunteers
from tests.factories.desks import client_of
from tests.factories.people import sign_in
from tests.factories.served import make_shift
from tests.factories.town import COMMUNITY, NEXT_COMMUNITY, START, STREET
from tests.incentives.test_ledger import assert_sound, at_once

DAY = timedelta(days=1)
pytestmark = pytest.mark.django_db
WORDS = "夜里守着井盖等到抢修的人来"


class Team:
    """A team of the community with its leader (the worker) and a member (another one)."""

    def __init__(self, town):
        self.town = town
        self.team = volunteers.team(town, scope_code=COMMUNITY)
        self.leader = volunteers.leader(town, self.team)
        self.member = volunteers.member(town, self.team, "other_worker", "阿强")
        self.receiver = town.persons["other_worker"].subject.pk

    def thanks(self, amount=20, **more):
        given = {
            "team": self.team.public_id,
            "member": self.member.public_id,
            "amount": amount,
            "reason": WORDS,
        }
        return services.Thanks(**{**given, **more})

    def give(self, amount=20, *, key=None, now=None, actor=None, **more):
        return services.give_team_award(
            actor=actor or self.leader,
            data=self.thanks(amount, **more),
            key=key or uuid4(),
            now=now or self.town.now,
        )

    def back(self, award, who="community_head", because="记错了人，是小陈做的"):
        return services.take_back_team_award(
            actor=self.town[who], public_id=award.public_id, because=because, now=self.town.now
        )

    @property
    def left(self):
        return queries.allowance(self.leader, self.team, self.town.now).left

    def client(self, client):
        held = Assignment.objects.get(pk=self.leader.assignment_id)
        return sign_in(client, held)


@pytest.fixture
def led(town):
    return Team(town)


def change(code, **values):
    """A city's own numbers, as if two people had agreed on them long ago."""
    RuleVersion.objects.filter(code=code).update(**values)
    rules_held.changed()


def test_a_leader_thanks_a_member_and_the_same_submission_is_the_same(led):
    key = uuid4()
    first, again = led.give(key=key), led.give(key=key)
    assert first == again
    assert (balance_of(led.receiver).points, led.left) == (20, 180)
    row = Posting.objects.get(account=led.receiver)
    assert (row.debit, row.rule, row.because, row.group) == ("team", "team_thanks", "team_thanks", "thanks")
    assert Deed.objects.get(name="incentives.Awarded").facts["team"] is True
    drain()
    notice = Notice.objects.get(kind="points")
    assert notice.person == led.town.persons["other_worker"]
    assert WORDS in notice.facts["sentence"]
    line = lines_of(led.receiver, StatementFilters())[0][0]
    assert (line.sentence, line.words) == ("队长的感谢", f"{led.team.name} · {WORDS}")
    assert check_ledger().is_equal
    assert_sound()


def test_two_hundred_a_month_and_the_next_month_anew(led):
    for _number in range(4):
        led.give(50)
    with pytest.raises(services.NotEnoughLeft) as caught:
        led.give(1)
    assert "还剩 0 分" in str(caught.value.fields["amount"])
    last = led.town.now.replace(month=9, day=30, hour=16)  # midnight of the first of October in Shanghai
    assert led.give(50, now=last).month == "2026-10"
    with pytest.raises(services.NotEnoughLeft):
        led.give(1, now=last - timedelta(seconds=1))
    change("team_thanks", leader_per_month=210)
    assert led.left == 10
    change("team_thanks", amount=0)
    with pytest.raises(services.NoTeamThanks):
        led.give(1)


def test_what_is_taken_back_is_a_reversal_by_somebody_else_and_can_be_given_again(led):
    award = led.give(50)
    for who, error in (("dispatcher", queries.TeamAwardNotFound), ("worker", queries.TeamAwardNotFound)):
        with pytest.raises(error):
            led.back(award, who)
    with pytest.raises(queries.TeamAwardNotFound):
        services.take_back_team_award(
            actor=led.leader, public_id=award.public_id, because="想收回来了", now=led.town.now
        )
    with pytest.raises(Invalid):
        led.back(award, because=" ")
    assert led.back(award).state == "reversed"
    with pytest.raises(IllegalMove):
        led.back(award)
    assert (balance_of(led.receiver).points, led.left) == (0, 200)
    assert set(Posting.objects.values_list("kind", "debit", "credit")) == {
        ("award", "team", "points"), ("reversal", "points", "team"),
    }  # fmt: skip
    assert lines_of(led.receiver, StatementFilters())[0][0].words.endswith("是小陈做的")
    assert TeamUse.objects.get(period="2026-09").points == 0
    cost = costs(within=STREET, now=led.town.now)
    assert (cost.issued, cost.corrected) == (50, 50)
    drain()
    assert Notice.objects.filter(kind="points_back", person=led.town.persons["other_worker"]).exists()
    assert check_ledger().is_equal
    assert_sound()


def test_not_to_oneself_not_to_strangers_not_of_another_team_and_only_with_words(led):
    own = led.team.members.get(person=led.town.persons["worker"])
    with pytest.raises(services.OwnThanks):
        led.give(member=own.public_id)
    with pytest.raises(MemberNotFound):
        led.give(member=uuid4())
    other = volunteers.team(led.town, "别处的队", scope_code=STREET)
    with pytest.raises(TeamNotFound):
        led.give(team=other.public_id)
    with pytest.raises(NotAllowed):
        led.give(actor=led.town["worker"])
    with pytest.raises(Invalid) as caught:
        led.give(51, reason="好", shift=uuid4())
    assert set(caught.value.fields) == {"amount", "reason", "shift"}
    key = uuid4()
    led.give(key=key)
    elsewhere = replace(led.leader, person_id=led.town.persons["resident"].pk)
    with pytest.raises(NotAllowed):
        led.give(key=key, actor=elsewhere)
    assert TeamAward.objects.count() == 1


def test_a_shift_of_the_team_can_be_named(led):
    shift = make_shift(led.team.organisation, led.town.now - DAY, led.town.now - DAY / 2)
    assert led.give(shift=shift.public_id).shift == shift
    assert [each.pk for each in queries.shifts_to_thank_for(led.team, led.town.now)] == [shift.pk]


def test_what_an_erasure_leaves_is_numbers(led):
    award = led.give()
    subject = Subject(led.town.persons["other_worker"].pk, led.receiver)
    assert services.erase_team_awards(subject, now=led.town.now).anonymised == 1
    award.refresh_from_db()
    assert (award.subject_id, award.member, award.reason, award.amount) == (None, None, "—", 20)
    led.back(award)
    assert check_ledger().is_equal
    leader = Subject(led.town.persons["worker"].pk, None)
    services.erase_team_awards(leader, now=led.town.now)
    award.refresh_from_db()
    assert award.giver is None


def _assignment(actor):
    return Assignment.objects.select_related("person").get(pk=actor.assignment_id)


def _bearer(held):
    word = create_token(person=held.person, assignment=held, name="x", now=timezone.now())[1]
    return {"authorization": f"Bearer {word}"}


class TestPages:
    def test_the_leader_gives_and_reads_what_is_left(self, led, client):
        page = led.client(client)
        text = page.get("/thanks/team/").content.decode()
        assert "这个月还剩" in text
        assert "阿强" in text
        told = {
            "key": str(uuid4()), "team": str(led.team.public_id), "member": str(led.member.public_id), "amount": "30",
            "reason": WORDS, "shift": "",
        }  # fmt: skip
        wrong = page.post("/thanks/team/", {**told, "amount": "99"})
        assert (wrong.status_code, "一次给 1 到 50 分" in wrong.content.decode()) == (422, True)
        assert page.post("/thanks/team/", {**told, "member": "x"}).status_code == 422
        for _time in range(2):
            assert page.post("/thanks/team/", told).status_code == 302
        assert TeamAward.objects.get().amount == 30
        text = page.get("/thanks/team/").content.decode()
        assert ">170<" in text
        assert WORDS in text
        assert WORDS not in page.get("/thanks/team/?state=reversed").content.decode()
        assert WORDS in page.get("/thanks/team/?since=nonsense&before=abc").content.decode()
        award = TeamAward.objects.get()
        one = page.get(f"/thanks/team/{award.public_id}/").content.decode()
        assert "收回这一笔" not in one
        assert page.post(f"/thanks/team/{award.public_id}/", {"because": "想收回来了"}).status_code == 404

    def test_the_community_reads_names_the_street_does_not_and_both_take_back(self, led):
        award = led.give()
        here = f"/thanks/team/{award.public_id}/"
        community, street = client_of(led.town, "community_head"), client_of(led.town, "street_lead")
        for page, sees in ((community, True), (street, False)):
            for address in ("/thanks/team/", here):
                text = page.get(address).content.decode()
                assert (WORDS in text, "阿强" in text) == (True, sees)
            exported = page.post("/thanks/team/export/", {"form": "csv"})
            exported = exported.getvalue().decode()
            assert (WORDS in exported, "阿强" in exported) == (True, sees)
        assert street.post(here, {"because": ""}).status_code == 422
        assert street.post(here, {"because": "记错了人，是小陈做的"}).status_code == 302
        assert community.post(here, {"because": "记错了人，是小陈做的"}).status_code == 409
        assert client_of(led.town, "other_worker").get("/thanks/team/").status_code == 404
        assert client_of(led.town, "dispatcher").get(here).status_code == 404

    def test_a_list_costs_the_same_for_one_and_for_many(self, led, django_assert_max_num_queries):
        page = client_of(led.town, "community_head")
        led.give(5)
        page.get("/thanks/team/")
        with django_assert_max_num_queries(30) as first:
            page.get("/thanks/team/")
        for _number in range(8):
            led.give(5)
        with django_assert_max_num_queries(len(first.captured_queries)):
            page.get("/thanks/team/")

    def test_a_teams_desk_leads_to_its_thanks(self, led):
        """Only whom it concerns, and to this team's, also where there are none yet."""
        desk = f"/volunteering/register/teams/{led.team.public_id}/"
        leads_to = f"/thanks/team/?team={led.team.public_id}"
        leader = sign_in(Client(), _assignment(led.leader))
        head = client_of(led.town, "community_head")
        for client in (leader, head):
            assert f'href="{leads_to}"' in client.get(desk).content.decode()
        assert leads_to not in client_of(led.town, "dispatcher").get(desk).content.decode()
        other = volunteers.team(led.town, scope_code=COMMUNITY, name="另一支队")
        led.give()
        for team, chosen in ((led.team, WORDS), (other, "没有符合条件的")):
            page = head.get(f"/thanks/team/?team={team.public_id}").content.decode()
            assert chosen in page
            assert f'<option value="{team.public_id}" selected>' in page
        elsewhere = volunteers.team(led.town, scope_code=NEXT_COMMUNITY, name="远处的队")
        for asked in (elsewhere.public_id, uuid4(), "x"):
            page = head.get(f"/thanks/team/?team={asked}").content.decode()
            assert WORDS in page
            assert elsewhere.name not in page

    def test_the_api_does_the_same(self, led, client):
        leads = {"headers": _bearer(_assignment(led.leader)), "content_type": "application/json"}
        head = {
            "headers": _bearer(_assignment(led.town["community_head"])),
            "content_type": "application/json",
        }
        told = {
            "key": str(uuid4()), "team": str(led.team.public_id), "member": str(led.member.public_id), "amount": 30,
            "reason": WORDS,
        }  # fmt: skip
        made = client.post("/api/v1/points/team-awards", json.dumps(told), **leads)
        again = client.post("/api/v1/points/team-awards", json.dumps(told), **leads)
        assert (made.status_code, made.json()["id"]) == (201, again.json()["id"])
        assert made.json()["name"] == "阿强"
        listed = client.get("/api/v1/points/team-awards", **leads).json()["items"]
        assert [each["reason"] for each in listed] == [WORDS]
        at = f"/api/v1/points/team-awards/{made.json()['id']}/transitions"
        because = json.dumps({"because": "记错了人，是小陈做的"})
        assert client.post(f"{at}/take_back", because, **leads).status_code == 404
        assert client.post(f"{at}/nonsense", because, **head).status_code == 404
        assert client.post(f"{at}/take_back", because, **head).json()["state"] == "reversed"

    def test_what_it_costs_is_said_by_team_and_never_of_one_or_two(self, led):
        led.give()
        found = costs(within=STREET, now=led.town.now)
        assert (found.by_team[0].name, found.by_team[0].is_hidden) == (led.team.name, True)


# --- Caps that a team shares -----------------------------------------------------------------------------------------
TEAM = UUID(int=77)
SERVICE = RuleData(
    name_zh="志愿服务", name_en="Volunteer service", event="volunteering.HoursRecorded", conditions={},
    group="activity", formula="hours", amount=10, all_per_day=100, team_per_day=50, reason="一支队一天的活动有限",
)  # fmt: skip


def served(who, *, minutes=120, at=START, record="", team=TEAM):
    event = HoursRecorded(
        record or str(uuid4()), minutes, 100, "patrol", "safety", str(team) if team else "", "2026-09-15"
    )
    envelope = Envelope(uuid4(), UUID(int=who), COMMUNITY, at)
    subscribers.hours_recorded(event, envelope)
    return event, envelope


def points(who):
    return balance_of(UUID(int=who)).points


def test_a_team_has_so_much_a_day_whoever_of_it_serves():
    change("service", team_per_day=50)
    for who in (1, 2, 3):
        event, envelope = served(who)
        subscribers.hours_recorded(event, envelope)  # delivered again
    served(4)
    served(5, team=UUID(int=78))
    served(6, team=None)
    served(1, at=START + DAY)
    assert [points(who) for who in range(1, 7)] == [40, 20, 10, 0, 20, 20]
    line = lines_of(UUID(int=3), StatementFilters())[0][0]
    assert "队里这一项的额度到了，少 10 分" in line.less
    assert lines_of(UUID(int=2), StatementFilters())[0][0].less == ""
    nothing = gave_nothing(UUID(int=4), now=START + DAY)
    assert [(each.sentence, "少 20 分" in each.less) for each in nothing] == [("志愿服务 2.00 小时", True)]
    assert gave_nothing(UUID(int=1), now=START + DAY) == []
    assert check_ledger().is_equal
    assert_sound()


def test_a_month_counts_as_well_and_hours_that_are_corrected_give_back_what_they_took():
    change("service", team_per_month=50)
    event, _envelope = served(1, minutes=180, record=str(UUID(int=9)))
    served(2, minutes=60, at=START + DAY)
    served(3, minutes=180, at=START + DAY)
    assert [points(who) for who in (1, 2, 3)] == [30, 10, 10]
    corrected = HoursCorrected(event.record, 180, 100, 60, 100, "")
    envelope = Envelope(uuid4(), UUID(int=1), COMMUNITY, START + 2 * DAY)
    for _time in range(2):
        subscribers.hours_corrected(corrected, envelope)
    assert points(1) == 10
    assert TeamUse.objects.get(team=TEAM, period="2026-09").points == 30
    served(4, minutes=180, at=START + 3 * DAY)
    assert points(4) == 20
    assert check_ledger().is_equal


def test_a_cap_by_team_is_tried_on_the_last_thirty_days_first():
    for who in (1, 2, 3, 4):
        served(who)
    rule = rule_of(RuleVersion.objects.get(code="service"))
    found = simulate(replace(rule, team_per_day=50), now=START + DAY)
    assert (found.points_before, found.points_after, found.people_after) == (80, 50, 3)
    found = simulate(replace(rule, team_per_month=30), now=START + DAY)
    assert found.points_after == 30


def test_a_leaders_month_is_tried_on_what_leaders_gave(led):
    for _number in range(3):
        led.give(30)
    led.back(led.give(10))
    rule = rule_of(RuleVersion.objects.get(code="team_thanks"))
    found = simulate(replace(rule, leader_per_month=50, amount=20), now=led.town.now + DAY)
    assert (found.points_before, found.points_after) == (90, 50)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"event": "cases.CaseFiled", "formula": "fixed", "team_per_day": 5}, "team_per_day"),
        ({"leader_per_month": 100}, "leader_per_month"),
        ({"formula": "given"}, "formula"),
        ({"team_per_month": -1}, "team_per_month"),
        ({"event": "incentives.TeamAwarded", "formula": "given", "all_per_day": 100}, "all_per_day"),
    ],
)
def test_a_cap_by_team_belongs_to_deeds_that_say_which_team(changed, field):
    check_rule(SERVICE, now=START)
    with pytest.raises(BadRule) as caught:
        check_rule(replace(SERVICE, **changed), now=START)
    assert len(str(caught.value.fields[field])) > 6


HOURS = st.lists(
    st.tuples(st.integers(1, 4), st.integers(0, 2), st.integers(15, 400), st.booleans()),
    min_size=1,
    max_size=14,
)


@given(told=HOURS, day=st.integers(0, 80), month=st.integers(0, 120))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_served_no_team_gets_more_than_its_caps(told, day, month):
    change("service", team_per_day=day, team_per_month=month)
    team = uuid4()
    subjects = {number: uuid4() for number in range(1, 5)}
    given_on = {}
    for who, days, minutes, again in told:
        event, envelope = served(subjects[who].int, minutes=minutes, at=START + days * DAY, team=team)
        if again:
            subscribers.hours_recorded(event, envelope)
    rows = Posting.objects.filter(account__in=subjects.values(), kind="award")
    for on, amount in rows.values_list("on", "amount"):
        given_on[on] = given_on.get(on, 0) + amount
    assert not day or all(amount <= day for amount in given_on.values())
    assert not month or sum(given_on.values()) <= month
    uses = dict(TeamUse.objects.filter(team=team).values_list("period", "points"))
    assert {on.isoformat(): amount for on, amount in given_on.items()} == {
        period: amount for period, amount in uses.items() if len(period) == 10 and amount
    }
    assert uses.get("2026-09", 0) == sum(given_on.values())
    assert check_ledger().is_equal


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_take_no_more_than_is_left(town, tmp_path):
    """Of a team's day by hours, and of a leader's month by hand: two workers, two presses, one lock."""
    led = Team(town)
    change("service", team_per_day=50)
    change("team_thanks", leader_per_month=70)
    path = None
    if connection.vendor == "sqlite":
        path = tmp_path / "race.sqlite3"
        with sqlite3.connect(path) as copy:
            connection.connection.backup(copy)
        copy.close()
    key = uuid4()
    deeds = [lambda who=who: served(who) and None for who in range(1, 6)]
    deeds += [lambda: led.give(50, key=key).amount, lambda: led.give(50, key=key).amount]
    deeds += [lambda: led.give(40).amount]
    got = at_once(path, deeds)
    assert sorted(map(str, got[5:])) in (
        ["40", "NotEnoughLeft", "NotEnoughLeft"],
        ["50", "50", "NotEnoughLeft"],
    )

    def counted():
        assert_sound()
        given_by_hand = sum(TeamAward.objects.values_list("amount", flat=True))
        hours = sum(Posting.objects.filter(rule="service").values_list("amount", flat=True))
        used = lock_free_uses()
        return hours, given_by_hand in (40, 50), used, check_ledger().is_equal

    def lock_free_uses():
        return TeamUse.objects.get(team=TEAM, period="2026-09-15").points

    assert at_once(path, [counted]) == [(50, True, 50, True)]
