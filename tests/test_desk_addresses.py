"""Every address of the desk × person × state: what is answered there, whatever is sent, and that nothing else happens.

The tables are what the desk promises. An address that has no row fails a test, and so does a row without an address.

    page     it is shown (200)            away     led elsewhere (302)      not-so   405 or 400
    sign-in  led to where people sign in  missing  there is no such (404)   done     what was sent changed something
    no       refused (403)
"""

import datetime
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookies import SimpleCookie
from typing import Any
from unittest import mock
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.db.models import Count, Max
from django.template.response import SimpleTemplateResponse
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone

from kb import desk, editing, kinds, releases, review
from kb.admin import acts
from kb.admin import releases as release_pages
from kb.enums import ReleaseOrigin, ReleaseState, StepVerb
from kb.models.editing import Approval, Release, ReleaseItem, Revision, Step
from kb.models.entry import Entry
from kb.models.published import Document, Feed
from kb.publishing import publish
from tests import factories, story
from tests.desk import list_url, newest, opened, url
from tests.factories import ConditionFactory, EntryFactory, PersonFactory, SymptomFactory

# Who is asked. The runner has an account and no place at the desk; the writer is a clinical editor who wrote every page
# here together with the therapist, who sent it for review; the colleague is another therapist.
PEOPLE = ("nobody", "runner", "therapist", "writer", "editor", "administrator", "superuser")

# What each person gets: opening the address / sending it an empty form. One word where it is the same.
# An address of a page is asked for a page in each state, one of a release for a release in each state.
ADDRESSES = """
                                 nobody   runner   therapist    writer       editor       administrator superuser
(without its slash)              away     away     away         away         away         away          away
(the desk)                       sign-in  sign-in  page         page         page         page          page
login/                           page     page     away/page    away/page    away/page    away/page     away/page
logout/                          away     away     not-so/page  not-so/page  not-so/page  not-so/page   not-so/page
password_change/                 sign-in  sign-in  page         page         page         page          page
password_change/done/            sign-in  sign-in  page/not-so  page/not-so  page/not-so  page/not-so   page/not-so
autocomplete/                    sign-in  sign-in  no/not-so    no/not-so    no/not-so    no/not-so     no/not-so
jsi18n/                          sign-in  sign-in  page/not-so  page/not-so  page/not-so  page/not-so   page/not-so
<app>/                           sign-in  sign-in  page         page         page         page          page
<anything else>                  sign-in  sign-in  missing      missing      missing      missing       missing

<kind>/                          sign-in  sign-in  page         page         page         no            page
<kind>/add/                      sign-in  sign-in  page         page         page         no            page
<kind>/add/preview/              sign-in  sign-in  not-so/page  not-so/page  not-so/page  not-so/no     not-so/page
<kind>/<id>/                     sign-in  sign-in  away         away         away         away          away
<kind>/<id>/change/              sign-in  sign-in  page         page         page         no            page
<kind>/<id>/preview/             sign-in  sign-in  not-so/page  not-so/page  not-so/page  not-so/no     not-so/page
<kind>/<id>/duplicate/           sign-in  sign-in  not-so/done  not-so/done  not-so/done  no            not-so/done
<kind>/<id>/history/             sign-in  sign-in  page         page         page         no            page
<kind>/<id>/compare/             sign-in  sign-in  not-so       not-so       not-so       no            not-so
<kind>/<id>/revisions/<number>/  sign-in  sign-in  page         page         page         no            page
<kind>/<id>/used/                sign-in  sign-in  page         page         page         no            page
<kind>/<id>/submit/              sign-in  sign-in  page         page         page         no            page
<kind>/<id>/take-back/           sign-in  sign-in  page         page         page         no            page
<kind>/<id>/send-back/           sign-in  sign-in  no           page         page         no            page
<kind>/<id>/approve/             sign-in  sign-in  no           page         page         no            page
<kind>/<id>/publish/             sign-in  sign-in  no           page         page         no            page
<kind>/<id>/withdraw/            sign-in  sign-in  no           page         page         no            page
<kind>/<id>/merge/               sign-in  sign-in  no           page         page         no            page
<kind>/<id>/merge/targets/       sign-in  sign-in  no           page         page         no            page
<kind>/<id>/delete/              sign-in  sign-in  no           no           no           no            no

kb/entry/                        sign-in  sign-in  page         page         page         no            page
kb/entry/approve-live/           sign-in  sign-in  no           away         away         no            away
kb/entry/put-in-release/         sign-in  sign-in  no           away         away         no            away
kb/entry/add/                    sign-in  sign-in  no           no           no           no            no
kb/entry/<id>/                   sign-in  sign-in  away         away         away         away          away
kb/entry/<id>/change/            sign-in  sign-in  away         away         away         no            away
kb/entry/<id>/history/           sign-in  sign-in  away         away         away         no            away
kb/entry/<id>/delete/            sign-in  sign-in  no           no           no           no            no

kb/release/                      sign-in  sign-in  page         page         page         no            page
kb/release/add/                  sign-in  sign-in  no           page         page         no            page
kb/release/<id>/                 sign-in  sign-in  away         away         away         away          away
kb/release/<id>/change/          sign-in  sign-in  page/no      page/no      page/no      no            page/no
kb/release/<id>/cancel/          sign-in  sign-in  no           page         page         no            page
kb/release/<id>/roll-back/       sign-in  sign-in  no           page         page         no            page
kb/release/<id>/history/         sign-in  sign-in  away         away         away         away          away
kb/release/<id>/delete/          sign-in  sign-in  no           no           no           no            no
kb/step/                         sign-in  sign-in  page         page         page         page          page

auth/user/                       sign-in  sign-in  no           no           no           page          page
auth/user/add/                   sign-in  sign-in  no           no           no           page          page
auth/user/<id>/                  sign-in  sign-in  away         away         away         away          away
auth/user/<id>/change/           sign-in  sign-in  no           no           no           page          page
auth/user/<id>/password/         sign-in  sign-in  no           no           no           page          page
auth/user/<id>/history/          sign-in  sign-in  no           no           no           page          page
auth/user/<id>/delete/           sign-in  sign-in  no           no           no           no            no
auth/group/                      sign-in  sign-in  no           no           no           no            page
auth/group/add/                  sign-in  sign-in  no           no           no           no            page
auth/group/<id>/                 sign-in  sign-in  away         away         away         away          away
auth/group/<id>/change/          sign-in  sign-in  no           no           no           no            page
auth/group/<id>/history/         sign-in  sign-in  no           no           no           no            page
auth/group/<id>/delete/          sign-in  sign-in  no           no           no           no            page
"""

