from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "nuanxin.people"
    label = "people"
    verbose_name = "人与组织"
