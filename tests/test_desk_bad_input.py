"""Whatever arrives at the desk: a clear answer, nothing lost, nothing half done."""

import html
import re

import pytest
from django.test import Client
from django.urls import reverse

from kb import editing
from kb.admin import kept
from kb.enums import Basis
from kb.markdown import LONGEST
from kb.models.editing import Revision
from kb.models.entry import Entry
from tests.desk import Form, add_row, errors, list_url, newest, opened, url, wording

KEY, OTHER_KEY = "0123456789abcdef" * 2, "f" * 32
WORD = "“Smart” quotes – dashes… a soft\u00adhyphen, a\u00a0fixed space, bullets •\tand tabs"
SCRIPT = """<script>alert("1")</script><img src=x onerror='alert(1)'> </textarea><b>&amp; &lt;"""
FORM = "application/x-www-form-urlencoded"
NO_INLINE = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=\"")


def at_field(page: str, name: str) -> str:
    """The messages that stand at one field."""
    row = re.search(rf'<div class="form-row errors field-{name}">(.*?)<textarea', page, re.DOTALL)
    assert row, f"no message at {name}"
    return row[1]


def shown(page: str, name: str) -> str:
    """What stands in a field of the page, as a browser would send it."""
    return Form(page).sent[name][-1]


# Text of every sort


@pytest.mark.parametrize(
    "text",
    [
        WORD,
        SCRIPT,
        "Läufer:in 🏃🏽‍♀️ \U0001f9b4 naïve",
        "\u202bكاحل الركض\u202c هو 5 كم — שלום",
        "javascript:alert(1) [x](javascript:y)",
    ],
    ids=["word", "script", "emoji", "right to left", "link"],
)
def test_text_of_every_sort_comes_back_exactly_as_it_was_typed(writing, draft, text):
    sent = opened(writing, url(draft)) | {"overview": [text]}
    add_row(sent, "causes", text=text, basis="stated")
    assert writing.post(url(draft), sent).status_code == 302
    assert (wording(draft)["overview"], wording(draft)["causes"][0]["text"]) == (text, text)
    page = writing.get(url(draft)).content.decode()
    assert (shown(page, "overview"), shown(page, "causes-0-text")) == (text, text)
    assert "<script>alert" not in page


def test_text_areas_take_either_direction_and_cut_nothing_off(writing, draft):
    page = writing.get(url(draft)).content.decode()
    areas = re.findall(r"<textarea[^>]*>", page)
    assert areas
    assert all('dir="auto"' in area for area in areas)
    assert not [area for area in areas if "maxlength" in area]


def test_text_for_readers_has_writing_tools_and_notes_among_editors_have_none(writing, draft):
    page = writing.get(url(draft)).content.decode()
    equipped = set(re.findall(r'<textarea name="([\w-]+)"[^>]*data-markdown', page))
    assert {"summary", "overview", "review_note", "causes-__prefix__-text"} <= equipped
    assert not {name for name in equipped if name.endswith(("editorial_note", "synonyms"))}


@pytest.mark.parametrize("field", ["name", "slug", "summary", "synonyms"])
def test_a_null_character_is_told_and_what_was_typed_stays(writing, draft, field):
    page = errors(writing.post(url(draft), opened(writing, url(draft)) | {field: ["typed\x00text"]}))
    assert "invisible control character" in page
    assert shown(page, field).replace("\x00", "") == "typedtext"
    assert newest(draft).number == 1


def test_a_null_character_in_a_search_finds_nothing_and_breaks_nothing(writing, draft):
    assert writing.get(list_url("condition"), {"q": "a\x00b"}).status_code == 200
    assert writing.get(list_url("condition"), {"status": "\x00"}).status_code in (200, 302)
    looked_up = {"app_label": "kb", "model_name": "relatedlink", "field_name": "target", "term": "sore\x00"}
    assert writing.get(reverse("admin:autocomplete"), looked_up).status_code == 200


# Too much


@pytest.mark.parametrize("length", [LONGEST + 1, 2_000_000])
def test_a_text_that_is_too_long_is_told_at_its_field_and_stays_there(writing, draft, length):
    text = ("Läuft " * length)[:length].strip().ljust(length, "x")
    page = errors(writing.post(url(draft), opened(writing, url(draft)) | {"overview": [text]}))
    assert f"This may have 20,000 characters at most, and has {length}." in at_field(page, "overview")
    assert shown(page, "overview") == text
    assert newest(draft).number == 1