# What comes of an act's own form, well filled in and sent by each person, for a page in each state. “away”: it was done
# before. Whoever stands in no row is led to sign in (nobody, the runner) or refused (the administrator).
ACTS = """
                      draft  in-review  returned  approved  live  unreviewed  changed  withdrawn  merged
submit     colleague  done   away       done      page      page  page        done     page       page
submit     therapist  done   away       done      page      page  page        done     page       page
submit     writer     done   away       done      page      page  page        done     page       page
submit     editor     done   away       done      page      page  page        done     page       page
submit     superuser  done   away       done      page      page  page        done     page       page
take-back  colleague  page   page       page      page      page  page        page     page       page
take-back  therapist  page   done       page      page      page  page        page     page       page
take-back  writer     page   done       page      page      page  page        page     page       page
take-back  editor     page   page       page      page      page  page        page     page       page
take-back  superuser  page   page       page      page      page  page        page     page       page
send-back  therapist  no     no         no        no        no    no          no       no         no
send-back  writer     page   done       page      page      page  page        page     page       page
send-back  editor     page   done       away      page      page  page        page     page       page
send-back  superuser  page   done       page      page      page  page        page     page       page
approve    therapist  no     no         no        no        no    no          no       no         no
approve    writer     page   page       page      page      page  done        page     page       page
approve    editor     done   done       done      done      done  done        done     done       done
approve    superuser  done   done       done      done      done  done        done     done       done
go-live    therapist  no     no         no        no        no    no          no       no         no
go-live    writer     page   page       page      page      page  done        page     page       page
go-live    editor     done   done       done      done      done  done        done     done       done
go-live    superuser  done   done       done      done      done  done        done     done       done
publish    therapist  no     no         no        no        no    no          no       no         no
publish    writer     page   page       page      done      away  page        page     done       done
publish    editor     page   page       page      done      away  page        page     done       done
publish    superuser  page   page       page      done      away  page        page     done       done
withdraw   therapist  no     no         no        no        no    no          no       no         no
withdraw   writer     page   page       page      page      done  done        done     page       page
withdraw   editor     page   page       page      page      done  done        done     page       page
withdraw   superuser  page   page       page      page      done  done        done     page       page
merge      therapist  no     no         no        no        no    no          no       no         no
merge      writer     page   page       page      page      done  done        done     page       page
merge      editor     page   page       page      page      done  done        done     page       page
merge      superuser  page   page       page      page      done  done        done     page       page
"""

# The same for the buttons of a release, each sent with all the fields that its page has for a draft. “away”: nothing is
# left to do.
BUTTONS = """
                           draft  scheduled  failed  published  cancelled
describe        therapist  no     no         no      no         no
describe        editor     done   page       page    page       page
put_in          therapist  no     no         no      no         no
put_in          editor     done   page       page    page       page
put_in_removal  therapist  no     no         no      no         no
put_in_removal  editor     done   page       page    page       page
take_out        therapist  no     no         no      no         no
take_out        editor     done   page       page    page       page
take_newest     therapist  no     no         no      no         no
take_newest     editor     done   page       page    page       page
prepare_again   therapist  no     no         no      no         no
prepare_again   editor     away   page       page    page       page
schedule        therapist  no     no         no      no         no
schedule        editor     done   page       page    page       page
reopen          therapist  no     no         no      no         no
reopen          editor     page   done       done    page       page
publish         therapist  no     no         no      no         no
publish         editor     done   done       done    away       page
cancel          therapist  no     no         no      no         no
cancel          editor     done   done       done    page       away
roll-back       therapist  no     no         no      no         no
roll-back       editor     page   page       page    done       page
"""


