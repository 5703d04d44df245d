/* The rows of a list in the order that people want: dragged, or moved by two buttons. Both write the places that the server reads. */
"use strict";

const ROW = ".inline-related:not(.empty-form)";
const LIST = ".inline-group.rows";
const NAMED_BY = "select.admin-autocomplete:not([multiple]), textarea, input[type=text]";
const WORDS_IN_HEADING = 12;
const EDGE = 90;

export function rowsOf(list) {
    return [...list.querySelectorAll(ROW)];
}

export function isRemoved(row) {
    return Boolean(row.querySelector(".delete input:checked"));
}

/* Puts the rows of a list into this order, and says so in their places. */
export function arrange(list, rows) {
    const end = list.querySelector(".inline-related.empty-form");
    for (const row of rows) {
        end.before(row);
    }
    list.dataset.arranged = "yes";
    refresh(list);
}

/* Counts, places and button names, after anything moved, came or went. */
function refresh(list) {
    const rows = rowsOf(list);
    const staying = rows.filter((row) => !isRemoved(row));
    list.querySelector(".count").textContent = staying.length || "none yet";
    if (list.dataset.arranged) {
        staying.forEach((row, index) => setPlace(row, index + 1));
    }
    for (const row of rows) {
        nameButtons(row, staying);
    }
}

function setPlace(row, place) {
    const field = row.querySelector("input[name$='-place']");
    if (field) {
        field.value = place;
    }
}

function nameButtons(row, staying) {
    const index = staying.indexOf(row);
    const last = {up: 0, down: staying.length - 1};
    for (const button of row.querySelectorAll(".move")) {
        const way = button.dataset.move;
        button.setAttribute("aria-label", `Move ${way}: ${headingOf(row).textContent.trim()}`);
        button.setAttribute("aria-disabled", String(index === -1 || index === last[way]));
    }
}

function headingOf(row) {
    return row.querySelector(".inline_label");
}

/* Moving. It is always the neighbours that change their place in the page: the row itself keeps its focus and its pointer. */

function step(row, way) {
    const neighbour = neighbourOf(row, way);
    if (neighbour && way === "up") {
        row.after(neighbour);
    } else if (neighbour) {
        row.before(neighbour);
    }
    return Boolean(neighbour);
}

/* The next row that will stay; removed ones are passed over. */
function neighbourOf(row, way) {
    const rows = rowsOf(row.closest(LIST)).filter((other) => other === row || !isRemoved(other));
    return rows[rows.indexOf(row) + (way === "up" ? -1 : 1)];
}

function settle(row) {
    const list = row.closest(LIST);
    list.dataset.arranged = "yes";
    refresh(list);
    const staying = rowsOf(list).filter((other) => !isRemoved(other));
    say(`Moved to place ${staying.indexOf(row) + 1} of ${staying.length}`);
    row.dispatchEvent(new CustomEvent("desk:changed", {bubbles: true}));
}

function say(sentence) {
    document.getElementById("order-status").textContent = sentence;
}

function moveByButton(event) {
    const button = event.target.closest(".move");
    if (button && button.getAttribute("aria-disabled") !== "true") {
        const row = button.closest(ROW);
        step(row, button.dataset.move);
        settle(row);
        row.scrollIntoView({block: "nearest"});
    }
}

function startDragging(event) {
    const handle = event.target.closest(".drag-handle");
    if (!handle || event.button !== 0) {
        return;
    }
    event.preventDefault();
    const row = handle.closest(ROW);
    const list = row.closest(LIST);
    const before = rowsOf(list);
    const ended = new AbortController();
    const stop = (isKept) => {
        ended.abort();
        row.classList.remove("dragged");
        if (!isKept) {
            before.forEach((other) => list.querySelector(".inline-related.empty-form").before(other));
        } else if (rowsOf(list).some((other, index) => other !== before[index])) {
            settle(row);
        }
    };
    const {signal} = ended;
    row.classList.add("dragged");
    document.addEventListener("pointermove", (move) => dragTo(row, move.clientY), {signal});
    document.addEventListener("pointerup", () => stop(true), {signal});
    document.addEventListener("pointercancel", () => stop(false), {signal});
    document.addEventListener("keydown", (key) => key.key === "Escape" && stop(false), {signal});
}

