// Episodes: rules over records, each with a title, a sentence or two with figures, a range of time.
import { Connection } from "./connection";
import { lastAtMost } from "./steps";
import { Flag, Kind } from "./trace";
import { bytes, plural, time } from "./words";

export interface Episode {
    title: string;
    words: string;
    note?: string;  // in the time-sequence picture
    at: number;
    from: number;
    to: number;
    severity: number;
    ladder: boolean;  // drawn as a small ladder instead of a sequence picture
}

const make = (title: string, words: string, from: number, to: number, severity: number, more: Partial<Episode> = {}): Episode =>
    ({ title, words, at: from, from, to, severity, ladder: false, ...more });

function handshake(c: Connection): Episode[] {
    const { trace } = c;
    const syns = c.records.filter((i) => trace.isSegment(i) && trace.flags(i, Flag.syn));
    if (syns.length === 0) return [];
    const from = c.t[0];
    const open = c.states.find((span) => span.what === "ESTABLISHED");
    const tries = Math.max(...syns.map((i) => trace.get("attempt", i)), 1);
    const { facts } = c;
    if (!open) {
        const refused = c.moves.some((move) => move.event === "refused");
        const to = c.states.at(-1)!.from;
        return [make(refused ? "Refused" : "No connection", refused
            ? `The peer answered the SYN with a reset after ${time(to - from)}: nobody listens there.`
            : `${plural(tries, "SYN")} and no way in: ${trace.words.reasonTexts[facts.ended] || "no answer yet"}.`, from, Math.max(to, from + 1e-3), 9, { ladder: true })];
    }
    const agreed = [facts.timestamps && "timestamps", facts.sack && "SACK", facts.shift >= 0 && facts.peerShift >= 0 && "window scale"].filter(Boolean).join(", ");
    const words = tries > 1 ? `It took ${tries} tries and ${time(open.from - from)}.` : `SYN, SYN-ACK, ACK in ${time(open.from - from)}.`;
    return [make("Handshake", `${words} ${agreed ? `Agreed: ${agreed}.` : "No options agreed."} MSS ${facts.peerMss || facts.mss}.`, from,
        open.from + (open.from - from) * 0.8 + 1e-5, tries > 1 ? 7 : 3, { ladder: true })];
}

const within = (c: Connection, from: number, to: number, test: (i: number) => boolean): number[] =>
    c.records.slice(lastAtMost(c.t, from - 1e-9) + 1, lastAtMost(c.t, to + 1e-9) + 1).filter(test);

function losses(c: Connection): Episode[] {
    const { trace } = c;
    return c.phases.flatMap((span, n) => {
        if (span.what !== "recovery") return [];
        const again = within(c, span.from, span.to, (i) => trace.isRetransmission(i));
        if (again.length === 0) return [];
        const before = c.phases[n - 1]?.what;
        const next = c.phases[n + 1]?.what;
        const sacks = within(c, span.from, span.to, (i) => trace.get("sacks", i) > 0 && trace.get("kind", i) === Kind.in).length;
        const repair = next === "timeout" ? "not finished before the timer" : `repaired in ${time(span.to - span.from)}`;
        const words = `${plural(again.length, "segment")} sent again${sacks ? ", found by SACK" : ""}, ${repair}.`;
        const overshoot = before === "slow-start";
        return [make(overshoot ? "Slow start overshoots" : "Loss repaired", (overshoot ? "cwnd outgrew the path. " : "") + words,
            span.from - (span.to - span.from) * 0.4, span.to, overshoot ? 6 : 5, { at: span.from, note: words.slice(0, -1) })];
    });
}

