"""Wiring: finds each package's kinds, and gives every database its feed and its three roles."""

from importlib import import_module

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules


class KbConfig(AppConfig):
    name = "kb"
    verbose_name = "Knowledge base"
    default_auto_field = "django.db.models.BigAutoField"

    def import_models(self) -> None:
        super().import_models()
        import_module("kb.vocabulary.models")  # the kernel's own models never import the vocabulary

    def ready(self) -> None:
        import_module("kb.vocabulary.published")
        import_module("kb.vocabulary.kinds")
        autodiscover_modules("published", "kinds")
        reader = import_module("kb.reader")
        installation = import_module("kb.installation")
        connection_created.connect(reader.lock_down, dispatch_uid="kb.reader")
        post_migrate.connect(installation.complete, dispatch_uid="kb.installation")
