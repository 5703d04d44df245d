"""`python -m tests.mutants [WORD]`: plants one fault after another in a copy of the code; do the tests find it?

The control is the copy without a fault: the tests must pass there, or the rest means nothing. Exits 1 if one survives.
"""

import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
AT_ONCE = 2
KERNEL = ("tests/test_publishing.py", "tests/test_review.py")


@dataclass(frozen=True)
class Fault:
    """In `file`, `right` becomes `wrong`; one of `tests` must fail."""

    name: str
    file: str
    right: str
    wrong: str
    tests: tuple[str, ...] = KERNEL


FAULTS = [
    Fault(
        "a renamed symptom recompiles nothing",
        "kb/planning.py",
        "affected = before.linking_to(restated) | after.linking_to(restated) if restated else set()",
        "affected: set[UUID] = set()",
    ),
    Fault(
        "a changed house text recompiles nothing",
        "kb/planning.py",
        "and before.house != after.house",
        "and False",
    ),
    Fault(
        "a card is made from the working copy",
        "kb/world.py",
        "return card_of(pin.kind, str(pk), self.locale, self._wordings[pk], is_reviewed=is_reviewed)",
        "kind = kinds.get(pin.kind)\n"
        "        said = wording.read(kind, kind.model._default_manager.get(pk=pk))\n"
        "        return card_of(pin.kind, str(pk), self.locale, said, is_reviewed=is_reviewed)",
        ("tests/test_publishing.py", "tests/test_leaks.py"),
    ),
    Fault(
        "a document is compiled from the newest draft",
        "kb/world.py",
        "self._wordings[pk] = wording.completed(kinds.get(self.pins[pk].kind), json.loads(body))",
        "newest = Revision.objects.filter(entry=pk).order_by('-number').first()\n"
        "                self._wordings[pk] = json.loads(newest.body)",
    ),
    Fault(
        "unchanged bytes get a new seq",
        "kb/publishing.py",
        'if columns["version"] != pin.version:',
        "if made or pin:",
    ),
    Fault(
        "the head does not move",
        "kb/publishing.py",
        "        feed.head += 1\n        document.seq = feed.head",
        "        document.seq = feed.head + 1",
    ),
    Fault(
        "a facet names a draft",
        "kb/compiler.py",
        "facets=frozenset(_facets(kind, document)),",
        'facets=frozenset([*_facets(kind, document), *(("symptom", row["symptom"], row["symptom"])'
        ' for row in inputs.wording.get("symptoms", []))]),',
    ),
    Fault(
        "a slug is given to another entry",
        "kb/checks.py",
        "if (owner and owner != item.entry_id) or",
        "if",
    ),
    Fault("an unapproved wording may go live", "kb/checks.py", "if not may_be_unapproved:", "if False:"),
    Fault(
        "an approval counts for another wording",
        "kb/checks.py",
        "elif approval.revision_id != revision.pk or approval.sha256 != revision.sha256:",
        "elif False:",
    ),
    Fault(
        "a release overwrites what went live meanwhile",
        "kb/checks.py",
        "if item.prepared_against_id != live_revision_id:",
        "if False:",
    ),
    Fault(
        "only the first problem is reported",
        "kb/checks.py",
        "return [*_release_problems(release, feed, items), *_item_problems(release, items, before)]",
        "return [*_release_problems(release, feed, items), *_item_problems(release, items, before)][:1]",
    ),
    Fault(
        "a harmful withdrawal is let through",
        "kb/planning.py",
        "        if made.version != after.pins[pk].version\n",
        "        if False\n",
    ),
    Fault(
        "a merge hides a warning behind a recommendation",
        "conditions/published.py",
        'if target and roles.setdefault(target, row["role"]) != row["role"]:',
        "if False:",
    ),
    Fault(
        "two contact routes are live for one region",
        "kb/planning.py",
        "return problems + _repeated(after, compiled)",
        "return problems",
    ),
    Fault(
        "a release is published twice", "kb/publishing.py", "if release.state == ReleaseState.PUBLISHED:", "if False:"
    ),
    Fault(
        "half a release stays when the rest breaks off",
        "kb/publishing.py",
        "@transaction.atomic\ndef publish(",
        "def publish(",
    ),
    Fault(
        "global red flags are left out",
        "kb/vocabulary/clinical.py",
        "return _once([*own, *everywhere])",
        "return _once(own)",
    ),
    Fault(
        "a reviewed document hides an unreviewed red flag",
        "kb/vocabulary/clinical.py",
        'all_reviewed = all(text["is_reviewed"] for text in safety_texts)',
        "all_reviewed = True",
    ),
    Fault("merged links are shown twice", "kb/documents.py", "if target and target not in seen:", "if target:"),
    Fault(
        "an old tombstone leads to a tombstone",
        "kb/planning.py",
        "if survivor != current.replaced_by_id:",
        "if False:",
    ),
    Fault(
        "links of a withdrawn entry stay",
        "kb/publishing.py",
        "for some in batches([*touched, *gone]):",
        "for some in batches([*touched]):",
    ),
    Fault(
        "a recompiled document claims a new change",
        "kb/planning.py",
        "changed_by_id=old.changed_by_id if old and says_the_same else changed_by_id,",
        "changed_by_id=changed_by_id,",
    ),
    Fault(
        "somebody approves what they wrote",
        "kb/review.py",
        "if by.pk in writers(revision):",
        "if False:",
    ),
    Fault(
        "the database lets a writer approve",
        "kb/migrations/0002_guards.py",
        "written.saved_by_id = NEW.approved_by_id",
        "written.saved_by_id = -1",
    ),
    Fault(
        "a filter ignores roles",
        "conditions/published.py",
        'values=ids_of("treatments", "treatment", role=roles),',
        'values=ids_of("treatments", "treatment"),',
        ("tests/test_api_filters.py",),
    ),
    Fault(
        "a withdrawn entry stays in lists",
        "kb/api/queries.py",
        'kind=kind.kind, locale=query.locale, gone_reason="")',
        "kind=kind.kind, locale=query.locale)",
        ("tests/test_api_lists.py", "tests/test_leaks.py"),
    ),
    Fault(
        "a page repeats the last item of the one before",
        "kb/api/queries.py",
        "__gt",
        "__gte",
        ("tests/test_api_lists.py",),
    ),
    Fault(
        "an unknown parameter is ignored",
        "kb/api/parameters.py",
        "            raise _unknown(name, known)",
        "            continue",
        ("tests/test_api_lists.py",),
    ),
    Fault(
        "a list's ETag forgets the head",
        "kb/api/views.py",
        'f"{feed.feed_id} {feed.mark} {feed.compiler_version} {API_VERSION}"',
        'f"{feed.feed_id} {feed.compiler_version} {API_VERSION}"',
        ("tests/test_api_lists.py",),
    ),
    Fault(
        "a redirect loses the query",
        "kb/api/views.py",
        '(f"?{query}" if query else "")',
        '""',
        ("tests/test_api_documents.py",),
    ),
    Fault(
        "the reader's connection is not locked",
        "kb/reader.py",
        "    return sqlite3.SQLITE_DENY",
        "    return sqlite3.SQLITE_OK",
        ("tests/test_reader.py",),
    ),
    Fault(
        "a bad pack is loaded by half",
        "kb/pack.py",
        "    if errors:\n        raise BadPack(sorted(set(errors)))\n",
        "",
        ("tests/test_pack.py",),
    ),
    Fault(
        "a therapist may approve",
        "kb/workflow.py",
        "return not move.permission or bool(person.is_active and person.has_perm(move.permission))",
        "return bool(person.is_active)",
        ("tests/test_review.py", "tests/test_desk_review.py"),
    ),
    Fault(
        "an approval survives an edit",
        "kb/desk.py",
        'approvals = Approval.objects.filter(revision=OuterRef("newest_revision_id"))',
        'approvals = Approval.objects.filter(revision__entry=OuterRef("pk"))',
        ("tests/test_workflow.py",),
    ),
    Fault(
        "a failed release is tried again by itself",
        "kb/due.py",
        "    return move(release, ReleaseState.FAILED, StepVerb.FAILED, by=None, at=at, note=release.problems)",
        "    return release",
        ("tests/test_publish_due.py",),
    ),
    Fault(
        "who lost the right still publishes at the set time",
        "kb/due.py",
        "if scheduled is None or scheduled.by is None or not workflow.may(scheduled.by, workflow.PUBLISH):",
        "if scheduled is None or scheduled.by is None:",
        ("tests/test_publish_due.py",),
    ),
    Fault(
        "an older wording is sent for review",
        "kb/review.py",
        "if newest is None or newest.pk != revision.pk:",
        "if newest is None:",
        ("tests/test_workflow.py",),
    ),
    Fault(
        "a step can be changed",
        "kb/migrations/0003_desk.py",
        "BEFORE UPDATE ON kb_step\n    BEGIN",
        "BEFORE UPDATE ON kb_step WHEN 0\n    BEGIN",
        ("tests/test_workflow.py",),
    ),
]


