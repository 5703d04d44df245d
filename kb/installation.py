"""What every installation has from its first migration on: its feed and its three roles."""

import uuid
from typing import Any

from django.apps import apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission

from kb import kinds
from kb.models.published import Feed

THERAPIST = "Therapist"
CLINICAL_EDITOR = "Clinical editor"
ADMINISTRATOR = "Administrator"
READ_ONLY = (
    "revision",
    "approval",
    "release",
    "releaseitem",
    "step",
    "document",
    "slug",
    "facet",
    "link",
    "edition",
    "feed",
)
ACCOUNTS = ("view_user", "add_user", "change_user")
"""No right to change what a role may do, or to delete anybody. `kb.admin.people` keeps superusers out of reach."""


def complete(sender: Any, **kwargs: Any) -> None:
    """After each migrate; makes only what is missing. Once is enough: by then every app has been migrated."""
    if sender.name != "kb":
        return
    using = kwargs["using"]
    for app in (*_edited_apps(), "auth"):
        create_permissions(apps.get_app_config(app), using=using, verbosity=0)
    Feed.objects.using(using).get_or_create(pk=1, defaults={"feed_id": uuid.uuid4()})
    write = _permissions(using).filter(codename__regex="^(view|add|change)_").exclude(content_type__model__in=READ_ONLY)
    look = _permissions(using).filter(codename__startswith="view_", content_type__model__in=READ_ONLY)
    release = _permissions(using).filter(codename__in=["approve_wording", "publish_release"])
    accounts = Permission.objects.using(using).filter(content_type__app_label="auth", codename__in=ACCOUNTS)
    record = _permissions(using).filter(codename="view_step")
    _group(using, THERAPIST, [*write, *look])
    _group(using, CLINICAL_EDITOR, [*write, *look, *release])
    _group(using, ADMINISTRATOR, [*accounts, *record])


def _edited_apps() -> set[str]:
    """Ours, and that of every kind that anybody has added."""
    return {kind.model._meta.app_label for kind in kinds.all_kinds()}


def _permissions(using: str) -> Any:
    return Permission.objects.using(using).filter(content_type__app_label__in=_edited_apps())


def _group(using: str, name: str, permissions: list[Permission]) -> None:
    group, _ = Group.objects.using(using).get_or_create(name=name)
    group.permissions.add(*permissions)
