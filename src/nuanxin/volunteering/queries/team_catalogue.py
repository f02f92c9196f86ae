"""Kinds of posts, specialities, sources and criteria, held in the process."""

from collections.abc import Mapping
from dataclasses import dataclass

from nuanxin.kernel.cached import Cached
from nuanxin.volunteering.enums import TagGroup
from nuanxin.volunteering.models import ActivityTag, PostKind, ReserveCriterion, VolunteerSource


@dataclass(frozen=True, slots=True)
class TeamCatalogue:
    """By code, in their order; what is switched off is still here, for what it is used by."""

    kinds: Mapping[str, PostKind]
    specialities: Mapping[str, ActivityTag]
    sources: Mapping[str, VolunteerSource]
    criteria: Mapping[str, ReserveCriterion]


def _read() -> TeamCatalogue:
    return TeamCatalogue(
        kinds={each.code: each for each in PostKind.objects.all()},
        specialities={each.code: each for each in ActivityTag.objects.filter(group=TagGroup.SPECIALITY)},
        sources={each.code: each for each in VolunteerSource.objects.all()},
        criteria={each.code: each for each in ReserveCriterion.objects.all()},
    )


TEAM_CATALOGUE: Cached[TeamCatalogue] = Cached("volunteering.teams", _read)


def team_catalogue() -> TeamCatalogue:
    return TEAM_CATALOGUE.get()


def sources_in_words(codes: str) -> list[str]:
    known = team_catalogue().sources
    return [known[code].name for code in codes.split() if code in known]


def kind_name(code: str) -> str:
    """Of a kind of post, in the language of the page; the code of one that is gone."""
    found = team_catalogue().kinds.get(code)
    return found.name if found else code
