"""Addresses of the pages about staff."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
