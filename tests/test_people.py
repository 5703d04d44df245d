"""Accounts: an administrator gives roles and passwords, nobody rises above themselves, and what people did stays."""

import datetime
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.urls import reverse

from conditions.models import Condition
from kb import releases, review
from kb.models.editing import Step
from kb.models.entry import Entry
from kb.record import ON_A_PAGE, Cursor, Wanted, acts
from tests import story
from tests.desk import Desk, at_desk, opened, url
from tests.factories import ConditionFactory, PersonFactory

PEOPLE = "/admin/auth/user/"
RECORD = "/admin/kb/step/"
PASSWORD = "walking-slowly-7"
DAY = datetime.timedelta(days=1)


@pytest.fixture
def administrator(db: None) -> User:
    return PersonFactory(username="robin", first_name="Robin", group="Administrator")


@pytest.fixture
def desk(administrator: User) -> Desk:
    """The administrator, signed in."""
    return at_desk(administrator)


@pytest.fixture
def root(db: None) -> User:
    return User.objects.create_superuser("root", password=PASSWORD)


@pytest.fixture
def page(house: dict[str, Entry]) -> Condition:
    condition: Condition = ConditionFactory(slug="sore-hip", name="Sore hip")
    story.go_live(condition.red_flags.get().red_flag)
    return condition


def account(person: User, part: str = "change") -> str:
    return f"{PEOPLE}{person.pk}/{part}/"


def group(name: str) -> str:
    return str(Group.objects.get(name=name).pk)


def again(person: User) -> User:
    return User.objects.get(pk=person.pk)


def saved(desk: Desk, person: User, **changes: Any) -> Any:
    """Opens the account, changes what is named, presses Save. A list that is empty takes the field away."""
    sent: dict[str, Any] = opened(desk, account(person)) | changes
    return desk.post(account(person), {name: values for name, values in sent.items() if values != []})


# Accounts


def test_an_administrator_makes_an_account_that_can_sign_in_and_write(desk, page):
    sent = {"full_name": "Maya Okafor", "username": "maya", "email": "maya@example.org", "groups": group("Therapist")}
    response = desk.post(f"{PEOPLE}add/", sent | {"password1": PASSWORD, "password2": PASSWORD})
    assert response.status_code == 302
    maya = User.objects.get(username="maya")
    assert (maya.get_full_name(), maya.is_staff, maya.is_superuser) == ("Maya Okafor", True, False)
    client = Client(SERVER_NAME="localhost")
    assert client.login(username="maya", password=PASSWORD)
    assert client.get(url(page)).status_code == 200
    assert client.get(PEOPLE).status_code == 403


@pytest.mark.parametrize(("password", "why"), [("short-7", "12 characters"), ("maya-okafor1", "too similar")])
def test_a_weak_password_is_refused_for_a_new_account_and_a_new_password(desk, therapist, password, why):
    sent = {"full_name": "Maya Okafor", "username": "maya-okafor", "password1": password, "password2": password}
    assert why in desk.post(f"{PEOPLE}add/", sent).content.decode()
    User.objects.filter(pk=therapist.pk).update(first_name="Maya Okafor", username="maya-okafor")
    sent = {"password1": password, "password2": password}
    assert why in desk.post(account(therapist, "password"), sent).content.decode()
    assert User.objects.filter(username="maya-okafor").count() == 1


def test_the_form_explains_each_role(desk, therapist):
    html = desk.get(account(therapist)).content.decode()
    for words in ("Writes and changes pages", "approves what others wrote", "Looks after accounts"):
        assert words in html


def test_roles_are_given_and_taken(desk, therapist):
    saved(desk, therapist, groups=[group("Clinical editor")])
    assert [str(role) for role in therapist.groups.all()] == ["Clinical editor"]
    assert again(therapist).has_perm("kb.approve_wording")


def test_a_name_in_two_parts_stays_whole(desk, therapist):
    User.objects.filter(pk=therapist.pk).update(first_name="Maya", last_name="Okafor")
    saved(desk, therapist, email=["maya@example.org"])
    assert again(therapist).get_full_name() == "Maya Okafor"


def test_a_forged_form_makes_no_superuser_and_gives_no_single_right(desk, therapist):
    right = Permission.objects.get(codename="publish_release")
    forged = {"is_superuser": ["on"], "user_permissions": [str(right.pk)], "is_staff": ["on"], "password": ["x"]}
    before = again(therapist).password
    assert saved(desk, therapist, **forged).status_code == 302
    forged_again = again(therapist)
    assert not forged_again.is_superuser
    assert not forged_again.user_permissions.exists()
    assert forged_again.password == before
    sent = {"full_name": "X", "username": "x", "password1": PASSWORD, "password2": PASSWORD, **forged}
    desk.post(f"{PEOPLE}add/", sent)
    assert not User.objects.get(username="x").is_superuser


