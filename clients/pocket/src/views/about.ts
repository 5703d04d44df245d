// What this app is, what it keeps, and how to be rid of it.
import { Offline, Refused, WrongCopy, type Kind, type Store } from "stride-kb";
import { say } from "../announce";
import { time } from "../dates";
import { h, type Child } from "../dom";
import { KINDS } from "../kinds";
import { facts } from "../parts/marks";
import { report } from "../parts/report";
import type { Pocket, View } from "../pocket";
import { toPlace } from "../routes";
import { isNews } from "../syncing";

declare const __VERSION__: string; // of package.json

export async function about(pocket: Pocket): Promise<View> {
    const { store, syncing } = pocket;
    const { syncedAt, edition, documents } = store.state;
    const [used, reviewed] = await Promise.all([bytesUsed(), countReviewed(store)]);
    return {
        title: "About this app",
        content: [
            h("h1", { id: "title" }, "About this app"),
            h(
                "p",
                { class: "lead" },
                "General information about running injuries, for adults who run. It is for reading. It is not a diagnosis, and no substitute for a health professional. ",
                h("a", { href: toPlace("disclaimer") }, "All disclaimers"),
            ),
            h("h2", {}, "What it asks of you"),
            h(
                "p",
                {},
                "Nothing. It has no account, counts no visits, and never asks for your symptoms, age or sex. What you search for stays on this device.",
            ),
            h("h2", {}, "The copy on this device"),
            facts(
                ["Last checked", syncedAt ? time(syncedAt) : "never"],
                ["Edition", edition],
                ["Pages", String(documents)],
                ["Reviewed", reviewed],
                ["On this device", used],
                ["App", __VERSION__],
            ),
            problem(syncing.problem),
            h(
                "p",
                { class: "buttons" },
                h(
                    "button",
                    {
                        id: "sync",
                        type: "button",
                        "aria-disabled": syncing.isRunning ? "true" : null,
                        click: () => void sync(pocket),
                    },
                    syncing.isRunning ? "Checking…" : "Check for news now",
                ),
                h(
                    "button",
                    { id: "forget", class: "plain", type: "button", click: () => void forget(pocket) },
                    "Delete the copy",
                ),
            ),
            h("h2", {}, "Who is behind it"),
            h(
                "p",
                {},
                "The Stride KB project. The app and the knowledge base are open: Apache-2.0. ",
                h("a", { href: "/docs" }, "For developers"),
            ),
            report(pocket, "Stride KB"),
        ],
    };
}

async function sync({ syncing }: Pocket): Promise<void> {
    const report = await syncing.now();
    if (!report) say(reason(syncing.problem));
    else if (!isNews(report)) say("Nothing is new.");
}

async function forget(pocket: Pocket): Promise<void> {
    if (!confirm("Delete the copy on this device? You need a network to get it back.")) return;
    pocket.syncing.pause();
    await pocket.store.forget();
    await pocket.refresh();
    say("The copy is deleted.");
}

/** Nothing while all is well. */
export function problem(error: unknown): Child {
    return error != null && h("p", { class: "problem" }, reason(error));
}

function reason(error: unknown): string {
    if (error instanceof Offline)
        return "The server cannot be reached. The app tries again by itself, later and later.";
    if (error instanceof Refused)
        return "The server did not accept the question. The app may be too old: close it and open it again.";
    if (error instanceof WrongCopy)
        return "What arrived was not whole, so the old copy stays. The app tries again by itself.";
    return "Something went wrong on this device. The copy is as it was.";
}

/** Of the pages that advise somebody. */
async function countReviewed(store: Store): Promise<string> {
    const kinds = (Object.keys(KINDS) as Kind[]).filter((kind) => KINDS[kind].isAdvice);
    const pages = (await Promise.all(kinds.map((kind) => store.list(kind)))).flat();
    const done = pages.filter((page) => "review" in page && page.review.status === "reviewed").length;
    return `${done} of ${pages.length} pages with advice, by a clinician`;
}

async function bytesUsed(): Promise<string> {
    const { usage } = (await navigator.storage?.estimate?.()) ?? {};
    return usage ? `${(usage / 1_000_000).toFixed(1)} MB, the app included` : "";
}
