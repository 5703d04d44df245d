/* Five buttons above each text, for the Markdown that an article may hold. The browser's own undo keeps working. */
"use strict";

import {asAddress, isAllowedLink, markdownOf} from "./paste.js";

const COMMAND = /Mac|iPhone|iPad/.test(navigator.platform) ? "⌘" : "Ctrl+";
const TOOLS = [
    {name: "bold", label: "Bold", key: "b", use: (area) => mark(area, 2)},
    {name: "italic", label: "Italic", key: "i", use: (area) => mark(area, 1)},
    {name: "bullets", label: "List with bullets", use: (area) => list(area, () => "- ")},
    {name: "numbers", label: "List with numbers", use: (area) => list(area, (number) => `${number}. `)},
    {name: "link", label: "Link", key: "k", use: (area) => askForLink(area)},
];
const MARKER = /^(\s*)([-*+]|\d+[.)])\s+/;
const LINK = /\[((?:\\.|[^\]\\])*)\]\(([^)\s]*)\)/g;
const WRONG_ADDRESS = "Start the address with https:// for a web page, or with mailto: for an e-mail address.";

/* The bar */

function equip(root) {
    for (const area of root.querySelectorAll("textarea[data-markdown]")) {
        if (!area.id.includes("__prefix__") && !area.previousElementSibling?.matches(".writing-tools")) {
            area.before(barFor(area));
            area.addEventListener("keydown", useKeys);
            area.addEventListener("paste", pasteAsMarkdown);
        }
    }
}

function barFor(area) {
    const bar = document.createElement("div");
    const label = document.querySelector(`label[for="${area.id}"]`);
    bar.className = "writing-tools";
    bar.setAttribute("role", "toolbar");
    bar.setAttribute("aria-label", `Writing tools: ${label ? label.textContent.trim().replace(/:$/, "") : "text"}`);
    bar.append(...TOOLS.map((tool, index) => buttonFor(tool, area, index)));
    bar.addEventListener("keydown", walkBar);
    return bar;
}

function buttonFor(tool, area, index) {
    const button = document.createElement("button");
    const shortcut = tool.key ? ` (${COMMAND}${tool.key.toUpperCase()})` : "";
    button.type = "button";
    button.className = `tool tool-${tool.name}`;
    button.title = tool.label + shortcut;
    button.tabIndex = index ? -1 : 0;
    button.setAttribute("aria-label", tool.label);
    if (tool.key) {
        button.setAttribute("aria-keyshortcuts", `${COMMAND === "⌘" ? "Meta" : "Control"}+${tool.key.toUpperCase()}`);
    }
    button.addEventListener("click", () => tool.use(area));
    return button;
}

function walkBar(event) {
    const buttons = [...event.currentTarget.children];
    const at = buttons.indexOf(event.target);
    const to = {ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: buttons.length - 1}[event.key];
    if (to === undefined) {
        return;
    }
    event.preventDefault();
    const next = buttons[(to + buttons.length) % buttons.length];
    buttons.forEach((button) => { button.tabIndex = button === next ? 0 : -1; });
    next.focus();
}

function useKeys(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        goOnWithList(event);
    }
    const isCommand = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
    const tool = isCommand && TOOLS.find(({key}) => key && key === event.key.toLowerCase());
    if (tool) {
        event.preventDefault();
        tool.use(event.currentTarget);
    }
}

/* Changing text */

function replace(area, start, end, text) {
    area.focus();
    area.setSelectionRange(start, end);
    if (area.value.slice(start, end) === text) {
        return;
    }
    // Deprecated, and still the only way that a browser's own undo takes back.
    const isDone = document.execCommand(text ? "insertText" : "delete", false, text);
    if (!isDone) {
        area.setRangeText(text, start, end, "end");
        area.dispatchEvent(new InputEvent("input", {bubbles: true, inputType: "insertText", data: text}));
    }
}

