// The state machine: fixed places as in RFC 9293 figure 5, arrows from the table the stack runs on, the path of each side
// numbered in its colour, the time spent in each state inside its box.
import { stateColour } from "./canvas";
import { Connection, Move } from "./connection";
import { escape, time } from "./words";

export type Edge = [from: string, event: string, to: string];

const places: Record<string, [x: number, y: number]> = {
    CLOSED: [300, 26], LISTEN: [300, 98], "SYN-RECEIVED": [112, 164], "SYN-SENT": [488, 164], ESTABLISHED: [300, 214],
    "FIN-WAIT-1": [112, 276], "CLOSE-WAIT": [488, 276], "FIN-WAIT-2": [112, 352], CLOSING: [300, 352], "LAST-ACK": [488, 352],
    "TIME-WAIT": [300, 418], end: [488, 418],
};
interface Arrow {
    from: string;
    to: string;
    words: string;
    x: number;
    y: number;
    anchor: "start" | "middle" | "end";
    badge: number;  // share of the way
}
const arrow = (from: string, to: string, words: string, x: number, y: number, anchor: Arrow["anchor"], badge = 0.5): Arrow =>
    ({ from, to, words, x, y, anchor, badge });
// "CLOSED" is drawn twice, at both ends of a life; `end` is the second.
const figure: Arrow[] = [
    arrow("CLOSED", "LISTEN", "passive OPEN", 290, 66, "end"),
    arrow("CLOSED", "SYN-SENT", "active OPEN / SYN", 424, 92, "start", 0.42),
    arrow("LISTEN", "SYN-RECEIVED", "SYN / SYN,ACK", 176, 124, "end"),
    arrow("LISTEN", "SYN-SENT", "SEND / SYN", 372, 142, "end"),
    arrow("SYN-SENT", "SYN-RECEIVED", "SYN / SYN,ACK", 300, 158, "middle"),
    arrow("SYN-RECEIVED", "ESTABLISHED", "ACK of SYN", 190, 206, "end", 0.45),
    arrow("SYN-SENT", "ESTABLISHED", "SYN,ACK / ACK", 412, 206, "start", 0.45),
    arrow("SYN-RECEIVED", "FIN-WAIT-1", "CLOSE / FIN", 104, 224, "end"),
    arrow("ESTABLISHED", "FIN-WAIT-1", "CLOSE / FIN", 222, 262, "start"),
    arrow("ESTABLISHED", "CLOSE-WAIT", "FIN / ACK", 412, 238, "start"),
    arrow("FIN-WAIT-1", "FIN-WAIT-2", "ACK of FIN", 100, 318, "end"),
    arrow("FIN-WAIT-1", "CLOSING", "FIN / ACK", 226, 308, "start"),
    arrow("CLOSE-WAIT", "LAST-ACK", "CLOSE / FIN", 504, 318, "start"),
    arrow("FIN-WAIT-2", "TIME-WAIT", "FIN / ACK", 186, 394, "end"),
    arrow("CLOSING", "TIME-WAIT", "ACK of FIN", 312, 389, "start"),
    arrow("LAST-ACK", "end", "ACK of FIN", 506, 389, "start"),
    arrow("TIME-WAIT", "end", "2 MSL", 394, 438, "middle", 0.42),
];
const [width, height] = [118, 32];
const colours = ["var(--client)", "var(--server)"];

type Point = [number, number];

function cut([x, y]: Point, dx: number, dy: number): Point {
    const k = Math.min(Math.abs((width / 2 + 3) / (dx || 1e-9)), Math.abs((height / 2 + 3) / (dy || 1e-9)));
    return [x + dx * k, y + dy * k];
}

// Listeners stay and each SYN makes a child; in the figure the child's path begins at LISTEN.
const placeFrom = (move: Move): string => (move.event === "syn_admitted" || move.event === "cookie_valid" ? "LISTEN" : move.from);
const placeTo = (move: Move): string => (move.to === "CLOSED" ? "end" : move.to);

interface Walked {
    side: 0 | 1;
    step: number;
    words: string;
}

function walkedBy(sides: (Connection | undefined)[]): Map<string, Walked[]> {
    const walked = new Map<string, Walked[]>();
    const put = (key: string, step: Walked): void => void (walked.get(key)?.push(step) ?? walked.set(key, [step]));
    sides.forEach((side, n) => {
        let step = 0;
        if (side && side.moves[0] && placeFrom(side.moves[0]) === "LISTEN") put("CLOSED>LISTEN", { side: n as 0 | 1, step: ++step, words: "passive OPEN" });
        for (const move of side?.moves ?? []) put(`${placeFrom(move)}>${placeTo(move)}`, { side: n as 0 | 1, step: ++step, words: move.text });
    });
    return walked;
}