function timeouts(c: Connection): Episode[] {
    const { trace } = c;
    const fired = c.records.filter((i) => trace.get("kind", i) === Kind.deadline && trace.words.timers[trace.get("detail", i)] === "rexmt");
    const groups: number[][] = [];
    for (const i of fired) {
        const last = groups.at(-1)?.at(-1);
        if (last !== undefined && trace.get("una", last) === trace.get("una", i)) groups.at(-1)!.push(i);
        else groups.push([i]);
    }
    return groups.map((group) => {
        const t = trace.seconds(group[0]);
        const una = trace.get("una", group[0]);
        const end = c.records.findIndex((i, k) => c.t[k] > t && trace.get("una", i) > una && trace.get("rto", i) > 0);
        const to = end >= 0 ? c.t[end] : c.end;
        const sent = c.records.findLast((i) => trace.get("kind", i) === Kind.out && trace.get("seq", i) === una && trace.seconds(i) < t - 1e-9);
        const waited = trace.get("value", group[0]) / 2e6;  // what is told is the next one, twice as long
        const again = sent !== undefined && trace.get("attempt", sent) > 1;
        const why = again ? "The retransmission was lost as well; nothing but the timer notices." : "No ACK came that could have told.";
        return make(again ? "Retransmission lost" : "Timeout", `${why} RTO after ${time(waited)}${group.length > 1 ? `, ${group.length} times in a row` : ""}.`,
            t - Math.max(waited, (to - t) * 0.3), to + (to - t) * 0.3, 8, { at: t, note: `only the timer can save it: RTO ${time(waited)}` });
    });
}

function closedWindow(c: Connection): Episode[] {
    const { trace } = c;
    return c.phases.filter((span) => span.what === "persist" && span.to - span.from > c.figures.srttMost * 0.5).map((span) => {
        const probes = within(c, span.from, span.to, (i) => trace.cause(i) === "zero-window probe").length;
        const words = `Window 0 for ${time(span.to - span.from)}; ${probes ? plural(probes, "persist timer probe") : "no probe was needed"}.`;
        const pad = (span.to - span.from) * 0.25;
        return make("Receiver stops reading", words, span.from - pad, span.to + pad, 6,
            { at: (span.from + span.to) / 2, note: `window 0 for ${time(span.to - span.from)}, ${plural(probes, "probe")}` });
    });
}

// After the window reopened, or after silence: what was allowed before leaves in one moment.
function bursts(c: Connection): Episode[] {
    const { trace } = c;
    const found: Episode[] = [];
    for (const span of c.phases) {
        if (span.what !== "persist") continue;
        const burst = within(c, span.to, span.to + 1e-3, (i) => trace.get("kind", i) === Kind.out && trace.get("len", i) > 1);
        if (burst.length < 8) continue;
        const size = burst.reduce((sum, i) => sum + trace.get("len", i), 0);
        const to = span.to + Math.max(0.01, 3 * (c.figures.srttMost || 0.05));
        const again = within(c, span.to, to, (i) => trace.isRetransmission(i)).length;
        found.push(make("Burst after reopening", `${plural(burst.length, "segment")} (${bytes(size)}) leave at once when the window opens${again ? `; ${again} had to be sent again` : ""}.`,
            span.to - (to - span.to) * 0.3, to, again ? 5 : 4, { at: span.to, note: `${plural(burst.length, "segment")} released as one burst` }));
    }
    return found;
}

function reordering(c: Connection): Episode[] {
    const { trace } = c;
    const held = c.records.filter((i) => trace.get("kind", i) === Kind.held);
    if (held.length === 0) return [];
    const from = trace.seconds(held[0]);
    const hole = trace.get("rcv_nxt", held[0]);
    const filled = c.records.findIndex((i, k) => c.t[k] >= from && trace.get("rcv_nxt", i) > hole && trace.get("kind", i) !== Kind.held);
    const to = filled >= 0 ? c.t[filled] : c.end;
    const quick = filled >= 0 && to - from < (c.figures.srttLeast || 0.01) / 2;
    return [make(quick ? "Reordering" : "A hole in what arrived", `${plural(held.length, "segment")} came out of order; the first hole, at ${hole}, ${filled >= 0 ? `was filled after ${time(to - from)}` : "was never filled"}.`,
        from - (to - from) * 0.5 - 1e-4, to + (to - from) * 0.5 + 1e-4, 4)];
}

function spurious(c: Connection): Episode[] {
    const { trace } = c;
    const told = c.records.filter((i) => trace.get("kind", i) === Kind.in && trace.get("sacks", i) > 0 && trace.get("sack0", i) >= 2 ** 31);
    if (told.length === 0) return [];
    const t = trace.seconds(told[0]);
    return [make("Sent again for nothing", `${plural(told.length, "D-SACK")} told that the first copy had arrived.`, t - 0.1, t + 0.05, 5, { at: t })];
}

