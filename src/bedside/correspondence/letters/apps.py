from django.apps import AppConfig


class LettersConfig(AppConfig):
    name = "bedside.correspondence.letters"
