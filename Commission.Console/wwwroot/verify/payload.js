// What signers state: docs/formats/handshake.md, "Payload". Unknown members and malformed values are refused.

import { base64Url, hash, ZERO, equal } from "./bytes.js";
import { Failure, require } from "./failure.js";
import { id, isId } from "./ids.js";
import { allow, date, integer, isObject, list, text, time } from "./json.js";
import { DECIMALS } from "./leaf.js";

const CODE = Failure.handshake;
const MAX_MINOR = 99_999_999_999_999;
const MAX_KEY = 200;
const MAX_FURTHER_UPLINES = 4;
const BASIS = /^(?!deal$|deal_value$)[a-z][a-z0-9_]{1,39}$/;

const wrong = (holds, words) => require(holds, CODE, words);
const optional = (node, name, read) => name in node ? read(node, name) : undefined;
const key = (node, name) => wrong(base64Url(node[name], CODE).length <= MAX_KEY, `${name} is too long`);
const hashOf = (node, name) => hash(node[name], CODE);
const contact = (node, name) => id("contact", node, name, CODE);

const OWN = {
    H1: "vertical product receiver client clientCommitment referredOn upline? furtherUplines? businessKey?",
    H2: "consent key? ipCommitment? userAgentCommitment?",
    H3: "metOn",
    H4: "settledOn settledValueMinor currency bases?",
    H5: "outcome key?",
    DECLINE: "reason key?",
    WITHDRAWAL: "reason key?",
    EXPIRY: "reason key?",
};

/** Checks a payload that its signer wrote. */
export function checkPayload(step, payload) {
    allow(payload, `version handshake deal actor time previous attestedBy? ${OWN[step]}`, CODE);
    optional(payload, "attestedBy", contact);
    optional(payload, "key", key);
    switch (step) {
        case "H1":
            checkIntent(payload);
            break;
        case "H2":
            hashOf(payload, "consent");
            optional(payload, "ipCommitment", hashOf);
            optional(payload, "userAgentCommitment", hashOf);
            break;
        case "H3":
            date(payload, "metOn", CODE);
            break;
        case "H4":
            checkSettlement(payload);
            break;
        case "H5":
            wrong(payload.outcome === "confirmed", "H5 confirms no outcome.");
            break;
        default:
            wrong(/^[a-z0-9_]{1,60}$/.test(text(payload, "reason", CODE)), `${step} has no reason code.`);
    }
}

function checkIntent(payload) {
    wrong(equal(hashOf(payload, "previous"), ZERO), "H1 follows another handshake.");
    text(payload, "vertical", CODE);
    text(payload, "product", CODE);
    contact(payload, "receiver");
    contact(payload, "client");
    hashOf(payload, "clientCommitment");
    date(payload, "referredOn", CODE);
    optional(payload, "upline", contact);
    optional(payload, "furtherUplines", checkUplines);
    optional(payload, "businessKey", (node, name) => wrong(/^[ -~]{1,120}$/.test(text(node, name, CODE)), "H1 has a malformed businessKey."));
}

function checkUplines(payload, name) {
    const uplines = list(payload, name, CODE);
    wrong(uplines.length >= 1 && uplines.length <= MAX_FURTHER_UPLINES && "upline" in payload && uplines.every(each => isId("contact", each)),
        "H1 has malformed furtherUplines.");
}

function checkSettlement(payload) {
    date(payload, "settledOn", CODE);
    integer(payload, "settledValueMinor", CODE, 1, MAX_MINOR);
    wrong(text(payload, "currency", CODE) in DECIMALS, "H4 is in an unknown currency.");
    if (!("bases" in payload))
        return;
    wrong(isObject(payload.bases) && Object.keys(payload.bases).length > 0, "H4 has malformed bases.");
    for (const name of Object.keys(payload.bases)) {
        wrong(BASIS.test(name), `H4 has an unknown basis ${name}.`);
        integer(payload.bases, name, CODE, 0, MAX_MINOR);
    }
}

/** What every payload must have, attested or not. */
export function checkHeader(step, payload, deal) {
    wrong(payload.version === 1 && payload.handshake === step && payload.deal === deal, `${step} is of another deal or step.`);
    contact(payload, "actor");
    time(payload, "time", CODE);
    hashOf(payload, "previous");
}
