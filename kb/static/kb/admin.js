/* What plain HTML cannot do for the editors' desk: names for looked-up fields, jumps into closed lists, a word before work is lost. */
"use strict";

/* Select2 draws link fields anew and leaves them without their label. */
function nameLinkFields(root) {
    for (const select of root.querySelectorAll("select.admin-autocomplete")) {
        const label = document.querySelector(`label[for="${select.id}"]`);
        const drawn = select.nextElementSibling;
        if (!label || !drawn || !drawn.classList.contains("select2")) {
            continue;
        }
        label.id = `${select.id}_label`;
        for (const box of drawn.querySelectorAll("[role=combobox]")) {
            const chosen = box.querySelector(".select2-selection__rendered[id]");
            if (chosen) {
                chosen.setAttribute("aria-labelledby", label.id);
            }
            box.setAttribute("aria-labelledby", chosen ? `${label.id} ${chosen.id}` : label.id);
        }
        for (const box of drawn.querySelectorAll("input")) {
            box.setAttribute("aria-labelledby", label.id);
        }
    }
}

/* The two lists in which roles and rights are chosen have tips that say what they are only to the eye. */
function nameTips() {
    for (const tip of document.querySelectorAll(".selector .help-tooltip[aria-label]")) {
        tip.setAttribute("role", "img");
    }
}

function openTarget() {
    const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    const list = target && target.querySelector("details");
    if (list) {
        list.open = true;
        target.scrollIntoView();
    }
}

/* Closing or leaving the page asks first, once something was typed. */
function guardTypedText(form) {
    let isTyped = Boolean(form.querySelector(".errorlist, .conflict"));
    form.addEventListener("input", () => { isTyped = true; });
    form.addEventListener("change", (event) => { isTyped = isTyped || event.isTrusted; });
    form.addEventListener("desk:changed", () => { isTyped = true; });
    document.addEventListener("formset:added", () => { isTyped = true; });
    document.addEventListener("formset:removed", () => { isTyped = true; });
    document.addEventListener("submit", (event) => { isTyped = isTyped && (event.defaultPrevented || event.target !== form); });
    window.addEventListener("beforeunload", (event) => {
        if (isTyped) {
            event.preventDefault();
        }
    });
}

/* A button that was pressed stays pressed until the page leaves, so that a double click does a thing once. */
const GIVE_UP_WAITING = 30000;

function pressOnce(event) {
    const form = event.target;
    if (event.defaultPrevented || form.method === "dialog" || form.target === "_blank") {
        return;
    }
    if (form.hasAttribute("data-pressed")) {
        event.preventDefault();
        return;
    }
    // Not `disabled`: the form would be sent without the name of the button.
    setPressed(form, true);
    setTimeout(() => setPressed(form, false), GIVE_UP_WAITING);
}

function setPressed(form, isPressed) {
    form.toggleAttribute("data-pressed", isPressed);
    for (const button of form.querySelectorAll("[type=submit]")) {
        button.classList.toggle("pressed", isPressed);
        if (isPressed) {
            button.setAttribute("aria-disabled", "true");
        } else {
            button.removeAttribute("aria-disabled");
        }
    }
}

document.addEventListener("submit", pressOnce);
window.addEventListener("pageshow", () => document.querySelectorAll("form[data-pressed]").forEach((form) => setPressed(form, false)));

window.addEventListener("load", () => {
    openTarget();
    nameTips();
    window.addEventListener("hashchange", openTarget);
    for (const jump of document.querySelectorAll(".jump a")) {
        jump.addEventListener("click", () => setTimeout(openTarget));
    }
    const form = document.querySelector(".change-form #content-main > form");
    if (form) {
        guardTypedText(form);
    }
});
if (window.django && window.django.jQuery) {
    /* Through jQuery, so that it comes after Select2's own start, which jQuery puts off. */
    const $ = window.django.jQuery;
    $(() => nameLinkFields(document));
    $(document).on("select2:select select2:unselect", (event) => {
        event.target.dispatchEvent(new Event("input", {bubbles: true}));
    });
}
document.addEventListener("formset:added", (event) => setTimeout(() => nameLinkFields(event.target)));
/* The rows that stay have other numbers then. */
document.addEventListener("formset:removed", () => setTimeout(() => nameLinkFields(document)));
