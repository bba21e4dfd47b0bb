"""Addresses of the pages about home."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
