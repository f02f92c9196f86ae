"""Putting places into the register, changing them, and their life."""

from datetime import date, timedelta

import pytest

from nuanxin.kernel.access import SYSTEM, allows
from nuanxin.kernel.audit.models import AuditEntry
from nuanxin.kernel.errors import Conflict, Invalid, NotAllowed
from nuanxin.kernel.events import drain
from nuanxin.kernel.events.models import Event
from nuanxin.kernel.geo.coordinates import Crs, from_wgs84
from nuanxin.notifications.models import Notice
from nuanxin.notifications.queries import line_of
from nuanxin.people.services import end_assignment
from nuanxin.places import queries, services
from nuanxin.places.enums import Order
from nuanxin.places.models import Facility, Place, PlaceChange, PlaceFacility, PlaceType
from nuanxin.places.queries.catalogue import catalogue
from nuanxin.places.queries.register import Filters
from nuanxin.places.services import EntryData, Equipment, Offered
from nuanxin.places.services.catalogue import icon_names
from nuanxin.places.workflow import PLACE
from tests.factories import people
from tests.factories.places import LAT, LNG, data, place
from tests.factories.territories import COMMUNITY, DISTRICT, NOW, OTHER_COMMUNITY, OTHER_STREET, STREET

pytestmark = pytest.mark.usefixtures("city")
HOUR = timedelta(hours=1)


def actor_of(role, **where):
    return people.actor(people.staff(role, **where))


def happened(name):
    return list(Event.objects.filter(name=f"places.{name}").order_by("pk").values_list("payload", flat=True))


def test_the_catalogue_has_both_names_and_icons_of_the_set():
    for model, least in ((PlaceType, 30), (Facility, 30)):
        assert model.objects.count() >= least
    for kind in (catalogue().types, catalogue().facilities, catalogue().services, catalogue().classes):
        assert {each.icon for each in kind.values()} <= set(icon_names())
        assert all(each.name_zh and each.name_en for each in kind.values())
        assert len({each.name_zh for each in kind.values()}) == len(kind)
    assert services.load_catalogue() == 0


def test_a_place_stands_in_its_community_and_at_its_site():
    host = people.organisation("云川市总工会", kind="trade_union")
    made = services.create_place(
        actor=SYSTEM, data=data(host_id=host.pk, number="99-001", phone="0512-66660000"), now=NOW
    )
    assert (made.state, made.scope_community, made.pinyin) == ("draft", COMMUNITY, "fenglinnuanxinyizhan")
    assert (made.site.name, made.site.kind, made.site.operator) == ("枫林暖新驿站", "station", host)
    assert happened("PlaceCreated") == [{"place_id": made.pk, "type": "station"}]
    assert AuditEntry.objects.filter(action="places.create", object_id=made.pk).count() == 1
    assert PlaceChange.objects.get(place=made).action == "create"


def test_the_territory_is_found_by_the_place_and_any_map_is_understood():
    lng, lat = from_wgs84(104.485, 38.51, Crs.BD09)
    made = services.create_place(
        actor=SYSTEM, data=data(scope_code="", lng=lng, lat=lat, crs=Crs.BD09), now=NOW
    )
    assert made.scope_community == OTHER_COMMUNITY
    assert (made.lng, made.lat) == pytest.approx((104.485, 38.51), abs=1e-6)
    for code in ("990101001099", STREET):
        with pytest.raises(services.NoSuchTerritory):
            services.create_place(actor=SYSTEM, data=data("别处", scope_code=code), now=NOW)


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"name": "  "}, services.NoName),
        ({"lng": None}, services.NoPlace),
        ({"phone": "13812345678"}, services.BadPhone),
        ({"phone": "问门口的人"}, services.BadPhone),
        ({"valid_from": date(2026, 9, 1), "valid_to": date(2026, 6, 1)}, services.BadSeason),
        ({"type": "palace"}, Invalid),
        ({"friendly_class": "very"}, Invalid),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_do(given, error):
    with pytest.raises(error) as refused:
        services.create_place(actor=SYSTEM, data=data(**given), now=NOW)
    assert str(refused.value.hint)
    assert not Place.objects.exists()


