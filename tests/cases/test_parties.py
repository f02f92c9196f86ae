"""“Entry refused” and “promise not kept” are never given to whom they are about: by rule, by hand, by file, in bulk."""

import pytest

from nuanxin.cases import services
from nuanxin.cases.models import Case, DispatchRule, Task
from nuanxin.cases.queries.parties import AboutThemselves
from nuanxin.cases.queries.routing import GatheredGround, suggest_units
from nuanxin.cases.services import BulkItem, catalogue_sheet, rules_sheet, update_category
from nuanxin.kernel import sheets
from nuanxin.kernel.access import SYSTEM
from nuanxin.kernel.errors import Conflict
from nuanxin.kernel.workflow import IllegalMove
from tests.cases.test_sheets import HEAD, workbook
from tests.factories.desks import MINUTE, client_of, reported, task_of
from tests.factories.town import COMMUNITY, DISTRICT, STREET, organisation

pytestmark = pytest.mark.django_db
REFUSED, PROMISE = "0504", "1204"


@pytest.fixture
def parties(town):
    """A canteen and the compound's own operator, which is no property manager by its papers."""
    organisation(town, "canteen", "老街食堂", "canteen", STREET, "OP")
    organisation(town, "clinic", "枫林诊所", "clinic", STREET, "WS")
    return town


def complained(town, category=REFUSED, **given):
    return reported(town, category, compound_id=town.compound.pk, **given)


@pytest.mark.parametrize("category", [REFUSED, PROMISE])
def test_the_community_takes_it_and_no_party_is_suggested(parties, category):
    case = complained(parties, category)
    for ground in (None, GatheredGround([case])):
        units = suggest_units(case, ground) if ground else suggest_units(case)
        kinds = {unit.organisation.kind for unit in units}
        assert units[0].organisation == parties.organisations["community"]
        assert not kinds & {"property_manager", "canteen", "clinic", "merchant"}


@pytest.mark.parametrize(
    ("category", "unit"), [(REFUSED, "property"), (PROMISE, "canteen"), (PROMISE, "clinic")]
)
def test_by_hand_it_is_refused_and_says_why(parties, category, unit):
    town, case = parties, complained(parties, category)
    party, community = town.organisations[unit], town.organisations["community"]
    give = services.dispatch_case
    with pytest.raises(AboutThemselves) as refused:
        give(actor=town["dispatcher"], case=case, lead=party, now=town.now + MINUTE)
    assert party.name in str(refused.value.fields["lead"])
    assert "社区" in str(refused.value.hint)
    with pytest.raises(AboutThemselves) as refused:
        give(actor=town["dispatcher"], case=case, lead=community, assists=[party], now=town.now + MINUTE)
    assert "assists" in refused.value.fields
    give(actor=town["dispatcher"], case=case, lead=community, now=town.now + MINUTE)
    with pytest.raises(AboutThemselves):
        services.set_assists(
            actor=town["dispatcher"], case=case, units=[party], opinion="", now=town.now + 2 * MINUTE
        )
    task = task_of(case, "community")
    services.claim_task(actor=town["community"], task=task, now=town.now + 3 * MINUTE)
    with pytest.raises(AboutThemselves):
        services.call_in_units(
            actor=town["community"], task=task, units=[party], opinion="", now=town.now + 4 * MINUTE
        )
    with pytest.raises(AboutThemselves):
        services.call_consultation(
            actor=town["community_head"], case=case, units=[party], opinion="商量", now=town.now + 5 * MINUTE
        )
    assert not Task.objects.filter(case=case, organisation=party).exists()


def test_the_page_offers_no_party_and_refuses_one_that_is_sent(parties):
    town, case = parties, complained(parties)
    client, party = client_of(parties, "dispatcher"), parties.organisations["property"]
    url = f"/cases/{case.number}/steps/dispatch/"
    assert party.name not in client.get(url).content.decode()
    answer = client.post(url, {"lead": "other", "other": str(party.public_id)})
    assert answer.status_code == 422
    assert not Task.objects.filter(case=case).exists()
    assert town.organisations["community"].name in client.get(url).content.decode()


def test_in_bulk_the_others_go_and_this_one_says_why(parties):
    town, case = parties, complained(parties)
    other = reported(town)
    party = town.organisations["property"].public_id
    items = [BulkItem(case.number, lead=party), BulkItem(other.number)]
    result = services.perform_bulk(
        actor=town["dispatcher"], step="dispatch", items=items, key="bulk-parties-1", now=town.now + MINUTE
    )
    assert [row.case_number for row in result.done] == [other.number]
    assert "暖居物业" in result.refused[0].message
    again = services.perform_bulk(
        actor=town["dispatcher"], step="dispatch", items=[BulkItem(case.number)], key="bulk-parties-2",
        now=town.now + MINUTE,
    )  # fmt: skip
    assert again.done
    assert {task.organisation for task in Task.objects.filter(case=case)} == {town.organisations["community"]}


