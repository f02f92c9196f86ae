from django.urls import path

from nuanxin.incentives.views import (
    boards,
    holds,
    honours,
    my_page,
    points,
    roll,
    rules,
    shop,
    shop_counter,
    shop_keeping,
    shop_orders,
    shop_settling,
    stars,
)

app_name = "incentives"
_SHOP = [
    path("shop/", shop.shops, name="shops"),
    path("shop/orders/", shop.shop_orders, name="shop_orders"),
    path("shop/orders/<uuid:public_id>/", shop.shop_order, name="shop_order"),
    path("shop/orders/<uuid:public_id>/code/", shop.shop_code, name="shop_code"),
    path("shop/orders/<uuid:public_id>/cancel/", shop.shop_cancel, name="shop_cancel"),
    path("shop/item/<uuid:public_id>/", shop.shop_item, name="shop_item"),
    path("shop/item/<uuid:public_id>/redeem/", shop.shop_redeem, name="shop_redeem"),
    path("shop/counter/", shop_counter.shop_counter, name="shop_counter"),
    path("shop/counter/offline/", shop_counter.shop_counter_offline, name="shop_counter_offline"),
    path("shop/counter/<uuid:public_id>/kit/", shop_counter.shop_kit, name="shop_kit"),
    path("shop/counter/<uuid:public_id>/hand-over/", shop_counter.shop_hand_over, name="shop_hand_over"),
    path("shop/counter/<uuid:public_id>/sync/", shop_counter.shop_sync, name="shop_sync"),
    path("shop/manage/", shop_keeping.shop_list, name="shop_list"),
    path("shop/manage/new/", shop_keeping.shop_new, name="shop_new"),
    path("shop/manage/<uuid:public_id>/", shop_keeping.shop_shelf, name="shop_shelf"),
    path("shop/manage/<uuid:public_id>/state/", shop_keeping.shop_state, name="shop_state"),
    path("shop/manage/<uuid:public_id>/items/new/", shop_keeping.shop_item_new, name="shop_item_new"),
    path("shop/manage/item/<uuid:public_id>/", shop_keeping.shop_item_edit, name="shop_item_edit"),
    path("shop/manage/item/<uuid:public_id>/receive/", shop_keeping.shop_receive, name="shop_receive"),
    path("shop/manage/item/<uuid:public_id>/count/", shop_keeping.shop_count, name="shop_count"),
    path("shop/manage/item/<uuid:public_id>/spoil/<int:lot_id>/", shop_keeping.shop_spoil, name="shop_spoil"),
    path("shop/manage/item/<uuid:public_id>/ask/", shop_keeping.shop_ask, name="shop_ask"),
    path(
        "shop/manage/refill/<uuid:public_id>/<slug:name>/",
        shop_keeping.shop_refill_step,
        name="shop_refill_step",
    ),
    path("shop/manage/<uuid:public_id>/orders/", shop_orders.shop_order_list, name="shop_order_list"),
    path(
        "shop/manage/<uuid:public_id>/orders/export/", shop_orders.shop_order_export, name="shop_order_export"
    ),
    path(
        "shop/manage/order/<uuid:public_id>/<slug:name>/", shop_orders.shop_order_step, name="shop_order_step"
    ),
    path(
        "shop/manage/<uuid:public_id>/settlements/", shop_settling.shop_settlements, name="shop_settlements"
    ),
    path(
        "shop/manage/<uuid:public_id>/settlements/close/",
        shop_settling.shop_close_month,
        name="shop_close_month",
    ),
    path("shop/manage/settlement/<uuid:public_id>/", shop_settling.shop_settlement, name="shop_settlement"),
    path(
        "shop/manage/settlement/<uuid:public_id>/step/<slug:name>/",
        shop_settling.shop_settlement_step,
        name="shop_settlement_step",
    ),
    path(
        "shop/manage/settlement/<uuid:public_id>/file/<slug:form>/",
        shop_settling.shop_settlement_file,
        name="shop_settlement_file",
    ),
    path("shop/manage/<uuid:public_id>/report/", shop_settling.shop_report, name="shop_report"),
    path(
        "shop/manage/<uuid:public_id>/report/<str:month>/<slug:form>/",
        shop_settling.shop_report_file,
        name="shop_report_file",
    ),
    path("shop/<uuid:public_id>/", shop.shop, name="shop"),
]

