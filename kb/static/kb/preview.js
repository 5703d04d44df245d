/* The page as a phone shows it, while somebody types. Sends the form, changes nothing: not the form, not what is saved. */
"use strict";

const PAUSE = 800;
const LARGEST = 500_000;
const WIDE = window.matchMedia("(min-width: 1200px)");
const REMEMBERED = "kb-preview-closed";

class Preview {
    constructor(aside, form) {
        this.aside = aside;
        this.form = form;
        this.panel = aside.querySelector(".preview-panel");
        this.dialog = document.querySelector(".preview-layer");
        this.status = aside.querySelector(".preview-status");
        this.now = aside.querySelector(".preview-now");
        this.slots = new Map([...aside.querySelectorAll("[data-slot]")].map((slot) => [slot.dataset.slot, slot]));
        this.screen = this.slots.get("phone");
        this.openers = document.querySelectorAll(".preview-open");
        this.timer = 0;
        this.request = null;
        this.shownAt = "";
        this.isOutdated = true;
        this.lastField = "";
        this.lists = new Map();
    }

    start() {
        this.dialog.classList.add("preview");
        for (const opener of this.openers) {
            opener.addEventListener("click", () => this.open());
        }
        this.panel.querySelector(".preview-close").addEventListener("click", () => this.close());
        this.panel.addEventListener("click", (event) => this.follow(event));
        this.now.addEventListener("click", () => this.send());
        this.dialog.addEventListener("close", () => this.place());
        WIDE.addEventListener("change", () => this.rearrange());
        window.addEventListener("online", () => this.isOutdated && this.schedule(0));
        for (const name of ["input", "change"]) {
            this.form.addEventListener(name, (event) => this.changed(event.target.name));
        }
        this.form.addEventListener("focusin", (event) => this.turnTo(this.partOf(nameIn(event.target.closest(".form-row, .inline-related")))));
        for (const name of ["formset:added", "formset:removed", "desk:changed"]) {
            document.addEventListener(name, (event) => this.changed(nameIn(event.target)));
        }
        this.place();
        if (this.isVisible()) {
            this.schedule(0);
        }
    }

    /* Where it stands */

    isVisible() {
        return this.dialog.open || !this.aside.hidden;
    }

    place() {
        this.aside.append(this.panel);
        this.aside.hidden = !WIDE.matches || isRemembered();
        for (const opener of this.openers) {
            opener.hidden = !this.aside.hidden;
        }
    }

    rearrange() {
        if (this.dialog.open) {
            this.dialog.close(); // its event places the panel
            return;
        }
        this.place();
        this.catchUp();
    }

    open() {
        if (WIDE.matches) {
            remember(false);
            this.place();
            this.panel.querySelector("h2").focus();
        } else {
            this.dialog.append(this.panel);
            this.dialog.showModal();
        }
        this.catchUp();
    }

    close() {
        if (this.dialog.open) {
            this.dialog.close();
            return;
        }
        remember(true);
        this.place();
        const opener = this.openers[0];
        if (opener) {
            opener.focus();
        }
    }

    catchUp() {
        if (this.isVisible() && this.isOutdated) {
            this.schedule(0);
        }
    }

    /* A link in the checks leads to its field, in whatever list that is folded. */
    follow(event) {
        const link = event.target.closest("a[href^='#']");
        const target = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
        if (!target) {
            return;
        }
        event.preventDefault();
        if (this.dialog.open) {
            this.dialog.close();
        }
        unfold(target);
        const field = fieldIn(target);
        target.scrollIntoView({block: "center"});
        if (field) {
            field.focus({preventScroll: true});
        }
    }

    /* When it is sent */

    changed(name) {
        this.isOutdated = true;
        this.lastField = name || "";
        if (this.request) {
            this.request.abort();
            this.request = null;
        }
        if (this.isVisible()) {
            this.schedule(PAUSE);
        }
    }

