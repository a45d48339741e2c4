// Entries are what rules and facts give, as far as the explanation says, whose hash they carry: docs/formats/pack.md, code 10.
// The rules are not calculated again here: commission-verify does that.

import { equal, hex } from "./bytes.js";
import { sha256 } from "./crypto.js";
import { Failure, require } from "./failure.js";
import { canonical } from "./json.js";

const miscalculated = (holds, words) => require(holds, Failure.calculation, words);

/** Gives what the pack does not show about them. */
export async function checkCalculations(pack, deal, entries, steps) {
    const known = new Map();
    for (const each of pack.calculations)
        known.set(hex(await sha256(canonical(each.facts))), { ...each, explanationHash: await sha256(canonical(each.explanation)) });
    miscalculated(known.size === pack.calculations.length, "A calculation stands twice.");
    const groups = new Map();
    for (const leaf of entries) {
        const [facts, corrects, isAccrual] = [hex(leaf.facts), hex(leaf.corrects), leaf.kind === 1];
        const isNone = /^0+$/.test(corrects);
        miscalculated(leaf.deal === deal, `Entry ${leaf.sequence} is of another deal.`);
        miscalculated(known.has(facts), `Entry ${leaf.sequence}: its facts are not in the pack.`);
        miscalculated(equal(known.get(facts).explanationHash, leaf.explanation), `Entry ${leaf.sequence}: its explanation is not in the pack.`);
        const receivables = [leaf.debit.account, leaf.credit.account].filter(account => account.startsWith("receivable:"));
        miscalculated(
            receivables.length === 1 && receivables[0] === `receivable:${steps.H1.vertical}`,
            `Entry ${leaf.sequence} moves no receivable of ${steps.H1.vertical}.`);
        miscalculated(isAccrual === isNone && (isNone || groups.has(corrects)), `Entry ${leaf.sequence}: what it corrects is not in the pack.`);
        groups.set(facts, [...groups.get(facts) ?? [], leaf]);
    }
    miscalculated(groups.size === known.size, "The pack holds calculations of no entry.");
    for (const [facts, group] of groups)
        checkCalculation(known.get(facts), group, steps);
    return {
        calculations: groups.size,
        isLater: Array.from(known.values()).some(each => "event" in each.facts),
        isDeep: Array.from(known.values()).some(each => "upline_2" in (each.facts.payees ?? {})),
    };
}

function checkCalculation({ facts, explanation }, group, { H1, H4, H5 }) {
    miscalculated(
        explanation.ruleHash === hex(group[0].rule) && explanation.factsHash === hex(group[0].facts), "An explanation is of other facts.");
    miscalculated(
        facts.product === H1.product && facts.currency === H4.currency && facts.settledValueMinor === H4.settledValueMinor
        && equal(canonical(facts.bases ?? ""), canonical(H4.bases ?? {})), "The facts are not what the settlement says.");
    const payees = facts.payees ?? {};
    miscalculated(
        payees.referrer === H1.actor && payees.receiver === H1.receiver && payees.upline === H1.upline, "The facts name other people than the intent.");
    if (!("event" in facts))
        miscalculated(group.every(leaf => leaf.effective === H5.time.slice(0, 10) && leaf.actor === H5.actor), "The accrual does not count from the outcome.");
    for (const [i, leaf] of group.entries()) {
        miscalculated(
            leaf.currency === facts.currency && leaf.sequence === group[0].sequence + BigInt(i) && leaf.ordinal === group[0].ordinal + i
            && leaf.kind === group[0].kind && equal(leaf.rule, group[0].rule), "The entries of a calculation do not stand together.");
    }
    const [due, moved] = [dueOf(explanation, payees), movedBy(group)];
    for (const account of new Set([...due.keys(), ...moved.keys()]))
        miscalculated((due.get(account) ?? 0n) === (moved.get(account) ?? 0n), `The entries for ${account} are not what the explanation gives.`);
}

function dueOf(explanation, payees) {
    const due = new Map();
    const add = (account, amount, sign) => {
        miscalculated(Number.isSafeInteger(amount), "An explanation has an amount that is no integer.");
        due.set(account, (due.get(account) ?? 0n) + BigInt(amount) * sign);
    };
    for (const step of explanation.steps ?? []) {
        for (const [shares, sign] of [[step.split ?? [], 1n], [step.credited ?? [], -1n]]) {
            for (const share of shares)
                add("payee" in share ? `payable:${share.payee}` : "income:platform-fee", share.amountMinor, sign);
        }
        if ("takenFrom" in step)
            add(`payable:${payees.referrer}`, step.poolMinor, -1n);
    }
    return due;
}

function movedBy(group) {
    const moved = new Map();
    for (const leaf of group) {
        const isOwed = leaf.debit.account.startsWith("receivable:");
        const account = (isOwed ? leaf.credit : leaf.debit).account;
        moved.set(account, (moved.get(account) ?? 0n) + (isOwed ? leaf.amount : -leaf.amount));
    }
    return moved;
}
