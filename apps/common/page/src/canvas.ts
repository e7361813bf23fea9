// Drawing on a canvas: colours of the theme, axes, lines in steps.
import { Steps } from "./steps";

const names = ["bg", "panel", "panel2", "line", "grid", "ink", "ink2", "ink3", "segment", "acked", "edge", "sacked", "bad", "cwnd",
    "ssthresh", "sample", "client", "server", "opening", "open", "active", "passive", "idle", "slowstart", "avoidance",
    "recovery", "timeout", "persist", "badge"] as const;
export type Colour = (typeof names)[number];
export const colour = {} as Record<Colour, string>;

export function readTheme(): void {
    const style = getComputedStyle(document.documentElement);
    for (const name of names) colour[name] = style.getPropertyValue(`--${name}`).trim();
}

export const ui = (size: number, weight = 400): string => `${weight} ${size}px Inter, system-ui, sans-serif`;
export const mono = (size: number, weight = 400): string => `${weight} ${size}px "JetBrains Mono", ui-monospace, Menlo, Consolas, monospace`;
export const gutter = { left: 62, right: 104 };

const stateColours: Record<string, Colour> = {
    "SYN-SENT": "opening", "SYN-RECEIVED": "opening", ESTABLISHED: "open", "FIN-WAIT-1": "active", "FIN-WAIT-2": "active",
    CLOSING: "active", "TIME-WAIT": "active", "CLOSE-WAIT": "passive", "LAST-ACK": "passive",
};
export const stateColour = (state: string): Colour => stateColours[state] ?? "idle";
const phaseColours: Record<string, Colour> = {
    "slow-start": "slowstart", avoidance: "avoidance", recovery: "recovery", timeout: "timeout", persist: "persist",
};
export const phaseColour = (phase: string): Colour => phaseColours[phase] ?? "idle";
const phaseNames: Record<string, string> = {
    "slow-start": "slow start", avoidance: "congestion avoidance", recovery: "fast recovery", timeout: "timeout", persist: "persist",
};
export const phaseName = (phase: string): string => phaseNames[phase] ?? phase;

export interface Surface {
    g: CanvasRenderingContext2D;
    w: number;
    h: number;
}
// The canvas at the size it has on the page, cleared, in CSS pixels.
export function surface(canvas: HTMLCanvasElement, h: number): Surface {
    const ratio = devicePixelRatio || 1;
    const w = canvas.clientWidth;
    const [width, height] = [Math.round(w * ratio), Math.round(h * ratio)];
    if (canvas.width !== width || canvas.height !== height) {
        canvas.width = width;
        canvas.height = height;
        canvas.style.height = `${h}px`;
    }
    const g = canvas.getContext("2d")!;
    g.setTransform(ratio, 0, 0, ratio, 0, 0);
    g.clearRect(0, 0, w, h);
    return { g, w, h };
}

export function text(g: CanvasRenderingContext2D, words: string, x: number, y: number, font: string, fill: string, align: CanvasTextAlign = "left"): void {
    g.font = font;
    g.fillStyle = fill;
    g.textAlign = align;
    g.textBaseline = "middle";
    g.fillText(words, x, y);
}

export function roundRect(g: CanvasRenderingContext2D, x: number, y: number, w: number, h: number, r: number): void {
    g.beginPath();
    g.roundRect(x, y, w, h, Math.max(0, Math.min(r, w / 2, h / 2)));
}

export function ticks(from: number, to: number, wanted: number): number[] {
    const step = (to - from) / wanted;
    if (!(step > 0)) return [];
    const power = 10 ** Math.floor(Math.log10(step));
    const size = [1, 2, 5, 10].find((m) => m * power >= step)! * power;
    const found: number[] = [];
    for (let n = Math.ceil(from / size - 1e-9); n * size <= to + size * 1e-9; ++n) found.push(n * size);
    return found;
}

export type Scale = (value: number) => number;

const blocksPerPixel = 2;

// A line in steps. A block of several values is the column from the least to the greatest of them.
export function stepPath(g: CanvasRenderingContext2D, steps: Steps, a: number, b: number, X: Scale, Y: Scale, width: number): void {
    const { grain, from, to } = steps.between(a, b, width * blocksPerPixel);
    const { t, least, most, last } = grain;
    g.beginPath();
    let pen = false, lastY = 0;
    for (let k = from; k <= to; ++k) {
        const x = X(t[k]);
        if (Number.isNaN(last[k])) {
            if (pen) g.lineTo(x, lastY);
            pen = false;
            continue;
        }
        const y = Y(last[k]);
        if (pen) g.lineTo(x, lastY);
        else g.moveTo(x, y);
        if (least[k] !== most[k]) {
            g.lineTo(x, Y(least[k]));
            g.lineTo(x, Y(most[k]));
        }
        g.lineTo(x, y);
        pen = true;
        lastY = y;
    }
    if (pen) g.lineTo(X(t[to + 1] ?? t[to]), lastY);
}

// The area between two variables of the same records, in steps; `lower` undefined: down to 0.
export function stepArea(g: CanvasRenderingContext2D, upper: Steps, lower: Steps | undefined, a: number, b: number, X: Scale, Y: Scale, width: number): void {
    const { grain, from, to } = upper.between(a, b, width * blocksPerPixel);
    const below = lower?.between(a, b, width * blocksPerPixel).grain;
    const xs: number[] = [], ups: number[] = [], lows: number[] = [];
    for (let k = from; k <= to; ++k) {
        xs.push(X(grain.t[k]));
        ups.push(Y(grain.last[k] || 0));
        lows.push(Y(below?.last[k] || 0));
    }
    xs.push(X(grain.t[to + 1] ?? grain.t[to]));
    g.beginPath();
    g.moveTo(xs[0], ups[0]);
    for (let n = 0; n < ups.length; ++n) {
        g.lineTo(xs[n], ups[n]);
        g.lineTo(xs[n + 1], ups[n]);
    }
    for (let n = lows.length - 1; n >= 0; --n) {
        g.lineTo(xs[n + 1], lows[n]);
        g.lineTo(xs[n], lows[n]);
    }
    g.closePath();
}

// Labels at the right end of lines, moved apart so that all can be read.
export function endLabels(g: CanvasRenderingContext2D, labels: { words: string; y: number; fill: string }[], x: number, top: number, bottom: number): void {
    const gap = 13.5;
    const sorted = labels.map((label) => ({ ...label, y: Math.min(bottom, Math.max(top, label.y)) })).sort((a, b) => a.y - b.y);
    for (let n = 1; n < sorted.length; ++n) sorted[n].y = Math.max(sorted[n].y, sorted[n - 1].y + gap);
    const over = (sorted.at(-1)?.y ?? 0) - bottom;
    if (over > 0) {
        sorted[sorted.length - 1].y -= over;
        for (let n = sorted.length - 2; n >= 0; --n) sorted[n].y = Math.min(sorted[n].y, sorted[n + 1].y - gap);
    }
    for (const label of sorted) text(g, label.words, x, label.y, ui(11, 600), label.fill);
}
