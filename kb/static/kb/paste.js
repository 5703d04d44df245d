/* Text from Word, Google Docs or a web page, as the Markdown that an article may hold: paragraphs, lists, bold, italic, links. */
"use strict";

const LEFT_OUT = "style, script, title, head, template, noscript, xml, svg, meta, link";
const BLOCKS = new Set(["P", "DIV", "H1", "H2", "H3", "H4", "H5", "H6", "LI", "UL", "OL", "TABLE", "TR", "BLOCKQUOTE", "PRE", "SECTION",
    "ARTICLE", "HEADER", "FOOTER", "MAIN", "DL", "DT", "DD", "FIGURE", "FIGCAPTION", "HR", "ADDRESS"]);
const FORMATTED = "p, li, b, strong, i, em, a[href], h1, h2, h3, h4, h5, h6, table";
const WORD_LIST = /^\w+ level(\d+)/;

/* "" where the HTML says no more than the plain text beside it. Nothing in it is run or fetched. */
export function markdownOf(html) {
    const body = new DOMParser().parseFromString(withoutStyles(html), "text/html").body;
    if (!body.querySelector(FORMATTED)) {
        return "";
    }
    const found = {blocks: [], open: null};
    walk(body, {bold: false, italic: false, href: ""}, found);
    return joined(found.blocks.map(written).filter((block) => block.text));
}

/* Our policy forbids styles in what is parsed too; they only tell here what is bold, leaning, or an item. */
function withoutStyles(html) {
    return html
        .replaceAll(/<style[^>]*>.*?<\/style>/gis, "")
        .replaceAll(/<[a-z][^>]*>/gi, (tag) => tag.replace(/\sstyle=/i, " data-style="));
}

function styled(element, property) {
    const styles = element.dataset.style ?? "";
    return new RegExp(`(?:^|;|\\s)${property}:\\s*([^;]+)`, "i").exec(styles)?.[1].trim().toLowerCase() ?? "";
}

export function isAllowedLink(address) {
    return /^https:\/\/[^/?#\s]/i.test(address) || /^mailto:\S/i.test(address);
}

export function asAddress(address) {
    return address.replaceAll(/[\s()<>\\]/g, (sign) => `%${sign.charCodeAt(0).toString(16).padStart(2, "0")}`);
}

function walk(node, style, found) {
    for (const child of node.childNodes) {
        if (child.nodeType === Node.TEXT_NODE) {
            add(child.data.replaceAll(/[\s\u00a0]+/g, " "), style, found);
        } else if (child.nodeType === Node.ELEMENT_NODE && !isLeftOut(child)) {
            enter(child, style, found);
        }
    }
}

function isLeftOut(element) {
    return element.matches(LEFT_OUT) || styled(element, "mso-list") === "ignore";
}

function enter(element, style, found) {
    if (element.tagName === "BR") {
        add("\n", style, found);
        return;
    }
    const isBlock = BLOCKS.has(element.tagName);
    if (isBlock) {
        found.open = blockOf(element, found);
    }
    walk(element, styleOf(element, style), found);
    if (isBlock && !(element.tagName === "P" && element.closest("li"))) {
        found.open = null;
    }
    if (["TD", "TH"].includes(element.tagName)) {
        add(" ", style, found);
    }
}

/* A paragraph inside a list item belongs to the item. */
function blockOf(element, found) {
    const item = element.closest("li");
    if (item && found.open?.item === item) {
        return found.open;
    }
    return element.tagName === "LI" ? {item: element, ...listOf(element)} : wordListOf(element);
}

function listOf(item) {
    const list = item.parentElement;
    const number = [...list.children].filter((other) => other.tagName === "LI").indexOf(item) + 1;
    let depth = 0;
    for (let outer = list.parentElement?.closest("ul, ol"); outer; outer = outer.parentElement?.closest("ul, ol")) {
        depth += 1;
    }
    return {marker: list.tagName === "OL" ? `${number}.` : "-", depth};
}

/* Word writes its lists as paragraphs that begin with a drawn bullet. */
function wordListOf(element) {
    const level = WORD_LIST.exec(styled(element, "mso-list"));
    if (!level) {
        return {};
    }
    const drawn = element.querySelector("[data-style*='mso-list:Ignore' i]")?.textContent.trim() ?? "";
    const number = /^(\d+)[.)]/.exec(drawn);
    return {marker: number ? `${number[1]}.` : /^[a-z]{1,4}[.)]/i.test(drawn) ? "1." : "-", depth: level[1] - 1};
}

function styleOf(element, style) {
    const [fontWeight, fontStyle] = ["font-weight", "font-style"].map((property) => styled(element, property));
    const isBold = element.matches("b, strong") || style.bold;
    const isItalic = element.matches("i, em") || style.italic;
    const href = element.matches("a[href]") ? element.getAttribute("href").trim() : style.href;
    return {
        bold: fontWeight ? fontWeight === "bold" || Number(fontWeight) >= 600 : isBold,
        italic: fontStyle ? fontStyle === "italic" : isItalic,
        href: isAllowedLink(href) ? href : "",
    };
}

function add(text, style, found) {
    if (!found.open?.runs && !text.trim()) {
        return;
    }
    found.open ??= {};
    if (!found.open.runs) {
        found.open.runs = [];
        found.blocks.push(found.open);
    }
    const last = found.open.runs.at(-1);
    if (last && last.bold === style.bold && last.italic === style.italic && last.href === style.href) {
        last.text += text;
    } else {
        found.open.runs.push({...style, text});
    }
}

function written({runs, marker, depth}) {
    const text = runs.map(runAsMarkdown).join("").replaceAll(/ *\n */g, "\n").replaceAll(/ {2,}/g, " ").trim();
    if (!marker || !text) {
        return {text};
    }
    const indent = "   ".repeat(depth);
    return {isItem: true, text: `${indent}${marker} ${text.replaceAll(/\n+/g, `\n${indent}   `)}`};
}

/* Spaces stand outside of the marks, or they would not count as marks. */
function runAsMarkdown({text, bold, italic, href}) {
    const [, before, words, after] = /^(\s*)(.*?)(\s*)$/s.exec(text);
    if (!words) {
        return text;
    }
    const marks = (bold ? "**" : "") + (italic ? "*" : "");
    const marked = marks + escaped(words) + marks;
    return before + (href ? `[${marked.replaceAll(/[[\]]/g, "\\$&")}](${asAddress(href)})` : marked) + after;
}

/* Stars and lines that were only stars and lines stay so. */
function escaped(words) {
    return words
        .replaceAll(/\\(?=[!-/:-@[-`{-~])/g, "\\\\")
        .replaceAll(/\*(?=\S)|(?<=\S)\*/g, "\\*")
        .replaceAll(/(?<!\w)_(?=\S)|(?<=\S)_(?!\w)/g, "\\_");
}

function joined(blocks) {
    return blocks.reduce((whole, {text, isItem}, index) => {
        const isSameList = isItem && blocks[index - 1]?.isItem;
        return index ? `${whole}${isSameList ? "\n" : "\n\n"}${text}` : text;
    }, "");
}
