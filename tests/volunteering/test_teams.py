"""Teams in their tree, and how one becomes a member: rules, figures, privacy."""

from datetime import datetime, time, timedelta

import pytest
from django.utils import timezone

from nuanxin.kernel.access import SYSTEM
from nuanxin.kernel.errors import Invalid, NotAllowed, NotFound
from nuanxin.kernel.sheets import Verdict, apply_plan, dry_run
from nuanxin.kernel.workflow import IllegalMove
from nuanxin.people.models import Assignment
from nuanxin.volunteering.models import DEEPEST, ServiceRecord, Team, TeamMember
from nuanxin.volunteering.queries import teams as queries
from nuanxin.volunteering.queries.team_hours import team_hours
from nuanxin.volunteering.queries.teams import TeamFilters
from nuanxin.volunteering.services import membership, teams
from nuanxin.volunteering.services.leaving import forget_members
from nuanxin.volunteering.services.team_sheet import SHEET
from nuanxin.volunteering.services.teams import TeamData
from tests.factories import people
from tests.factories.town import COMMUNITY, DISTRICT, OTHER_STREET, STREET
from tests.factories.volunteers import DAY, happened, leader, member, team

pytestmark = pytest.mark.django_db
HEAD = "队伍名称,层级,区划代码,上级队伍,专长,队员来源,徽章颜色"


def sheet(*rows):
    return "\n".join([HEAD, *rows]).encode("utf-8-sig")


def change(town, made, parent, **given):
    data = TeamData(
        name=made.name, scope_code=made.scope_code, parent=parent.public_id if parent else None, **given
    )
    return teams.change_team(actor=SYSTEM, public_id=made.public_id, data=data, now=town.now)


class TestTree:
    def test_a_team_is_an_organisation_in_the_tree_of_its_area(self, town):
        top = team(town, "暖阳区志愿服务总队", scope_code=DISTRICT, level="总队")
        made = team(town, parent=top, actor=town["street_lead"], level="分队")
        assert (made.depth, made.organisation.kind) == (1, "volunteer_organisation")
        assert made.organisation.parent == top.organisation
        assert happened("TeamCreated")[-1] == {"team_id": made.pk}
        assert [row.team for row in queries.tree_of(top)] == [made]
        assert queries.above(made) == [top]

    def test_outside_ones_area_there_is_none_to_set_up(self, town):
        with pytest.raises(teams.OutsideArea):
            team(town, scope_code=OTHER_STREET, actor=town["street_lead"])
        with pytest.raises(NotAllowed):
            team(town, actor=town["community"])
        made = team(town)
        with pytest.raises(teams.TeamThere):
            team(town)
        assert queries.listed_teams(town["other_dispatcher"], TeamFilters(), now=town.now)[0] == []
        assert queries.listed_teams(town["platform"], TeamFilters(), now=town.now)[0] == []
        with pytest.raises(NotFound):
            queries.team_for(town["other_dispatcher"], "volunteering.view_team", made.public_id)

    def test_never_too_deep_and_never_in_a_circle(self, town):
        chain = [team(town, "第 0 层", scope_code=DISTRICT)]
        for n in range(1, DEEPEST + 1):
            chain.append(team(town, f"第 {n} 层", scope_code=DISTRICT, parent=chain[-1]))
        with pytest.raises(teams.TooDeep):
            team(town, "太深了", parent=chain[-1])
        with pytest.raises(teams.InACircle):
            change(town, chain[0], chain[2])
        with pytest.raises(teams.InACircle):
            change(town, chain[1], chain[1])
        other = team(town, "另一棵树", scope_code=DISTRICT)
        with pytest.raises(teams.TooDeep):
            change(town, chain[0], other)
        change(town, chain[3], None)
        assert list(
            Team.objects.filter(pk__in=[chain[3].pk, chain[4].pk]).values_list("depth", flat=True)
        ) == [0, 1]

    def test_what_is_wrong_is_said_beside_its_field(self, town):
        with pytest.raises(Invalid) as wrong:
            team(
                town,
                " ",
                scope_code="000000000000",
                colour="pink",
                icon="dragon",
                speciality="x",
                sources=("y",),
            )
        assert set(wrong.value.fields) == {"name", "scope_code", "colour", "icon", "speciality", "sources"}

    def test_closed_it_leaves_nobody_behind(self, town):
        top, made = team(town, "总队"), None
        made = team(town, "小队", parent=top)
        held = member(town, made)
        with pytest.raises(teams.TeamBusy):
            teams.close_team(actor=SYSTEM, public_id=top.public_id, now=town.now)
        teams.close_team(actor=SYSTEM, public_id=made.public_id, now=town.now)
        held.refresh_from_db()
        assert held.state == "left"
        assert happened("MemberLeft")[-1]["how"] == "end"
        with pytest.raises(queries.TeamNotFound):
            queries.open_team(made.public_id)


