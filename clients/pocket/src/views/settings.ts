// Where to get help, how large, how light. Kept on this device.
import { h, type Child } from "../dom";
import { Contacts, EVERYWHERE } from "../contacts";
import { withNumber } from "../parts/help";
import type { Pocket, View } from "../pocket";
import { toPlace } from "../routes";
import { change, COLOURS, SIZES } from "../settings";

const SIZE_NAMES = ["Normal", "Large", "Larger", "Largest"];
const COLOUR_NAMES = { system: "As the device", light: "Light", dark: "Dark" };

export async function settings(pocket: Pocket): Promise<View> {
    const { settings: chosen } = pocket;
    return {
        title: "Settings",
        content: [
            h("h1", { id: "title" }, "Settings"),
            region(pocket),
            choice(
                "Size of the text",
                "size",
                SIZES.map((size, index) => [String(size), SIZE_NAMES[index] ?? ""]),
                String(chosen.size),
                (size) => change(chosen, { size: Number(size) }),
            ),
            choice(
                "Colours",
                "colours",
                COLOURS.map((name) => [name, COLOUR_NAMES[name]]),
                chosen.colours,
                (name) => change(chosen, { colours: COLOURS.find((one) => one === name) ?? "system" }),
            ),
            h(
                "p",
                { class: "quiet" },
                "These choices stay on this device. ",
                h("a", { href: toPlace("about") }, "About this app"),
            ),
        ],
    };
}

function region(pocket: Pocket): HTMLElement {
    const { contacts, store, settings: chosen } = pocket;
    const rest = contacts.all
        .filter((route) => route.region !== EVERYWHERE)
        .sort((one, other) => one.name.localeCompare(other.name));
    const routes = [...contacts.all.filter((route) => route.region === EVERYWHERE), ...rest];
    const emergency = h("p", { class: "do" }, withNumber(contacts.route?.emergency ?? ""));
    const choose = (value: string): void => {
        change(chosen, { region: value });
        void Contacts.of(store, value).then((now) => {
            pocket.contacts = now;
            return pocket.refresh();
        });
    };
    return h(
        "div",
        { class: "region" },
        choice(
            "Where you get help",
            "region",
            routes.map((route) => [route.region, route.name]),
            contacts.isChosen ? chosen.region : "",
            choose,
        ),
        !contacts.isChosen &&
            h("p", { class: "quiet" }, "You have not chosen yet, so pages show contacts that hold everywhere."),
        h("p", { class: "quiet" }, "In an emergency, pages will then say:"),
        emergency,
    );
}

function choice(
    title: string,
    name: string,
    options: [string, string][],
    chosen: string,
    choose: (value: string) => void,
): HTMLElement {
    const radio = ([value, words]: [string, string]): Child => {
        const input = h("input", {
            type: "radio",
            name,
            value,
            id: `${name}-${value}`,
            checked: value === chosen,
            change: () => choose(value),
        });
        return h("label", {}, input, h("span", {}, words));
    };
    return h("fieldset", {}, h("legend", {}, title), h("div", { class: "options" }, options.map(radio)));
}