def test_no_rule_sends_it_there(parties):
    """Neither a rule put by hand, nor one from a file, nor one that stood there from before."""
    town, party = parties, parties.organisations["property"]
    with pytest.raises(AboutThemselves):
        services.put_dispatch_rule(
            actor=town["swd"], category=REFUSED, area_code=DISTRICT, organisation=party, now=town.now
        )
    plan = sheets.dry_run(
        actor=town["swd"],
        sheet=rules_sheet.SHEET,
        content=workbook(("类别编号", "区划代码", "单位"), (REFUSED, COMMUNITY, party.name)),
    )
    assert "不能派给它" in str([str(problem.text) for row in plan.rows for problem in row.problems])
    DispatchRule.objects.create(category_id=REFUSED, area_code=COMMUNITY, organisation=party)
    DispatchRule.objects.create(
        category_id=REFUSED, area_code=COMMUNITY, organisation_id=town.organisations["fire"].pk, role="assist"
    )
    case = complained(town)
    assert party not in [unit.organisation for unit in suggest_units(case)]
    assert town.organisations["fire"] in [unit.organisation for unit in suggest_units(case)]


def test_no_catalogue_names_them(parties):
    plan = sheets.dry_run(
        actor=parties["swd"],
        sheet=catalogue_sheet.SHEET,
        content=workbook(HEAD, (REFUSED, "拒绝放行", "entry refused", "U3", "3个工作日", "物业、社区")),
    )
    assert "不能由它承办" in str([str(problem.text) for row in plan.rows for problem in row.problems])
    update_category(actor=parties["swd"], code=REFUSED, changes={"name_zh": "不让进"}, now=parties.now)


def test_the_operator_of_the_compound_is_a_party_whatever_it_calls_itself(parties):
    town = parties
    town.compound.manager = town.organisations["city_management"]
    town.compound.save()
    case = complained(town)
    with pytest.raises(AboutThemselves):
        services.dispatch_case(
            actor=town["dispatcher"], case=case, lead=town.organisations["city_management"],
            now=town.now + MINUTE,
        )  # fmt: skip


def test_what_turns_out_to_be_about_them_is_taken_from_them(parties):
    """A broken gate was theirs; “they do not let riders in” is not, and they no longer see it."""
    town = parties
    case = reported(town, "0505", compound_id=town.compound.pk)
    lead, helper = town.organisations["property"], town.organisations["fire"]
    services.dispatch_case(
        actor=town["dispatcher"], case=case, lead=helper, assists=[lead], now=town.now + MINUTE
    )
    page = f"/cases/{case.number}/"
    assert client_of(town, "property").get(page).status_code == 200
    Task.objects.filter(case=case, role="lead").update(
        state="returned", return_reason="R3", ended_at=town.now + 2 * MINUTE
    )
    Case.objects.filter(pk=case.pk).update(state="returned")
    services.recategorise_case(
        actor=town["dispatcher"], case=case, category=REFUSED, now=town.now + 3 * MINUTE
    )
    assert Task.objects.get(case=case, organisation=lead).state == "withdrawn"
    client = client_of(town, "property")
    assert client.get(page).status_code == 404
    assert case.number not in client.get("/cases/?tab=all").content.decode()
    with pytest.raises(IllegalMove):
        services.accept_task(
            actor=town["property"],
            task=Task.objects.get(case=case, organisation=lead),
            now=town.now + 4 * MINUTE,
        )


def test_it_is_not_merged_into_a_case_that_they_handle(parties):
    town, complaint = parties, complained(parties)
    gate = reported(town, "0505", compound_id=town.compound.pk)
    with pytest.raises(Conflict) as refused:
        services.merge_case(
            actor=town["dispatcher"], case=complaint, parent=gate.number, now=town.now + MINUTE
        )
    assert "不能并到" in str(refused.value.message)


def test_the_catalogue_shipped_gives_neither_to_a_party(town):
    from nuanxin.cases.queries.catalogue import kind_of

    for code in (REFUSED, PROMISE):
        kind = kind_of(code)
        assert kind.about_party
        assert kind.lead[0] == "SQ"
        assert not {"WY", "OP"} & {*kind.lead, *kind.assist}
    assert SYSTEM.role == "system"
