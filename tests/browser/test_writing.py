"""Nothing typed is lost, and writing is pleasant: kept text, tools above a text, rows in order, one press one save."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Route, expect

from tests.browser.desk_pages import KINDS
from tests.browser.people import Person

OFFER = "#kept-offer"
# How many texts the browser keeps, after making them older by so many days.
AGED = """async (days) => {
    const request = indexedDB.open("stride-desk", 1);
    const database = await new Promise((resolve) => { request.onsuccess = () => resolve(request.result); });
    const store = database.transaction("kept", "readwrite").objectStore("kept");
    const all = store.getAll();
    const records = await new Promise((resolve) => { all.onsuccess = () => resolve(all.result); });
    records.forEach((record) => store.put({...record, at: record.at - days * 86400000}));
    await new Promise((resolve) => { store.transaction.oncomplete = resolve; });
    database.close();
    return records.length;
}"""
PASTE = """(area, html) => {
    const clipboard = new DataTransfer();
    clipboard.setData("text/html", html);
    clipboard.setData("text/plain", "What the programme says without markup");
    area.focus();
    area.setSelectionRange(area.value.length, area.value.length);
    area.dispatchEvent(new ClipboardEvent("paste", {clipboardData: clipboard, bubbles: true, cancelable: true}));
}"""
NOTE_THE_PRESSED_BUTTON = """() => {
    document.addEventListener("submit", (event) => setTimeout(() => {
        sessionStorage.pressed = `${event.submitter.name} ${event.submitter.ariaDisabled}`;
    }));
}"""
WORD_ITEM = (
    "<p class=MsoListParagraph style='margin-left:36.0pt;mso-list:l0 level1 lfo1'>"
    "<span style='mso-list:Ignore'>·<span style='font:7.0pt \"Times New Roman\"'>&nbsp;&nbsp;</span></span>{}</p>"
)
WORD = f"""<html><head><style>p.MsoNormal {{margin: 0cm}}</style></head><body><!--StartFragment-->
<h2>Loading</h2>
<p class=MsoNormal>Tendons like <b>slow</b> and <i>heavy</i> work,<o:p></o:p>
says <a href="https://example.org/a(b)">this study</a> and <a href="javascript:alert(1)">this one</a>.</p>
{WORD_ITEM.format("Rest first")}{WORD_ITEM.format("Then <b>load</b>")}
<script>alert(1)</script><p class=MsoNormal>5 * 3 &lt;b style=1&gt; *stars*</p>
<!--EndFragment--></body></html>"""
GOOGLE = """<meta charset='utf-8'><b style="font-weight:normal;" id="docs-internal-guid-1">
<p dir="ltr"><span style="font-weight:700">Bold</span> <span style="font-weight:400">and </span>
<span style="font-weight:400;font-style:italic">leaning</span></p>
<ol><li dir="ltr"><p dir="ltr"><span>One</span></p></li><li dir="ltr"><p dir="ltr"><span>Two</span></p></li></ol></b>"""


@pytest.fixture
def writer(window: Callable[..., Page]) -> Person:
    """The therapist at a browser that keeps nothing yet."""
    return Person("therapist", window("therapist"))


def is_kept(page: Page) -> None:
    """Waits until the browser has all that was typed."""
    expect(page.locator("#content-main > form")).to_have_attribute("data-kept", "")


def crash(page: Page) -> tuple[BrowserContext, str]:
    """The tab is gone without a word."""
    context, address = page.context, page.url
    page.close(run_before_unload=False)
    return context, address


def reopened(page: Page) -> Page:
    """What somebody does after a crash."""
    is_kept(page)
    context, address = crash(page)
    fresh = context.new_page()
    fresh.goto(address)
    return fresh


def expect_offer(page: Page, sentence: str = "You have unsaved text from today") -> None:
    expect(page.locator(OFFER)).to_contain_text(sentence)


def expect_no_offer(page: Page) -> None:
    """Also not in a moment: the place of the offer is made last of all."""
    page.locator(OFFER).wait_for(state="attached")
    expect(page.locator(OFFER)).to_be_hidden()


def bring_back(page: Page) -> None:
    page.get_by_role("button", name="Bring it back").click()
    expect_offer(page, "Your text is back. It is not saved yet: press Save.")


def rows(page: Page, prefix: str) -> Locator:
    return page.locator(f"#{prefix}-group .inline-related:not(.empty-form)")


def headings(page: Page, prefix: str) -> list[str]:
    return [text.strip() for text in rows(page, prefix).locator(".inline_label").all_text_contents()]


def open_list(page: Page, prefix: str) -> None:
    page.evaluate(f"document.querySelectorAll('#{prefix}-group details').forEach((part) => {{ part.open = true; }})")


def add_row(page: Page, prefix: str) -> None:
    page.locator(f"#{prefix}-group .add-row a").click()


@pytest.fixture
def written(writer: Person) -> Page:
    """A new condition with three causes."""
    writer.begins("condition")
    page = writer.page
    page.fill("#id_name", f"Condition {id(page)}")
    page.fill("#id_summary", "It hurts.")
    page.fill("#id_overview", "What it is.")
    page.check("#id_body_regions_0")
    page.select_option("#id_urgency", index=1)
    page.select_option("#id_tissue", index=1)
    open_list(page, "causes")
    for number, text in enumerate(["Alpha", "Beta", "Gamma"]):
        add_row(page, "causes")
        page.fill(f"#id_causes-{number}-text", text)
    writer.saves()
    open_list(page, "causes")
    return page


# Kept text


def test_text_links_rows_and_their_order_come_back_after_a_crash(written):
    page = written
    page.fill("#id_overview", "Typed before the crash.")
    page.check("#id_body_regions_2")
    page.check("#id_causes-1-DELETE")
    rows(page, "causes").nth(2).get_by_role("button", name="Move up: Gamma").click()
    add_row(page, "causes")
    page.fill("#id_causes-3-text", "Delta, new")
    writer = Person("therapist", page)
    writer.adds("Symptom", "Stiffness", Typicality="Common")
    writer.links("Sources", "Bursitis")

    page = reopened(page)
    expect_offer(page)
    expect(page.locator("#id_overview")).to_have_value("What it is.")
    bring_back(page)
    expect(page.locator("#id_overview")).to_have_value("Typed before the crash.")
    expect(page.locator("#id_body_regions_2")).to_be_checked()
    expect(page.locator("#id_causes-1-DELETE")).to_be_checked()
    assert headings(page, "causes") == ["Beta", "Gamma", "Alpha", "Delta, new"]
    expect(page.locator("#id_symptom_links-0-symptom + .select2-container")).to_contain_text("Stiffness")
    expect(page.locator("#id_sources + .select2-container")).to_contain_text("Bursitis")

    Person("therapist", page).saves()
    assert headings(page, "causes") == ["Gamma", "Alpha", "Delta, new"]
    assert len(headings(page, "symptom_links")) == 1
    expect(page.locator("#id_overview")).to_have_value("Typed before the crash.")
    expect_no_offer(page)
    assert page.evaluate(AGED, 0) == 0


def test_a_new_page_comes_back_is_thrown_away_undone_and_at_last_forgotten(writer, desk):
    writer.begins("question")
    writer.writes("Name", "May I run?")
    writer.writes("Answer", "Often you may.")

    page = reopened(writer.page)
    page.context.add_cookies(desk.cookies_of("colleague"))
    page.reload()
    expect_no_offer(page)  # it is between them and their browser
    page.context.add_cookies(desk.cookies_of("therapist"))
    page.reload()
    page.get_by_role("button", name="Throw it away").click()
    page.get_by_role("button", name="Undo").click()
    bring_back(page)
    expect(page.locator("#id_name")).to_have_value("May I run?")
    expect(page.locator("#id_slug")).to_have_value("may-i-run")
    expect(page.locator("#id_answer")).to_have_value("Often you may.")

    page = reopened(page)
    page.get_by_role("button", name="Throw it away").click()
    expect_offer(page, "Thrown away.")
    page.reload()
    expect_no_offer(page)
    page.fill("#id_answer", "Another answer.")
    is_kept(page)
    assert page.evaluate(AGED, 31) > 0
    context, address = crash(page)
    page = context.new_page()
    page.goto(address)
    expect_no_offer(page)
    assert page.evaluate(AGED, 0) == 0


def test_what_is_typed_before_the_page_is_ready_is_kept_too(writer):
    page = writer.page
    writer.opens("Dull ache", kind="symptom")
    held: list[Route] = []
    page.route("**/kept*.js", lambda route: held.append(route))
    page.reload(wait_until="commit")
    page.fill("#id_summary", "Typed at once.")
    for route in held:
        route.continue_()
    page.unroute("**/kept*.js")
    fresh = reopened(page)
    expect_offer(fresh)
    bring_back(fresh)
    expect(fresh.locator("#id_summary")).to_have_value("Typed at once.")


def test_nothing_is_lost_when_a_save_does_not_get_through(writer, desk, watch):
    for expected in ("ERR_INTERNET_DISCONNECTED", "403", "Forbidden (CSRF"):
        watch.expects(expected)
    writer.opens("Dull ache", kind="symptom")
    page = writer.page
    page.fill("#id_summary", "Typed on the train.")
    page.context.set_offline(True)
    writer.presses_button("Save")
    expect(page.locator(".kept-note")).to_have_text(
        "No connection. Your text is kept in this browser; press Save again when you are back."
    )
    page.context.set_offline(False)
    expect(page.locator(".kept-note")).to_contain_text("The connection is back.")

    page.locator("form:has(#id_summary) [name=csrfmiddlewaretoken]").evaluate("field => { field.value = 'x'; }")
    writer.presses_button("Save")
    writer.follows("Open the page again")
    expect_offer(page)
    bring_back(page)

    page.context.clear_cookies(name="sessionid")
    writer.presses_button("Save")
    expect(page.locator("#kept-for-sign-in")).to_contain_text("There is unsaved text in this browser")
    writer.signs_in(desk.passwords["therapist"])
    expect_offer(page)
    bring_back(page)

    page.fill("#id_slug", "Not A Slug")
    writer.presses_button("Save")
    expect(page.locator(".errornote")).to_be_visible()
    expect_no_offer(page)
    page = reopened(page)
    bring_back(page)
    expect(page.locator("#id_slug")).to_have_value("Not A Slug")
    page.fill("#id_slug", "dull-ache")
    Person("therapist", page).saves()
    expect(page.locator("#id_summary")).to_have_value("Typed on the train.")
    expect_no_offer(page)
    assert page.evaluate(AGED, 0) == 0


def test_text_typed_before_somebody_else_saved_never_replaces_theirs_unseen(writer, colleague):
    writer.opens("Sharp pain", kind="symptom")
    writer.writes("What to do", "Mine.")
    is_kept(writer.page)
    context, address = crash(writer.page)
    colleague.opens("Sharp pain", kind="symptom")
    colleague.writes("Summary", "Theirs.")
    colleague.saves()

    writer = Person("therapist", context.new_page())
    writer.page.goto(address)
    expect_offer(writer.page, "This page was saved since then.")
    bring_back(writer.page)
    writer.sees_value("What to do", "Mine.")
    writer.presses_button("Save")
    writer.is_refused("colleague saved this page while you were writing")


def test_rows_that_somebody_elses_restore_made_anew_do_not_come_back_twice(written, colleague):
    before = headings(written, "causes")
    written.fill("#id_causes-1-text", "Beta, put better")
    is_kept(written)
    context, address = crash(written)
    colleague.page.goto(address)
    colleague.writes("Summary", "Theirs.")
    colleague.saves()
    colleague.follows("History")
    colleague.follows("Read revision 1")
    colleague.presses_button("Restore as a draft")
    colleague.is_told("revision 3")

    page = context.new_page()
    page.goto(address)
    expect_offer(page, "This page was saved since then.")
    bring_back(page)
    assert headings(page, "causes") == [before[0], "Beta, put better", before[2]]


def test_two_tabs_of_one_page_keep_their_own_text(writer):
    writer.opens("Limited movement", kind="symptom")
    first = writer.page
    second = first.context.new_page()
    second.goto(first.url)
    first.fill("#id_summary", "From the first tab.")
    is_kept(first)
    second.fill("#id_summary", "From the second tab.")
    is_kept(second)
    third = first.context.new_page()
    third.goto(first.url)
    expect_offer(third, "This page is open in another tab as well, with unsaved text.")
    expect(third.get_by_role("button", name="Bring it back")).to_have_count(0)

    crash(first)
    crash(second)
    third.reload()
    expect_offer(third, "There is older unsaved text too")
    bring_back(third)
    expect(third.locator("#id_summary")).to_have_value("From the second tab.")
    third = reopened(third)
    third.get_by_role("button", name="Throw it away").click()
    third.get_by_role("button", name="Show the older text").click()
    bring_back(third)
    expect(third.locator("#id_summary")).to_have_value("From the first tab.")


def test_a_browser_that_cannot_keep_text_says_so_and_saves_all_the_same(writer):
    writer.page.add_init_script("Object.defineProperty(window, 'indexedDB', {value: undefined})")
    writer.begins("disclaimer")
    expect(writer.page.locator(".kept-note")).to_contain_text("This browser cannot keep unsaved text.")
    writer.writes("Name", "Private window")
    writer.writes("Text", "Mind.")
    writer.saves()


# One press, one save


def test_a_double_click_saves_once_and_the_button_says_that_it_was_pressed(writer):
    writer.opens("Discomfort that keeps coming back", kind="symptom")
    page = writer.page
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    page.evaluate(NOTE_THE_PRESSED_BUTTON)
    page.fill("#id_summary", "Typed once.")
    writer.button("Save and close").dblclick()
    writer.is_told("is saved as revision 2")
    expect(page.locator("#result_list")).to_be_visible()
    assert page.evaluate("sessionStorage.pressed") == "_save true"
    assert sent.count("POST") == 1


# Tools above a text


@pytest.fixture(scope="module")
def empty_form(browsers: Callable[[str], BrowserContext]) -> Iterator[Page]:
    page = browsers("therapist").new_page()
    page.goto(f"{KINDS['question']}add/")
    yield page
    page.close()


@pytest.fixture
def area(empty_form: Page) -> Locator:
    """An empty text with its tools."""
    area = empty_form.locator("#id_answer")
    area.fill("")
    return area


def tool(area: Locator, name: str) -> Locator:
    return area.page.locator(".writing-tools:has(+ #id_answer)").get_by_role("button", name=name, exact=True)


def select(area: Locator, text: str) -> None:
    area.focus()
    area.evaluate(
        "(area, text) => area.setSelectionRange(area.value.indexOf(text), area.value.indexOf(text) + text.length)", text
    )


def test_the_tools_set_marks_and_take_them_away_again(area):
    area.fill("Run slowly at first")
    select(area, "slowly ")
    tool(area, "Bold").click()
    expect(area).to_have_value("Run **slowly** at first")
    tool(area, "Italic").click()
    expect(area).to_have_value("Run ***slowly*** at first")
    tool(area, "Bold").click()
    expect(area).to_have_value("Run *slowly* at first")
    area.page.keyboard.press("Control+i")
    expect(area).to_have_value("Run slowly at first")
    area.page.keyboard.press("Control+z")
    expect(area).to_have_value("Run *slowly* at first")


def test_lists_are_made_go_on_with_enter_and_end(area):
    area.fill("Rest\nLoad")
    area.press("Control+a")
    tool(area, "List with bullets").click()
    expect(area).to_have_value("- Rest\n- Load")
    tool(area, "List with numbers").click()
    expect(area).to_have_value("1. Rest\n2. Load")
    area.press("End")
    area.press("Enter")
    area.page.keyboard.type("Run")
    expect(area).to_have_value("1. Rest\n2. Load\n3. Run")
    area.press("Enter")
    area.press("Enter")
    area.page.keyboard.type("After")
    expect(area).to_have_value("1. Rest\n2. Load\n3. Run\nAfter")


def test_a_link_is_asked_for_and_only_a_safe_address_is_taken(area):
    area.fill("Read this study first")
    select(area, "this study")
    area.press("Control+k")
    dialog = area.page.get_by_role("dialog", name="Link")
    expect(dialog.get_by_label("Words to show")).to_have_value("this study")
    dialog.get_by_label("Address").fill("javascript:alert(1)")
    dialog.get_by_role("button", name="Set link").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Start the address with https://")
    dialog.get_by_label("Address").fill("https://example.org/a b")
    area.page.keyboard.press("Enter")
    expect(area).to_have_value("Read [this study](https://example.org/a%20b) first")
    expect(area).to_be_focused()
    select(area, "study")
    tool(area, "Link").click()
    dialog.get_by_role("button", name="Remove link").click()
    expect(area).to_have_value("Read this study first")


def test_the_tools_are_reached_with_tab_and_walked_with_arrows(area):
    tool(area, "Bold").focus()
    area.focus()
    area.press("Shift+Tab")
    expect(tool(area, "Bold")).to_be_focused()
    area.page.keyboard.press("ArrowRight")
    expect(tool(area, "Italic")).to_be_focused()
    area.page.keyboard.press("End")
    expect(tool(area, "Link")).to_be_focused()
    area.page.keyboard.press("ArrowRight")
    expect(tool(area, "Bold")).to_be_focused()


def test_text_from_word_and_google_docs_becomes_markdown_and_nothing_else(area):
    area.evaluate(PASTE, WORD)
    expect(area).to_have_value(
        "Loading\n\n"
        "Tendons like **slow** and *heavy* work, says [this study](https://example.org/a%28b%29) and this one.\n\n"
        "- Rest first\n- Then **load**\n\n"
        "5 * 3 <b style=1> \\*stars\\*"
    )
    area.fill("")
    area.evaluate(PASTE, GOOGLE)
    expect(area).to_have_value("**Bold** and *leaning*\n\n1. One\n2. Two")


# Rows in order


def test_rows_are_ordered_with_the_keyboard_dragged_added_and_removed(written):
    page, writer = written, Person("therapist", written)
    said, count = page.locator("#order-status"), page.locator("#causes-group .count")
    page.get_by_role("button", name="Move down: Alpha").focus()
    page.keyboard.press("Enter")
    expect(said).to_have_text("Moved to place 2 of 3")
    expect(page.get_by_role("button", name="Move down: Alpha")).to_be_focused()
    page.keyboard.press("Enter")
    assert headings(page, "causes") == ["Beta", "Gamma", "Alpha"]
    expect(page.get_by_role("button", name="Move down: Alpha")).to_have_attribute("aria-disabled", "true")

    drag(page, "causes", 2, onto=0)
    expect(said).to_have_text("Moved to place 1 of 3")
    assert headings(page, "causes") == ["Alpha", "Beta", "Gamma"]
    drag(page, "causes", 2, onto=0)
    assert headings(page, "causes") == ["Gamma", "Alpha", "Beta"]

    page.fill("#id_slug", "Not A Slug")
    writer.presses_button("Save")
    expect(page.locator(".errornote")).to_be_visible()
    assert headings(page, "causes") == ["Gamma", "Alpha", "Beta"]
    page.fill("#id_slug", f"condition-{id(page)}")

    open_list(page, "causes")
    page.get_by_label("Remove: Alpha").check()
    expect(count).to_have_text("2")
    add_row(page, "causes")
    page.fill("#id_causes-3-text", "Delta")
    add_row(page, "causes")
    page.fill("#id_causes-4-text", "**Epsilon** is new")
    expect(page.locator(".writing-tools:has(+ #id_causes-4-text)")).to_have_count(1)
    expect(count).to_have_text("4")
    page.get_by_role("button", name="Move up: Epsilon is new").click()
    page.get_by_role("button", name="Move up: Epsilon is new").click()
    expect(said).to_have_text("Moved to place 2 of 4")
    rows(page, "causes").filter(has_text="Delta").locator(".inline-deletelink").click()
    expect(count).to_have_text("3")
    writer.saves()
    assert headings(page, "causes") == ["Gamma", "**Epsilon** is new", "Beta"]


def drag(page: Page, prefix: str, number: int, *, onto: int) -> None:
    """The row of this number to the top half of another."""
    handle = rows(page, prefix).nth(number).locator(".drag-handle")
    handle.scroll_into_view_if_needed()
    start, end = handle.bounding_box(), rows(page, prefix).nth(onto).bounding_box()
    assert start
    assert end
    page.mouse.move(start["x"] + 5, start["y"] + 5)
    page.mouse.down()
    page.mouse.move(end["x"] + 10, end["y"] + 4, steps=8)
    page.mouse.up()


# At every width and in the dark


def test_the_offer_the_dialog_and_the_page_of_failure_keep_nobody_out(writer, axe, watch):
    watch.expects("404")
    writer.begins("guide")
    writer.page.fill("#id_body", "Some text.")
    page = reopened(writer.page)
    expect_offer(page)
    at_every_width(page, axe)
    page.locator(".writing-tools:has(+ #id_body)").get_by_role("button", name="Link").click()
    at_every_width(page, axe)
    page.keyboard.press("Escape")
    page.goto("/admin/nothing/")
    at_every_width(page, axe)


def at_every_width(page: Page, axe: Callable[[Page], None]) -> None:
    for width, colours in ((1440, "light"), (390, "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=colours)
        axe(page)
        assert page.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth")
