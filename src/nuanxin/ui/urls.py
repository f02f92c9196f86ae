from django.urls import path

from nuanxin.ui import views

app_name = "ui"
urlpatterns = [
    path("", views.gallery, name="gallery"),
    path("workbench/", views.gallery_workbench, name="gallery_workbench"),
    path("print/", views.gallery_print, name="gallery_print"),
    path("sample.geojson", views.sample_map, name="sample_map"),
    path("styles/<slug:name>.css", views.styles, name="styles"),
    path("preferences/", views.preferences, name="preferences"),
    path("language/", views.language, name="language"),
]
