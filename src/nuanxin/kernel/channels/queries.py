from django.db.models import QuerySet

from nuanxin.kernel.channels.models import Channel, OutgoingMessage, RecordedMessage


def recorded_messages(*, channel: Channel | None = None, to: str = "") -> QuerySet[RecordedMessage]:
    """What the recorder kept, newest first; `to` finds one address exactly."""
    rows = RecordedMessage.objects.order_by("-at", "-id")
    if channel is not None:
        rows = rows.filter(channel=channel)
    return rows.filter(to_index__holds=to) if to else rows


def unsent_messages() -> QuerySet[OutgoingMessage]:
    """Receipts without a yes from the carrier, oldest first."""
    return OutgoingMessage.objects.filter(sent_at=None).order_by("claimed_at")
