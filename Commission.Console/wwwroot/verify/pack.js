// Verifies an evidence pack as docs/formats/pack.md says, in its order: the first thing that is wrong decides.
// Asks nobody: all it has are the file and what the reader trusts.

import { checkAuthority } from "./authority.js";
import { equal } from "./bytes.js";
import { checkCalculations } from "./calculations.js";
import { checkAccounts, checkBookChain, checkPeriod } from "./chains.js";
import { Failure, Refuted, require, WORDS } from "./failure.js";
import { checkHandshakes } from "./handshakes.js";
import { canonical } from "./json.js";
import { decode, Type } from "./leaf.js";
import { bookOf, isSigned, signersOf } from "./note.js";
import { readPack } from "./pack-reader.js";
import { checkApproval, checkItem, checkMoney, payoutStatement } from "./payouts.js";
import { statementOf } from "./statement.js";
import { isConsistent, isIncluded, leafHash } from "./tree.js";

const TYPES = Object.freeze({ __proto__: null, ledger: Type.entry, handshakes: Type.handshake, administration: Type.act });
const NOT_SHOWN_OF_PAYOUT = [
    "whose account the destination is: the engine's register of accounts says so",
    "that the bank paid: its statement says so",
    "that no later step follows, and no other payout pays these entries: only the whole book shows that",
    "what the paid entries rest on: each has an evidence pack of its own",
];
const LATER = "what happened after the outcome (revenue, milestones, other deals' volume, clawbacks): the engine recorded it, and no handshake signs it";

/** The steps, each with the codes that it can end with. */
export const STEPS_OF_PACK = Object.freeze([
    ["file", "The file is a pack in canonical form", [1]],
    ["signature", "Checkpoints are signed by a key that you trust", [3, 4]],
    ["inclusion", "Every leaf is in the signed books", [5]],
    ["consistency", "The books go on from an older checkpoint", [12]],
    ["link", "Leaves and accounts follow each other", [6, 13]],
    ["handshakes", "Handshakes are in order and signed by whom they must be", [7, 8]],
    ["authority", "Rules were approved and rest on agreements; payouts were approved by another than their makers", [5, 9]],
    ["calculation", "Entries are what the explanation gives; payouts move what they pay", [10, 13]],
    ["statement", "What it says to people is what its leaves say", [11]],
]);

/**
 * Verifies a pack.
 * @param bytes the file
 * @param trust keys, witnesses (as readKey gives them), older (a note) and proof, which may be null
 * @param tell is told step, state and words
 * @returns code and word, what is shown, and what is not
 */
export async function verifyPack(bytes, trust, tell = () => {}) {
    const findings = { shown: [], notShown: [], statement: "" };
    try {
        require(trust.keys.length > 0, Failure.usage, "A key is missing: without a key nothing is signed.");
        await verify(bytes, trust, findings, tell);
        return { code: Failure.none, word: WORDS[Failure.none], text: "", ...findings };
    } catch (error) {
        // What the checks above did not foresee is a file that is no pack, as in the other verifiers.
        const refuted = error instanceof Refuted ? error : new Refuted(Failure.unreadable, `${error.name}: ${error.message}`);
        return { code: refuted.code, word: WORDS[refuted.code], text: refuted.message, shown: [], notShown: [], statement: "" };
    }
}

async function verify(bytes, trust, findings, tell) {
    const step = async (name, act) => {
        tell(name, "checking", "");
        try {
            const [state, words, result] = await act();
            tell(name, state, words);
            return result;
        } catch (error) {
            tell(name, "broken", error.message, error instanceof Refuted ? error.code : Failure.unreadable);
            throw error;
        }
    };
    const pack = await step("file", async () => ["holds", `${bytes.length.toLocaleString("en-US")} bytes`, await readPack(bytes)]);
    await step("signature", () => checkSignatures(pack, trust, findings));
    await step("inclusion", () => checkInclusion(pack, findings));
    await step("consistency", () => checkOlder(pack, trust, findings));
    const leaves = await step("link", () => checkLinks(pack, findings));
    if (pack.subject.kind === "payout") {
        await checkPayout(pack, leaves, findings, step, tell);
        return;
    }
    const chain = pack.subject.kind === "period" ? skipDeal(tell) : await checkDeal(pack, leaves, findings, step);
    await step("statement", () => checkStatement(pack, leaves, chain, findings));
}

