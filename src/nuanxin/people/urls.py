"""Addresses of the people context, at the root: signing in, one's own account, staff's people and organisations."""

from django.urls import URLPattern, path

from nuanxin.people.views import account, duty, invitations, keys, leaving, registration, sheets, sign_in, staff

app_name = "people"
urlpatterns: list[URLPattern] = [
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-in/code/", sign_in.send_code, name="send_code"),
    path("sign-in/staff/", sign_in.staff_sign_in, name="staff_sign_in"),
    path("sign-in/password/", sign_in.new_password, name="new_password"),
    path("sign-in/second-factor/", sign_in.second_factor, name="second_factor"),
    path("sign-in/recover/", sign_in.recover, name="recover"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("register/", registration.register, name="register"),
    path("register/communities/", registration.communities, name="communities"),
    path("invited/<str:token>/", invitations.invited, name="invited"),
    path("me/", account.me, name="me"),
    path("me/name/", account.name, name="name"),
    path("me/work/", account.work, name="work"),
    path("me/number/", account.number, name="number"),
    path("me/consents/<str:purpose>/", account.consent, name="consent"),
    path("me/role/", account.switch, name="switch"),
    path("me/sessions/", keys.end_other_sessions, name="end_other_sessions"),
    path("me/sessions/<uuid:public_id>/", keys.end_session, name="end_session"),
    path("me/recovery-code/", keys.recovery_code, name="recovery_code"),
    path("me/tokens/", keys.tokens, name="tokens"),
    path("me/tokens/<uuid:public_id>/revoke/", keys.revoke_token, name="revoke_token"),
    path("me/password/", keys.change_password, name="change_password"),
    path("me/second-factor/", keys.replace_second_factor, name="replace_second_factor"),
    path("me/export/", leaving.export, name="export"),
    path("me/erase/", leaving.erase, name="erase"),
    path("people/", staff.people, name="people"),
    path("people/export.csv", staff.export, name="people_export"),
    path("people/invite/", invitations.invite, name="invite"),
    path("people/recover/", invitations.recover_for_worker, name="recover_for_worker"),
    path("people/duty/", duty.week, name="duty"),
    path("people/duty/<int:shift_id>/remove/", duty.remove, name="remove_shift"),
    path("people/assignments/<uuid:public_id>/end/", staff.end_assignment, name="end_assignment"),
    path("people/<uuid:public_id>/", staff.person, name="person"),
    path("people/<uuid:public_id>/assign/", staff.assign, name="assign"),
    path("people/<uuid:public_id>/second-factor/", staff.reset_second_factor, name="reset_second_factor"),
    path("organisations/", staff.organisations, name="organisations"),
    path("organisations/import/", sheets.import_organisations, name="import_organisations"),
    path("organisations/import/template.xlsx", sheets.organisations_template, name="organisations_template"),
    path("organisations/import/<uuid:public_id>/", sheets.organisations_plan, name="organisations_plan"),
    path("organisations/<uuid:public_id>/", staff.organisation, name="organisation"),
]
