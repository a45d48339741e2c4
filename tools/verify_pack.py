#!/usr/bin/env python3
"""Verifies evidence packs: a second verifier, written from docs/formats alone (pack.md, checkpoint.md, entry.md, handshake.md,
agreement.md). It shares no code with the engine and needs Python 3.9 and the openssl command only.

    verify_pack.py FILE --key VKEY [--witness VKEY ...]

The exit code says what is wrong (docs/formats/pack.md). It does not calculate rules again: it checks that entries are what the
explanation says, whose hash they carry; commission-verify does the rest.
"""
import argparse
import base64
import datetime
import hashlib
import json
import os
import re
import struct
import subprocess
import sys
import tempfile

UNREADABLE, USAGE, SIGNATURE, WITNESS, INCLUSION, LINK, HANDSHAKE, HANDSHAKE_SIGNATURE, AUTHORITY, CALCULATION, STATEMENT = range(1, 12)
COMPLETENESS = 13
MAX_BYTES = 16 * 1024 * 1024
MAX_INTEGER = 2**53 - 1
MAX_DEPTH = 32
ZERO = bytes(32)
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
DECIMALS = {"AUD": 2, "NZD": 2, "USD": 2, "GBP": 2, "EUR": 2, "SGD": 2, "CAD": 2, "JPY": 0}
P256_HEADER = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200") + b"\x04"
MAX_MINOR = 99_999_999_999_999
KINDS = ["", "accrual", "adjustment", "clawback", "payout", "payout settlement", "payout reversal", "hold", "hold release", "dispute adjustment"]
STEPS = ["", "H1", "H2", "H3", "H4", "H5", "DECLINE", "WITHDRAWAL", "EXPIRY"]
OWN = {  # members of each step: required, optional
    "H1": ("vertical product receiver client clientCommitment referredOn", "upline furtherUplines businessKey"),
    "H2": ("consent", "key ipCommitment userAgentCommitment"),
    "H3": ("metOn", ""),
    "H4": ("settledOn settledValueMinor currency", "bases"),
    "H5": ("outcome", "key"),
    "DECLINE": ("reason", "key"), "WITHDRAWAL": ("reason", "key"), "EXPIRY": ("reason", "key"),
}


class Refuted(Exception):
    def __init__(self, code, text):
        super().__init__(text)
        self.code = code


def require(holds, code, text):
    if not holds:
        raise Refuted(code, text)


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


# JSON: RFC 8785, objects, arrays, strings and integers only.

