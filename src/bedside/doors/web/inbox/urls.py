"""Addresses of the demo inbox; nothing is there outside a demo."""

from django.urls import path

from bedside.doors.web.inbox import views

urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("<str:name>/", views.mail, name="inbox_mail"),
    path("<str:name>/frame/", views.frame, name="inbox_frame"),
]
