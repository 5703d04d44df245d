"""The Markdown subset: what phones show of a text, and what it holds that they cannot show."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from kb import markdown
from tests.long_texts import FILLERS, TWO_MEGABYTES

ALLOWED = {"p": set(), "ul": set(), "ol": {"start"}, "li": set(), "em": set(), "strong": set()}
ALLOWED["a"] = {"href", "rel", "target"}

PIECES = [
    "# ",
    "- ",
    "1. ",
    "> ",
    "```",
    "    ",
    "*",
    "**",
    "_",
    "[a](",
    ")",
    "]",
    "[",
    "![",
    "<",
    ">",
    "</",
    "&#",
    "&lt;",
]
PIECES += [
    "javascript:",
    "JaVaScRiPt:",
    "data:text/html,",
    "https://",
    "mailto:",
    "\\",
    "\n",
    "\n\n",
    "\t",
    "\x00",
    "\ud800",
]
PIECES += [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<a href='",
    "onclick=",
    '"',
    "'",
    "&colon;",
    "|",
    "-|-",
]
PIECES += ["👍", "ירך", "\u202e", "é", "words ", "\r\n", "\u2028", "%0a", "&#x6a;avascript:"]
texts = st.one_of(
    st.text(), st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=5)), max_size=40).map("".join)
)


class _Tags(HTMLParser):
    """Every tag with its attributes, as a browser would find them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, {name: value or "" for name, value in attrs}))

    def handle_comment(self, data):
        self.found.append(("comment", {}))

    def handle_decl(self, decl):
        self.found.append(("declaration", {}))


def shown(text):
    """Without line ends, which mean nothing in HTML."""
    return markdown.html(text).replace("\n", "")


def test_paragraphs_lists_emphasis_and_links_are_shown():
    text = "It *often* gets **better**.\n\n- Rest\n- Walk\n\n3. Then\n4. Now\n\nAsk [the NHS](https://nhs.uk) or "
    text += "[us](mailto:a@b.org)."
    new_tab = 'target="_blank" rel="noopener noreferrer"'
    assert shown(text) == (
        "<p>It <em>often</em> gets <strong>better</strong>.</p>"
        "<ul><li>Rest</li><li>Walk</li></ul>"
        '<ol start="3"><li>Then</li><li>Now</li></ol>'
        f'<p>Ask <a href="https://nhs.uk" {new_tab}>the NHS</a> or <a href="mailto:a@b.org" {new_tab}>us</a>.</p>'
    )
    assert markdown.outside_the_subset(text) == []


@pytest.mark.parametrize(
    ("text", "called"),
    [
        ("# Rest", "a heading"),
        ("Rest\n----", "a heading"),
        ("> he said", "a quotation"),
        ("a | b\n--|--\n1 | 2", "a table"),
        ("a\n\n---\n\nb", "a dividing line"),
        ("```\nx\n```", "code"),
        ("use `x`", "code"),
        ("    far in", "text set in by four spaces"),
        ("<b>loud</b>", "HTML"),
        ("<div>\nx\n</div>", "HTML"),
        ("<!-- hidden -->", "HTML"),
        ("![hip](https://x.org/y.png)", "a picture"),
        ("~~gone~~", "crossed-out text"),
        ("a&nbsp;b", "a character code like “&nbsp;”"),
        ("<https://nhs.uk>", "a link in angle brackets"),
        ("[x](javascript:alert(1))", "a link that starts with “javascript:”"),
        ("[x](JAVASCRIPT:alert(1))", "a link that starts with “javascript:”"),
        ("[x](data:text/html,y)", "a link that starts with “data:”"),
        ("[x](http://nhs.uk)", "a link that starts with “http:”"),
        ("[x](page.html)", "a link without “https://”"),
        ("[x](https:nhs)", "a link without “https://”"),
        ("[x][1]\n\n[1]: https://nhs.uk", "a link whose address stands elsewhere"),
    ],
)
def test_what_phones_cannot_show_is_named(text, called):
    assert markdown.outside_the_subset(text) == [called]


