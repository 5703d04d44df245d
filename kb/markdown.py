"""The Markdown subset of articles: paragraphs, lists, emphasis, and links to https: and mailto:. Nothing else.

What stands outside of it is shown as it was typed, so that its writer sees it.
"""

import re
from collections.abc import Iterator

import nh3
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline, link
from markdown_it.token import Token

LONGEST = 20_000
"""Characters that are read as Markdown: some ten pages. What follows is taken as plain words, to bound the cost."""

TAGS = {"p", "ul", "ol", "li", "em", "strong", "a"}
ATTRIBUTES = {"a": {"href"}, "ol": {"start"}}
SCHEMES = {"https", "mailto"}

_ALLOWED_LINK = re.compile(r"(https://[^/?#\s]|mailto:[^\s])", re.IGNORECASE)
_NOWHERE = re.compile(r"\(\s*\)")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]{0,19}:", re.IGNORECASE)

_FOREIGN = {
    "heading_open": "a heading",
    "blockquote_open": "a quotation",
    "table_open": "a table",
    "hr": "a dividing line",
    "fence": "code",
    "code_inline": "code",
    "code_block": "text set in by four spaces",
    "html_block": "HTML",
    "html_inline": "HTML",
    "image": "a picture",
    "s_open": "crossed-out text",
}


def html(text: str) -> SafeString:
    """What a phone shows of it. Safe whatever the text holds."""
    start, rest = _halves(text)
    shown = nh3.clean(
        _subset.render(start),
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )
    as_typed = "".join(f"<p>{escape(part)}</p>\n" for part in _paragraphs(rest))
    return mark_safe(shown + as_typed)  # noqa: S308  one half is cleaned, the other escaped


def plain(text: str) -> str:
    """Its words without markup; paragraphs and list items stay apart, by an empty line and by a line end."""
    start, rest = _halves(text)
    return "\n\n".join([*filter(None, [_words(_subset.parse(start))]), *_paragraphs(rest)])


def outside_the_subset(text: str) -> list[str]:
    """What the text holds that the subset lacks, as noun phrases for a sentence: “a heading”, “HTML”."""
    start, _ = _halves(text)
    env: dict[str, object] = {}
    found = [phrase for token in _flat(_whole.parse(start, env)) if (phrase := _foreign(token))]
    if env.get("references"):
        found.append("a link whose address stands elsewhere")
    return list(dict.fromkeys(found))


def _is_allowed_link(address: str) -> bool:
    return bool(_ALLOWED_LINK.match(address))


def _link_to_somewhere(state: StateInline, silent: bool) -> bool:
    """CommonMark also has links without any address, which nobody asks `validateLink` about."""
    end = state.md.helpers.parseLinkLabel(state, state.pos, True) if state.src[state.pos] == "[" else -1
    return not (end >= 0 and _NOWHERE.match(state.src, end + 1)) and link(state, silent)


def _parser_of_the_subset() -> MarkdownIt:
    parser = MarkdownIt("zero", {"maxNesting": 20})
    parser.enable(["list", "emphasis", "link", "escape"])
    parser.inline.ruler.at("link", _link_to_somewhere)
    parser.validateLink = _is_allowed_link  # type: ignore[method-assign,assignment]  # markdown-it-py is configured by replacing this method
    return parser


def _parser_of_everything() -> MarkdownIt:
    """CommonMark with tables, as many apps read it. It refuses no link, so that a bad one can be named."""
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    parser.validateLink = lambda address: True  # type: ignore[method-assign,assignment]  # markdown-it-py is configured by replacing this method
    parser.disable("text_join")  # it hides which characters were written as codes
    return parser


_subset = _parser_of_the_subset()
_whole = _parser_of_everything()


def _halves(text: str) -> tuple[str, str]:
    """What is read as Markdown, and what is too far down for that. Half characters are replaced."""
    whole = text.encode(errors="replace").decode()
    if len(whole) <= LONGEST:
        return whole, ""
    end = whole.rfind("\n", 0, LONGEST)
    end = end if end > 0 else LONGEST
    return whole[:end], whole[end:]


def _paragraphs(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"\n[ \t]*\n", text) if part.strip()]


def _words(tokens: list[Token]) -> str:
    parts: list[str] = []
    for token in tokens:
        if token.type == "inline":
            parts.append("".join(child.content if child.type == "text" else "" for child in token.children or []))
        elif token.type == "paragraph_close":
            parts.append("\n" if token.hidden else "\n\n")
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            parts.append("\n")
    return re.sub(r"\n{3,}", "\n\n", "".join(parts)).strip()


def _flat(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _flat(token.children or [])


def _foreign(token: Token) -> str:
    if token.type == "link_open":
        return _foreign_link(token)
    if token.type == "text_special" and token.info == "entity":
        return f"a character code like “{token.markup}”"
    return _FOREIGN.get(token.type, "")


def _foreign_link(token: Token) -> str:
    address = str(token.attrGet("href") or "")
    if token.info == "auto":
        return "a link in angle brackets"
    if _is_allowed_link(address):
        return ""
    scheme = _SCHEME.match(address)
    if scheme and scheme[0].lower().rstrip(":") not in SCHEMES:
        return f"a link that starts with “{scheme[0].lower()}”"
    return "a link without “https://”"