def test_nobody_gives_themselves_a_role_or_shuts_themselves_out(desk, administrator):
    html = desk.get(account(administrator)).content.decode()
    assert "Another administrator can change your roles" in html
    saved(desk, administrator, groups=[group("Clinical editor")], full_name=["Robin Clark"])
    changed = again(administrator)
    assert [str(role) for role in changed.groups.all()] == ["Administrator"]
    assert changed.is_active
    assert changed.get_full_name() == "Robin Clark"


def test_a_superusers_account_is_out_of_an_administrators_reach(desk, root):
    assert desk.get(account(root)).status_code == 200
    assert "Only another superuser changes this account" in desk.get(account(root)).content.decode()
    assert desk.post(account(root), {"username": "mine", "full_name": "Mine"}).status_code == 403
    sent = {"password1": PASSWORD + "1", "password2": PASSWORD + "1"}
    assert desk.get(account(root, "password")).status_code == 403
    assert desk.post(account(root, "password"), sent).status_code == 403
    assert again(root).check_password(PASSWORD)


def test_an_administrator_cannot_change_what_a_role_may_do(desk):
    change = reverse("admin:auth_group_change", args=[group("Administrator")])
    assert desk.get(change).status_code == 403
    assert desk.post(change, {"name": "Administrator"}).status_code == 403
    assert desk.get(reverse("admin:auth_group_add")).status_code == 403


def test_a_new_password_works_and_ends_the_old_sessions(desk, therapist):
    therapist.set_password(PASSWORD)
    therapist.save()
    writing = Client(SERVER_NAME="localhost")
    assert writing.login(username="therapist", password=PASSWORD)
    sent = {"password1": "another-walk-8", "password2": "another-walk-8"}
    assert desk.post(account(therapist, "password"), sent).status_code == 302
    assert writing.get("/admin/").status_code == 302
    assert writing.login(username="therapist", password="another-walk-8")


def test_no_page_shows_a_password(desk, therapist):
    therapist.set_password(PASSWORD)
    therapist.save()
    kept = again(therapist).password
    for address in (account(therapist), account(therapist, "password"), PEOPLE, account(therapist, "history")):
        html = desk.get(address).content.decode()
        assert kept not in html
        assert "pbkdf2" not in html


def test_nobody_is_deleted(desk, root, therapist):
    for somebody in (desk, at_desk(root)):
        assert somebody.get(account(therapist, "delete")).status_code == 403
        assert somebody.post(account(therapist, "delete"), {"post": "yes"}).status_code == 403
        somebody.post(PEOPLE, {"action": "delete_selected", "_selected_action": [therapist.pk], "post": "yes"})
    assert User.objects.filter(pk=therapist.pk).exists()


def test_a_therapist_and_an_editor_see_no_accounts(therapist, editor):
    for person in (therapist, editor):
        assert at_desk(person).get(PEOPLE).status_code == 403
        assert at_desk(person).get(account(person)).status_code == 403
        assert at_desk(person).post(account(person), {"groups": group("Administrator")}).status_code == 403


def test_everybody_changes_their_own_password(therapist):
    therapist.set_password(PASSWORD)
    therapist.save()
    client = Client(SERVER_NAME="localhost")
    client.login(username="therapist", password=PASSWORD)
    assert "kb/admin.css" in client.get("/admin/password_change/").content.decode()
    sent = {"old_password": PASSWORD, "new_password1": "another-walk-8", "new_password2": "another-walk-8"}
    assert client.post("/admin/password_change/", sent, follow=True).status_code == 200
    assert again(therapist).check_password("another-walk-8")
    assert client.get("/admin/").status_code == 200


# Leaving


def test_who_is_shut_out_cannot_do_anything_from_that_moment_on(desk, therapist, page):
    story.save(page)
    writing = at_desk(therapist)
    sent = opened(writing, url(page))
    saved(desk, therapist, is_active=[])
    assert not again(therapist).is_active
    response = writing.post(url(page), sent | {"summary": ["Changed by somebody who left."]})
    assert response.headers["Location"].startswith("/admin/login/")
    assert page.revisions.count() == 1


def test_shutting_somebody_out_says_what_becomes_of_their_work(desk, editor, page):
    story.save(page, by=editor)
    other = ConditionFactory(name="Stiff hip")
    story.go_live(other.red_flags.get().red_flag)
    revision = story.save(other)
    review.approve(revision, by=editor, at=story.NOW)
    release = releases.prepare("Spring", by=editor, at=story.NOW)
    releases.put_in(release, revision)
    releases.schedule(release, publish_at=story.NOW + DAY, by=editor, at=story.NOW)
    html = desk.get(account(editor)).content.decode()
    assert "Their 1 draft would stay" in html
    assert "“Spring”" in html
    sent = opened(desk, account(editor))
    told = desk.post(account(editor), {k: v for k, v in sent.items() if k != "is_active"}, follow=True)
    assert "must schedule that again, or it will fail" in told.content.decode()


