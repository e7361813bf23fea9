// Connections as a table, records as a log.
import { stateColour } from "./canvas";
import { Connection } from "./connection";
import { levelOf, lineOf } from "./line";
import { Flag, Kind, Trace } from "./trace";
import { bytes, escape, plural, time } from "./words";

export interface Row {
    number: number;
    local: string;
    remote: string;
    states: string[];
    begin: number;
    end: number;
    sent: number;
    received: number;
    retransmitted: number;
    srtt: number;  // seconds
    cwnd: number[];
    ended: string;
}

// One pass over the records of one connection; cheap enough for hundreds.
export function rowOf(trace: Trace, number: number): Row {
    const facts = trace.newestFacts(number);
    const records = trace.recordsOf(number);
    const row: Row = {
        number, local: facts?.local ?? "", remote: facts?.remote ?? "", states: [], begin: trace.seconds(records[0]),
        end: trace.seconds(records.at(-1)!), sent: 0, received: 0, retransmitted: 0, srtt: 0, cwnd: [], ended: "",
    };
    const bins = 46;
    for (const i of records) {
        const kind = trace.get("kind", i);
        if (kind === Kind.out) {
            row.sent += trace.isRetransmission(i) ? 0 : trace.get("len", i);
            if (trace.isRetransmission(i)) row.retransmitted++;
        } else if (kind === Kind.in) row.received += trace.get("len", i);
        else if (kind === Kind.state) {
            if (row.states.length === 0) row.states.push(trace.words.states[trace.get("before", i)]);
            row.states.push(trace.state(i));
            if (trace.state(i) === "CLOSED") row.ended = trace.words.eventTexts[trace.get("detail", i)];
        }
        if (trace.get("srtt", i)) row.srtt = trace.get("srtt", i) / 1e6;
        const bin = Math.min(bins - 1, Math.floor(((trace.seconds(i) - row.begin) / (row.end - row.begin || 1)) * bins));
        if (trace.get("cwnd", i)) row.cwnd[bin] = trace.get("cwnd", i);
    }
    if (facts && !row.remote) row.remote = "*:*";
    return row;
}

export function spark(values: number[], width = 92, height = 26): string {
    const shown = values.map((value, n) => [n, value] as const).filter(([, value]) => value > 0);
    if (shown.length < 2) return "";
    const most = Math.max(...shown.map(([, value]) => value));
    const points = shown.map(([n, value]) => `${((n / (values.length - 1)) * width).toFixed(1)} ${(height - 1 - (value / most) * (height - 4)).toFixed(1)}`);
    return `<svg width="${width}" height="${height}"><path d="M${points.join("L")}" fill="none" stroke="var(--cwnd)" stroke-width="1.5"/></svg>`;
}

export const pill = (state: string): string => `<span class="pill" style="background:var(--${stateColour(state)})">${state}</span>`;

export function rowHtml(row: Row, isSelected: boolean): string {
    const state = row.states.at(-1) ?? "CLOSED";
    const listens = row.remote === "*:*";
    const path = row.states.slice(-9).map((name) => `<i title="${name}" style="background:var(--${stateColour(name)})"></i>`).join("");
    const cell = (words: string, isNumber = false, extra = ""): string => `<td${isNumber ? ' class="num"' : ""}${extra}>${words}</td>`;
    return `<tr data-connection="${row.number}" tabindex="0"${isSelected ? ' class="selected"' : ""}>` + cell(`${row.number}`) + cell(escape(row.local)) +
        cell(escape(row.remote)) + cell(pill(state)) + cell(`<span class="path">${path}</span>`) + cell(`${(row.end - row.begin).toFixed(3)} s`, true) +
        cell(listens ? "" : bytes(row.sent), true) + cell(listens ? "" : bytes(row.received), true) +
        cell(listens ? "" : `${row.retransmitted}`, true, row.retransmitted ? ' style="color:var(--bad)"' : "") +
        cell(row.srtt ? time(row.srtt) : "", true) + cell(spark(row.cwnd)) + cell(escape(row.ended), false, ' class="words"') + "</tr>";
}

// --- log -----------------------------------------------------------------------------------------------------------

function lineHtml(trace: Trace, i: number): string {
    const line = lineOf(trace, i);
    return `<div data-record="${i}"><span class="T">${line.time}</span> <span class="${line.tag}">${line.tag.padEnd(5)}</span> ${escape(line.body)}` +
        (line.why ? `<span class="why">  ; ${escape(line.why)}</span>` : "") + (line.rule ? `  <span class="ref">[${line.rule}]</span>` : "") + "</div>";
}

function isTold(trace: Trace, i: number): boolean {
    return levelOf(trace, i) === 1 || trace.isRetransmission(i) || trace.cause(i) === "zero-window probe" ||
        (trace.isSegment(i) && (trace.flags(i, Flag.syn | Flag.fin) || trace.get("win", i) === 0));
}

// What a reader wants first, the rest as folds that open.
export class Log {
    private trace?: Trace;
    private readonly most = 400;
    constructor(private root: HTMLElement) {
        root.addEventListener("click", (event) => {
            const fold = (event.target as HTMLElement).closest<HTMLElement>(".fold");
            if (!fold || !this.trace) return;
            const records = fold.dataset.records!.split(",").map(Number);
            const [first, count, number] = records;
            const inner = this.trace.recordsOf(number).slice(first, first + Math.min(count, this.most));
            const rest = count - inner.length;
            fold.outerHTML = inner.map((i) => lineHtml(this.trace!, i)).join("") + (rest > 0 ? this.fold(first + inner.length, rest, number) : "");
        });
    }
    private fold(first: number, count: number, number: number): string {
        return `<div class="fold" data-records="${first},${count},${number}">${count} more SEND / RECV</div>`;
    }
    show(c: Connection): string {
        this.trace = c.trace;
        const out: string[] = [];
        let hidden = 0, shown = 0;
        c.records.forEach((i, k) => {
            if (!isTold(c.trace, i) || shown >= this.most) {
                ++hidden;
                return;
            }
            if (hidden > 0) out.push(this.fold(k - hidden, hidden, c.number));
            hidden = 0;
            ++shown;
            out.push(lineHtml(c.trace, i));
        });
        if (hidden > 0) out.push(this.fold(c.records.length - hidden, hidden, c.number));
        this.root.innerHTML = out.join("");
        return `${plural(c.records.length, "line")} of connection #${c.number}`;
    }
}