def test_the_same_place_is_not_registered_twice_unless_it_is_another():
    made = place()
    with pytest.raises(services.SamePlace) as refused:
        services.create_place(actor=SYSTEM, data=data("枫林 暖新驿站", lat=LAT + 0.001), now=NOW)
    assert refused.value.place == made
    services.create_place(actor=SYSTEM, data=data("枫林暖新驿站", lat=LAT + 0.01), now=NOW)
    services.create_place(actor=SYSTEM, data=data(is_other=True), now=NOW)
    assert Place.objects.count() == 3
    sent = {"actor": SYSTEM, "data": data("半亩园"), "now": NOW, "source": "form", "external_id": "k1"}
    assert services.create_place(**sent) == services.create_place(**sent)
    place("甲", number="7")
    with pytest.raises(services.NumberTaken):
        services.create_place(actor=SYSTEM, data=data("乙", number="7"), now=NOW)


def test_each_acts_where_it_may():
    host = people.organisation("云川市总工会", kind="trade_union")
    made = place(host_id=host.pk)
    keeper = actor_of("station", site=made.site)
    reach = {
        "street": (actor_of("dispatcher", scope_code=STREET), True),
        "elsewhere": (actor_of("dispatcher", scope_code=OTHER_STREET), False),
        "community": (actor_of("community", scope_code=COMMUNITY), True),
        "host": (actor_of("union", organisation=host), True),
        "keeper": (keeper, True),
        "other keeper": (actor_of("station", site=place("别的驿站", lat=LAT + 0.001).site), False),
    }
    for who, (actor, may) in reach.items():
        assert allows(actor, "places.edit", made) is may, who
        assert allows(actor, "places.view", made) is may, who
    with pytest.raises(NotAllowed):
        services.create_place(actor=reach["elsewhere"][0], data=data("云上驿站"), now=NOW)
    with pytest.raises(queries.PlaceNotFound):
        services.update_place(actor=reach["elsewhere"][0], public_id=made.public_id, data=data(), now=NOW)
    with pytest.raises(queries.PlaceNotFound):
        services.close_place(actor=keeper, public_id=made.public_id, reason="不干了", now=NOW)


def test_a_keeper_changes_what_workers_need_and_not_whose_it_is():
    made = place()
    keeper = actor_of("station", site=made.site)
    said = data("别的名字", type="canteen", number="1", phone="66660000", directions="从东门进")
    assert services.update_place(actor=keeper, public_id=made.public_id, data=said, now=NOW)
    made.refresh_from_db()
    assert (made.name_zh, made.type_id, made.number) == ("枫林暖新驿站", "station", "")
    assert (made.phone, made.directions) == ("66660000", "从东门进")
    assert happened("PlaceChanged") == [{"place_id": made.pk, "columns": "directions,phone"}]
    assert not services.update_place(actor=keeper, public_id=made.public_id, data=said, now=NOW)
    street = actor_of("dispatcher", scope_code=STREET)
    services.update_place(actor=street, public_id=made.public_id, data=said, now=NOW)
    made.refresh_from_db()
    assert (made.name_zh, made.type_id, made.site.name) == ("别的名字", "canteen", "别的名字")


def test_the_life_of_a_place():
    street = actor_of("street_lead", scope_code=STREET)
    made = place(is_open=False, opening="")
    with pytest.raises(services.NotReady):
        services.open_place(actor=street, public_id=made.public_id, now=NOW)
    services.update_place(actor=street, public_id=made.public_id, data=data(), now=NOW)
    services.open_place(actor=street, public_id=made.public_id, now=NOW)
    with pytest.raises(Conflict):
        services.open_place(actor=street, public_id=made.public_id, now=NOW)
    with pytest.raises(Invalid):
        services.suspend_place(actor=street, public_id=made.public_id, reason=" ", now=NOW)
    services.suspend_place(actor=street, public_id=made.public_id, reason="装修", now=NOW)
    assert queries.public_place(made.public_id).state_reason == "装修"
    services.resume_place(actor=street, public_id=made.public_id, now=NOW)
    services.close_place(actor=street, public_id=made.public_id, reason="搬走了", now=NOW)
    with pytest.raises(queries.PlaceNotFound):
        queries.public_place(made.public_id)
    made.site.refresh_from_db()
    assert not made.site.is_active
    assert [len(happened(name)) for name in ("PlaceOpened", "PlaceSuspended", "PlaceClosed")] == [2, 1, 1]
    assert {move.name for move in PLACE.from_state("closed")} == set()


