"""The form of each step that needs something said; the keys are the names of the tables in `workflow`."""

from collections.abc import Mapping

from nuanxin.cases.forms import measuring, merging, outside, overseeing, recategorising, steps, together

FORMS: Mapping[str, type[steps.StepForm]] = {
    **steps.FORMS,
    **together.FORMS,
    **overseeing.OVERSIGHT_FORMS,
    **measuring.MEASURE_FORMS,
    **merging.MERGE_FORMS,
    **recategorising.RECATEGORISE_FORMS,
    **outside.OUTSIDE_FORMS,
}
