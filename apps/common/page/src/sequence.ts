// The time-sequence picture, in tcptrace's language: a stroke for each segment from its first to its last octet, stairs for
// what is acknowledged and for the right edge of the window. Drawn large in the lanes and small in the cards.
import { colour, Scale, stepArea, stepPath, Surface, text, ui } from "./canvas";
import { Connection } from "./connection";
import { lastAtMost, Steps } from "./steps";

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
    const [least] = c.steps("acked").range(a, b);
    const most = Math.max(1, c.steps("sent").range(a, b)[1] || 0);
    const low = least || 0;
    const pad = (most - low) * 0.07 + 700;
    return [Math.max(small ? low - pad * 0.6 : 0, low - pad * 0.5), most + pad * (small ? 0.5 : 1.6)];
}

function drawBands({ g, w }: Surface, c: Connection, a: number, b: number, X: Scale, Y: Scale, small: boolean): void {
    const [acked, sent, edge] = [c.steps("acked"), c.steps("sent"), c.steps("edge")];
    const fill = (upper: Steps, style: string, alpha: number): void => {
        stepArea(g, upper, acked, a, b, X, Y, w);
        g.fillStyle = style;
        g.globalAlpha = alpha;
        g.fill();
        g.globalAlpha = 1;
    };
    fill(edge, colour.edge, small ? 0.05 : 0.045);
    fill(sent, colour.cwnd, 0.17);
    const line = (steps: Steps, style: string, width: number): void => {
        stepPath(g, steps, a, b, X, Y, w);
        g.strokeStyle = style;
        g.lineWidth = width;
        g.stroke();
    };
    line(edge, colour.edge, small ? 1 : 1.25);
    g.globalAlpha = 0.5;
    line(sent, colour.segment, 1);
    g.globalAlpha = 1;
    line(acked, colour.acked, small ? 1.2 : 1.6);
}

// Too many for a stroke each: what was sent first is the line of the highest octet; what was sent again gets its marks, as many
// as there are pixels.
function drawDense({ g, w }: Surface, c: Connection, a: number, b: number, X: Scale, Y: Scale): void {
    stepPath(g, c.steps("sent"), a, b, X, Y, w);
    g.strokeStyle = colour.segment;
    g.lineWidth = 1.5;
    g.stroke();
    const again = c.retransmissions;
    const [first, last] = [lastAtMost(again.t, a) + 1, lastAtMost(again.t, b)];
    const stride = Math.max(1, Math.floor((last - first) / (2 * w)));
    g.beginPath();
    for (let n = first; n <= last; n += stride) {
        const x = X(again.t[n]);
        g.moveTo(x, Y(again.seq[n]));
        g.lineTo(x, Math.min(Y(again.seq[n] + again.len[n]), Y(again.seq[n]) - 1.6));
    }
    g.strokeStyle = colour.bad;
    g.lineWidth = 1.6;
    g.stroke();
}

function drawSacks(g: CanvasRenderingContext2D, c: Connection, first: number, last: number, X: Scale, Y: Scale, size: number, small: boolean): void {
    g.beginPath();
    const { sacking } = c;
    const [begin, end] = [lastAtMost(sacking, first - 1) + 1, lastAtMost(sacking, last)];
    const stride = Math.max(1, Math.floor((end - begin) / 3000));
    for (let n = begin; n <= end; n += stride) {
        const s = sacking[n];
        const i = c.segments.record[s];
        const x = X(c.at(s));
        for (const [low, high] of c.trace.sacks(i)) {
            g.moveTo(x, Y(low));
            g.lineTo(x, Y(high));
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

export function drawSequence({ g, w, h }: Surface, c: Connection, X: Scale, a: number, b: number, box: Box, small = false): Sequence {
    const [least, most] = bounds(c, a, b, small);
    const Y: Scale = (value) => box.bottom - ((value - least) / (most - least)) * (box.bottom - box.top);
    if (c.records.length === 0) return { Y, least, most };
    g.save();
    g.beginPath();
    g.rect(box.left, box.top - 2, box.right - box.left, box.bottom - box.top + 4);
    g.clip();
    g.lineJoin = "round";
    drawBands({ g, w, h }, c, a, b, X, Y, small);
    const [first, last] = c.between(a, b);
    const size = ((box.bottom - box.top) / (most - least)) * 1448;
    drawSacks(g, c, first, last, X, Y, size, small);
    if (last - first > 2.5 * w) drawDense({ g, w, h }, c, a, b, X, Y);
    else drawStrokes(g, c, first, last, X, Y, size, small);
    g.restore();
    return { Y, least, most };
}

// The segment drawn nearest to a point, -1 for none within reach.
export function segmentAt(c: Connection, x: number, y: number, X: Scale, Y: Scale, a: number, b: number): number {
    let best = -1;
    let nearest = 12;
    const reach = (b - a) * 0.02;
    const here = a + ((x - X(a)) / (X(b) - X(a))) * (b - a);
    const [first, last] = c.between(here - reach, here + reach);
    for (let s = first; s <= last; ++s) {
        const t = c.at(s);
        if (!c.carriesText(s)) continue;
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
