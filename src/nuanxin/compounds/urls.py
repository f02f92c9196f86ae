from django.urls import path

from nuanxin.compounds import views

app_name = "compounds"

urlpatterns = [
    path("compounds/", views.listing, name="list"),
    path("compounds/new/", views.create, name="create"),
    path("compounds/pick/", views.pick, name="pick"),
    path("compounds/near.geojson", views.near_geojson, name="near_geojson"),
    path("compounds/<uuid:public_id>/", views.detail, name="detail"),
    path("compounds/<uuid:public_id>/edit/", views.edit, name="edit"),
    path("compounds/<uuid:public_id>/outline.geojson", views.outline, name="outline"),
]
