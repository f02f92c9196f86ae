"""What the notifications context tells itself, so that each message that leaves has attempts of its own."""

from nuanxin.kernel.events import event


@event
class MessageDue:
    """A notice is to leave the system: `channel` is `mail`, `chat` or `sms`, `target` the settings' or the robot's key.

    A text message is for the event's opaque subject and has no target.

    `about` is the id of the event that the notice is about; with `kind` it names the notice.
    """

    channel: str
    target: int
    about: str
    kind: str
