"""Addresses of the home page and of the question how long the session lives."""

from django.urls import path

from bedside.doors.web.home import views

urlpatterns = [
    path("", views.home, name="home"),
    path("session/", views.session, name="session"),
]
