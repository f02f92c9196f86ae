"""The text messages of this context; operators approve them word by word, so they are declared, never composed."""

from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.channels.templates import sms_template

SIGN_IN_CODE = sms_template(
    "people.sign_in_code", _("登录验证码{code}，{minutes}分钟内有效。谁要都别给，工作人员也不会问。")
)
CHANGE_CODE = sms_template(
    "people.change_code", _("换号验证码{code}，{minutes}分钟内有效。不是您在换号，就别告诉任何人。"),
)  # fmt: skip
RECOVER_CODE = sms_template(
    "people.recover_code", _("找回账号的验证码{code}，{minutes}分钟内有效。只在您自己找回账号时使用。"),
)  # fmt: skip
NUMBER_CHANGED = sms_template(
    "people.number_changed",
    _("您的暖新账号已改用尾号{tail}的手机登录，所有设备都已退出。不是您本人操作，请马上联系所在社区。"),
)
INVITED = sms_template(
    "people.invited", _("{name}，请您担任{role}。打开链接完成登记，{days}天内有效：{link}")
)
