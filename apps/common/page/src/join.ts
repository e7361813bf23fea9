// The same connection seen from its other end: segments are joined by what they carried, so that arrivals and losses are
// known instead of inferred.
import { Connection } from "./connection";
import { Kind, Trace } from "./trace";

export function peerOf(connection: Connection, other: Trace): Connection | undefined {
    const { local, remote, iss, irs } = connection.facts;
    const found = other.connections().filter((number) => {
        const facts = other.newestFacts(number);
        return facts && facts.local === remote && facts.remote === local && (facts.irs === iss || irs === 0 || facts.iss === irs);
    });
    return found.length > 0 ? new Connection(other, found[0]) : undefined;
}

const keyOf = (trace: Trace, i: number): string =>
    `${trace.get("flags", i)} ${trace.get("seq", i)} ${trace.get("len", i)} ${trace.get("ack", i)}`;

// Arrivals of segments that `from` sent, as `to` saw them. Each is the newest copy that can have travelled so fast.
function join(from: Connection, to: Connection): void {
    const copies = new Map<string, number[]>();
    const sent = from.segments;
    for (let s = 0; s < sent.count; ++s) {
        if (!sent.outbound[s]) continue;
        const key = keyOf(from.trace, sent.record[s]);
        const list = copies.get(key);
        if (list) list.push(s);
        else copies.set(key, [s]);
        sent.received[s] = NaN;
        sent.lost[s] = 1;
    }
    const arrivals = to.records.filter((i) => to.trace.get("kind", i) === Kind.in);
    let least = Infinity;
    for (const i of arrivals) {
        const list = copies.get(keyOf(to.trace, i));
        const delay = list?.length === 1 ? to.trace.seconds(i) - sent.sent[list[0]] : -1;
        if (delay >= 0) least = Math.min(least, delay);
    }
    for (const i of arrivals) {
        const t = to.trace.seconds(i);
        const list = copies.get(keyOf(to.trace, i));
        const s = list?.findLast((copy) => sent.lost[copy] && sent.sent[copy] + least * 0.999 <= t);
        if (s === undefined) continue;
        sent.received[s] = t;
        sent.lost[s] = 0;
    }
}

export function joinBoth(a: Connection, b: Connection): void {
    a.peer = b;
    b.peer = a;
    join(a, b);
    join(b, a);
    // What one received the other has sent: the same segment, told twice.
    for (const [here, there] of [[a, b], [b, a]]) {
        const left = new Map<string, number[]>();
        for (let s = 0; s < there.segments.count; ++s)
            if (there.segments.outbound[s] && !there.segments.lost[s]) {
                const key = keyOf(there.trace, there.segments.record[s]) + " " + there.segments.received[s];
                const times = left.get(key);
                if (times) times.push(there.segments.sent[s]);
                else left.set(key, [there.segments.sent[s]]);
            }
        for (let s = 0; s < here.segments.count; ++s) {
            if (here.segments.outbound[s]) continue;
            const times = left.get(keyOf(here.trace, here.segments.record[s]) + " " + here.segments.received[s]);
            if (times?.length) here.segments.sent[s] = times.shift()!;
        }
    }
    const [begin, end] = [Math.min(a.begin, b.begin), Math.max(a.end, b.end)];
    for (const each of [a, b]) {
        each.begin = begin;
        each.end = end;
        const last = each.states.at(-1);
        if (last) last.to = end;
    }
}