@pytest.mark.parametrize(
    "text",
    [
        "5 < 6 and 7 > 6, <3 weeks, < 18 years",
        "2 * 3 * 4, a*, *b and 5*",
        "snake_case_word and __init__py",
        "10–20% of runners & more, AT&T, R&D;",
        "See [1] and (2), [see below] too",
        "👍🏽 👩‍⚕️",
        "כאב בירך < מפשעה_א_ב",
        "- a\n- b\n\n1. c\n2. d\n\n   e",
        "3. March\n\n+ more",
        "#1 in the list; C# too",
        "It hurts | a lot",
        "a -- b --- c",
        "Line one\nline two",
        "it's “quoted”",
    ],
)
def test_plain_words_are_not_taken_for_markup(text):
    assert markdown.outside_the_subset(text) == []


@pytest.mark.parametrize(
    "text", ["# Rest", "<b>x</b>", "a&nbsp;b", "[x](javascript:alert(1))", "[x]()", "> said", "`x`"]
)
def test_what_phones_cannot_show_stands_as_it_was_typed(text):
    words = re.sub(r"</?p>", "", shown(text))
    assert words == text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def test_each_fault_is_named_once():
    assert markdown.outside_the_subset("# a\n\n# b\n\n<i>c</i>") == ["a heading", "HTML"]


def test_plain_words_are_left_when_the_markup_goes():
    text = "It *often* gets **better**.\n\n- Rest\n- Walk\n\nAsk [the NHS](https://nhs.uk), 5 < 6."
    assert markdown.plain(text) == "It often gets better.\n\nRest\nWalk\n\nAsk the NHS, 5 < 6."


@given(texts)
@example("[a](javascript&colon;alert(1))")
@example("[a](\x01javascript:alert(1))")
@example("[a]()")
@example("[]( )")
@example('[a](https://x" onmouseover=alert(1) y=")')
@example("<<script>script>alert(1)</script>")
@settings(max_examples=400, deadline=None)
def test_whatever_is_typed_no_other_tag_attribute_or_address_comes_out(text):
    for tag, attributes in _Tags(markdown.html(text)).found:
        assert tag in ALLOWED
        assert set(attributes) <= ALLOWED[tag]
        assert re.match("(https://|mailto:)", attributes.get("href", "https://"), re.IGNORECASE)
        assert attributes.get("rel", "noopener noreferrer") == "noopener noreferrer"
    markdown.outside_the_subset(text)
    markdown.plain(text)


@given(
    st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00\r", exclude_categories=("Cc", "Zl", "Zp")))
)
@settings(max_examples=200, deadline=None)
def test_no_word_gets_lost(text):
    kept = _words(markdown.plain(text))
    assert all(word in kept for word in _words(text))


def _words(text):
    return re.findall(r"[A-Za-z]+", text)


@pytest.mark.parametrize("name", FILLERS)
def test_of_two_megabytes_of_anything_only_the_start_is_read_as_markdown(name, monkeypatch):
    read, parse = [], MarkdownIt.parse

    def noted(self, text, env=None):
        read.append(len(text))
        return parse(self, text, env)

    monkeypatch.setattr(MarkdownIt, "parse", noted)
    piece = FILLERS[name]
    text = piece * (TWO_MEGABYTES // len(piece))
    assert len(markdown.html(text)) >= len(piece.strip())
    assert len(markdown.plain(text)) <= len(text) + 2  # a paragraph may begin where reading ends
    assert len(markdown.outside_the_subset(text)) < 10
    assert len(read) == 3
    assert max(read) <= markdown.LONGEST


def test_the_end_of_a_very_long_text_is_shown_as_plain_words():
    text = "word " * (markdown.LONGEST // 5) + "\n\n<b>*the end*</b>"
    assert shown(text).endswith("<p>&lt;b&gt;*the end*&lt;/b&gt;</p>")
    assert markdown.plain(text).endswith("<b>*the end*</b>")
