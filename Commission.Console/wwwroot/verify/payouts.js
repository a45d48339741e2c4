// Payout packs: one item of a payout batch, approved by somebody else than its makers, and moved by the ledger just so.
// docs/formats/pack.md, "Payouts", and docs/formats/payout.md.

import { concat, equal, hash, hex, utf8, ZERO } from "./bytes.js";
import { sha256 } from "./crypto.js";
import { Failure, require } from "./failure.js";
import { isId, typeId } from "./ids.js";
import { canonical, parse, text } from "./json.js";
import { KINDS, money, Type } from "./leaf.js";
import { isIncluded, leafHash } from "./tree.js";

const Act = Object.freeze({ drafted: 11, edited: 12, approved: 13, submitted: 14 });
const Kind = Object.freeze({ payout: 4, settlement: 5, reversal: 6 });
const PAYABLE = [1, 2, 3, 9];
const STEPS = ["submitted", "paid", "failed", "returned"];
const ENDED = ["", "sf", "sr", "spr"];
const LAST = ["s", "sp", "sf", "sr", "spr"];
const MAX_ATTEMPTS = 9;

const wrong = (holds, words) => require(holds, Failure.calculation, words);

/** Whether the item is one of those that the batch binds. */
export async function checkItem({ batch, item, index, path }) {
    require(
        await isIncluded(await leafHash(canonical(item)), index, batch.items, path, hash(batch.itemsRoot)), Failure.inclusion,
        `Item ${item.item} is not in the batch of ${batch.items} items that the pack names.`);
}

/** Who approved and who submitted. */
export async function checkApproval({ batch }, leaves) {
    const holds = (so, words) => require(so, Failure.authority, words);
    const subject = batch.batch;
    holds(leaves.every(leaf => typeId("payout", leaf.subject) === subject), "The pack holds acts that are not about the batch.");
    const acts = leaves.map(leaf => {
        const said = parse(leaf.payload, Failure.authority);
        return { kind: leaf.act, actor: text(said, "actor", Failure.authority), hash: said.hash };
    });
    const last = acts.findLastIndex(act => act.kind === Act.drafted || act.kind === Act.edited);
    const approved = acts.findLastIndex(act => act.kind === Act.approved);
    const submitted = acts.findIndex(act => act.kind === Act.submitted);
    holds(
        acts.length > 0 && acts[0].kind === Act.drafted && last < approved && approved < submitted,
        "The pack does not show that the batch was drafted, approved after its last change, and submitted.");
    const header = hex(await sha256(utf8("commission/payout-batch/v1\n"), canonical(batch)));
    holds(acts[approved].hash === header && acts[last].hash === header, "What was approved is not the batch that the pack names.");
    const makers = acts.slice(0, last + 1).filter(act => act.kind !== Act.approved).map(act => act.actor);
    holds(!makers.includes(acts[approved].actor), "The batch was approved by one of its makers.");
    holds(isId("contact", acts[submitted].actor), "Nobody submitted the batch.");
    return { approver: acts[approved].actor, submitter: acts[submitted].actor };
}

/** The entries that the item pays and its transfers, once they are seen to be all that the pack holds. */
export async function checkMoney(pack, leaves, submitter) {
    const entries = leaves[Type.entry];
    const paid = await checkPaid(pack, entries);
    const moved = await checkTransfers(pack, entries, submitter);
    const places = new Set([...paid, ...moved.map(each => each.leaf)].map(leaf => leaf.sequence));
    require(
        places.size === entries.length && leaves[Type.handshake].length === 0, Failure.completeness, "The pack holds leaves that are no part of the item.");
    return { paid, moved };
}

/** What the pack says to people, made again. */
export function payoutStatement({ batch, item }, paid, moved, approver) {
    const account = `payable:${item.payee}`;
    const amount = minor => money(BigInt(minor), batch.currency);
    const lines = [
        ...paid.map(leaf => `${leaf.effective}: ${amount(owed(leaf, account))} ${KINDS[leaf.kind]} for ${account}, entry ${leaf.sequence} of the ledger.`),
        `Item ${item.item} of ${batch.batch}: ${amount(item.amountMinor)}, with GST of ${amount(item.gstMinor)}, less ${amount(item.withheldMinor)} withheld: `
            + `${amount(item.payMinor)} by ${batch.rail}.`,
        `Approved by ${approver}.`,
        ...moved.map(({ leaf, attempt, step }) => `${leaf.effective}: attempt ${attempt} ${step}, ${money(leaf.amount, leaf.currency)} from `
            + `${leaf.credit.account} to ${leaf.debit.account}, entry ${leaf.sequence} of the ledger.`),
    ];
    return { payMinor: item.payMinor, payee: item.payee, state: moved.at(-1).step, text: lines.map(line => `${line}\n`).join("") };
}

