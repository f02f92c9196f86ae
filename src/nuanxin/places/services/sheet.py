"""Bringing a city's list of places in: each row new, changed, the same or refused, and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.access import Actor, lies_in, rule, scope_q
from nuanxin.kernel.errors import DomainError, Invalid
from nuanxin.kernel.geo.coordinates import Crs
from nuanxin.kernel.sheets import Change, Plan, Planned, Problem, Sheet, SheetRow, Verdict
from nuanxin.kernel.sheets.plan import refused
from nuanxin.kernel.sheets.read import Table
from nuanxin.people.models import Organisation
from nuanxin.places.enums import Order, PlaceState
from nuanxin.places.models import Place, PlaceFacility
from nuanxin.places.queries.catalogue import catalogue
from nuanxin.places.queries.duplicates import Known
from nuanxin.places.services.columns import COLUMNS, HEADINGS
from nuanxin.places.services.equipping import Equipment, set_facilities
from nuanxin.places.services.exporting import values_of
from nuanxin.places.services.many import NewPlace, add_many
from nuanxin.places.services.register import PlaceData, change_place, columns_of
from nuanxin.territories.queries import is_territory, territories_by_code

Text = str | Promise
PERMISSION = "places.import"
SOURCE = "sheet"
NOT_COMPARED = {"state", "crs", "external_id", "lng", "lat"}
CLOSE_ENOUGH = 5e-6  # degrees, half a metre: what is lost by way of another map and six digits


class _Areas:
    """Codes that exist: those of the file in one statement, those that a point leads to as they come, each once."""

    def __init__(self, codes: set[str]) -> None:
        self._known = {each.code: True for each in territories_by_code(codes)}

    def __contains__(self, code: object) -> bool:
        if code not in self._known:
            self._known[str(code)] = is_territory(str(code))
        return self._known[str(code)]


@dataclass(slots=True)
class _State:
    """What the rows are compared with."""

    by_number: Mapping[str, Place]
    by_source: Mapping[str, Place]
    known: Known
    hosts: Mapping[str, int]
    areas: "_Areas"
    types: Mapping[str, str]
    classes: Mapping[str, str]
    facilities: Mapping[str, str]
    actor: Actor
    mine: set[int]
    seen: dict[object, int] = field(default_factory=dict)


def current(actor: Actor) -> list[dict[str, str]]:
    rows = _reachable(actor).select_related("type", "host", "friendly_class")
    found = rows.prefetch_related("facilities__facility").order_by("scope_code", "initials", "pk")
    return [values_of(each, Crs.WGS84) for each in found]


def plan(actor: Actor, table: Table, lock: bool) -> Plan:  # noqa: FBT001  -- the signature that Sheet asks for
    rows = Place.objects.exclude(state=PlaceState.CLOSED)
    if actor.role != "system" and actor.scope_code:
        rows = rows.filter(scope_q(actor.scope_code))
    held = rows.select_for_update(of=("self",)) if lock else rows
    related = held.select_related("type", "host", "friendly_class").prefetch_related("facilities__facility")
    known = list(related.order_by("pk"))
    words = catalogue()
    state = _State(
        by_number={each.number: each for each in known if each.number},
        by_source={str(each.public_id): each for each in known}
        | {each.external_id: each for each in known if each.external_id and each.source == SOURCE},
        known=Known(known),
        hosts=dict(Organisation.objects.filter(is_active=True).values_list("name", "pk")),
        types={code: code for code in words.types}
        | {each.name_zh: code for code, each in words.types.items()},
        classes={each.name_zh: code for code, each in words.classes.items()},
        facilities={each.name_zh: code for code, each in words.facilities.items()},
        areas=_Areas({row.text("scope_code") for row in table.rows}),
        actor=actor,
        mine=set(_reachable(actor).values_list("pk", flat=True)),
    )
    return Plan(tuple(_planned(row, table, state) for row in table.rows))


def _reachable(actor: Actor) -> Any:
    return Place.objects.filter(rule(PERMISSION, actor)).exclude(state=PlaceState.CLOSED)


def _planned(row: SheetRow, table: Table, state: _State) -> Planned:
    label = row.text("name") or row.text("number")
    problems: list[Problem] = []
    data = _data(row, state, problems)
    facilities = _facilities(row, state, problems)
    columns = _columns(row, data, state, problems) if data and not problems else None
    if columns is None:
        return refused(row, label, problems or [Problem(row.ref("name"), _("这一行读不懂。"))])
    before = _same(row, columns, state)
    if wrong := _identity(row, columns, before, state):
        return refused(row, label, wrong)
    if before is not None:
        kept = _kept(before, columns, table)
        changes = _changes(before, kept, facilities if _tells_facilities(table) else None)
        verdict = Verdict.CHANGED if changes else Verdict.SAME
        values = {
            "pk": before.pk,
            "columns": kept,
            "facilities": facilities if _tells_facilities(table) else None,
        }
        return Planned(row.number, label, verdict, changes, values=values)
    external_id = row.text("external_id")[:64]
    values = {
        "pk": None, "data": data, "columns": columns, "facilities": facilities, "external_id": external_id,
    }  # fmt: skip
    shown = tuple(
        Change(HEADINGS[key], "", row.text(key))
        for key in HEADINGS
        if row.text(key) and key not in ("state", "crs")
    )
    return Planned(row.number, label, Verdict.NEW, shown, values=values)


def _data(row: SheetRow, state: _State, problems: list[Problem]) -> PlaceData | None:
    """Each cell by itself."""
    types, classes = state.types, state.classes

    def told(key: str, text: Text) -> None:
        problems.append(Problem(row.ref(key), text))

    host, kind = row.text("host"), row.text("type")
    if kind not in types:
        told("type", _("没有“%(name)s”这种类型；清单在模板的“填写说明”里。") % {"name": kind or "—"})
    if host and host not in state.hosts:
        told("host", _("没有登记过“%(name)s”；先登记单位，或者空着。") % {"name": host})
    if row.text("friendly_class") and row.text("friendly_class") not in classes:
        told("friendly_class", _("友好类别只有：%(names)s。") % {"names": "、".join(classes)})
    for key in ("name", "name_en", "number", "address", "directions"):
        if len(row.text(key)) > MOST[key]:
            told(key, _("最多 %(most)s 个字。") % {"most": MOST[key]})
    numbers = {key: _number(row, key, problems) for key in ("lng", "lat")}
    days = {key: _day(row, key, problems) for key in ("valid_from", "valid_to")}
    crs = row.text("crs").lower().replace("-", "") or Crs.WGS84.value
    if crs not in list(Crs):
        told("crs", _("坐标系只有 wgs84、cgcs2000、gcj02、bd09。"))
    capacity = row.text("capacity")
    if capacity and not (capacity.isascii() and capacity.isdigit() and len(capacity) < 7):
        told("capacity", _("座位数要是整数。"))
    if problems:
        return None
    return PlaceData(
        name=row.text("name"),
        name_en=row.text("name_en"),
        type=types[kind],
        friendly_class=classes.get(row.text("friendly_class"), ""),
        number=row.text("number"),
        host_id=state.hosts.get(host),
        address=row.text("address"),
        directions=row.text("directions"),
        phone=row.text("phone"),
        opening=row.text("opening"),
        capacity=int(capacity) if capacity else None,
        scope_code=row.text("scope_code"),
        lng=numbers["lng"],
        lat=numbers["lat"],
        crs=Crs(crs),
        valid_from=days["valid_from"],
        valid_to=days["valid_to"],
    )


MOST = {"name": 60, "name_en": 100, "number": 32, "address": 120, "directions": 200}


def _number(row: SheetRow, key: str, problems: list[Problem]) -> float | None:
    try:
        return float(row.text(key))
    except ValueError:
        problems.append(Problem(row.ref(key), _("要是小数，例如 105.123456。")))
        return None


def _day(row: SheetRow, key: str, problems: list[Problem]) -> date | None:
    text = row.text(key)
    if not text:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        problems.append(Problem(row.ref(key), _("日期写成 2026-06-01。")))
        return None


def _facilities(row: SheetRow, state: _State, problems: list[Problem]) -> list[Equipment]:
    codes = state.facilities
    orders: dict[str, str] = {}
    for key, order in (("facilities", Order.WORKS), ("broken", Order.BROKEN)):
        for name in row.text(key).replace(",", "、").replace("，", "、").split("、"):
            if not name.strip():
                continue
            if name.strip() not in codes:
                problems.append(Problem(row.ref(key), _("目录里没有“%(name)s”。") % {"name": name.strip()}))
                continue
            orders[codes[name.strip()]] = order.value
    return [Equipment(code, order) for code, order in orders.items()]


def _columns(row: SheetRow, data: PlaceData, state: _State, problems: list[Problem]) -> dict[str, Any] | None:
    """As it would be stored; what does not go together is said in the words of the service."""
    try:
        return columns_of(data, state.areas)
    except DomainError as error:
        fields = error.fields if isinstance(error, Invalid) else {}
        key = next((name for name in fields if name in HEADINGS), _KEY_OF.get(type(error).__name__, "name"))
        problems.append(Problem(row.ref(key), f"{error.message}{error.hint}"))
        return None


_KEY_OF = {
    "NoSuchTerritory": "scope_code",
    "NotACoordinate": "lng",
    "InvalidOpening": "opening",
    "BadPhone": "phone",
}


def _same(row: SheetRow, columns: Mapping[str, Any], state: _State) -> Place | None:
    """By the number, else the source's number, else the same name not far away."""
    found = state.by_number.get(columns["number"]) if columns["number"] else None
    found = found or state.by_source.get(row.text("external_id"))
    return found or state.known.same(columns["name_zh"], columns["lng"], columns["lat"])


