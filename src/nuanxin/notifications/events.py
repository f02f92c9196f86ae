"""What the notifications context tells itself, so that each message that leaves has attempts of its own."""

from nuanxin.kernel.events import event


@event
class MessageDue:
    """A notice is to leave the system: `channel` is `mail` or `chat`, `target` the settings' or the robot's key.

    `about` is the id of the event that the notice is about; with `kind` it names the notice.
    """

    channel: str
    target: int
    about: str
    kind: str
