/* What somebody types stays in this browser until the server confirms that it was saved, and is offered again. */
"use strict";

import {differs, isTypedIn, restore, snapshot} from "./kept_form.js";
import * as store from "./kept_store.js";

const PAUSE = 700;
const DAY = 24 * 60 * 60 * 1000;
const LONGEST_KEPT = 30 * DAY;
const COOKIE = "desk_saved";
const CANNOT_KEEP = "This browser cannot keep unsaved text. Save often.";
const NO_CONNECTION = "No connection. Your text is kept in this browser; press Save again when you are back.";
const NO_CONNECTION_NOT_KEPT = "No connection. Leave this page open, and press Save again when you are back.";
const BACK_AGAIN = "The connection is back. Press Save to save your text.";

/* One opening of one form. `key` names its text; `from` the keys of older text that it stands for as well. */
class Opening {
    constructor(form, field) {
        this.form = form;
        this.field = field;
        this.person = field.dataset.person;
        this.path = location.pathname;
        this.key = newKey();
        this.from = keysIn(field.value);
        this.isRefused = this.from.length > 0;
        this.last = isTypedIn(form) ? "" : JSON.stringify(snapshot(form));
        this.isSent = false;
        this.canKeep = true;
        this.wasUnreachable = false;
        this.post();
    }

    get keys() {
        return [this.key, ...this.from];
    }

    get version() {
        return this.form.elements.edit_version?.value ?? "";
    }

    get revision() {
        return this.form.elements.seen_revision?.value ?? "";
    }

    /* The server gives the keys back once it has saved the form. */
    post() {
        this.field.value = this.keys.join(" ");
    }

    /* What is typed from now on is text of its own: the older one is on its way, or is not to be written over. */
    begin({from}) {
        this.key = newKey();
        this.from = from;
        this.post();
    }

    /* `data-kept` on the form: nothing was typed since it was put away. */
    later() {
        this.form.removeAttribute("data-kept");
        this.timer ??= setTimeout(() => this.keep(), PAUSE);
    }

    async keep({always = false} = {}) {
        clearTimeout(this.timer);
        this.timer = undefined;
        const said = snapshot(this.form);
        const text = JSON.stringify(said);
        if (text === this.last && !always) {
            return;
        }
        this.last = text;
        if (this.isSent) {
            this.isSent = false;
            this.begin({from: this.keys});
        }
        const {key, person, path, version, revision, from} = this;
        try {
            await store.put({key, person, path, version, revision, from, said, at: Date.now()});
            this.form.toggleAttribute("data-kept", this.timer === undefined);
        } catch {
            this.giveUp();
        }
    }

    giveUp() {
        this.canKeep = false;
        note(this.form, CANNOT_KEEP);
    }
}

async function start() {
    const field = document.querySelector("form input[name=kept_text]");
    if (!field) {
        await noteAtSignIn();
        return;
    }
    const opening = new Opening(field.form, field);
    addNote(opening.form);
    listen(opening);
    const others = new Neighbours(opening);
    try {
        await forgetSaved(field.dataset.desk);
        await store.sweep((record) => isOld(record, Date.now()));
        if (opening.isRefused || opening.last === "") {
            await opening.keep({always: true});
        }
        await offer(opening, await others.open());
    } catch {
        opening.giveUp();
    }
}

function listen(opening) {
    const later = () => opening.later();
    const now = () => { opening.keep(); };
    const {form} = opening;
    for (const name of ["input", "change", "formset:added", "desk:changed"]) {
        form.addEventListener(name, later);
    }
    document.addEventListener("formset:removed", later);
    // A link that was made in a window of its own is announced through jQuery only.
    window.django.jQuery(form).on("change", later);
    document.addEventListener("visibilitychange", now);
    window.addEventListener("pagehide", now);
    window.addEventListener("online", () => opening.wasUnreachable && note(form, BACK_AGAIN));
    form.addEventListener("submit", (event) => {
        opening.keep();
        if (navigator.onLine && !opening.wasUnreachable) {
            opening.isSent = true;
        } else {
            event.preventDefault();
            saveIfReachable(opening, event.submitter);
        }
    });
}