def _identity(
    row: SheetRow, columns: Mapping[str, Any], before: Place | None, state: _State
) -> list[Problem]:
    """Said once, and ours to say."""
    marks: list[object] = [
        before.pk if before else (columns["name_zh"], round(columns["lng"], 3), round(columns["lat"], 3))
    ]
    marks += [f"#{columns['number']}"] if columns["number"] else []
    for mark in marks:
        if mark in state.seen:
            told = _("和第 %(row)s 行是同一处。") % {"row": state.seen[mark]}
            return [Problem(row.ref("name"), told)]
    for mark in marks:
        state.seen[mark] = row.number
    if before is not None and before.pk not in state.mine:
        return [Problem(row.ref("name"), _("这一处不归您改。"))]
    if before is None and not _within(state.actor, columns["scope_code"]):
        return [Problem(row.ref("scope_code"), _("这个位置不在您的辖区里。"))]
    return []


def _within(actor: Actor, code: str) -> bool:
    if actor.role == "system" or actor.extent(PERMISSION) == "all":
        return True
    return lies_in(code, actor.scope_code)


def _tells_facilities(table: Table) -> bool:
    return bool({"facilities", "broken"} & table.keys)


FIELDS = {
    "number": "number", "name_en": "name_en", "friendly_class": "friendly_class_id", "host": "host_id",
    "address": "address", "directions": "directions", "phone": "phone", "opening": "opening",
    "capacity": "capacity", "valid_from": "valid_from", "valid_to": "valid_to",
}  # fmt: skip
ALWAYS = ("name_zh", "pinyin", "initials", "type_id", "lng", "lat", "scope_code")


