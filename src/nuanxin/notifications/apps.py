from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "nuanxin.notifications"
    label = "notifications"
    verbose_name = "消息"
