"""What an administrator, or whoever else decides about others, can do at an address, and the trace that it must leave.

`DEEDS` is read from top to bottom within a group: what one deed makes, the next one changes. Whoever adds a writing
address adds a line; `tests/architecture/test_administration.py` asks for it.
"""

import json
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from nuanxin.cases.forms.categories import CategoryForm
from nuanxin.cases.models import Case, Category, LegalHold, Publication, Redaction, VoiceNote
from nuanxin.cases.services import Photo, file_case, look_at_next_picture
from nuanxin.compounds.models import Compound
from nuanxin.gateway.enums import ConflictKind, OrderState, Sending
from nuanxin.gateway.models import (
    ApiKey,
    ExchangeConflict,
    ExchangeLink,
    ExchangeOrder,
    WebhookEndpoint,
    WebhookMessage,
)
from nuanxin.gateway.services import exchanging
from nuanxin.incentives.models import RuleVersion
from nuanxin.kernel.files.accept import accept_image
from nuanxin.people.enums import CodePurpose
from nuanxin.people.models import ApiToken, Assignment, DutyShift
from nuanxin.places.queries import values_in_force
from nuanxin.places.queries.scene_standard import standard_in_force
from nuanxin.places.services.scene_standard import standard_rows
from nuanxin.volunteering.models import Team
from tests.architecture import hands
from tests.architecture.hands import Deed, Hand, Of
from tests.architecture.thanks_deeds import CALLS, THANKS
from tests.cases.test_sheets import workbook
from tests.factories.activities import drafted
from tests.factories.desks import reported
from tests.factories.fixtures import jpeg
from tests.factories.publishing import offered, open_streets, solved
from tests.factories.sounds import voice
from tests.factories.town import (
    COMMUNITY,
    DISTRICT,
    LAT,
    LNG,
    STREET,
    Town,
    outlines,
)
from tests.factories.volunteers import member

# Writing addresses that leave no row, and why that is right.
NOTHING = {
    "places:import": "keeps the file for its sender to look at; the plan that is confirmed is audited",
    "places:save": "which places somebody wants to find again is theirs alone",
    "people:import_organisations": "keeps the file for its sender to look at; the plan that is confirmed is audited",
    "cases:import_categories": "as above",
    "volunteering:team_import": "as above",
    "cases:import_rules": "as above",
}


# --- Settings --------------------------------------------------------------------------------------
def _sheet(who: str, start: str, head: tuple[str, ...], row: tuple[str, ...]) -> dict[str, Any]:
    """The file is sent first; what is confirmed carries the digest of what was shown."""

    def plan(hand: Hand) -> list[Any]:
        file = SimpleUploadedFile("list.xlsx", workbook(head, row))
        sent = hand.client.post(reverse(start), {"file": file})
        return [sent["Location"].rstrip("/").rpartition("/")[2]]

    def confirmed(hand: Hand) -> dict[str, str]:
        return {"digest": hand.client.get(hand.path).context["plan"].digest}

    return {"who": who, "args": plan, "body": confirmed}


def _category(hand: Hand) -> dict[str, Any]:
    row = Category.objects.get(pk="0401")
    return {
        **{name: getattr(row, name) for name in CategoryForm.base_fields},
        "keywords": "坑 坑洞 塌",
        "is_active": "on",
    }


def outlined() -> bytes:
    """The community's outline, a little smaller than it was."""
    features = [each for each in outlines()["features"] if each["properties"]["code"] == COMMUNITY]
    features[0]["geometry"]["coordinates"][0][2][1] -= 0.001
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def _outlines(hand: Hand) -> dict[str, Any]:
    file = SimpleUploadedFile("outlines.geojson", outlined())
    return {"file": file, "level": "community", "crs": "wgs84", "origin": "区民政局界线成果"}


def _compound(hand: Hand) -> dict[str, Any]:
    return {
        "name": "枫叶苑", "address": "枫林横街 3 号", "lng": LNG + 0.003, "lat": LAT + 0.003,
        "scope_code": COMMUNITY, "is_active": "on", "households": 120 + Compound.objects.count(),
    }  # fmt: skip


# --- Places ----------------------------------------------------------------------------------------
def _rules(hand: Hand) -> dict[str, int]:
    return {**values_in_force(), "shut_people": 3}


