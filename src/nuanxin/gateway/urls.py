"""Addresses of the gateway context. What other systems call stands in the file of its protocol."""

from django.urls import include, path

from nuanxin.gateway.views import exchange, incoming, keys, webhooks

app_name = "gateway"
urlpatterns = [
    path("system/keys/", keys.keys, name="keys"),
    path("system/keys.csv", keys.keys_export, name="keys_export"),
    path("system/keys/new/", keys.new_key, name="new_key"),
    path("system/keys/<uuid:public_id>/revoke/", keys.revoke_key, name="revoke_key"),
    path("system/jurisdictions/new/", keys.new_jurisdiction, name="new_jurisdiction"),
    path("system/jurisdictions/<str:identifier>/close/", keys.close_jurisdiction, name="close_jurisdiction"),
    path("open311/v2/", include("nuanxin.gateway.views.open311_addresses")),
    path("", include("nuanxin.gateway.views.ogc_addresses")),
    path("system/webhooks/", webhooks.webhook_list, name="webhooks"),
    path("system/webhooks.csv", webhooks.webhooks_export, name="webhooks_export"),
    path("system/webhooks/new/", webhooks.new_webhook, name="new_webhook"),
    path("system/webhooks/<uuid:public_id>/", webhooks.webhook, name="webhook"),
    path("system/webhooks/<uuid:public_id>/edit/", webhooks.edit_webhook, name="edit_webhook"),
    path("system/webhooks/<uuid:public_id>/removing/", webhooks.remove_webhook, name="remove_webhook"),
    path("system/webhooks/<uuid:public_id>/log.csv", webhooks.webhook_export, name="webhook_export"),
    path(
        "system/webhooks/<uuid:public_id>/<uuid:message_id>/",
        webhooks.webhook_message,
        name="webhook_message",
    ),
    path("system/webhooks/<uuid:public_id>/<uuid:message_id>/again/", webhooks.again, name="webhook_again"),
    path("system/webhooks/<uuid:public_id>/do/<slug:step>/", webhooks.act, name="webhook_act"),
    path("system/exchange/", exchange.link_list, name="links"),
    path("system/exchange/new/", exchange.new_link, name="new_link"),
    path("system/exchange/<uuid:public_id>/", exchange.edit_link, name="link"),
    path("system/exchange/<uuid:public_id>/secrets/", exchange.renew_secrets, name="renew_secrets"),
    path("exchange/", exchange.order_list, name="orders"),
    path("exchange/orders.csv", exchange.orders_export, name="orders_export"),
    path("exchange/differences/", exchange.reconciliation_list, name="differences"),
    path("exchange/differences.csv", exchange.reconciliations_export, name="differences_export"),
    path("exchange/orders/<uuid:public_id>/", exchange.order, name="order"),
    path("exchange/orders/<uuid:public_id>/retry/", exchange.retry, name="order_retry"),
    path("exchange/orders/<uuid:public_id>/seen/", exchange.seen, name="order_seen"),
    path("exchange/in/<uuid:public_id>/", incoming.incoming, name="incoming"),
]