def _kept(before: Place, columns: Mapping[str, Any], table: Table) -> dict[str, Any]:
    """What the file has columns for; a point that moved by less than a step stays."""
    names = [*ALWAYS, *(FIELDS[key] for key in FIELDS if key in table.keys)]
    kept = {name: columns[name] for name in names}
    lng, lat = float(before.lng or 0), float(before.lat or 0)
    if abs(kept["lng"] - lng) < CLOSE_ENOUGH and abs(kept["lat"] - lat) < CLOSE_ENOUGH:
        kept |= {"lng": before.lng, "lat": before.lat}
    if "scope_code" not in table.keys:
        kept["scope_code"] = (
            before.scope_code if (kept["lng"], kept["lat"]) == (lng, lat) else kept["scope_code"]
        )
    return kept


LABELS = {"name_zh": "name", "type_id": "type", "lng": "lng", "lat": "lat", "scope_code": "scope_code"} | {
    column: key for key, column in FIELDS.items()
}


def _changes(
    before: Place, kept: Mapping[str, Any], facilities: list[Equipment] | None
) -> tuple[Change, ...]:
    found = [
        Change(HEADINGS[LABELS[name]], _shown(getattr(before, name)), _shown(value))
        for name, value in kept.items()
        if name in LABELS and getattr(before, name) != value
    ]
    if facilities is not None:
        held = {each.facility_id: each.order for each in before.facilities.all()}
        said = {each.code: each.order for each in facilities}
        was = {code: order for code, order in held.items() if order != Order.UNKNOWN or code not in said}
        if {code: said.get(code) for code in {*was, *said}} != {
            code: held.get(code) for code in {*was, *said}
        }:
            found.append(Change(HEADINGS["facilities"], _named(held), _named(said)))
    return tuple(found)


def _shown(value: Any) -> str:
    return "" if value is None else f"{value:.6f}" if isinstance(value, float) else str(value)


def _named(orders: Mapping[str, str]) -> str:
    known = catalogue().facilities
    return "、".join(
        f"{known[code].name_zh}（{Order(order).label}）" if order == Order.BROKEN else known[code].name_zh
        for code, order in orders.items()
    )


def apply(actor: Actor, plan: Plan, now: datetime) -> None:
    """New places in preparation, changed ones as the file says; their own audit entries. Publishes their events."""
    new = [row for row in plan.effective if row.values["pk"] is None]
    add_many(actor=actor, new=[_new(row) for row in new], now=now)
    changed = [row for row in plan.effective if row.values["pk"] is not None]
    places = Place.objects.in_bulk([row.values["pk"] for row in changed])
    for row in changed:
        place = places[row.values["pk"]]
        change_place(actor=actor, place=place, columns=dict(row.values["columns"]), now=now)
        if row.values["facilities"] is not None:
            counts = dict(PlaceFacility.objects.filter(place=place).values_list("facility", "count"))
            wanted = [replace(each, count=counts.get(each.code)) for each in row.values["facilities"]]
            set_facilities(actor=actor, public_id=place.public_id, facilities=wanted, now=now)


def _new(row: Planned) -> NewPlace:
    given: Mapping[str, Any] = row.values
    return NewPlace(
        data=given["data"],
        columns=given["columns"],
        facilities=tuple(given["facilities"]),
        source=SOURCE if given["external_id"] else "",
        external_id=given["external_id"],
    )


SHEET = Sheet(
    name="places.register",
    title=_("点位清单"),
    lead=_("同名又在附近的当作同一处；没写在表里的不变；新的先筹备，看过再对外开放。"),
    permission=PERMISSION,
    columns=COLUMNS,
    lists=lambda: {
        "type": [each.name_zh for each in catalogue().types.values() if each.is_active],
        "facilities": [each.name_zh for each in catalogue().facilities.values() if each.is_active],
    },
    current=current,
    plan=plan,
    apply=apply,
)
