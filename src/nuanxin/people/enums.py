"""The closed lists of this context; what a city may change is reference data instead."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class WorkerType(models.TextChoices):
    """The six kinds of work of `domain.md` 001-01; one person may do several."""

    DELIVERY_RIDER = "delivery_rider", _("外卖员")
    COURIER = "courier", _("快递员")
    RIDE_HAILING_DRIVER = "ride_hailing_driver", _("网约车司机")
    TRUCK_DRIVER = "truck_driver", _("货车司机")
    LIVESTREAMER = "livestreamer", _("网络主播")
    ONLINE_SELLER = "online_seller", _("网店微商")


class DeclaredAs(models.TextChoices):
    """What the declared community is to the worker; never inferred from movements (`domain.md` 000-14)."""

    HOME = "home", _("住在这里")
    WORK = "work", _("主要在这里跑")


class OrganisationKind(models.TextChoices):
    """`domain.md` §10.1."""

    SOCIETY_WORK_DEPT = "society_work_dept", _("社会工作部")
    ORGANISATION_DEPT = "organisation_dept", _("组织部")
    POLITICAL_LEGAL = "political_legal", _("政法委")
    STREET_PARTY_COMMITTEE = "street_party_committee", _("党工委")
    PARTY_COMMITTEE = "party_committee", _("党委、总支、支部")
    INDUSTRY_PARTY = "industry_party", _("行业党委")
    PARTY_ALLIANCE = "party_alliance", _("党建联盟")
    STREET_OFFICE = "street_office", _("街道办事处、镇政府")
    HOUSING = "housing", _("住房和城乡建设")
    CITY_MANAGEMENT = "city_management", _("城市管理")
    MARKET_REGULATION = "market_regulation", _("市场监管")
    POLICE = "police", _("公安、交警")
    FIRE = "fire", _("消防")
    EMERGENCY = "emergency", _("应急管理")
    HUMAN_RESOURCES = "human_resources", _("人力资源和社会保障")
    JUSTICE = "justice", _("司法行政")
    HEALTH = "health", _("卫生健康")
    CIVIL_AFFAIRS = "civil_affairs", _("民政")
    TRANSPORT = "transport", _("交通运输")
    POSTAL = "postal", _("邮政管理")
    COMMERCE = "commerce", _("商务")
    GOVERNMENT_DEPT = "government_dept", _("其他政府部门")
    TRADE_UNION = "trade_union", _("工会")
    YOUTH_LEAGUE = "youth_league", _("共青团")
    WOMENS_FEDERATION = "womens_federation", _("妇联")
    DISABLED_FEDERATION = "disabled_federation", _("残联")
    RESIDENTS_COMMITTEE = "residents_committee", _("居委会、村委会")
    OWNERS_COMMITTEE = "owners_committee", _("业委会、物管会")
    PLATFORM_COMPANY = "platform_company", _("平台企业")
    PARTNER_FIRM = "partner_firm", _("合作商、加盟商")
    PROPERTY_MANAGER = "property_manager", _("物业企业")
    UTILITY = "utility", _("水电气热等公用事业")
    MERCHANT = "merchant", _("商户")
    CLINIC = "clinic", _("医院、诊所")
    CANTEEN = "canteen", _("食堂")
    CHARGING_OPERATOR = "charging_operator", _("充换电企业")
    SOCIAL_WORK_AGENCY = "social_work_agency", _("社工机构")
    VOLUNTEER_ORGANISATION = "volunteer_organisation", _("志愿服务组织")
    CHAMBER_OF_COMMERCE = "chamber_of_commerce", _("商会")
    LAW_FIRM = "law_firm", _("律师事务所")
    TRAINING_SCHOOL = "training_school", _("培训机构")
    OTHER = "other", _("其他")


class UnitType(models.TextChoices):
    """Whom a category of report is dispatched to; the codes of the category catalogue."""

    RQ = "RQ", _("燃气")
    GR = "GR", _("供热")
    ZJ = "ZJ", _("住建")
    CG = "CG", _("城管")
    XF = "XF", _("消防")
    YJ = "YJ", _("应急")
    GA = "GA", _("公安")
    JJ = "JJ", _("交警")
    SJ = "SJ", _("市场监管")
    SW = "SW", _("供水排水")
    GD = "GD", _("供电")
    TX = "TX", _("通信")
    JT = "JT", _("交通")
    YL = "YL", _("园林")
    HB = "HB", _("环保")
    WS = "WS", _("卫健")
    MZ = "MZ", _("民政")
    RS = "RS", _("人社")
    GH = "GH", _("工会")
    FL = "FL", _("妇联")
    CL = "CL", _("残联")
    ZF = "ZF", _("政法委")
    YZ = "YZ", _("邮政")
    WY = "WY", _("物业")
    SQ = "SQ", _("社区")
    JD = "JD", _("街道")
    OP = "OP", _("场所经营者")


class SiteKind(models.TextChoices):
    """What stands at a site. Compounds and places are one-to-one with theirs."""

    COMPOUND = "compound", _("小区")
    STATION = "station", _("驿站")
    MERCHANT = "merchant", _("商户")
    CANTEEN = "canteen", _("食堂")
    CLINIC = "clinic", _("医院诊所")
    OFFICE = "office", _("办公点")
    OTHER = "other", _("其他场所")


class RoleKind(models.TextChoices):
    """How one comes to a role and signs in with it."""

    SELF = "self", _("本人注册")  # worker, resident: phone and one-time code
    HELPER = "helper", _("聘任的群众")  # part-time: appointed, phone and one-time code
    STAFF = "staff", _("工作人员")  # password and second factor
    ADMIN = "admin", _("管理员")  # as staff; no business data


class Extent(models.TextChoices):
    """How far a grant reaches (`domain.md` §10.2)."""

    OWN = "own", _("本人的")
    AREA = "area", _("本辖区")
    ORG = "org", _("本单位")
    SITE = "site", _("本场所")
    TEAM = "team", _("本队伍")
    ALL = "all", _("全部")


class Channel(models.TextChoices):
    """Where a consent was given."""

    WEB = "web", _("网页")
    STAFF = "staff", _("工作人员当面")
    API = "api", _("接口")
    DEMO = "demo", _("演示")


class CodePurpose(models.TextChoices):
    """What a one-time code opens; it opens nothing else."""

    SIGN_IN = "sign_in", _("登录")
    CHANGE_NUMBER = "change_number", _("换号")
    RECOVER = "recover", _("找回账号")


class SignInMethod(models.TextChoices):
    """How a session began. Roles of staff need one with two factors."""

    PHONE = "phone", _("手机验证码")
    RECOVERY = "recovery", _("找回码")
    PASSWORD = "password", _("密码")  # where no second factor is asked: the demo
    TWO_FACTORS = "two_factors", _("密码和动态码")
    PERSONA = "persona", _("演示身份")


class Language(models.TextChoices):
    CHINESE = "zh-hans", _("简体中文")
    ENGLISH = "en", _("English")


class IdentityCheck(models.TextChoices):
    """What staff looked at before giving an account back; closed, so that no number or name gets into the audit."""

    ID_CARD = "id_card", _("看了居民身份证原件")
    RESIDENCE_PERMIT = "residence_permit", _("看了港澳台居民居住证原件")
    PASSPORT = "passport", _("看了护照原件")