def test_a_text_of_the_greatest_length_is_saved(writing, draft):
    text = "x" * LONGEST
    assert writing.post(url(draft), opened(writing, url(draft)) | {"overview": [text]}).status_code == 302
    assert wording(draft)["overview"] == text


def test_rows_and_lines_and_names_that_are_too_long_are_told_too(writing, draft):
    sent = opened(writing, url(draft)) | {"name": ["n" * 301], "synonyms": ["\n".join(f"name {n}" for n in range(201))]}
    add_row(sent, "causes", text="c" * (LONGEST + 1), basis="stated")
    page = errors(writing.post(url(draft), sent))
    assert "This may have 300 characters at most, and has 301." in page
    assert "This may have 200 lines at most, and has 201." in page
    assert "and has 20001." in page
    assert (shown(page, "name"), len(shown(page, "causes-0-text"))) == ("n" * 301, LONGEST + 1)


def test_a_condition_with_hundreds_of_rows_is_saved(writing, draft):
    sent = opened(writing, url(draft))
    for number in range(300):
        add_row(sent, "causes", text=f"Cause {number}", basis="stated", sources=[], place=number + 1)
    assert len(sent) > 1000
    assert writing.post(url(draft), sent).status_code == 302
    assert len(wording(draft)["causes"]) == 300


@pytest.mark.parametrize(
    "sent",
    [{"overview": "x" * (11 * 1024 * 1024)}, {f"field-{number}": "" for number in range(20_001)}],
    ids=["bytes", "fields"],
)
def test_more_than_a_page_can_hold_is_answered_by_a_page_that_says_so(writing, draft, sent):
    answer = writing.post(url(draft), "&".join(f"{key}={value}" for key, value in sent.items()), FORM)
    page = answer.content.decode()
    assert answer.status_code == 413
    assert "This is more than one page can hold" in page
    assert "Your text is kept in this browser." in page
    assert f'href="{url(draft)}"' in page
    assert newest(draft).number == 1


# Expired, gone, broken


def test_an_expired_form_is_answered_by_a_page_that_leads_back(therapist, draft):
    desk = Client(SERVER_NAME="localhost", enforce_csrf_checks=True)
    desk.force_login(therapist)
    answer = desk.post(url(draft), {"overview": "What I typed"})
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "This form has expired, and nothing was changed" in page
    assert "What you typed is not lost." in page
    assert f'href="{url(draft)}"' in page
    assert newest(draft).number == 1


def test_text_is_called_kept_only_where_it_is(editor, draft):
    desk = Client(SERVER_NAME="localhost", enforce_csrf_checks=True)
    desk.force_login(editor)
    page = desk.post(url(draft, "publish"), {"summary": "Not kept"}).content.decode()
    assert "This form has expired" in page
    assert "not lost" not in page


def test_somebody_who_was_signed_out_comes_back_to_the_page_that_they_were_on(reader, draft):
    answer = reader.post(url(draft), {"overview": "What I typed"})
    assert answer.headers["Location"] == f"/admin/login/?next={url(draft)}"


def test_what_is_not_there_or_not_allowed_is_said_in_our_own_look(writing, draft):
    missing, refused = writing.get("/admin/nothing/"), writing.get(url(draft, "publish"))
    assert (missing.status_code, refused.status_code) == (404, 403)
    assert "There is no such page" in missing.content.decode()
    assert "This is not open to your role" in refused.content.decode()


def test_a_fault_of_ours_is_said_in_our_own_look_and_changes_nothing(writing, draft, monkeypatch):
    sent = opened(writing, url(draft)) | {"overview": ["What I typed"]}
    monkeypatch.setattr(editing, "save", lambda *_, **__: 1 / 0)
    writing.raise_request_exception = False
    answer = writing.post(url(draft), sent)
    assert answer.status_code == 500
    assert "it was not you" in answer.content.decode()
    assert "What you typed is not lost." in answer.content.decode()
    assert newest(draft).number == 1
    assert type(draft).objects.get(pk=draft.pk).overview == draft.overview


def test_pages_that_say_what_went_wrong_keep_to_the_policy(writing, draft):
    for answer in (writing.get("/admin/nothing/"), writing.get(url(draft, "publish"))):
        assert not NO_INLINE.search(answer.content.decode())
        assert "kb/admin.css" in answer.content.decode()
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]


