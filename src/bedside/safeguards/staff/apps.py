from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "bedside.safeguards.staff"
    default_auto_field = "django.db.models.BigAutoField"