def _standard(hand: Hand) -> dict[str, Any]:
    """The form as it is sent, with another minimum."""
    page = hand.client.get(hand.path).context
    told = {}
    for form in (page["form"], page["rows"].management_form, *page["rows"].forms):
        told |= {field.html_name: field.value() for field in form if field.value() not in (None, False)}
    return told | {"minimum": 75}


def _rule(hand: Hand) -> dict[str, Any]:
    """The form as it is sent, with another amount."""
    form = hand.client.get(hand.path).context["form"]
    told = {field.html_name: field.value() for field in form if field.value() is not None}
    return told | {"amount": 6, "reason": "立案更要紧"}


def _checklist(hand: Hand) -> dict[str, Any]:
    rows = [list(row) for row in standard_rows(standard_in_force())]
    rows[1][5] = "11"
    return {"file": SimpleUploadedFile("checklist.xlsx", workbook(*map(tuple, rows)))}


# --- Cases -----------------------------------------------------------------------------------------
def _closed(town: Town) -> None:
    """A solved case with pictures that its reporter has offered to the public, and one that was told by voice."""
    open_streets(town)

    def photo(kind: str) -> Photo:
        return Photo(kind, accept_image(jpeg()))

    offered(town, solved(town, photo))
    while look_at_next_picture(now=timezone.now()):
        pass
    reported(town, text="", voice=voice())


def _number(hand: Hand) -> list[Any]:
    return [Case.objects.latest("pk").number]


def _hold(hand: Hand) -> dict[str, str]:
    return {"number": _number(hand)[0], "basis": "法院的调取证据通知书", "reason": "案件要在法庭上用"}


def _voice(hand: Hand) -> list[Any]:
    note = VoiceNote.objects.get()
    return [note.case.number, note.public_id]


def _picture(hand: Hand) -> list[Any]:
    return [Redaction.objects.earliest("pk").pk]


def _areas(hand: Hand) -> dict[str, Any]:
    area = {"x": "10", "y": "20", "w": "30", "h": "40", "kind": "face", "by": "hand"}
    return {"do": "save", "revision": str(Redaction.objects.earliest("pk").revision), **area}


def _release(hand: Hand) -> dict[str, Any]:
    return {**_areas(hand), "do": "release", "checked": "on"}


def _again(hand: Hand) -> dict[str, Any]:
    return {**_areas(hand), "do": "again"}


def _refuse(hand: Hand) -> dict[str, Any]:
    return {**_areas(hand), "do": "refuse", "reason": "看得出是谁家的"}


# --- Other systems ---------------------------------------------------------------------------------
def _key(hand: Hand) -> dict[str, str]:
    return {"name": "城市大脑", "scope_code": DISTRICT, "may_report": "on", "days": "30"}


def _jurisdiction(hand: Hand) -> dict[str, str]:
    return {"identifier": "fenglin.example", "name": "枫林街道", "scope_code": STREET}


def _endpoint(hand: Hand) -> dict[str, Any]:
    url = "http://127.0.0.1:9/hook-of-the-city"
    return {"name": "城市大脑", "url": url, "scope_code": DISTRICT, "event_types": ["cases.CaseClosed"]}


def _act(step: str) -> Of:
    return lambda hand: [WebhookEndpoint.objects.get().public_id, step]


def _failed_message(hand: Hand) -> list[Any]:
    message = WebhookMessage.objects.latest("pk")
    WebhookMessage.objects.update(state=Sending.FAILED, next_try_at=None, done_at=timezone.now())
    return [message.endpoint.public_id, message.public_id]


def _link(hand: Hand) -> dict[str, Any]:
    url = "http://127.0.0.1:9/orders-of-the-city"
    return {
        "name": "12345 热线",
        "scope_code": DISTRICT,
        "url": url,
        "is_active": "on",
        "category": "0401=SZ-07",
    }


def _filed(town: Town) -> None:
    case = reported(town)
    file_case(actor=town["dispatcher"], case=case, now=town.now)


def _recorded_order(hand: Hand) -> list[Any]:
    exchanging.send_exchange(now=timezone.now())
    return [ExchangeOrder.objects.get().public_id]


def _step(name: str) -> Of:
    return lambda hand: [*_number(hand), name]


