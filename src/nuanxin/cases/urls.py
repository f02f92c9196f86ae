"""Addresses of the cases context: the workbench of staff, and the reporter's own pages."""

from django.urls import URLPattern, path, register_converter

from nuanxin.cases.views import (
    board,
    bulk,
    bulletins,
    casepage,
    categories,
    desk,
    files,
    limits,
    mine,
    notices,
    overseeing,
    patterns,
    reporter,
    saved,
    sheets,
    steps,
    suggesting,
    timing,
    workbench,
)


class CaseNumber:
    """Area 6 + day 8 + serial 5 (`domain.md` §9)."""

    regex = r"\d{19}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(CaseNumber, "case_number")

app_name = "cases"
urlpatterns: list[URLPattern] = [
    path("cases/", workbench.queue_list, name="queue"),
    path("cases/export/", workbench.export, name="export"),
    path("cases/bulk/<slug:step>/", bulk.bulk, name="bulk"),
    path("cases/bulk/runs/<uuid:public_id>/", bulk.bulk_run, name="bulk_run"),
    path("cases/views/", saved.saved_views, name="views"),
    path("cases/views/<int:view_id>/", saved.saved_view, name="view"),
    path("cases/new/", desk.desk, name="desk"),
    path("cases/new/kinds/", desk.kinds, name="desk_kinds"),
    path("cases/new/likely/", suggesting.desk_likely, name="desk_likely"),
    path("cases/new/compounds/", desk.compounds, name="desk_compounds"),
    path("cases/categories/", categories.categories, name="categories"),
    path("cases/categories/import/", sheets.import_categories, name="import_categories"),
    path("cases/categories/import/template.xlsx", sheets.categories_template, name="categories_template"),
    path("cases/categories/import/<uuid:public_id>/", sheets.categories_plan, name="categories_plan"),
    path("cases/rules/import/", sheets.import_rules, name="import_rules"),
    path("cases/rules/import/template.xlsx", sheets.rules_template, name="rules_template"),
    path("cases/rules/import/<uuid:public_id>/", sheets.rules_plan, name="rules_plan"),
    path("cases/categories/<str:code>/", categories.category, name="category"),
    path("cases/supervisions/", overseeing.supervision_list, name="supervisions"),
    path("cases/supervisions/export/", overseeing.supervisions_export, name="supervisions_export"),
    path("cases/library/", overseeing.library_list, name="library"),
    path("cases/library/export/", overseeing.library_export, name="library_export"),
    path("cases/appeals/", overseeing.appeal_list, name="appeals"),
    path("cases/appeals/export/", overseeing.appeals_export, name="appeals_export"),
    path("cases/extensions/", overseeing.extension_list, name="extensions"),
    path("cases/extensions/export/", overseeing.extensions_export, name="extensions_export"),
    path("cases/limits/", limits.handling_limits, name="limits"),
    path("cases/limits/<slug:name>/", limits.handling_limit, name="limit"),
    path("cases/<case_number:number>/", casepage.case, name="case"),
    path("cases/<case_number:number>/steps/<slug:name>/", steps.step, name="step"),
    path("cases/<case_number:number>/ask/", casepage.ask, name="ask"),
    path("cases/<case_number:number>/reporter/", casepage.reveal, name="reveal"),
    path("cases/<case_number:number>/clocks/<int:clock_id>/", casepage.clock, name="clock"),
    path("cases/<case_number:number>/print/", casepage.slip, name="slip"),
    path("cases/notices/", notices.notices, name="notices"),
    path("cases/notices/export/", notices.notices_export, name="notices_export"),
    path("cases/<case_number:number>/notices/<int:measure_id>/", notices.notice_paper, name="notice_paper"),
    path("cases/<case_number:number>/time/", timing.account, name="time"),
    path("cases/causes/", patterns.causes, name="causes"),
    path("cases/causes/export/", patterns.causes_export, name="causes_export"),
    path("cases/causes/<int:cause_id>/", patterns.cause, name="cause"),
    path("cases/topics/", patterns.topics, name="topics"),
    path("cases/topics/<int:topic_id>/", patterns.topic, name="topic"),
    path("report/", reporter.report, name="report"),
    path("report/similar/", reporter.report_similar, name="report_similar"),
    path("report/seen/", reporter.report_seen, name="report_seen"),
    path("report/kinds/", reporter.report_kinds, name="report_kinds"),
    path("report/likely/", suggesting.report_likely, name="report_likely"),
    path("report/compounds/", reporter.report_compounds, name="report_compounds"),
    path("report/around/", reporter.report_around, name="report_around"),
    path("report/<case_number:number>/", reporter.report_done, name="report_done"),
    path("mine/", mine.own_list, name="own_list"),
    path("mine/points.geojson", mine.own_points, name="own_points"),
    path("mine/<case_number:number>/", mine.own_detail, name="own"),
    path("mine/<case_number:number>/rate/", mine.own_rate, name="own_rate"),
    path("mine/<case_number:number>/reopen/", mine.own_reopen, name="own_reopen"),
    path("mine/<case_number:number>/answer/", mine.own_answer, name="own_answer"),
    path("board/", board.board, name="board"),
    path("board/points.geojson", board.board_points, name="board_points"),
    path("bulletins/", bulletins.bulletins, name="bulletins"),
    path("bulletins/<str:scope_code>/<str:on>/", bulletins.bulletin, name="bulletin_page"),
    path("bulletins/<str:scope_code>/<str:on>/bulletin.pdf", bulletins.bulletin_pdf, name="bulletin_pdf"),
    path("files/<uuid:public_id>/", files.file, name="file"),
    path("files/<uuid:public_id>/thumb/", files.thumb, name="thumb"),
]
