// Checks of books, shown where the book stands.

import { Alarm, checkBook, STEPS_OF_CHECK } from "./book.js";
import { element, evidence, verdict } from "./dom.js";
import { Refuted, WORDS } from "./failure.js";
import { Log, Unanswered } from "./log.js";
import { stepList } from "./steps.js";

export function showBooks(memory, refreshTrust) {
    for (const card of document.querySelectorAll("[data-book]"))
        showBook(card, memory, refreshTrust);
}

function showBook(card, memory, refreshTrust) {
    const [form, outcome] = [card.querySelector("form"), card.querySelector(".outcome")];
    const button = form.querySelector("button");
    form.hidden = false;
    form.addEventListener("submit", async event => {
        event.preventDefault();
        const typed = form.elements.leaf.value.trim();
        button.disabled = true;
        memory.reload();
        const steps = stepList(STEPS_OF_CHECK);
        const head = element("div", {}, verdict("checking", ""));
        outcome.replaceChildren(head, steps.list);
        outcome.hidden = false;
        outcome.dataset.state = "checking";
        const [state, ...parts] = await run(card.dataset.book, memory, /^[0-9]{1,15}$/.test(typed) ? Number(typed) : null, steps.tell);
        head.replaceChildren(...parts);
        outcome.dataset.state = state;
        button.disabled = false;
        refreshTrust();
    });
}

async function run(book, memory, wanted, tell) {
    try {
        const note = await checkBook(new Log(book), book, memory, wanted, tell);
        const signers = note.signatures.filter(each => each.name !== note.origin).map(each => each.name);
        return ["holds", verdict("holds", `${book} at ${note.size.toLocaleString("en-US")} leaves, checked in this browser.`),
            ...signers.length > 0 ? [element("p", { class: "hint" }, `The checkpoint also carries lines of: ${signers.join(", ")}.`)] : []];
    } catch (error) {
        if (error instanceof Alarm)
            return ["broken", verdict("broken", `${WORDS[error.code]} (${error.code}). ${error.message}`), ...alarm(book, error, memory)];
        if (error instanceof Refuted)
            return ["broken", verdict("broken", `${WORDS[error.code]} (${error.code}). ${error.message}`), safe()];
        return ["error", verdict("error", error instanceof Unanswered ? error.message : `The check could not be finished: ${error.message}`), safe()];
    }
}

const safe = () => element("p", { class: "hint" }, "What this browser kept of the book is unchanged.");

function alarm(book, found, memory) {
    const parts = [
        element("p", {}, "These are the two signed statements. Keep them, and show them to somebody who can act: anybody can verify them."),
        evidence("The checkpoint that this browser kept", found.older),
        evidence("The checkpoint that this server shows now", found.newer),
    ];
    if (found.isNewIncarnation) {
        const button = element("button", { type: "button" }, "I know why: keep the new incarnation from now on");
        button.addEventListener("click", () => {
            memory.keep(book, found.newer);
            button.replaceWith(element("p", { class: "hint" }, "Kept. Later checks compare with the new incarnation."));
        });
        parts.push(element("p", {}, "A restored backup makes a new incarnation. Ask why: what was signed since the backup is lost."), button);
    }
    return parts;
}
