// Reads evidence packs strictly: docs/formats/pack.md, "The file".

import { base64Url, hash, hex } from "./bytes.js";
import { Failure, require } from "./failure.js";
import { derive, id } from "./ids.js";
import { allow, date, integer, isObject, list, parse, text, time } from "./json.js";
import { DECIMALS, MAX_BYTES as MAX_LEAF } from "./leaf.js";
import { readNote } from "./note.js";
import { readPayout } from "./payout-reader.js";
import { hashesOf, MAX_HASHES } from "./tree.js";

export const MAX_BYTES = 16 * 1024 * 1024;
const MAX_KEY = 200;
const MAX_SIGNATURE = 64;
const MAX_TEXT = 200;
const AGREEMENT_KINDS = ["client_referral", "introducer", "affiliate"];
const METHODS = ["shipped", "key", "drawn", "recorded"];

const unreadable = (holds, problem) => require(holds, Failure.unreadable, problem);

/** The pack, with what its texts stand for beside them. */
export async function readPack(bytes) {
    unreadable(bytes.length <= MAX_BYTES, `a pack has at most ${MAX_BYTES} bytes`);
    const parsed = parse(bytes);
    if (isObject(parsed) && String(parsed.schema).startsWith("commission/payout-pack/"))
        return readPayout(allow(parsed, "batch books index item lines path schema statement"), readBooks(parsed));
    const pack = allow(parsed, "agreements books calculations keys relyingParty? ruleSets schema statement subject");
    unreadable(pack.schema === "commission/evidence-pack/v1", "not an evidence pack of version 1");
    readSubject(pack.subject);
    const books = readBooks(pack);
    const keys = [];
    for (const key of list(pack, "keys"))
        keys.push(await readSigner(key));
    unreadable(new Set(keys.map(key => key.id)).size === keys.length, "a key comes twice");
    for (const rules of list(pack, "ruleSets"))
        unreadable(isObject(allow(rules, "document").document), "a rule set is no object");
    for (const each of list(pack, "calculations"))
        unreadable(isObject(allow(each, "explanation facts").facts) && isObject(each.explanation), "a calculation is no object");
    const agreements = list(pack, "agreements").map(readAgreement);
    if ("relyingParty" in pack)
        text(pack, "relyingParty");
    unreadable(isObject(pack.statement), "the statement is no object");
    return {
        subject: pack.subject, books, keys, agreements, documents: pack.ruleSets.map(rules => rules.document), calculations: pack.calculations,
        relyingParty: pack.relyingParty, statement: pack.statement,
    };
}

function readBooks(pack) {
    const books = list(pack, "books").map(readBook);
    unreadable(new Set(books.map(book => book.name)).size === books.length, "a book comes twice");
    return books;
}

function readSubject(subject) {
    unreadable(isObject(subject), "the subject is no object");
    switch (subject.kind) {
        case "entry":
            allow(subject, "kind sequence");
            integer(subject, "sequence");
            break;
        case "deal":
            id("deal", allow(subject, "kind deal"), "deal");
            break;
        default:
            unreadable(subject.kind === "period", "an unknown kind of subject");
            allow(subject, "account currency from kind to");
            text(subject, "account");
            unreadable(text(subject, "currency") in DECIMALS && date(subject, "from") <= date(subject, "to"), "currency or period is wrong");
    }
}

function readBook(book) {
    allow(book, "book checkpoint leaves");
    let last = -1;
    const leaves = list(book, "leaves").map(leaf => {
        allow(leaf, "bytes index path");
        const [bytes, path] = [base64Url(leaf.bytes), base64Url(leaf.path)];
        unreadable(bytes.length <= MAX_LEAF && path.length % 32 === 0 && path.length <= 32 * MAX_HASHES, "a leaf or a path is too long");
        unreadable(integer(leaf, "index") > last, "places must rise");
        last = leaf.index;
        return { index: leaf.index, bytes, path: hashesOf(path) };
    });
    return { name: text(book, "book"), note: readNote(text(book, "checkpoint")), leaves };
}

async function readSigner(key) {
    allow(key, "owner publicKey validFrom validTo?");
    const spki = base64Url(key.publicKey);
    unreadable(spki.length <= MAX_KEY, "a key is too long");
    return {
        id: await keyId(id("contact", key, "owner"), spki), owner: key.owner, spki,
        validFrom: time(key, "validFrom"), validTo: "validTo" in key ? time(key, "validTo") : null,
    };
}

export const keyId = (owner, spki) => derive("key", "commission/key/v1", owner, hex(spki));

function readAgreement(node) {
    allow(node, "documentHash? execution ipCommitment? kind method party? partyCommitment publicKey? reference schedule signature? time userAgentCommitment?");
    unreadable(AGREEMENT_KINDS.includes(node.kind) && METHODS.includes(node.method), "an agreement of an unknown kind");
    const bytes = (name, max) => {
        const read = name in node ? base64Url(node[name]) : new Uint8Array(0);
        unreadable(read.length <= max, `${name} is too long`);
        return read;
    };
    const optional = name => name in node ? hash(node[name]) : new Uint8Array(0);
    return {
        reference: text(node, "reference", Failure.unreadable, MAX_TEXT), kind: node.kind, party: "party" in node ? id("contact", node, "party") : "",
        partyCommitment: hash(node.partyCommitment), schedule: text(node, "schedule"), method: node.method, time: time(node, "time"),
        execution: text(node, "execution", Failure.unreadable, MAX_TEXT), publicKey: bytes("publicKey", MAX_KEY), signature: bytes("signature", MAX_SIGNATURE),
        documentHash: optional("documentHash"), ipCommitment: optional("ipCommitment"), userAgentCommitment: optional("userAgentCommitment"),
    };
}