_HONOURS = [
    path("me/", my_page.my_page, name="my_page"),
    path("six/", my_page.six, name="six"),
    path("stars/", stars.own_stars, name="own_stars"),
    path("stars/<uuid:public_id>/withdraw/", stars.star_withdraw, name="star_withdraw"),
    path("stars/desk/", stars.stars, name="stars"),
    path("stars/desk/export/", stars.star_export, name="star_export"),
    path("stars/desk/scheme/", stars.star_scheme, name="star_scheme"),
    path("stars/desk/<uuid:public_id>/<slug:name>/", stars.star_step, name="star_step"),
    path("rating/", stars.rating, name="rating"),
    path("rating/shown/<str:word>/", stars.rating_shown, name="rating_shown"),
    path("tip-offs/", stars.tips, name="tips"),
    path("tip-offs/desk/", stars.tips_to_verify, name="tips_to_verify"),
    path("tip-offs/desk/<uuid:public_id>/<slug:name>/", stars.tip_step, name="tip_step"),
    path("nominate/", honours.nominate, name="nominate"),
    path("honours/", honours.honours, name="honours"),
    path("honours/export/", honours.honour_export, name="honour_export"),
    path("honours/mine/", honours.own_honours, name="own_honours"),
    path("honours/mine/<uuid:public_id>/", honours.own_honour, name="own_honour"),
    path("honours/pictures/<uuid:file_id>/", honours.honour_picture, name="honour_picture"),
    path("honours/<uuid:public_id>/", honours.honour, name="honour"),
    path("honours/<uuid:public_id>/story/", honours.honour_story, name="honour_story"),
    path("honours/<uuid:public_id>/steps/<slug:name>/", honours.honour_step, name="honour_step"),
    path("honours/<uuid:public_id>/pictures/", honours.honour_picture_add, name="honour_picture_add"),
    path(
        "honours/<uuid:public_id>/pictures/<int:photo_id>/<slug:name>/",
        honours.honour_picture_do,
        name="honour_picture_do",
    ),
    path("objections/<int:objection_id>/answer/", honours.objection_answer, name="objection_answer"),
    path("roll/", roll.roll, name="roll"),
    path("roll/stars/<uuid:public_id>/", roll.star_shown, name="star_shown"),
    path("roll/pictures/<uuid:file_id>/", roll.roll_picture, name="roll_picture"),
    path("roll/<uuid:public_id>/", roll.story, name="story"),
    path("board/", boards.board, name="board"),
    path("board/leave/", boards.board_leave, name="board_leave"),
    path("held/", holds.own_holds, name="own_holds"),
    path("holds/", holds.holds, name="holds"),
    path("holds/export/", holds.hold_export, name="hold_export"),
    path("holds/<uuid:public_id>/", holds.hold, name="hold"),
    path("appeals/<uuid:public_id>/", holds.appeal, name="appeal"),
    path("appeals/<slug:about>/<uuid:public_id>/", holds.appeal_new, name="appeal_new"),
]

_POINTS = [
    path("points/", points.points, name="points"),
    path("points/export/", points.points_export, name="points_export"),
    path("points/seal/", points.points_seal, name="points_seal"),
    path("verify/", points.verify, name="verify"),
    path("verify/<str:code>/", points.statement, name="statement"),
    path("verify/<str:code>/file/", points.statement_json, name="statement_json"),
    path("verify/<str:code>/paper/", points.statement_pdf, name="statement_pdf"),
    path("rules/", rules.rules, name="rules"),
    path("rules/step/<uuid:public_id>/<slug:name>/", rules.rule_step, name="rule_step"),
    path("rules/<slug:code>/", rules.rule, name="rule"),
    path("rules/<slug:code>/edit/", rules.rule_edit, name="rule_edit"),
    path("grants/", rules.grants, name="grants"),
    path("grants/<uuid:public_id>/<slug:name>/", rules.grant_step, name="grant_step"),
    path("cost/", rules.point_costs, name="point_costs"),
    path("cost/export/", rules.point_costs_export, name="point_costs_export"),
]

urlpatterns = [
    *_POINTS,
    *_SHOP,
    *_HONOURS,
]
