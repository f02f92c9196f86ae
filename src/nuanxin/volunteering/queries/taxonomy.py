"""Kinds and tags of activities, held in the process."""

from collections.abc import Mapping
from dataclasses import dataclass

from nuanxin.kernel.cached import Cached
from nuanxin.kernel.errors import NotFound
from nuanxin.volunteering.enums import TagGroup
from nuanxin.volunteering.models import ActivityKind, ActivityTag

LISTS: Mapping[str, type[ActivityKind] | type[ActivityTag]] = {"kinds": ActivityKind, "tags": ActivityTag}


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """By code, in their order; what is switched off is still here, for the activities that have it."""

    kinds: Mapping[str, ActivityKind]
    tags: Mapping[str, ActivityTag]

    def of_group(self, group: str) -> list[ActivityTag]:
        return [each for each in self.tags.values() if each.group == group and each.is_active]

    @property
    def lines(self) -> list[ActivityTag]:
        return self.of_group(TagGroup.LINE)


def _read() -> Taxonomy:
    tags = {each.code: each for each in ActivityTag.objects.all()}
    kinds = {each.code: each for each in ActivityKind.objects.select_related("line")}
    return Taxonomy(kinds, tags)


TAXONOMY: Cached[Taxonomy] = Cached("volunteering.taxonomy", _read)


def taxonomy() -> Taxonomy:
    return TAXONOMY.get()


def taxonomy_entry(kind: str, code: str) -> ActivityKind | ActivityTag:
    """For the settings page. Raises `NotFound`."""
    known = taxonomy()
    found = known.kinds.get(code) if kind == "kinds" else known.tags.get(code)
    if found is None:
        raise NotFound
    return found
