/* What plain HTML cannot do for the editors' desk: names for looked-up fields, jumps into closed lists, a word before work is lost. */
"use strict";

/* Select2 draws link fields anew and leaves them without a name for screen readers. */
function nameLinkFields(root) {
    for (const select of root.querySelectorAll("select.admin-autocomplete")) {
        const label = document.querySelector(`label[for="${select.id}"]`);
        const drawn = select.nextElementSibling;
        if (!label || !drawn || !drawn.classList.contains("select2")) {
            continue;
        }
        const name = label.textContent.replace(/:\s*$/, "").trim();
        for (const part of drawn.querySelectorAll("[role=combobox], [role=searchbox], input")) {
            part.setAttribute("aria-label", name);
            if (part.getAttribute("role") === "combobox") {
                const chosen = select.selectedOptions[0];
                part.removeAttribute("aria-labelledby");
                part.setAttribute("aria-label", chosen && chosen.value ? `${name}: ${chosen.text}` : name);
            }
        }
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
    document.addEventListener("formset:added", () => { isTyped = true; });
    document.addEventListener("formset:removed", () => { isTyped = true; });
    form.addEventListener("submit", () => { isTyped = false; });
    window.addEventListener("beforeunload", (event) => {
        if (isTyped) {
            event.preventDefault();
        }
    });
}

window.addEventListener("load", () => {
    nameLinkFields(document);
    openTarget();
    window.addEventListener("hashchange", openTarget);
    for (const jump of document.querySelectorAll(".jump a")) {
        jump.addEventListener("click", () => setTimeout(openTarget));
    }
    const form = document.querySelector(".change-form #content-main > form");
    if (form) {
        guardTypedText(form);
    }
    if (window.django && window.django.jQuery) {
        window.django.jQuery(document).on("select2:select select2:unselect", () => form && form.dispatchEvent(new Event("input")));
    }
});
document.addEventListener("formset:added", (event) => setTimeout(() => nameLinkFields(event.target)));
