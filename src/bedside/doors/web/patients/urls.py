"""Addresses of the pages about patients."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
