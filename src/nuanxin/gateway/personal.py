"""No table of this context is about a person; two hold secrets of systems."""

from nuanxin.kernel.privacy.register import exempt

exempt(
    "gateway.WebhookEndpoint", reason="the secret that another system verifies our messages by: nobody's data"
)
exempt("gateway.ExchangeLink", reason="the secrets between us and a platform of the city: nobody's data")
