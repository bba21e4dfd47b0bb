"""Addresses of the pages about inbox."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
