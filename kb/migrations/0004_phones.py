"""What phones sync by: an edition for each release from now on, and one for all that went live before."""

import hashlib
import json
import secrets
from typing import Any

import django.db.models.deletion
from django.db import migrations, models


def begin(apps: Any, schema_editor: Any) -> None:
    using = schema_editor.connection.alias
    feed = apps.get_model("kb", "Feed").objects.using(using).first()
    if feed is None or feed.last_release_id is None:
        return
    release = apps.get_model("kb", "Release").objects.using(using).get(pk=feed.last_release_id)
    feed.mark, feed.digests = secrets.token_hex(8), _digests(apps.get_model("kb", "Document"), using)
    feed.save()
    apps.get_model("kb", "Edition").objects.using(using).create(
        release=release,
        mark=feed.mark,
        head=feed.head,
        at=release.published_at,
        severity=release.severity,
        summary=release.summary,
    )


def _digests(documents: Any, using: str) -> str:
    """As `kb.publishing` makes them; the kinds that have nothing live come with the next release."""
    held: dict[str, dict[str, list[str]]] = {}
    rows = documents.objects.using(using).filter(gone_reason="").values_list("locale", "kind", "entry_id", "version")
    for locale, kind, pk, version in rows:
        held.setdefault(locale, {}).setdefault(kind, []).append(f"{pk}:{version}")
    said = {
        locale: {
            kind: {"count": len(pairs), "digest": hashlib.sha256("\n".join(sorted(pairs)).encode()).hexdigest()}
            for kind, pairs in kinds.items()
        }
        for locale, kinds in held.items()
    }
    return json.dumps(said, sort_keys=True, separators=(",", ":"))


class Migration(migrations.Migration):
    dependencies = [
        ("kb", "0003_desk"),
    ]

    operations = [
        migrations.CreateModel(
            name="Edition",
            fields=[
                (
                    "release",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="kb.release",
                    ),
                ),
                ("mark", models.CharField(max_length=16, unique=True)),
                ("head", models.BigIntegerField(help_text="The feed's head after it.")),
                ("at", models.DateTimeField()),
                (
                    "severity",
                    models.CharField(
                        choices=[
                            ("editorial", "Editorial: same meaning, better words"),
                            ("content", "Content: new or changed information"),
                            ("safety", "Safety: the older text could harm"),
                        ],
                        max_length=10,
                    ),
                ),
                ("summary", models.CharField(blank=True, max_length=200)),
                (
                    "notice",
                    models.TextField(
                        default="", help_text="What readers are warned of: canonical JSON; empty: of nothing."
                    ),
                ),
            ],
            options={
                "ordering": ["release_id"],
            },
        ),
        migrations.AddField(
            model_name="feed",
            name="digests",
            field=models.TextField(default="{}", help_text="By locale and kind, what is live: canonical JSON."),
        ),
        migrations.AddField(
            model_name="feed",
            name="mark",
            field=models.CharField(
                blank=True, help_text="The last edition's mark; empty before the first.", max_length=16
            ),
        ),
        migrations.AddField(
            model_name="document",
            name="terms",
            field=models.BinaryField(
                help_text="What the search keeps of its own words; null: not made yet.", null=True
            ),
        ),
        migrations.RunPython(begin, migrations.RunPython.noop),
    ]
