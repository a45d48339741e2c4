// Leaves of books: docs/formats/entry.md. Integers of 64 bits are BigInt.

import { concat, textOf, u32, utf8 } from "./bytes.js";
import { sha256 } from "./crypto.js";
import { Failure, Refuted, require } from "./failure.js";
import { typeId } from "./ids.js";
import { leafHash } from "./tree.js";

export const DECIMALS = Object.freeze({ __proto__: null, AUD: 2, NZD: 2, USD: 2, GBP: 2, EUR: 2, SGD: 2, CAD: 2, JPY: 0 });
export const STEPS = Object.freeze(["", "H1", "H2", "H3", "H4", "H5", "DECLINE", "WITHDRAWAL", "EXPIRY"]);
export const KINDS = Object.freeze([
    "", "accrual", "adjustment", "clawback", "payout", "payout settlement", "payout reversal", "hold", "hold release", "dispute adjustment",
]);
export const Type = Object.freeze({ entry: 1, handshake: 2, act: 3 });
export const MAX_BYTES = 65535;

const EPOCH_DAY = 719162;
const MAX_DAY = 3652058;
const DAY_MILLISECONDS = 86_400_000;
const MIN_TIME = -62_135_596_800_000_000n;
const MAX_TIME = 253_402_300_799_999_999n;
const MAX_BLOB = 1 << 20;
const MAX_ACT = 25;
const MAX_KIND = 9;

class Reader {
    constructor(bytes) {
        this.bytes = bytes;
        this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
        this.at = 0;
    }

    take(count) {
        require(count >= 0 && this.at + count <= this.bytes.length, Failure.link, "a leaf ends too early");
        this.at += count;
        return this.bytes.subarray(this.at - count, this.at);
    }

    number(method, length) {
        this.take(length);
        return this.view[method](this.at - length);
    }

    u8() {
        return this.number("getUint8", 1);
    }

    i32() {
        return this.number("getInt32", 4);
    }

    i64() {
        return this.number("getBigInt64", 8);
    }

    text() {
        const bytes = this.take(this.u8());
        try {
            return textOf(bytes);
        } catch {
            throw new Refuted(Failure.link, "a text in a leaf is not UTF-8");
        }
    }

    blob() {
        const length = this.i32();
        require(length <= MAX_BLOB, Failure.link, "a part of a leaf is too large");
        return this.take(length);
    }

    hash() {
        return this.take(32);
    }
}

/** Reads a leaf strictly; its hash comes with it. */
export async function decode(bytes) {
    const reader = new Reader(bytes);
    require(reader.u8() === 1, Failure.link, "not a leaf of version 1");
    const leaf = { type: reader.u8(), book: reader.text(), sequence: reader.i64(), previous: reader.hash(), posted: reader.i64() };
    require(leaf.posted >= MIN_TIME && leaf.posted <= MAX_TIME, Failure.link, "a leaf's time is out of range");
    if (leaf.type === Type.entry)
        readEntry(leaf, reader);
    else if (leaf.type === Type.handshake)
        readHandshake(leaf, reader);
    else if (leaf.type === Type.act)
        readAct(leaf, reader);
    else
        throw new Refuted(Failure.link, "an unknown type of leaf");
    require(reader.at === bytes.length, Failure.link, "a leaf has bytes too many");
    leaf.hash = await leafHash(bytes);
    if (leaf.type === Type.handshake)
        leaf.handshake = await handshakeHash(leaf.payload, leaf.envelope);
    return leaf;
}

function readEntry(leaf, reader) {
    leaf.kind = reader.u8();
    leaf.deal = typeId("deal", reader.take(16));
    leaf.currency = reader.text();
    leaf.amount = reader.i64();
    const day = reader.i32();
    require(leaf.kind >= 1 && leaf.kind <= MAX_KIND && leaf.currency in DECIMALS && day >= 0 && day <= MAX_DAY, Failure.link, "an entry is malformed");
    leaf.effective = new Date((day - EPOCH_DAY) * DAY_MILLISECONDS).toISOString().slice(0, 10);
    leaf.rule = reader.hash();
    leaf.facts = reader.hash();
    leaf.explanation = reader.hash();
    leaf.corrects = reader.hash();
    leaf.actor = typeId("contact", reader.take(16));
    leaf.ordinal = reader.i32();
    for (const side of ["debit", "credit"])
        leaf[side] = { account: reader.text(), sequence: reader.i64(), previous: reader.hash(), balance: reader.i64() };
}

function readHandshake(leaf, reader) {
    leaf.deal = typeId("deal", reader.take(16));
    leaf.step = reader.u8();
    leaf.payload = reader.blob();
    leaf.envelope = reader.blob();
    require(leaf.step >= 1 && leaf.step < STEPS.length, Failure.link, "an unknown step");
}

function readAct(leaf, reader) {
    leaf.subject = reader.take(16);
    leaf.act = reader.u8();
    leaf.payload = reader.blob();
    require(leaf.act >= 1 && leaf.act <= MAX_ACT, Failure.link, "an unknown act");
}

const handshakeHash = (payload, envelope) =>
    sha256(concat(utf8("commission/handshake/v1\n"), u32(payload.length), payload, u32(envelope.length), envelope));

/** An amount as people read it: 2574.01 AUD. */
export function money(minor, currency) {
    const decimals = DECIMALS[currency];
    const digits = (minor < 0n ? -minor : minor).toString().padStart(decimals + 1, "0");
    const whole = digits.slice(0, digits.length - decimals);
    return `${minor < 0n ? "-" : ""}${whole}${decimals ? "." + digits.slice(-decimals) : ""} ${currency}`;
}

export const isReceivable = account => account.startsWith("receivable:");

/** The account that an entry is about: the one credited when a receivable is debited, else the one debited. */
export const accountOf = leaf => (isReceivable(leaf.debit.account) ? leaf.credit : leaf.debit).account;
