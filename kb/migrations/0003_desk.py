"""What the review desk keeps: steps, and what an approver read. The database lets nobody change or delete the record."""

from importlib import import_module
from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

earlier = import_module("kb.migrations.0002_guards")  # its name starts with a number

KEPT = ("revision", "approval", "step")

SQLITE = [
    """CREATE TRIGGER step_never_changes BEFORE UPDATE ON kb_step
    BEGIN SELECT RAISE(ABORT, 'a step is never changed'); END""",
    *(
        f"""CREATE TRIGGER {kept}_is_kept BEFORE DELETE ON kb_{kept}
        BEGIN SELECT RAISE(ABORT, 'a {kept} is never deleted'); END"""
        for kept in KEPT
    ),
]
POSTGRESQL = [
    """CREATE TRIGGER step_never_changes BEFORE UPDATE ON kb_step
    FOR EACH ROW EXECUTE FUNCTION kb_never_changes('step')""",
    """CREATE FUNCTION kb_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'a % is never deleted', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation'; END $$""",
    *(
        f"""CREATE TRIGGER {kept}_is_kept BEFORE DELETE ON kb_{kept}
        FOR EACH ROW EXECUTE FUNCTION kb_is_kept('{kept}')"""
        for kept in KEPT
    ),
]
NAMES = [("step_never_changes", "step"), *((f"{kept}_is_kept", kept) for kept in KEPT)]
UNDO_SQLITE = [f"DROP TRIGGER {name}" for name, _ in NAMES]
UNDO_POSTGRESQL = [*(f"DROP TRIGGER {name} ON kb_{table}" for name, table in NAMES), "DROP FUNCTION kb_is_kept()"]


def guard(apps: Any, schema_editor: Any) -> None:
    earlier._run(schema_editor, SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL)


def unguard(apps: Any, schema_editor: Any) -> None:
    earlier._run(schema_editor, UNDO_SQLITE if schema_editor.connection.vendor == "sqlite" else UNDO_POSTGRESQL)


class Migration(migrations.Migration):
    dependencies = [
        ("kb", "0002_guards"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # SQLite makes a changed table anew, and its triggers would be gone with the old one.
        migrations.RunPython(earlier.unguard, earlier.guard),
        migrations.CreateModel(
            name="Step",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "verb",
                    models.CharField(
                        choices=[
                            ("submitted", "Sent for review"),
                            ("taken_back", "Taken back from review"),
                            ("returned", "Returned with a note"),
                            ("scheduled", "Scheduled"),
                            ("reopened", "Opened again for changes"),
                            ("cancelled", "Cancelled"),
                            ("failed", "Could not be published"),
                            ("published", "Published"),
                        ],
                        max_length=10,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("note", models.TextField(blank=True)),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.AddField(
            model_name="approval",
            name="scope",
            field=models.CharField(
                choices=[("whole", "The whole page"), ("changes", "What has changed since the last approved wording")],
                default="whole",
                max_length=10,
                verbose_name="what was read",
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.CheckConstraint(
                condition=models.Q(("scope__in", ["whole", "changes"])), name="approval_scope_known"
            ),
        ),
        migrations.AddField(
            model_name="step",
            name="by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="step",
            name="release",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="steps",
                to="kb.release",
            ),
        ),
        migrations.AddField(
            model_name="step",
            name="revision",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="steps",
                to="kb.revision",
            ),
        ),
        migrations.AddConstraint(
            model_name="step",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "verb__in",
                        [
                            "submitted",
                            "taken_back",
                            "returned",
                            "scheduled",
                            "reopened",
                            "cancelled",
                            "failed",
                            "published",
                        ],
                    )
                ),
                name="step_verb_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="step",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("release", None), ("revision__isnull", False)),
                    models.Q(("release__isnull", False), ("revision", None)),
                    _connector="OR",
                ),
                name="step_is_about_one_thing",
            ),
        ),
        migrations.RunPython(earlier.guard, earlier.unguard),
        migrations.RunPython(guard, unguard),
    ]
