"""What became of a page: its time line, comparing, restoring, copying; and two people who change one page at once."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from conditions.models import Condition
from kb import editing, review
from kb.editing import NotWritten, said
from kb.enums import StepVerb
from kb.models.editing import Revision, Step
from kb.models.entry import Entry
from kb.vocabulary.models import Source
from tests import factories, story
from tests.desk import Desk, Form, Sent, add_row, at_desk, errors, newest, opened, url, wording
from tests.factories import ConditionFactory, PersonFactory


def page(entry: Entry, name: str, *args: Any) -> str:
    return reverse(f"admin:conditions_condition_{name}", args=[entry.pk, *args])


def compared(desk: Desk, entry: Entry, old: object, new: object) -> Any:
    return desk.get(page(entry, "compare"), {"old": old, "new": new})


def restoring(desk: Desk, entry: Entry, number: int, **changes: list[str]) -> Any:
    """Opens the revision, presses “Restore as a draft”."""
    address = page(entry, "revision", number)
    return desk.post(address, opened(desk, address) | changes)


@pytest.fixture
def treated(draft: Condition, therapist: Any) -> Condition:
    """The draft with two treatments, a cause and a source: revision 2."""
    study = factories.SourceFactory(name="A study")
    for name, role, note in (("Ice", "recommended", "Wrap it."), ("Heat", "avoid", "It burns.")):
        treatment = factories.TreatmentFactory(name=name)
        link = factories.ConditionTreatmentFactory(condition=draft, treatment=treatment, role=role, note=note)
        link.sources.add(study)
    factories.CauseFactory(condition=draft, text="Too much, too soon.")
    draft.sources.add(study)
    story.save(draft, by=therapist)
    return draft


@pytest.fixture
def looking(db: None) -> Desk:
    """Somebody who may look at everything and change nothing."""
    person = PersonFactory(username="looking")
    person.user_permissions.add(*Permission.objects.filter(codename__startswith="view_"))
    return at_desk(person)


@pytest.fixture
def outside(db: None) -> Desk:
    """Somebody with an account and no rights."""
    return at_desk(PersonFactory(username="outside"))


# Restoring, as a verb


def test_a_restored_wording_has_its_links_with_all_they_said(treated, editor):
    before = wording(treated)
    treated.treatment_links.all().delete()
    treated.sources.clear()
    story.save(story.edit(treated, overview="Emptied"), by=editor)

    made = editing.restore(Revision.objects.get(entry=treated, number=2), by=editor, at=story.NOW)

    assert (made.number, made.note, made.saved_by) == (4, "Restored from revision 2", editor)
    assert said(made) == before
    links = list(treated.treatment_links.order_by("position").values_list("treatment__name", "role", "note"))
    assert links == [("Ice", "recommended", "Wrap it."), ("Heat", "avoid", "It burns.")]
    assert [source.name for source in treated.treatment_links.first().sources.all()] == ["A study"]
    assert [source.name for source in treated.sources.all()] == ["A study"]


def test_restoring_touches_nothing_that_readers_have(draft, editor, reader):
    story.go_live(draft)
    before = story.get(reader, "/conditions/sore-hip").content
    story.save(story.edit(draft, overview="Newer"), by=editor)
    editing.restore(Revision.objects.get(entry=draft, number=1), by=editor, at=story.NOW)
    assert story.get(reader, "/conditions/sore-hip").content == before


def test_restoring_what_the_page_says_already_makes_no_revision(draft, editor):
    assert editing.restore(newest(draft), by=editor, at=story.NOW) == newest(draft)
    assert Revision.objects.filter(entry=draft).count() == 1


def test_a_short_name_that_somebody_else_has_now_is_not_taken_back(draft, editor):
    story.save(story.edit(draft, slug="renamed-hip"), by=editor)
    ConditionFactory(slug="sore-hip")
    with pytest.raises(NotWritten, match="“sore-hip” belongs to another page now"):
        editing.restore(Revision.objects.get(entry=draft, number=1), by=editor, at=story.NOW)
    assert wording(draft)["slug"] == "renamed-hip"


def test_a_short_name_that_another_page_was_live_under_is_not_taken_back(draft, editor, house):
    story.save(story.edit(draft, slug="renamed-hip"), by=editor)
    other = ConditionFactory(slug="sore-hip", red_flags=[draft.red_flags.get().red_flag])
    story.go_live(other)
    story.edit(other, slug="moved-on")
    with pytest.raises(NotWritten, match="belongs to another page now"):
        editing.restore(Revision.objects.get(entry=draft, number=1), by=editor, at=story.NOW)


def test_a_doi_that_another_source_has_now_is_not_taken_back(therapist, editor):
    source = factories.SourceFactory(doi="10.1000/one")
    first = story.save(source)
    story.save(story.edit(source, doi=""), by=editor)
    factories.SourceFactory(doi="10.1000/one", slug="the-other")
    with pytest.raises(NotWritten, match=r"“10.1000/one” belongs to “the-other” already"):
        editing.restore(first, by=editor, at=story.NOW)
    assert Source.objects.get(pk=source.pk).doi == ""


def test_a_link_to_a_page_that_is_gone_is_not_restored(treated, editor):
    treated.treatment_links.all().delete()
    story.save(treated, by=editor)
    Entry.objects.filter(name="Ice").delete()
    with pytest.raises(NotWritten, match="links to a page that does not exist"):
        editing.restore(Revision.objects.get(entry=treated, number=2), by=editor, at=story.NOW)


# Copies, as a verb


def test_a_copy_says_the_same_under_its_own_name(treated, therapist):
    copy = editing.duplicate(treated, by=therapist, at=story.NOW)
    again = editing.duplicate(treated, by=therapist, at=story.NOW)
    assert (copy.name, copy.slug, again.slug) == ("Copy of Sore hip", "sore-hip-copy", "sore-hip-copy-2")
    own = {"name", "slug"}
    assert {k: v for k, v in wording(copy).items() if k not in own} == {
        k: v for k, v in wording(treated).items() if k not in own
    }
    assert newest(copy).note == "Copied from “Sore hip”"
    history = list(copy.revisions.order_by("number"))[:-1]
    assert [one.sha256 for one in history] == [one.sha256 for one in treated.revisions.order_by("number")]


def test_a_copy_has_a_name_and_short_name_that_fit(therapist):
    long = ConditionFactory(slug="a" * 80, name="n" * 300)
    copy = editing.duplicate(long, by=therapist, at=story.NOW)
    assert len(copy.name) == 300
    assert copy.slug.endswith("a-copy")
    copy.full_clean()


def test_a_copy_does_not_take_a_short_name_that_was_live_once(draft, therapist):
    other = ConditionFactory(slug="sore-hip-copy", red_flags=[draft.red_flags.get().red_flag])
    story.go_live(other)
    story.edit(other, slug="something-else")
    assert editing.duplicate(draft, by=therapist, at=story.NOW).slug == "sore-hip-copy-2"


def test_a_copied_source_starts_without_what_names_one_paper(therapist):
    source = factories.SourceFactory(doi="10.1000/one", pmid="123", pmcid="PMC123", journal="A journal")
    copied = wording(editing.duplicate(source, by=therapist, at=story.NOW))
    assert (copied["doi"], copied["pmid"], copied["pmcid"], copied["journal"]) == ("", "", "", "A journal")


def test_a_contact_route_cannot_be_copied_because_a_region_has_one(therapist):
    route = factories.ContactRouteFactory(region="GB")
    with pytest.raises(NotWritten, match="Only one page can have the region “GB”"):
        editing.duplicate(route, by=therapist, at=story.NOW)
    assert Entry.objects.filter(kind="contact_route").count() == 1


# The time line


def test_the_time_line_tells_who_did_what_and_what_changed(reviewing, treated, therapist, editor, house):
    story.save(story.edit(treated, overview="What it is, better said."), by=therapist)
    Step.objects.create(
        verb=StepVerb.SUBMITTED, revision=newest(treated), by=therapist, at=story.NOW, note="Please look at the dose."
    )
    story.go_live(treated)
    html = reviewing.get(page(treated, "history")).content.decode()
    assert "Changed: overview." in html
    assert "Changed: sources, causes, treatments." in html
    assert "The first wording that was kept." in html
    assert "approved revision 3 as clinical editor" in html
    assert "published revision 3" in html
    assert "sent for review: revision 3" in html
    assert "Please look at the dose." in html
    assert html.count("badge-live") == 1


def test_a_withdrawn_page_says_so_in_its_time_line(reviewing, draft):
    story.go_live(draft)
    story.withdraw(draft)
    assert "took this page from readers: withdrawn" in reviewing.get(page(draft, "history")).content.decode().lower()


def test_a_long_history_is_paged_and_costs_the_same(writing, draft, editor, django_assert_max_num_queries):
    for number in range(45):
        story.save(story.edit(draft, overview=f"Wording {number}"), by=editor)
    # session, user, two of permissions; the entry; count and page; newest, live; standing: three; the one before;
    # approvals, steps, releases
    with django_assert_max_num_queries(18):
        html = writing.get(page(draft, "history")).content.decode()
    assert "saved revision 46" in html
    assert "saved revision 27" in html
    assert "saved revision 26" not in html
    last = writing.get(page(draft, "history"), {"page": 3}).content.decode()
    assert "saved revision 1 " in " ".join(last.split())
    assert writing.get(page(draft, "history"), {"page": "none"}).status_code == 200


# Comparing


def test_two_wordings_are_compared_with_their_links(reviewing, treated, editor):
    link = treated.treatment_links.get(treatment__name="Ice")
    link.role = "option"
    link.save()
    treated.treatment_links.get(treatment__name="Heat").delete()
    story.save(story.edit(treated, overview="What it is, and why."), by=editor)
    html = " ".join(compared(reviewing, treated, 2, 3).content.decode().split())
    assert '<ins><span class="visually-hidden">added: </span>, and why<' in html
    assert "<bdi>Ice</bdi>" in html
    assert "<bdi>Recommended</bdi>" in html
    assert "<bdi>An option</bdi>" in html
    assert "Removed</span> <bdi>Heat</bdi>" in html


def test_the_same_twice_says_so(writing, draft):
    assert "They say the same, word for word." in compared(writing, draft, 1, 1).content.decode()


@pytest.mark.parametrize(
    ("old", "new"),
    [("1", "99"), ("x", "1"), ("", "1"), ("-1", "1"), ("1", "9" * 40), ("١", "1"), ("<b>", "1")],
)
def test_a_number_that_no_revision_has_gets_a_clear_answer(writing, draft, old, new):
    answer = compared(writing, draft, old, new)
    assert answer.status_code == 400
    assert "of its revisions" in answer.content.decode() or "Choose two revisions" in answer.content.decode()
    assert "<b>”" not in answer.content.decode()
    assert writing.get(page(draft, "compare")).status_code == 400


def test_markup_in_a_text_is_shown_and_not_run(writing, draft, editor):
    story.save(story.edit(draft, overview="<script>alert(1)</script> & more"), by=editor)
    for answer in (compared(writing, draft, 1, 2), writing.get(page(draft, "revision", 2))):
        html = answer.content.decode()
        assert "<script>alert" not in html
        assert "alert(1)&lt;/script&gt;" in html


def test_a_text_of_two_megabytes_can_be_read_and_compared(writing, draft, editor):
    story.save(story.edit(draft, overview="Many words. " * 170_000), by=editor)
    answer = compared(writing, draft, 1, 2)
    assert answer.status_code == 200
    assert len(answer.content) < 100_000
    assert "more characters" in answer.content.decode()
    assert writing.get(page(draft, "history")).status_code == 200


# One as it was, and back


def test_a_revision_is_shown_as_it_was(writing, treated, editor):
    story.save(story.edit(treated, overview="Newer 🦴 كسر"), by=editor)
    html = writing.get(page(treated, "revision", 2)).content.decode()
    for text in ("What it is.", "Too much, too soon.", "Ice", "Wrap it.", "A study"):
        assert text in html
    assert "Newer" not in html
    assert "What readers see does not change" in " ".join(html.split())
    assert "Newer 🦴 كسر" in writing.get(page(treated, "revision", 3)).content.decode()


def test_the_newest_revision_offers_nothing_to_restore(writing, draft):
    assert "Restore as a draft" not in writing.get(page(draft, "revision", 1)).content.decode()


def test_pressing_restore_makes_a_draft_and_pressing_twice_makes_one(writing, treated, therapist):
    story.save(story.edit(treated, overview="Newer"))
    sent = opened(writing, page(treated, "revision", 2)) | {"note": ["The older one was clearer."]}
    answer = writing.post(page(treated, "revision", 2), sent, follow=True)
    assert "says again what revision 2 said, as revision 4" in answer.content.decode()
    again = writing.post(page(treated, "revision", 2), sent, follow=True)
    assert "says the same as revision 2 already" in again.content.decode()
    assert Revision.objects.filter(entry=treated).count() == 4
    assert newest(treated).note == "Restored from revision 2: The older one was clearer."
    assert newest(treated).saved_by == therapist


def test_restoring_over_somebody_elses_save_is_refused_and_the_page_shown_again(writing, treated, editor):
    story.save(story.edit(treated, overview="Newer"), by=editor)
    sent = opened(writing, page(treated, "revision", 2)) | {"note": ["My reason"]}
    story.save(story.edit(treated, overview="Newest"), by=editor)
    html = errors(writing.post(page(treated, "revision", 2), sent))
    assert "Somebody saved revision 4 meanwhile" in html
    assert "My reason" in html
    assert wording(treated)["overview"] == "Newest"
    assert writing.post(page(treated, "revision", 2), Form(html).sent).status_code == 302


def test_what_cannot_be_restored_says_why(writing, draft, editor):
    story.save(story.edit(draft, slug="renamed-hip"), by=editor)
    ConditionFactory(slug="sore-hip")
    assert "belongs to another page now" in errors(restoring(writing, draft, 1))
    assert Revision.objects.filter(entry=draft).count() == 2


@pytest.mark.parametrize("seen", [[], ["x"], ["0"], ["9" * 30]])
def test_a_forged_restore_changes_nothing(writing, draft, editor, seen):
    story.save(story.edit(draft, overview="Newer"), by=editor)
    other = story.save(ConditionFactory())
    for forged in (seen, [str(other.pk)]):
        answer = writing.post(page(draft, "revision", 1), {"seen": forged})
        assert "was not restored" in errors(answer)
    assert Revision.objects.filter(entry=draft).count() == 2


def test_a_revision_of_another_page_is_not_found_here(writing, draft, editor):
    other = ConditionFactory()
    for number in range(3):
        story.save(story.edit(other, overview=f"Other {number}"), by=editor)
    answer = writing.get(page(draft, "revision", 3), follow=True)
    assert "has no revision 3" in answer.content.decode()
    assert answer.redirect_chain[0][0] == page(draft, "history")
    assert compared(writing, draft, 1, 3).status_code == 400


# Copies


def test_duplicate_leads_to_the_form_of_the_copy(writing, treated):
    assert "Duplicate" in writing.get(url(treated)).content.decode()
    answer = writing.post(page(treated, "duplicate"), follow=True)
    copy = Condition.objects.get(slug="sore-hip-copy")
    assert answer.redirect_chain[-1][0] == url(copy)
    assert "This is a copy of “Sore hip”" in answer.content.decode()


def test_what_cannot_be_copied_says_why(writing, house):
    route = house["route"]
    answer = writing.post(reverse("admin:kb_contactroute_duplicate", args=[route.pk]), follow=True)
    assert "Only one page can have the region" in answer.content.decode()


def test_a_copy_is_made_by_a_press_and_not_by_a_look(writing, draft):
    assert writing.get(page(draft, "duplicate")).status_code == 405
    assert Condition.objects.count() == 1


# Who may


def test_everybody_meets_their_own_limits(writing, reviewing, looking, outside, reader, draft, editor):
    story.save(story.edit(draft, overview="Newer"), by=editor)
    seen = {"seen": newest(draft).pk}
    reading = [page(draft, "history"), page(draft, "compare") + "?old=1&new=2", page(draft, "revision", 1)]
    for address in reading:
        assert [desk.get(address).status_code for desk in (writing, reviewing, looking)] == [200] * 3, address
        assert outside.get(address).status_code == 403
        assert reader.get(address).headers["Location"].startswith("/admin/login/")
    assert "Restore as a draft" not in looking.get(page(draft, "revision", 1)).content.decode()
    assert "Duplicate" not in looking.get(url(draft)).content.decode()
    for address in (page(draft, "revision", 1), page(draft, "duplicate")):
        assert [desk.post(address, seen).status_code for desk in (looking, outside)] == [403] * 2
        assert reader.post(address, seen).headers["Location"].startswith("/admin/login/")
    assert Revision.objects.count() == Revision.objects.exclude(entry=draft).count() + 2
    for address in (page(draft, "revision", 1), page(draft, "duplicate")):
        assert reviewing.post(address, seen).status_code == 302


def test_a_press_without_its_token_is_refused(therapist, draft):
    desk = Client(SERVER_NAME="localhost", enforce_csrf_checks=True)
    desk.force_login(therapist)
    for address in (page(draft, "revision", 1), page(draft, "duplicate")):
        assert desk.post(address, {"seen": newest(draft).pk}).status_code == 403


@pytest.mark.parametrize("name", ["history", "compare", "revision", "duplicate"])
def test_a_page_that_does_not_exist_leads_away(writing, draft, name):
    address = page(draft, name, *([1] if name == "revision" else [])).replace(str(draft.pk), "no-such-page")
    answer = writing.post(address) if name == "duplicate" else writing.get(address)
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/admin/"


# Two people at once


def conflicting(writing: Desk, draft: Entry, mine: dict[str, list[str]], **theirs: str) -> tuple[Sent, str]:
    """The therapist types while the editor saves. What the refused page would send, and its text."""
    sent = opened(writing, url(draft)) | mine
    story.save(story.edit(draft, **theirs), by=story.person("editor"))
    html = errors(writing.post(url(draft), sent))
    return Form(html).sent, html


def test_the_second_to_save_is_told_who_was_first_and_loses_nothing(writing, draft, editor):
    sent = opened(writing, url(draft)) | {"overview": ["What the therapist typed"]}
    add_row(sent, "causes", text="A cause that I typed", basis="stated")
    story.save(story.edit(draft, summary="What the editor wrote"), by=editor)

    html = errors(writing.post(url(draft), sent))

    assert "editor saved this page while you were writing" in html
    assert "1 March 2026" in html
    assert "What the editor wrote" in html
    assert "What the therapist typed" in html
    assert "A cause that I typed" in html
    assert wording(draft)["summary"] == "What the editor wrote"
    assert newest(draft).number == 2


def test_one_press_keeps_what_each_of_them_changed_alone(writing, draft, therapist):
    resent, html = conflicting(writing, draft, {"overview": ["Mine"]}, summary="Theirs")
    assert (resent["conflict-summary"], resent["conflict-overview"]) == (["theirs"], ["mine"])
    assert "Only they changed this" in html
    assert "Only you changed this" in html
    answer = writing.post(url(draft), resent | {"_continue": ["Save"]}, follow=True)
    assert "saved as revision 3" in answer.content.decode()
    assert (wording(draft)["overview"], wording(draft)["summary"]) == ("Mine", "Theirs")
    assert newest(draft).note == "Merged with revision 2 by editor"
    assert newest(draft).saved_by == therapist
    assert Condition.objects.get(pk=draft.pk).summary == "Theirs"


@pytest.mark.parametrize(("choice", "kept"), [("mine", "Mine"), ("theirs", "Theirs")])
def test_what_both_changed_must_be_chosen(writing, draft, choice, kept):
    resent, html = conflicting(writing, draft, {"overview": ["Mine"]}, overview="Theirs")
    assert "You both changed this" in html
    assert "conflict-overview" not in resent

    html = errors(writing.post(url(draft), resent))
    assert "Please choose for: overview." in html
    assert newest(draft).number == 2

    assert writing.post(url(draft), resent | {"conflict-overview": [choice]}).status_code == 302
    assert wording(draft)["overview"] == kept


def test_nobody_keeps_both_of_a_text(writing, draft):
    resent, html = conflicting(writing, draft, {"overview": ["Mine"]}, overview="Theirs")
    assert "Keep both" not in html
    assert "Please choose" in errors(writing.post(url(draft), resent | {"conflict-overview": ["both"]}))


@pytest.mark.parametrize(
    ("choice", "kept"),
    [
        ("mine", {"Ice": ("option", "Wrap it."), "Heat": ("avoid", "It burns."), "Rest": ("recommended", "")}),
        ("theirs", {"Ice": ("recommended", "Wrap it well."), "Massage": ("recommended", "")}),
        ("both", {"Ice": ("option", "Wrap it well."), "Rest": ("recommended", ""), "Massage": ("recommended", "")}),
    ],
)
def test_links_are_settled_row_by_row(writing, treated, editor, choice, kept):
    """I make Ice an option and add Rest; they reword Ice, remove Heat and add Massage."""
    rest, massage = (factories.TreatmentFactory(name=name) for name in ("Rest", "Massage"))
    sent = opened(writing, url(treated)) | {"treatment_links-0-role": ["option"]}
    shared = {"role": "recommended", "line": "first", "evidence_level": "review", "basis": "stated"}
    add_row(sent, "treatment_links", treatment=rest.pk, **shared)
    ice, heat = treated.treatment_links.order_by("position", "pk")
    ice.note = "Wrap it well."
    ice.save()
    heat.delete()
    factories.ConditionTreatmentFactory(condition=treated, treatment=massage, note="", position=9)
    story.save(treated, by=editor)

    html = errors(writing.post(url(treated), sent))
    resent = Form(html).sent
    assert "Massage" in html
    assert newest(treated).number == 3
    assert writing.post(url(treated), resent | {"conflict-treatments": [choice]}).status_code == 302

    links = treated.treatment_links.values_list("treatment__name", "role", "note")
    assert {name: (role, note) for name, role, note in links} == kept
    said_now = {row["treatment"]: row["sources"] for row in wording(treated)["treatments"]}
    assert len(said_now) == len(kept)
    if choice != "theirs":
        assert said_now[str(ice.treatment_id)] == [str(treated.sources.get().pk)]


def test_the_same_link_added_by_both_stands_there_once(writing, draft, editor):
    ice = factories.TreatmentFactory(name="Ice")
    sent = opened(writing, url(draft))
    shared = {"line": "not_stated", "evidence_level": "not_stated", "basis": "general"}
    add_row(sent, "treatment_links", treatment=ice.pk, role="option", note="Mine", **shared)
    factories.ConditionTreatmentFactory(condition=draft, treatment=ice, role="option", note="Theirs")
    story.save(draft, by=editor)
    html = errors(writing.post(url(draft), sent))
    assert "yours stands: Ice (note)" in html
    assert writing.post(url(draft), Form(html).sent | {"conflict-treatments": ["both"]}).status_code == 302
    assert [row["note"] for row in wording(draft)["treatments"]] == ["Mine"]


def test_text_in_a_row_that_somebody_else_removed_is_kept(writing, draft, editor):
    first, second = (factories.CauseFactory(condition=draft, text=text) for text in ("First", "Second"))
    story.save(draft)
    sent = opened(writing, url(draft)) | {"causes-0-text": ["First, and what I typed"]}
    first.delete()
    story.save(draft, by=editor)

    html = errors(writing.post(url(draft), sent))
    assert "First, and what I typed" in html
    assert writing.post(url(draft), Form(html).sent | {"conflict-causes": ["both"]}).status_code == 302
    assert {row["text"] for row in wording(draft)["causes"]} == {"First, and what I typed", second.text}


def test_a_row_that_they_removed_and_i_left_alone_is_theirs_to_remove(writing, draft, editor):
    first, _ = (factories.CauseFactory(condition=draft, text=text) for text in ("First", "Second"))
    story.save(draft)
    sent = opened(writing, url(draft)) | {"overview": ["Mine"]}
    first.delete()
    story.save(draft, by=editor)
    resent = Form(errors(writing.post(url(draft), sent))).sent
    assert resent["conflict-causes"] == ["theirs"]
    assert writing.post(url(draft), resent).status_code == 302
    assert [row["text"] for row in wording(draft)["causes"]] == ["Second"]


def test_a_third_save_meanwhile_shows_the_page_again_with_the_choices_kept(writing, draft, editor):
    resent, _ = conflicting(writing, draft, {"overview": ["Mine"]}, overview="Theirs")
    story.save(story.edit(draft, overview="Theirs again", summary="A third part"), by=editor)
    html = errors(writing.post(url(draft), resent | {"conflict-overview": ["mine"]}))
    again = Form(html).sent
    assert "they changed it again since you chose" in html
    assert (again["conflict-overview"], again["conflict-summary"]) == (["mine"], ["theirs"])
    assert again["overview"] == ["Mine"]
    assert newest(draft).number == 3
    assert writing.post(url(draft), again).status_code == 302
    assert (wording(draft)["overview"], wording(draft)["summary"]) == ("Mine", "A third part")


def test_who_types_on_after_giving_a_part_up_is_asked_again(writing, draft):
    resent, _ = conflicting(writing, draft, {"overview": ["Mine"]}, overview="Theirs")
    chosen = resent | {"conflict-overview": ["theirs"], "overview": ["Mine, and more"]}
    html = errors(writing.post(url(draft), chosen))
    assert "Please choose for: overview." in html
    assert "Mine, and more" in html
    again = Form(html).sent | {"conflict-overview": ["mine"]}
    assert writing.post(url(draft), again).status_code == 302
    assert wording(draft)["overview"] == "Mine, and more"


def test_an_error_and_a_conflict_are_shown_together_and_choices_survive_it(writing, draft):
    resent, _ = conflicting(writing, draft, {"overview": ["Mine"]}, overview="Theirs")
    html = errors(writing.post(url(draft), resent | {"conflict-overview": ["mine"], "name": [""]}))
    assert "This field is required." in html
    assert "First mend what is marked" in html
    assert "Theirs" in html
    again = Form(html).sent
    assert again["conflict-overview"] == ["mine"]
    assert writing.post(url(draft), again | {"name": ["Sore hip"]}).status_code == 302
    assert wording(draft)["overview"] == "Mine"


def test_a_merged_wording_that_the_database_would_refuse_is_refused_in_words(writing, house, editor):
    """The dose needs its source: they removed the source, I gave the dose."""
    study = factories.SourceFactory(name="A study")
    exercise = factories.ExerciseFactory(dose_source=study)
    story.save(exercise)
    sent = opened(writing, url(exercise)) | {"sets": ["3"]}
    story.save(story.edit(exercise, dose_source=None), by=editor)
    html = errors(writing.post(url(exercise), sent))
    html = errors(writing.post(url(exercise), Form(html).sent))
    assert "What you chose cannot be saved together" in html
    assert newest(exercise).number == 2
    resent = Form(html).sent | {"conflict-dose_source": ["mine"]}
    assert writing.post(url(exercise), resent).status_code == 302
    assert (wording(exercise)["sets"], wording(exercise)["dose_source"]) == (3, str(study.pk))


def test_a_short_name_taken_meanwhile_is_refused_in_words(writing, draft, editor):
    resent, _ = conflicting(writing, draft, {"overview": ["Mine"]}, slug="another-hip")
    Entry.objects.filter(pk=draft.pk).update(slug="parked")
    ConditionFactory(slug="another-hip")
    html = errors(writing.post(url(draft), resent))
    assert "“another-hip” belongs to another page now." in html
    assert newest(draft).number == 2


def test_pressing_save_twice_is_no_conflict_with_oneself(writing, draft):
    sent = opened(writing, url(draft)) | {"overview": ["Mine"], "_continue": ["Save"]}
    add_row(sent, "causes", text="A cause that I typed", basis="stated")
    assert writing.post(url(draft), sent).status_code == 302
    answer = writing.post(url(draft), sent, follow=True)
    assert "Nothing has changed" in answer.content.decode()
    assert newest(draft).number == 2
    assert len(wording(draft)["causes"]) == 1


def test_without_knowing_where_it_began_everything_is_asked(writing, draft, editor):
    sent = opened(writing, url(draft)) | {"overview": ["Mine"], "seen_revision": [""], "edit_version": [""]}
    story.save(story.edit(draft, summary="Theirs"), by=editor)
    resent = Form(errors(writing.post(url(draft), sent))).sent
    assert "conflict-overview" not in resent
    assert "conflict-summary" not in resent
    chosen = {"conflict-overview": ["mine"], "conflict-summary": ["theirs"]}
    assert writing.post(url(draft), resent | chosen).status_code == 302
    assert (wording(draft)["overview"], wording(draft)["summary"]) == ("Mine", "Theirs")


def test_a_refused_save_writes_nothing_at_all(writing, treated, editor):
    before = editing.newest_revision(treated)
    sent = opened(writing, url(treated)) | {"overview": ["Mine"], "treatment_links-0-note": ["Mine"]}
    story.save(story.edit(treated, overview="Theirs"), by=editor)
    stored = Condition.objects.get(pk=treated.pk)
    errors(writing.post(url(treated), sent))
    assert Condition.objects.get(pk=treated.pk).overview == "Theirs"
    assert Condition.objects.get(pk=treated.pk).edit_version == stored.edit_version
    assert treated.treatment_links.filter(note="Mine").count() == 0
    assert before is not None
    assert newest(treated).number == before.number + 1


def test_who_wrote_part_of_a_merged_wording_cannot_approve_it(writing, draft, editor):
    resent, _ = conflicting(writing, draft, {"overview": ["Mine"]}, summary="Theirs")
    writing.post(url(draft), resent)
    assert review.objections(newest(draft), by=editor)
