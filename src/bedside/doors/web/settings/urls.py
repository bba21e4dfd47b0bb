"""Addresses of the pages about settings."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
