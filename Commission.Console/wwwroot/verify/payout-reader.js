// Reads payout packs strictly: docs/formats/pack.md, "Payouts".

import { base64Url, hash } from "./bytes.js";
import { Failure, require } from "./failure.js";
import { id } from "./ids.js";
import { allow, integer, isObject, list, text } from "./json.js";
import { DECIMALS } from "./leaf.js";
import { hashesOf, MAX_HASHES } from "./tree.js";

const MAX_ITEMS = 100_000;
const MAX_MINOR = 99_999_999_999_999;

const unreadable = (holds, problem) => require(holds, Failure.unreadable, problem);

const amount = (node, name, from = -MAX_MINOR) => integer(node, name, Failure.unreadable, from, MAX_MINOR);

/** The parts of a payout pack that are its own; its books are read as those of every pack. */
export function readPayout(pack, books) {
    unreadable(pack.schema === "commission/payout-pack/v1", "not a payout pack of version 1");
    readBatch(pack.batch);
    readItem(pack.item);
    const path = base64Url(pack.path);
    unreadable(path.length % 32 === 0 && path.length <= 32 * MAX_HASHES, "a path is too long");
    for (const line of list(pack, "lines")) {
        allow(line, "amountMinor sequence");
        amount(line, "amountMinor");
        integer(line, "sequence");
    }
    unreadable(pack.lines.length >= 1 && pack.lines.length <= MAX_ITEMS, "a payout has 1 to 100000 lines");
    unreadable(isObject(pack.statement), "the statement is no object");
    return {
        subject: { kind: "payout" }, books, batch: pack.batch, item: pack.item, index: integer(pack, "index", Failure.unreadable, 0, MAX_ITEMS),
        path: hashesOf(path), lines: pack.lines, statement: pack.statement,
    };
}

function readBatch(batch) {
    id("payout", allow(batch, "batch currency items itemsRoot rail version"), "batch");
    hash(batch.itemsRoot);
    integer(batch, "items", Failure.unreadable, 1, MAX_ITEMS);
    integer(batch, "version", Failure.unreadable, 1, 1);
    unreadable(text(batch, "currency") in DECIMALS && ["aba", "stripe"].includes(batch.rail), "a batch is malformed");
}

function readItem(item) {
    id("contact", allow(item, "amountMinor destination gstMinor item lines linesHash payMinor payee salt withheldMinor"), "payee");
    for (const name of ["destination", "linesHash", "salt"])
        hash(item[name]);
    for (const name of ["item", "lines"])
        integer(item, name, Failure.unreadable, 1, MAX_ITEMS);
    const sum = amount(item, "amountMinor") + amount(item, "gstMinor") - amount(item, "withheldMinor", 0);
    unreadable(amount(item, "payMinor", 1) === sum, "payMinor is another sum");
}
