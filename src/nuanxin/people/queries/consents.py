"""What somebody has agreed to, in which words, when and where; and what is waiting to be read again."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import get_language

from nuanxin.people.models import Consent, ConsentPurpose
from nuanxin.people.queries.accounts import consented


@dataclass(frozen=True, slots=True)
class ConsentLine:
    """One purpose. `current` is the consent in force, perhaps given to older words; `past` the earlier ones."""

    purpose: ConsentPurpose
    current: Consent | None
    past: Sequence[Consent]

    @property
    def is_outdated(self) -> bool:
        """The words have changed since: asked again, and until then what was agreed to is not stretched."""
        return self.current is not None and self.current.version != self.purpose.version

    @property
    def is_given(self) -> bool:
        return self.current is not None and not self.is_outdated


def consent_lines(person_id: int) -> list[ConsentLine]:
    """Every purpose there is, with the whole history; two statements."""
    given: dict[str, list[Consent]] = defaultdict(list)
    for consent in Consent.objects.filter(person_id=person_id).order_by("-given_at", "-pk"):
        given[consent.purpose_id].append(consent)
    lines = []
    for purpose in ConsentPurpose.objects.all():
        rows = given[purpose.code]
        current = next((row for row in rows if row.withdrawn_at is None), None)
        lines.append(ConsentLine(purpose, current, [row for row in rows if row is not current]))
    return lines


def purpose_words(purpose: ConsentPurpose) -> tuple[str, str]:
    """Title and text in the reader's language."""
    is_english = (get_language() or "").startswith("en")
    return (purpose.title_en, purpose.text_en) if is_english else (purpose.title, purpose.text)


@dataclass(frozen=True, slots=True)
class Terms:
    """What one agrees to where it is needed, in the words in force; `is_agreed`: the reader has done so."""

    version: int
    text: str
    is_agreed: bool


def terms_of(purpose: str, *, person_id: int | None = None) -> Terms:
    """Nobody has agreed on a page that a phone keeps. Raises `ConsentPurpose.DoesNotExist`."""
    found = ConsentPurpose.objects.get(code=purpose)
    return Terms(
        found.version, purpose_words(found)[1], person_id is not None and consented(person_id, purpose)
    )


def outdated_count(person_id: int) -> int:
    return sum(line.is_outdated for line in consent_lines(person_id))
