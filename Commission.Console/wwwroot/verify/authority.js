// The rule sets that decided were approved by somebody else than their author, and rest on agreements that were executed.

import { concat, equal, hex, u32, utf8 } from "./bytes.js";
import { sha256, verifyP1363 } from "./crypto.js";
import { Failure, require } from "./failure.js";
import { derive, typeId } from "./ids.js";
import { canonical, date, parse, text } from "./json.js";

const Act = Object.freeze({ versionApproved: 5, agreementExecuted: 7 });

const wrong = (holds, words) => require(holds, Failure.authority, words);

export async function checkAuthority(pack, entries, acts, intent) {
    const needed = new Set(entries.map(leaf => hex(leaf.rule)));
    const documents = new Map();
    for (const document of pack.documents)
        documents.set(hex(await sha256(canonical(document))), document);
    wrong(
        documents.size === needed.size && pack.documents.length === needed.size && Array.from(documents.keys()).every(digest => needed.has(digest)),
        "The rule sets in the pack are not those that the entries name.");
    const said = acts.map(leaf => ({ leaf, act: parse(leaf.payload, Failure.authority) }));
    for (const [digest, document] of documents) {
        wrong(document.vertical === intent.vertical, `Rule set ${digest} is of another vertical than the deal.`);
        wrong(date(document, "effectiveFrom", Failure.authority) <= intent.referredOn, `Rule set ${digest} came into force after the referral.`);
        checkApproval(digest, said);
        await checkAgreement(text(document, "governingAgreement", Failure.authority), pack.agreements, said);
    }
    const cited = new Set(Array.from(documents.values(), document => document.governingAgreement));
    wrong(
        cited.size === pack.agreements.length && new Set(pack.agreements.map(each => each.reference)).size === cited.size
        && pack.agreements.every(each => cited.has(each.reference)),
        "The agreements in the pack are not those that the rule sets cite.");
}

function checkApproval(digest, said) {
    const approved = said.find(({ leaf, act }) => leaf.act === Act.versionApproved && act.ruleHash === digest);
    wrong(approved !== undefined, `The pack does not show that rule set ${digest} was approved.`);
    wrong(approved.act.actor !== approved.act.author || approved.act.actor === "engine", `Rule set ${digest} was approved by its author.`);
}

async function checkAgreement(reference, agreements, said) {
    const agreement = agreements.find(each => each.reference === reference);
    const subject = await derive("agr", "commission/agreement/v1", reference);
    const executed = said.find(({ leaf }) => leaf.act === Act.agreementExecuted && typeId("agr", leaf.subject) === subject);
    wrong(agreement !== undefined && executed !== undefined, `The pack does not show that '${reference}' was executed.`);
    const { act } = executed;

    // A drawn signature is personal data and stays with the engine: without it the anchor cannot be made again.
    wrong(
        act.method === agreement.method && act.kind === agreement.kind && act.execution === agreement.execution
        && (agreement.method === "drawn" || act.anchor === hex(await anchorOf(agreement))),
        `'${reference}' is not the agreement that was executed.`);
    if (agreement.method === "key")
        wrong(await isSigned(agreement), `The signature under '${reference}' does not verify.`);
}

/** docs/formats/agreement.md, "The anchor". */
function anchorOf(agreement) {
    const nothing = new Uint8Array(0);
    const parts = [
        utf8(agreement.reference), utf8(agreement.kind), utf8(agreement.party), agreement.partyCommitment, utf8(agreement.schedule), utf8(agreement.method),
        utf8(agreement.time), utf8(agreement.execution), agreement.publicKey, agreement.signature, nothing, agreement.documentHash, agreement.ipCommitment,
        agreement.userAgentCommitment,
    ];
    return sha256(concat(utf8("commission/agreement-anchor/v1\n"), ...parts.flatMap(part => [u32(part.length), part])));
}

async function isSigned(agreement) {
    const statement = {
        agreement: agreement.reference, kind: agreement.kind, scheduleHash: hex(await sha256(utf8(agreement.schedule))), time: agreement.time, version: 1,
    };
    return verifyP1363(agreement.publicKey, agreement.signature, canonical(statement));
}
