"""The desk: a therapist writes, an editor publishes, and neither loses what they typed."""

import datetime
import re
import uuid
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.http import HttpRequest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from conditions.models import Condition
from kb import editing, kinds, loading
from kb.admin.base import EntryAdmin
from kb.editing import said
from kb.models.editing import Approval, Release, Revision
from kb.models.published import Document
from tests import factories, story
from tests.desk import Form, add_row, at_desk, errors, list_url, newest, opened, publishing, url, wording
from tests.factories import ENTRY_FACTORIES, ConditionFactory, PersonFactory

HIP_PAIN = Path(settings.BASE_DIR) / "content" / "hip-pain"
KIND_NAMES = sorted(ENTRY_FACTORIES)


# Every kind


@pytest.mark.parametrize("kind", KIND_NAMES)
def test_every_page_of_every_kind_opens_for_a_therapist(kind, writing):
    entry = ENTRY_FACTORIES[kind]()
    story.save(entry)
    for page in (list_url(kind), list_url(kind, "add"), url(entry), url(entry, "history")):
        assert writing.get(page).status_code == 200, page
    searched = writing.get(list_url(kind), {"q": entry.name, "status": "draft"})
    assert entry.name in searched.content.decode()


def test_the_short_way_to_open_a_form_finds_all_that_a_browser_would_send(writing):
    """Of each kind the longest page of the starter pack: every sort of field and list is filled in there."""
    loading.load_starter(HIP_PAIN, at=story.NOW)
    for kind in KIND_NAMES:
        longest = max(editing.newest_revisions().filter(entry__kind=kind), key=lambda revision: len(revision.body))
        for page in (list_url(kind, "add"), url(longest.entry)):
            shown, short = Form(writing.get(page).content.decode()).sent, opened(writing, page)
            assert {name: shown[name] for name in short} == short, page
            assert shown.keys() - short.keys() <= {"csrfmiddlewaretoken", "kept_text", "q"}, page


@pytest.mark.parametrize("kind", KIND_NAMES)
def test_saving_any_kind_unchanged_makes_no_revision(kind, writing):
    entry = ENTRY_FACTORIES[kind]()
    story.save(entry)
    response = writing.post(url(entry), opened(writing, url(entry)) | {"_continue": ["Save"]}, follow=True)
    assert "Nothing has changed" in response.content.decode()
    assert Revision.objects.filter(entry=entry).count() == 1


def test_every_link_field_is_looked_up_by_typing(writing):
    for model, model_admin in admin.site._registry.items():
        if not isinstance(model_admin, EntryAdmin):
            continue
        for owner in (model_admin, *(inline(model, admin.site) for inline in model_admin.inlines)):
            for name in owner.get_autocomplete_fields(HttpRequest()):
                query = {"app_label": owner.opts.app_label, "model_name": owner.opts.model_name, "field_name": name}
                assert writing.get(reverse("admin:autocomplete"), query | {"term": "hip"}).status_code == 200, query


def test_every_link_between_entries_has_a_field(writing):
    """A kind that gets a new list must get an inline: else saving would keep it, but nobody could see it."""
    for kind in kinds.all_kinds():
        shown = {inline.model for inline in admin.site._registry[kind.model].inlines}
        assert shown == {kind.row_model(name) for name in kind.rows}, kind.name


def test_the_first_page_lists_what_people_work_on_in_their_order(writing):
    html = writing.get("/admin/").content.decode()
    names = re.findall(r'<h3 id="kind-\w+"><a href="[^"]+">([^<]+)</a>', html)
    assert names[:7] == [
        "Conditions",
        "Symptoms",
        "Treatments and home remedies",
        "Exercises",
        "Prevention strategies",
        "Guides",
        "Questions",
    ]
    assert "Entries" not in names
    assert "Users" not in names