def test_a_colleague_goes_on_with_the_draft_of_somebody_who_left(desk, therapist, page):
    story.save(page)
    saved(desk, therapist, is_active=[])
    colleague = PersonFactory(username="colleague", group="Therapist")
    writing = at_desk(colleague)
    assert writing.post(url(page), opened(writing, url(page)) | {"summary": ["Mine now."]}).status_code == 302
    assert page.revisions.count() == 2


# The record


def told(**wanted: Any) -> list[tuple[str, str]]:
    return [(act.label, str(act.by)) for act in acts(Wanted(**wanted))[0]]


def test_the_record_says_who_did_what_and_survives_that_they_leave(desk, page, therapist, editor):
    revision = story.save(page)
    review.submit(revision, by=therapist, at=story.NOW + DAY, note="Please read.")
    review.approve(revision, by=editor, at=story.NOW + 2 * DAY)
    release = releases.prepare("Spring", by=editor, at=story.NOW + 2 * DAY)
    releases.put_in(release, revision)
    releases.publish_now(release, by=editor, at=story.NOW + 3 * DAY)
    wanted = [
        ("Published", "editor"),
        ("Approved", "editor"),
        ("Sent for review", "therapist"),
        ("Saved", "therapist"),
    ]
    assert told(page="sore hip") == told(page=str(page.pk)) == wanted
    assert told(page="sore", by=therapist.pk) == wanted[2:]
    assert told(page="sore", act="approved") == [wanted[1]]
    saved(desk, therapist, is_active=[])
    html = desk.get(RECORD, {"page": "Sore"}).content.decode()
    assert "Please read." in html
    assert "therapist (left)" in html
    assert told(page="sore hip") == wanted


def test_the_record_is_paged_without_gap_or_repetition(page, therapist):
    for number in range(ON_A_PAGE + 20):  # many at one moment, in two tables
        revision = story.save(story.edit(page, summary=f"Sentence {number}."))
        if number % 3 == 0:
            review.submit(revision, by=therapist, at=story.NOW)
    found, cursor = acts(Wanted())
    pages = [found]
    while cursor:
        found, cursor = acts(Wanted(), before=Cursor.read(str(cursor)))
        pages.append(found)
        assert len(pages) < 5, "it goes round in a circle"
    seen = [act.cursor for some in pages for act in some]
    assert all(len(some) <= ON_A_PAGE for some in pages)
    assert seen == sorted(seen, reverse=True)
    assert len(seen) == len(set(seen)) == len(acts_of_everybody())


def acts_of_everybody() -> list[Any]:
    tables = (Step, Step.revision.field.related_model)
    approvals = tables[1].approvals.rel.related_model
    return [row for model in (*tables, approvals) for row in model.objects.all()]


@pytest.mark.parametrize(
    "query", ["before=nonsense", "before=2026-01-01_0_1", "by=%00", "by=9" * 9, "act=none", "page=%00", "before=_1_1"]
)
def test_a_made_up_address_of_the_record_is_answered_calmly(editor, query):
    assert at_desk(editor).get(f"{RECORD}?{query}").status_code == 200


def test_nobody_changes_the_record_not_even_a_superuser(root, page, therapist):
    review.submit(story.save(page), by=therapist, at=story.NOW)
    step = Step.objects.latest("pk")
    for part in ("add/", f"{step.pk}/change/", f"{step.pk}/delete/", f"{step.pk}/history/"):
        assert at_desk(root).get(f"{RECORD}{part}").status_code == 404
        assert at_desk(root).post(f"{RECORD}{part}", {"note": "Never said."}).status_code == 404
    at_desk(root).post(RECORD, {"action": "delete_selected", "_selected_action": [step.pk], "post": "yes"})
    assert Step.objects.get(pk=step.pk).note == ""


def test_the_record_is_for_those_who_may_see_it(therapist, editor, desk):
    for somebody in (at_desk(therapist), at_desk(editor), desk):
        assert somebody.get(RECORD).status_code == 200
    assert at_desk(PersonFactory(username="nobody")).get(RECORD).status_code == 403


def test_the_record_costs_the_same_few_queries(page, therapist, editor, django_assert_max_num_queries):
    for number in range(60):
        review.submit(story.save(story.edit(page, summary=f"Sentence {number}.")), by=therapist, at=story.NOW)
    reading = at_desk(editor)
    # session, person, rights twice, three tables, people
    with django_assert_max_num_queries(8):
        assert reading.get(RECORD).status_code == 200


def test_the_list_of_people_costs_the_same_few_queries(desk, django_assert_max_num_queries):
    for number in range(20):
        PersonFactory(username=f"person-{number}", group="Therapist")
    # session, person, rights twice; how many twice, the page, their roles, the roles to filter by
    with django_assert_max_num_queries(10):
        assert desk.get(PEOPLE).status_code == 200
