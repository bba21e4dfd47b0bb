"""The address of the page about API keys."""

from django.urls import path

from bedside.doors.web.apikeys import views

urlpatterns = [path("api-keys/", views.keys, name="api_keys")]
