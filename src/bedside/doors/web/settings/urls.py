"""Addresses of the pages about settings."""

from django.urls import path

from bedside.doors.web.settings import statements, views

urlpatterns = [
    path("", views.settings, name="settings"),
    path("statements/", statements.statements_page, name="statements"),
]