def _answered(hand: Hand) -> list[Any]:
    ExchangeOrder.objects.update(state=OrderState.ANSWERED)
    return [*_number(hand), "keep_outside"]


def _ended_order(hand: Hand) -> list[Any]:
    order = ExchangeOrder.objects.get()
    ExchangeOrder.objects.update(state=OrderState.DONE, ended_at=timezone.now())
    ExchangeConflict.objects.create(order=order, kind=ConflictKind.CLOSED, opened_at=timezone.now())
    return [order.public_id]


PASSWORD = "Sunny-Bridge-2718"
CHAT_ADDRESS = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=11111111-2222-3333-4444-555555555555"
CHAT = {"address": CHAT_ADDRESS, "groups": ["work"], "is_active": "on"}
REFUSED = {"opinion": "看得出是谁家的门牌"}
TOLD = {"opinion": "路面有坑洞，请派人处理。"}
STILL = {"opinion": "还没有修好，请再看看。"}
WORDS = {
    "title": "路面的坑补平了",
    "wrong": "路面塌下去一块，车轮容易陷进去。",
    "done": "铣刨重铺了一段，压实后和两边齐平。",
}

PEOPLE = (
    Deed("people:people_export", "street_lead", ("people.export",)),
    Deed("people:invite", "street_lead", ("people.invite",), hands.invitation),
    Deed("people:recover_for_worker", "community", ("people.change_number", "people.end_sessions"), hands.recovering),
    Deed("people:duty", "street_lead", ("people.plan_shift",), hands.shift),
    Deed("people:remove_shift", "street_lead", ("people.remove_shift",), args=hands.last(DutyShift, "pk")),
    Deed("people:assign", "security_admin", ("people.assign",), hands.community, hands.person("dispatcher")),
    Deed("people:reset_second_factor", "security_admin", ("people.second_factor_reset",),
        args=hands.person("dispatcher")),
    Deed(
        "people:end_assignment",
        "security_admin",
        ("people.end_assignment",),
        {"reason": "结束任职的事由"},
        lambda hand: [hands.assignment_of(hand.town, "dispatcher").public_id],
    ),
    Deed("people:organisations_plan", leaves=("people.import_organisation", "sheets.apply"), **_sheet(
        "street_lead", "people:import_organisations",
        ("单位名称", "类别", "承办类型", "区划代码"), ("枫林绿化队", "城市管理", "城管", STREET),
    )),
)  # fmt: skip

ACCOUNT = (
    Deed("people:name", "dispatcher", ("people.rename",), {"name": "换个称呼", "language": "zh-hans"}),
    Deed("people:consent", "worker", ("people.consent_given",), {"agree": "yes"}, lambda hand: ["location"]),
    Deed("people:consent", "worker", ("people.consent_withdrawn",), {"given": "no"}, lambda hand: ["location"]),
    Deed("people:work", "worker", ("people.consent_given", "people.declare_work"), hands.work),
    Deed("people:number", "worker", ("people.change_number", "people.end_sessions"),
         lambda hand: hands.code_to(hand, "19911110002", CodePurpose.CHANGE_NUMBER)),
    Deed("people:tokens", "dispatcher", ("people.create_token",), {"name": "社区大屏", "days": "30"}),
    Deed("people:revoke_token", "dispatcher", ("people.revoke_token",), args=hands.last(ApiToken)),
    Deed("people:recovery_code", "worker", ("people.recovery_code_made",)),
    Deed("people:change_password", "dispatcher", ("people.set_password",), {"password": PASSWORD, "again": PASSWORD}),
    Deed("people:replace_second_factor", "dispatcher", ("people.second_factor_set",), hands.dynamic_code),
    Deed("people:end_session", "dispatcher", ("people.end_session",), args=hands.other_session),
    Deed("people:end_other_sessions", "dispatcher", ("people.end_sessions",)),
    Deed("people:switch", "dispatcher", ("people.switch_role",), hands.another_role),
    Deed("people:export", "worker", ("people.export_me",), {"format": "json"}),
    Deed("people:erase", "other_worker", ("system:people.end_assignment", "people.erase_me"), {"sure": "yes"}),
)  # fmt: skip

