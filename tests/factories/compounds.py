"""Compounds of the small city in `factories.territories`."""

from nuanxin.compounds import services
from nuanxin.compounds.services import CompoundData
from nuanxin.kernel.access import SYSTEM
from tests.factories.territories import COMMUNITY, NOW


def data(name="云栖里", **given):
    given.setdefault("scope_code", COMMUNITY)
    if "outline" not in given:
        given.setdefault("lng", 104.485)
        given.setdefault("lat", 38.485)
    return CompoundData(name=name, **given)


def compound(name="云栖里", actor=SYSTEM, now=NOW, **given):
    return services.create_compound(actor=actor, data=data(name, **given), now=now)
