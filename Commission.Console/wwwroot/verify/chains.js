// Leaves follow each other: in their book, and in the accounts that they move. Periods of an account are complete.

import { equal, ZERO } from "./bytes.js";
import { Failure, require } from "./failure.js";

const DAY_MICROSECONDS = 86_400_000_000n;

/** Leaf 0 has no previous; neighbours name each other. */
export function checkBookChain(leaves) {
    for (const [i, leaf] of leaves.entries()) {
        if (leaf.sequence === 0n)
            require(equal(leaf.previous, ZERO), Failure.link, "The first leaf follows another.");
        else if (i > 0 && leaves[i - 1].sequence === leaf.sequence - 1n)
            require(equal(leaf.previous, leaves[i - 1].hash), Failure.link, `Leaf ${leaf.sequence} does not follow the leaf before it.`);
    }
}

/** Entries that are neighbours in an account name each other, and balances are what the entries give. */
export function checkAccounts(entries) {
    const seen = new Map();
    for (const leaf of entries) {
        require(leaf.amount > 0n && leaf.debit.account !== leaf.credit.account, Failure.link, `Entry ${leaf.sequence} moves nothing.`);
        checkSide(leaf, leaf.debit, leaf.amount, seen);
        checkSide(leaf, leaf.credit, -leaf.amount, seen);
    }
}

function checkSide(leaf, side, change, seen) {
    const account = `${leaf.currency} ${side.account}`;
    const last = seen.get(account);
    const before = side.sequence === 1n ? { sequence: 0n, hash: ZERO, balance: 0n } : last;
    if (before !== undefined && before.sequence === side.sequence - 1n) {
        require(equal(side.previous, before.hash), Failure.link, `Entry ${leaf.sequence} does not follow the entry before it in ${side.account}.`);
        require(
            side.balance === before.balance + change, Failure.link,
            `Entry ${leaf.sequence} states another balance of ${side.account} than the entries give.`);
    }
    require(last === undefined || last.sequence < side.sequence, Failure.link, `Entry ${leaf.sequence} goes back in ${side.account}.`);
    seen.set(account, { sequence: side.sequence, hash: leaf.hash, balance: side.balance });
}

export const sideOf = (leaf, account) => leaf.debit.account === account ? leaf.debit : leaf.credit;

const moves = (leaf, subject) => leaf.currency === subject.currency && [leaf.debit.account, leaf.credit.account].includes(subject.account);

/** An account's entries of a period, and its neighbours on both sides. */
export function sectionOf(subject, entries) {
    const instant = day => BigInt(Date.parse(`${day}T00:00:00.000Z`)) * 1000n;
    const [start, end] = [instant(subject.from), instant(subject.to) + DAY_MICROSECONDS];
    const own = entries.filter(leaf => moves(leaf, subject));
    const place = leaf => sideOf(leaf, subject.account).sequence;
    own.sort((a, b) => place(a) < place(b) ? -1 : place(a) > place(b) ? 1 : 0);
    const before = own.length > 0 && own[0].posted < start ? own.shift() : null;
    const after = own.length > 0 && own.at(-1).posted >= end ? own.pop() : null;
    return { before, own, after, start, end };
}

/** No entry of the period is missing, and none is of another time. */
export function checkPeriod(pack, entries) {
    const { subject } = pack;
    const holds = (so, words) => require(so, Failure.completeness, words);
    holds(
        pack.keys.length + pack.documents.length + pack.calculations.length + pack.agreements.length === 0 && pack.books.every(book => book.name === "ledger"),
        "The pack of a period holds entries of the ledger and nothing else.");
    holds(entries.length > 0, `The pack holds no entry of ${subject.account}.`);
    holds(entries.every(leaf => moves(leaf, subject)), `The pack holds an entry that does not move ${subject.account} in ${subject.currency}.`);
    const { before, own, after, start, end } = sectionOf(subject, entries);
    const chain = [before, ...own, after].filter(leaf => leaf !== null).map(leaf => sideOf(leaf, subject.account).sequence);
    holds(before !== null || chain[0] === 1n, `The account's entry ${chain[0] - 1n} is missing.`);
    for (let i = 1; i < chain.length; i++)
        holds(chain[i] === chain[i - 1] + 1n, `The account's entry ${chain[i - 1] + 1n} is missing.`);
    holds(own.length === 0 || (own[0].posted >= start && own.at(-1).posted < end), "The pack holds entries of other days than it says.");
    return { count: own.length, last: chain.at(-1), isOpen: after === null };
}