class World:
    """Everybody, and one page and one release in each state."""

    def __init__(self) -> None:
        self.people = {
            "runner": User.objects.create_user("runner"),
            "colleague": PersonFactory(username="colleague", group="Therapist"),
            "therapist": PersonFactory(username="therapist", group="Therapist"),
            "writer": PersonFactory(username="writer", group="Clinical editor"),
            "editor": PersonFactory(username="editor", group="Clinical editor"),
            "administrator": PersonFactory(username="administrator", group="Administrator"),
            "superuser": User.objects.create_superuser("superuser"),
            "symptoms only": PersonFactory(username="symptoms"),
            "shut out": PersonFactory(username="shut-out", group="Clinical editor"),
        }
        rights = Permission.objects.filter(content_type__model="symptom", codename__regex="^(view|add|change)_")
        self.people["symptoms only"].user_permissions.add(*rights)
        unreviewed = self._starter()
        self.flag = factories.RedFlagFactory()
        self.survivor = self._page("Survivor")
        story.go_live(self.flag, self.survivor)
        self.pages = {
            "draft": self._page("Draft"),
            "in-review": self._sent("In review"),
            "returned": self._returned(),
            "approved": self._approved("Approved"),
            "live": self._live("Live"),
            "unreviewed": unreviewed,
            "changed": self._changed(),
            "withdrawn": self._withdrawn(),
            "merged": self._merged(),
        }
        self.symptom = SymptomFactory(name="Sore", red_flags=[self.flag])
        story.save(self.symptom)
        self.of_kinds = {kind.name: self._one_of(kind.model) for kind in kinds.all_kinds()}
        self.releases = {state: self._release(state) for state in ReleaseState.values}
        self.clients = {"nobody": Client(SERVER_NAME="localhost", raise_request_exception=False)}
        self.clients |= {name: _signed_in(person) for name, person in self.people.items()}
        User.objects.filter(username="shut-out").update(is_active=False)
        self.traces = _traces()

    def _starter(self) -> Entry:
        """A page that readers have and nobody vouches for."""
        flag = factories.RedFlagFactory()
        page = ConditionFactory(name="Unreviewed", red_flags=[flag])
        house = [
            factories.ContactRouteFactory(slug="anywhere"),
            factories.DisclaimerFactory(slug="not-a-diagnosis", applies_to=["condition"]),
        ]
        pack = Release.objects.create(title="The pack", origin=ReleaseOrigin.STARTER, created_at=story.NOW)
        for entry in (*house, flag, page):
            revision = editing.save(entry, by=None, at=story.NOW)
            ReleaseItem.objects.create(release=pack, entry_id=entry.pk, revision=revision)
        publish(pack, by=None, at=story.NOW)
        return page

    def _page(self, name: str) -> Entry:
        page = ConditionFactory(name=name, red_flags=[self.flag])
        story.save(page)
        story.save(story.edit(page, overview="In the writer's words."), by=self.people["writer"])
        return page

    def _sent(self, name: str) -> Entry:
        page = self._page(name)
        review.submit(newest(page), by=self.people["therapist"], at=story.NOW)
        return page

    def _returned(self) -> Entry:
        page = self._sent("Returned")
        review.send_back(newest(page), by=self.people["editor"], at=story.NOW, note="Mend it.")
        return page

    def _approved(self, name: str) -> Entry:
        page = self._sent(name)
        review.approve(newest(page), by=self.people["editor"], at=story.NOW)
        return page

    def _live(self, name: str) -> Entry:
        page = self._approved(name)
        releases.publish_approved(newest(page), by=self.people["editor"], at=story.NOW)
        return page

    def _changed(self) -> Entry:
        page = self._live("Changed")
        story.save(story.edit(page, overview="Newer words."), by=self.people["writer"])
        return page

    def _withdrawn(self) -> Entry:
        page = self._live("Withdrawn")
        story.withdraw(page)
        return page

    def _merged(self) -> Entry:
        page = self._live("Merged")
        story.merge(page, self.survivor)
        return page

    def _one_of(self, model: Any) -> Any:
        there: Any = model.objects.filter(revisions__isnull=False).first()
        if there is None:
            made = [one for one in vars(factories).values() if isinstance(one, type) and issubclass(one, EntryFactory)]
            there = next(one for one in made if one._meta.model is model)()
            story.save(there)
        return there.pk

    def _release(self, state: str) -> Release:
        """With an older wording than the newest in it, so that each of its buttons has something to do."""
        by, now = {"by": self.people["editor"]}, timezone.now()
        page = self._approved(f"In a release that is {state}")
        release = releases.prepare(f"It is {state}", at=now, **by)
        releases.put_in(release, newest(page))
        story.save(story.edit(page, overview="Newer words."))
        if state in (ReleaseState.SCHEDULED, ReleaseState.FAILED):
            release = releases.schedule(release, publish_at=now + datetime.timedelta(days=1), at=now, **by)
        if state == ReleaseState.FAILED:
            releases.move(release, ReleaseState.FAILED, StepVerb.FAILED, by=None, at=now)
        if state == ReleaseState.PUBLISHED:
            releases.publish_now(release, at=now, **by)
        if state == ReleaseState.CANCELLED:
            releases.cancel(release, at=now, **by)
        return Release.objects.get(pk=release.pk)

    def of_kind(self, kind: str) -> Entry:
        model: Any = kinds.get(kind).model
        found: Entry = model.objects.get(pk=self.of_kinds[kind])
        return found

    def ask(self, who: str, method: str, path: str, sent: Any = None) -> str:
        """The answer in a word. Whatever it did is undone."""
        client = self.clients[who]
        cookies = {name: morsel.value for name, morsel in client.cookies.items()}
        with transaction.atomic():
            response = client.generic(method, path) if method != "POST" else client.post(path, sent or {})
            verdict = self._verdict(response, method)
            transaction.set_rollback(True)
        client.cookies = SimpleCookie(cookies)
        return verdict

    def _verdict(self, response: Any, method: str) -> str:
        if response.status_code >= 500:
            return f"broken: {response.exc_info[1]!r}"
        if _traces() != self.traces if method == "POST" else False:
            return "done"
        if response.status_code in (301, 302):
            return "sign-in" if response.url.startswith("/admin/login/") else "away"
        words = {200: "page", 400: "not-so", 403: "no", 404: "missing", 405: "not-so", 413: "not-so"}
        return words.get(response.status_code, str(response.status_code))


