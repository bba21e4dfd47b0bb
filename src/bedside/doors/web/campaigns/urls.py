"""Addresses of the pages about campaigns."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
