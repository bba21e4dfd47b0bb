from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "bedside.correspondence.campaigns"
    default_auto_field = "django.db.models.BigAutoField"