def _signed_in(person: User) -> Client:
    client = Client(SERVER_NAME="localhost", raise_request_exception=False)
    client.force_login(person)
    return client


def _traces() -> list[Any]:
    """All that a request could leave behind."""
    rights = (User.groups.through, User.user_permissions.through, Group.permissions.through)
    counted = (Revision, Approval, Step, ReleaseItem, Document, LogEntry, *rights)
    return [
        *(tuple(model._default_manager.aggregate(Count("pk"), Max("pk")).values()) for model in counted),
        Feed.objects.get().head,
        list(Entry.objects.order_by("pk").values_list("pk", "slug", "name", "edit_version")),
        list(Release.objects.order_by("pk").values_list("pk", "state", "title", "severity", "summary", "publish_at")),
        list(
            User.objects.order_by("pk").values_list("pk", "username", "password", "email", "is_active", "is_superuser")
        ),
    ]


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Made once for all tests here; each of them leaves it as it was."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield World()
        transaction.set_rollback(True)


pytestmark = pytest.mark.usefixtures("world", "db")
once = pytest.mark.skipif(connection.vendor != "sqlite", reason="Who may is decided before any database is asked.")


def _nothing(*args: Any, **kwargs: Any) -> None:
    pass


@contextmanager
def unrecorded() -> Iterator[None]:
    """The test client copies what each template was given, which nobody here reads."""
    with mock.patch("django.test.client.store_rendered_templates", _nothing):
        yield


@contextmanager
def unrendered() -> Iterator[None]:
    """Whom a page is shown to is decided before it is put together, which takes most of the time."""
    with unrecorded(), mock.patch.object(SimpleTemplateResponse, "rendered_content", b""):
        yield


# Reading the tables


def rows(table: str) -> dict[tuple[str, ...], dict[str, str]]:
    """By what stands on the left: the heads of the columns with the words below them."""
    first, *lines = [line for line in table.splitlines() if line.strip()]
    heads = first.split()
    cells = [re.split(r"  +", line) for line in lines]
    return {tuple(line[: -len(heads)]): dict(zip(heads, line[-len(heads) :], strict=True)) for line in cells}


DOORS = {address: words for (address,), words in rows(ADDRESSES).items()}
KINDS = {kind.name: list_url(kind.name).removeprefix("/admin/") for kind in kinds.all_kinds()}


def on_getting_and_sending(words: str) -> tuple[str, str]:
    got, _, sent = words.partition("/")
    return got, sent or got


def addresses() -> set[str]:
    """All that Django knows under /admin, named as in the table."""

    def walk(resolver: Any, before: str = "") -> Iterator[str]:
        for one in resolver.url_patterns:
            if hasattr(one, "url_patterns"):
                yield from walk(one, before + str(one.pattern))
            else:
                yield before + str(one.pattern)

    return {_named(address) for address in walk(get_resolver()) if address.startswith("admin")}


def _named(address: str) -> str:
    if address in ("admin", "admin/"):
        return {"admin": "(without its slash)", "admin/": "(the desk)"}[address]
    short = address.removeprefix("admin/").replace("path:object_id", "id").replace("int:number", "number")
    if "(?P<" in short:
        return "<app>/" if "app_label" in short else "<anything else>" if "url" in short else short
    return next((short.replace(start, "<kind>/", 1) for start in KINDS.values() if short.startswith(start)), short)


def path_to(address: str, pk: Any = "", kind: str = "condition") -> str:
    if address.startswith("("):
        return {"(without its slash)": "/admin", "(the desk)": "/admin/"}[address]
    filled = address.replace("<kind>/", KINDS[kind]).replace("<app>", "kb").replace("<anything else>", "nothing/here")
    return "/admin/" + filled.replace("<number>", "1").replace("<id>", str(pk))


def things(world: World, address: str) -> dict[str, Any]:
    """What the address could be about: state → key."""
    if "<id>" not in address:
        return {"": ""}
    if address.startswith("auth/group/"):
        return {"a role": Group.objects.get(name="Therapist").pk}
    if address.startswith("auth/user/"):
        return {"an account": world.people["colleague"].pk}
    found = world.releases if address.startswith("kb/release/") else world.pages
    return {state: one.pk for state, one in found.items()}


# The tables


def test_every_address_of_the_desk_has_a_row_and_every_row_an_address():
    there = addresses()
    assert there - DOORS.keys() == set(), "These addresses of the desk need a row in ADDRESSES."
    assert DOORS.keys() - there == set(), "These rows of ADDRESSES have no address any more."


def _asked_of(number: int) -> tuple[str, ...]:
    """Whoever is turned away costs little and is asked of each state; the others take turns. The editor comes below."""
    return ("nobody", "runner", "administrator", ("therapist", "writer", "superuser")[number % 3])


@once
@pytest.mark.parametrize("address", DOORS)
def test_each_address_answers_each_person_as_the_table_says(world, address):
    with unrendered():
        for number, (state, pk) in enumerate(things(world, address).items()):
            for who in _asked_of(number) if number else PEOPLE:
                got, sent = on_getting_and_sending(DOORS[address][who])
                assert world.ask(who, "GET", path_to(address, pk)) == got, (who, state)
                if number == 0:
                    assert world.ask(who, "POST", path_to(address, pk)) == sent, (who, state)
        assert _traces() == world.traces, "Looking has changed something."


