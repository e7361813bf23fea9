// Drawing on a canvas: colours of the theme, axes, steps that stay fast when many fall on one pixel.

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

// The last index whose value is at most `value`, -1 for none.
export function lastAtMost(sorted: ArrayLike<number>, value: number): number {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
        const middle = (low + high) >> 1;
        if (sorted[middle] <= value) low = middle + 1;
        else high = middle;
    }
    return low - 1;
}

export type Scale = (value: number) => number;

// A line in steps through the visible part of a series. Where several values share a pixel, the column from the least to
// the greatest of them is drawn, and the line goes on from the last.
export function stepPath(g: CanvasRenderingContext2D, t: Float64Array, v: Float64Array, from: number, to: number, X: Scale, Y: Scale,
    isShown?: (k: number) => boolean): void {
    g.beginPath();
    let pen = false;
    let lastY = 0;
    let column = NaN, least = 0, most = 0;
    const flush = (): void => {
        if (most > least) {
            g.moveTo(column, least);
            g.lineTo(column, most);
            g.moveTo(column, lastY);
        }
    };
    for (let k = from; k <= to; ++k) {
        if (isShown && !isShown(k)) {
            if (pen) {
                flush();
                g.lineTo(X(t[k]), lastY);
            }
            pen = false;
            column = NaN;
            continue;
        }
        const x = Math.round(X(t[k]) * 2) / 2;
        const y = Y(v[k]);
        if (pen && x === column) {
            least = Math.min(least, y);
            most = Math.max(most, y);
            lastY = y;
            continue;
        }
        if (pen) {
            flush();
            g.lineTo(x, lastY);
            g.lineTo(x, y);
        } else {
            g.moveTo(x, y);
        }
        pen = true;
        column = x;
        least = most = lastY = y;
    }
    if (pen) {
        flush();
        g.lineTo(X(t[to + 1] ?? t[to]), lastY);
    }
}

// The area between two series, in steps, at most one corner per half pixel.
export function stepArea(g: CanvasRenderingContext2D, t: Float64Array, upper: Float64Array, lower: Float64Array | number, from: number, to: number, X: Scale, Y: Scale): void {
    const xs: number[] = [], ups: number[] = [], lows: number[] = [];
    const low = (k: number): number => Y(typeof lower === "number" ? lower : lower[k]);
    for (let k = from; k <= to; ++k) {
        const x = Math.round(X(t[k]) * 2) / 2;
        if (xs.length > 0 && xs[xs.length - 1] === x) {
            ups[ups.length - 1] = Y(upper[k]);
            lows[lows.length - 1] = low(k);
        } else {
            xs.push(x);
            ups.push(Y(upper[k]));
            lows.push(low(k));
        }
    }
    if (xs.length === 0) return;
    xs.push(X(t[to + 1] ?? t[to]));
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
