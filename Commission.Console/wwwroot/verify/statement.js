// What a pack says to people, made again from its leaves alone: docs/formats/pack.md, "The statement".

import { sectionOf, sideOf } from "./chains.js";
import { Failure, require } from "./failure.js";
import { accountOf, KINDS, money, STEPS } from "./leaf.js";

/** The statement of a pack's leaves; handshakes in the order of their chain. */
export function statementOf(subject, entries, chain) {
    if (subject.kind === "period")
        return ofPeriod(subject, entries);
    const isMeant = subject.kind === "entry" ? leaf => leaf.sequence === BigInt(subject.sequence) : leaf => leaf.deal === subject.deal;
    const lines = entries.filter(isMeant).map(leaf => lineOf(leaf, accountOf(leaf)));
    return { lines, text: textOf([...chain.map(sentence), ...lines.map(lineText)]) };
}

function ofPeriod(subject, entries) {
    const { account, currency } = subject;
    const { before, own, after } = sectionOf(subject, entries);
    const opening = leaf => (leaf.debit.account === account ? leaf.amount : -leaf.amount) - sideOf(leaf, account).balance;
    let first = 0n;
    if (own.length > 0)
        first = opening(own[0]);
    else if (before !== null)
        first = -sideOf(before, account).balance;
    else if (after !== null)
        first = opening(after);
    const last = own.length > 0 ? -sideOf(own.at(-1), account).balance : first;
    const lines = own.map(leaf => lineOf(leaf, account));
    const text = textOf([
        `${subject.from}: ${money(first, currency)} owed to ${account}.`, ...lines.map(lineText), `${subject.to}: ${money(last, currency)} owed to ${account}.`,
    ]);
    return { closingMinor: number(last), lines, openingMinor: number(first), text };
}

const textOf = sentences => sentences.map(each => `${each}\n`).join("");

function number(value) {
    require(Number.isSafeInteger(Number(value)), Failure.statement, "An amount is beyond what a statement can say.");
    return Number(value);
}

function lineOf(leaf, account) {
    return {
        account, amountMinor: number(leaf.credit.account === account ? leaf.amount : -leaf.amount), currency: leaf.currency, deal: leaf.deal,
        effectiveOn: leaf.effective, kind: KINDS[leaf.kind], sequence: number(leaf.sequence),
    };
}

const lineText = line =>
    `${line.effectiveOn}: ${money(BigInt(line.amountMinor), line.currency)} ${line.kind} for ${line.account}, entry ${line.sequence} of the ledger.`;

function sentence(leaf) {
    const said = leaf.content;
    return told(STEPS[leaf.step], said, said.time.slice(0, 10)) + ("attestedBy" in said ? `, attested by ${said.attestedBy}.` : ".");
}

function told(step, said, day) {
    switch (step) {
        case "H1":
            return `${said.referredOn}: ${said.actor} referred ${said.client} to ${said.receiver} (${said.vertical} ${said.product})`;
        case "H2":
            return `${day}: ${said.actor} acknowledged`;
        case "H3":
            return `${said.metOn}: ${said.actor} met the client`;
        case "H4":
            return `${said.settledOn}: ${said.actor} settled for ${money(BigInt(said.settledValueMinor), said.currency)}`;
        case "H5":
            return `${day}: ${said.actor} confirmed the outcome`;
        default:
            return `${day}: ended, ${said.reason}`;
    }
}