class TestMembers:
    def test_one_asks_and_the_leader_decides(self, town):
        made = team(town)
        lead = leader(town, made, "other_worker")
        asked = membership.ask_to_join(
            actor=town["worker"], public_id=made.public_id, shown_as="小禾", now=town.now
        )
        again = membership.ask_to_join(
            actor=town["worker"], public_id=made.public_id, shown_as="小麦", now=town.now
        )
        assert again == asked
        given = {"member_id": asked.public_id, "now": town.now}
        with pytest.raises(Invalid):
            membership.lead_step(actor=lead, name="decline", **given)
        with pytest.raises(NotFound):
            membership.lead_step(actor=town["worker"], name="take_in", **given)
        membership.lead_step(actor=lead, name="take_in", **given)
        assert happened("MemberJoined")[-1] == {"team": str(made.public_id), "member_id": asked.pk}
        assert queries.is_member(town.persons["worker"].pk, [made.pk])
        membership.join_step(actor=town["worker"], name="leave", **given)
        with pytest.raises(IllegalMove):
            membership.join_step(actor=town["worker"], name="leave", **given)
        assert forget_members(now=town.now + 91 * DAY) == 1

    def test_an_invitation_says_nothing_of_accounts_and_waits_for_a_yes(self, town):
        made = team(town)
        lead = leader(town, made, "other_worker")
        membership.invite_member(
            actor=lead, public_id=made.public_id, phone=town.persons["worker"].phone, now=town.now
        )
        membership.invite_member(actor=lead, public_id=made.public_id, phone="19900099999", now=town.now)
        held = TeamMember.objects.get(person=town.persons["worker"])
        assert (held.state, held.shown_as[:2]) == ("invited", "测*")
        assert not queries.is_member(held.person_id, [made.pk])
        with pytest.raises(NotFound):
            membership.lead_step(actor=lead, member_id=held.public_id, name="accept", now=town.now)
        membership.join_step(actor=town["worker"], member_id=held.public_id, name="accept", now=town.now)
        assert queries.is_member(held.person_id, [made.pk])
        with pytest.raises(Invalid):
            membership.invite_member(actor=lead, public_id=made.public_id, phone="12", now=town.now)

    def test_a_team_may_take_nobody(self, town):
        made = team(town, takes_requests=False)
        with pytest.raises(membership.NotTaking):
            member(town, made)

    def test_who_belongs_to_it_is_the_teams_and_its_communitys(self, town):
        made = team(town, scope_code=COMMUNITY)
        held = member(town, made)
        for role in ("dispatcher", "street_lead", "swd", "platform", "grid", "next_community"):
            assert queries.members_for_leader(town[role], made) == []
        assert queries.members_for_leader(town["community"], made) == [held]
        member(town, made, "other_worker", "小麦")
        page = queries.team_page(town["other_worker"], made, now=town.now)
        assert page.mates == []
        assert page.members == 2
        membership.show_myself(
            actor=town["worker"], member_id=held.public_id, shown_as="老禾", is_shown=True, now=town.now
        )
        seen = queries.team_page(town["other_worker"], made, now=town.now).mates
        assert [each.shown_as for each in seen] == ["老禾"]
        assert queries.team_page(town["resident"], made, now=town.now).mates == []

    @pytest.mark.parametrize("step", ["leave", "part"])
    def test_who_leaves_the_team_leads_it_no_more(self, town, step):
        made = team(town)
        leader(town, made, "other_worker")
        elsewhere = leader(town, team(town, "另一支队"), "other_worker")
        held = TeamMember.objects.get(team=made, person=town.persons["other_worker"])
        given = {"member_id": held.public_id, "name": step, "now": town.now + DAY}
        if step == "leave":
            membership.join_step(actor=town["other_worker"], **given)
        else:
            membership.lead_step(actor=SYSTEM, reason="三个月没有来", **given)
        still = Assignment.objects.filter(role="team_leader", active_to=None)
        assert [each.organisation_id for each in still] == [elsewhere.organisation_id]

    def test_a_leader_is_a_member_who_is_given_the_role(self, town):
        made = team(town, scope_code=COMMUNITY)
        held = member(town, made)
        given = {"public_id": made.public_id, "now": town.now}
        with pytest.raises(Exception, match="范围"):
            teams.appoint_leader(actor=town["community"], member_id=held.public_id, **given)
        found = teams.appoint_leader(actor=town["community_head"], member_id=held.public_id, **given)
        assert (found.role_id, found.organisation_id) == ("team_leader", made.organisation_id)
        assert queries.team_page(town["worker"], made, now=town.now).leaders == ["小禾"]
        teams.relieve_leader(actor=town["community_head"], assignment_id=found.public_id, **given)
        assert not Assignment.objects.filter(role="team_leader", active_to=None).exists()


