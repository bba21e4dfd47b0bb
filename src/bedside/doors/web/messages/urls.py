"""Addresses of the pages about messages."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
