from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "bedside.correspondence.campaigns"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from bedside.correspondence.campaigns.history import mails_of_campaigns
        from bedside.decisions.gate.sources import knows_mail

        knows_mail("campaigns", mails_of_campaigns)