/* Saving without a connection would lead to the browser's own error page. */
async function saveIfReachable(opening, button) {
    opening.wasUnreachable = !await isReachable();
    if (opening.wasUnreachable) {
        note(opening.form, opening.canKeep ? NO_CONNECTION : NO_CONNECTION_NOT_KEPT);
        return;
    }
    note(opening.form, "");
    opening.form.requestSubmit(button);
}

async function isReachable() {
    try {
        return (await fetch("/healthz", {cache: "no-store", signal: AbortSignal.timeout(3000)})).ok;
    } catch {
        return false;
    }
}

/* The server names what it has saved in a cookie, which arrives even if the next page does not. */
async function forgetSaved(desk) {
    const cookie = document.cookie.split("; ").find((part) => part.startsWith(`${COOKIE}=`));
    if (cookie) {
        await store.remove(keysIn(cookie));
        document.cookie = `${COOKIE}=; path=${desk}; max-age=0; samesite=lax`;
    }
}

function isOld(record, now) {
    return record.at < now - LONGEST_KEPT || record.thrownAt < now - DAY;
}

/* Other tabs in which the same person has the same page open: their text is not lost, so it is only mentioned. */
class Neighbours {
    constructor({person, path, form}, wait = 250) {
        this.keys = new Set();
        this.wait = wait;
        this.place = `${person} ${path}`;
        this.field = form.elements.kept_text;
        if ("BroadcastChannel" in window) {
            this.channel = new BroadcastChannel("stride-desk");
            this.channel.addEventListener("message", ({data}) => this.hear(data));
        }
    }

    hear({place, asks, keys}) {
        if (place === this.place && asks) {
            this.channel.postMessage({place, keys: keysIn(this.field.value)});
        } else if (place === this.place) {
            keys.forEach((key) => this.keys.add(key));
        }
    }

    async open() {
        this.channel?.postMessage({place: this.place, asks: true});
        await new Promise((resolve) => { setTimeout(resolve, this.wait); });
        return this.keys;
    }
}

/* The banner */

async function offer(opening, openElsewhere) {
    const records = (await store.typedBy(opening.person, opening.path)).filter((record) => !opening.keys.includes(record.key));
    const shown = snapshot(opening.form);
    const saved = opening.isRefused ? [] : records.filter((record) => !openElsewhere.has(record.key) && !differs(record.said, shown));
    await store.remove(saved.map((record) => record.key));
    const unsaved = records.filter((record) => !saved.includes(record) && !record.thrownAt);
    const waiting = unsaved
        .filter((record) => !unsaved.some((newer) => newer.from.includes(record.key)))
        // A form that came back refused shows what was sent; only what was typed after that is missing.
        .filter((record) => !opening.isRefused || record.from.some((key) => opening.from.includes(key)))
        .sort((one, other) => other.at - one.at);
    const lost = waiting.filter((record) => !openElsewhere.has(record.key));
    showOffer(opening, lost, waiting.length > lost.length);
}

function showOffer(opening, [newest, ...older], isOpenElsewhere) {
    const sentences = [];
    if (newest) {
        sentences.push(`You have unsaved text from ${when(newest.at)}.`);
        if (isOutdated(newest, opening)) {
            sentences.push("This page was saved since then. If you bring your text back, nothing is replaced before you have seen both.");
        }
        if (older.length) {
            sentences.push(`There is older unsaved text too, from ${older.map((record) => when(record.at)).join(" and ")}.`);
        }
    }
    if (isOpenElsewhere) {
        sentences.push("This page is open in another tab as well, with unsaved text. Go on there, or close that tab first.");
    }
    const banner = showBanner(opening, sentences);
    if (newest) {
        banner.append(acts(
            ["Bring it back", "button-main", () => bringBack(opening, newest)],
            ["Throw it away", "button-quiet", () => throwAway(opening, newest, older)],
        ));
    }
}

