// The lines of the text log, word for word as stack/trace/text.cc writes them.
import { Facts, Flag, Kind, Trace } from "./trace";

const unlimited = 2 ** 30;
const order: [number, string][] = [[2, "S"], [1, "F"], [4, "R"], [8, "P"], [32, "U"], [64, "E"], [128, "W"], [16, "A"]];
const letters = (flags: number): string => order.filter(([bit]) => flags & bit).map(([, letter]) => letter).join("");

export function durationWords(us: number): string {
    const trimmed = (value: number, scale: number, unit: string): string =>
        `${Math.floor(value / scale)}.${String(Math.floor(((value % scale) * 1000) / scale)).padStart(3, "0")}`.replace(/\.?0+$/, "") + ` ${unit}`;
    if (us < 1000) return `${us} us`;
    if (us < 1e6) return trimmed(Math.floor((us + 50) / 100) * 100, 1000, "ms");
    return trimmed(us, 1e6, "s");
}

export function tagOf(trace: Trace, i: number): string {
    const kind = trace.get("kind", i);
    if (kind === Kind.out) return trace.isRetransmission(i) ? "RXMT" : "SEND";
    return ["STATE", "", "RECV", "LOST", "OOO", "DROP", "CONG", "RTT", "TIMER", "CALL", "NOTE"][kind];
}

function place(trace: Trace, i: number): string {
    const [seq, len] = [trace.get("seq", i), trace.get("len", i)];
    return `${letters(trace.get("flags", i)).padEnd(2)} ${(len === 0 ? `${seq}` : `${seq}:${seq + len}`).padEnd(15)} `;
}

function options(trace: Trace, i: number, facts?: Facts): string {
    if (!facts || !trace.flags(i, Flag.syn)) return "";
    const ours = trace.get("kind", i) === Kind.out;
    const [mss, shift] = ours ? [facts.mss, facts.shift] : [facts.peerMss, facts.peerShift];
    return (mss ? ` mss ${mss}` : "") + (facts.sack ? " sackok" : "") + (facts.timestamps ? " ts" : "") + (shift >= 0 ? ` ws ${shift}` : "");
}

function segment(trace: Trace, i: number, facts?: Facts): string {
    let out = place(trace, i);
    if (trace.flags(i, Flag.ack)) out += `ack ${trace.get("ack", i)} `;
    out += `win ${trace.get("win", i)} len ${trace.get("len", i)}`;
    const sacks = trace.sacks(i);
    if (sacks.length) out += ` sack ${sacks.map((range) => range.join(":")).join(",")}`;
    return out + options(trace, i, facts);
}

// The ends of a packet that belonged to no connection.
function packet(trace: Trace, i: number): string {
    const [from, to, ports] = [trace.get("old_cwnd", i), trace.get("destination", i), trace.get("ports", i)];
    const end = (address: number, port: number): string => [24, 16, 8, 0].map((bits) => (address / 2 ** bits) & 255).join(".") + (ports ? `:${port}` : "");
    return from || to ? ` ${end(from, ports >>> 16)} > ${end(to, ports & 65535)}` : "";
}

function body(trace: Trace, i: number, facts?: Facts): string {
    const { words } = trace;
    const get = (name: string): number => trace.get(name, i);
    switch (get("kind")) {
        case Kind.state: return `${words.states[get("before")]} -> ${words.states[get("after")]}`;
        case Kind.out:
        case Kind.in: return segment(trace, i, facts);
        case Kind.lost:
        case Kind.held: return `${place(trace, i)}len ${get("len")}`;
        case Kind.dropped:
            return `${get("connection") !== 0 || get("flags") !== 0 ? place(trace, i) : `${words.reasons[get("reason")]} `}len ${get("len")}${packet(trace, i)}`;
        case Kind.congestion:
            return `${words.phases[get("detail")]} -> ${words.phases[get("phase")]}  cwnd ${get("old_cwnd")}>${get("cwnd")} ssthresh ` +
                `${get("ssthresh") >= unlimited ? "-" : get("ssthresh")} flight ${get("flight")}`;
        case Kind.rtt:
            return `sample ${durationWords(get("value"))}  srtt ${durationWords(get("srtt"))} var ${durationWords(get("rttvar"))} rto ${durationWords(get("rto"))}`;
        case Kind.deadline: return `${words.timers[get("detail")]} fired`;
        case Kind.call: {
            const call = words.calls[get("detail")];
            let out = call;
            if (call === "read" || call === "write") out += ` ${get("value")}`;
            if (facts && call === "connect") out += ` ${facts.remote} from ${facts.local}`;
            if (facts && call === "listen") out += ` ${facts.local}`;
            if (facts && call === "accept") out += ` ${facts.remote} on ${facts.local}`;
            return out;
        }
        default:
            return words.rules[get("rule")] === "RFC9293 3.8.5" ? `urgent data before ${get("seq")}` : words.reasons[get("reason")];
    }
}

function whyState(trace: Trace, i: number, facts?: Facts): string {
    const event = trace.words.events[trace.get("detail", i)];
    const [value, reason] = [trace.get("value", i), trace.get("reason", i)];
    let why = trace.words.eventTexts[trace.get("detail", i)];
    if (facts && ["active_open", "syn_admitted", "cookie_valid"].includes(event)) why += `, iss ${facts.iss}`;
    if (facts && ["syn_admitted", "syn_acked", "syn_arrives"].includes(event)) why += `, irs ${facts.irs}`;
    if ((event === "syn_acked" || event === "ack_of_syn") && value) why += `, rtt ${durationWords(value)}`;
    if (event === "close_call" && value) why += `, ${value} bytes queued`;
    if (trace.state(i) === "TIME-WAIT" && value) why += `, 2 MSL = ${durationWords(value)}`;
    if (event === "user_timeout" && reason) why += `: ${trace.words.reasonTexts[reason]}`;
    return why;
}