def test_no_page_holds_a_script_or_style_that_the_policy_would_block(reviewing, draft):
    pages = ["/admin/", list_url("condition"), list_url("condition", "add"), url(draft), url(draft, "approve")]
    for page in [*pages, url(draft, "history"), reverse("admin:kb_release_changelist")]:
        response = reviewing.get(page)
        html = response.content.decode()
        assert "script-src 'self'" in response.headers["Content-Security-Policy"]
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=\"", html), page
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=", Client().get("/admin/login/").content.decode())


def test_somebody_without_an_account_is_sent_to_sign_in(draft, reader):
    for page in (list_url("condition"), url(draft), url(draft, "approve")):
        response = reader.get(page)
        assert response.status_code == 302
        assert response.headers["Location"].startswith("/admin/login/")


# Saving


def test_saving_with_links_makes_one_revision_that_names_them(writing, therapist, house):
    flag, ice = factories.RedFlagFactory(), factories.TreatmentFactory(name="Ice")
    sent = opened(writing, list_url("condition", "add"))
    sent |= {"name": ["Sore hip"], "slug": ["sore-hip"], "summary": ["It hurts."], "urgency": ["self_care"]}
    sent |= {"basis": ["stated"], "body_regions": ["groin"], "tissue": ["joint"], "overview": ["One\r\ntwo"]}
    add_row(sent, "red_flags", red_flag=flag.pk)
    add_row(
        sent,
        "treatment_links",
        treatment=ice.pk,
        role="recommended",
        line="first",
        evidence_level="review",
        basis="stated",
    )
    add_row(sent, "causes", text="Second cause", basis="stated", place=2)
    add_row(sent, "causes", text="First cause", basis="stated", place=1)

    response = writing.post(list_url("condition", "add"), sent | {"_continue": ["Save"]}, follow=True)

    condition = Condition.objects.get(slug="sore-hip")
    revision = Revision.objects.get(entry=condition)
    written = said(revision)
    assert "saved as revision 1" in response.content.decode()
    assert (revision.saved_by, condition.kind) == (therapist, "condition")
    assert written["red_flags"] == [{"red_flag": str(flag.pk)}]
    assert [row["treatment"] for row in written["treatments"]] == [str(ice.pk)]
    assert [row["text"] for row in written["causes"]] == ["First cause", "Second cause"]
    assert written["overview"] == condition.overview == "One\ntwo"


def test_check_boxes_and_line_ends_that_come_back_otherwise_are_no_change(writing):
    condition = ConditionFactory(body_regions=["groin", "front_of_hip"], overview="One\n\ntwo", synonyms=["b", "a"])
    factories.CauseFactory(condition=condition, text="Too much\ntoo soon.")
    story.save(condition)
    writing.post(url(condition), opened(writing, url(condition)) | {"_continue": ["Save"]})
    assert newest(condition).number == 1


def test_soft_line_breaks_pasted_from_slides_become_plain_ones(writing, draft):
    sent = opened(writing, url(draft))
    sent["overview"] = ["Pasted\x0bfrom slides"]
    assert writing.post(url(draft), sent).status_code == 302
    assert wording(draft)["overview"] == "Pasted\nfrom slides"


@pytest.mark.parametrize("field", ["synonyms", "overview"])
def test_an_invisible_character_is_refused_and_what_was_typed_is_kept(writing, draft, field):
    sent = opened(writing, url(draft))
    sent[field] = ["What I\x00 typed"]
    answer = writing.post(url(draft), sent)
    assert answer.status_code == 200
    assert "character" in errors(answer).lower()
    assert "typed" in answer.content.decode()


def test_a_review_date_that_nobody_will_live_to_see_is_refused(reviewing, draft):
    answer = publishing(reviewing, draft, next_review_on=["9999-12-31"])
    assert "within the next ten years" in answer.content.decode()


def test_a_row_moves_to_the_place_that_was_typed(writing):
    condition = ConditionFactory()
    for text in ("A", "B", "C"):
        factories.CauseFactory(condition=condition, text=text)
    sent = opened(writing, url(condition)) | {"causes-2-place": ["1"]}
    writing.post(url(condition), sent)
    assert [row["text"] for row in wording(condition)["causes"]] == ["C", "A", "B"]