function limits(c: Connection): Episode[] {
    const { trace } = c;
    let peer = 0, own = 0, whole = 0;
    const mss = Math.max(c.facts.peerMss, 536);
    for (let k = 0; k + 1 < c.t.length; ++k) {
        if (trace.get("after", c.records[k]) !== 4 || c.variables.flight[k] === 0) continue;
        const dt = c.t[k + 1] - c.t[k];
        whole += dt;
        if (c.variables.wnd[k] - c.variables.flight[k] < mss) peer += dt;
        else if (c.variables.cwnd[k] - c.variables.flight[k] < mss) own += dt;
    }
    const open = c.states.find((span) => span.what === "ESTABLISHED");
    if (!open || !c.outbound || whole < 0.2 * (open.to - open.from) || c.figures.dataSegments < 50) return [];
    const share = (part: number): string => `${Math.round((100 * part) / whole)} % of the time`;
    if (peer / whole > 0.5) return [make("Limited by the peer's window", `The peer's window was full ${share(peer)} that data was under way.`, open.from, open.to, 2)];
    if (own / whole > 0.5) return [make("Limited by congestion control", `cwnd was full ${share(own)} that data was under way.`, open.from, open.to, 2)];
    return [];
}

function endings(c: Connection): Episode[] {
    const { trace } = c;
    const found: Episode[] = [];
    const waiting = c.states.find((span) => span.what === "CLOSE-WAIT");
    if (waiting && waiting.to - waiting.from > 1 && waiting === c.states.at(-1))
        found.push(make("CLOSE-WAIT nobody ends", `The peer has closed; the application has not, for ${time(waiting.to - waiting.from)}.`, waiting.from - 0.1, waiting.to, 7, { ladder: true }));
    const reset = c.records.find((i) => trace.isSegment(i) && trace.flags(i, Flag.rst));
    if (reset !== undefined && c.states.some((span) => span.what === "ESTABLISHED")) {
        const t = trace.seconds(reset);
        const ours = trace.get("kind", reset) === Kind.out;
        found.push(make("Reset", `${ours ? "We" : "The peer"} reset the connection${c.facts.ended ? `: ${trace.words.reasonTexts[c.facts.ended]}` : ""}.`, t - 0.05, t + 0.02, 8, { at: t, ladder: true }));
        return found;
    }
    const fins = c.records.filter((i) => trace.isSegment(i) && trace.flags(i, Flag.fin));
    if (fins.length === 0) return found;
    const from = trace.seconds(fins[0]);
    const last = c.records.findLast((i) => trace.isSegment(i))!;
    const to = Math.max(trace.seconds(last), from + 1e-4);
    const first = trace.get("kind", fins[0]) === Kind.out ? c.side : 1 - c.side;
    const names = ["Client", "Server"];
    const holder = c.states.some((span) => span.what === "TIME-WAIT") ? c.side : c.peer?.states.some((span) => span.what === "TIME-WAIT") ? 1 - c.side : undefined;
    const both = c.states.some((span) => span.what === "CLOSING");
    const hold = holder === undefined ? "" : ` ${names[holder]} holds TIME-WAIT.`;
    found.push(make("Close", `${both ? "Both sides close at once." : `${names[first]} closes first.`}${hold}`, from - (to - from) * 0.1, to + (to - from) * 0.1, 3, { at: from, ladder: true }));
    return found;
}

// At most `most`, the most severe; the order of time.
export function episodesOf(c: Connection, most = 6): Episode[] {
    if (c.records.length === 0) return [];
    const all = [handshake, losses, timeouts, closedWindow, bursts, reordering, spurious, limits, endings].flatMap((rule) => rule(c));
    const kept = all.map((episode, n) => ({ episode, n })).sort((a, b) => b.episode.severity - a.episode.severity || a.n - b.n).slice(0, most);
    return kept.map(({ episode }) => episode).sort((a, b) => a.at - b.at || a.from - b.from);
}