function arrowsOf(a: Arrow, walks: Walked[], bend: number): string {
    const [from, to] = [places[a.from], places[a.to]];
    const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
    const length = Math.hypot(dx, dy);
    const normal: Point = [-dy / length, dx / length];
    const draw = (style: string, wide: number, marker: string, off: number, extra = ""): string => {
        if (bend) {
            const middle: Point = [(from[0] + to[0]) / 2 + normal[0] * bend, (from[1] + to[1]) / 2 + normal[1] * bend];
            const p = cut(from, middle[0] - from[0], middle[1] - from[1]);
            const q = cut(to, middle[0] - to[0], middle[1] - to[1]);
            return `<path d="M${p} Q${middle} ${q}" stroke="${style}" stroke-width="${wide}" fill="none" marker-end="url(#${marker})" ${extra}/>`;
        }
        const [p, q] = [cut(from, dx, dy), cut(to, -dx, -dy)];
        const shift: Point = [normal[0] * off, normal[1] * off];
        return `<path d="M${p[0] + shift[0]} ${p[1] + shift[1]} L${q[0] + shift[0]} ${q[1] + shift[1]}" stroke="${style}" stroke-width="${wide}" fill="none" marker-end="url(#${marker})" ${extra}/>`;
    };
    if (walks.length === 0) return draw("var(--ink3)", 1.1, "arrow-none", 0, 'opacity=".5"');
    const sides = [0, 1].filter((side) => walks.some((walk) => walk.side === side));
    return sides.map((side, n) => {
        const off = (n - (sides.length - 1) / 2) * 7;
        const steps = walks.filter((walk) => walk.side === side);
        let out = draw(colours[side], 2.6, `arrow-${side}`, off, bend ? 'stroke-dasharray="5 3"' : "");
        const at = bend ? 0.5 : a.badge;
        const sag = bend ? bend / 2 : off * 2.1;
        const x = from[0] + dx * at + normal[0] * sag;
        const y = from[1] + dy * at + normal[1] * sag;
        const label = steps.map((walk) => walk.step).join(",");
        const half = Math.max(8, 3.4 * label.length + 3);
        out += `<g class="step"><title>${escape(steps.map((walk) => `${walk.step}: ${walk.words}`).join("\n"))}</title>` +
            `<rect x="${x - half}" y="${y - 8}" width="${2 * half}" height="16" rx="8" fill="${colours[side]}"/>` +
            `<text x="${x}" y="${y + 3.7}" text-anchor="middle" font-size="10.5" font-weight="700" fill="var(--badge)">${label}</text></g>`;
        return out;
    }).join("");
}

function boxOf(name: string, dwell: Map<string, number>[], sides: (Connection | undefined)[]): string {
    const [x, y] = places[name];
    const shown = name === "end" ? "CLOSED" : name;
    const isClosed = shown === "CLOSED";
    const known = dwell.map((map) => map.get(name));
    const on = known.some((value) => value !== undefined) || (name === "CLOSED" && sides.some((side) => side?.moves.length));
    const tint = `var(--${stateColour(shown)})`;
    const parts = known.map((value, n) => value === undefined ? "" : `<tspan fill="${colours[n]}">${time(value)}</tspan>`).filter(Boolean);
    const timed = parts.length > 0 && !isClosed;
    return `<g data-state="${name}"><rect x="${x - width / 2}" y="${y - height / 2}" width="${width}" height="${height}" rx="8" ` +
        `fill="${on && !isClosed ? tint : "var(--panel2)"}" fill-opacity="${on && !isClosed ? 0.26 : 1}" ` +
        `stroke="${on ? (isClosed ? "var(--ink3)" : tint) : "var(--line)"}" stroke-width="${on ? 1.6 : 1}"/>` +
        `<text x="${x}" y="${y + (timed ? -1.5 : 4)}" text-anchor="middle" font-size="11.5" font-weight="650" fill="var(--${on ? "ink" : "ink3"})">${shown}</text>` +
        (timed ? `<text x="${x}" y="${y + 11.5}" text-anchor="middle" font-size="10" class="mono">${parts.join('<tspan fill="var(--ink3)"> · </tspan>')}</text>` : "") +
        `</g>`;
}

export function machine(sides: (Connection | undefined)[], edges: Edge[]): string {
    const walked = walkedBy(sides);
    const inTable = new Set(edges.map(([from, , to]) => `${from}>${to}`));
    const dwell = sides.map((side) => {
        const map = new Map<string, number>();
        side?.states.forEach((span, n) => {
            const last = n === side.states.length - 1;
            const name = span.what === "CLOSED" ? "end" : span.what;
            if (!(last && name === "end")) map.set(name, (map.get(name) ?? 0) + span.to - span.from);
            else map.set(name, 0);
        });
        return map;
    });
    let out = `<svg viewBox="0 0 600 452" width="100%" role="img" aria-label="state machine"><defs>` +
        [["none", "var(--ink3)"], ["0", colours[0]], ["1", colours[1]]].map(([id, fill]) =>
            `<marker id="arrow-${id}" viewBox="0 0 10 10" refX="8.6" refY="5" markerWidth="${id === "none" ? 7.5 : 4.4}" markerHeight="${id === "none" ? 7.5 : 4.4}" orient="auto"><path d="M0 1 L9 5 L0 9 z" fill="${fill}"/></marker>`).join("") + `</defs>`;
    let badges = "";
    for (const a of figure) {
        const key = `${a.from}>${a.to}`;
        const walks = walked.get(key) ?? [];
        walked.delete(key);
        const known = inTable.has(key.replace("end", "CLOSED")) || a.from === "LISTEN";
        if (walks.length === 0 && !known) continue;
        if (walks.length > 0) badges += arrowsOf(a, walks, 0);
        else out += arrowsOf(a, [], 0);
        out += `<text x="${a.x}" y="${a.y}" text-anchor="${a.anchor}" font-size="10.5" fill="var(--${walks.length ? "ink2" : "ink3"})">${a.words}</text>`;
    }
    // Arrows the figure omits appear when they are walked.
    for (const [key, walks] of walked) {
        const [from, to] = key.split(">");
        if (!places[from] || !places[to] || from === to) continue;
        const down = places[to][1] > places[from][1];
        badges += arrowsOf(arrow(from, to, "", 0, 0, "middle"), walks, (places[from][0] > 300 ? -1 : 1) * (down ? 46 : -46));
    }
    for (const name in places) out += boxOf(name, dwell, sides);
    return `${out}${badges}</svg>`;
}

export const placeOf = (state: string): Point => places[state];