def test_a_removed_row_leaves_the_wording(writing):
    condition = ConditionFactory()
    factories.CauseFactory(condition=condition, text="A")
    writing.post(url(condition), opened(writing, url(condition)) | {"causes-0-DELETE": ["on"]})
    assert wording(condition)["causes"] == []


def test_what_the_database_would_refuse_is_said_at_its_field(writing):
    ConditionFactory(slug="taken")
    condition = ConditionFactory()
    ice = factories.TreatmentFactory()
    sent = opened(writing, url(condition)) | {"slug": ["taken"], "overview": ["What I typed"]}
    add_row(
        sent, "treatment_links", treatment=ice.pk, role="avoid", line="first", evidence_level="review", basis="stated"
    )
    add_row(sent, "complications", text="It may get worse.", basis="stated", leads_to=condition.pk)
    add_row(sent, "related", target=condition.pk)
    html = errors(writing.post(url(condition), sent))
    assert "Another page of this kind has this short name." in html
    assert "say why in the note" in html
    assert "A condition cannot lead to itself." in html
    assert "This is the page that you are on." in html
    assert "Constraint" not in html
    assert "What I typed" in html
    assert not Revision.objects.filter(entry=condition).exists()


def test_the_same_link_twice_is_refused_in_plain_words(writing):
    condition = ConditionFactory()
    ice = factories.TreatmentFactory()
    sent = opened(writing, url(condition))
    for _ in range(2):
        add_row(
            sent,
            "treatment_links",
            treatment=ice.pk,
            role="option",
            line="first",
            evidence_level="review",
            basis="stated",
        )
    assert "The same link stands in this list twice." in errors(writing.post(url(condition), sent))
    flag = condition.red_flags.get().red_flag
    sent = opened(writing, url(condition))
    add_row(sent, "red_flags", red_flag=flag.pk)
    assert "twice" in errors(writing.post(url(condition), sent))


def test_a_link_removed_and_added_again_in_one_save_is_no_error(writing):
    condition = ConditionFactory()
    flag = condition.red_flags.get().red_flag
    sent = opened(writing, url(condition)) | {"red_flags-0-DELETE": ["on"]}
    add_row(sent, "red_flags", red_flag=flag.pk)
    assert writing.post(url(condition), sent).status_code == 302
    assert condition.red_flags.get().red_flag == flag


def test_a_short_name_that_was_live_elsewhere_cannot_be_taken(writing, house):
    story.go_live(story.edit(house["disclaimer"], slug="another"))
    other = factories.DisclaimerFactory()
    html = errors(writing.post(url(other), opened(writing, url(other)) | {"slug": ["not-a-diagnosis"]}))
    assert "Another page was live under this short name" in html


def test_nobody_deletes(reviewing, draft):
    root = at_desk(User.objects.create_superuser("root", password="a"))
    for desk in (reviewing, root):
        assert desk.get(url(draft, "delete")).status_code == 403
        assert desk.post(url(draft, "delete"), {"post": "yes"}).status_code == 403
        html = desk.get(list_url("condition")).content.decode()
        assert "delete_selected" not in html
    assert root.post(reverse("admin:auth_user_delete", args=[1]), {"post": "yes"}).status_code == 403
    assert Condition.objects.filter(pk=draft.pk).exists()


# Publishing


def test_a_therapist_cannot_publish_withdraw_or_merge(writing, draft, editor):
    html = writing.get(url(draft)).content.decode()
    assert "A clinical editor who did not write it can approve it: editor." in html
    assert "/approve/" not in html
    for act in ("approve", "send_back", "publish", "withdraw", "merge"):
        assert writing.get(url(draft, act)).status_code == 403
        sent = {"revision": newest(draft).pk, "role": "physician", "severity": "content", "reason": "safety"}
        sent |= {"publish": "now", "note": "Mine", "approval": 0, "live": 0}
        assert writing.post(url(draft, act), sent | {"next_review_on": "2030-01-01"}).status_code == 403
    assert not story.is_live(draft)


