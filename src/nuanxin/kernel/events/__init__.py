"""Publish up: what happened, for those above. One row for the event, one for each reaction to it.

`publish` works only inside a transaction, so that an event exists exactly when its cause does. The worker delivers
(`kernel.worker`); the same rows will feed webhooks and the rebuilding of figures.
"""

from nuanxin.kernel.events.deliver import Backlog, dead_letters, deliver_batch, drain, redeliver, undelivered
from nuanxin.kernel.events.publish import (
    Envelope,
    event,
    event_classes,
    publish,
    publish_many,
    subscribe,
    subscribers,
)

__all__ = [
    "Backlog",
    "Envelope",
    "dead_letters",
    "deliver_batch",
    "drain",
    "event",
    "event_classes",
    "publish",
    "publish_many",
    "redeliver",
    "subscribe",
    "subscribers",
    "undelivered",
]
