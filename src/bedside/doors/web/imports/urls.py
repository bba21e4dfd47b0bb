"""Addresses of the pages about imports."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