def test_facilities_break_and_are_repaired():
    made = place(facilities=["toilet", "hot_water?"])
    keeper = actor_of("station", site=made.site)
    given = {"actor": keeper, "public_id": made.public_id, "now": NOW + HOUR}
    assert services.record_breakdown(facility="hot_water", **given)
    assert not services.record_breakdown(facility="hot_water", **given)
    assert PlaceFacility.objects.get(facility="hot_water").since == NOW + HOUR
    assert services.record_repair(facility="hot_water", **given)
    assert not services.record_repair(facility="toilet", **given)
    with pytest.raises(services.NoSuchFacility):
        services.record_repair(facility="sofa", **given)
    told = [happened(name) for name in ("FacilityBroken", "FacilityRepaired")]
    assert told == [[{"place_id": made.pk, "facility": "hot_water"}]] * 2
    equipped = [Equipment("toilet", Order.BROKEN), Equipment("sofa", count=2)]
    assert services.set_facilities(facilities=equipped, **given)
    assert not services.set_facilities(facilities=equipped, **given)
    held = {each.facility_id: each.order for each in PlaceFacility.objects.filter(place=made)}
    assert held == {"toilet": "broken", "sofa": "unknown"}
    with pytest.raises(Invalid):
        services.set_facilities(facilities=[Equipment("throne")], **given)


def test_services_say_who_when_how_and_what_it_costs():
    made = place()
    haircut = Offered("haircut", "志愿者", "每月 15 日", "到店登记", "免费")
    given = {"actor": SYSTEM, "public_id": made.public_id, "now": NOW}
    assert services.set_services(services=[haircut, Offered("rest")], **given)
    assert not services.set_services(services=[haircut, Offered("rest")], **given)
    assert services.set_services(services=[haircut], **given)
    page = queries.place_page(made, now=NOW)
    assert [(each.item_id, each.cost) for each in page.services] == [("haircut", "免费")]


def test_the_keeper_is_whoever_has_the_role_at_the_site_and_none_is_said():
    made = place()
    first, second = (people.staff("station", name=name, site=made.site) for name in ("甲", "乙"))
    drain(NOW)
    made.refresh_from_db()
    assert made.keeper == first
    street = actor_of("dispatcher", scope_code=STREET)
    services.hand_over_keeper(actor=street, public_id=made.public_id, assignment_id=second.pk, now=NOW)
    elsewhere = people.staff("station", site=place("别的驿站", lat=LAT + 0.001).site)
    with pytest.raises(services.NotAtThisPlace):
        services.hand_over_keeper(actor=street, public_id=made.public_id, assignment_id=elsewhere.pk, now=NOW)
    end_assignment(actor=SYSTEM, assignment=second, now=NOW + HOUR)
    drain(NOW + HOUR)
    made.refresh_from_db()
    assert made.keeper == first
    end_assignment(actor=SYSTEM, assignment=first, now=NOW + 2 * HOUR)
    drain(NOW + 2 * HOUR)
    made.refresh_from_db()
    assert made.keeper is None
    assert happened("PlaceLeftWithoutKeeper") == [{"place_id": made.pk}]


def test_a_city_edits_its_catalogue():
    admin = actor_of("swd", scope_code=DISTRICT)
    said = EntryData("骑手加油站", "Riders' pit stop", "motorbike", 5, extra=(("site_kind", "station"),))
    services.put_entry(actor=admin, kind="types", code="pit_stop", data=said, is_new=True, now=NOW)
    assert catalogue().types["pit_stop"].name == "骑手加油站"
    with pytest.raises(Conflict):
        services.put_entry(actor=admin, kind="types", code="pit_stop", data=said, is_new=True, now=NOW)
    with pytest.raises(services.NotAnIcon):
        services.put_entry(
            actor=admin, kind="types", code="x1", data=EntryData("甲", "A", "nothing"), is_new=True, now=NOW
        )
    street = actor_of("dispatcher", scope_code=STREET)
    with pytest.raises(NotAllowed):
        services.put_entry(actor=street, kind="types", code="x1", data=said, is_new=True, now=NOW)


