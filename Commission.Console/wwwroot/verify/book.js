// Checks a live book: who signed it, whether it goes on from what was kept, and whether its leaves are those that were signed.

import { equal, textOf, ZERO } from "./bytes.js";
import { Failure, Refuted, require } from "./failure.js";
import { decode, KINDS, money, accountOf, STEPS, Type } from "./leaf.js";
import { Unanswered } from "./log.js";
import { bookOf, installationOf, isSameHead, isSigned, readKey, readNoteBytes, signersOf } from "./note.js";
import { foldSubtrees, HEIGHT, isConsistent, isIncluded, leafHash, rootOf, subtreesOf, WIDTH } from "./tree.js";

/** The steps of a check, in order. */
export const STEPS_OF_CHECK = Object.freeze([
    ["signature", "Signed by a key that you trust"],
    ["witness", "Cosigned by your witnesses"],
    ["consistency", "Goes on from what you kept"],
    ["leaf", "The leaf is in the book"],
    ["tail", "The last 256 leaves, hashed again"],
]);

/** Where the two signed statements contradict each other, they are the evidence. */
export class Alarm extends Refuted {
    constructor(text, older, newer, isNewIncarnation = false) {
        super(Failure.consistency, text);
        Object.assign(this, { older, newer, isNewIncarnation });
    }
}

/**
 * Checks a book. The checkpoint is kept when all of it holds, and only then.
 * @param log where it is read
 * @param book its name
 * @param memory what was kept: keys, witnesses, checkpoints
 * @param wanted the leaf to look up, or null for the last one
 * @param tell is told step, state (checking, holds, none, broken, error) and words
 */
export async function checkBook(log, book, memory, wanted, tell) {
    const run = async (step, act) => {
        tell(step, "checking", "");
        try {
            const [state, words, result] = await act();
            tell(step, state, words);
            return result;
        } catch (error) {
            const refuted = error instanceof Refuted;
            tell(step, refuted ? "broken" : "error", error.message, refuted ? error.code : undefined);
            throw error;
        }
    };
    const note = await run("signature", () => checkSignature(log, book, memory));
    await run("witness", () => checkWitnesses(note, memory));
    await run("consistency", () => checkConsistency(log, book, note, memory));
    await run("leaf", () => checkLeaf(log, book, note, wanted));
    await run("tail", () => checkTail(log, book, note));
    memory.keep(book, note.note);
    return note;
}

async function checkSignature(log, book, memory) {
    const note = readNoteBytes(await log.checkpoint(), Failure.signature);
    require(bookOf(note.origin) === book, Failure.signature, `The checkpoint is of another book: ${note.origin}.`);
    const offered = await offeredKeys(log, note);
    if (memory.keys.length === 0) {
        require(offered.length > 0, Failure.signature, "No key that the server shows signed the checkpoint.");
        for (const key of offered)
            memory.addKey(key.text, "first use");
        return ["holds", `${leaves(note.size)}. Trusted on first use: the key came from this server, and is kept here from now on.`, note];
    }
    const trusted = await Promise.all(memory.keys.map(kept => readKey(kept.text)));
    const installations = new Set(trusted.map(key => installationOf(key.name)));
    require(
        installations.has(installationOf(note.origin)), Failure.signature,
        `The checkpoint is of ${installationOf(note.origin)}. You trust ${[...installations].join(", ")}: this is another installation.`);
    const signers = await signersOf(note, trusted);
    require(signers.length > 0, Failure.signature, `The checkpoint of ${note.origin} is not signed by the key that you trust.`);

    // While a key is replaced both sign: who trusts the old one learns the new one.
    const learned = offered.filter(key => !trusted.some(known => equal(known.spki, key.spki)));
    for (const key of learned)
        memory.addKey(key.text, "signed beside a key that you trust");
    return ["holds", `${leaves(note.size)}, signed by ${signers.map(key => key.id).join(" and ")}.`, note];
}

/** The keys that the server shows, of those that signed. A list that cannot be read offers none. */
async function offeredKeys(log, note) {
    const keys = [];
    for (const text of await log.keys()) {
        const key = await readKey(text, Failure.signature);
        if (key.name === note.origin && await isSigned(note, note.origin, key))
            keys.push(key);
    }
    return keys;
}

async function checkWitnesses(note, memory) {
    if (memory.witnesses.length === 0)
        return ["none", "You named no witness, so nothing shows that others see the same book."];
    for (const text of memory.witnesses) {
        const key = await readKey(text);
        require(await isSigned(note, key.name, key), Failure.witness, `${key.name} did not cosign this checkpoint.`);
    }
    return ["holds", memory.witnesses.map(text => text.split("+")[0]).join(", ")];
}

async function checkConsistency(log, book, note, memory) {
    const kept = memory.checkpoint(book);
    if (kept === null)
        return ["none", `Nothing was kept before. If all holds, this checkpoint of ${leaves(note.size)} is kept, and compared at your next visit.`];
    const older = readNoteBytes(new TextEncoder().encode(kept.note), Failure.usage);
    const alarm = (text, isNew) => new Alarm(text, kept.note, note.note, isNew);
    if (older.origin !== note.origin)
        throw alarm(`The book began anew: you kept ${older.origin}, and are shown ${note.origin}. Nothing leads from one to the other.`, true);
    if (note.size < older.size)
        throw alarm(`The book had ${leaves(older.size)} when you kept it, and ${note.size} are shown now: its end was cut off, or an old state is shown.`);
    if (note.size === older.size && !isSameHead(older, note))
        throw alarm(`Two checkpoints of ${leaves(note.size)} with different roots: the book was changed, or shown to you in two versions.`);
    const proof = older.size === note.size || older.size === 0 ? [] : await log.consistency(older.size, note.size);
    if (!await isConsistent(older.size, note.size, older.root, note.root, proof))
        throw alarm(`The book of ${leaves(note.size)} does not go on from the ${leaves(older.size)} that you kept: it was changed.`);
    return ["holds", older.size === note.size ? `Still the ${leaves(note.size)} that you kept.` : `From ${leaves(older.size)} to ${leaves(note.size)}.`];
}