    schedule(pause) {
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.sendUnlessLarge(), pause);
    }

    sendUnlessLarge() {
        if (!this.isVisible()) {
            return; // closed meanwhile
        }
        const body = this.body();
        this.now.hidden = body.length <= LARGEST;
        if (this.now.hidden) {
            this.send(body);
        } else {
            this.say("This page is long, so the preview waits until you ask for it.");
        }
    }

    body() {
        const data = new FormData(this.form);
        data.delete("csrfmiddlewaretoken"); // the header has the newest one, should somebody sign in again elsewhere
        return new URLSearchParams([...data].filter(([, value]) => typeof value === "string")).toString();
    }

    async send(body = this.body()) {
        if (this.request) {
            this.request.abort();
        }
        const request = new AbortController();
        this.request = request;
        this.screen.classList.add("is-late");
        try {
            const response = await fetch(this.aside.dataset.preview, {
                method: "POST",
                body,
                headers: {"Content-Type": "application/x-www-form-urlencoded", "X-CSRFToken": token(this.form)},
                credentials: "same-origin",
                redirect: "manual",
                signal: request.signal,
            });
            await this.receive(response);
        } catch (error) {
            if (error.name !== "AbortError") {
                this.say(`No connection: ${this.age()}`, true);
            }
        } finally {
            if (this.request === request) {
                this.request = null;
                this.screen.classList.remove("is-late");
            }
        }
    }

    async receive(response) {
        if (response.type === "opaqueredirect") {
            this.say("You are signed out: your text is kept in this browser; sign in again in a new tab.", true);
            return;
        }
        const text = await response.text();
        const result = new DOMParser().parseFromString(text, "text/html").querySelector(".preview-result");
        if (result) {
            this.show(result);
        } else if (response.status === 403) {
            this.say(`You may not change this page, or signed in again: ${this.age()}`, true);
        } else if (response.status === 400 || response.status === 413) {
            this.say("This page is too long for a preview.", true);
        } else {
            this.say(`The preview could not be made: ${this.age()}`, true);
        }
    }

    /* What it shows */

    show(result) {
        for (const [name, slot] of this.slots) {
            const made = result.querySelector(`[data-for="${name}"]`);
            replace(slot, made ? [...made.childNodes] : []);
        }
        this.lists = new Map((result.dataset.lists || "").trim().split(" ").map((pair) => pair.split(":")));
        this.isOutdated = false;
        this.shownAt = new Date().toLocaleTimeString("en-GB", {hour: "2-digit", minute: "2-digit"});
        this.say("Preview is up to date");
        this.light();
    }

    /* What was just typed lights up once. */
    light() {
        const part = this.partOf(this.lastField);
        this.lastField = "";
        if (part) {
            part.classList.add("is-lit");
        }
    }

    partOf(name) {
        const first = (name || "").replace(/-\d+-.*$/, "");
        const key = this.lists.get(first) || first;
        return key && [...this.screen.querySelectorAll("[data-part]")].find((part) => part.dataset.part.split(" ").includes(key));
    }

    /* Who goes to another field sees what the phone makes of it; while they type, nothing moves. */
    turnTo(part) {
        if (!part || part.dataset.part === this.turnedTo || this.aside.hidden) {
            return;
        }
        this.turnedTo = part.dataset.part;
        const [box, view] = [part.getBoundingClientRect(), this.screen.getBoundingClientRect()];
        if (box.top < view.top || box.bottom > view.bottom) {
            const isCalm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
            this.screen.scrollBy({top: box.top - view.top - 24, behavior: isCalm ? "instant" : "smooth"});
        }
    }

    age() {
        return this.shownAt ? `the preview is from ${this.shownAt}` : "there is no preview yet";
    }

    say(words, isWrong = false) {
        this.status.classList.toggle("is-wrong", isWrong);
        if (this.status.textContent !== words) {
            this.status.textContent = words;
        }
    }
}

/* Keeps where it was scrolled to, what was unfolded, and the focus. */
function replace(slot, nodes) {
    const unfolded = new Map([...slot.querySelectorAll("details[data-keep]")].map((one) => [one.dataset.keep, [one.open, one.scrollTop]]));
    const scrolled = slot.scrollTop;
    const hadFocus = slot.contains(document.activeElement) && document.activeElement !== slot;
    slot.replaceChildren(...nodes);
    slot.scrollTop = scrolled;
    for (const one of slot.querySelectorAll("details[data-keep]")) {
        const [wasOpen, top] = unfolded.get(one.dataset.keep) || [false, 0];
        one.open = wasOpen;
        one.scrollTop = top;
    }
    if (hadFocus) {
        const next = slot.querySelector("summary") || slot;
        next.focus({preventScroll: true});
    }
}

function token(form) {
    const cookie = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
    const field = form.querySelector("[name=csrfmiddlewaretoken]");
    return cookie ? decodeURIComponent(cookie[1]) : field ? field.value : "";
}

function nameIn(element) {
    const field = element && element.querySelector && element.querySelector("[name]:not([name*=__prefix__])");
    return field ? field.name : "";
}

function unfold(target) {
    for (let box = target; box; box = box.parentElement) {
        if (box.tagName === "DETAILS") {
            box.open = true;
        }
    }
    const list = target.matches(".inline-group") && target.querySelector("details");
    if (list) {
        list.open = true;
    }
}

function fieldIn(target) {
    const drawn = target.nextElementSibling && target.nextElementSibling.querySelector("[role=combobox], .select2-search__field");
    return drawn || (target.matches("input, select, textarea, summary") ? target : target.querySelector("summary, input:not([type=hidden])"));
}

function isRemembered() {
    try {
        return localStorage.getItem(REMEMBERED) === "yes";
    } catch {
        return false;
    }
}

function remember(isClosed) {
    try {
        localStorage.setItem(REMEMBERED, isClosed ? "yes" : "no");
    } catch {
        // Storage is switched off: then it is only not remembered.
    }
}

window.addEventListener("load", () => {
    const aside = document.querySelector("aside.preview");
    const form = document.querySelector("#content-main > form");
    if (aside && form && window.HTMLDialogElement) {
        new Preview(aside, form).start();
    }
});