function isOutdated(record, opening) {
    return record.version !== opening.version && record.revision !== opening.revision;
}

async function bringBack(opening, record) {
    await opening.keep();
    opening.begin({from: [record.key, ...record.from]});
    if (isOutdated(record, opening)) {
        // What was saved meanwhile has not been seen by this text's writer: saving shall be a conflict.
        opening.form.elements.edit_version.value = record.version;
        opening.form.elements.seen_revision.value = record.revision;
    }
    restore(opening.form, record.said);
    opening.form.dispatchEvent(new CustomEvent("desk:changed", {bubbles: true}));
    await opening.keep({always: true});
    showBanner(opening, ["Your text is back. It is not saved yet: press Save."]).focus();
}

/* With it go the texts that it stands for. */
async function throwAway(opening, record, older) {
    const kept = await store.typedBy(opening.person, opening.path);
    const thrown = kept.filter(({key}) => key === record.key || record.from.includes(key));
    await Promise.all(thrown.map((one) => store.put({...one, thrownAt: Date.now()})));
    const banner = showBanner(opening, ["Thrown away."]);
    banner.append(acts(["Undo", "button-quiet", async () => {
        await Promise.all(thrown.map((one) => store.put(one)));
        showOffer(opening, [record, ...older], false);
    }]));
    if (older.length) {
        banner.append(acts(["Show the older text", "button-quiet", () => showOffer(opening, older, false)]));
    }
    banner.focus();
}

function showBanner({form}, sentences) {
    let banner = document.getElementById("kept-offer");
    if (!banner) {
        banner = document.createElement("section");
        banner.id = "kept-offer";
        banner.tabIndex = -1;
        banner.setAttribute("aria-label", "Unsaved text");
        banner.setAttribute("role", "status");
        form.before(banner);
    }
    banner.hidden = !sentences.length;
    banner.replaceChildren(...sentences.map(paragraph));
    return banner;
}

function paragraph(sentence) {
    const element = document.createElement("p");
    element.textContent = sentence;
    return element;
}

function acts(...buttons) {
    const row = document.createElement("p");
    row.className = "kept-acts";
    row.append(...buttons.map(([label, look, act]) => {
        const button = document.createElement("button");
        button.type = "button";
        button.className = look;
        button.textContent = label;
        button.addEventListener("click", act);
        return button;
    }));
    return row;
}

/* “today 21:14”, “Monday 21:14”, “3 November 21:14” */
function when(at) {
    const time = new Intl.DateTimeFormat("en-GB", {hour: "2-digit", minute: "2-digit"}).format(at);
    const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(at).setHours(0, 0, 0, 0)) / DAY);
    if (days < 2) {
        return `${days ? "yesterday" : "today"} ${time}`;
    }
    const day = days < 7 ? {weekday: "long"} : {day: "numeric", month: "long"};
    return `${new Intl.DateTimeFormat("en-GB", day).format(at)} ${time}`;
}

/* In the bar to save */

function addNote(form) {
    const element = document.createElement("p");
    element.className = "kept-note";
    element.setAttribute("role", "status");
    form.querySelector(".submit-row")?.append(element);
}

function note(form, sentence) {
    const element = form.querySelector(".kept-note");
    if (element) {
        element.textContent = sentence;
    }
}

async function noteAtSignIn() {
    const next = document.querySelector("#login-form input[name=next]")?.value;
    const sentence = document.getElementById("kept-for-sign-in");
    try {
        sentence.hidden = !await store.isKeptFor(new URL(next, location.href).pathname);
    } catch {
        // No text, no store, or another page: there is nothing to say.
    }
}

function keysIn(text) {
    return text.match(/[0-9a-f]{32}/g) ?? [];
}

function newKey() {
    return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/* Through jQuery, so that it comes after the start of Django's own inlines.js and of Select2. */
if (window.django?.jQuery) {
    window.django.jQuery(start);
} else {
    start();
}
