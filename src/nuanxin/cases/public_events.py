"""What happens to a solved case on its way to the public page; `events` hands them on."""

from nuanxin.kernel.events import event


@event
class PublicationWanted:
    """Its reporter says that the result may be shown; somebody looks at it first."""

    case_id: int
    number: str


@event
class CasePublished:
    """Everybody may read of it now (`cases.queries.publications`)."""

    case_id: int
    number: str
    category: str


@event
class PublicationRefused:
    """The office does not show it, or no longer."""

    case_id: int
    number: str
    was_public: bool


@event
class PublicationWithdrawn:
    """Its reporter has taken the consent back; it is gone already."""

    case_id: int
    number: str