def main(words: list[str]) -> int:
    faults = [fault for fault in FAULTS if all(word in fault.name for word in words)]
    every_test = tuple(sorted({test for fault in faults for test in fault.tests}))
    control = Fault("(control: no fault)", "kb/publishing.py", "", "", every_test)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        outcomes = list(pool.map(_try, [control, *faults]))
    return _report([control, *faults], outcomes)


def _try(fault: Fault) -> str:
    """What pytest said: the name of the first test that failed, “passed”, or why it could not run."""
    with tempfile.TemporaryDirectory(prefix="stride-kb-mutant-") as folder:
        _copy(Path(folder))
        path = Path(folder) / fault.file
        text = path.read_text()
        if fault.right not in text:
            return "the code has changed: mend this fault"
        path.write_text(text.replace(fault.right, fault.wrong))
        command = [sys.executable, "-m", "pytest", "-q", "-x", "--no-header", "-p", "no:cacheprovider", *fault.tests]
        run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        if run.returncode == 0:
            return "passed"
        failed = [line for line in run.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
        return failed[0].split(" - ")[0].split("::")[-1] if run.returncode == 1 and failed else "could not run"


def _copy(folder: Path) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in listed.stdout.splitlines():
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)


def _report(faults: list[Fault], outcomes: list[str]) -> int:
    table = Table("planted fault", "found by", title="Seeded faults")
    bad = 0
    for fault, outcome in zip(faults, outcomes, strict=True):
        is_control = fault.right == ""
        is_right = outcome == "passed" if is_control else outcome.startswith("test_")
        bad += not is_right
        table.add_row(fault.name, outcome if is_right else f"[bold red]{outcome}[/]")
    Console(width=140).print(table)
    print(f"{len(faults) - 1} faults planted, {bad} not as they should be")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