/* Bold is two stars on each side, italic one. Pressed again, they go. */
function mark(area, stars) {
    const [start, end] = wordsAt(area);
    const lines = area.value.slice(start, end).split("\n");
    if (lines.length > 1) {
        markLines(area, start, end, lines, stars);
        return;
    }
    const around = starsAround(area.value, start, end);
    const isMarked = stars === 2 ? around >= 2 : around % 2 === 1;
    const words = area.value.slice(start, end);
    const sign = "*".repeat(stars);
    if (isMarked) {
        replace(area, start - stars, end + stars, words);
        area.setSelectionRange(start - stars, end - stars);
    } else {
        replace(area, start, end, sign + words + sign);
        area.setSelectionRange(start + stars, end + stars);
    }
}

/* What is selected, without stars and spaces at its ends; or else the word at the caret. */
function wordsAt(area) {
    const text = area.value;
    let {selectionStart: start, selectionEnd: end} = area;
    if (start === end) {
        start -= /[\p{L}\p{N}'’-]*$/u.exec(text.slice(0, start))[0].length;
        end += /^[\p{L}\p{N}'’-]*/u.exec(text.slice(end))[0].length;
        return [start, end];
    }
    while (start < end && /\s/.test(text[start])) {
        start += 1;
    }
    while (start < end && /\s/.test(text[end - 1])) {
        end -= 1;
    }
    while (end - start > 1 && text[start] === "*" && text[end - 1] === "*") {
        start += 1;
        end -= 1;
    }
    return [start, end];
}

function starsAround(text, start, end) {
    const before = /\**$/.exec(text.slice(0, start))[0].length;
    const after = /^\**/.exec(text.slice(end))[0].length;
    return Math.min(before, after);
}

/* Emphasis ends with its paragraph, so each line gets its own. */
function markLines(area, start, end, lines, stars) {
    const sign = "*".repeat(stars);
    const parts = lines.map((line) => /^(\s*(?:(?:[-+*]|\d+[.)])\s+)?)(.*?)(\s*)$/.exec(line));
    const isMarked = ([, , words]) => !words || (words.length > 2 * stars && words.startsWith(sign) && words.endsWith(sign));
    const areAll = parts.every(isMarked);
    const changed = parts.map(([line, before, words, after]) => {
        if (!words) {
            return line;
        }
        const bare = isMarked([line, before, words]) ? words.slice(stars, -stars) : words;
        return before + (areAll ? bare : sign + bare + sign) + after;
    }).join("\n");
    replace(area, start, end, changed);
    area.setSelectionRange(start, start + changed.length);
}

function list(area, markerOf) {
    const start = area.value.lastIndexOf("\n", area.selectionStart - 1) + 1;
    const lineEnd = area.value.indexOf("\n", area.selectionEnd);
    const end = lineEnd === -1 ? area.value.length : lineEnd;
    const lines = area.value.slice(start, end).split("\n");
    const isEmpty = (line) => !line.trim() && lines.length > 1;
    let number = 0;
    const wanted = lines.map((line) => isEmpty(line) ? "" : markerOf(number += 1));
    const areAll = lines.every((line, index) => isEmpty(line) || sameKind(line, wanted[index]));
    const changed = lines.map((line, index) => isEmpty(line) ? line : (areAll ? "" : wanted[index]) + line.replace(MARKER, "$1")).join("\n");
    replace(area, start, end, changed);
    area.setSelectionRange(lines.length > 1 ? start : start + changed.length, start + changed.length);
}

function sameKind(line, marker) {
    const found = MARKER.exec(line);
    return Boolean(found) && /\d/.test(found[2]) === /\d/.test(marker);
}

/* A new line in a list begins with the next marker; in an empty item it ends the list. */
function goOnWithList(event) {
    const area = event.currentTarget;
    const caret = area.selectionStart;
    const start = area.value.lastIndexOf("\n", caret - 1) + 1;
    const line = area.value.slice(start, caret);
    const found = /^(\s*)([-*+]|\d+([.)]))\s+/.exec(line);
    if (!found || caret !== area.selectionEnd) {
        return;
    }
    event.preventDefault();
    if (found[0] === line && /^(\n|$)/.test(area.value.slice(caret))) {
        replace(area, start, caret, "");
        return;
    }
    const marker = found[3] ? `${Number.parseInt(found[2], 10) + 1}${found[3]}` : found[2];
    replace(area, caret, caret, `\n${found[1]}${marker} `);
}

