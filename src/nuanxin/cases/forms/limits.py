from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.queries.limits import Shipped


class LimitForm(forms.Form):
    value = forms.CharField(label=_("取值"), max_length=12)

    def __init__(self, data: Any = None, *, line: Shipped, value: str) -> None:
        super().__init__(data, initial={"value": value})
        field = self.fields["value"]
        if line.kind == "count":
            field.help_text = _("1 到 %(most)s 之间的数。") % {"most": line.most}
        else:
            field.help_text = _(
                "PT30M、PT24H（分钟、小时，昼夜不停）、4wh（工作时）、3wd（工作日）、P30D（自然日）。"
            )
