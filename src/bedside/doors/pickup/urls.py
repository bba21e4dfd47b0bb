"""Addresses of the patients pages."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
