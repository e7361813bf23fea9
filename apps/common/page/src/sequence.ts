// The time-sequence picture, in tcptrace's language: a stroke for each segment from its first to its last octet, stairs for
// what is acknowledged and for the right edge of the window. Drawn large in the lanes and small in the cards.
import { colour, lastAtMost, Scale, stepArea, stepPath, Surface, text, ui } from "./canvas";
import { Connection } from "./connection";

export interface Sequence {
    Y: Scale;
    least: number;
    most: number;
}
export interface Box {
    left: number;
    right: number;
    top: number;
    bottom: number;
}

function bounds(c: Connection, a: number, b: number, small: boolean): [number, number] {
    const from = Math.max(0, lastAtMost(c.t, a));
    const to = Math.max(0, lastAtMost(c.t, b));
    let least = c.acked[from] ?? 0;
    let most = 1;
    for (let k = from; k <= to; ++k) {
        if (c.sent[k] > most) most = c.sent[k];
        if (c.acked[k] < least) least = c.acked[k];
    }
    const pad = (most - least) * 0.07 + 700;
    return [Math.max(small ? least - pad * 0.6 : 0, least - pad * 0.5), most + pad * (small ? 0.5 : 1.6)];
}

function drawBands(g: CanvasRenderingContext2D, c: Connection, from: number, to: number, X: Scale, Y: Scale, small: boolean): void {
    const fill = (upper: Float64Array, lower: Float64Array, style: string, alpha: number): void => {
        stepArea(g, c.t, upper, lower, from, to, X, Y);
        g.fillStyle = style;
        g.globalAlpha = alpha;
        g.fill();
        g.globalAlpha = 1;
    };
    fill(c.edge, c.acked, colour.edge, small ? 0.05 : 0.045);
    fill(c.sent, c.acked, colour.cwnd, 0.17);
    const line = (v: Float64Array, style: string, width: number): void => {
        stepPath(g, c.t, v, from, to, X, Y, (k) => v[k] > 0);
        g.strokeStyle = style;
        g.lineWidth = width;
        g.stroke();
    };
    line(c.edge, colour.edge, small ? 1 : 1.25);
    g.globalAlpha = 0.5;
    line(c.sent, colour.segment, 1);
    g.globalAlpha = 1;
    line(c.acked, colour.acked, small ? 1.2 : 1.6);
}

// Too many for a stroke each: one column per half pixel, and one for what was sent again.
function drawColumns(g: CanvasRenderingContext2D, c: Connection, first: number, last: number, X: Scale, Y: Scale): void {
    const columns = [new Map<number, [number, number]>(), new Map<number, [number, number]>()];
    for (let s = first; s <= last; ++s) {
        if (!c.carriesText(s)) continue;
        const i = c.segments.record[s];
        const x = Math.round(X(c.at(s)) * 2) / 2;
        const seq = c.trace.get("seq", i);
        const end = seq + c.trace.get("len", i);
        const column = columns[c.trace.isRetransmission(i) ? 1 : 0];
        const found = column.get(x);
        if (!found) column.set(x, [seq, end]);
        else {
            found[0] = Math.min(found[0], seq);
            found[1] = Math.max(found[1], end);
        }
    }
    columns.forEach((column, again) => {
        g.beginPath();
        for (const [x, [seq, end]] of column) {
            g.moveTo(x, Y(seq));
            g.lineTo(x, Math.min(Y(end), Y(seq) - 1.5));
        }
        g.strokeStyle = again ? colour.bad : colour.segment;
        g.lineWidth = again ? 1.6 : 1;
        g.stroke();
    });
}

function drawSacks(g: CanvasRenderingContext2D, c: Connection, first: number, last: number, X: Scale, Y: Scale, size: number, small: boolean): void {
    g.beginPath();
    for (let s = first; s <= last; ++s) {
        const i = c.segments.record[s];
        if (Boolean(c.segments.outbound[s]) === c.outbound || c.trace.get("sacks", i) === 0) continue;
        const x = X(c.at(s));
        for (const [begin, end] of c.trace.sacks(i)) {
            g.moveTo(x, Y(begin));
            g.lineTo(x, Y(end));
        }
    }
    g.strokeStyle = colour.sacked;
    g.lineWidth = small ? 1.3 : size > 5 ? 2.4 : 1.1;
    g.globalAlpha = size > 3 ? 0.95 : 0.6;
    g.stroke();
    g.globalAlpha = 1;
}

function cross(g: CanvasRenderingContext2D, x: number, y: number, d: number): void {
    g.moveTo(x - d, y - d);
    g.lineTo(x + d, y + d);
    g.moveTo(x + d, y - d);
    g.lineTo(x - d, y + d);
}

