// One connection made ready for drawing: series over time, spans of states and phases, segments with both their ends.
import { Steps } from "./steps";
import { Facts, Flag, Kind, Trace } from "./trace";

export interface Span {
    from: number;
    to: number;
    what: string;
    record: number;
}
export interface Move {
    t: number;
    from: string;
    to: string;
    event: string;
    text: string;
}
export interface Timer {
    name: string;
    armed: Span[];
    fired: number[];  // seconds
}

// Segments side by side in typed arrays: one of 100 000 costs 22 octets.
export class Segments {
    count = 0;
    readonly record: Int32Array;
    readonly sent: Float64Array;      // when it left, known or inferred
    readonly received: Float64Array;  // when it arrived, NaN if it did not
    readonly outbound: Uint8Array;
    readonly lost: Uint8Array;
    constructor(room: number) {
        this.record = new Int32Array(room);
        this.sent = new Float64Array(room);
        this.received = new Float64Array(room);
        this.outbound = new Uint8Array(room);
        this.lost = new Uint8Array(room);
    }
}

export interface Figures {
    goodput: number;  // bit/s
    delivered: number;
    segments: number;
    dataSegments: number;
    retransmitted: number;
    timeouts: number;
    windowClosed: number;  // seconds
    srttLeast: number;     // seconds, NaN without a sample
    srttMost: number;
    begin: number;
    end: number;
}

const carried = ["una", "max", "wnd", "cwnd", "ssthresh", "flight", "srtt", "rto", "rcv_nxt", "rcv_wnd"] as const;
type Variable = (typeof carried)[number];

export class Connection {
    readonly facts: Facts;
    readonly records: number[];
    readonly t: Float64Array;
    readonly variables: Record<Variable, Float64Array>;
    readonly states: Span[] = [];
    readonly phases: Span[] = [];
    readonly moves: Move[] = [];
    readonly timers: Timer[] = [];
    readonly segments: Segments;
    readonly outbound: boolean;  // the flow that is drawn: ours, or the peer's
    readonly retransmissions: { t: number[]; seq: number[]; len: number[] } = { t: [], seq: [], len: [] };
    readonly sacking: number[] = [];  // segments of the other direction with SACK blocks
    readonly samples: { t: number[]; us: number[] } = { t: [], us: [] };
    readonly figures: Figures;
    peer?: Connection;
    begin: number;
    end: number;

    constructor(readonly trace: Trace, readonly number: number) {
        this.records = trace.recordsOf(number);
        this.facts = trace.newestFacts(number) ?? {
            from: 0, connection: number, local: "", remote: "", active: false, iss: 0, irs: 0, mss: 0, peerMss: 0,
            shift: -1, peerShift: -1, timestamps: false, sack: false, ended: 0,
        };
        this.t = Float64Array.from(this.records, (i) => trace.seconds(i));
        this.begin = this.t[0] ?? 0;
        this.end = this.t.at(-1) ?? 0;
        this.variables = this.carry();
        this.findSpans();
        this.findTimers();
        this.segments = this.findSegments();
        this.outbound = this.sumOfText(Kind.out) >= this.sumOfText(Kind.in);
        this.listMarks();
        this.figures = this.count();
    }

    get side(): 0 | 1 {
        return this.facts.active ? 0 : 1;
    }

    // What is left of a connection in TIME-WAIT has no variables: the last known hold.
    private carry(): Record<Variable, Float64Array> {
        const n = this.records.length;
        const columns = this.trace.columns;
        const all = Object.fromEntries(carried.map((name) => [name, new Float64Array(n)])) as Record<Variable, Float64Array>;
        for (let k = 0; k < n; ++k) {
            const i = this.records[k];
            const isBare = columns.rto[i] === 0 && columns.cwnd[i] === 0 && columns.rcv_nxt[i] <= 1;
            for (const name of carried) all[name][k] = isBare && k > 0 ? all[name][k - 1] : columns[name][i];
            if (isBare) continue;
            all.max[k] += all.una[k];
        }
        return all;
    }

