from django.urls import path

from nuanxin.places import views

app_name = "places"
PLACE = "register/<uuid:public_id>/"

urlpatterns = [
    path("register/", views.listing, name="list"),
    path("register/new/", views.create, name="create"),
    path("register/export/", views.export, name="export"),
    path("register/points.geojson", views.points, name="points"),
    path("register/import/", views.import_places, name="import"),
    path("register/import/template/", views.template, name="template"),
    path("register/import/<uuid:public_id>/", views.plan, name="plan"),
    path(PLACE, views.detail, name="detail"),
    path(f"{PLACE}edit/", views.edit, name="edit"),
    path(f"{PLACE}facilities/", views.facilities, name="facilities"),
    path(f"{PLACE}services/", views.offered, name="services"),
    path(f"{PLACE}steps/<slug:name>/", views.step, name="step"),
    path(f"{PLACE}keeper/", views.keeper, name="keeper"),
    path(f"{PLACE}exceptions/", views.exceptions, name="exceptions"),
    path(f"{PLACE}exceptions/<int:exception_id>/end/", views.end_exception, name="end_exception"),
    path(f"{PLACE}order/<slug:facility>/", views.order, name="order"),
    path(f"{PLACE}confirm/", views.confirm, name="confirm"),
    path(f"{PLACE}photos/", views.add_photo, name="add_photo"),
    path(f"{PLACE}photos/<int:photo_id>/release/", views.release_photo, name="release_photo"),
    path(f"{PLACE}photos/<int:photo_id>/remove/", views.remove_photo, name="remove_photo"),
    path("photos/<uuid:file_id>/", views.photo, name="photo"),
    path("today/", views.today, name="today"),
    path("today/door/", views.door, name="door"),
    path("catalogue/", views.settings, name="catalogue"),
    path("catalogue/<slug:kind>/new/", views.new_entry, name="new_entry"),
    path("catalogue/<slug:kind>/<slug:code>/", views.entry, name="entry"),
    path("at/<uuid:public_id>/", views.shown, name="shown"),
]
