"""Addresses of the reports."""

from django.urls import path

from bedside.doors.web.reports import views

urlpatterns = [path("", views.reports, name="reports")]
