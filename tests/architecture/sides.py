"""Every permission is of administration or of work: the first kind leaves a row in the audit log for each call."""

# Whose permissions decide about people, settings, secrets and what leaves the system. A new permission is put here
# or into the other list; nothing of it is left to chance.
ADMINISTRATION = frozenset(
    {
        "audit.view", "cases.break_glass", "cases.bulletin", "cases.categories", "cases.export", "cases.hear",
        "cases.hold", "cases.publish", "cases.release_picture", "compounds.edit", "gateway.exchange",
        "incentives.hold_export", "incentives.honour_export", "incentives.star_scheme",
        "incentives.shop_export",
        "incentives.reference", "incentives.points_cost", "incentives.rules_approve", "incentives.rules_propose",
        "incentives.team_award_export",
        "gateway.exchange_setup", "gateway.keys", "gateway.webhooks", "insight.view", "notifications.robot",
        "organisations.import", "organisations.view", "people.assign", "people.duty", "people.invite",
        "people.recover", "people.view", "places.booking_export", "places.catalogue", "places.export",
        "places.import", "places.offer_export", "places.scene_export", "places.score_cards",
        "places.stock_export", "portal.workbench", "signed_in", "system.check", "system.retention",
        "territories.edit",
        "volunteering.activity_export", "volunteering.record_export", "volunteering.taxonomy",
        "volunteering.edit_team", "volunteering.export_posts", "volunteering.export_teams",
        "volunteering.import_teams", "volunteering.post_kinds",
    }
)  # fmt: skip
# Working on cases, one's own reports and one's own inbox: each step writes its row by `cases.services.steps.write_log`.
WORK = frozenset(
    {
        "incentives.appeal_decide", "incentives.board", "incentives.hold_own", "incentives.hold_review",
        "incentives.honour_decide", "incentives.honour_own", "incentives.honour_verify", "incentives.honour_view",
        "incentives.my_page", "incentives.nominate", "incentives.rating", "incentives.roll", "incentives.star_apply",
        "incentives.star_check", "incentives.tip_off", "incentives.tip_verify",
        "incentives.hand_over", "incentives.redeem", "incentives.shop_approve", "incentives.shop_counter",
        "incentives.shop_keep", "incentives.shop_manage", "incentives.shop_stock", "incentives.shop_view",
        "incentives.grant_approve", "incentives.grant_propose", "incentives.points", "incentives.rules_view",
        "incentives.team_award", "incentives.team_award_reverse", "incentives.team_award_view",
        "cases.accept", "cases.answer", "cases.appeal", "cases.ask", "cases.attend", "cases.board",
        "cases.call_in", "cases.call_off", "cases.claim", "cases.conclude", "cases.consult",
        "cases.decide_appeal", "cases.decide_extension", "cases.decide_shelving", "cases.dispatch",
        "cases.file", "cases.keep_views", "cases.make_safe", "cases.measure", "cases.merge",
        "cases.offer_publication", "cases.opine_appeal", "cases.penalise", "cases.plan_repair",
        "cases.precheck_appeal", "cases.rate", "cases.recategorise", "cases.reject", "cases.remind",
        "cases.reopen", "cases.reply_supervision", "cases.report", "cases.report_for",
        "cases.request_extension", "cases.request_shelving", "cases.return", "cases.root_causes",
        "cases.screen", "cases.search", "cases.self_handle", "cases.start", "cases.submit_result",
        "cases.supervise", "cases.supervise_key", "cases.supplement", "cases.topics", "cases.transfer",
        "cases.verify", "cases.view", "cases.view_categories", "cases.view_own", "compounds.view",
        "notifications.read", "places.attend", "places.book", "places.booking_figures", "places.bookings",
        "places.borrow", "places.check", "places.close", "places.edit", "places.hand_over", "places.join_day",
        "places.keep", "places.offer_confirm", "places.offer_new", "places.offer_suspend", "places.offer_view",
        "places.offers", "places.open", "places.open_day", "places.read", "places.redeem", "places.restock",
        "places.scene_apply", "places.scene_assess", "places.scene_decide", "places.scene_judge",
        "places.scene_own", "places.scene_site", "places.scene_view", "places.stock", "places.stock_view",
        "places.suspend", "places.take_in", "places.tell", "places.today", "places.view", "places.voucher",
        "places.warn", "portal.phone", "territories.view",
        "volunteering.activity_approve", "volunteering.activity_edit", "volunteering.activity_figures",
        "volunteering.activity_new", "volunteering.activity_view", "volunteering.attend", "volunteering.sign_up",
        "volunteering.apply_post", "volunteering.apply_reserve", "volunteering.decide_post",
        "volunteering.decide_reserve", "volunteering.edit_post", "volunteering.join", "volunteering.lead_member",
        "volunteering.lead_team", "volunteering.nominate", "volunteering.notices", "volunteering.notify",
        "volunteering.own_post", "volunteering.own_reserve", "volunteering.posts", "volunteering.programmes",
        "volunteering.recommend_reserve", "volunteering.review_post", "volunteering.run_programme",
        "volunteering.teams", "volunteering.view_nominee", "volunteering.view_post", "volunteering.view_reserve",
        "volunteering.view_team",
        "volunteering.certify", "volunteering.check_in", "volunteering.help", "volunteering.record_answer",
        "volunteering.record_confirm", "volunteering.record_entry", "volunteering.record_view", "volunteering.serve",
        "volunteering.spot_check",
    }
)  # fmt: skip