function pasteAsMarkdown(event) {
    const html = event.clipboardData.getData("text/html");
    const plain = event.clipboardData.getData("text/plain").replaceAll("\r\n", "\n").trim();
    const text = html && markdownOf(html);
    if (text && text !== plain) {
        event.preventDefault();
        replace(event.currentTarget, event.currentTarget.selectionStart, event.currentTarget.selectionEnd, text);
    }
}

/* Links */

function askForLink(area) {
    const place = linkAt(area) ?? newLinkAt(area);
    const dialog = linkDialog(place);
    document.body.append(dialog);
    const [words, address] = dialog.querySelectorAll("input");
    dialog.addEventListener("close", () => {
        dialog.remove();
        area.focus();
        if (dialog.returnValue === "set") {
            putLink(area, place, words.value.trim(), address.value.trim());
        } else if (dialog.returnValue === "remove") {
            replace(area, place.start, place.end, place.words);
        }
    });
    dialog.showModal();
    (place.words ? address : words).focus();
}

/* The link that the caret stands in. */
function linkAt(area) {
    for (const found of area.value.matchAll(LINK)) {
        const end = found.index + found[0].length;
        if (found.index <= area.selectionStart && area.selectionEnd <= end) {
            return {start: found.index, end, words: found[1].replaceAll(/\\([[\]])/g, "$1"), address: found[2], isThere: true};
        }
    }
    return undefined;
}

function newLinkAt(area) {
    const [start, end] = wordsAt(area);
    const words = area.value.slice(start, end);
    return isAllowedLink(words) ? {start, end, words: "", address: words} : {start, end, words, address: ""};
}

function putLink(area, place, words, address) {
    const text = `[${(words || address).replaceAll(/\\?([[\]])/g, "\\$1").replaceAll(/\s+/g, " ")}](${asAddress(address)})`;
    replace(area, place.start, place.end, text);
    area.setSelectionRange(place.start + text.length, place.start + text.length);
}

function linkDialog(place) {
    const dialog = document.createElement("dialog");
    dialog.className = "link-dialog";
    dialog.setAttribute("aria-labelledby", "link-dialog-title");
    dialog.innerHTML = `
        <form method="dialog" novalidate>
          <h2 id="link-dialog-title">Link</h2>
          <p><label for="link-dialog-words">Words to show</label><input type="text" id="link-dialog-words" dir="auto"></p>
          <p><label for="link-dialog-address">Address</label>
            <input type="text" id="link-dialog-address" inputmode="url" autocomplete="off" spellcheck="false" aria-describedby="link-dialog-help link-dialog-wrong"></p>
          <p class="help" id="link-dialog-help">A web page (https://) or an e-mail address (mailto:).</p>
          <p class="wrong" id="link-dialog-wrong" role="alert"></p>
          <p class="link-dialog-acts"><button type="submit" value="set" class="button-main">Set link</button>
            <button type="button" value="cancel" class="button-quiet">Cancel</button>
            <button type="button" value="remove" class="button-quiet">Remove link</button></p>
        </form>`;
    const [words, address] = dialog.querySelectorAll("input");
    words.value = place.words;
    address.value = place.address;
    dialog.querySelector("[value=remove]").hidden = !place.isThere;
    dialog.querySelectorAll("button[type=button]").forEach((button) => {
        button.addEventListener("click", () => dialog.close(button.value));
    });
    dialog.querySelector("form").addEventListener("submit", (event) => {
        if (!isAllowedLink(address.value.trim())) {
            event.preventDefault();
            dialog.querySelector(".wrong").textContent = WRONG_ADDRESS;
            address.setAttribute("aria-invalid", "true");
            address.focus();
        }
    });
    return dialog;
}

equip(document);
document.addEventListener("formset:added", (event) => equip(event.target));
