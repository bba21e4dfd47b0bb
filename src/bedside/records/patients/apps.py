from django.apps import AppConfig


class PatientsConfig(AppConfig):
    name = "bedside.records.patients"
    default_auto_field = "django.db.models.BigAutoField"