class TestSheet:
    def plan(self, actor, *rows):
        return dry_run(actor=actor, sheet=SHEET, content=sheet(*rows))

    def test_a_tree_of_1_6_9_comes_in_and_again_changes_nothing(self, town):
        rows = [f"枫林志愿服务总队,总队,{STREET},,,居民志愿者,红"]
        rows += [f"第 {n} 分队,分队,{STREET},枫林志愿服务总队,,,蓝" for n in range(1, 7)]
        rows += [f"第 {n} 小队,小队,{COMMUNITY},第 1 分队,,,绿" for n in range(1, 10)]
        plan = self.plan(town["street_lead"], *rows)
        assert plan.counts["new"] == 16
        apply_plan(actor=town["street_lead"], sheet=SHEET, plan=plan, sha256="x" * 64, now=town.now)
        assert Team.objects.filter(depth=2).count() == 9
        assert self.plan(town["street_lead"], *rows).counts["same"] == 16
        moved = self.plan(town["street_lead"], f"第 1 小队,小队,{COMMUNITY},第 2 分队,,,绿")
        assert moved.rows[0].verdict == Verdict.CHANGED
        apply_plan(actor=town["street_lead"], sheet=SHEET, plan=moved, sha256="x" * 64, now=town.now)
        assert Team.objects.get(name="第 1 小队").parent.name == "第 2 分队"

    def test_what_cannot_be_is_refused_row_by_row(self, town):
        plan = self.plan(
            town["street_lead"],
            f"甲队,分队,{STREET},没有的队,,,",
            f"乙队,分队,{OTHER_STREET},,,,",
            f"丙队,分队,{STREET},丙队,没有,没有,粉",
            "丁队,分队,1,,,,",
            f"戊队,,{STREET},,,,",
            f"戊队,,{STREET},,,,",
        )
        assert [row.verdict for row in plan.rows] == [*["refused"] * 4, "new", "refused"]
        assert len(plan.rows[2].problems) == 4


def test_lists_take_the_same_number_of_statements_however_long(town, django_assert_num_queries):
    team(town, "第一队")
    with django_assert_num_queries(2):
        queries.listed_teams(town["street_lead"], TeamFilters(), now=town.now)
    for n in range(5):
        leader(town, team(town, f"第 {n} 支"), "worker")
    with django_assert_num_queries(2):
        rows, more = queries.listed_teams(town["street_lead"], TeamFilters(), now=town.now, limit=4)
    assert (len(rows), more) == (4, True)
    alone = queries.listed_teams(town["street_lead"], TeamFilters(without_leader=True), now=town.now)[0]
    assert [row.team.name for row in alone] == ["第一队"]


class TestHours:
    def record(self, made, person, *, minutes, on, state="recorded", confirmed=None, shift=None):
        begins = timezone.make_aware(datetime.combine(on, time(14)))
        return ServiceRecord.objects.create(
            person=person, source="shift", shift=shift, organisation=made.organisation, team=made.organisation,
            title="楼道清扫", starts_at=begins, ends_at=begins + timedelta(hours=3), state=state, state_since=begins,
            served_on=on, minutes=minutes, confirmed_at=confirmed or begins + timedelta(hours=4),
            scope_code=made.scope_code,
        )  # fmt: skip

    def test_only_what_is_recorded_and_never_of_so_few_that_it_says_who(
        self, town, django_assert_num_queries
    ):
        made = team(town)
        day = town.now.date() - timedelta(days=3)
        three = [town.persons[each] for each in ("worker", "other_worker", "resident")]
        assert team_hours(made, now=town.now).ever.is_empty
        for each in three[:2]:
            self.record(made, each, minutes=100, on=day)
        hidden = team_hours(made, now=town.now)
        assert (hidden.ever.is_hidden, hidden.ever.minutes, hidden.ever.people) == (True, 0, 0)
        self.record(made, three[2], minutes=45, on=day - timedelta(days=60))
        self.record(made, three[2], minutes=600, on=day, state="pending")
        self.record(made, three[2], minutes=600, on=day, state="refused")
        with django_assert_num_queries(1):
            told = team_hours(made, now=town.now)
        assert (told.ever.minutes, told.ever.people, told.month.is_hidden) == (245, 3, True)

    def test_todays_are_not_counted_before_midnight(self, town):
        made = team(town)
        today = timezone.localdate(town.now)
        for each in ("worker", "other_worker", "resident"):
            self.record(
                made, town.persons[each], minutes=60, on=today - timedelta(days=1), confirmed=town.now
            )
        assert team_hours(made, now=town.now).ever.is_empty
        assert team_hours(made, now=town.now + timedelta(days=1)).month.minutes == 180

    def test_the_page_says_hours_rounded_down_and_nobody(self, town, client):
        made = team(town)
        now = timezone.now()
        on = timezone.localdate(now) - timedelta(days=40)
        for each in ("worker", "other_worker", "resident"):
            self.record(made, town.persons[each], minutes=59, on=on)
        people.sign_in(client, Assignment.objects.get(pk=town["worker"].assignment_id))
        page = client.get(f"/volunteering/teams/{made.public_id}/").content.decode()
        for words in ("2.95", "3 人", "开队以来", "还没有记录的时长", "不到 3 个人不显示数"):
            assert words in page
        assert not [each for each in ("worker", "other_worker") if town.persons[each].name in page]