def test_a_forged_request_without_its_token_is_refused(editor, draft):
    desk = Client(SERVER_NAME="localhost", enforce_csrf_checks=True)
    desk.force_login(editor)
    assert desk.post(url(draft, "approve"), {"severity": "content"}).status_code == 403


def test_an_editor_publishes_what_the_therapist_wrote_and_the_api_answers(reviewing, draft, editor, reader):
    assert "Approve…" in reviewing.get(url(draft)).content.decode()
    in_a_year = str(timezone.now().date() + datetime.timedelta(days=365))
    response = publishing(reviewing, draft, role=["physician"], next_review_on=[in_a_year], summary=["New."])
    assert response.status_code == 302
    approval = Approval.objects.get(revision=newest(draft))
    assert (approval.approved_by, approval.role, str(approval.next_review_on)) == (editor, "physician", in_a_year)
    assert Release.objects.latest("pk").summary == "New."
    assert story.get(reader, "/conditions/sore-hip").json_body["review"]["status"] == "reviewed"
    html = reviewing.get(url(draft)).content.decode()
    assert "/api/v1/conditions/sore-hip" in html
    assert "Renew the review…" in html


def test_an_editor_who_wrote_it_is_told_so_at_once_and_refused(reviewing, draft, editor):
    sent = opened(reviewing, url(draft, "approve"))
    story.save(story.edit(draft, overview="The editor's words"), by=editor)
    reason = "You wrote part of this yourself, so somebody else must approve it."
    assert reason in reviewing.get(url(draft, "approve")).content.decode()
    sent |= {"revision": [str(newest(draft).pk)], "summary": ["Typed by hand"], "publish": ["now"]}
    html = errors(reviewing.post(url(draft, "approve"), sent))
    assert reason in html
    assert "Typed by hand" in html
    assert not story.is_live(draft)
    assert not Approval.objects.filter(revision=newest(draft)).exists()


def test_looking_at_the_page_to_approve_changes_nothing(reviewing, draft):
    before = [model.objects.count() for model in (Release, Approval, Document)], story.head()
    assert reviewing.get(url(draft, "approve")).status_code == 200
    assert ([model.objects.count() for model in (Release, Approval, Document)], story.head()) == before


def test_a_wording_saved_after_the_page_was_opened_does_not_go_live_unread(reviewing, draft, therapist):
    sent = opened(reviewing, url(draft, "approve")) | {"publish": ["now"]}
    story.save(story.edit(draft, overview="Newer words"), by=therapist)
    assert "saved a newer wording" in errors(reviewing.post(url(draft, "approve"), sent))
    assert not story.is_live(draft)


def test_what_stands_in_the_way_is_listed_before_anybody_fills_the_page_in(reviewing, house, therapist):
    bare = ConditionFactory(red_flags=[], basis="general")
    story.save(bare, by=therapist)
    html = reviewing.get(url(bare, "approve")).content.decode()
    assert "It names no red flag." in html
    assert "It names no source." in html
    assert "Approve and publish" not in html


def test_a_safety_change_needs_a_line_for_readers(reviewing, draft):
    html = errors(publishing(reviewing, draft, severity=["safety"]))
    assert "Say in one line what was unsafe" in html


def test_withdrawing_asks_for_a_reason_and_readers_are_told(reviewing, draft, reader):
    publishing(reviewing, draft)
    sent = opened(reviewing, url(draft, "withdraw"))
    assert "This field is required." in errors(reviewing.post(url(draft, "withdraw"), sent))
    assert story.is_live(draft)
    assert reviewing.post(url(draft, "withdraw"), sent | {"reason": ["outdated"]}).status_code == 302
    gone = story.get(reader, "/conditions/sore-hip")
    assert gone.status_code == 410
    assert "Withdrawn" in reviewing.get(list_url("condition")).content.decode()