async function checkSignatures(pack, trust, findings) {
    for (const { name, note } of pack.books) {
        require((await signersOf(note, trust.keys)).length > 0, Failure.signature, `The checkpoint of ${note.origin} is not signed by the key.`);
        require(bookOf(note.origin) === name, Failure.signature, `${name}: the checkpoint is of another book: ${note.origin}.`);
        for (const witness of trust.witnesses) {
            require(
                await isSigned(note, witness.name, witness), Failure.witness, `${name}: ${witness.name} did not cosign the checkpoint of size ${note.size}.`);
        }
    }
    for (const witness of trust.witnesses)
        findings.shown.push(`witness ${witness.name} cosigned these books`);
    if (trust.witnesses.length === 0)
        findings.notShown.push("that others are shown the same books: no witness was named");
    const cosigners = new Set(pack.books.flatMap(({ note }) => note.signatures.map(each => each.name).filter(name => name !== note.origin)));
    const cosigned = cosigners.size === 0 ? "no witness' line" : `lines of ${Array.from(cosigners).join(", ")}`;
    return ["holds", `${pack.books.map(({ note }) => `${note.origin} at ${note.size} leaves`).join(", ")}; with ${cosigned}.`];
}

async function checkInclusion(pack, findings) {
    for (const { name, note, leaves } of pack.books) {
        for (const leaf of leaves) {
            require(await isIncluded(await leafHash(leaf.bytes), leaf.index, note.size, leaf.path, note.root), Failure.inclusion,
                `${name}: leaf ${leaf.index} is not in the book of ${note.size} leaves that was signed.`);
        }
        findings.shown.push(`${name}: ${leaves.length} leaves are in the signed book of ${note.size} leaves (${note.origin})`);
    }
    return ["holds", `${pack.books.reduce((sum, book) => sum + book.leaves.length, 0)} leaves`];
}

async function checkOlder(pack, { older, proof, keys }, findings) {
    if (older === null) {
        findings.notShown.push("that the books go on from what they were before: no older checkpoint was given");
        return ["none", "No older checkpoint was given."];
    }
    require((await signersOf(older, keys)).length > 0, Failure.signature, `The checkpoint of ${older.origin} is not signed by the key.`);
    const book = pack.books.find(each => each.note.origin === older.origin);
    require(book !== undefined, Failure.consistency, "The older checkpoint is of no book in the pack.");
    const [first, second] = older.size <= book.note.size ? [older, book.note] : [book.note, older];
    const isNeeded = first.size !== second.size && first.size !== 0;
    require(
        !isNeeded || (proof !== null && proof.first === first.size && proof.second === second.size), Failure.consistency,
        `${older.origin}: a proof from ${first.size} to ${second.size} leaves is needed.`);
    require(
        await isConsistent(first.size, second.size, first.root, second.root, isNeeded ? proof.hashes : []), Failure.consistency,
        `${older.origin}: the book of size ${second.size} does not go on from the one of size ${first.size}: it was changed.`);
    return ["holds", `${older.origin}: ${first.size} leaves are the beginning of ${second.size}.`];
}

async function checkLinks(pack, findings) {
    const leaves = { [Type.entry]: [], [Type.handshake]: [], [Type.act]: [] };
    for (const book of pack.books) {
        const decoded = [];
        for (const stored of book.leaves) {
            const leaf = await decode(stored.bytes);
            require(
                leaf.book === book.name && leaf.sequence === BigInt(stored.index) && leaf.type === TYPES[book.name], Failure.link,
                `${book.name}: leaf ${stored.index} does not belong there.`);
            decoded.push(leaf);
            leaves[leaf.type].push(leaf);
        }
        checkBookChain(decoded);
    }
    checkAccounts(leaves[Type.entry]);
    if (pack.subject.kind === "period") {
        const { account, from, to } = pack.subject;
        const { count, last, isOpen } = checkPeriod(pack, leaves[Type.entry]);
        findings.shown.push(`${account}: ${count} entries from ${from} to ${to}, and none is missing between them`);
        if (isOpen)
            findings.notShown.push(`that the account has no entry after its number ${last}: the pack ends there, and only the whole book shows that`);
        findings.notShown.push("what the entries rest on: each has an evidence pack of its own");
    }
    return ["holds", "", leaves];
}

