"""Who should take it: the city's own rule first, else the unit of the right type whose area covers the place.

"Responsible body unclear" goes to the territorial government, by default the street (`domain.md` §2.3).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db.models import BigIntegerField
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.enums import TaskRole
from nuanxin.cases.models import Case, DispatchRule
from nuanxin.cases.queries.catalogue import Kind, kind_of
from nuanxin.cases.queries.consulting import open_parties
from nuanxin.cases.queries.parties import is_party, without_parties
from nuanxin.compounds.models import Compound
from nuanxin.kernel.access.scope import LEVELS
from nuanxin.kernel.prepared import Prepared
from nuanxin.people.models import Organisation
from nuanxin.people.queries.responsible import ancestor_codes, organisations_covering

COMMUNITY, STREET, MANAGER = "SQ", "JD", "WY"
Text = str | Promise


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A unit, its part, and why, in words for the dispatcher."""

    organisation: Organisation
    role: str
    reason: Text


class Ground:
    """Where the answers come from: the database, asked for each case."""

    def of_type(self, unit_type: str, scope_code: str) -> Organisation | None:
        """The organisation of the type with the smallest area around the place."""
        return next(iter(organisations_covering(unit_type, ancestor_codes(scope_code))), None)

    def rules(self, case: Case, role: str) -> Iterable[DispatchRule]:
        codes = ancestor_codes(case.scope_code)
        rows = DispatchRule.objects.filter(category=case.category_id, role=role, area_code__in=codes)
        return rows.select_related("organisation")

    def manager(self, case: Case) -> Organisation | None:
        compound = compound_of(case.compound_id)
        return compound.manager if compound else None


class GatheredGround(Ground):
    """The same for many cases at once: three statements, however many cases."""

    def __init__(self, cases: Sequence[Case]) -> None:
        codes = {code for case in cases for code in ancestor_codes(case.scope_code)}
        units = Organisation.objects.filter(scope_code__in=codes, is_active=True).exclude(unit_type="")
        self.units = list(units.order_by("unit_type", "name"))
        self.by_type: dict[tuple[str, str], Organisation] = {}
        for unit in sorted(self.units, key=lambda unit: -unit.pk):
            self.by_type[unit.unit_type, unit.scope_code] = unit
        rules = DispatchRule.objects.filter(
            category__in={case.category_id for case in cases}, area_code__in=codes
        )
        self.known_rules = list(rules.select_related("organisation"))
        compounds = Compound.objects.filter(pk__in={case.compound_id for case in cases}, is_active=True)
        self.compounds = {row.pk: row for row in compounds.select_related("manager")}

    def of_type(self, unit_type: str, scope_code: str) -> Organisation | None:
        found = (self.by_type.get((unit_type, code)) for code in ancestor_codes(scope_code))
        return next(filter(None, found), None)

    def rules(self, case: Case, role: str) -> Iterable[DispatchRule]:
        codes = set(ancestor_codes(case.scope_code))
        return [
            rule
            for rule in self.known_rules
            if rule.category_id == case.category_id and rule.role == role and rule.area_code in codes
        ]

    def manager(self, case: Case) -> Organisation | None:
        compound = self.compounds.get(case.compound_id) if case.compound_id else None
        return compound.manager if compound else None

    def around(self, case: Case) -> list[Organisation]:
        """Every unit that takes work around the place, for choosing by hand."""
        codes = set(ancestor_codes(case.scope_code))
        return [unit for unit in self.units if unit.scope_code in codes]


ASKED = Ground()


def suggest_units(case: Case, ground: Ground = ASKED) -> list[Suggestion]:
    """The community (else the street) first, then the lead unit, then assistants; each organisation once.

    Never whom the case is about.
    """
    kind = kind_of(case.category_id)
    territorial = territorial_owner(case.scope_code, ground)
    found: dict[int, Suggestion] = {}
    if territorial:
        found[territorial.organisation.pk] = territorial
    lead = _lead(case, kind, ground)
    if lead is None:
        street = ground.of_type(STREET, case.scope_code)
        lead = Suggestion(street, TaskRole.LEAD, _("没有对应的单位，由街道统筹")) if street else None
    if lead:
        found.setdefault(lead.organisation.pk, lead)
    for suggestion in _assistants(case, kind, ground):
        found.setdefault(suggestion.organisation.pk, suggestion)
    return list(found.values())


def with_parties(case: Case, suggestions: list[Suggestion]) -> list[Suggestion]:
    """For the minutes of a consultation: those who were called, with what they said, among those suggested."""
    found = {each.organisation.pk: each for each in suggestions}
    for party in open_parties(case):
        said = party.get_answer_display() if party.answer else _("没有报到")
        known = found.get(party.organisation_id)
        role = known.role if known else TaskRole.ASSIST
        why = _("%(said)s：%(opinion)s") % {"said": said, "opinion": party.opinion} if party.opinion else said
        if role != TaskRole.COMMUNITY:
            found[party.organisation_id] = Suggestion(party.organisation, role, why)
    return list(found.values())


def territorial_owner(scope_code: str, ground: Ground = ASKED) -> Suggestion | None:
    """The community's committee; where the community is unknown, the street."""
    below_street = len(scope_code.rstrip("0")) > LEVELS["street"]
    community = ground.of_type(COMMUNITY, scope_code) if below_street else None
    if community:
        return Suggestion(community, TaskRole.COMMUNITY, _("所在社区"))
    street = ground.of_type(STREET, scope_code)
    return Suggestion(street, TaskRole.COMMUNITY, _("社区不明，由街道兜底")) if street else None


def _lead(case: Case, kind: Kind, ground: Ground) -> Suggestion | None:
    for rule in _rules(case, TaskRole.LEAD, ground):
        if is_party(kind, rule.organisation, case.compound):
            continue
        return Suggestion(rule.organisation, TaskRole.LEAD, rule.note or _("本市派单规则"))
    return next(_candidates(case, kind.lead, TaskRole.LEAD, ground), None)


def _assistants(case: Case, kind: Kind, ground: Ground) -> list[Suggestion]:
    ruled = [
        Suggestion(rule.organisation, TaskRole.ASSIST, rule.note or _("本市派单规则"))
        for rule in _rules(case, TaskRole.ASSIST, ground)
        if not is_party(kind, rule.organisation, case.compound)
    ]
    return ruled or list(_candidates(case, kind.assist, TaskRole.ASSIST, ground))


def _rules(case: Case, role: str, ground: Ground) -> Iterable[DispatchRule]:
    return sorted(ground.rules(case, role), key=lambda rule: -len(rule.area_code.rstrip("0")))


def _candidates(case: Case, unit_types: Iterable[str], role: str, ground: Ground) -> Iterator[Suggestion]:
    for unit_type in unit_types:
        organisation = _unit(case, unit_type, ground)
        if organisation and without_parties(case, [organisation]):
            yield Suggestion(organisation, role, _why(unit_type, organisation))


def _unit(case: Case, unit_type: str, ground: Ground) -> Organisation | None:
    return ground.manager(case) if unit_type == MANAGER else ground.of_type(unit_type, case.scope_code)


def _why(unit_type: str, organisation: Organisation) -> Text:
    if unit_type == MANAGER:
        return _("这个小区的物业")
    return _("管这类设施，服务范围包括这里")


def compound_of(pk: int | None) -> Compound | None:
    """The compound with its property manager; `None` for one that is no longer in use."""
    if pk is None:
        return None
    return _compound.first(pk=pk)


_compound = Prepared(
    lambda *, pk: Compound.objects.filter(pk=pk, is_active=True).select_related("manager"),
    pk=BigIntegerField(),
)
