"""The buttons of a case that lead to a platform of the city, as `cases` asks for them (`cases/services/outside.py`)."""

from collections.abc import Callable
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from nuanxin.cases.models import Case
from nuanxin.cases.services import OutsideStep
from nuanxin.cases.services.steps import refusal
from nuanxin.gateway.models import ExchangeOrder
from nuanxin.gateway.queries.exchange import MOVES, latest_order
from nuanxin.gateway.services import deciding
from nuanxin.gateway.services.exchanging import hand_over
from nuanxin.gateway.workflow import ORDER
from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.errors import Conflict


class NotHandedOver(Conflict):
    default_message = _("这件事现在没有转在外面。")
    default_hint = _("请刷新案件页；要转出去，用“转城市平台”。")


def _deciding(move: str, service: Callable[..., ExchangeOrder]) -> OutsideStep:
    """On the order that is open. Raises what its service raises, `NotHandedOver` where there is none."""

    def step(*, actor: Actor, case: Case, words: str, now: datetime) -> object:
        if not policy.permits(actor, "gateway.exchange"):
            raise refusal(actor, case)
        order = latest_order(actor, case)
        if order is None or order.state not in ORDER[move].sources:
            raise NotHandedOver
        return service(actor=actor, order=order, words=words, now=now)

    return step


STEPS: dict[str, OutsideStep] = {
    "send_outside": hand_over,
    MOVES["take"]: _deciding("take", deciding.take_their_result),
    MOVES["keep"]: _deciding("keep", deciding.keep_handling),
    MOVES["back"]: _deciding("back", deciding.take_back),
}
