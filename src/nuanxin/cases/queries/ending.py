"""How it ended, for who reported it: which unit, how long, how many others, and whether everybody may see it.

All figures are real or not there at all; a unit is named, a person never.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.enums import Outcome, PublicationState
from nuanxin.cases.models import Case, Publication
from nuanxin.cases.queries.publication_review import may_be_public, publication_of
from nuanxin.cases.queries.publications import CONSENT, public_row
from nuanxin.people.queries import consent_purpose, purpose_words


@dataclass(frozen=True, slots=True)
class Ending:
    """`others` have reported or seen the same; `may_offer`: the reader may say that the result may be shown."""

    unit: str
    took: timedelta
    others: int
    publication: Publication | None
    may_offer: bool
    is_shown: bool

    @property
    def thanks(self) -> str | Promise:
        """Once, and true."""
        if not self.others:
            return _("办好了。谢谢你说出来。")
        if self.others == 1:
            return _("办好了，另外还有一个人也报过它。谢谢你们。")
        return gettext("办好了，还有 %(count)s 个人也报过它。谢谢你们。") % {"count": self.others}

    @property
    def terms(self) -> str:
        """What one agrees to, in the words in force."""
        return purpose_words(consent_purpose(CONSENT))[1]

    @property
    def may_take_back(self) -> bool:
        return self.publication is not None and self.publication.state in {
            PublicationState.WANTED,
            PublicationState.IN_REVIEW,
            PublicationState.PUBLISHED,
        }

    @property
    def was_refused(self) -> bool:
        return self.publication is not None and self.publication.state == PublicationState.REFUSED


def ending_of(main: Case, *, reporter: bool) -> Ending | None:
    """`None` for what is not solved. `reporter`: the reader reported this very case, not one merged into it."""
    if main.closed_at is None or main.outcome != Outcome.SOLVED:
        return None
    row = publication_of(main) if reporter else None
    offered = row is None or row.state == PublicationState.WITHDRAWN
    is_public = row is not None and row.state == PublicationState.PUBLISHED
    return Ending(
        unit=main.handled_by.label if main.handled_by else "",
        took=main.closed_at - main.reported_at,
        others=max(0, main.heat - 1),
        publication=row,
        may_offer=reporter and offered and may_be_public(main),
        is_shown=is_public and row is not None and public_row(public_id=row.public_id) is not None,
    )
