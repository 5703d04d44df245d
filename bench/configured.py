"""Sets Django up on import, so that a measurement can import models after it."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()
