// How much of an exercise, and when to stop.
import type { Dose, Exercise } from "stride-kb";
import { h, type Child } from "../dom";
import { toDocument } from "../routes";
import type { References } from "./references";
import { statements, titled } from "./statements";

export function dose(exercise: Exercise): Child {
    const words = doseWords(exercise.dose);
    if (!words) return h("p", { class: "dose" }, "Our sources give no dose for it.");
    const source = exercise.dose.dose_source;
    return h(
        "p",
        { class: "dose" },
        h("strong", {}, words),
        source && [" From: ", h("a", { href: toDocument(source) }, source.name)],
    );
}

export function stopRules(exercise: Exercise, references: References): Child {
    const rules = statements(exercise.stop_rules, references);
    return rules && h("div", { class: "stop" }, titled("When to stop", rules));
}

function doseWords(dose: Dose | undefined): string {
    if (!dose) return "";
    const { sets, repetitions_min: least, repetitions_max: most } = dose;
    const times = least && most && least !== most ? `${least} to ${most}` : (least ?? most);
    const parts = [
        sets && counted(sets, "set"),
        times && `${times} ${times === 1 ? "time" : "times"}${sets ? " in each set" : ""}`,
        dose.hold_seconds && `hold for ${counted(dose.hold_seconds, "second")}`,
        dose.times_per_day && `${counted(dose.times_per_day, "time")} a day`,
        dose.days_per_week && `${counted(dose.days_per_week, "day")} a week`,
    ].filter(Boolean);
    const words = parts.join(", ");
    return words && `${words[0]?.toUpperCase()}${words.slice(1)}.`;
}

function counted(count: number, thing: string): string {
    return `${count} ${thing}${count === 1 ? "" : "s"}`;
}
