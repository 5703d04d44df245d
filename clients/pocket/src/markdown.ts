// The Markdown subset of articles: paragraphs, lists, emphasis, https and mailto links. The rest stays as it was typed.
import { h, type Child } from "./dom";

const ITEM = /^( *)([-*+]|\d{1,9}[.)]) +(.*)$/;
const LINK = /^\[((?:[^\]\\]|\\.)+)\]\((https:\/\/[^\s/?#)][^\s)]*|mailto:[^\s)]+)\)/i;
const STRONG = /^(\*\*|__)(?=\S)((?:[^\\]|\\.)+?)(?<=\S)\1/;
const EMPHASIS = /^([*_])(?=\S)((?:[^\\]|\\.)+?)(?<=\S)\1(?![\p{L}\p{N}])/u;
const ESCAPED = /^\\([!-/:-@[-`{-~])/;
const PLAIN = /^(?:[\p{L}\p{N}][_\p{L}\p{N}]*|[^\\[*_])/u;

/** The nodes of a text. */
export function markdown(text: string | null | undefined): Node[] {
    return blocks((text ?? "").replace(/\r\n?/g, "\n").split("\n"));
}

function blocks(lines: string[]): Node[] {
    const made: Node[] = [];
    let at = 0;
    while (at < lines.length) {
        const line = lines[at] ?? "";
        const end = ITEM.test(line) ? endOfList(lines, at) : endOfParagraph(lines, at);
        if (ITEM.test(line)) made.push(list(lines.slice(at, end)));
        else if (line.trim()) made.push(h("p", {}, inline(lines.slice(at, end).join("\n").trim())));
        at = Math.max(end, at + 1);
    }
    return made;
}

function endOfParagraph(lines: string[], from: number): number {
    let end = from;
    while (end < lines.length && lines[end]?.trim() && !(end > from && ITEM.test(lines[end] ?? ""))) end += 1;
    return end;
}

/** A list goes on while lines are items or set in; one empty line may stand between them. */
function endOfList(lines: string[], from: number): number {
    const isOrdered = /^ *\d/.test(lines[from] ?? "");
    let end = from + 1;
    while (end < lines.length) {
        const line = lines[end] || lines[end + 1] || "";
        const isNextItem = ITEM.test(line) && (/^ *\d/.test(line) === isOrdered || line.startsWith("  "));
        const isCarriedOn = Boolean(lines[end]?.trim());
        if (!isNextItem && !line.startsWith("  ") && !isCarriedOn) break;
        end += 1;
    }
    return end;
}

function list(lines: string[]): HTMLElement {
    const first = ITEM.exec(lines[0] ?? "");
    const indent = first?.[1]?.length ?? 0;
    const number = Number.parseInt(first?.[2] ?? "", 10);
    const items: string[][] = [];
    for (const line of lines) {
        const item = ITEM.exec(line);
        if (item && (item[1]?.length ?? 0) <= indent) items.push([item[3] ?? ""]);
        else items.at(-1)?.push(line.replace(new RegExp(`^ {0,${indent + 3}}`), ""));
    }
    const made = items.map((item) => h("li", {}, blocks(item).flatMap(unwrapped)));
    return Number.isNaN(number) ? h("ul", {}, made) : h("ol", { start: number === 1 ? null : number }, made);
}

/** A paragraph in a list needs no frame of its own. */
function unwrapped(node: Node): Node[] {
    return node instanceof HTMLParagraphElement ? [...node.childNodes] : [node];
}

function inline(text: string): Child[] {
    const made: Child[] = [];
    let plain = "";
    const add = (child: Child): void => {
        made.push(plain, child);
        plain = "";
    };
    while (text) {
        const [matched, child] = special(text);
        const taken = matched || PLAIN.exec(text)?.[0] || text.slice(0, 1);
        if (child) add(child);
        else plain += taken.length === 2 && ESCAPED.test(taken) ? taken.slice(1) : taken;
        text = text.slice(taken.length);
    }
    return [...made, plain];
}

/** What stands at the start of the text: how much of it, and what it becomes. */
function special(text: string): [string, Child] {
    const link = LINK.exec(text);
    if (link) return [link[0], outside(link[2] ?? "", inline(link[1] ?? ""))];
    const strong = STRONG.exec(text);
    if (strong) return [strong[0], h("strong", {}, inline(strong[2] ?? ""))];
    const emphasis = EMPHASIS.exec(text);
    if (emphasis) return [emphasis[0], h("em", {}, inline(emphasis[2] ?? ""))];
    return [ESCAPED.exec(text)?.[0] ?? "", null];
}

/** A link that leaves the app: the page behind it learns nothing of this one. */
export function outside(address: string, words: Child): HTMLElement {
    return h("a", { href: address, rel: "noopener noreferrer", target: "_blank" }, words);
}