SETTINGS = (
    Deed("cases:category", "swd", ("cases.update_category",), _category, lambda hand: ["0401"]),
    Deed("cases:limit", "swd", ("cases.put_limit",), {"value": "3"}, lambda hand: ["most_returns"]),
    Deed("cases:categories_plan", leaves=("cases.import_category", "sheets.apply"), **_sheet(
        "swd", "cases:import_categories", ("编号", "名称", "英文名称", "紧急程度", "办结时限", "主办"),
        ("0499", "路缘石破损", "broken kerb", "U4", "5个工作日", "城管、住建"),
    )),
    Deed("cases:rules_plan", leaves=("cases.import_dispatch_rule", "sheets.apply"), **_sheet(
        "swd", "cases:import_rules", ("类别编号", "区划代码", "单位", "分工", "依据", "删除"),
        ("0401", STREET, "暖阳区城管局", "主办", "权责清单第 12 条", ""),
    )),
    Deed("cases:publishing", "swd", ("cases.put_public_area",), {"area": STREET, "on": "0"}),
    Deed("cases:publishing", "swd", ("cases.put_public_kind",), {"was": "0401"}),
    Deed("cases:publishing", "swd", ("cases.put_sensitive_words",), {"words": "要当心的词"}),
    Deed("territories:load_outlines", "street_lead", ("territories.boundaries",), _outlines),
    Deed("compounds:create", "community", ("people.create_site", "compounds.create"), _compound),
    Deed("compounds:edit", "community", ("compounds.update",), _compound, hands.last(Compound)),
    Deed("notifications:robot", "dispatcher", ("notifications.save_robot",), CHAT),
    Deed("notifications:try_robot", "dispatcher", ("notifications.test_robot",)),
    Deed("notifications:forget_robot", "dispatcher", ("notifications.drop_robot",)),
)  # fmt: skip

ENTRY = {"name_zh": "凉亭", "name_en": "Pavilion", "icon": "umbrella", "sort": "9", "site_kind": "other"}
PLACES = (
    Deed("places:new_entry", "swd", ("places.put_entry",), {**ENTRY, "code": "pavilion"}, lambda hand: ["types"]),
    Deed("places:entry", "swd", ("places.put_entry",), ENTRY, lambda hand: ["types", "pavilion"]),
    Deed("places:truth", "swd", ("places.put_truth_rules",), _rules),
    Deed("places:plan", leaves=("places.add_many", "sheets.apply"), **_sheet(
        "dispatcher", "places:import", ("名称", "类型", "经度", "纬度", "开放时间"),
        ("枫林南口驿站", "暖新驿站", str(LNG), str(LAT), "24/7"),
    )),
    Deed("places:export", "street_lead", ("places.export",)),
    Deed("places:booking_export", "street_lead", ("places.booking_export",)),
    Deed("places:coverage_export", "street_lead", ("places.coverage_export",)),
    Deed("places:offer_export", "street_lead", ("places.offer_export",)),
    Deed("places:stock_export", "street_lead", ("places.stock_export",)),
    Deed("places:scene_export", "street_lead", ("places.scene_export",)),
    Deed("places:score_card_export", "street_lead", ("places.score_export",)),
    Deed("places:scene_standard_edit", "swd", ("places.publish_standard",), _standard),
    Deed("places:scene_standard_import", "swd", ("places.publish_standard",), _checklist),
)  # fmt: skip

SHOPS = (Deed("incentives:shop_order_export", "street_lead", ("incentives.shop_export",), args=hands.a_shop),)

POINTS = (
    Deed(
        "incentives:rule_edit", "street_lead", ("incentives.propose_rule",), _rule, lambda hand: ["case_filed"],
    ),
    Deed(
        "incentives:rule_step", "swd", ("incentives.approve_rule",), {"because": "同意"},
        lambda hand: [*hands.last(RuleVersion)(hand), "approve"],
    ),
    Deed("incentives:point_costs_export", "street_lead", ("incentives.cost_export",)),
    Deed("incentives:team_award_export", "street_lead", ("incentives.team_awards_export",)),
)  # fmt: skip