function skipDeal(tell) {
    for (const step of ["handshakes", "authority", "calculation"])
        tell(step, "none", "A period's pack holds entries alone: each entry has a pack of its own.");
    return [];
}

async function checkDeal(pack, leaves, findings, step) {
    const entries = leaves[Type.entry];
    const deal = dealOf(pack.subject, entries);
    const found = await step("handshakes", async () => {
        const checked = await checkHandshakes(pack, deal, leaves[Type.handshake], entries.length > 0);
        return ["holds", `${checked.chain.length} handshakes of ${deal}`, checked];
    });
    findings.shown.push(`${deal}: ${found.chain.length} handshakes in order, each signed by whom it must be`);
    findings.notShown.push("whose the keys are, and since when: the engine's registry says so");
    await step("authority", async () => {
        await checkAuthority(pack, entries, leaves[Type.act], found.steps.H1);
        return entries.length === 0 ? ["none", "No entry yet, so no rule decided."] : ["holds", pack.agreements.map(each => each.reference).join(", ")];
    });
    await step("calculation", async () => {
        const { calculations, isLater } = await checkCalculations(pack, deal, entries, found.steps);
        if (calculations === 0)
            return ["none", "No entry yet."];
        findings.shown.push(`entries: ${entries.length} of ${calculations} calculations are what their explanations give`);
        findings.notShown.push("that the rules give these amounts: commission-verify calculates them again");
        if (isLater)
            findings.notShown.push(LATER);
        return ["holds", "As explained. The rules were not calculated again here: commission-verify does that."];
    });
    if (pack.subject.kind === "deal")
        findings.notShown.push("that the deal has no further entries: only the whole book shows that");
    return found.chain;
}

async function checkPayout(pack, leaves, findings, step, tell) {
    tell("handshakes", "none", "A payout's pack holds what was paid and how: the entries have packs of their own.");
    const { approver, submitter } = await step("authority", async () => {
        await checkItem(pack);
        const acts = await checkApproval(pack, leaves[Type.act]);
        return ["holds", `item ${pack.item.item} of ${pack.batch.items}, approved by ${acts.approver}`, acts];
    });
    const { paid, moved } = await step("calculation", async () => {
        const found = await checkMoney(pack, leaves, submitter);
        return ["holds", `${found.paid.length} entries paid, ${found.moved.length} transfers`, found];
    });
    await step("statement", () => {
        const statement = payoutStatement(pack, paid, moved, approver);
        require(equal(canonical(statement), canonical(pack.statement)), Failure.statement, "What the pack says to people is not what its leaves say.");
        findings.statement = statement.text.trimEnd();
        findings.shown.push(`${pack.batch.batch}: item ${pack.item.item} is one of the ${pack.batch.items} that were approved`, findings.statement);
        findings.notShown.push(...NOT_SHOWN_OF_PAYOUT);
        return ["holds", ""];
    });
}

function dealOf(subject, entries) {
    if (subject.kind === "deal")
        return subject.deal;
    const entry = entries.find(leaf => leaf.sequence === BigInt(subject.sequence));
    require(entry !== undefined, Failure.completeness, `The pack is about entry ${subject.sequence} of the ledger and does not hold it.`);
    return entry.deal;
}

function checkStatement(pack, leaves, chain, findings) {
    const statement = statementOf(pack.subject, leaves[Type.entry], chain);
    require(equal(canonical(statement), canonical(pack.statement)), Failure.statement, "What the pack says to people is not what its leaves say.");
    findings.statement = statement.text.trimEnd();
    findings.shown.push(findings.statement);
    return ["holds", ""];
}
