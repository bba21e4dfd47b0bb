"""Addresses of the pages about segments."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