@once
@pytest.mark.parametrize("address", [address for address in DOORS if "<id>" in address and "delete" not in address])
def test_each_page_in_each_state_is_put_together(world, address):
    got, _ = on_getting_and_sending(DOORS[address]["editor"])
    with unrecorded():
        assert {
            state: world.ask("editor", "GET", path_to(address, pk)) for state, pk in things(world, address).items()
        } == (dict.fromkeys(things(world, address), got))


@pytest.mark.parametrize("kind", KINDS)
def test_the_other_kinds_answer_as_conditions_do(world, kind):
    page = world.of_kind(kind)
    with unrendered():
        for address, words in DOORS.items():
            if address.startswith("<kind>/"):
                path = path_to(address, page.pk, kind)
                assert world.ask("nobody", "GET", path) == "sign-in", path
                assert world.ask("therapist", "GET", path) == on_getting_and_sending(words["therapist"])[0], path
                assert world.ask("administrator", "POST", path) == on_getting_and_sending(words["administrator"])[1], (
                    path
                )


# What is not there


NO_IDS = ("x", "9" * 30, "_00", "%00", "☃", "7" * 10_000)


@once
@pytest.mark.parametrize("address", [address for address in DOORS if "<id>" in address])
def test_an_id_that_is_not_there_leads_away_and_tells_nothing(world, address):
    with unrendered():
        for pk in (*NO_IDS, world.symptom.pk, uuid4()):
            answers = {world.ask("superuser", method, path_to(address, pk)) for method in ("GET", "POST")}
            assert answers <= {"away", "missing", "no", "not-so"}, str(pk)[:200]
        for who, words in DOORS[address].items():
            got, sent = on_getting_and_sending(words)
            if got in ("no", "sign-in"):
                assert world.ask(who, "GET", path_to(address, uuid4())) == got, who
            if sent in ("no", "sign-in") and got != "page":
                assert world.ask(who, "POST", path_to(address, uuid4())) == sent, who


@pytest.mark.parametrize("number", ["0", "99", "9" * 30], ids=len)
def test_a_revision_that_the_page_has_not_is_not_shown(world, number):
    path = path_to("<kind>/<id>/revisions/<number>/", world.pages["live"].pk).replace("/1/", f"/{number}/")
    assert {world.ask("editor", method, path) for method in ("GET", "POST")} == {"away"}


@pytest.mark.parametrize(
    "query", ["old=1&new=99", "old=1&new=%00", f"old={'9' * 5000}&new=1", "old=☃&new=-1"], ids=range(4)
)
def test_revisions_that_cannot_be_compared_are_not(world, query):
    assert world.ask("editor", "GET", f"{path_to('<kind>/<id>/compare/', world.pages['live'].pk)}?{query}") == "not-so"


@pytest.mark.parametrize(
    "query",
    ["revision=99", "revision=%00", "revision=-1", f"revision={'9' * 5000}", "into=%00", "into=x"],
    ids=range(6),
)
def test_an_act_on_what_is_not_there_does_nothing(world, query):
    for act in ("approve", "publish", "merge", "withdraw"):
        path = f"{path_to(f'<kind>/<id>/{act}/', world.pages['draft'].pk)}?{query}"
        assert {world.ask("editor", method, path) for method in ("GET", "POST")} == {"page"}, path[:200]


# What is sent without having been opened


def filled_in(world: World, act: str, page: Entry) -> dict[str, Any]:
    """All that the page of the act would send."""
    approval = review.latest_approval(newest(page))
    sent = {
        "revision": newest(page).pk,
        "live": desk.live_revision_id(page) or 0,
        "approval": approval.pk if approval else 0,
        "into": world.survivor.pk,
        "note": "A note.",
        "role": "clinical_editor",
        "scope": "whole",
        "next_review_on": (timezone.now() + datetime.timedelta(days=300)).date().isoformat(),
        "severity": "content",
        "summary": "A line for readers.",
        "reason": "withdrawn",
    }
    return sent | ({"publish": "now"} if act == "go-live" else {})


def path_of_act(act: str, page: Entry) -> str:
    return path_to(f"<kind>/<id>/{'approve' if act == 'go-live' else act}/", page.pk)


OTHERS = {"nobody": "sign-in", "runner": "sign-in", "shut out": "sign-in", "administrator": "no", "symptoms only": "no"}


@pytest.mark.parametrize(("act", "who"), rows(ACTS))
def test_each_act_does_what_the_table_says(world, act, who):
    with unrendered():
        found = {
            state: world.ask(who, "POST", path_of_act(act, page), filled_in(world, act, page))
            for state, page in world.pages.items()
        }
    assert found == rows(ACTS)[act, who]


def test_the_table_of_acts_names_every_act_and_every_other_person_does_none(world):
    named = {act for act, _ in rows(ACTS)}
    assert named == {act.name.replace("_", "-") for act in acts.ACTS} | {"go-live"}
    for act in named:
        for page in (world.pages["in-review"], world.pages["live"]):
            for who, answer in OTHERS.items():
                assert world.ask(who, "POST", path_of_act(act, page), filled_in(world, act, page)) == answer, (act, who)


def test_the_wording_of_one_page_does_nothing_to_another(world):
    """Each page of an act, sent with what belongs to another page in that state."""
    with unrendered():
        for act, state in {
            "submit": "draft",
            "take-back": "in-review",
            "send-back": "in-review",
            "publish": "approved",
        }.items():
            sent = filled_in(world, act, world.pages["changed"])
            assert world.ask("superuser", "POST", path_of_act(act, world.pages[state]), sent) == "page", act
        for act in ("approve", "go-live", "withdraw", "merge"):
            sent = filled_in(world, act, world.pages["changed"])
            assert world.ask("superuser", "POST", path_of_act(act, world.pages["live"]), sent) == "page", act


