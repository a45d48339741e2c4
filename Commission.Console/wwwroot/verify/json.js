// RFC 8785 canonical JSON of objects, arrays, strings and integers within ±(2^53−1): docs/formats/handshake.md, Payload.
// A parser for that one form alone: what could be written otherwise is refused, so no byte can be another without being noticed.

import { textOf, utf8 } from "./bytes.js";
import { Failure, Refuted, require } from "./failure.js";

const MAX_DEPTH = 32;
const ESCAPES = new Map([["\"", "\""], ["\\", "\\"], ["b", "\b"], ["t", "\t"], ["n", "\n"], ["f", "\f"], ["r", "\r"]]);
const ESCAPED = new Map(Array.from(ESCAPES, ([letter, meant]) => [meant, `\\${letter}`]));

/** The value of canonical bytes. Objects have no prototype: no name is special. */
export function parse(bytes, code = Failure.unreadable) {
    let text;
    try {
        text = textOf(bytes);
    } catch {
        throw new Refuted(code, "not JSON: not UTF-8");
    }
    const parser = new Parser(text, code);
    const value = parser.value(0);
    require(parser.at === text.length, code, `not canonical JSON: something follows the end, at ${parser.at}`);
    return value;
}

class Parser {
    constructor(text, code) {
        this.text = text;
        this.code = code;
        this.at = 0;
    }

    refuse(problem) {
        throw new Refuted(this.code, `not canonical JSON: ${problem}, at ${this.at}`);
    }

    take(letter) {
        if (this.text[this.at] !== letter)
            this.refuse(`${letter} is expected`);
        this.at++;
    }

    value(depth) {
        switch (this.text[this.at]) {
            case "{":
                return this.object(depth + 1);
            case "[":
                return this.array(depth + 1);
            case "\"":
                return this.string();
            default:
                return this.integer();
        }
    }

    object(depth) {
        if (depth > MAX_DEPTH)
            this.refuse("nested too deep");
        const members = Object.create(null);
        this.take("{");
        let last = null;
        while (this.text[this.at] !== "}") {
            if (last !== null)
                this.take(",");
            const name = this.string();
            if (last !== null && !(last < name))
                this.refuse(last === name ? "a name comes twice" : "names are not sorted");
            this.take(":");
            members[name] = this.value(depth);
            last = name;
        }
        this.take("}");
        return members;
    }

    array(depth) {
        if (depth > MAX_DEPTH)
            this.refuse("nested too deep");
        const items = [];
        this.take("[");
        while (this.text[this.at] !== "]") {
            if (items.length > 0)
                this.take(",");
            items.push(this.value(depth));
        }
        this.take("]");
        return items;
    }

    string() {
        this.take("\"");
        const parts = [];
        let from = this.at;
        for (;;) {
            const place = this.text.charCodeAt(this.at);
            if (Number.isNaN(place) || place < 0x20)
                this.refuse("a string is not ended, or holds a control character");
            if (place === 0x22)
                break;
            if (place === 0x5c) {
                parts.push(this.text.slice(from, this.at), this.escape());
                from = this.at;
            } else {
                this.at++;
            }
        }
        parts.push(this.text.slice(from, this.at++));
        const text = parts.join("");
        if (!text.isWellFormed())
            this.refuse("a string holds an unpaired surrogate");
        return text;
    }

    escape() {
        const short = ESCAPES.get(this.text[this.at + 1]);
        if (short !== undefined) {
            this.at += 2;
            return short;
        }
        // Only control characters without a short form are written by number.
        const number = /^\\u00[01][0-9a-f]$/.test(this.text.slice(this.at, this.at + 6)) ? parseInt(this.text.slice(this.at + 2, this.at + 6), 16) : NaN;
        const meant = String.fromCharCode(number);
        if (Number.isNaN(number) || ESCAPED.has(meant))
            this.refuse("an escape that is not needed");
        this.at += 6;
        return meant;
    }

    integer() {
        const from = this.at;
        while (/[-0-9]/.test(this.text[this.at] ?? ""))
            this.at++;
        const text = this.text.slice(from, this.at);
        const number = /^(0|-?[1-9][0-9]{0,15})$/.test(text) ? Number(text) : NaN;
        if (!Number.isSafeInteger(number))
            this.refuse("only objects, arrays, strings and integers within ±(2^53−1) are allowed");
        return number;
    }
}

/** The canonical bytes of a value. Names sort as UTF-16 code units do, which is how strings compare here. */
export const canonical = value => utf8(write(value));

function write(value) {
    if (typeof value === "string")
        return `"${value.replace(/["\\\x00-\x1f]/g, letter => ESCAPED.get(letter) ?? `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`)}"`;
    if (Number.isSafeInteger(value))
        return String(value);
    if (Array.isArray(value))
        return `[${value.map(write).join(",")}]`;
    return `{${Object.keys(value).sort().map(name => `${write(name)}:${write(value[name])}`).join(",")}}`;
}

// Reading values: each getter says which member is wrong.

export const isObject = value => typeof value === "object" && value !== null && !Array.isArray(value);

/** An object with these members and no others; a trailing ? marks what may be absent. */
export function allow(node, names, code = Failure.unreadable) {
    require(isObject(node), code, "an object is expected");
    const known = new Set(names.split(" ").map(name => name.replace("?", "")));
    for (const name of Object.keys(node))
        require(known.has(name), code, `unexpected member ${name}`);
    for (const name of names.split(" "))
        require(name.endsWith("?") || name in node, code, `${name} is missing`);
    return node;
}

export function text(node, name, code = Failure.unreadable, max = Infinity) {
    require(typeof node?.[name] === "string" && node[name].length <= max, code, `${name} is missing, too long, or no text`);
    return node[name];
}

export function integer(node, name, code = Failure.unreadable, from = 0, to = Number.MAX_SAFE_INTEGER) {
    require(Number.isSafeInteger(node?.[name]) && node[name] >= from && node[name] <= to, code, `${name} is no integer from ${from} to ${to}`);
    return node[name];
}

export function list(node, name, code = Failure.unreadable) {
    require(Array.isArray(node?.[name]), code, `${name} is missing, or no array`);
    return node[name];
}

/** A time, as a text of one length: they compare as times do. */
export function time(node, name, code = Failure.unreadable) {
    const stated = text(node, name, code);
    require(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(stated) && isReal(stated), code, `${name} is no UTC time`);
    return stated;
}

export function date(node, name, code = Failure.unreadable) {
    const stated = text(node, name, code);
    require(/^\d{4}-\d\d-\d\d$/.test(stated) && isReal(`${stated}T00:00:00.000Z`), code, `${name} is no date`);
    return stated;
}

function isReal(stated) {
    const parsed = new Date(stated);
    return !Number.isNaN(parsed.getTime()) && parsed.toISOString() === stated && !stated.startsWith("0000");
}
