// An address that leads nowhere.
import { h } from "../dom";
import type { View } from "../pocket";
import { toPlace } from "../routes";

export function notHere(): View {
    return {
        title: "Not found",
        content: [
            h("h1", { id: "title" }, "This page is not here"),
            h("p", {}, "It may have another name now, or it is newer than the copy on this device."),
            h("p", {}, h("a", { class: "button", href: toPlace("search") }, "Search")),
        ],
    };
}