function dragTo(row, y) {
    while (passNeighbour(row, y)) {
        // on to the next one
    }
    if (y < EDGE || y > window.innerHeight - EDGE) {
        window.scrollBy(0, y < EDGE ? -14 : 14);
    }
}

function passNeighbour(row, y) {
    const above = neighbourOf(row, "up");
    const below = neighbourOf(row, "down");
    if (above && y < middleOf(above)) {
        return step(row, "up");
    }
    return Boolean(below) && y > middleOf(below) && step(row, "down");
}

function middleOf(row) {
    const box = row.getBoundingClientRect();
    return box.top + box.height / 2;
}

/* Headings say what a row holds as soon as it is chosen or typed. */

function retitle(event) {
    const row = event.target.closest?.(ROW);
    if (!row || event.target !== row.querySelector(NAMED_BY)) {
        return;
    }
    const words = wordsOf(event.target);
    if (words) {
        headingOf(row).textContent = words;
        nameButtons(row, rowsOf(row.closest(LIST)).filter((other) => !isRemoved(other)));
    }
}

function wordsOf(field) {
    if (field.matches("select")) {
        return field.value && field.selectedOptions[0].textContent;
    }
    const words = field.value.replaceAll(/[*_]/g, "").split(/\s+/).filter(Boolean);
    return words.slice(0, WORDS_IN_HEADING).join(" ") + (words.length > WORDS_IN_HEADING ? " …" : "");
}

/* Rows that come and go */

function renumber(list) {
    /* Django numbers rows as they stand on the page, but takes the first ones for those that it knows already. */
    const prefix = list.id.replace(/-group$/, "");
    const rows = rowsOf(list);
    const known = rows.filter((row) => row.classList.contains("has_original"));
    const added = rows.filter((row) => !row.classList.contains("has_original"));
    [...known, ...added].forEach((row, index) => setIndex(row, prefix, index));
}

function setIndex(row, prefix, index) {
    const old = new RegExp(`${prefix}-\\d+`);
    for (const element of [row, ...row.querySelectorAll("[id], [name], [for]")]) {
        for (const name of ["id", "name", "for"]) {
            if (element.hasAttribute(name)) {
                element.setAttribute(name, element.getAttribute(name).replace(old, `${prefix}-${index}`));
            }
        }
    }
}

/* A form that comes back refused lists its rows as they were sent; their places say how they shall stand. */
function sortByPlace(list) {
    const rows = rowsOf(list);
    const places = new Map(rows.map((row) => [row, Number(row.querySelector("input[name$='-place']")?.value) || Infinity]));
    const sorted = [...rows].sort((one, other) => places.get(one) - places.get(other) || rows.indexOf(one) - rows.indexOf(other));
    if (sorted.some((row, index) => row !== rows[index])) {
        arrange(list, sorted);
    }
}

function start() {
    const lists = [...document.querySelectorAll(LIST)].filter((list) => list.querySelector(".empty-form .move"));
    if (!lists.length) {
        return;
    }
    document.body.insertAdjacentHTML("beforeend", "<p id='order-status' class='visually-hidden' role='status'></p>");
    for (const list of lists) {
        list.classList.add("can-be-ordered");
        list.querySelectorAll(".moves, .drag-handle").forEach((part) => { part.hidden = false; });
        sortByPlace(list);
        refresh(list);
    }
    document.addEventListener("click", moveByButton);
    document.addEventListener("pointerdown", startDragging);
    document.addEventListener("input", retitle);
    document.addEventListener("change", (event) => event.target.closest?.(".delete") && refresh(event.target.closest(LIST)));
    document.addEventListener("formset:added", (event) => refresh(event.target.closest(LIST)));
    document.addEventListener("formset:removed", (event) => {
        const list = document.getElementById(`${event.detail.formsetName}-group`);
        queueMicrotask(() => {
            renumber(list);
            refresh(list);
        });
    });
}

/* Through jQuery, so that it comes after the start of Django's own inlines.js. */
window.django?.jQuery(start);