def test_merging_sends_readers_to_the_other_page(reviewing, draft, reader, therapist):
    publishing(reviewing, draft)
    other = ConditionFactory(slug="other-hip", red_flags=[draft.red_flags.get().red_flag])
    story.go_live(other)
    sent = opened(reviewing, f"{url(draft, 'merge')}?into={other.pk}")
    assert reviewing.post(url(draft, "merge"), sent).status_code == 302
    assert story.get(reader, "/conditions/sore-hip").status_code == 410
    assert Document.objects.get(entry=draft).replaced_by_id == other.pk


def test_saving_over_a_live_page_says_that_readers_still_see_the_old_one(reviewing, writing, draft, reader):
    publishing(reviewing, draft)
    before = story.get(reader, "/conditions/sore-hip").content
    sent = opened(writing, url(draft)) | {"overview": ["Newer words"], "_continue": ["Save"]}
    html = writing.post(url(draft), sent, follow=True).content.decode()
    assert "Readers still see the older text" in html
    assert "Live with changes" in html
    assert "It changes: overview." in html
    assert story.get(reader, "/conditions/sore-hip").content == before


# Reading


def test_the_history_tells_who_saved_which_revision_and_which_is_live(reviewing, draft):
    publishing(reviewing, draft)
    html = reviewing.get(url(draft, "history")).content.decode()
    assert "therapist" in html
    assert "badge-live" in html
    assert not LogEntry.objects.filter(action_flag=3).exists()


def test_releases_can_be_read_and_not_changed(writing, reviewing, draft):
    publishing(reviewing, draft)
    release = Release.objects.latest("pk")
    page = reverse("admin:kb_release_change", args=[release.pk])
    assert "Sore hip" in writing.get(page).content.decode()
    assert reviewing.post(page, {"title": "Another"}).status_code == 403
    assert writing.get(reverse("admin:kb_release_add")).status_code == 403


def test_an_entry_of_unknown_kind_leads_to_its_own_page(writing, draft):
    assert writing.get(reverse("admin:kb_entry_change", args=[draft.pk])).headers["Location"] == url(draft)


def test_a_see_also_link_is_looked_up_among_all_kinds_by_name(writing, draft):
    query = {"app_label": "kb", "model_name": "relatedlink", "field_name": "target", "term": "sore"}
    found = writing.get(reverse("admin:autocomplete"), query).json()["results"]
    assert found == [{"id": str(draft.pk), "text": "Sore hip (condition)"}]


@pytest.mark.parametrize("rows", [3, 2000])
def test_a_list_costs_the_same_few_queries_however_long_it_is(writing, django_assert_max_num_queries, rows):
    # session, user, two of permissions, count twice, the page itself, its filters
    one = said(story.save(factories.SourceFactory()))
    many = {uuid.uuid4(): one | {"slug": f"source-of-{n}", "name": f"Source {n}"} for n in range(rows)}
    editing.write("source", many, by=None, at=story.NOW)
    with django_assert_max_num_queries(12):
        assert writing.get(list_url("source"), {"q": "source"}).status_code == 200


def test_only_superusers_see_accounts(reviewing, editor):
    assert reviewing.get(reverse("admin:auth_user_changelist")).status_code == 403
    root = at_desk(User.objects.create_superuser("root", password="a"))
    assert root.get(reverse("admin:auth_user_changelist")).status_code == 200


def test_people_who_may_only_look_see_no_way_to_save(draft):
    looking = PersonFactory(username="looking")
    looking.user_permissions.add(*Permission.objects.filter(codename__startswith="view_"))
    html = at_desk(looking).get(url(draft)).content.decode()
    assert 'name="_continue"' not in html
    assert "-DELETE" not in html
    assert "Sore hip" in html


def test_every_page_wears_our_own_style(writing):
    """Django's own templates would win if its admin stood above `kb` in INSTALLED_APPS."""
    for response in (Client().get("/admin/login/"), writing.get("/admin/"), writing.get("/admin/password_change/")):
        assert "kb/admin.css" in response.content.decode()
