// The ladder: client left, server right, time downwards with long gaps compressed; arrows slanted by real time; plain runs
// folded where no shown arrow is in flight.
import { colour, Colour, mono, phaseName, roundRect, stateColour, surface, Surface, text, ui } from "./canvas";
import { Connection, Span } from "./connection";
import { Flag } from "./trace";
import { bytes, plural } from "./words";

interface Arrow {
    s: number;
    side: 0 | 1;  // that sends
    sent: number;
    received: number;  // NaN: lost
    y0: number;
    y1: number;
}
interface Note {
    t: number;
    side: 0 | 1;
    words: string;
    style: Colour;
    strong: boolean;
    y: number;
    span?: Span;
}
interface Fold {
    y: number;
    segments: number[];
}

const most = 110;  // arrows; what is beyond is folded

function isSpecial(c: Connection, s: number): string {
    const { trace, segments } = c;
    const i = segments.record[s];
    if (trace.flags(i, Flag.syn | Flag.fin | Flag.rst)) return "flag";
    if (segments.lost[s]) return "lost";
    if (trace.isRetransmission(i)) return "again";
    if (trace.get("win", i) === 0) return "zero";
    if (trace.get("sacks", i) > 0) return "sack";
    const cause = segments.outbound[s] ? trace.cause(i) : "";
    if (["zero-window probe", "keep-alive", "tail probe", "challenge ack", "window update", "ack of fin"].includes(cause)) return cause;
    return "";
}

// Which segments get an arrow: all when there are few; else the special ones, a few of each kind per phase.
function chosen(c: Connection): number[] {
    const { segments } = c;
    const everything = Array.from({ length: segments.count }, (_, s) => s);
    if (segments.count <= 40) return everything;
    const kept: number[] = [];
    const limits: Record<string, number> = { flag: 99, lost: 3, again: 3, zero: 2, sack: 3, "zero-window probe": 3 };
    let plain = 0, phase = -1;
    const seen = new Map<string, number>();
    for (const s of everything) {
        for (; phase + 1 < c.phases.length && c.phases[phase + 1].from <= c.at(s); ++phase) seen.clear();
        const what = isSpecial(c, s) || (plain < 3 || !seen.has("plain") ? "plain" : "");
        if (!what) continue;
        if (what === "plain" && ++plain > 6 && seen.has("plain")) continue;
        const count = (seen.get(what) ?? 0) + 1;
        seen.set(what, count);
        if (count <= (limits[what] ?? 2)) kept.push(s);
    }
    if (kept.length <= most) return kept;
    const strong = kept.filter((s) => ["flag", "lost", "again", "zero", "zero-window probe"].includes(isSpecial(c, s)));
    return strong.length <= most ? strong : [...strong.slice(0, most / 2), ...strong.slice(-most / 2)];
}

function notesOf(c: Connection, side: 0 | 1): Note[] {
    const { trace } = c;
    const notes: Note[] = c.states.map((span) => ({ t: span.from, side, words: span.what, style: "ink", strong: true, y: 0, span }));
    let shown = "";
    for (const span of c.phases) {
        const words = phaseName(span.what).replace("congestion", "cong.");
        if (words !== shown) notes.push({ t: span.from, side, words, style: span.what === "timeout" ? "bad" : span.what === "persist" ? "edge" : "sacked", strong: false, y: 0 });
        shown = words;
    }
    for (const timer of c.timers) {
        if (timer.name === "delack" || timer.name === "pacing" || timer.name === "sws") continue;
        for (const t of timer.fired) notes.push({ t, side, words: `${timer.name} fired`, style: "edge", strong: false, y: 0 });
    }
    const isBare = (span: Span): boolean => trace.get("rto", span.record) === 0;
    return notes.length > 60 ? notes.filter((note) => note.strong || (note.span && !isBare(note.span)) || note.style === "bad") : notes;
}

function words(c: Connection, arrow: Arrow): string {
    const { trace, segments } = c;
    const i = segments.record[arrow.s];
    const [seq, len] = [trace.get("seq", i), trace.get("len", i)];
    const flags = trace.get("flags", i);
    let out = flags & Flag.syn ? (flags & Flag.ack ? "SYN, ACK" : "SYN") : flags & Flag.rst ? "RST" : flags & Flag.fin ? `FIN, ACK ${seq + len}` : "";
    if (!out) out = len > 0 ? `${seq}:${seq + len}` : `ack ${trace.get("ack", i)}`;
    const cause = segments.outbound[arrow.s] ? trace.cause(i) : "";
    if (trace.isRetransmission(i)) out += cause === "timeout" ? "  timeout" : "  retransmit";
    else if (cause === "zero-window probe" || cause === "keep-alive" || cause === "tail probe") out += "  probe";
    else if (cause === "ack of fin") out += "  of FIN";
    const sack = trace.sacks(i)[0];
    if (sack) out += `  sack ${sack.join(":")}`;
    if (trace.get("win", i) === 0 && !(flags & Flag.rst)) out += "  win 0";
    else if (cause === "window update") out += `  win ${trace.get("win", i)}`;
    if (Number.isNaN(arrow.received)) out += ", lost";
    return out;
}

