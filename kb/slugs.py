"""The shapes of the two names that an address can hold."""

import re

from django.core.exceptions import ValidationError

UUID_SHAPE = re.compile(r"[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}\Z")
SLUG_SHAPE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")


def validate_slug(slug: str) -> None:
    """Lower-case words joined by hyphens. A slug shaped like a UUID would be taken for an id in URLs."""
    if not SLUG_SHAPE.match(slug):
        raise ValidationError("Use lower-case letters and digits, joined by single hyphens: hip-flexor-strain.")
    if UUID_SHAPE.match(slug):
        raise ValidationError("This short name looks like an id. Use words.")
