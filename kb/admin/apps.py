"""Puts our own site in the place of Django's, and registers what stands in no app's own `admin` module."""

from importlib import import_module

from django.contrib.admin.apps import AdminConfig


class DeskConfig(AdminConfig):
    default_site = "kb.admin.site.DeskSite"

    def ready(self) -> None:
        super().ready()
        import_module("kb.admin.kernel")
        import_module("kb.admin.releases")
        import_module("kb.admin.people")
        import_module("kb.admin.record")
        import_module("kb.vocabulary.admin")
