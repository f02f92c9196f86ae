"""A solved case, and each picture of it, on the way to the public page."""

from django.utils.translation import gettext_lazy as _

from nuanxin.cases.enums import PublicationState as P
from nuanxin.cases.enums import RedactionState as R
from nuanxin.kernel.workflow import Transition, Workflow

# A solved case on its way to the public page. `want` and `take_back` are the reporter's own, before and after.
PUBLICATION = Workflow(
    "publication",
    P,
    [
        Transition(
            "want",
            _("可以公开"),
            (P.WITHDRAWN,),
            P.WANTED,
            "cases.offer_publication",
            event="PublicationWanted",
        ),
        Transition(
            "take_back",
            _("不再公开"),
            (P.WANTED, P.IN_REVIEW, P.PUBLISHED),
            P.WITHDRAWN,
            "cases.offer_publication",
            event="PublicationWithdrawn",
            tone="plain",
        ),
        Transition(
            "review_publication", _("开始审核"), (P.WANTED,), P.IN_REVIEW, "cases.publish", tone="plain"
        ),
        Transition(
            "publish",
            _("公开"),
            (P.IN_REVIEW,),
            P.PUBLISHED,
            "cases.publish",
            ("title", "wrong", "done"),
            "CasePublished",
        ),
        Transition(
            "refuse_publication",
            _("不公开"),
            (P.WANTED, P.IN_REVIEW),
            P.REFUSED,
            "cases.publish",
            ("opinion",),
            "PublicationRefused",
            "danger",
        ),
        Transition(
            "take_down",
            _("撤下"),
            (P.PUBLISHED,),
            P.REFUSED,
            "cases.publish",
            ("opinion",),
            "PublicationRefused",
            "danger",
        ),
        Transition("revise", _("先撤下来改"), (P.PUBLISHED,), P.IN_REVIEW, "cases.publish", tone="plain"),
        Transition("recall", _("情况有变，重新审核"), (P.PUBLISHED, P.IN_REVIEW), P.WANTED, "system"),
    ],
)

# What is looked at is the picture with the areas destroyed; whatever changes in it is looked at again.
REDACTION = Workflow(
    "redaction",
    R,
    [
        Transition(
            "release_picture",
            _("放行"),
            (R.PROPOSED,),
            R.RELEASED,
            "cases.release_picture",
            ("checked",),
            "PictureReleased",
        ),
        Transition(
            "refuse_picture",
            _("不公开"),
            (R.PROPOSED,),
            R.REFUSED,
            "cases.release_picture",
            ("reason",),
            "PictureRefused",
            "danger",
        ),
        Transition(
            "withdraw_picture",
            _("撤下"),
            (R.RELEASED,),
            R.REFUSED,
            "cases.release_picture",
            ("reason",),
            "PictureRefused",
            "danger",
        ),
        Transition(
            "review_again",
            _("重新审"),
            (R.REFUSED,),
            R.PROPOSED,
            "cases.release_picture",
            tone="plain",
        ),
        Transition(
            "call_off",
            _("案件不再公开"),
            (R.PROPOSED, R.RELEASED),
            R.WITHDRAWN,
            "system",
            event="PictureRefused",
        ),
        Transition("propose_again", _("案件又要公开"), (R.WITHDRAWN,), R.PROPOSED, "system"),
    ],
)