function whyDropped(trace: Trace, i: number): string {
    const get = (name: string): number => trace.get(name, i);
    const why = trace.words.reasonTexts[get("reason")];
    switch (trace.words.reasons[get("reason")]) {
        case "tcp_reset_inexact": return `${why} ${get("rcv_nxt")}, challenge ACK owed`;
        case "tcp_unacceptable":
        case "tcp_reset_outside": return `${why} ${get("rcv_nxt")}:${get("rcv_nxt") + get("rcv_wnd")}`;
        case "tcp_ack_above":
        case "tcp_ack_below": return `${why}: ack ${get("ack")}, we sent ${get("una")}:${get("una") + get("max")}`;
        default: return why;
    }
}

function whyCongestion(trace: Trace, i: number): string {
    const get = (name: string): number => trace.get(name, i);
    const cause = trace.cause(i);
    const old = trace.words.phases[get("detail")];
    const now = trace.words.phases[get("phase")];
    if (cause === "fast retransmit" && get("attempt")) return `${get("attempt")} dup ACKs, hole at ${get("una")}`;
    if (cause === "fast retransmit" || cause === "sack hole") return `${cause}, hole at ${get("una")}`;
    if (cause === "timeout") return `no ACK for ${durationWords(get("rto"))}`;
    if (cause) return cause;
    if (old === "none") return "connection opened";
    if (old === "recovery" && now !== "timeout") return `all repaired, acked ${get("una")}`;
    return now === "avoidance" ? "cwnd reached ssthresh" : "";
}

function whyFired(trace: Trace, i: number): string {
    const [value, attempt] = [trace.get("value", i), trace.get("attempt", i)];
    if (!value) return "";
    const timer = trace.words.timers[trace.get("detail", i)];
    if (timer === "rexmt") return `rto now ${durationWords(value)}${attempt > 0 && attempt < 32 ? `, backoff x${2 ** attempt}` : ""}`;
    return `${["persist", "keepalive", "handshake"].includes(timer) ? "next in" : "after"} ${durationWords(value)}`;
}

function why(trace: Trace, i: number, facts?: Facts): string {
    const get = (name: string): number => trace.get(name, i);
    switch (get("kind")) {
        case Kind.state: return whyState(trace, i, facts);
        case Kind.out: {
            let out = trace.cause(i);
            if (trace.isRetransmission(i)) out += `, try ${get("attempt")}`;
            if (out === "zero-window probe" && get("value")) out += `, next in ${durationWords(get("value"))}`;
            return out;
        }
        case Kind.in: {
            const closes = get("win") === 0 && trace.flags(i, Flag.ack) && !trace.flags(i, Flag.rst | Flag.syn);
            return !closes ? "" : get("value") ? `window closed, ${get("value")} bytes wait` : "window closed";
        }
        case Kind.dropped: return whyDropped(trace, i);
        case Kind.congestion: return whyCongestion(trace, i);
        case Kind.deadline: return whyFired(trace, i);
        case Kind.held: return `hole at ${get("rcv_nxt")}`;
        case Kind.lost: return trace.cause(i);
        case Kind.call: return get("value") && ["close", "shutdown write"].includes(trace.words.calls[get("detail")]) ? `${get("value")} bytes queued` : "";
        case Kind.note: return trace.words.reasonTexts[get("reason")];
        default: return "";
    }
}

export interface Line {
    time: string;
    tag: string;
    body: string;
    why: string;
    rule: string;
}

export function lineOf(trace: Trace, i: number): Line {
    const facts = trace.factsAt(i);
    const kind = trace.get("kind", i);
    const us = Math.floor(trace.columns.time[i] / 1000);
    const rule = trace.words.rules[trace.get("rule", i)] ||
        (kind === Kind.dropped || kind === Kind.note ? trace.words.clauses[trace.get("reason", i)] : "");
    return {
        time: `${String(Math.floor(us / 1e6)).padStart(5)}.${String(us % 1e6).padStart(6, "0")} #${trace.get("connection", i)}`,
        tag: tagOf(trace, i), body: body(trace, i, facts), why: why(trace, i, facts), rule,
    };
}

export const wholeLine = (line: Line): string =>
    `${line.time} ${line.tag.padEnd(5)} ${line.body}${line.why ? `  ; ${line.why}` : ""}${line.rule ? `  [${line.rule}]` : ""}`;

// 1: what an application notices; 2: every segment; 3: everything.
export function levelOf(trace: Trace, i: number): number {
    const kind = trace.get("kind", i);
    switch (kind) {
        case Kind.out:
        case Kind.in: return trace.flags(i, Flag.rst) ? 1 : 2;
        case Kind.lost: return 2;
        case Kind.held:
        case Kind.rtt: return 3;
        case Kind.call: return ["read", "write"].includes(trace.words.calls[trace.get("detail", i)]) ? 3 : 1;
        case Kind.deadline: return ["delack", "sws", "pacing"].includes(trace.words.timers[trace.get("detail", i)]) ? 3 : 1;
        default: return 1;
    }
}