function style(c: Connection, s: number): Colour {
    const what = isSpecial(c, s);
    const i = c.segments.record[s];
    if (what === "lost" || what === "again" || c.trace.flags(i, Flag.rst)) return "bad";
    if (what === "sack") return "sacked";
    if (what === "zero" || what === "zero-window probe" || what === "keep-alive" || what === "tail probe" || what === "window update") return "edge";
    if (what === "flag") return "acked";
    return c.trace.get("len", i) > 0 ? "segment" : "ink2";
}

interface Layout {
    arrows: Arrow[];
    notes: Note[];
    folds: Fold[];
    times: [number, number][];
    height: number;
}

// Points in the order of time get places; a fold stands where segments were left out and nothing shown is under way.
function layOut(c: Connection): Layout {
    const kept = chosen(c);
    const isKept = new Set(kept);
    const { segments } = c;
    const arrows = kept.map((s): Arrow => ({ s, side: (segments.outbound[s] ? c.side : 1 - c.side) as 0 | 1, sent: segments.sent[s], received: segments.received[s], y0: 0, y1: 0 }));
    const notes = [...notesOf(c, c.side), ...(c.peer ? notesOf(c.peer, c.peer.side) : [])];
    type Point = { t: number; order: number; what: "sent" | "received" | "note"; arrow?: Arrow; note?: Note };
    const points: Point[] = notes.map((note) => ({ t: note.t, order: 0.5, what: "note", note }));
    for (const arrow of arrows) {
        points.push({ t: arrow.sent, order: 1, what: "sent", arrow });
        if (!Number.isNaN(arrow.received)) points.push({ t: arrow.received, order: 0, what: "received", arrow });
    }
    points.sort((a, b) => a.t - b.t || a.order - b.order);
    const hidden = Array.from({ length: segments.count }, (_, s) => s).filter((s) => !isKept.has(s)).sort((a, b) => segments.sent[a] - segments.sent[b]);
    const folds: Fold[] = [];
    const times: [number, number][] = [];
    let next = 0, waiting: number[] = [], y = 44, flying = 0;
    let last: Point | undefined;
    for (const point of points) {
        while (next < hidden.length && segments.sent[hidden[next]] < point.t - 1e-9) waiting.push(hidden[next++]);
        if (last) {
            const dt = point.t - last.t;
            if (flying <= 0 && waiting.length > 0) {
                folds.push({ y: y + 13, segments: waiting });
                waiting = [];
                y += 42;
            } else if (dt < 1e-7) {
                if (point.what === "sent" && last.what === "sent") y += 15;
            } else y += Math.max(point.what === "note" ? 12 : 16, Math.min(26, 16 + (dt / (c.figures.srttLeast || 0.05)) * 10));
        }
        if (point.what === "sent") {
            point.arrow!.y0 = y;
            if (Number.isNaN(point.arrow!.received)) {
                point.arrow!.y1 = y + 13;
                y += 13;
            } else ++flying;
        } else if (point.what === "received") {
            point.arrow!.y1 = y;
            --flying;
        } else point.note!.y = y;
        times.push([point.t, point.what === "sent" ? point.arrow!.y0 : y]);
        last = point;
    }
    while (next < hidden.length) waiting.push(hidden[next++]);
    if (waiting.length > 0) {
        folds.push({ y: y + 13, segments: waiting });
        y += 42;
    }
    return { arrows, notes, folds, times, height: y + 28 };
}

export class Ladder {
    onHover: (record: number | undefined, x: number, y: number) => void = () => {};
    private layout?: Layout;
    private connection?: Connection;

    constructor(private canvas: HTMLCanvasElement) {
        canvas.addEventListener("pointermove", (event) => {
            const rect = canvas.getBoundingClientRect();
            const s = this.at(event.clientX - rect.left, event.clientY - rect.top);
            this.onHover(s === undefined ? undefined : this.connection!.segments.record[s], event.clientX, event.clientY);
        });
        canvas.addEventListener("pointerleave", () => this.onHover(undefined, 0, 0));
    }

