"""The project's addresses, read again now that there is one kind more."""

from django.contrib import admin
from django.urls import path

from kb.api.urls import patterns

urlpatterns = [path("admin/", admin.site.urls), *patterns()]
