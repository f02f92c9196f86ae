"""Whom a complaint is about, and that it is never theirs to handle (`domain.md` §0.3 law 4).

“Entry refused” is about whoever runs the gate, “promise not kept” about whoever gave the promise. Sent to them, a
report would tell them which rider stood there; the community takes it up, and speaks with them without it.
"""

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.enums import AboutParty
from nuanxin.cases.models import Case
from nuanxin.cases.queries.catalogue import Kind, kind_of
from nuanxin.compounds.models import Compound
from nuanxin.kernel.errors import Invalid
from nuanxin.people.enums import OrganisationKind, UnitType
from nuanxin.people.models import Organisation

Text = str | Promise
KINDS: dict[str, frozenset[str]] = {
    AboutParty.MANAGER: frozenset({OrganisationKind.PROPERTY_MANAGER, OrganisationKind.OWNERS_COMMITTEE}),
    AboutParty.HOST: frozenset(
        {
            OrganisationKind.MERCHANT,
            OrganisationKind.CANTEEN,
            OrganisationKind.CLINIC,
            OrganisationKind.PARTNER_FIRM,
            OrganisationKind.CHARGING_OPERATOR,
        }
    ),
}
UNIT_TYPES: dict[str, frozenset[str]] = {
    AboutParty.MANAGER: frozenset({UnitType.WY, UnitType.OP}),
    AboutParty.HOST: frozenset({UnitType.OP, UnitType.WY}),
}
WORDS: dict[str, Text] = {
    AboutParty.MANAGER: _("这类上报说的就是小区物业，不能派给它：%(unit)s。"),
    AboutParty.HOST: _("这类上报说的就是商户、食堂、医院自己，不能派给它：%(unit)s。"),
}


class AboutThemselves(Invalid):
    """`kernel.errors`: shown beside the choice that was made."""

    default_message = _("这类上报不能派给被反映的一方。")
    default_hint = _("请派给所在社区；要它整改，由社区出面去谈，不要把这件上报给它看。")


def is_party(kind: Kind, organisation: Organisation, compound: Compound | None = None) -> bool:
    """Whether reports of this kind are about such an organisation, or about this one, which runs the compound."""
    if not kind.about_party:
        return False
    if organisation.kind in KINDS[kind.about_party]:
        return True
    if organisation.unit_type in UNIT_TYPES[kind.about_party]:
        return True
    return compound is not None and compound.manager_id == organisation.pk


def without_parties(case: Case, units: Iterable[Organisation]) -> list[Organisation]:
    """Those who may be given the case, or called to it."""
    kind = kind_of(case.category_id)
    if not kind.about_party:
        return list(units)
    return [unit for unit in units if not is_party(kind, unit, case.compound)]


def refuse_parties(case: Case, units: Iterable[Organisation], field: str = "lead") -> None:
    """Raises `AboutThemselves` for the first one whom the case is about."""
    kind = kind_of(case.category_id)
    if not kind.about_party:
        return
    for unit in units:
        if is_party(kind, unit, case.compound):
            raise about_themselves(kind, unit, field)


def about_themselves(kind: Kind, unit: Organisation, field: str) -> AboutThemselves:
    message = WORDS[kind.about_party] % {"unit": unit.name}
    return AboutThemselves(message, fields={field: message})


def barred_types(about_party: str) -> frozenset[str]:
    """Types of unit that a category may not name among those who take it."""
    return UNIT_TYPES.get(about_party, frozenset())
