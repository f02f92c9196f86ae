from django.urls import path, re_path

from nuanxin.territories.views import maps, outlines, picker, tree

app_name = "territories"

urlpatterns = [
    path("territories/", tree.root, name="tree"),
    path("territories/picker/", picker.picker, name="picker"),
    path("territories/outlines/", outlines.load_outlines, name="load_outlines"),
    re_path(r"^territories/(?P<code>[0-9]{12}(?:[0-9]{3})?)/$", tree.territory, name="territory"),
    path("map/style.json", maps.style, name="map_style"),
    path("map/layers/<slug:name>.geojson", maps.layer, name="map_layer"),
    path("map/territories.geojson", maps.boundaries, name="boundaries"),
]