    show(connection: Connection): void {
        this.connection = connection;
        this.layout = layOut(connection);
    }
    private get sides(): [number, number] {
        return [150, this.canvas.clientWidth - 140];
    }
    private at(x: number, y: number): number | undefined {
        let best: number | undefined, nearest = 9;
        for (const arrow of this.layout?.arrows ?? []) {
            const [a, b] = arrow.side ? [this.sides[1], this.sides[0]] : this.sides;
            const share = (x - a) / (b - a);
            if (share < 0 || share > 1) continue;
            const distance = Math.abs(arrow.y0 + (arrow.y1 - arrow.y0) * share - y);
            if (distance < nearest) [best, nearest] = [arrow.s, distance];
        }
        return best;
    }

    draw(): void {
        const { layout, connection: c } = this;
        if (!layout || !c) return;
        const s = surface(this.canvas, layout.height);
        this.drawSides(s, c, layout);
        for (const fold of layout.folds) this.drawFold(s, c, fold);
        for (const arrow of layout.arrows) this.drawArrow(s, c, arrow);
        this.drawNotes(s, layout);
        let lastY = -99;
        for (const [t, y] of [...layout.times].sort((a, b) => a[1] - b[1])) {
            if (y - lastY < 22) continue;
            lastY = y;
            text(s.g, t.toFixed(3), 10, y, mono(10), colour.ink3);
        }
    }
    private drawSides({ g, h }: Surface, c: Connection, layout: Layout): void {
        (["client", "server"] as const).forEach((name, n) => {
            const x = this.sides[n];
            const known = c.side === n ? c : c.peer;
            const inner = layout.notes.filter((note) => note.side === n && note.span);
            inner.forEach((note, k) => {
                const end = inner[k + 1]?.y ?? h - 8;
                g.fillStyle = colour[stateColour(note.words)];
                roundRect(g, n ? x + 3 : x - 13, note.y + 1, 10, Math.max(4, end - note.y - 2), 4);
                g.fill();
            });
            g.strokeStyle = colour[name];
            g.lineWidth = 1.5;
            g.globalAlpha = 0.85;
            if (!known) g.setLineDash([5, 4]);
            g.beginPath();
            g.moveTo(x, 30);
            g.lineTo(x, h - 8);
            g.stroke();
            g.setLineDash([]);
            g.globalAlpha = 1;
            text(g, known ? name : `${name} (inferred)`, x, 16, ui(11.5, 600), colour[name], "center");
        });
    }
    private drawFold({ g }: Surface, c: Connection, fold: Fold): void {
        const [left, right] = this.sides;
        const { trace, segments } = c;
        const data = fold.segments.filter((s) => trace.get("len", segments.record[s]) > 0);
        const size = data.reduce((sum, s) => sum + trace.get("len", segments.record[s]), 0);
        const acks = fold.segments.length - data.length;
        const again = data.filter((s) => trace.isRetransmission(segments.record[s])).length;
        const lost = fold.segments.filter((s) => segments.lost[s]).length;
        const parts = [data.length && `${plural(data.length, "segment")}, ${bytes(size)}`, acks && plural(acks, "ack"), again && `${again} retransmitted`, lost && `${lost} lost`];
        g.fillStyle = colour.panel2;
        roundRect(g, left + 8, fold.y - 3, right - left - 16, 20, 6);
        g.fill();
        g.strokeStyle = colour.line;
        g.lineWidth = 1;
        g.setLineDash([3, 3]);
        g.stroke();
        g.setLineDash([]);
        text(g, parts.filter(Boolean).join(" · "), (left + right) / 2, fold.y + 7.5, ui(11), colour.ink2, "center");
        for (const x of [left, right]) {
            g.fillStyle = colour.panel;
            g.fillRect(x - 2, fold.y + 1, 4, 13);
            g.fillStyle = colour.ink3;
            for (let k = 0; k < 3; ++k) {
                g.beginPath();
                g.arc(x, fold.y + 3.5 + k * 4, 1.1, 0, 7);
                g.fill();
            }
        }
    }
    private drawArrow({ g }: Surface, c: Connection, arrow: Arrow): void {
        const [a, b] = arrow.side ? [this.sides[1], this.sides[0]] : this.sides;
        const isLost = Number.isNaN(arrow.received);
        const end = isLost ? a + (b - a) * 0.62 : b;
        const name = style(c, arrow.s);
        const what = isSpecial(c, arrow.s);
        const isStrong = what === "flag" || what === "again";
        const angle = Math.atan2(arrow.y1 - arrow.y0, end - a);
        g.strokeStyle = g.fillStyle = colour[name];
        g.lineWidth = isStrong ? 1.8 : 1.25;
        g.beginPath();
        g.moveTo(a, arrow.y0);
        g.lineTo(end, arrow.y1);
        g.stroke();
        g.beginPath();
        if (isLost) {
            const d = 4.5;
            g.lineWidth = 2;
            g.moveTo(end - d, arrow.y1 - d);
            g.lineTo(end + d, arrow.y1 + d);
            g.moveTo(end + d, arrow.y1 - d);
            g.lineTo(end - d, arrow.y1 + d);
            g.stroke();
        } else {
            g.moveTo(end, arrow.y1);
            for (const turn of [-0.35, 0.35]) g.lineTo(end - 8 * Math.cos(angle + turn), arrow.y1 - 8 * Math.sin(angle + turn));
            g.fill();
        }
        const label = words(c, arrow);
        const font = what === "flag" ? ui(11, 600) : mono(11, isStrong ? 600 : 400);
        g.save();
        g.font = font;
        const width = g.measureText(label).width;
        let middle = a + (end - a) * 0.5;
        if (isLost && width > Math.abs(end - a) - 16) middle = a + (arrow.side ? -1 : 1) * (width / 2 + 9);
        g.translate(middle, arrow.y0 + (arrow.y1 - arrow.y0) * ((middle - a) / (end - a)) - 7);
        g.rotate(arrow.side ? angle - Math.sign(angle || 1) * Math.PI : angle);
        g.fillStyle = colour.panel;
        g.globalAlpha = 0.86;
        g.fillRect(-width / 2 - 3, -6, width + 6, 12);
        g.globalAlpha = 1;
        text(g, label, 0, 0.5, font, colour[name], "center");
        g.restore();
    }
    private drawNotes({ g }: Surface, layout: Layout): void {
        const used: number[][] = [[], []];
        for (const note of [...layout.notes].sort((a, b) => a.y - b.y || Number(b.strong) - Number(a.strong))) {
            let y = note.y + 5;
            while (used[note.side].some((other) => Math.abs(other - y) < 13)) y += 2;
            used[note.side].push(y);
            const x = note.side ? this.sides[1] + 20 : this.sides[0] - 20;
            text(g, note.words, x, y, ui(11, note.strong ? 650 : 400), colour[note.style], note.side ? "left" : "right");
        }
    }
}

