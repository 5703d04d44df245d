from django.apps import AppConfig


class RemediesConfig(AppConfig):
    name = "remedies"
    default_auto_field = "django.db.models.BigAutoField"
