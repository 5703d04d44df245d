"""The whole way of a reader: a first visit, a tunnel, and what editors did meanwhile."""

import re

from playwright.sync_api import expect

from tests.browser.watch import Watch
from tests.packages.editors import Editors
from tests.pocket.reader import HOME

NO_NETWORK = "ERR_INTERNET_DISCONNECTED"
MINUTE = 60_000


def test_after_one_visit_everything_is_there_without_a_network(phone, watch: Watch):
    watch.expects(NO_NETWORK)
    reader = phone()
    reader.opens()
    reader.is_ready_for_no_network()

    reader.loses_the_network()
    reader.starts_anew()
    reader.sees_heading(HOME)
    reader.sees("There is no network now")
    reader.taps_card("Groin")
    reader.taps_card("Labral tear")
    reader.sees_heading("Labral tear")
    reader.searches("stress fracture")
    reader.taps_card("Hip stress fracture")
    reader.sees_heading("Hip stress fracture")
    reader.sees("Call your local emergency number")


def test_what_editors_did_meanwhile_arrives_when_the_network_is_back(phone, watch: Watch, editors: Editors):
    watch.expects(NO_NETWORK)
    reader = phone()
    reader.opens("treatment/elevation")
    reader.sees_heading("Elevation")
    reader.is_ready_for_no_network()

    reader.loses_the_network()
    editors.go_live("guide", "how-the-hip-works", name="How a hip works")
    editors.withdraw("treatment", "elevation", reason="safety")
    reader.starts_anew()
    reader.sees_heading("Elevation")
    reader.sees("How it is done")

    reader.has_the_network_again()
    reader.sees("Withdrawn for safety")
    reader.sees("Do not follow what this page said")
    reader.sees_nothing_of("How it is done")
    reader.opens("guide/how-the-hip-works")
    reader.sees_heading("How a hip works")


def test_a_safety_notice_reaches_somebody_who_is_reading(phone, editors: Editors):
    reader = phone()
    reader.page.clock.install()
    reader.opens("question/do-runners-have-bad-hips")
    reader.sees("Answer")
    editors.withdraw("question", "do-runners-have-bad-hips", reason="safety")
    reader.page.clock.run_for(MINUTE + 1000)
    assert "Safety notice" in reader.is_told()
    assert "bad hips" in reader.is_told()
    reader.sees("Withdrawn for safety")
    reader.sees_nothing_of("Sources")
    reader.presses("Close")
    expect(reader.page.get_by_role("alert")).to_be_hidden()


def test_a_page_that_changed_for_safety_says_so_at_its_top(phone, editors: Editors):
    told = "The older words left out a caution."
    reader = phone()
    reader.opens("treatment/ice-packs")
    editors.go_live("treatment", "ice-packs", severity="safety", summary=told, how="Newer words.")
    reader.asks_for_news()
    reader.opens("treatment/ice-packs")
    notice = reader.main.locator(".notice")
    expect(notice).to_contain_text("Changed for safety on")
    expect(notice).to_contain_text(told)
    reader.sees("Newer words.")
    assert notice.bounding_box()["y"] < reader.main.locator(".help").bounding_box()["y"]


def test_a_warning_stands_on_the_older_words_while_the_newer_cannot_be_had(phone, watch: Watch, editors: Editors):
    """The notices arrive, the sync does not: the copy is older than what is known of it."""
    watch.expects("503")
    reader = phone()
    reader.opens("treatment/otc-pain-relievers")
    editors.go_live(
        "treatment", "otc-pain-relievers", severity="safety", summary="The older words could harm.", how="Newer words."
    )
    reader.page.route(re.compile("/api/v1/sync"), lambda route: route.fulfill(status=503, body=""))
    reader.opens("about")
    reader.presses("Check for news now")
    assert "The older words could harm." in reader.is_told()
    reader.sees("The server cannot be reached.")
    reader.opens("treatment/otc-pain-relievers")
    reader.sees("Below are the older words.")


def test_a_merged_page_leads_to_where_it_went(phone, editors: Editors):
    reader = phone()
    reader.opens("symptom/tenderness")
    editors.merge("symptom", "tenderness", into="stiffness")
    reader.asks_for_news()
    reader.opens("symptom/tenderness")
    reader.sees("Merged into another entry")
    reader.taps("Stiffness")
    reader.sees_heading("Stiffness")


def test_it_asks_at_most_once_a_minute_while_it_is_looked_at(phone):
    reader = phone()
    polls = reader.opens_on_a_clock_of_ours()
    reader.lets_pass(seconds=40)
    reader.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    reader.lets_pass(seconds=5)
    assert len(polls()) == 1
    reader.lets_pass(seconds=90)
    assert [round(gap) for gap in polls()] == [0, 1, 1]


def test_it_asks_at_once_when_the_network_is_back(phone):
    reader = phone()
    polls = reader.opens_on_a_clock_of_ours()
    reader.lets_pass(seconds=30)
    with reader.page.expect_request("**/api/v1"):
        reader.page.evaluate("window.dispatchEvent(new Event('online'))")
    assert [0.4 < gap < 0.9 for gap in polls()] == [False, True]  # else after a whole minute


def test_a_server_that_fails_is_asked_later_and_later(phone, watch: Watch):
    watch.expects("503")
    reader = phone()
    polls = reader.opens_on_a_clock_of_ours()
    reader.page.route("**/api/v1", lambda route: route.fulfill(status=503, body=""))
    reader.lets_pass(seconds=9 * 60)
    assert [round(gap) for gap in polls()] == [0, 1, 1, 2, 4]


def test_a_first_visit_that_reaches_no_server_says_so_and_can_be_tried_again(phone, watch: Watch):
    watch.expects("ERR_FAILED")
    reader = phone()
    reader.page.route("**/api/**", lambda route: route.abort())
    reader.opens("condition/hip-impingement")
    reader.sees("nothing is on this device yet")
    reader.sees("Do not wait for this app in an emergency")
    reader.page.unroute("**/api/**")
    reader.presses("Get the pages")
    reader.sees_heading("Hip impingement")


def test_who_deletes_the_copy_gets_it_back_only_when_they_ask(phone):
    reader = phone()
    reader.page.clock.install()
    reader.opens("about")
    reader.page.on("dialog", lambda dialog: dialog.accept())
    reader.presses("Delete the copy")
    reader.taps("Browse")
    reader.sees("The copy is deleted.")
    reader.page.clock.run_for(10 * MINUTE)
    reader.sees("The copy is deleted.")
    reader.presses("Get the pages")
    reader.sees("By kind")
