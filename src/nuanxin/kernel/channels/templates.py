"""Texts of messages. A text message goes out by an approved template with parameters, as Chinese operators demand.

A context declares its templates in its own code; the operator's template codes are settings
(`NUANXIN_SMS_TEMPLATES`: name → code).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise

PLACEHOLDER = re.compile(r"{(\w+)}")


@dataclass(frozen=True, slots=True)
class SmsTemplate:
    """`text` holds its parameters in braces: `您的验证码是{code}，{minutes}分钟内有效。`"""

    name: str
    text: str | Promise

    @property
    def parameters(self) -> frozenset[str]:
        return frozenset(PLACEHOLDER.findall(str(self.text)))

    def rendered(self, params: Mapping[str, str]) -> str:
        """Raises `ValueError` unless exactly the declared parameters are given."""
        if set(params) != self.parameters:
            raise ValueError(f"{self.name} takes {sorted(self.parameters)}, not {sorted(params)}")
        return PLACEHOLDER.sub(lambda found: str(params[found.group(1)]), str(self.text))


_templates: dict[str, SmsTemplate] = {}


def sms_template(name: str, text: str | Promise) -> SmsTemplate:
    """Declare a template (`"people.sign_in_code"`); declaring another text under a name is refused."""
    template = SmsTemplate(name, text)
    if _templates.setdefault(name, template) != template:
        raise ValueError(f"{name} is declared already")
    return template


def sms_templates() -> dict[str, SmsTemplate]:
    return dict(sorted(_templates.items()))
