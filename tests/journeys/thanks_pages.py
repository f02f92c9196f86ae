"""Pages of stars, honours, boards and held awards, and the addresses among them that are no page."""

LEAD = "yan/street_lead"

# (name, path, persona): a `Stop` each.
THANKS = (
    ("my-page", "/thanks/me/", "wang/worker"),
    ("six", "/thanks/six/", "wang/worker"),
    ("own-stars", "/thanks/stars/", "wang/worker"),
    ("stars", "/thanks/stars/desk/?tab=all", LEAD),
    ("star-refuse", "/thanks/stars/desk/{star}/refuse/", "shu/swd"),
    ("star-scheme", "/thanks/stars/desk/scheme/", "shu/swd"),
    ("star-shown", "/thanks/roll/stars/{star_shown}/", ""),
    ("rating", "/thanks/rating/", "wang/worker"),
    ("tips", "/thanks/tip-offs/", "wang/worker"),
    ("tips-desk", "/thanks/tip-offs/desk/", "shi/dept"),
    ("nominate", "/thanks/nominate/", "wang/worker"),
    ("honours", "/thanks/honours/?tab=all", "shu/swd"),
    ("honour", "/thanks/honours/{honour}/", "shu/swd"),
    ("honour-refuse", "/thanks/honours/{honour}/steps/refuse/", "shu/swd"),
    ("honour-story", "/thanks/honours/{honour_community}/story/", "wen/community"),
    ("own-honours", "/thanks/honours/mine/", "wang/worker"),
    ("own-honour", "/thanks/honours/mine/{own_honour}/", "wang/worker"),
    ("roll", "/thanks/roll/", ""),
    ("roll-publicity", "/thanks/roll/?show=publicity", ""),
    ("story", "/thanks/roll/{story}/", ""),
    ("board", "/thanks/board/?area=district", "wang/worker"),
    ("own-holds", "/thanks/held/", "wang/worker"),
    ("award-holds", "/thanks/holds/", LEAD),
    ("award-hold", "/thanks/holds/{award_hold}/", LEAD),
)
NO_THANKS_PAGES = {
    "incentives:star_withdraw": "posted to",
    "incentives:star_export": "posted to",
    "incentives:honour_export": "posted to",
    "incentives:honour_picture": "a picture",
    "incentives:honour_picture_add": "posted to",
    "incentives:honour_picture_do": "posted to",
    "incentives:objection_answer": "posted to",
    "incentives:roll_picture": "a picture",
    "incentives:board_leave": "posted to",
    "incentives:hold_export": "posted to",
    "incentives:rating_shown": "needs a link that somebody made: tests/incentives/test_my_page.py",
    "incentives:tip_step": "needs a clue that somebody registered: tests/incentives/test_my_page.py",
    "incentives:appeal": "needs an appeal: tests/incentives/test_my_page.py",
    "incentives:appeal_new": "needs a decision: tests/incentives/test_my_page.py",
}
# What the walks over all addresses fill in.
THANKS_ADDRESSES = {
    "incentives:star_step:name": ["refuse", "publicise"],
    "incentives:tip_step:name": ["verify"],
    "incentives:honour_step:name": ["refuse", "publicise"],
    "incentives:honour_picture_do:name": ["release", "remove"],
    "incentives:appeal_new:about": ["star", "hold"],
    "incentives:rating_shown:word": ["nobody-made-this-link"],
}
