// Search on this device. What is typed is sent nowhere, and kept only until the app is closed.
import type { Hit } from "stride-kb";
import { say } from "../announce";
import { h, type Child } from "../dom";
import { cards } from "../parts/cards";
import type { Pocket, View } from "../pocket";
import { toPlace } from "../routes";

const PAUSE = 120; // milliseconds after a key
const MOST = 30;
let words = ""; // so that “back” leads to what was found

export async function search(pocket: Pocket): Promise<View> {
    const results = h("div", { id: "results" }, await found(pocket));
    const field = h("input", {
        id: "words",
        type: "search",
        autocomplete: "off",
        spellcheck: "false",
        enterkeyhint: "search",
        "aria-controls": "results",
    });
    field.value = words;
    let pause: ReturnType<typeof setTimeout>;
    field.addEventListener("input", () => {
        clearTimeout(pause);
        words = field.value;
        pause = setTimeout(() => void found(pocket).then((children) => results.replaceChildren(...children)), PAUSE);
    });
    const form = h(
        "form",
        { role: "search", submit: (event) => event.preventDefault() },
        h("label", { for: "words" }, "Words to look for"),
        field,
    );
    return {
        title: "Search",
        content: [
            h("h1", { id: "title" }, "Search"),
            form,
            h("p", { class: "quiet" }, "It looks through the copy on this device. What you type is sent nowhere."),
            results,
        ],
    };
}

async function found(pocket: Pocket): Promise<Node[]> {
    if (!words.trim()) return [];
    const hits = await pocket.store.search(words, { limit: MOST });
    const count = hits.length === 1 ? "1 page" : `${hits.length === MOST ? "The first " : ""}${hits.length} pages`;
    say(hits.length ? `${count} found` : "Nothing found");
    return listed(hits, count, pocket).filter((child) => child instanceof Node);
}

function listed(hits: Hit[], count: string, pocket: Pocket): Child[] {
    if (!hits.length) return [h("p", {}, "Nothing found. Try fewer or other words.")];
    const order = h(
        "p",
        { class: "quiet" },
        "The order follows the words, not what is likely. ",
        h("a", { href: toPlace("help") }, "Warning signs"),
    );
    return [h("h2", {}, count), order, cards(hits, pocket, { isMixed: true })];
}