def test_beside_the_desk_nothing_looks_like_the_desk(reader):
    assert "Stride KB" not in reader.get("/nothing").content.decode()
    missing = reader.get("/api/v1/nothing")
    assert missing.headers["Content-Type"] == "application/problem+json"
    made_up = reader.get("/api/v1", headers={"host": "evil.example"})
    assert (made_up.status_code, made_up.headers["Content-Type"]) == (400, "application/problem+json")


# The same form twice


def test_an_old_form_sent_again_after_saving_is_a_conflict_and_no_loss(writing, draft):
    old = opened(writing, url(draft))
    assert writing.post(url(draft), old | {"overview": ["First"]}).status_code == 302
    page = errors(writing.post(url(draft), old | {"overview": ["Typed after going back"]}))
    assert "Typed after going back" in html.unescape(page)
    assert wording(draft)["overview"] == "First"
    assert newest(draft).number == 2


def test_a_new_page_sent_twice_is_made_once(writing, house):
    sent = opened(writing, list_url("disclaimer", "add")) | {"name": ["Note"], "slug": ["note"], "text": ["Mind."]}
    assert writing.post(list_url("disclaimer", "add"), sent).status_code == 302
    assert "Another page of this kind has this short name." in errors(writing.post(list_url("disclaimer", "add"), sent))
    assert Entry.objects.filter(slug="note").count() == 1


def test_the_same_form_sent_twice_makes_one_revision(writing, draft):
    sent = opened(writing, url(draft)) | {"overview": ["Once"]}
    for _ in range(2):
        writing.post(url(draft), sent)
    assert Revision.objects.filter(entry=draft).count() == 2


# What the browser keeps


def test_saving_tells_the_browser_which_text_it_may_let_go(writing, draft):
    writing.post(url(draft), opened(writing, url(draft)) | {"kept_text": [f"{KEY} {OTHER_KEY}"], "overview": ["New"]})
    cookie = writing.cookies[kept.COOKIE]
    assert cookie.value.split(".") == [KEY, OTHER_KEY]
    assert (cookie["path"], cookie["samesite"], cookie["httponly"]) == ("/admin/", "Lax", "")


def test_so_does_saving_what_had_not_changed_and_saving_a_new_page(writing, draft):
    writing.post(url(draft), opened(writing, url(draft)) | {"kept_text": [KEY]})
    sent = opened(writing, list_url("disclaimer", "add")) | {"name": ["Note"], "slug": ["note"], "text": ["Mind."]}
    writing.post(list_url("disclaimer", "add"), sent | {"kept_text": [OTHER_KEY]})
    assert writing.cookies[kept.COOKIE].value.split(".") == [OTHER_KEY, KEY]


def test_a_refused_form_lets_go_of_nothing_and_gives_its_keys_back(writing, draft):
    page = errors(writing.post(url(draft), opened(writing, url(draft)) | {"kept_text": [KEY], "slug": ["Not A Slug"]}))
    assert kept.COOKIE not in writing.cookies
    assert shown(page, "kept_text") == KEY


def test_made_up_keys_go_nowhere(writing, draft):
    sent = opened(writing, url(draft)) | {"kept_text": ["<b>; Path=/\r\nSet-Cookie: a=b " + " ".join(["0" * 31] * 5)]}
    assert kept.COOKIE not in writing.post(url(draft), sent).cookies
    many = " ".join(f"{number:032x}" for number in range(1000))
    assert len(writing.post(url(draft), sent | {"kept_text": [many]}).cookies[kept.COOKIE].value) < 2000


def test_the_page_says_whose_text_it_is(writing, reviewing, draft, therapist):
    assert f'data-person="{therapist.pk}"' in writing.get(url(draft)).content.decode()
    assert f'data-person="{therapist.pk}"' not in reviewing.get(url(draft)).content.decode()


# Rows


def test_a_row_that_was_added_and_left_blank_is_no_row_even_where_it_has_a_place(writing, draft):
    sent = opened(writing, url(draft))
    add_row(sent, "causes", text="", basis=Basis.GENERAL, place=1)
    add_row(sent, "causes", text="A cause", basis="stated", place=2)
    assert writing.post(url(draft), sent).status_code == 302
    assert [row["text"] for row in wording(draft)["causes"]] == ["A cause"]


@pytest.mark.parametrize("number", ["1000000000", "9" * 5000, "²", ""])
def test_a_made_up_number_of_rows_is_refused_at_once(writing, draft, number):
    sent = opened(writing, url(draft))
    for name in ("INITIAL", "TOTAL"):
        assert "errornote" in errors(writing.post(url(draft), sent | {f"causes-{name}_FORMS": [number]}))