def pressed(world: World, button: str, release: Release, seen: str = "") -> tuple[str, dict[str, Any]]:
    """Where a button of a release sends what."""
    item = release.items.get()
    soon = timezone.localtime(timezone.now() + datetime.timedelta(hours=1))
    page = button if button in ("cancel", "roll-back") else "change"
    sent = {
        "seen": seen or releases.fingerprint(release),
        "do": f"{button} {item.pk}" if button in ("take_out", "take_newest") else button,
        "title": "Another title",
        "severity": "content",
        "summary": "",
        "has_looked": "on",
        "publish_at": soon.strftime("%Y-%m-%dT%H:%M"),
        "revisions": newest(world.pages["approved"]).pk,
        "entry": world.pages["live"].pk if button == "put_in_removal" else "",
        "reason": "withdrawn",
        "note": "",
    }
    return path_to(f"kb/release/<id>/{page}/", release.pk), sent


@once
@pytest.mark.parametrize(("button", "who"), rows(BUTTONS))
def test_each_button_of_a_release_does_what_the_table_says(world, button, who):
    with unrendered():
        found = {state: world.ask(who, "POST", *pressed(world, button, one)) for state, one in world.releases.items()}
    assert found == rows(BUTTONS)[button, who]


def test_the_table_of_buttons_names_every_button_and_every_other_person_presses_none(world):
    named = {button for button, _ in rows(BUTTONS)}
    assert named == {*release_pages.ACTS, "cancel", "roll-back"}
    for button in named:
        for who, answer in OTHERS.items():
            assert world.ask(who, "POST", *pressed(world, button, world.releases["draft"])) == answer, (button, who)


def test_a_button_pressed_on_an_older_page_of_a_release_does_nothing(world):
    for button in {button for button, _ in rows(BUTTONS)}:
        for state in ("draft", "scheduled", "published"):
            sent = pressed(world, button, world.releases[state], seen="0" * 16)
            assert world.ask("editor", "POST", *sent) == "page", (button, state)


@pytest.mark.parametrize(
    "do", ["", "delete", "publish\0", "take_out", "take_out x", "take_out ٣", f"take_out {'9' * 5000}"], ids=range(7)
)
def test_a_button_that_there_is_not_does_nothing(world, do):
    path, sent = pressed(world, "publish", world.releases["draft"])
    assert world.ask("editor", "POST", path, sent | {"do": do}) in ("page", "no")


# Side doors


GATHERED = {
    "title": "Gathered",
    "release": "",
    "role": "clinical_editor",
    "read": "x",
    "leave_out": "x",
    "far_ahead": "x",
}


def many(world: World, *pages: Entry) -> tuple[str, dict[str, Any]]:
    """What the two pages for many entries at once would send, of pages that stand on neither or are not theirs."""
    sent: dict[str, Any] = GATHERED | {
        "next_review_on": filled_in(world, "approve", world.pages["live"])["next_review_on"]
    }
    for page in pages:
        document = Document.objects.filter(entry=page.pk).first()
        token = f"{document.revision_id if document else newest(page).pk}.{(document and document.approval_id) or 0}"
        sent |= {f"seen-{page.pk.hex}": token, f"read-{page.pk.hex}": token}
    return f"?ids={'.'.join(page.pk.hex for page in pages)}", sent


def test_many_at_once_are_approved_by_nobody_who_may_not_approve_each(world):
    for who in ("therapist", "colleague", "administrator", "symptoms only"):
        query, sent = many(world, world.pages["unreviewed"])
        for page in ("approve-live", "put-in-release"):
            assert world.ask(who, "POST", f"/admin/kb/entry/{page}/{query}", sent) == "no", (who, page)
    for who, state in {"writer": "live", "editor": "draft", "superuser": "withdrawn"}.items():
        query, sent = many(world, world.pages[state])
        assert world.ask(who, "POST", f"/admin/kb/entry/approve-live/{query}", sent) == "page", (who, state)
        query, sent = many(world, world.pages["unreviewed"], world.pages[state])
        assert world.ask(who, "POST", f"/admin/kb/entry/approve-live/{query}", sent) == "page", (who, state)
    query, sent = many(world, world.pages["unreviewed"])
    assert world.ask("editor", "POST", f"/admin/kb/entry/approve-live/{query}", sent) == "done"


def test_only_what_is_approved_is_put_in_a_release_from_the_list(world):
    def put_in(page: Entry, **changes: Any) -> str:
        sent = GATHERED | {f"seen-{page.pk.hex}": newest(page).pk} | changes
        return world.ask("editor", "POST", f"/admin/kb/entry/put-in-release/?ids={page.pk.hex}", sent)

    assert {state for state, page in world.pages.items() if put_in(page) == "done"} == {"approved"}
    for state, release in world.releases.items():
        expected = "done" if state == "draft" else "page"
        assert put_in(world.pages["approved"], release=release.pk) == expected, state
    assert put_in(world.pages["approved"], release="9" * 5000) == "page"
    assert put_in(world.pages["approved"], release="\0") == "page"


ACTIONS = ("approve_live", "put_in_release", "delete_selected", "", "x", "\0")


