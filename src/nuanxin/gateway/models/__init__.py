"""Who outside may do what, and what has gone out and come in."""

from nuanxin.gateway.models.exchange import (
    ExchangeCode,
    ExchangeConflict,
    ExchangeIncoming,
    ExchangeLink,
    ExchangeMessage,
    ExchangeNonce,
    ExchangeOrder,
    Reconciliation,
)
from nuanxin.gateway.models.open311 import ApiKey, Jurisdiction, SentRequest, SentUpdate
from nuanxin.gateway.models.webhooks import WebhookAttempt, WebhookEndpoint, WebhookMessage

__all__ = [
    "ApiKey",
    "ExchangeCode",
    "ExchangeConflict",
    "ExchangeIncoming",
    "ExchangeLink",
    "ExchangeMessage",
    "ExchangeNonce",
    "ExchangeOrder",
    "Jurisdiction",
    "Reconciliation",
    "SentRequest",
    "SentUpdate",
    "WebhookAttempt",
    "WebhookEndpoint",
    "WebhookMessage",
]