CASES = (
    Deed("cases:holds", "security_admin", ("cases.place_hold",), _hold),
    Deed("cases:end_hold", "security_admin", ("cases.end_hold",), args=hands.last(LegalHold, "pk")),
    Deed("cases:reveal", "dispatcher", ("cases.reveal_reporter",), {"reason": "要联系上报人核实地点"}, _number),
    Deed("cases:voice", "dispatcher", ("cases.hear",), args=_voice),
    Deed("cases:transcribe", "dispatcher", ("cases.transcribe",), {"words": "门口的井盖翻了"}, _voice),
    Deed("cases:picture_original", "street_lead", ("cases.original_picture",), {"reason": "遮挡太大看不清"}, _picture),
    Deed("cases:picture", "street_lead", ("cases.picture_redacted",), _areas, _picture),
    Deed("cases:picture", "street_lead", ("cases.release_picture",), _release, _picture),
    Deed("cases:picture", "street_lead", ("cases.withdraw_picture",), _refuse, _picture),
    Deed("cases:picture", "street_lead", ("cases.review_again",), _again, _picture),
    Deed("cases:picture", "street_lead", ("cases.refuse_picture",), _refuse, _picture),
    Deed("cases:publication", "street_lead", ("cases.draft_publication",), {**WORDS, "do": "keep"},
        hands.last(Publication)),
    Deed("cases:publication", "street_lead", ("cases.publish",), {**WORDS, "do": "publish"}, hands.last(Publication)),
    Deed("cases:publication_end", "street_lead", ("cases.revise",), {"do": "revise"}, hands.last(Publication)),
    Deed("cases:publication_end", "street_lead", ("cases.refuse_publication",), REFUSED, hands.last(Publication)),
)  # fmt: skip

EXPORTS = (
    *(
        Deed(f"cases:{name}", "street_lead", ("cases.export",))
        for name in ("export", "supervisions_export", "library_export", "appeals_export", "extensions_export",
                     "notices_export", "causes_export", "publications_export", "pictures_export")
    ),
    Deed("insight:export", "street_lead", ("insight.export",)),
    Deed("insight:export_indicator", "street_lead", ("insight.export",), args=lambda hand: ["filing_rate"]),
    Deed("portal:audit_export", "audit_admin", ("audit.export",)),
)  # fmt: skip

ELSEWHERE = (
    Deed("gateway:new_key", "system_admin", ("gateway.create_key",), _key),
    Deed("gateway:revoke_key", "system_admin", ("gateway.revoke_key",), args=hands.last(ApiKey)),
    Deed("gateway:new_jurisdiction", "system_admin", ("gateway.open_jurisdiction",), _jurisdiction),
    Deed(
        "gateway:close_jurisdiction",
        "system_admin",
        ("gateway.close_jurisdiction",),
        args=lambda hand: ["fenglin.example"],
    ),
    Deed("gateway:new_webhook", "system_admin", ("gateway.webhook_register",), _endpoint),
    Deed("gateway:edit_webhook", "system_admin", ("gateway.webhook_change",), _endpoint, hands.last(WebhookEndpoint)),
    Deed("gateway:webhook_act", "system_admin", ("gateway.webhook_test",), args=_act("test")),
    Deed("gateway:webhook_again", "system_admin", ("gateway.webhook_again",), args=_failed_message),
    *(
        Deed("gateway:webhook_act", "system_admin", (f"gateway.webhook_{step}",), args=_act(step))
        for step in ("again", "pause", "resume", "rotate")
    ),
    Deed("gateway:keys_export", "system_admin", ("gateway.keys_list_export",)),
    Deed("gateway:webhooks_export", "system_admin", ("gateway.webhooks_list_export",)),
    Deed("gateway:webhook_export", "system_admin", ("gateway.webhook_export",), args=hands.last(WebhookEndpoint)),
    Deed("gateway:webhook_act", "system_admin", ("gateway.webhook_remove",), args=_act("remove")),
    Deed("gateway:new_link", "system_admin", ("gateway.exchange_register",), _link),
    Deed("gateway:link", "system_admin", ("gateway.exchange_change",), _link, hands.last(ExchangeLink)),
    Deed("gateway:renew_secrets", "system_admin", ("gateway.exchange_rotate",), args=hands.last(ExchangeLink)),
    Deed("cases:step", "dispatcher", ("cases.send_outside",), TOLD, _step("send_outside")),
    Deed("gateway:order_retry", "dispatcher", ("gateway.exchange_retry",), args=_recorded_order),
    Deed("cases:step", "dispatcher", ("cases.keep_outside", "gateway.exchange_keep"), STILL, _answered),
    Deed("gateway:order_seen", "dispatcher", ("gateway.exchange_seen",), args=_ended_order),
    Deed("gateway:keys_export", "system_admin", ("gateway.keys_list_export",)),
    Deed("gateway:webhooks_export", "system_admin", ("gateway.webhooks_list_export",)),
    Deed("gateway:orders_export", "dispatcher", ("gateway.exchange_list_export",)),
    Deed("gateway:differences_export", "dispatcher", ("gateway.exchange_export",)),
    Deed("gateway:orders_export", "dispatcher", ("gateway.exchange_list_export",)),
)  # fmt: skip