    private findSpans(): void {
        const { trace } = this;
        let phase = -1;
        this.records.forEach((i, k) => {
            const t = this.t[k];
            if (trace.get("kind", i) === Kind.state) {
                const [from, to] = [trace.words.states[trace.get("before", i)], trace.state(i)];
                this.states.at(-1) && (this.states.at(-1)!.to = t);
                this.states.push({ from: t, to: t, what: to, record: i });
                const event = trace.get("detail", i);
                this.moves.push({ t, from, to, event: trace.words.events[event], text: trace.words.eventTexts[event] });
            }
            const now = trace.get("phase", i);
            if (now !== phase) {
                const last = this.phases.at(-1);
                if (last && Number.isNaN(last.to)) last.to = t;
                if (now !== 0) this.phases.push({ from: t, to: NaN, what: trace.words.phases[now], record: i });
                phase = now;
            }
        });
        for (const span of [...this.states.slice(-1), ...this.phases.slice(-1)])
            if (Number.isNaN(span.to) || span === this.states.at(-1)) span.to = this.end;
    }

    private findTimers(): void {
        const { trace } = this;
        const timers = trace.words.timers.map((name): Timer => ({ name, armed: [], fired: [] }));
        let armed = 0;
        this.records.forEach((i, k) => {
            const now = trace.get("timers", i);
            for (let bit = 0; bit < timers.length; ++bit) {
                const was = (armed >> bit) & 1;
                const is = (now >> bit) & 1;
                if (!was && is) timers[bit].armed.push({ from: this.t[k], to: this.end, what: timers[bit].name, record: i });
                if (was && !is) timers[bit].armed.at(-1)!.to = this.t[k];
            }
            armed = now;
            if (trace.get("kind", i) === Kind.deadline) timers[trace.get("detail", i)].fired.push(this.t[k]);
        });
        const waits = this.states.findIndex((span) => span.what === "TIME-WAIT");
        if (waits >= 0) timers[trace.words.timers.indexOf("2msl")].armed.push(this.states[waits]);
        this.timers.push(...timers.filter((timer) => timer.armed.length + timer.fired.length > 0));
    }

    // Half a round trip, as known at record k.
    private half(k: number): number {
        return this.variables.srtt[k] / 2e6 || this.firstTrip() / 2;
    }
    private firstTripKnown?: number;
    private firstTrip(): number {
        if (this.firstTripKnown === undefined) {
            const first = this.variables.srtt.find((srtt) => srtt > 0);
            this.firstTripKnown = first ? first / 1e6 : Math.max(1e-4, (this.end - this.begin) / 100);
        }
        return this.firstTripKnown;
    }

    private findSegments(): Segments {
        const { trace } = this;
        const segments = new Segments(this.records.reduce((n, i) => n + (trace.isSegment(i) ? 1 : 0), 0));
        const latest = new Map<number, number>();  // by place: the last copy we sent
        this.records.forEach((i, k) => {
            const kind = trace.get("kind", i);
            if (kind === Kind.lost) {
                const copy = latest.get(trace.get("seq", i));
                if (copy !== undefined) segments.lost[copy] = 1;
            }
            if (kind !== Kind.out && kind !== Kind.in) return;
            const s = segments.count++;
            segments.record[s] = i;
            segments.outbound[s] = kind === Kind.out ? 1 : 0;
            segments.sent[s] = kind === Kind.out ? this.t[k] : this.t[k] - this.half(k);
            segments.received[s] = kind === Kind.out ? this.t[k] + this.half(k) : this.t[k];
            if (kind !== Kind.out || (trace.get("len", i) === 0 && !trace.flags(i, Flag.syn | Flag.fin))) return;
            // A copy that was repaired is taken for lost: only the other side's trace could tell.
            const copy = latest.get(trace.get("seq", i));
            const repairs = trace.cause(i) !== "zero-window probe" && trace.cause(i) !== "tail probe";
            if (copy !== undefined && trace.get("attempt", i) > 1 && repairs) segments.lost[copy] = 1;
            latest.set(trace.get("seq", i), s);
        });
        for (let s = 0; s < segments.count; ++s) if (segments.lost[s]) segments.received[s] = NaN;
        return segments;
    }

    private listMarks(): void {
        const { trace, segments } = this;
        for (let s = 0; s < segments.count; ++s) {
            const i = segments.record[s];
            if (trace.isRetransmission(i)) {
                this.retransmissions.t.push(segments.sent[s]);
                this.retransmissions.seq.push(trace.get("seq", i));
                this.retransmissions.len.push(trace.get("len", i));
            }
            if (Boolean(segments.outbound[s]) !== this.outbound && trace.get("sacks", i) > 0) this.sacking.push(s);
        }
        this.records.forEach((i, k) => {
            if (trace.get("kind", i) !== Kind.rtt) return;
            this.samples.t.push(this.t[k]);
            this.samples.us.push(Math.max(1, trace.get("value", i)));
        });
    }

