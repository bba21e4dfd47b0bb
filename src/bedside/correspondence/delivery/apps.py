from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    name = "bedside.correspondence.delivery"
    default_auto_field = "django.db.models.BigAutoField"
