// Before there is a copy: on its way, or why not.
import { h } from "../dom";
import { withNumber } from "../parts/help";
import type { Pocket, View } from "../pocket";
import { problem } from "./about";

export function first(pocket: Pocket): View {
    return {
        title: "Welcome",
        content: [
            h("h1", { id: "title" }, "Running injuries, explained"),
            h("p", { class: "lead" }, "For reading, with or without a network. It is not a diagnosis."),
            isOnItsWay(pocket) ? progress() : notHereYet(pocket),
            h(
                "p",
                {},
                "Do not wait for this app in an emergency. ",
                withNumber("Call your local emergency number"),
                ".",
            ),
        ],
    };
}

function isOnItsWay({ syncing }: Pocket): boolean {
    return syncing.isRunning || !(syncing.isPaused || syncing.isOffline || syncing.problem);
}

function progress(): HTMLElement {
    return h(
        "div",
        { class: "status good" },
        h(
            "p",
            { id: "fetching" },
            "All pages are on their way to this device. This happens once, and takes a few seconds.",
        ),
        h("progress", { "aria-labelledby": "fetching" }),
    );
}

function notHereYet({ syncing }: Pocket): HTMLElement {
    const offline = "There is no network, and nothing is on this device yet.";
    const why = syncing.isPaused ? "The copy is deleted." : syncing.isOffline ? offline : "The pages did not arrive.";
    return h(
        "div",
        { class: "status" },
        h("p", {}, h("strong", {}, why)),
        h("p", {}, "Connect once. After that you can read everything without a network."),
        !syncing.isOffline && problem(syncing.problem),
        h(
            "p",
            { class: "buttons" },
            h("button", { id: "again", type: "button", click: () => void syncing.now() }, "Get the pages"),
        ),
    );
}