async function checkLeaf(log, book, note, wanted) {
    if (note.size === 0)
        return ["none", "The book is empty."];
    const index = wanted ?? note.size - 1;
    if (index >= note.size)
        throw new Unanswered(`The book has ${leaves(note.size)}: choose one from 0 to ${note.size - 1}.`);
    const bundle = Math.floor(index / WIDTH);
    const bytes = (await log.leaves(bundle, Math.min(WIDTH, note.size - bundle * WIDTH)))[index % WIDTH];
    const path = await log.inclusion(index, note.size);
    require(await isIncluded(await leafHash(bytes), index, note.size, path, note.root), Failure.inclusion, `Leaf ${index} is not in the signed book.`);
    const leaf = await decode(bytes);
    require(leaf.book === book && leaf.sequence === BigInt(index), Failure.link, `Leaf ${index} says that it is ${leaf.book} ${leaf.sequence}.`);
    return ["holds", describe(leaf)];
}

async function checkTail(log, book, note) {
    if (note.size === 0)
        return ["none", "The book is empty."];
    const last = Math.floor((note.size - 1) / WIDTH);
    const first = Math.max(0, note.size % WIDTH === 0 ? last : last - 1);
    const hashes = [];
    for (let bundle = first; bundle <= last; bundle++) {
        for (const bytes of await log.leaves(bundle, Math.min(WIDTH, note.size - bundle * WIDTH))) {
            const leaf = await decode(bytes);
            const index = first * WIDTH + hashes.length;
            require(leaf.book === book && leaf.sequence === BigInt(index), Failure.link, `Leaf ${index} says that it is ${leaf.book} ${leaf.sequence}.`);
            const before = hashes.at(-1) ?? (index === 0 ? ZERO : leaf.previous);
            require(equal(leaf.previous, before), Failure.link, `Leaf ${index} does not follow the leaf before it.`);
            hashes.push(leaf.hash);
        }
    }
    const root = await rootFromTail(log, note.size, first, hashes);
    require(equal(root, note.root), Failure.inclusion, "The leaves are not those that were signed: they give another root.");
    return ["holds", `${leaves(hashes.length)} hashed again: each names the one before, and they give the signed root.`];
}

/** The tree's root, with the hashes of the last leaves as they were calculated here and the rest from tiles. */
async function rootFromTail(log, size, firstBundle, hashes) {
    if (firstBundle === 0)
        return rootOf(hashes);
    const rest = size % WIDTH === 0 ? 0 : size % WIDTH;
    const partial = hashes.slice(hashes.length - rest);
    const roots = [];
    const large = subtreesOf(size).filter(subtree => subtree.height >= HEIGHT);
    for (const [i, subtree] of large.entries())
        roots.push(await subtreeRoot(log, size, subtree, i === large.length - 1 ? hashes.slice(0, WIDTH) : null, firstBundle));
    if (rest > 0)
        roots.push(await rootOf(partial));
    return foldSubtrees(roots);
}

/** The root of a perfect subtree from the tile that holds its nodes; the calculated bundle must be where it belongs below it. */
async function subtreeRoot(log, size, subtree, bundle, bundleIndex) {
    const level = Math.floor(subtree.height / HEIGHT);
    if (bundle !== null) {
        let [value, place] = [await rootOf(bundle), bundleIndex];
        for (let each = 1; each < level; each++) {
            const tile = await log.tile(each, Math.floor(place / WIDTH), WIDTH);
            require(equal(tile[place % WIDTH], value), Failure.inclusion, "The leaves are not those of the tiles above them.");
            [value, place] = [await rootOf(tile), Math.floor(place / WIDTH)];
        }
        return fromTile(log, size, subtree, level, value, place);
    }
    return fromTile(log, size, subtree, level, null, 0);
}

async function fromTile(log, size, subtree, level, value, place) {
    const span = 2 ** (subtree.height % HEIGHT);
    const from = subtree.index * span;
    const tile = Math.floor(from / WIDTH);
    const nodes = Math.floor(size / 2 ** (HEIGHT * level));
    const hashes = await log.tile(level, tile, Math.min(WIDTH, nodes - tile * WIDTH));
    if (value !== null)
        require(equal(hashes[place - tile * WIDTH], value), Failure.inclusion, "The leaves are not those of the tiles above them.");
    return rootOf(hashes.slice(from - tile * WIDTH, from - tile * WIDTH + span));
}

function describe(leaf) {
    switch (leaf.type) {
        case Type.entry:
            return `Entry ${leaf.sequence}: ${money(leaf.amount, leaf.currency)} ${KINDS[leaf.kind]} for ${accountOf(leaf)}, effective ${leaf.effective}.`;
        case Type.handshake:
            return `Leaf ${leaf.sequence}: ${STEPS[leaf.step]} of ${leaf.deal}.`;
        default:
            return `Leaf ${leaf.sequence}: ${actOf(leaf)}.`;
    }
}

function actOf(leaf) {
    try {
        return String(JSON.parse(textOf(leaf.payload)).act);
    } catch {
        return `act ${leaf.act}`;
    }
}

const leaves = count => `${count.toLocaleString("en-US")} ${count === 1 ? "leaf" : "leaves"}`;