@once
@pytest.mark.parametrize("kind", ["<kind>/", "kb/entry/", "kb/release/", "auth/user/", "auth/group/"])
@pytest.mark.parametrize("action", ACTIONS, ids=range(len(ACTIONS)))
def test_no_action_on_a_list_changes_anything(world, kind, action):
    sent = {"action": action, "select_across": "1", "index": "0", "_save": "Save", "form-TOTAL_FORMS": "1"}
    with unrendered():
        for chosen in (str(world.pages["live"].pk), "1", "x", "\0"):
            for who, more in (("therapist", {}), ("superuser", {"select_across": "0"}), ("superuser", {"index": "-9"})):
                answer = world.ask(who, "POST", path_to(kind), sent | {"_selected_action": chosen} | more)
                assert answer in ("page", "away", "no", "not-so"), (who, chosen, more)


def test_somebody_who_may_not_approve_is_led_to_no_action(world):
    for action in ("approve_live", "put_in_release"):
        sent = {
            "action": action,
            "select_across": "0",
            "index": "0",
            "_selected_action": str(world.pages["unreviewed"].pk),
        }
        assert (
            world.ask("therapist", "POST", "/admin/kb/entry/", sent) == "page"
        )  # which says that there is no such action
        assert world.ask("editor", "POST", "/admin/kb/entry/", sent) == "away"


MORE = dict.fromkeys(("_publish", "_approve", "_withdraw", "_merge", "publish"), "1")
MORE |= {"do": "publish", "status": "live", "state": "published", "saved_by": "1", "approved_by": "1", "release": "1"}


@pytest.mark.parametrize("more", [MORE, MORE | {"_submit": "1"}], ids=["save", "send for review"])
@pytest.mark.parametrize("who", ["therapist", "superuser"])
def test_nothing_in_the_form_of_a_page_does_more_than_save(world, who, more):
    page = world.pages["draft"]

    def done() -> tuple[int, ...]:
        return Approval.objects.count(), Step.objects.count(), Release.objects.count(), Feed.objects.get().head

    before = done()
    with transaction.atomic(), unrecorded():
        sent = opened(world.clients[who], url(page)) | {"overview": "Said anew."} | more
        assert world.clients[who].post(url(page), sent).status_code == 302
        assert (newest(page).number, newest(page).saved_by) == (3, world.people[who])
        assert done() == before
        transaction.set_rollback(True)


@pytest.mark.parametrize("query", ["_popup=1", "_to_field=id&_popup=1"])
@pytest.mark.parametrize(
    "address", ["<kind>/", "<kind>/add/", "<kind>/<id>/change/", "auth/user/add/", "kb/release/add/"]
)
def test_a_window_of_its_own_opens_no_door(world, address, query):
    path = f"{path_to(address, world.pages['live'].pk)}?{query}"
    with unrendered():
        for who in ("nobody", "therapist", "administrator"):
            got, sent = on_getting_and_sending(DOORS[address][who])
            assert world.ask(who, "GET", path) == got, who
            answer = world.ask(who, "POST", path, {"_popup": "1", "_to_field": "password"})
            assert answer in (sent, "not-so"), who  # which columns can be asked for is Django's to say
        assert {world.ask("symptoms only", method, path) for method in ("GET", "POST")} == {"no"}


def test_who_may_see_one_kind_sees_no_other(world):
    """Neither its pages nor what was said on them, nor anything that is made of several."""
    lead_away = {"kb/release/<id>/history/", *(address for address in DOORS if address.endswith("/<id>/"))}
    others = [
        address for address in DOORS if address.startswith(("<kind>", "kb/", "auth/")) and address not in lead_away
    ]
    with unrendered():
        for address in others:
            for pk in list(things(world, address).values())[:5:4]:
                assert world.ask("symptoms only", "GET", path_to(address, pk)) in ("no", "not-so"), address
                assert world.ask("symptoms only", "POST", path_to(address, pk)) == "no", address
        for page in ("change", "history", "compare", "used", "submit"):
            assert world.ask("symptoms only", "GET", url(world.symptom, page)) in ("page", "not-so")
            path = url(world.symptom, page).replace(str(world.symptom.pk), str(world.pages["draft"].pk))
            assert world.ask("symptoms only", "GET", path) == "away"
    for path in ("/admin/", "/admin/kb/", "/admin/conditions/"):
        shown = world.clients["symptoms only"].get(path).content.decode()
        assert "symptom" in shown or path == "/admin/kb/"
        assert str(list_url("condition")) not in shown
        assert "Survivor" not in shown


def test_a_link_field_finds_only_what_one_may_see(world):
    looked_up = {"app_label": "conditions", "model_name": "conditionsymptom", "field_name": "symptom", "term": "sore"}
    of_flags = {"app_label": "kb", "model_name": "redflaglink", "field_name": "red_flag", "term": ""}
    of_people = {"app_label": "kb", "model_name": "revision", "field_name": "saved_by", "term": ""}
    path = "/admin/autocomplete/"

    def found(who: str, query: dict[str, str]) -> Any:
        response = world.clients[who].get(path, query)
        return (
            [one["text"] for one in response.json()["results"]] if response.status_code == 200 else response.status_code
        )

    assert found("therapist", looked_up) == found("symptoms only", looked_up) == ["Sore"]
    assert (
        found("symptoms only", of_flags) == found("administrator", looked_up) == found("administrator", of_flags) == 403
    )
    assert found("therapist", of_people) == found("editor", of_people) == 403
    assert found("nobody", looked_up) == found("runner", looked_up) == found("shut out", looked_up) == 302