// A card's ladder: no words but SYN, FIN and RST.
export function smallLadder({ g, w, h }: Surface, c: Connection, from: number, to: number): void {
    const [left, right] = [w * 0.2, w * 0.8];
    const Y = (t: number): number => 10 + ((t - from) / (to - from)) * (h - 20);
    ([[left, "client"], [right, "server"]] as const).forEach(([x, name]) => {
        g.strokeStyle = colour[name];
        g.lineWidth = 2;
        g.beginPath();
        g.moveTo(x, 2);
        g.lineTo(x, h - 2);
        g.stroke();
    });
    const { segments, trace } = c;
    let plain = 0;
    for (let s = 0; s < segments.count; ++s) {
        const i = segments.record[s];
        const flags = trace.get("flags", i) & (Flag.syn | Flag.fin | Flag.rst);
        if (segments.sent[s] < from - 1e-6 || segments.sent[s] > to || (!flags && ++plain > 7)) continue;
        const side = segments.outbound[s] ? c.side : 1 - c.side;
        const [a, b] = side ? [right, left] : [left, right];
        const isLost = Number.isNaN(segments.received[s]);
        const [x1, y0, y1] = [isLost ? (a + b) / 2 : b, Y(segments.sent[s]), isLost ? Y(segments.sent[s]) + 8 : Y(segments.received[s])];
        g.strokeStyle = colour[isLost || flags & Flag.rst ? "bad" : flags ? "acked" : trace.get("len", i) ? "segment" : "ink3"];
        g.globalAlpha = flags ? 1 : 0.6;
        g.lineWidth = flags ? 1.7 : 1;
        g.beginPath();
        g.moveTo(a, y0);
        g.lineTo(x1, y1);
        g.stroke();
        g.globalAlpha = 1;
        if (!flags) continue;
        const words = flags & Flag.rst ? "RST" : flags & Flag.fin ? "FIN" : trace.flags(i, Flag.ack) ? "SYN, ACK" : "SYN";
        g.save();
        g.translate((a + x1) / 2, (y0 + y1) / 2 - 6);
        g.rotate(Math.atan2(y1 - y0, x1 - a) - (side ? Math.PI * Math.sign(Math.atan2(y1 - y0, x1 - a) || 1) : 0));
        text(g, words, 0, 0, ui(10, 600), colour.ink, "center");
        g.restore();
    }
}
