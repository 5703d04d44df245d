/* A whole form as plain data, and back: fields, the rows of every list in their order, chosen links with their names. */
"use strict";

import {arrange, isRemoved, rowsOf} from "./order.js";

const CONTROLS = "input:not([type=hidden], [type=submit], [type=button], [type=reset], [type=password], [type=file]), select, textarea";
const LIST = ".inline-group.rows";
const NOT_TEXT = ["place", "DELETE"];

/* {fields: {name: value}, lists: {prefix: [{id, isRemoved, fields}]}, labels: {value: text}}. A value is text, or a list of choices. */
export function snapshot(form) {
    const labels = {};
    const own = [...form.querySelectorAll(CONTROLS)].filter((control) => !control.closest(".inline-related"));
    const lists = [...form.querySelectorAll(LIST)].map((list) => [prefixOf(list), listAsData(list, labels)]);
    return {fields: asData(own, labels), lists: Object.fromEntries(lists), labels};
}

/* Whether somebody was faster than this script: what they typed by then counts as typed, too. */
export function isTypedIn(form) {
    return [...form.querySelectorAll("textarea, input[type=text], input:not([type])")].some(({value, defaultValue}) => value !== defaultValue);
}

/* Whether something was typed that the other does not hold. Places and numbers of rows are no text. */
export function differs(kept, shown) {
    return !isSame(kept.fields, shown.fields)
        || Object.keys(kept.lists).some((prefix) => prefix in shown.lists && !isSameList(kept.lists[prefix], shown.lists[prefix]));
}

export function restore(form, kept) {
    const own = [...form.querySelectorAll(CONTROLS)].filter((control) => !control.closest(".inline-related"));
    write(own, kept.fields, kept.labels);
    for (const list of form.querySelectorAll(LIST)) {
        if (kept.lists[prefixOf(list)]) {
            restoreList(list, kept.lists[prefixOf(list)], kept.labels);
        }
    }
}

function prefixOf(list) {
    return list.id.replace(/-group$/, "");
}

function listAsData(list, labels) {
    const template = list.querySelector(".inline-related.empty-form");
    const blank = template ? rowAsData(template, {}) : null;
    return rowsOf(list)
        .map((row) => rowAsData(row, labels))
        .filter((row) => row.id || !blank || !isSame(row.fields, blank.fields));
}

function rowAsData(row, labels) {
    return {id: idOf(row), isRemoved: isRemoved(row), fields: asData(row.querySelectorAll(CONTROLS), labels)};
}

function idOf(row) {
    return row.querySelector("input[type=hidden][name$='-id']")?.value ?? "";
}

/* Rows are numbered anew by every page, so their names go without the number. */
function nameOf(control) {
    return control.name.replace(/^.*-(\d+|__prefix__)-/, "");
}

function asData(controls, labels) {
    const data = {};
    for (const control of controls) {
        const name = control.name && nameOf(control);
        if (!name) {
            continue;
        }
        if (control.matches("[type=checkbox], [type=radio]")) {
            data[name] ??= [];
            data[name].push(...(control.checked ? [control.value] : []));
        } else if (control.matches("select")) {
            const chosen = [...control.selectedOptions].filter((option) => option.value);
            data[name] = chosen.map((option) => option.value);
            chosen.forEach((option) => { labels[option.value] = option.textContent; });
        } else {
            data[name] = control.value;
        }
    }
    return data;
}

function isSame(one, other) {
    return Object.keys(one).every((name) => NOT_TEXT.includes(name) || !(name in other) || plain(one[name]) === plain(other[name]));
}

function plain(value) {
    return Array.isArray(value) ? [...value].sort().join("\n") : value.replaceAll("\r\n", "\n").trim();
}

function isSameList(one, other) {
    const [here, there] = [one, other].map((rows) => rows.filter((row) => !row.isRemoved));
    return here.length === there.length && here.every((row, index) => isSame(row.fields, there[index].fields));
}

function write(controls, data, labels) {
    for (const control of controls) {
        const value = data[nameOf(control)];
        if (value !== undefined && put(control, value, labels)) {
            control.dispatchEvent(new Event("input", {bubbles: true}));
            control.dispatchEvent(new Event("change", {bubbles: true}));
        }
    }
}

/* Says whether that was a change. */
function put(control, value, labels) {
    if (control.matches("[type=checkbox], [type=radio]")) {
        const was = control.checked;
        control.checked = value.includes(control.value);
        return was !== control.checked;
    }
    if (control.matches("select")) {
        return choose(control, value, labels);
    }
    const was = control.value;
    control.value = value;
    return was !== value;
}

/* A looked-up field holds only the links that were chosen before, so others are added with their names. */
function choose(select, values, labels) {
    const was = [...select.selectedOptions].map((option) => option.value).filter(Boolean);
    const known = new Set([...select.options].map((option) => option.value));
    for (const value of values) {
        if (!known.has(value) && select.matches(".admin-autocomplete")) {
            select.append(new Option(labels[value] ?? value, value));
        }
    }
    for (const option of select.options) {
        option.selected = values.length ? values.includes(option.value) : option.value === "";
    }
    return plain(was) !== plain(values);
}

function restoreList(list, keptRows, labels) {
    const pairs = paired(rowsOf(list), keptRows);
    const unsaved = rowsOf(list).filter((row) => !idOf(row));
    const rows = [];
    for (const kept of keptRows) {
        const row = pairs.get(kept) ?? (kept.isRemoved ? null : unsaved.shift() ?? added(list));
        if (row) {
            write(row.querySelectorAll(CONTROLS), kept.fields, labels);
            rows.push(row);
        }
    }
    const others = rowsOf(list).filter((row) => !rows.includes(row));
    const wanted = [...rows, ...others];
    if (rowsOf(list).some((row, index) => row !== wanted[index])) {
        arrange(list, wanted);
    }
}

/* Which row stands for which kept one: that of the same id; else one that says the same, for rows that somebody else's
   save made anew; else, for a kept row that was saved once, the one in its place. So no row comes back twice. */
function paired(present, keptRows) {
    const pairs = new Map();
    const free = new Set(present.filter(idOf));
    const claim = (kept, row) => {
        if (row) {
            pairs.set(kept, row);
            free.delete(row);
        }
    };
    const isLeft = (kept) => kept.id && !pairs.has(kept);
    keptRows.filter(isLeft).forEach((kept) => claim(kept, [...free].find((row) => idOf(row) === kept.id)));
    keptRows.filter(isLeft).forEach((kept) => claim(kept, [...free].find((row) => isSame(kept.fields, rowAsData(row, {}).fields))));
    keptRows.filter(isLeft).forEach((kept) => claim(kept, free.has(present[keptRows.indexOf(kept)]) ? present[keptRows.indexOf(kept)] : null));
    return pairs;
}

/* A new row, by Django's own “add another”. */
function added(list) {
    list.querySelector(".list-body").open = true;
    list.querySelector(".add-row a").click();
    return rowsOf(list).at(-1);
}