@once
@pytest.mark.parametrize("address", DOORS)
def test_a_session_ends_with_the_account_that_it_belongs_to(world, address):
    for pk in list(things(world, address).values())[:1]:
        for method in ("GET", "POST"):
            expected = on_getting_and_sending(DOORS[address]["nobody"])[method == "POST"]
            assert world.ask("shut out", method, path_to(address, pk)) == expected, method


def test_what_django_brings_and_we_do_not_want_is_off(world):
    """Deleting; the password and account of a superuser; what a role may do; the way from any row to “its page”."""
    root, role = world.people["superuser"].pk, Group.objects.get(name="Administrator").pk
    chosen = {"password1": "walking-slowly-7", "password2": "walking-slowly-7", "usable_password": "true"}
    for address, pk in {
        "auth/user/<id>/password/": root,
        "auth/group/<id>/change/": role,
        "auth/group/add/": "",
    }.items():
        assert world.ask("administrator", "POST", path_to(address, pk), chosen | {"name": "Administrator"}) == "no", (
            address
        )
    assert world.ask("administrator", "POST", path_to("auth/user/<id>/change/", root), {"username": "mine"}) == "no"
    for address in (address for address in DOORS if "delete" in address and "group" not in address):
        for pk in things(world, address).values():
            for who in ("therapist", "editor", "administrator", "superuser"):
                assert world.ask(who, "POST", path_to(address, pk), {"post": "yes"}) == "no", (who, address)
    for model in (Entry, User, Revision, Release):
        for pk in (model.objects.order_by("pk")[0].pk, "x", "9" * 5000, "%00"):
            path = f"/admin/r/{ContentType.objects.get_for_model(model).pk}/{pk}/"
            assert world.ask("superuser", "GET", path) == "missing", path[:100]


# Lists, asked for anything


LISTS = [
    address
    for address in DOORS
    if address in ("<kind>/", "kb/entry/", "kb/release/", "kb/step/", "auth/user/", "auth/group/")
]
ALL_LISTS = [path_to(address) for address in LISTS if address != "<kind>/"] + [
    f"/admin/{path}" for path in KINDS.values()
]
SIMILAR = {f"/admin/{path}" for kind, path in KINDS.items() if kind != "condition"}
ASKED = ("q", "o", "p", "e", "all", "status", "_popup", "_to_field", "_facets", "page", "before", "by", "act")
GARBAGE = ("\0", "%00", "x" * 60_000, "a " * 5_000, "9" * 5_000, "-1", "☃", "[]", "")
LOOKUPS = (
    "name__regex",
    "name",
    "pk",
    "id__exact",
    "id__in",
    "slug__gt",
    "name__contains",
    "edit_version",
    "kind__isnull",
    "title__regex",
    "summary__exact",
    "publish_at__gte",
    "username__regex",
    "email__startswith",
    "password__startswith",
    "last_login__lt",
    "revisions__body__contains",
    "revisions__saved_by__password__startswith",
    "items__revision__body__regex",
    "created_by__password__contains",
    "groups__permissions__codename",
    "user__password__regex",
    "permissions__codename",
    "x",
    "__",
    "_",
)


def asked_for(world: World, path: str, **query: str) -> str:
    return world.ask("superuser", "GET", f"{path}?{urlencode(query)}")


@pytest.mark.parametrize("path", ALL_LISTS)
def test_a_list_that_is_asked_for_anything_answers(world, path):
    """The other kinds' lists are asked for what is their own: their filters."""
    with unrecorded():
        shown = world.clients["superuser"].get(path).content.decode()
    own = set(re.findall(r'(?:href="\?|&amp;)(\w+)=', shown)) - {"status"}
    is_like_another = path in SIMILAR
    with unrendered():
        for name in sorted(own) if is_like_another else [*ASKED, *sorted(own - set(ASKED))]:
            for value in ("\0", "x" * 60_000, "☃") if is_like_another else GARBAGE:
                answer = asked_for(world, path, **{name: value})
                assert answer in ("page", "away", "not-so"), (name, value[:20])
        for query in ({"q": "\0"}, {"q": "a " * 5_000}, {"q": "x" * 60_000}, {"e": "1"}):
            assert asked_for(world, path, **query) == "page", query


@pytest.mark.parametrize("path", ALL_LISTS)
def test_a_list_is_asked_only_by_its_own_filters(world, path):
    with unrendered():
        for lookup in LOOKUPS[:6] if path in SIMILAR else LOOKUPS:
            for value in ("(", "\0"):
                assert asked_for(world, path, **{lookup: value}) in (
                    "page" if path.endswith("step/") else "not-so",
                    "away",
                ), lookup


def test_a_search_for_links_and_targets_and_acts_answers_anything(world):
    live = world.pages["live"].pk
    looked_up = {"app_label": "kb", "model_name": "relatedlink", "field_name": "target", "term": "x", "page": "1"}
    with unrendered():
        for value in GARBAGE:
            for name in looked_up:
                answer = asked_for(world, "/admin/autocomplete/", **(looked_up | {name: value}))
                assert answer in ("page", "no", "missing", "not-so"), (name, value[:20])
            assert asked_for(world, path_to("<kind>/<id>/merge/targets/", live), term=value) == "page"
            assert asked_for(world, path_to("<kind>/<id>/history/", live), page=value) == "page"
            for page in ("approve-live/", "put-in-release/"):
                answer = asked_for(world, f"/admin/kb/entry/{page}", ids=value, list=value)
                assert answer in ("away", "not-so"), (page, value[:20])  # no browser is led to an endless address
