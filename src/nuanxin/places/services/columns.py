"""The columns of a list of places, for bringing in and for taking out."""

from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.sheets import Column

COLUMNS = (
    Column("number", "编号", _("本地自己的编号；有它，名称可以改。"), "99-001", width=12),
    Column("name", "名称", _("小哥们看得懂的名字，最多 60 个字。"), "枫林暖新驿站", required=True, width=24),
    Column("name_en", "英文名称", _("可以不填。"), "Fenglin service station", width=24),
    Column("type", "类型", _("从右边的清单里选一个。"), "暖新驿站", required=True, width=16),
    Column("friendly_class", "友好类别", _("设施友好、人际友好或治理友好；可以不填。"), "设施友好", width=12),
    Column("host", "主办单位", _("已经登记的单位的全称。"), "", width=24),
    Column("address", "地址", _("街路门牌。"), "枫林横街 3 号", width=26),
    Column("directions", "怎么走", _("从哪个门进，车停哪里。"), "", width=20),
    Column("phone", "电话", _("这个地方的公开电话，不要填个人手机号。"), "0512-66660000", width=16),
    Column("opening", "开放时间", _("例如 Mo-Fr 08:00-22:00；全天开放写 24/7。"), "24/7", width=24),
    Column("capacity", "座位数", _("整数。"), "12", width=8),
    Column("valid_from", "启用日", _("只开一季的才填，例如 2026-06-01。"), "", width=12),
    Column("valid_to", "截止日", _("例如 2026-09-30。"), "", width=12),
    Column("scope_code", "区划代码", _("12 位社区代码；空着按坐标认。"), "990101001001", width=16),
    Column("lng", "经度", _("小数，例如 105.123456。"), "105.005", required=True, width=12),
    Column("lat", "纬度", _("小数，例如 30.123456。"), "30.005", required=True, width=12),
    Column(
        "crs", "坐标系", _("wgs84、gcj02（高德、腾讯）或 bd09（百度）；空着是 wgs84。"), "wgs84", width=10
    ),
    Column("facilities", "设施", _("能用的设施，用顿号隔开；清单在右边。"), "热水、厕所", width=30),
    Column("broken", "坏了的设施", _("用顿号隔开。"), "", width=16),
    Column("state", "状态", _("导出时有；导入时不看，新的都先筹备。"), "", width=10),
    Column("external_id", "来源编号", _("来源系统里的编号；同一编号再来是同一处。"), "", width=20),
)
HEADINGS = {column.key: column.heading for column in COLUMNS}