function owed(leaf, account) {
    if (leaf.credit.account === account)
        return leaf.amount;
    return leaf.debit.account === account ? -leaf.amount : 0n;
}

async function checkPaid({ batch, item, lines }, entries) {
    const account = `payable:${item.payee}`;
    const [paid, parts] = [[], [utf8("commission/payout-lines/v1\n")]];
    for (const line of lines) {
        const leaf = entries.find(each => each.sequence === BigInt(line.sequence));
        require(leaf !== undefined, Failure.completeness, `The pack does not hold entry ${line.sequence}, which the item pays.`);
        wrong(
            PAYABLE.includes(leaf.kind) && leaf.currency === batch.currency && owed(leaf, account) === BigInt(line.amountMinor),
            `Entry ${line.sequence} does not owe ${line.amountMinor} to ${account}.`);
        const bytes = new Uint8Array(8);
        new DataView(bytes.buffer).setBigInt64(0, BigInt(line.amountMinor));
        parts.push(leaf.hash, bytes);
        paid.push(leaf);
    }
    wrong(new Set(paid).size === paid.length, "The item pays an entry twice.");
    const sum = lines.reduce((total, line) => total + BigInt(line.amountMinor), 0n);
    wrong(
        paid.length === item.lines && hex(await sha256(concat(...parts))) === item.linesHash && sum === BigInt(item.amountMinor),
        "The entries in the pack are not those that the item pays.");
    return paid;
}

async function checkTransfers({ batch, item }, entries, submitter) {
    const itemHash = hex(await sha256(canonical(item)));
    const factsOf = async (attempt, step) =>
        hex(await sha256(canonical({ attempt, batch: batch.batch, item: item.item, itemHash, step, version: 1 })));
    const known = new Map();
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
        for (const step of STEPS)
            known.set(await factsOf(attempt, step), { attempt, step });
    }
    const moved = entries.filter(leaf => known.has(hex(leaf.facts))).map(leaf => ({ leaf, ...known.get(hex(leaf.facts)) }));
    wrong(moved.length > 0, "The item was never submitted.");
    const last = Math.max(...moved.map(each => each.attempt));
    for (let attempt = 1; attempt <= last; attempt++) {
        const steps = STEPS.filter(step => moved.some(each => each.attempt === attempt && each.step === step));
        const path = steps.map(step => step[0]).join("");
        wrong((attempt === last ? LAST : ENDED).includes(path), `The ledger has steps of attempt ${attempt} that cannot be.`);
        const submission = await factsOf(attempt, "submitted");
        for (const step of steps) {
            const leaves = moved.filter(each => each.attempt === attempt && each.step === step).map(each => each.leaf);
            const corrects = step === "failed" || step === "returned" ? hash(submission) : ZERO;
            checkStep(leaves, transfersOf(batch, item, step, steps.includes("paid")), { batch, corrects, submitter });
        }
    }
    return moved;
}

function checkStep(leaves, expected, { batch, corrects, submitter }) {
    leaves.sort((a, b) => a.ordinal - b.ordinal || Number(a.sequence - b.sequence));
    const isSame = (leaf, [kind, debit, credit, amount], i) => leaf.kind === kind && leaf.debit.account === debit && leaf.credit.account === credit
        && leaf.amount === amount && leaf.ordinal === i && equal(leaf.corrects, corrects) && equal(leaf.rule, ZERO) && equal(leaf.explanation, ZERO)
        && leaf.actor === submitter && leaf.currency === batch.currency && leaf.deal.slice("deal".length) === batch.batch.slice("payout".length);
    wrong(
        leaves.length === expected.length && leaves.every((leaf, i) => isSame(leaf, expected[i], i)), "The ledger moves something else than the item.");
}

function transfersOf(batch, item, step, wasPaid) {
    const [payable, clearing, pay] = [`payable:${item.payee}`, `clearing:${batch.rail}`, BigInt(item.payMinor)];
    const submission = [
        [Kind.payout, "tax:gst", payable, BigInt(item.gstMinor)],
        [Kind.payout, payable, "tax:withholding", BigInt(item.withheldMinor)],
        [Kind.payout, payable, clearing, pay],
    ].filter(each => each[3] !== 0n).map(([kind, debit, credit, amount]) => amount > 0n ? [kind, debit, credit, amount] : [kind, credit, debit, -amount]);
    const back = submission.toReversed().map(([, debit, credit, amount]) => [Kind.reversal, credit, debit, amount]);
    switch (step) {
        case "submitted":
            return submission;
        case "paid":
            return [[Kind.settlement, clearing, "bank", pay]];
        case "failed":
            return back;
        default:
            return [...wasPaid ? [[Kind.reversal, "bank", clearing, pay]] : [], ...back];
    }
}
