// Records as they were packed (stack/trace/columns.h): column after column, differences, zigzag, variable length.

export interface Vocabulary {
    columns: [name: string, like: "run" | "connection" | "kind"][];
    kinds: string[];
    states: string[];
    events: string[];
    eventTexts: string[];
    phases: string[];
    causes: string[];
    timers: string[];
    calls: string[];
    reasons: string[];
    reasonTexts: string[];
    clauses: string[];
    rules: string[];
}

export type Columns = Record<string, Float64Array>;

class Reader {
    at = 0;
    constructor(private octets: Uint8Array) {}
    number(): number {
        let value = 0;
        for (let scale = 1; ; scale *= 128) {
            const octet = this.octets[this.at++];
            value += (octet & 127) * scale;
            if (octet < 128) return value;
        }
    }
    signed(): number {
        const value = this.number();
        return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    }
}

// For each record the index of the previous one with the same key, -1 for none.
function previous(count: number, key: (i: number) => number): Int32Array {
    const last = new Map<number, number>();
    const before = new Int32Array(count);
    for (let i = 0; i < count; ++i) {
        const k = key(i);
        before[i] = last.get(k) ?? -1;
        last.set(k, i);
    }
    return before;
}

export function unpack(octets: Uint8Array, words: Vocabulary): Columns {
    const reader = new Reader(octets);
    const count = reader.number();
    const columns: Columns = {};
    let ofConnection: Int32Array | undefined;
    let ofKind: Int32Array | undefined;
    for (const [name, like] of words.columns) {
        const end = reader.number() + reader.at;
        const values = new Float64Array(count);
        columns[name] = values;
        if (like === "run") {
            for (let i = 0, last = 0; i < count; ++i) values[i] = last += reader.signed();
        } else {
            const { connection, kind } = columns;
            ofConnection ??= previous(count, (i) => connection[i]);
            ofKind ??= previous(count, (i) => connection[i] * 16 + kind[i]);
            const before = like === "connection" ? ofConnection : ofKind;
            for (let i = 0; i < count; ++i) values[i] = reader.signed() + (before[i] < 0 ? 0 : values[before[i]]);
        }
        reader.at = end;
    }
    return columns;
}

export function fromBase64(text: string): Uint8Array {
    const raw = atob(text);
    const octets = new Uint8Array(raw.length);
    for (let i = 0; i < raw.length; ++i) octets[i] = raw.charCodeAt(i);
    return octets;
}

export async function gunzip(octets: Uint8Array): Promise<Uint8Array> {
    const stream = new Blob([octets as BlobPart]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
}
