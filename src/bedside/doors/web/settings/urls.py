"""Addresses of the pages about settings."""

from django.urls import path

from bedside.doors.web.settings import views

urlpatterns = [path("", views.settings, name="settings")]