def test_the_register_is_narrowed_and_found_by_two_characters():
    street = actor_of("dispatcher", scope_code=STREET)
    made = place(facilities=["toilet"])
    place("半亩园食堂", type="canteen", lat=LAT + 0.001, opening="Mo-Fr 13:00-18:00")
    draft = place("云栖爱心角", is_open=False, lat=LAT + 0.002)
    place("别处", scope_code="990101002201", lng=104.51)

    def names(**given):
        found = queries.listed_places(street, Filters(**given), now=NOW)
        return [each.name_zh for each, _hours in found.rows]

    assert names() == ["半亩园食堂", "枫林暖新驿站", "云栖爱心角"]
    assert names(text="栖爱") == ["云栖爱心角"]
    assert names(text="枫林暖新") == names(text="fenglin") == names(facility="toilet") == ["枫林暖新驿站"]
    assert names(type="canteen") == ["半亩园食堂"]
    assert names(state="draft") == ["云栖爱心角"]
    assert names(open_now=True) == ["枫林暖新驿站"]
    assert names(stale=True) == ["半亩园食堂", "枫林暖新驿站"]
    services.confirm_place(actor=street, public_id=made.public_id, now=NOW)
    assert names(stale=True) == ["半亩园食堂"]
    assert queries.counts(street, now=NOW) == {
        "all": 3, "open": 2, "draft": 1, "suspended": 0, "unkept": 3, "stale": 1,
        "due": 2, "checking": 0,
    }  # fmt: skip
    assert queries.visible_place(street, draft.public_id) == draft


def test_one_page_after_another():
    street = actor_of("dispatcher", scope_code=STREET)
    for number in range(5):
        place(f"站{number}", lat=LAT + number / 1000)
    seen, after = [], None
    for _page in range(3):
        found = queries.listed_places(street, Filters(open_now=True), now=NOW, after=after, limit=2)
        seen += [each.name_zh for each, _hours in found.rows]
        after = found.rows[-1][0].initials, found.rows[-1][0].pk
    assert seen == [f"站{number}" for number in range(5)]
    assert not found.more
    assert LNG


def test_many_at_once_leave_the_same_traces(django_assert_max_num_queries):
    host = people.organisation("云川市总工会", kind="trade_union")
    new = [
        services.NewPlace(
            data=data(f"站{number}", lat=LAT + number / 1000, host_id=host.pk),
            facilities=(Equipment("toilet", "works"),),
            services=(Offered("rest"),),
            is_open=number > 0,
        )
        for number in range(3)
    ]
    made = services.add_many(actor=SYSTEM, new=new, now=NOW, territories={COMMUNITY})
    assert [each.state for each in made] == ["draft", "open", "open"]
    assert [each.site.operator for each in made] == [host] * 3
    assert [len(happened(name)) for name in ("PlaceCreated", "PlaceOpened")] == [3, 2]
    assert PlaceChange.objects.count() == PlaceFacility.objects.count() == 3
    assert AuditEntry.objects.get(action="places.add_many").detail == {"places": [each.pk for each in made]}
    street = actor_of("dispatcher", scope_code=STREET)
    found = queries.listed_places(street, Filters(text="站1"), now=NOW).rows
    assert [place for place, _hours in found] == [made[1]]
    elsewhere = actor_of("dispatcher", scope_code=OTHER_STREET)
    with pytest.raises(services.NotYours):
        services.add_many(actor=elsewhere, new=[services.NewPlace(data=data("别处"))], now=NOW)
    unready = services.NewPlace(data=data("没时间", opening=""), is_open=True)
    with pytest.raises(services.NotReady):
        services.add_many(actor=SYSTEM, new=[unready], now=NOW)
    assert Place.objects.count() == 3
    with django_assert_max_num_queries(25):
        services.add_many(
            actor=SYSTEM,
            new=[services.NewPlace(data=data(f"点{n}")) for n in range(10)],
            now=NOW,
            territories={COMMUNITY},
        )


def test_whoever_must_act_is_told():
    host = people.organisation("暖阳驿站运营", kind="social_work_agency")
    made = place(facilities=["toilet"], host_id=host.pk)
    worker = people.staff("dept", name="维修", organisation=host)
    neighbour = people.staff("community", scope_code=COMMUNITY)
    keeper = people.staff("station", name="孙大姐", site=made.site)
    drain(NOW)
    given = {"actor": people.actor(keeper), "public_id": made.public_id}
    services.record_breakdown(facility="toilet", now=NOW + HOUR, **given)
    end_assignment(actor=SYSTEM, assignment=keeper, now=NOW + 2 * HOUR)
    drain(NOW + 3 * HOUR)
    told = set(Notice.objects.values_list("kind", "person__name", "facts__place"))
    assert told == {
        ("keeping", "孙大姐", "枫林暖新驿站"),
        ("broken", "维修", "枫林暖新驿站"),
        ("unkept", neighbour.person.name, "枫林暖新驿站"),
    }
    assert worker.person.name == "维修"
    for notice in Notice.objects.all():
        assert "枫林暖新驿站" in str(line_of(notice, {}).title)