def parse(data, code=UNREADABLE):
    def members(pairs):
        require(len({name for name, _ in pairs}) == len(pairs), code, "a name comes twice")
        return dict(pairs)

    def integer(text):
        require(text != "-0" and len(text) <= 17 and abs(int(text)) <= MAX_INTEGER, code, "an integer is out of range")
        return int(text)

    def refuse(text):
        raise Refuted(code, f"{text} is no integer")

    try:
        return json.loads(data.decode("utf-8"), object_pairs_hook=members, parse_int=integer, parse_float=refuse, parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        raise Refuted(code, f"not JSON: {error}") from None


def canonical(value, depth=0, code=UNREADABLE):
    if isinstance(value, dict):
        require(depth < MAX_DEPTH, code, "nested too deep")
        names = sorted(value, key=lambda name: name.encode("utf-16-be", "surrogatepass"))
        return b"{" + b",".join(canonical(name, 0, code) + b":" + canonical(value[name], depth + 1, code) for name in names) + b"}"
    if isinstance(value, list):
        require(depth < MAX_DEPTH, code, "nested too deep")
        return b"[" + b",".join(canonical(item, depth + 1, code) for item in value) + b"]"
    require(isinstance(value, (str, int)) and not isinstance(value, bool), code, "only objects, arrays, strings and integers are allowed")
    try:
        return json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise Refuted(code, "a string holds an unpaired surrogate") from None


def member(node, name, kind, code=UNREADABLE):
    require(isinstance(node, dict) and isinstance(node.get(name), kind), code, f"{name} is missing or of another type")
    return node[name]


def allow(node, required, optional="", code=UNREADABLE):
    require(isinstance(node, dict), code, "an object is expected")
    names = set(node)
    require(set(required.split()) <= names <= set(required.split()) | set(optional.split()), code, f"unexpected or missing members: {sorted(names)}")


def b64url(text, code=UNREADABLE):
    require(isinstance(text, str) and re.fullmatch(r"[A-Za-z0-9_-]*", text) and len(text) % 4 != 1, code, "not base64url")
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    require(base64.urlsafe_b64encode(data).rstrip(b"=").decode() == text, code, "base64url with stray bits")
    return data


def hex32(text, code=UNREADABLE):
    require(isinstance(text, str) and re.fullmatch(r"[0-9a-f]{64}", text), code, "not 64 hexadecimal digits")
    return bytes.fromhex(text)


def time_of(text, code=UNREADABLE):
    require(isinstance(text, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", text, re.ASCII), code, "not a UTC time")
    try:
        datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ")
    except ValueError:
        raise Refuted(code, "not a time") from None
    return text  # of one length: texts compare as times do


def date_of(text, code=UNREADABLE):
    try:
        require(isinstance(text, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII), code, "not a date")
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise Refuted(code, "not a date") from None


# Ids (TypeID).

def uuid_of(prefix, text, code=UNREADABLE):
    require(isinstance(text, str) and re.fullmatch(prefix + "_[0-7][" + ALPHABET + "]{25}", text), code, f"not an id {prefix}_")
    number = 0
    for c in text[len(prefix) + 1:]:
        number = number << 5 | ALPHABET.index(c)
    return number.to_bytes(16, "big")


def typeid(prefix, data):
    number, suffix = int.from_bytes(data, "big"), ""
    for _ in range(26):
        number, suffix = number >> 5, ALPHABET[number & 31] + suffix
    return f"{prefix}_{suffix}"


def derive(prefix, domain, *parts):
    data = bytearray(sha(domain.encode() + b"\n", *(struct.pack(">I", len(part.encode())) + part.encode() for part in parts))[:16])
    data[6], data[8] = data[6] & 0x0F | 0x80, data[8] & 0x3F | 0x80
    return typeid(prefix, bytes(data))


# Signatures, by openssl.

def ecdsa(public_key, der, message):
    if len(public_key) != 91 or not public_key.startswith(P256_HEADER):
        return False
    pem = b"-----BEGIN PUBLIC KEY-----\n" + base64.encodebytes(public_key) + b"-----END PUBLIC KEY-----\n"
    with tempfile.TemporaryDirectory() as folder:
        paths = [os.path.join(folder, name) for name in ("key", "signature", "message")]
        for path, data in zip(paths, (pem, der, message)):
            with open(path, "wb") as file:
                file.write(data)
        run = subprocess.run(["openssl", "dgst", "-sha256", "-verify", paths[0], "-signature", paths[1], paths[2]], capture_output=True, check=False)
    return run.returncode == 0


def p1363(public_key, signature, message):
    if len(signature) != 64:
        return False

    def number(data):
        data = data.lstrip(b"\0") or b"\0"
        data = b"\0" + data if data[0] & 0x80 else data
        return b"\x02" + bytes([len(data)]) + data
    body = number(signature[:32]) + number(signature[32:])
    return ecdsa(public_key, b"\x30" + bytes([len(body)]) + body, message)


# Signed notes and checkpoints.

def b64(text, code):
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        raise Refuted(code, "not base64") from None
    require(base64.b64encode(data).decode() == text, code, "base64 with stray bits")
    return data


def note_of(text):
    require(len(text.encode()) <= 65536 and text.endswith("\n") and "\n\n" in text and not re.search(r"[\x00-\x09\x0b-\x1f]", text), UNREADABLE, "not a note")
    body, _, tail = text[:-1].rpartition("\n\n")
    lines = tail.split("\n")
    signatures = []
    for line in lines:
        parts = line.split(" ")
        require(len(parts) == 3 and parts[0] == "\u2014" and parts[1] and "+" not in parts[1], UNREADABLE, "a signature line is malformed")
        data = b64(parts[2], UNREADABLE)
        require(len(data) > 4, UNREADABLE, "a signature is too short")
        signatures.append((parts[1], data[:4], data[4:]))
    require(1 <= len(signatures) <= 100, UNREADABLE, "a note has 1 to 100 signatures")
    fields = body.split("\n")
    require(len(fields) == 3 and fields[0] and re.fullmatch(r"0|[1-9][0-9]*", fields[1]) and int(fields[1]) < 2**63, UNREADABLE, "not a checkpoint")
    root = b64(fields[2], UNREADABLE)
    require(len(root) == 32, UNREADABLE, "a root has 32 bytes")
    return {"text": (body + "\n").encode(), "signatures": signatures, "origin": fields[0], "size": int(fields[1]), "root": root}


def vkey_of(text):
    parts = text.split("+", 2)
    require(len(parts) == 3, USAGE, "a verifier key is name+id+base64")
    data = b64(parts[2], USAGE)
    require(data[:1] == b"\x02" and sha(data[1:])[:4].hex() == parts[1], USAGE, "the verifier key is not ECDSA, or its id is wrong")
    return parts[0], data[1:]


def signed(note, name, key):
    mine = [signature for owner, key_id, signature in note["signatures"] if owner == name and key_id == sha(key)[:4]]
    return bool(mine) and all(ecdsa(key, signature, note["text"]) for signature in mine)


def installation(origin):
    parts = origin.split("/")
    return "/".join(parts[:-2]) if len(parts) >= 3 else origin


# The tree (RFC 6962).

def leaf_hash(data):
    return sha(b"\0", data)


def included(leaf, index, size, path, root):
    if not 0 <= index < size:
        return False
    node, last, value = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if node & 1 or node == last:
            value = sha(b"\1", sibling, value)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            value = sha(b"\1", value, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and value == root


# Leaves.

class Reader:
    def __init__(self, data):
        self.data = data

    def take(self, count):
        require(0 <= count <= len(self.data), LINK, "a leaf ends too early")
        taken, self.data = self.data[:count], self.data[count:]
        return taken

    def number(self, form):
        return struct.unpack(form, self.take(struct.calcsize(form)))[0]

    def text(self):
        try:
            return self.take(self.number(">B")).decode("utf-8")
        except UnicodeDecodeError:
            raise Refuted(LINK, "a text is not UTF-8") from None

    def blob(self):
        length = self.number(">i")
        require(length <= 1 << 20, LINK, "a part is too large")
        return self.take(length)


def decode(data):
    reader = Reader(data)
    require(reader.number(">B") == 1, LINK, "not a leaf of version 1")
    leaf = {"type": reader.number(">B"), "book": reader.text(), "sequence": reader.number(">q"), "previous": reader.take(32),
            "posted": reader.number(">q"), "hash": leaf_hash(data)}
    if leaf["type"] == 1:
        leaf.update(kind=reader.number(">B"), deal=typeid("deal", reader.take(16)), currency=reader.text(), amount=reader.number(">q"))
        day = reader.number(">i")
        require(1 <= leaf["kind"] <= 9 and leaf["currency"] in DECIMALS and 0 <= day <= 3652058, LINK, "a leaf is malformed")
        leaf.update(effective=datetime.date.fromordinal(day + 1).isoformat(), rule=reader.take(32), facts=reader.take(32), explanation=reader.take(32),
                    corrects=reader.take(32), actor=typeid("contact", reader.take(16)), ordinal=reader.number(">i"))
        for side in ("debit", "credit"):
            leaf[side] = {"account": reader.text(), "sequence": reader.number(">q"), "previous": reader.take(32), "balance": reader.number(">q")}
    elif leaf["type"] == 2:
        leaf.update(deal=typeid("deal", reader.take(16)), step=reader.number(">B"), payload=reader.blob(), envelope=reader.blob())
        require(1 <= leaf["step"] <= 8, LINK, "an unknown step")
        leaf["handshake"] = sha(b"commission/handshake/v1\n", struct.pack(">I", len(leaf["payload"])), leaf["payload"],
                                struct.pack(">I", len(leaf["envelope"])), leaf["envelope"])
    elif leaf["type"] == 3:
        leaf.update(subject=reader.take(16), act=reader.number(">B"), payload=reader.blob())
        require(1 <= leaf["act"] <= 25, LINK, "an unknown act")
    else:
        raise Refuted(LINK, "an unknown type of leaf")
    require(not reader.data, LINK, "a leaf has bytes too many")
    return leaf


# The pack.

def read(data):
    require(len(data) <= MAX_BYTES, UNREADABLE, f"a pack has at most {MAX_BYTES} bytes")
    pack = parse(data)
    require(canonical(pack) == data, UNREADABLE, "the pack is not in canonical form")
    if isinstance(pack, dict) and str(pack.get("schema")).startswith("commission/payout-pack/"):
        return read_payout(pack)
    allow(pack, "schema subject books keys ruleSets calculations agreements statement", "relyingParty")
    require(pack["schema"] == "commission/evidence-pack/v1", UNREADABLE, "not an evidence pack of version 1")
    read_subject(member(pack, "subject", dict))
    read_books(pack)
    for key in member(pack, "keys", list):
        allow(key, "owner publicKey validFrom", "validTo")
        uuid_of("contact", key["owner"])
        key["spki"] = b64url(key["publicKey"])
        require(len(key["spki"]) <= 200, UNREADABLE, "a key is too long")
        for name in ("validFrom", "validTo"):
            time_of(key.get(name, key["validFrom"]))
        key["id"] = derive("key", "commission/key/v1", key["owner"], key["spki"].hex())
    require(len({key["id"] for key in pack["keys"]}) == len(pack["keys"]), UNREADABLE, "a key comes twice")
    for rules in member(pack, "ruleSets", list):
        allow(rules, "document")
        member(rules, "document", dict)
    for calculation in member(pack, "calculations", list):
        allow(calculation, "explanation facts")
        member(calculation, "explanation", dict), member(calculation, "facts", dict)
    for agreement in member(pack, "agreements", list):
        read_agreement(agreement)
    if "relyingParty" in pack:
        member(pack, "relyingParty", str)
    member(pack, "statement", dict)
    return pack


def read_subject(subject):
    kind = member(subject, "kind", str)
    if kind == "entry":
        allow(subject, "kind sequence")
        require(member(subject, "sequence", int) >= 0, UNREADABLE, "sequence is negative")
    elif kind == "deal":
        allow(subject, "kind deal")
        uuid_of("deal", subject["deal"])
    else:
        require(kind == "period", UNREADABLE, "an unknown kind of subject")
        allow(subject, "kind account currency from to")
        member(subject, "account", str)
        require(subject["currency"] in DECIMALS and date_of(subject["from"]) <= date_of(subject["to"]), UNREADABLE, "currency or period is wrong")


def read_books(pack):
    for book in member(pack, "books", list):
        read_book(book)
    require(len({book["book"] for book in pack["books"]}) == len(pack["books"]), UNREADABLE, "a book comes twice")


def read_payout(pack):
    allow(pack, "schema books batch item index path lines statement")
    require(pack["schema"] == "commission/payout-pack/v1", UNREADABLE, "not a payout pack of version 1")
    read_books(pack)
    batch, item = member(pack, "batch", dict), member(pack, "item", dict)
    allow(batch, "batch currency items itemsRoot rail version")
    uuid_of("payout", batch["batch"])
    hex32(batch["itemsRoot"])
    require(batch["version"] == 1 and batch["currency"] in DECIMALS and batch["rail"] in ("aba", "stripe") and 1 <= member(batch, "items", int) <= 100_000,
            UNREADABLE, "a batch is malformed")
    allow(item, "amountMinor destination gstMinor item lines linesHash payMinor payee salt withheldMinor")
    uuid_of("contact", item["payee"])
    for name in ("destination", "linesHash", "salt"):
        hex32(item[name])
    for name in ("amountMinor", "gstMinor", "withheldMinor", "payMinor"):
        require(abs(member(item, name, int)) <= MAX_MINOR, UNREADABLE, f"{name} is out of range")
    require(item["withheldMinor"] >= 0 and 0 < item["payMinor"] == item["amountMinor"] + item["gstMinor"] - item["withheldMinor"], UNREADABLE, "payMinor is another sum")
    require(1 <= member(item, "item", int) <= 100_000 and 1 <= member(item, "lines", int) <= 100_000, UNREADABLE, "an item is malformed")
    require(0 <= member(pack, "index", int) <= 100_000, UNREADABLE, "index is out of range")
    path = b64url(member(pack, "path", str))
    require(len(path) % 32 == 0 and len(path) <= 64 * 32, UNREADABLE, "a path is too long")
    pack["hashes"] = [path[i:i + 32] for i in range(0, len(path), 32)]
    for line in member(pack, "lines", list):
        allow(line, "amountMinor sequence")
        require(abs(member(line, "amountMinor", int)) <= MAX_MINOR and member(line, "sequence", int) >= 0, UNREADABLE, "a line is malformed")
    require(1 <= len(pack["lines"]) <= 100_000, UNREADABLE, "a payout has 1 to 100000 lines")
    require(isinstance(pack["statement"], dict), UNREADABLE, "the statement is no object")
    return pack


def read_book(book):
    allow(book, "book checkpoint leaves")
    member(book, "book", str)
    book["note"] = note_of(member(book, "checkpoint", str))
    last = -1
    for leaf in member(book, "leaves", list):
        allow(leaf, "bytes index path")
        leaf["data"], path = b64url(leaf["bytes"]), b64url(leaf["path"])
        require(len(leaf["data"]) <= 65535 and len(path) % 32 == 0 and len(path) <= 64 * 32, UNREADABLE, "a leaf or path is too long")
        leaf["hashes"] = [path[i:i + 32] for i in range(0, len(path), 32)]
        require(last < member(leaf, "index", int), UNREADABLE, "places must rise")
        last = leaf["index"]


def read_agreement(agreement):
    allow(agreement, "reference kind partyCommitment schedule method time execution",
          "party publicKey signature documentHash ipCommitment userAgentCommitment")
    for name in ("reference", "kind", "schedule", "method", "execution"):
        member(agreement, name, str)
    require(agreement["kind"] in ("client_referral", "introducer", "affiliate") and agreement["method"] in ("shipped", "key", "drawn", "recorded")
            and len(agreement["reference"]) <= 200 and len(agreement["execution"]) <= 200, UNREADABLE, "an agreement is malformed")
    time_of(agreement["time"])
    if "party" in agreement:
        uuid_of("contact", agreement["party"])
    for name in ("partyCommitment", "documentHash", "ipCommitment", "userAgentCommitment"):
        if name in agreement:
            hex32(agreement[name])
    require(len(b64url(agreement.get("publicKey", ""))) <= 200 and len(b64url(agreement.get("signature", ""))) <= 64, UNREADABLE, "a key is too long")


def verify(data, keys, witnesses):
    pack = read(data)
    shown = []
    for book in pack["books"]:
        note = book["note"]
        require(any(installation(name) == installation(note["origin"]) and signed(note, note["origin"], key) for name, key in keys),
                SIGNATURE, f"the checkpoint of {note['origin']} is not signed by the key")
        parts = note["origin"].split("/")
        require(len(parts) >= 2 and parts[-2] == book["book"], SIGNATURE, "a checkpoint is of another book")
        for name, key in witnesses:
            require(signed(note, name, key), WITNESS, f"{name} did not cosign {note['origin']} {note['size']}")
    leaves = {1: [], 2: [], 3: []}
    for book in pack["books"]:
        for leaf in book["leaves"]:
            require(included(leaf_hash(leaf["data"]), leaf["index"], book["note"]["size"], leaf["hashes"], book["note"]["root"]),
                    INCLUSION, f"{book['book']}: leaf {leaf['index']} is not in the signed book")
        shown.append(f"{book['book']}: {len(book['leaves'])} leaves are in the signed book of {book['note']['size']} leaves")
    for book in pack["books"]:
        for leaf in book["leaves"]:
            decoded = decode(leaf["data"])
            expected = {"ledger": 1, "handshakes": 2, "administration": 3}.get(book["book"])
            require(decoded["book"] == book["book"] and decoded["sequence"] == leaf["index"] and decoded["type"] == expected,
                    LINK, f"{book['book']}: leaf {leaf['index']} does not belong there")
            leaves[decoded["type"]].append(decoded)
    for each in leaves.values():
        check_book_chain(each)
    check_accounts(leaves[1])
    if "subject" not in pack:
        statement = check_payout(pack, leaves)
        require(canonical(statement) == canonical(pack["statement"]), STATEMENT, "what the pack says to people is not what its leaves say")
        return shown + statement["text"].rstrip("\n").split("\n")
    chain = []
    if pack["subject"]["kind"] == "period":
        check_period(pack, leaves[1])
    else:
        deal = deal_of(pack["subject"], leaves[1])
        facts = check_handshakes(pack, deal, leaves[2], bool(leaves[1]))
        chain = facts["chain"]
        check_authority(pack, leaves, facts)
        check_calculations(pack, deal, leaves[1], facts)
        shown.append(f"{deal}: {len(chain)} handshakes in order, each signed by whom it must be")
    statement = statement_of(pack["subject"], leaves[1], chain)
    require(canonical(statement) == canonical(pack["statement"]), STATEMENT, "what the pack says to people is not what its leaves say")
    return shown + statement["text"].rstrip("\n").split("\n")


def deal_of(subject, entries):
    if subject["kind"] == "deal":
        return subject["deal"]
    found = [leaf for leaf in entries if leaf["sequence"] == subject["sequence"]]
    require(found, COMPLETENESS, f"the pack does not hold entry {subject['sequence']}")
    return found[0]["deal"]


def check_book_chain(leaves):
    for i, leaf in enumerate(leaves):
        if leaf["sequence"] == 0:
            require(leaf["previous"] == ZERO, LINK, "the first leaf follows another")
        elif i and leaves[i - 1]["sequence"] == leaf["sequence"] - 1:
            require(leaf["previous"] == leaves[i - 1]["hash"], LINK, f"leaf {leaf['sequence']} does not follow the leaf before it")


def check_accounts(entries):
    seen = {}
    for leaf in entries:
        require(leaf["amount"] > 0 and leaf["debit"]["account"] != leaf["credit"]["account"], LINK, f"entry {leaf['sequence']} moves nothing")
        for name, change in (("debit", leaf["amount"]), ("credit", -leaf["amount"])):
            side = leaf[name]
            account = (side["account"], leaf["currency"])
            last = seen.get(account)
            before = (0, ZERO, 0) if side["sequence"] == 1 else last
            if before and before[0] == side["sequence"] - 1:
                require(side["previous"] == before[1], LINK, f"entry {leaf['sequence']} does not follow the entry before it in {side['account']}")
                require(side["balance"] == before[2] + change, LINK, f"entry {leaf['sequence']} states another balance than the entries give")
            require(last is None or last[0] < side["sequence"], LINK, f"entry {leaf['sequence']} goes back in {side['account']}")
            seen[account] = (side["sequence"], leaf["hash"], side["balance"])


# Periods.

def side_of(leaf, account):
    return leaf["debit"] if leaf["debit"]["account"] == account else leaf["credit"]


def section_of(subject, entries):
    def day(text):
        return (date_of(text) - datetime.date(1970, 1, 1)).days * 86_400_000_000
    start, end = day(subject["from"]), day(subject["to"]) + 86_400_000_000
    account = subject["account"]
    own = [leaf for leaf in entries if leaf["currency"] == subject["currency"] and account in (leaf["debit"]["account"], leaf["credit"]["account"])]
    own.sort(key=lambda leaf: side_of(leaf, account)["sequence"])
    before = own.pop(0) if own and own[0]["posted"] < start else None
    after = own.pop() if own and own[-1]["posted"] >= end else None
    return before, own, after, start, end


def check_period(pack, entries):
    subject = pack["subject"]
    account = subject["account"]
    require(not pack["keys"] and not pack["ruleSets"] and not pack["calculations"] and not pack["agreements"]
            and all(book["book"] == "ledger" for book in pack["books"]) and entries, COMPLETENESS, "the pack of a period holds entries and nothing else")
    require(all(leaf["currency"] == subject["currency"] and account in (leaf["debit"]["account"], leaf["credit"]["account"]) for leaf in entries),
            COMPLETENESS, "an entry does not move the account")
    before, own, after, start, end = section_of(subject, entries)
    chain = [side_of(leaf, account)["sequence"] for leaf in [before] * bool(before) + own + [after] * bool(after)]
    require(before or chain[0] == 1, COMPLETENESS, f"the account's entry {chain[0] - 1} is missing")
    for earlier, later in zip(chain, chain[1:]):
        require(later == earlier + 1, COMPLETENESS, f"the account's entry {earlier + 1} is missing")
    require(not own or (own[0]["posted"] >= start and own[-1]["posted"] < end), COMPLETENESS, "entries of other days than the pack says")


# Handshakes.

def check_handshakes(pack, deal, leaves, complete):
    require(all(leaf["deal"] == deal for leaf in leaves), HANDSHAKE, "handshakes of another deal")
    links = {}
    for leaf in leaves:
        leaf["content"] = parse(leaf["payload"], HANDSHAKE)
        previous = hex32(leaf["content"].get("previous") if isinstance(leaf["content"], dict) else None, HANDSHAKE)
        require(previous not in links, HANDSHAKE, "two handshakes follow the same one")
        links[previous] = leaf
    chain, value = [], ZERO
    while value in links:
        chain.append(links.pop(value))
        value = chain[-1]["handshake"]
    require(chain and len(chain) == len(leaves), HANDSHAKE, "the handshakes are no chain: one is missing or was changed")
    facts = {"chain": chain, "keys": {key["id"]: key for key in pack["keys"]}, "used": set(), "lines": {}, "passkey": False, "steps": {}}
    for i, leaf in enumerate(chain):
        require(leaf["step"] == i + 1 or (leaf["step"] > 5 and 0 < i < 4 and i == len(chain) - 1), HANDSHAKE, f"{STEPS[leaf['step']]} is out of order")
        check_handshake(pack, deal, leaf, facts)
    require(not complete or "H5" in facts["steps"], HANDSHAKE, "entries without all five handshakes")
    require(set(facts["keys"]) <= facts["used"] and ("relyingParty" in pack) == facts["passkey"], HANDSHAKE_SIGNATURE, "keys that no handshake needs")
    return facts


def check_handshake(pack, deal, leaf, facts):
    name, payload = STEPS[leaf["step"]], leaf["content"]
    require(canonical(payload, 0, HANDSHAKE) == leaf["payload"], HANDSHAKE, f"{name} is not canonical")
    envelope = parse(leaf["envelope"], HANDSHAKE)
    require(isinstance(envelope, dict) and canonical(envelope, 0, HANDSHAKE) == leaf["envelope"], HANDSHAKE, f"the envelope of {name} is not canonical")
    algorithm = envelope.get("alg")
    if algorithm == "ES256-BULK":
        add_line(envelope, facts)
    if algorithm in ("ES256-BULK", "ES256-BULK-LINE"):
        line = leaf_hash(b64url(envelope["line"], HANDSHAKE)).hex() if algorithm == "ES256-BULK" else envelope.get("line")
        require(line in facts["lines"] and payload == attested(leaf, line, facts["lines"][line]), HANDSHAKE, f"{name} is not in the bulk line that it names")
    else:
        required, optional = OWN[name]
        allow(payload, "version handshake deal actor time previous " + required, "attestedBy " + optional, HANDSHAKE)
    require(payload["version"] == 1 and payload["handshake"] == name and payload["deal"] == deal, HANDSHAKE, f"{name} is of another deal or step")
    uuid_of("contact", payload["actor"], HANDSHAKE)
    time_of(payload["time"], HANDSHAKE)
    intent = facts["steps"].get("H1", payload)
    allowed = {"H1": [payload["actor"]], "H2": [intent.get("client")], "H5": [intent.get("client")], "EXPIRY": [intent.get("client")],
               "H3": [intent.get("receiver")], "H4": [intent.get("receiver")], "DECLINE": [intent.get("client"), intent.get("receiver")],
               "WITHDRAWAL": [intent.get("client"), intent.get("actor")]}[name]
    require(payload["actor"] in allowed, HANDSHAKE, f"{payload['actor']} may not take {name}")
    check_signature(pack, name, leaf, payload, envelope, facts)
    facts["steps"][name] = payload


def add_line(envelope, facts):
    allow(envelope, "alg index key line lines path root service signature time", "", HANDSHAKE)
    data = b64url(envelope["line"], HANDSHAKE)
    line = parse(data, HANDSHAKE)
    require(isinstance(line, dict), HANDSHAKE, "a bulk line is no object")
    facts["lines"][leaf_hash(data).hex()] = (line, envelope["service"])


def attested(leaf, line_hash, attestation):
    """The payload that the engine makes of a line: handshake.md, Bulk."""
    line, service = attestation
    name, content = STEPS[leaf["step"]], leaf["content"]
    day, actor, own = {
        "H1": ("referredOn", "referrer", ("vertical", "product", "receiver", "client", "referredOn", "upline", "furtherUplines")),
        "H2": ("acknowledgedOn", "client", ()),
        "H3": ("intakeOn", "receiver", ()),
        "H4": ("settledOn", "receiver", ("settledOn", "settledValueMinor", "currency", "bases")),
        "H5": ("completedOn", "client", ()),
        "DECLINE": ("declinedOn", "receiver", ()),
        "WITHDRAWAL": ("withdrawnOn", "referrer", ()),
    }.get(name, ("", "", ()))
    if day not in line or actor not in line:
        return None
    payload = {"version": 1, "handshake": name, "deal": derive("deal", "commission/deal/v1", service, line.get("key", "")), "actor": line[actor],
               "time": f"{line[day]}T00:00:00.000Z", "previous": content["previous"], "attestedBy": service, "line": line_hash}
    payload.update({member_name: line[member_name] for member_name in own if member_name in line})
    if name == "H1":
        payload.update(businessKey=line.get("key"), clientCommitment=content.get("clientCommitment"))
    elif name == "H3":
        payload["metOn"] = line[day]
    elif name == "H5":
        payload["outcome"] = "confirmed"
    elif leaf["step"] > 5:
        payload["reason"] = line.get("reason", "unspecified")
    return payload


def check_signature(pack, name, leaf, payload, envelope, facts):
    algorithm = envelope.get("alg")
    require((name == "EXPIRY") == (algorithm == "none"), HANDSHAKE_SIGNATURE, f"{name} is not signed")
    if algorithm in ("none", "ES256-BULK-LINE"):
        allow(envelope, "alg by" if algorithm == "none" else "alg line", "", HANDSHAKE)
        return
    require(algorithm in ("ES256", "WEBAUTHN-ES256", "ES256-BULK"), HANDSHAKE, f"{name} has an unknown algorithm")
    key_id = envelope.get("key")
    time = time_of(envelope.get("time"), HANDSHAKE) if algorithm == "ES256-BULK" else payload["time"]
    signer = payload.get("attestedBy", payload["actor"])
    if "key" in payload:
        brought = b64url(payload["key"], HANDSHAKE)
        if derive("key", "commission/key/v1", payload["actor"], brought.hex()) == key_id:
            facts["keys"].setdefault(key_id, {"owner": payload["actor"], "spki": brought, "validFrom": payload["time"]})
    key = facts["keys"].get(key_id)
    require(key and key["owner"] == signer, HANDSHAKE_SIGNATURE, f"{name} is signed with a key that is not of {signer}")
    require(key["validFrom"] <= time and ("validTo" not in key or time < key["validTo"]), HANDSHAKE_SIGNATURE, f"{name} is signed with a key that was not valid then")
    facts["used"].add(key_id)
    signature = b64url(envelope.get("signature"), HANDSHAKE)
    if algorithm == "ES256":
        allow(envelope, "alg key signature", "", HANDSHAKE)
        good = p1363(key["spki"], signature, leaf["payload"])
    elif algorithm == "WEBAUTHN-ES256":
        facts["passkey"] = True
        good = passkey(pack, key, leaf["payload"], envelope, signature)
    else:
        header = {"key": key_id, "lines": envelope["lines"], "root": envelope["root"], "service": envelope["service"], "time": time, "version": 1}
        path, data = b64url(envelope["path"], HANDSHAKE), b64url(envelope["line"], HANDSHAKE)
        require(len(path) % 32 == 0, HANDSHAKE, "a path is not whole hashes")
        good = (included(leaf_hash(data), envelope["index"], envelope["lines"], [path[i:i + 32] for i in range(0, len(path), 32)],
                         hex32(envelope["root"], HANDSHAKE)) and p1363(key["spki"], signature, canonical(header)))
    require(good, HANDSHAKE_SIGNATURE, f"the signature of {name} does not verify")


def passkey(pack, key, payload, envelope, signature):
    allow(envelope, "alg key signature authenticatorData clientDataJSON", "", HANDSHAKE)
    authenticator, client = b64url(envelope["authenticatorData"], HANDSHAKE), b64url(envelope["clientDataJSON"], HANDSHAKE)
    try:
        said = json.loads(client.decode("utf-8"))
    except ValueError:
        return False
    challenge = base64.urlsafe_b64encode(sha(payload)).rstrip(b"=").decode()
    return (isinstance(said, dict) and said.get("type") == "webauthn.get" and said.get("challenge") == challenge and len(authenticator) >= 37
            and authenticator[:32] == sha(pack.get("relyingParty", "").encode()) and bool(authenticator[32] & 1)
            and ecdsa(key["spki"], signature, authenticator + sha(client)))


# Rules and agreements.

def check_authority(pack, leaves, facts):
    intent = facts["steps"]["H1"]
    needed = {leaf["rule"] for leaf in leaves[1]}
    documents = {sha(canonical(rules["document"])): rules["document"] for rules in pack["ruleSets"]}
    require(set(documents) == needed and len(documents) == len(pack["ruleSets"]), AUTHORITY, "the rule sets are not those that the entries name")
    acts = [(leaf, parse(leaf["payload"], AUTHORITY)) for leaf in leaves[3]]
    agreements = {agreement["reference"]: agreement for agreement in pack["agreements"]}
    for digest, document in documents.items():
        require(document.get("vertical") == intent["vertical"], AUTHORITY, "a rule set of another vertical")
        require(document.get("effectiveFrom", "9") <= intent["referredOn"], AUTHORITY, "a rule set that came into force after the referral")
        approved = [act for leaf, act in acts if leaf["act"] == 5 and act.get("ruleHash") == digest.hex()]
        require(approved, AUTHORITY, "the pack does not show that the rule set was approved")
        require(approved[0].get("actor") != approved[0].get("author") or approved[0].get("actor") == "engine", AUTHORITY, "approved by its author")
        check_agreement(document.get("governingAgreement"), agreements, acts)
    require(set(agreements) == {document["governingAgreement"] for document in documents.values()} and len(agreements) == len(pack["agreements"]),
            AUTHORITY, "the agreements are not those that the rule sets cite")


def check_agreement(reference, agreements, acts):
    agreement = agreements.get(reference)
    subject = uuid_of("agr", derive("agr", "commission/agreement/v1", reference), AUTHORITY)
    executed = [act for leaf, act in acts if leaf["act"] == 7 and leaf["subject"] == subject]
    require(agreement and executed, AUTHORITY, f"the pack does not show that '{reference}' was executed")
    act = executed[0]
    public_key, signature = b64url(agreement.get("publicKey", "")), b64url(agreement.get("signature", ""))
    parts = [reference.encode(), agreement["kind"].encode(), agreement.get("party", "").encode(), hex32(agreement["partyCommitment"]),
             agreement["schedule"].encode(), agreement["method"].encode(), agreement["time"].encode(), agreement["execution"].encode(),
             public_key, signature, b""]
    parts += [hex32(agreement[name]) if name in agreement else b"" for name in ("documentHash", "ipCommitment", "userAgentCommitment")]
    anchor = sha(b"commission/agreement-anchor/v1\n", *(struct.pack(">I", len(part)) + part for part in parts))
    require(act.get("method") == agreement["method"] and act.get("kind") == agreement["kind"] and act.get("execution") == agreement["execution"]
            and (agreement["method"] == "drawn" or act.get("anchor") == anchor.hex()), AUTHORITY, f"'{reference}' is not the agreement that was executed")
    if agreement["method"] == "key":
        said = {"agreement": reference, "kind": agreement["kind"], "scheduleHash": sha(agreement["schedule"].encode()).hex(),
                "time": agreement["time"], "version": 1}
        require(p1363(public_key, signature, canonical(said)), AUTHORITY, f"the signature under '{reference}' does not verify")


# Calculations: facts and explanations by their hashes, amounts as explained.

def check_calculations(pack, deal, entries, facts):
    known = {sha(canonical(each["facts"])): each for each in pack["calculations"]}
    require(len(known) == len(pack["calculations"]), CALCULATION, "a calculation stands twice")
    groups = {}
    for leaf in entries:
        require(leaf["deal"] == deal, CALCULATION, "an entry of another deal")
        calculation = known.get(leaf["facts"])
        require(calculation, CALCULATION, f"the facts of entry {leaf['sequence']} are not in the pack")
        require(sha(canonical(calculation["explanation"])) == leaf["explanation"], CALCULATION, f"the explanation of entry {leaf['sequence']} is not in the pack")
        receivable = [leaf[side]["account"] for side in ("debit", "credit") if leaf[side]["account"].startswith("receivable:")]
        require(receivable == ["receivable:" + facts["steps"]["H1"]["vertical"]], CALCULATION, f"entry {leaf['sequence']} moves no receivable of the vertical")
        require((leaf["kind"] == 1) == (leaf["corrects"] == ZERO) and (leaf["corrects"] == ZERO or leaf["corrects"] in groups),
                CALCULATION, f"what entry {leaf['sequence']} corrects is not in the pack")
        groups.setdefault(leaf["facts"], []).append(leaf)
    require(set(groups) == set(known), CALCULATION, "calculations of no entry")
    for digest, group in groups.items():
        check_calculation(known[digest], group, facts)


def check_calculation(calculation, group, facts):
    said, explained = calculation["facts"], calculation["explanation"]
    intent, settled, outcome = (facts["steps"][name] for name in ("H1", "H4", "H5"))
    require(explained.get("ruleHash") == group[0]["rule"].hex() and explained.get("factsHash") == group[0]["facts"].hex(), CALCULATION, "an explanation of other facts")
    require(said.get("product") == intent["product"] and said.get("currency") == settled["currency"] and said.get("settledValueMinor") == settled["settledValueMinor"]
            and said.get("bases") == settled.get("bases", {}), CALCULATION, "the facts are not what the settlement says")
    payees = said.get("payees", {})
    above = [payees[name] for name in ("upline", "upline_2", "upline_3", "upline_4", "upline_5") if name in payees]
    named = ([intent["upline"]] if "upline" in intent else []) + intent.get("furtherUplines", [])
    require((payees.get("referrer"), payees.get("receiver"), above) == (intent["actor"], intent["receiver"], named),
            CALCULATION, "the facts name other people than the intent")
    if "event" not in said:
        require(all(leaf["effective"] == outcome["time"][:10] and leaf["actor"] == outcome["actor"] for leaf in group), CALCULATION, "the accrual does not count from the outcome")
    due = {}
    for step in explained.get("steps", []):
        for share, sign in [(share, 1) for share in step.get("split", [])] + [(share, -1) for share in step.get("credited", [])]:
            account = "payable:" + share["payee"] if "payee" in share else "income:platform-fee"
            due[account] = due.get(account, 0) + sign * share["amountMinor"]
        if "takenFrom" in step:
            account = "payable:" + payees["referrer"]
            due[account] = due.get(account, 0) - step["poolMinor"]
    moved = {}
    for i, leaf in enumerate(group):
        require(leaf["currency"] == said["currency"] and leaf["sequence"] == group[0]["sequence"] + i and leaf["ordinal"] == group[0]["ordinal"] + i
                and leaf["kind"] == group[0]["kind"], CALCULATION, "the entries of a calculation do not stand together")
        owed = leaf["debit"]["account"].startswith("receivable:")
        account = leaf["credit" if owed else "debit"]["account"]
        moved[account] = moved.get(account, 0) + (leaf["amount"] if owed else -leaf["amount"])
    require(moved == {account: amount for account, amount in due.items() if amount} or
            {k: v for k, v in moved.items() if v} == {k: v for k, v in due.items() if v}, CALCULATION, "the entries are not what the explanation gives")


# Payouts: docs/formats/payout.md.

def check_payout(pack, leaves):
    batch, item = pack["batch"], pack["item"]
    require(included(leaf_hash(canonical(item)), pack["index"], batch["items"], pack["hashes"], hex32(batch["itemsRoot"])), INCLUSION, "the item is not in the batch")
    approver, submitter = check_payout_acts(batch, leaves[3])
    paid = check_paid(pack, leaves[1])
    moved = check_transfers(batch, item, leaves[1], submitter)
    places = {leaf["sequence"] for leaf in paid} | {leaf["sequence"] for leaf, _, _ in moved}
    require(len(places) == len(leaves[1]) and not leaves[2], COMPLETENESS, "the pack holds leaves that are no part of the item")
    account, currency = "payable:" + item["payee"], batch["currency"]
    text = "".join(f"{leaf['effective']}: {money(owed(leaf, account), currency)} {KINDS[leaf['kind']]} for {account}, entry {leaf['sequence']} of the ledger.\n" for leaf in paid)
    text += (f"Item {item['item']} of {batch['batch']}: {money(item['amountMinor'], currency)}, with GST of {money(item['gstMinor'], currency)}, "
             f"less {money(item['withheldMinor'], currency)} withheld: {money(item['payMinor'], currency)} by {batch['rail']}.\nApproved by {approver}.\n")
    text += "".join(f"{leaf['effective']}: attempt {attempt} {step}, {money(leaf['amount'], leaf['currency'])} from {leaf['credit']['account']} "
                    f"to {leaf['debit']['account']}, entry {leaf['sequence']} of the ledger.\n" for leaf, attempt, step in moved)
    return {"payMinor": item["payMinor"], "payee": item["payee"], "state": moved[-1][2], "text": text}


def check_payout_acts(batch, leaves):
    subject = uuid_of("payout", batch["batch"])
    require(all(leaf["subject"] == subject for leaf in leaves), AUTHORITY, "an act that is not about the batch")
    acts = [(leaf["act"], parse(leaf["payload"], AUTHORITY)) for leaf in leaves]
    for _, act in acts:
        member(act, "actor", str, AUTHORITY)
    made = [i for i, (kind, _) in enumerate(acts) if kind in (11, 12)]
    approved = [i for i, (kind, _) in enumerate(acts) if kind == 13]
    submitted = [i for i, (kind, _) in enumerate(acts) if kind == 14]
    require(made and approved and submitted and acts[0][0] == 11 and made[-1] < approved[-1] < submitted[0], AUTHORITY,
            "the pack does not show that the batch was drafted, approved after its last change, and submitted")
    header = sha(b"commission/payout-batch/v1\n", canonical(batch)).hex()
    require(acts[approved[-1]][1].get("hash") == header == acts[made[-1]][1].get("hash"), AUTHORITY, "what was approved is not the batch that the pack names")
    approver, submitter = acts[approved[-1]][1]["actor"], acts[submitted[0]][1]["actor"]
    require(all(acts[i][1]["actor"] != approver for i in made), AUTHORITY, "the batch was approved by one of its makers")
    uuid_of("contact", submitter, AUTHORITY)
    return approver, submitter


def owed(leaf, account):
    return leaf["amount"] if leaf["credit"]["account"] == account else -leaf["amount"] if leaf["debit"]["account"] == account else 0


def check_paid(pack, entries):
    item, account = pack["item"], "payable:" + pack["item"]["payee"]
    known, paid, data = {leaf["sequence"]: leaf for leaf in entries}, [], b"commission/payout-lines/v1\n"
    for line in pack["lines"]:
        leaf = known.get(line["sequence"])
        require(leaf, COMPLETENESS, f"the pack does not hold entry {line['sequence']}")
        require(leaf["kind"] in (1, 2, 3, 9) and leaf["currency"] == pack["batch"]["currency"] and owed(leaf, account) == line["amountMinor"], CALCULATION,
                f"entry {line['sequence']} does not owe that")
        data += leaf["hash"] + struct.pack(">q", line["amountMinor"])
        paid.append(leaf)
    require(len({leaf["sequence"] for leaf in paid}) == len(paid), CALCULATION, "the item pays an entry twice")
    require(len(paid) == item["lines"] and sha(data).hex() == item["linesHash"] and sum(line["amountMinor"] for line in pack["lines"]) == item["amountMinor"],
            CALCULATION, "the entries are not those that the item pays")
    return paid


def check_transfers(batch, item, entries, submitter):
    item_hash = sha(canonical(item)).hex()

    def facts(attempt, step):
        return sha(canonical({"attempt": attempt, "batch": batch["batch"], "item": item["item"], "itemHash": item_hash, "step": step, "version": 1}))
    steps = {facts(attempt, step): (attempt, step) for attempt in range(1, 10) for step in ("submitted", "paid", "failed", "returned")}
    moved = [(leaf, *steps[leaf["facts"]]) for leaf in entries if leaf["facts"] in steps]
    require(moved, CALCULATION, "the item was never submitted")
    last = max(attempt for _, attempt, _ in moved)
    for attempt in range(1, last + 1):
        has = [step for step in ("submitted", "paid", "failed", "returned") if any(mine == (attempt, step) for _, *rest in moved for mine in [tuple(rest)])]
        path = "".join(step[0] for step in has)
        require(path in ("s", "sp", "sf", "sr", "spr") if attempt == last else path in ("", "sf", "sr", "spr"), CALCULATION, f"attempt {attempt} has impossible steps")
        for step in has:
            expected = transfers_of(batch, item, step, "paid" in has)
            group = sorted((leaf for leaf, *rest in moved if tuple(rest) == (attempt, step)), key=lambda leaf: (leaf["ordinal"], leaf["sequence"]))
            found = [(leaf["kind"], leaf["debit"]["account"], leaf["credit"]["account"], leaf["amount"]) for leaf in group]
            require(found == expected, CALCULATION, f"attempt {attempt}, {step}: the transfers are others")
            corrects = facts(attempt, "submitted") if step in ("failed", "returned") else ZERO
            require(all(leaf["ordinal"] == i and leaf["corrects"] == corrects and leaf["rule"] == leaf["explanation"] == ZERO and leaf["actor"] == submitter
                        and leaf["currency"] == batch["currency"] and leaf["deal"] == typeid("deal", uuid_of("payout", batch["batch"]))
                        for i, leaf in enumerate(group)), CALCULATION, f"attempt {attempt}, {step}: a transfer of another cause")
    return moved


def transfers_of(batch, item, step, was_paid):
    payable, clearing = "payable:" + item["payee"], "clearing:" + batch["rail"]

    def positive(kind, debit, credit, amount):
        return [] if amount == 0 else [(kind, debit, credit, amount) if amount > 0 else (kind, credit, debit, -amount)]
    submission = (positive(4, "tax:gst", payable, item["gstMinor"]) + positive(4, payable, "tax:withholding", item["withheldMinor"])
                  + positive(4, payable, clearing, item["payMinor"]))
    back = [(6, credit, debit, amount) for _, debit, credit, amount in reversed(submission)]
    return {"submitted": submission, "paid": [(5, clearing, "bank", item["payMinor"])], "failed": back,
            "returned": ([(6, "bank", clearing, item["payMinor"])] if was_paid else []) + back}[step]


# What it says to people.

def money(minor, currency):
    decimals = DECIMALS[currency]
    digits = str(abs(minor)).rjust(decimals + 1, "0")
    return ("-" if minor < 0 else "") + (digits[:-decimals] + "." + digits[-decimals:] if decimals else digits) + " " + currency


def statement_of(subject, entries, chain):
    if subject["kind"] != "period":
        chosen = [leaf for leaf in entries if (leaf["sequence"] == subject["sequence"] if subject["kind"] == "entry" else leaf["deal"] == subject["deal"])]
        lines = [line_of(leaf, leaf["credit" if leaf["debit"]["account"].startswith("receivable:") else "debit"]["account"]) for leaf in chosen]
        return {"lines": lines, "text": "".join(told + "\n" for told in [sentence(leaf) for leaf in chain] + [line_text(line) for line in lines])}
    before, own, after, _, _ = section_of(subject, entries)
    account, currency = subject["account"], subject["currency"]

    def opening(leaf):
        return (leaf["amount"] if leaf["debit"]["account"] == account else -leaf["amount"]) - side_of(leaf, account)["balance"]
    first = opening(own[0]) if own else -side_of(before, account)["balance"] if before else opening(after) if after else 0
    last = -side_of(own[-1], account)["balance"] if own else first
    lines = [line_of(leaf, account) for leaf in own]
    told = [f"{subject['from']}: {money(first, currency)} owed to {account}."] + [line_text(line) for line in lines]
    told.append(f"{subject['to']}: {money(last, currency)} owed to {account}.")
    return {"closingMinor": last, "lines": lines, "openingMinor": first, "text": "".join(each + "\n" for each in told)}


def line_of(leaf, account):
    return {"account": account, "amountMinor": leaf["amount"] if leaf["credit"]["account"] == account else -leaf["amount"], "currency": leaf["currency"],
            "deal": leaf["deal"], "effectiveOn": leaf["effective"], "kind": KINDS[leaf["kind"]], "sequence": leaf["sequence"]}


def line_text(line):
    return f"{line['effectiveOn']}: {money(line['amountMinor'], line['currency'])} {line['kind']} for {line['account']}, entry {line['sequence']} of the ledger."


def sentence(leaf):
    said, name = leaf["content"], STEPS[leaf["step"]]
    day = said["time"][:10]
    told = {
        "H1": lambda: f"{said['referredOn']}: {said['actor']} referred {said['client']} to {said['receiver']} ({said['vertical']} {said['product']})",
        "H2": lambda: f"{day}: {said['actor']} acknowledged",
        "H3": lambda: f"{said['metOn']}: {said['actor']} met the client",
        "H4": lambda: f"{said['settledOn']}: {said['actor']} settled for {money(said['settledValueMinor'], said['currency'])}",
        "H5": lambda: f"{day}: {said['actor']} confirmed the outcome",
    }.get(name, lambda: f"{day}: ended, {said['reason']}")()
    return told + (f", attested by {said['attestedBy']}." if "attestedBy" in said else ".")


def main():
    arguments = argparse.ArgumentParser(description="Verifies an evidence pack.")
    arguments.add_argument("file")
    arguments.add_argument("--key", action="append", required=True, help="verifier key of the log: name+id+base64")
    arguments.add_argument("--witness", action="append", default=[], help="verifier key of a witness that must have cosigned")
    given = arguments.parse_args()
    try:
        keys, witnesses = [vkey_of(key) for key in given.key], [vkey_of(key) for key in given.witness]
        with open(given.file, "rb") as file:
            shown = verify(file.read(MAX_BYTES + 1), keys, witnesses)
    except OSError as error:
        print(error, file=sys.stderr)
        return USAGE
    except Refuted as refuted:
        print(f"NOT VERIFIED ({refuted.code}): {refuted}", file=sys.stderr)
        return refuted.code
    except (AttributeError, IndexError, KeyError, TypeError, ValueError, OverflowError) as error:
        print(f"NOT VERIFIED ({UNREADABLE}): {type(error).__name__}: {error}", file=sys.stderr)
        return UNREADABLE
    print("VERIFIED")
    for line in shown:
        print("  " + line)
    print("Not shown:\n  that the rules give these amounts: commission-verify calculates them again")
    if not witnesses:
        print("  that others are shown the same books: no witness was named")
    return 0


if __name__ == "__main__":
    sys.exit(main())
