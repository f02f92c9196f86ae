"""The form of each step that needs something said; the keys are the names of the tables in `workflow`."""

from collections.abc import Mapping

from nuanxin.cases.forms import steps, together

FORMS: Mapping[str, type[steps.StepForm]] = {**steps.FORMS, **together.FORMS}