TEAM = {
    "name": "枫桥小哥小队",
    "scope_code": COMMUNITY,
    "colour": "green",
    "icon": "leaf",
    "takes_requests": "on",
}
POST_KIND = {
    "code": "river_watcher", "name_zh": "护河员", "name_en": "River watcher", "icon": "droplet", "area": "street",
    "term_months": "6", "sort": "5", "is_active": "on",
}  # fmt: skip


def _new_member(hand: Hand) -> list[Any]:
    made = Team.objects.get(name=TEAM["name"])
    return [made.public_id, member(hand.town, made).public_id]


def _team_leader(hand: Hand) -> list[Any]:
    made = Team.objects.get(name=TEAM["name"])
    return [made.public_id, Assignment.objects.get(role="team_leader").public_id]


TEAMS = (
    Deed("volunteering:team_new", "street_lead", ("people.create_organisation", "volunteering.create_team"), TEAM),
    Deed("volunteering:team_edit", "street_lead", ("volunteering.change_team",), TEAM, hands.last(Team)),
    Deed("volunteering:team_leader", "community_head", ("people.assign",), args=_new_member),
    Deed("volunteering:team_leader_end", "community_head", ("people.end_assignment",), args=_team_leader),
    Deed("volunteering:team_export", "street_lead", ("volunteering.export_teams",)),
    Deed("volunteering:record_export", "street_lead", ("volunteering.record_export",)),
    Deed("volunteering:appointment_export", "street_lead", ("volunteering.export_posts",)),
    Deed("volunteering:team_plan", leaves=(
        "people.create_organisation", "volunteering.create_team", "sheets.apply",
    ), **_sheet("street_lead", "volunteering:team_import", ("队伍名称", "区划代码"), ("枫林二队", STREET))),
    Deed("volunteering:team_close", "street_lead", ("people.close_organisation", "volunteering.close_team"),
         args=hands.last(Team)),
    Deed("volunteering:post_kind_new", "swd", ("volunteering.put_post_kind",), POST_KIND),
    Deed("volunteering:post_kind", "swd", ("volunteering.put_post_kind",), POST_KIND, lambda hand: ["river_watcher"]),
)  # fmt: skip

TERM = {"name_zh": "净滩", "name_en": "Clean shore", "icon": "leaf", "line": "public_good"}


def _a_shift(hand: Hand) -> list[Any]:
    return [drafted(hand.town).shifts.get().public_id]


ACTIVITIES = (
    Deed("volunteering:activity_export", "street_lead", ("volunteering.activity_export",)),
    Deed("volunteering:shift_export", "community_head", ("volunteering.comers_export",), args=_a_shift),
    Deed("volunteering:term_new", "swd", ("volunteering.put_term",), TERM | {"code": "x_day"}, lambda hand: ["kinds"]),
    Deed("volunteering:term", "swd", ("volunteering.put_term",), TERM, lambda hand: ["kinds", "x_day"]),
)  # fmt: skip

PREPARED = {"cases": _closed, "elsewhere": _filed}
DEEDS = {
    "people": PEOPLE,
    "account": ACCOUNT,
    "settings": SETTINGS,
    "places": PLACES,
    "teams": TEAMS,
    "activities": ACTIVITIES,
    "points": POINTS,
    "shops": SHOPS,
    "thanks": THANKS,
    "calls": CALLS,
    "cases": CASES,
    "exports": EXPORTS,
    "elsewhere": ELSEWHERE,
}