function drawStrokes(g: CanvasRenderingContext2D, c: Connection, first: number, last: number, X: Scale, Y: Scale, size: number, small: boolean): void {
    const plain = new Path2D(), again = new Path2D(), ends = new Path2D();
    const marks: [x: number, y: number, what: "lost" | "R" | "probe"][] = [];
    for (let s = first; s <= last; ++s) {
        if (!c.carriesText(s)) continue;
        const i = c.segments.record[s];
        const [x, seq] = [X(c.at(s)), c.trace.get("seq", i)];
        const [low, high] = [Y(seq), Y(seq + Math.max(1, c.trace.get("len", i)))];
        const isAgain = c.trace.isRetransmission(i);
        const path = isAgain ? again : plain;
        path.moveTo(x, low);
        path.lineTo(x, Math.min(high, low - 1.6));
        if (size > 9 && !small)
            for (const y of [low, high]) {
                ends.moveTo(x - 3, y);
                ends.lineTo(x + 3, y);
            }
        const cause = c.segments.outbound[s] ? c.trace.cause(i) : "";
        if (cause === "zero-window probe" || cause === "tail probe" || cause === "keep-alive") marks.push([x, low - 7, "probe"]);
        else if (c.segments.lost[s]) marks.push([x, (low + high) / 2, "lost"]);
        else if (isAgain) marks.push([x, (low + high) / 2, "R"]);
    }
    const stroke = (path: Path2D, style: string, width: number): void => {
        g.strokeStyle = style;
        g.lineWidth = width;
        g.stroke(path);
    };
    stroke(plain, colour.segment, size > 6 ? 2 : 1.5);
    stroke(ends, colour.segment, 1.1);
    stroke(again, colour.bad, small ? 2.2 : 2.6);
    const d = small ? 2.6 : 3.4;
    g.beginPath();
    for (const [x, y, what] of marks) if (what === "lost") cross(g, x, y, d);
    g.strokeStyle = colour.bad;
    g.lineWidth = 1.7;
    g.stroke();
    g.beginPath();
    for (const [x, y, what] of marks)
        if (what === "probe") {
            g.moveTo(x, y - 4.5);
            g.lineTo(x + 4.5, y);
            g.lineTo(x, y + 4.5);
            g.lineTo(x - 4.5, y);
            g.closePath();
        }
    g.fillStyle = colour.edge;
    g.fill();
    for (const [x, y, what] of marks) if (what === "R") text(g, "R", x + 4, y, ui(small ? 9 : 10.5, 700), colour.bad);
}

export function drawSequence({ g, w }: Surface, c: Connection, X: Scale, a: number, b: number, box: Box, small = false): Sequence {
    const [least, most] = bounds(c, a, b, small);
    const Y: Scale = (value) => box.bottom - ((value - least) / (most - least)) * (box.bottom - box.top);
    if (c.records.length === 0) return { Y, least, most };
    g.save();
    g.beginPath();
    g.rect(box.left, box.top - 2, box.right - box.left, box.bottom - box.top + 4);
    g.clip();
    g.lineJoin = "round";
    const from = Math.max(0, lastAtMost(c.t, a));
    const to = Math.max(0, lastAtMost(c.t, b));
    drawBands(g, c, from, to, X, Y, small);
    // Segments lie in the order of the records; those of a moment share its instant.
    const count = c.segments.count;
    let first = 0, last = count - 1;
    for (let low = 0, high = count; ; ) {
        if (low >= high) {
            first = low;
            break;
        }
        const middle = (low + high) >> 1;
        if (c.at(middle) < a) low = middle + 1;
        else high = middle;
    }
    for (let low = first, high = count; ; ) {
        if (low >= high) {
            last = low - 1;
            break;
        }
        const middle = (low + high) >> 1;
        if (c.at(middle) <= b) low = middle + 1;
        else high = middle;
    }
    const size = ((box.bottom - box.top) / (most - least)) * 1448;
    drawSacks(g, c, first, last, X, Y, size, small);
    if (last - first > 2.5 * w) drawColumns(g, c, first, last, X, Y);
    else drawStrokes(g, c, first, last, X, Y, size, small);
    g.restore();
    return { Y, least, most };
}

// The segment drawn nearest to a point, -1 for none within reach.
export function segmentAt(c: Connection, x: number, y: number, X: Scale, Y: Scale, a: number, b: number): number {
    let best = -1;
    let nearest = 12;
    for (let s = 0; s < c.segments.count; ++s) {
        const t = c.at(s);
        if (t < a || t > b || !c.carriesText(s)) continue;
        const dx = Math.abs(X(t) - x);
        if (dx > nearest) continue;
        const i = c.segments.record[s];
        const [low, high] = [Y(c.trace.get("seq", i)), Y(c.trace.get("seq", i) + c.trace.get("len", i))];
        const dy = y > low ? y - low : y < high ? high - y : 0;
        const distance = Math.hypot(dx, dy);
        if (distance < nearest) [best, nearest] = [s, distance];
    }
    return best;
}
