"""What the database itself refuses: changing a revision, and approving what one wrote. Code can forget; a trigger does not."""

from typing import Any

from django.db import migrations

# Who saved a revision of the same entry and locale, up to one that says what is approved, and after the last one approved
# before that. More than one says it where an earlier wording was restored: its first writers count, whoever restored it.
WROTE_IT = """
    SELECT 1 FROM kb_revision wanted
    JOIN kb_revision same ON same.entry_id = wanted.entry_id AND same.locale = wanted.locale
        AND same.sha256 = wanted.sha256 AND same.number <= wanted.number
    JOIN kb_revision written ON written.entry_id = wanted.entry_id AND written.locale = wanted.locale
    WHERE wanted.id = NEW.revision_id AND written.number <= same.number AND written.saved_by_id = NEW.approved_by_id
    AND written.number > COALESCE((
        SELECT MAX(earlier.number) FROM kb_revision earlier JOIN kb_approval ON kb_approval.revision_id = earlier.id
        WHERE earlier.entry_id = wanted.entry_id AND earlier.locale = wanted.locale AND earlier.number < same.number
    ), 0)
"""
OTHER_WORDING = "SELECT 1 FROM kb_revision WHERE id = NEW.revision_id AND sha256 <> NEW.sha256"

SQLITE = [
    """CREATE TRIGGER revision_never_changes BEFORE UPDATE ON kb_revision
    BEGIN SELECT RAISE(ABORT, 'a revision is never changed'); END""",
    f"""CREATE TRIGGER approval_not_by_a_writer BEFORE INSERT ON kb_approval WHEN EXISTS ({WROTE_IT})
    BEGIN SELECT RAISE(ABORT, 'a writer may not approve'); END""",
    f"""CREATE TRIGGER approval_of_this_wording BEFORE INSERT ON kb_approval WHEN EXISTS ({OTHER_WORDING})
    BEGIN SELECT RAISE(ABORT, 'the approval names another wording'); END""",
    """CREATE TRIGGER approval_never_changes BEFORE UPDATE ON kb_approval
    BEGIN SELECT RAISE(ABORT, 'an approval is never changed'); END""",
]
POSTGRESQL = [
    """CREATE FUNCTION kb_never_changes() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'a % is never changed', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation'; END $$""",
    """CREATE TRIGGER revision_never_changes BEFORE UPDATE ON kb_revision
    FOR EACH ROW EXECUTE FUNCTION kb_never_changes('revision')""",
    """CREATE TRIGGER approval_never_changes BEFORE UPDATE ON kb_approval
    FOR EACH ROW EXECUTE FUNCTION kb_never_changes('approval')""",
    f"""CREATE FUNCTION kb_check_approval() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS ({WROTE_IT}) THEN
            RAISE EXCEPTION 'a writer may not approve' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF EXISTS ({OTHER_WORDING}) THEN
            RAISE EXCEPTION 'the approval names another wording' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END $$""",
    """CREATE TRIGGER approval_is_right BEFORE INSERT ON kb_approval
    FOR EACH ROW EXECUTE FUNCTION kb_check_approval()""",
]
UNDO_SQLITE = [
    f"DROP TRIGGER {name}"
    for name in (
        "revision_never_changes",
        "approval_not_by_a_writer",
        "approval_of_this_wording",
        "approval_never_changes",
    )
]
UNDO_POSTGRESQL = [
    "DROP TRIGGER revision_never_changes ON kb_revision",
    "DROP TRIGGER approval_never_changes ON kb_approval",
    "DROP TRIGGER approval_is_right ON kb_approval",
    "DROP FUNCTION kb_never_changes()",
    "DROP FUNCTION kb_check_approval()",
]


def guard(apps: Any, schema_editor: Any) -> None:
    _run(schema_editor, SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL)


def unguard(apps: Any, schema_editor: Any) -> None:
    _run(schema_editor, UNDO_SQLITE if schema_editor.connection.vendor == "sqlite" else UNDO_POSTGRESQL)


def _run(schema_editor: Any, statements: list[str]) -> None:
    for statement in statements:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("kb", "0001_initial")]
    operations = [migrations.RunPython(guard, unguard)]
