// A trace: its records, the facts of its connections, the words for its numbers.
import { Columns, Vocabulary } from "./records";

// As they were told or changed; `from` is the number of the first record they hold for.
export interface Facts {
    from: number;
    connection: number;
    local: string;
    remote: string;
    active: boolean;
    iss: number;
    irs: number;
    mss: number;
    peerMss: number;
    shift: number;
    peerShift: number;
    timestamps: boolean;
    sack: boolean;
    ended: number;
}

export const Kind = {
    state: 0, out: 1, in: 2, lost: 3, held: 4, dropped: 5, congestion: 6, rtt: 7, deadline: 8, call: 9, note: 10,
} as const;
export const Flag = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16, urg: 32 } as const;

export class Trace {
    count = 0;
    readonly columns: Columns = {};
    private facts = new Map<number, Facts[]>();
    private indices = new Map<number, number[]>();

    constructor(readonly title: string, readonly words: Vocabulary, readonly epoch: number, readonly lost: number) {
        for (const [name] of words.columns) this.columns[name] = new Float64Array(0);
    }

    append(columns: Columns): void {
        const more = columns.number.length;
        for (const [name] of this.words.columns) {
            let room = this.columns[name];
            if (room.length < this.count + more) {
                const grown = new Float64Array(this.count === 0 ? more : Math.max(room.length * 2, this.count + more));
                grown.set(room.subarray(0, this.count));
                this.columns[name] = room = grown;
            }
            room.set(columns[name], this.count);
        }
        for (let i = this.count; i < this.count + more; ++i) this.index(i);
        this.count += more;
    }
    private index(i: number): void {
        const connection = this.columns.connection[i];
        const list = this.indices.get(connection);
        if (list) list.push(i);
        else this.indices.set(connection, [i]);
    }
    // Forgets the oldest records: a live page runs for days.
    keepNewest(count: number): void {
        const drop = this.count - count;
        if (drop <= 0) return;
        for (const [name] of this.words.columns) this.columns[name].copyWithin(0, drop, this.count);
        this.count = count;
        this.indices.clear();
        for (let i = 0; i < count; ++i) this.index(i);
        for (const connection of [...this.facts.keys()])
            if (!this.indices.has(connection)) this.facts.delete(connection);
    }

    tell(facts: Facts): void {
        const list = this.facts.get(facts.connection);
        if (list) list.push(facts);
        else this.facts.set(facts.connection, [facts]);
    }
    newestFacts(connection: number): Facts | undefined {
        return this.facts.get(connection)?.at(-1);
    }
    // What was known when record `i` was written.
    factsAt(i: number): Facts | undefined {
        const number = this.columns.number[i];
        return this.facts.get(this.columns.connection[i])?.findLast((facts) => facts.from <= number);
    }

    connections(): number[] {
        return [...this.indices.keys()].filter((number) => number !== 0).sort((a, b) => a - b);
    }
    recordsOf(connection: number): number[] {
        return this.indices.get(connection) ?? [];
    }
    seconds(i: number): number {
        return this.columns.time[i] / 1e9 + this.epoch;
    }
    get(name: string, i: number): number {
        return this.columns[name][i];
    }
    flags(i: number, bits: number): boolean {
        return (this.columns.flags[i] & bits) !== 0;
    }
    sacks(i: number): [number, number][] {
        const ranges: [number, number][] = [];
        for (let k = 0; k < Math.min(3, this.get("sacks", i)); ++k)
            ranges.push([this.get("ack", i) + (this.get(`sack${k}`, i) | 0), this.get("ack", i) + (this.get(`sack${k}_end`, i) | 0)]);
        return ranges;
    }
    state(i: number): string {
        return this.words.states[this.get("after", i)];
    }
    cause(i: number): string {
        return this.words.causes[this.get("cause", i)];
    }
    isSegment(i: number): boolean {
        const kind = this.columns.kind[i];
        return kind === Kind.out || kind === Kind.in;
    }
    isRetransmission(i: number): boolean {
        return this.columns.kind[i] === Kind.out && this.columns.attempt[i] > 1;
    }
}