    private sumOfText(kind: number): number {
        return this.records.reduce((n, i) => n + (this.trace.get("kind", i) === kind ? this.trace.get("len", i) : 0), 0);
    }

    // --- the flow that is drawn ------------------------------------------------------------------------------------

    get acked(): Float64Array {
        return this.outbound ? this.variables.una : this.variables.rcv_nxt;
    }
    get sent(): Float64Array {
        return this.outbound ? this.variables.max : this.variables.rcv_nxt;
    }
    private edgeKnown?: Float64Array;
    get edge(): Float64Array {
        const [base, window] = this.outbound ? [this.variables.una, this.variables.wnd] : [this.variables.rcv_nxt, this.variables.rcv_wnd];
        return (this.edgeKnown ??= base.map((value, k) => value + window[k]));
    }
    get window(): Float64Array {
        return this.outbound ? this.variables.wnd : this.variables.rcv_wnd;
    }
    // A variable for drawing, made when it is first asked for; NaN where it means nothing.
    private made = new Map<string, Steps>();
    steps(name: "acked" | "sent" | "edge" | "window" | Variable): Steps {
        let steps = this.made.get(name);
        if (!steps) {
            const v = name in this.variables ? this.variables[name as Variable] : this[name as "acked"];
            const { cwnd } = this.variables;
            const isKnown: (value: number, k: number) => boolean = name === "ssthresh" ? (value, k) => value < 2 ** 30 && cwnd[k] > 0
                : name === "window" || name === "flight" ? (_, k) => cwnd[k] > 0 : (value) => value > 0;
            steps = new Steps(this.t, v.map((value, k) => (isKnown(value, k) ? value : NaN)));
            this.made.set(name, steps);
        }
        return steps;
    }
    // Segments that passed our side between two instants: they lie in the order of the records.
    between(a: number, b: number): [first: number, last: number] {
        const below = (t: number, isIn: boolean): number => {
            let low = 0;
            for (let high = this.segments.count; low < high; ) {
                const middle = (low + high) >> 1;
                const at = this.at(middle);
                if (at < t || (isIn && at === t)) low = middle + 1;
                else high = middle;
            }
            return low;
        };
        return [below(a, false), below(b, true) - 1];
    }
    // Of the drawn flow: sent with text, SYN or FIN.
    carriesText(s: number): boolean {
        const i = this.segments.record[s];
        return Boolean(this.segments.outbound[s]) === this.outbound &&
            (this.trace.get("len", i) > 0 || this.trace.flags(i, Flag.syn | Flag.fin));
    }
    // When the segment passed our side.
    at(s: number): number {
        return this.segments.outbound[s] ? this.segments.sent[s] : this.segments.received[s];
    }

    private count(): Figures {
        const { trace, segments, variables } = this;
        const figures: Figures = {
            goodput: 0, delivered: 0, segments: segments.count, dataSegments: 0, retransmitted: 0, timeouts: 0, windowClosed: 0,
            srttLeast: NaN, srttMost: NaN, begin: this.begin, end: this.begin,
        };
        for (let s = 0; s < segments.count; ++s) {
            const i = segments.record[s];
            if (segments.outbound[s] && trace.get("len", i) > 0) figures.dataSegments++;
            if (trace.isRetransmission(i)) figures.retransmitted++;
        }
        const acked = this.acked;
        for (let k = 0; k < this.records.length; ++k) {
            const i = this.records[k];
            if (trace.get("kind", i) === Kind.deadline && trace.words.timers[trace.get("detail", i)] === "rexmt") figures.timeouts++;
            if (acked[k] > figures.delivered) {
                figures.delivered = acked[k];
                figures.end = this.t[k];
            }
            const srtt = variables.srtt[k] / 1e6;
            if (srtt > 0) {
                figures.srttLeast = Math.min(srtt, Number.isNaN(figures.srttLeast) ? srtt : figures.srttLeast);
                figures.srttMost = Math.max(srtt, Number.isNaN(figures.srttMost) ? srtt : figures.srttMost);
            }
            const next = this.t[k + 1] ?? this.end;
            if (acked[k] > 0 && this.window[k] === 0 && trace.get("after", i) >= 4 && trace.get("after", i) < 10) figures.windowClosed += next - this.t[k];
        }
        figures.delivered = Math.max(0, figures.delivered - 1);  // the SYN is no octet
        if (figures.end > this.begin) figures.goodput = (figures.delivered * 8) / (figures.end - this.begin);
        return figures;
    }
}
