"""Addresses of the pages about the ledger."""

from django.urls import path

from bedside.doors.web.ledger import views

urlpatterns = [
    path("", views.ledger, name="ledger"),
    path("export/", views.export, name="ledger_export"),
]
