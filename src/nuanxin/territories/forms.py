from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.geo.coordinates import Crs
from nuanxin.territories.enums import Level

LARGEST = 30 * 1024 * 1024

SYSTEMS = [
    (Crs.WGS84, _("WGS-84（GPS）")),
    (Crs.CGCS2000, _("CGCS2000（国家测绘）")),
    (Crs.GCJ02, _("GCJ-02（高德、腾讯）")),
    (Crs.BD09, _("BD-09（百度）")),
]


class OutlinesForm(forms.Form):
    file = forms.FileField(
        label=_("GeoJSON 文件"), help_text=_("一个 FeatureCollection，每个面带 code：12 位，网格 15 位。最大 30 MB。"),
    )  # fmt: skip
    level = forms.ChoiceField(
        label=_("级别"), required=False, choices=[("", _("按代码判断")), *Level.choices]
    )
    crs = forms.ChoiceField(label=_("坐标系"), choices=SYSTEMS, initial=Crs.WGS84)
    origin = forms.CharField(
        label=_("来源"), required=False, max_length=80, help_text=_("例如：区民政局 2026 年界线成果"),
    )  # fmt: skip

    def clean_file(self) -> UploadedFile:
        upload: UploadedFile = self.cleaned_data["file"]
        if (upload.size or 0) > LARGEST:
            raise ValidationError(_("文件超过 30 MB。请按街道拆开，分几次导入。"))
        return upload
