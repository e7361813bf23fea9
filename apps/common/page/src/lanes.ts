// The lanes over one time axis: overview, states, time-sequence, windows, round trips, deadlines.
import { colour, endLabels, gutter, mono, phaseColour, phaseName, roundRect, Scale, stateColour, stepArea, stepPath,
    Surface, surface, text, ticks, ui } from "./canvas";
import { Connection, Span } from "./connection";
import { Episode } from "./episodes";
import { Box, drawSequence, segmentAt, Sequence } from "./sequence";
import { lastAtMost, Steps } from "./steps";
import { bytes, instant, time } from "./words";

export interface View {
    from: number;
    to: number;
}

interface Lane {
    canvas: HTMLCanvasElement;
    height: number;
    draw: (s: Surface, X: Scale) => void;
}

const heights = { overview: 46, states: 84, sequence: 470, windows: 196, rtt: 136, timers: 96, axis: 26 };

export class Lanes {
    view: View = { from: 0, to: 1 };
    episodes: Episode[] = [];
    isMoved = false;  // the reader looks at a range of their own
    onRange: () => void = () => {};
    onHover: (record: number | undefined, x: number, y: number) => void = () => {};
    private connection?: Connection;
    private lanes: Lane[] = [];
    private crosshair: HTMLElement;
    private sequence?: Sequence;
    private sequenceCanvas?: HTMLCanvasElement;
    private overview?: HTMLCanvasElement;
    private binned?: { of: Connection; delivered: Float64Array; again: Uint8Array };

    constructor(private root: HTMLElement) {
        const lane = (name: string, height: number, draw: (s: Surface, X: Scale) => void): HTMLCanvasElement => {
            const canvas = document.createElement("canvas");
            canvas.dataset.lane = name;
            canvas.style.height = `${height}px`;
            root.append(canvas);
            this.lanes.push({ canvas, height, draw });
            return canvas;
        };
        this.overview = lane("overview", heights.overview, (s) => this.drawOverview(s));
        lane("states", heights.states, (s, X) => this.drawStates(s, X));
        this.sequenceCanvas = lane("sequence", heights.sequence, (s, X) => this.drawSequence(s, X));
        lane("windows", heights.windows, (s, X) => this.drawWindows(s, X));
        lane("rtt", heights.rtt, (s, X) => this.drawRtt(s, X));
        lane("timers", heights.timers, (s, X) => this.drawTimers(s, X));
        lane("axis", heights.axis, (s, X) => this.drawAxis(s, X));
        this.crosshair = document.createElement("div");
        this.crosshair.className = "crosshair";
        root.append(this.crosshair);
        this.listen();
    }

    show(connection: Connection, keepView = false): void {
        this.connection = connection;
        if (!keepView) this.fit();
    }
    // From a little before the first event to a little after the last one before a long silence (TIME-WAIT).
    get whole(): View {
        const c = this.connection!;
        let end = c.end;
        const silent = c.states.findLast((span) => span.what === "TIME-WAIT");
        const busy = Math.max(c.figures.end, ...c.segments.record.length ? [c.at(c.segments.count - 1)] : [c.begin]);
        if (silent && c.end - busy > (busy - c.begin) * 0.3) end = busy;
        const length = Math.max(end - c.begin, 1e-4);
        return { from: c.begin - length * 0.012, to: end + length * (end < c.end ? 0.06 : 0.012) };
    }
    fit(): void {
        this.setView(this.whole);
        this.isMoved = false;
    }
    setView(view: View): void {
        const { whole } = this;
        const length = Math.min(Math.max(view.to - view.from, 20e-6), whole.to - whole.from);
        const from = Math.min(Math.max(view.from, whole.from), whole.to - length);
        this.view = { from, to: from + length };
        this.isMoved = true;
        this.onRange();
    }
    pan(share: number): void {
        const by = (this.view.to - this.view.from) * share;
        this.setView({ from: this.view.from + by, to: this.view.to + by });
    }
    zoom(factor: number, at = (this.view.from + this.view.to) / 2): void {
        this.setView({ from: at - (at - this.view.from) * factor, to: at + (this.view.to - at) * factor });
    }

    draw(): void {
        if (!this.connection) return;
        for (const lane of this.lanes) {
            const s = surface(lane.canvas, lane.height);
            const { from, to } = this.view;
            const width = s.w - gutter.left - gutter.right;
            lane.draw(s, (t) => gutter.left + ((t - from) / (to - from)) * width);
        }
    }

    // --- pointer ---------------------------------------------------------------------------------------------------

    private timeAt(x: number): number {
        const width = this.root.clientWidth - gutter.left - gutter.right;
        return this.view.from + ((x - gutter.left) / width) * (this.view.to - this.view.from);
    }
    private listen(): void {
        let dragged: { x: number; view: View; overview: boolean } | undefined;
        this.root.addEventListener("wheel", (event) => {
            if (!(event.target instanceof HTMLCanvasElement) || !this.connection) return;
            event.preventDefault();
            const x = event.clientX - this.root.getBoundingClientRect().left;
            if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) this.pan(event.deltaX / 800);
            else this.zoom(Math.exp(Math.max(-1, Math.min(1, event.deltaY / 300))), this.timeAt(x));
        }, { passive: false });
        this.root.addEventListener("pointerdown", (event) => {
            if (!(event.target instanceof HTMLCanvasElement) || event.button !== 0 || !this.connection) return;
            dragged = { x: event.clientX, view: this.view, overview: event.target === this.overview };
            this.root.setPointerCapture(event.pointerId);
            if (dragged.overview) this.moveTo(event);
        });
        this.root.addEventListener("pointermove", (event) => {
            if (!this.connection) return;
            if (dragged?.overview) this.moveTo(event);
            else if (dragged) {
                const width = this.root.clientWidth - gutter.left - gutter.right;
                const by = ((dragged.x - event.clientX) / width) * (dragged.view.to - dragged.view.from);
                this.setView({ from: dragged.view.from + by, to: dragged.view.to + by });
            } else this.hover(event);
        });
        const release = (): void => void (dragged = undefined);
        this.root.addEventListener("pointerup", release);
        this.root.addEventListener("pointercancel", release);
        this.root.addEventListener("dblclick", () => this.connection && this.fit());
        this.root.addEventListener("pointerleave", () => {
            this.crosshair.style.display = "none";
            this.onHover(undefined, 0, 0);
        });
    }
    // The overview: the range follows the pointer.
    private moveTo(event: PointerEvent): void {
        const rect = this.root.getBoundingClientRect();
        const whole = this.whole;
        const share = (event.clientX - rect.left - gutter.left) / (rect.width - gutter.left - gutter.right);
        const middle = whole.from + share * (whole.to - whole.from);
        const half = (this.view.to - this.view.from) / 2;
        this.setView({ from: middle - half, to: middle + half });
    }
    private hover(event: PointerEvent): void {
        const c = this.connection!;
        const rect = this.root.getBoundingClientRect();
        const x = event.clientX - rect.left;
        const inside = x >= gutter.left && x <= rect.width - gutter.right && event.target instanceof HTMLCanvasElement;
        this.crosshair.style.display = inside ? "block" : "none";
        if (!inside) return this.onHover(undefined, 0, 0);
        this.crosshair.style.left = `${x}px`;
        this.crosshair.style.top = `${this.overview!.offsetTop}px`;
        const t = this.timeAt(x);
        let record = c.records[Math.max(0, lastAtMost(c.t, t))];
        if (event.target === this.sequenceCanvas && this.sequence) {
            const width = rect.width - gutter.left - gutter.right;
            const X: Scale = (at) => gutter.left + ((at - this.view.from) / (this.view.to - this.view.from)) * width;
            const y = event.clientY - this.sequenceCanvas!.getBoundingClientRect().top;
            const s = segmentAt(c, x, y, X, this.sequence.Y, this.view.from, this.view.to);
            if (s >= 0) record = c.segments.record[s];
        }
        this.onHover(record, event.clientX, event.clientY);
    }

    // --- the lanes -------------------------------------------------------------------------------------------------

    private box({ w, h }: Surface, top: number, bottom: number): Box {
        return { left: gutter.left, right: w - gutter.right, top, bottom: h - bottom };
    }
    private clipped(g: CanvasRenderingContext2D, box: Box, draw: () => void): void {
        g.save();
        g.beginPath();
        g.rect(box.left, box.top - 6, box.right - box.left, box.bottom - box.top + 8);
        g.clip();
        draw();
        g.restore();
    }
    // The last record in sight.
    private get latest(): number {
        return Math.max(0, lastAtMost(this.connection!.t, this.view.to));
    }

    private drawOverview(s: Surface): void {
        const { g, w, h } = s;
        const c = this.connection!;
        const { from, to } = this.whole;
        const [left, width] = [gutter.left, w - gutter.left - gutter.right];
        const X: Scale = (t) => left + ((t - from) / (to - from)) * width;
        g.fillStyle = colour.panel2;
        roundRect(g, left, 4, width, h - 10, 4);
        g.fill();
        const bins = 200;
        if (this.binned?.of !== c) {
            const delivered = new Float64Array(bins), again = new Uint8Array(bins);
            const bin = (t: number): number => Math.min(bins - 1, Math.max(0, Math.floor(((t - from) / (to - from)) * bins)));
            const { acked } = c;
            for (let k = 1; k < c.t.length; ++k) delivered[bin(c.t[k])] += Math.max(0, acked[k] - acked[k - 1]);
            for (const t of c.retransmissions.t) again[bin(t)] = 1;
            this.binned = { of: c, delivered, again };
        }
        const { delivered, again } = this.binned;
        const most = Math.max(1, ...delivered);
        for (let n = 0; n < bins; ++n) {
            const high = (delivered[n] / most) * (h - 18);
            g.globalAlpha = 0.62;
            g.fillStyle = colour.cwnd;
            g.fillRect(left + (n * width) / bins, h - 8 - high, Math.max(1, width / bins - 0.7), high);
            g.globalAlpha = 1;
            if (!again[n]) continue;
            g.fillStyle = colour.bad;
            g.fillRect(left + (n * width) / bins, 5, Math.max(2, width / bins - 0.5), 3.5);
        }
        const [a, b] = [Math.max(left, X(this.view.from)), Math.min(left + width, X(this.view.to))];
        g.fillStyle = colour.panel;
        g.globalAlpha = 0.66;
        g.fillRect(left, 4, a - left, h - 10);
        g.fillRect(b, 4, left + width - b, h - 10);
        g.globalAlpha = 1;
        if (a > left + 1 || b < left + width - 1) {
            g.strokeStyle = colour.ink2;
            g.lineWidth = 1;
            g.strokeRect(a + 0.5, 4.5, b - a - 1, h - 11);
        }
        text(g, "delivered", left - 8, h / 2 - 2, ui(11, 500), colour.ink2, "right");
        text(g, "red: retransmit", w - gutter.right + 10, h / 2 - 1, ui(11), colour.ink3);
    }

    private bars(g: CanvasRenderingContext2D, spans: Span[], X: Scale, y: number, h: number, lo: number, hi: number,
        fill: (what: string) => string, name: (what: string) => string): void {
        for (const span of spans) {
            const [a, b] = [Math.max(lo, X(span.from)), Math.min(hi, X(span.to))];
            if (b - a < 0.4) continue;
            g.fillStyle = fill(span.what);
            roundRect(g, a + 0.5, y, Math.max(1.5, b - a - 1), h, 3);
            g.fill();
            const words = X(span.to) > hi + 2 && span.what === "TIME-WAIT" ? `TIME-WAIT until ${span.to.toFixed(2)} s` : name(span.what);
            g.font = ui(10.5, 600);
            if (b - a > g.measureText(words).width + 10) text(g, words, (a + b) / 2, y + h / 2 + 0.5, ui(10.5, 600), "#fff", "center");
        }
    }
    private drawStates({ g, w }: Surface, X: Scale): void {
        const c = this.connection!;
        const [lo, hi] = [gutter.left, w - gutter.right];
        const sides = ["client", "server"] as const;
        sides.forEach((side, n) => {
            const y = 4 + n * 24;
            const known = c.side === n ? c : c.peer;
            text(g, side, lo - 8, y + 10, ui(11, 500), colour.ink2, "right");
            if (known) this.bars(g, known.states, X, y, 20, lo, hi, (what) => colour[stateColour(what)], (what) => what);
            else {
                g.strokeStyle = colour.line;
                g.setLineDash([3, 4]);
                roundRect(g, lo + 0.5, y + 0.5, hi - lo - 1, 19, 3);
                g.stroke();
                g.setLineDash([]);
                text(g, "not traced: give its trace as second file", (lo + hi) / 2, y + 10.5, ui(10.5), colour.ink3, "center");
            }
            text(g, n === 0 ? "active side" : "passive side", hi + 10, y + 10, ui(11), colour[side]);
        });
        text(g, "control", lo - 8, 62, ui(11, 500), colour.ink2, "right");
        this.bars(g, c.phases, X, 52, 18, lo, hi, (what) => colour[phaseColour(what)], phaseName);
        text(g, `${sides[c.side]} sender`, hi + 10, 62, ui(11), colour.ink3);
    }

    private drawSequence(s: Surface, X: Scale): void {
        const { g, w } = s;
        const c = this.connection!;
        const box = this.box(s, 14, 10);
        const { from, to } = this.view;
        for (const span of c.phases) {
            if (!["persist", "timeout", "recovery"].includes(span.what)) continue;
            const [a, b] = [Math.max(box.left, X(span.from)), Math.min(box.right, X(span.to))];
            if (b <= a) continue;
            g.fillStyle = colour[phaseColour(span.what)];
            g.globalAlpha = 0.075;
            g.fillRect(a, box.top - 4, b - a, box.bottom - box.top + 4);
            g.globalAlpha = 1;
        }
        this.sequence = drawSequence(s, c, X, from, to, box);
        const { Y, least, most } = this.sequence;
        for (const value of ticks(Math.max(0, least), most, 7)) {
            const y = Y(value);
            if (y < box.top || y > box.bottom) continue;
            g.globalCompositeOperation = "destination-over";
            this.rule(g, box, y);
            g.globalCompositeOperation = "source-over";
            if (y > box.top + 12) text(g, bytes(value).replace(".0 ", " "), box.left - 8, y, mono(10.5), colour.ink3, "right");
        }
        const at = this.latest;
        endLabels(g, [
            { words: "window edge", y: Y(c.edge[at]), fill: colour.edge },
            { words: c.outbound ? "sent" : "received", y: Y(c.sent[at]), fill: colour.segment },
            { words: "acked", y: Y(c.acked[at]), fill: colour.acked },
        ], box.right + 10, box.top + 6, box.bottom - 4);
        text(g, "sequence", 14, box.top, ui(11, 500), colour.ink2);
        if (to - from > (this.whole.to - this.whole.from) * 0.6) this.annotate(g, X, Y, box, w);
    }
    // Words in the empty quarter below the stairs, each with a line to its place.
    private annotate(g: CanvasRenderingContext2D, X: Scale, Y: Scale, box: Box, w: number): void {
        const c = this.connection!;
        const taken: [number, number, number, number][] = [];
        for (const episode of this.episodes) {
            if (!episode.note) continue;
            const t = episode.at;
            const k = Math.max(0, lastAtMost(c.t, t));
            const [x, y] = [X(t), Y(c.acked[k])];
            g.font = ui(11.5, 600);
            const width = Math.max(g.measureText(episode.title).width, g.measureText(episode.note).width * 0.98);
            let [left, top] = [x + 44, y + 40];
            if (left + width > box.right - 8) left = box.right - 8 - width;
            for (let tries = 0; tries < 12; ++tries) {
                const hit = taken.find(([l, t0, r, b]) => left < r + 10 && left + width > l - 10 && top - 10 < b + 6 && top + 26 > t0 - 6);
                if (!hit) break;
                top = hit[3] + 20;
            }
            if (top + 24 > box.bottom || left < box.left || left > w) continue;
            taken.push([left, top - 8, left + width, top + 22]);
            g.strokeStyle = colour.ink3;
            g.lineWidth = 1;
            g.beginPath();
            g.moveTo(x + 3, y + 6);
            g.lineTo(left > x + 8 ? left - 5 : x + 3, left > x + 8 ? top - 4 : top - 12);
            g.stroke();
            g.fillStyle = colour.panel;
            g.globalAlpha = 0.75;
            g.fillRect(left - 3, top - 8, width + 6, 31);
            g.globalAlpha = 1;
            text(g, episode.title, left, top, ui(11.5, 600), colour.ink);
            text(g, episode.note, left, top + 15, ui(11), colour.ink2);
        }
    }
    private rule(g: CanvasRenderingContext2D, box: Box, y: number): void {
        g.strokeStyle = colour.grid;
        g.lineWidth = 1;
        g.beginPath();
        g.moveTo(box.left, Math.round(y) + 0.5);
        g.lineTo(box.right, Math.round(y) + 0.5);
        g.stroke();
    }

    private line({ g, w }: Surface, steps: Steps, X: Scale, Y: Scale, style: string, width: number, dash: number[] = []): void {
        stepPath(g, steps, this.view.from, this.view.to, X, Y, w);
        g.strokeStyle = style;
        g.lineWidth = width;
        g.setLineDash(dash);
        g.stroke();
        g.setLineDash([]);
    }
    private drawWindows(s: Surface, X: Scale): void {
        const { g } = s;
        const c = this.connection!;
        const box = this.box(s, 16, 8);
        const { from, to } = this.view;
        const [cwnd, ssthresh, flight, wnd] = [c.steps("cwnd"), c.steps("ssthresh"), c.steps("flight"), c.steps("window")];
        // A peer window of megabytes must not press everything else flat.
        const busy = Math.max(1000, cwnd.range(from, to)[1] || 0, flight.range(from, to)[1] || 0) * 1.12;
        const most = Math.max(busy, Math.min((wnd.range(from, to)[1] || 0) * 1.08, busy * 2));
        const Y: Scale = (value) => box.bottom - (Math.min(value, most * 1.05) / most) * (box.bottom - box.top);
        this.clipped(g, box, () => {
            for (const value of ticks(0, most, 4)) this.rule(g, box, Y(value));
            this.line(s, wnd, X, Y, colour.edge, 1.2);
            stepArea(g, flight, undefined, from, to, X, Y, s.w);
            g.fillStyle = colour.cwnd;
            g.globalAlpha = 0.28;
            g.fill();
            g.globalAlpha = 1;
            this.line(s, ssthresh, X, Y, colour.ssthresh, 1.5, [5, 4]);
            this.line(s, cwnd, X, Y, colour.cwnd, 2);
        });
        for (const value of ticks(0, most, 4)) text(g, bytes(value).replace(".0 ", " "), box.left - 8, Y(value), mono(10.5), colour.ink3, "right");
        text(g, "windows", 14, box.top - 6, ui(11, 500), colour.ink2);
        const [at, v] = [this.latest, c.variables];
        endLabels(g, [
            { words: c.outbound ? "peer window" : "our window", y: Y(c.window[at]), fill: colour.edge },
            { words: "cwnd", y: Y(v.cwnd[at]), fill: colour.cwnd },
            ...(v.ssthresh[at] < 2 ** 30 && v.cwnd[at] > 0 ? [{ words: "ssthresh", y: Y(v.ssthresh[at]), fill: colour.ssthresh }] : []),
            { words: "in flight", y: Y(v.flight[at]), fill: colour.cwnd },
        ], box.right + 10, box.top, box.bottom - 2);
    }

    private drawRtt(s: Surface, X: Scale): void {
        const { g } = s;
        const c = this.connection!;
        const box = this.box(s, 14, 8);
        const { from, to } = this.view;
        const [srtt, rto] = [c.steps("srtt"), c.steps("rto")];
        const { samples } = c;
        const [first, last] = [lastAtMost(samples.t, from) + 1, lastAtMost(samples.t, to)];
        const stride = Math.max(1, Math.floor((last - first) / 3000));
        let [least, most] = [srtt.range(from, to), rto.range(from, to)].reduce(([a, b], [x, y]) => [Math.min(a, x || a), Math.max(b, y || b)], [Infinity, 0]);
        for (let n = first; n <= last; n += stride) {
            least = Math.min(least, samples.us[n]);
            most = Math.max(most, samples.us[n]);
        }
        text(g, "rtt", 14, box.top - 4, ui(11, 500), colour.ink2);
        if (!(most > 0)) return;
        const [low, high] = [Math.log(least / 1.5), Math.log(most * 1.4)];
        const Y: Scale = (us) => box.bottom - ((Math.log(us) - low) / (high - low)) * (box.bottom - box.top);
        const marks: number[] = [];
        for (let power = 1; power <= 1e9; power *= 10) for (const m of [1, 2, 5]) marks.push(m * power);
        const shown = marks.filter((us) => Y(us) > box.top + 8 && Y(us) < box.bottom);
        const decades = high - low > Math.log(200) ? shown.filter((us) => Math.log10(us) % 1 === 0) : shown;
        this.clipped(g, box, () => {
            for (const us of decades) this.rule(g, box, Y(us));
            g.fillStyle = colour.sample;
            g.globalAlpha = 0.55;
            g.beginPath();
            for (let n = first; n <= last; n += stride) {
                const [x, y] = [X(samples.t[n]), Y(samples.us[n])];
                if (last - first > 1000) g.rect(x - 0.7, y - 0.7, 1.4, 1.4);
                else {
                    g.moveTo(x + 1.7, y);
                    g.arc(x, y, 1.7, 0, 7);
                }
            }
            g.fill();
            g.globalAlpha = 1;
            this.line(s, srtt, X, Y, colour.acked, 1.8);
            this.line(s, rto, X, Y, colour.ssthresh, 1.5);
        });
        const [at, v] = [this.latest, c.variables];
        for (const us of decades) text(g, time(us / 1e6).replace(".00", "").replace(".0 ", " "), box.left - 8, Y(us), mono(10.5), colour.ink3, "right");
        endLabels(g, [
            { words: "rto", y: Y(Math.max(v.rto[at], 1)), fill: colour.ssthresh },
            ...(v.srtt[at] > 0 ? [{ words: "srtt", y: Y(v.srtt[at]) - 7, fill: colour.acked }] : []),
            { words: "samples", y: Y(Math.max(v.srtt[at], 1)) + 8, fill: colour.sample },
        ], box.right + 10, box.top, box.bottom);
    }

    private drawTimers({ g, w }: Surface, X: Scale): void {
        const c = this.connection!;
        const [lo, hi] = [gutter.left, w - gutter.right];
        const first = ["rexmt", "persist", "2msl", "delack"];
        const rows = [c, c.peer].flatMap((side) => side?.timers.map((timer) => ({ timer, side })) ?? [])
            .filter(({ timer, side }) => side === c || timer.name === "delack")
            .sort((a, b) => (first.indexOf(a.timer.name) + 99) % 99 - (first.indexOf(b.timer.name) + 99) % 99).slice(0, 5);
        const styles: Record<string, string> = { rexmt: colour.cwnd, persist: colour.persist, "2msl": colour.active };
        rows.forEach(({ timer, side }, n) => {
            const y = 12 + n * 18;
            const style = styles[timer.name] ?? colour.ssthresh;
            text(g, timer.name === "2msl" ? "2MSL" : timer.name, lo - 8, y, ui(11, 500), colour.ink2, "right");
            g.fillStyle = style;
            g.globalAlpha = 0.6;
            // Bars that would touch become one: a deadline that is moved stays armed.
            let open: [number, number] | undefined;
            const flush = (): void => {
                if (!open) return;
                const [a, b] = [Math.max(lo, open[0]), Math.min(hi, open[1])];
                if (b > a) {
                    roundRect(g, a, y - 4, Math.max(1.5, b - a), 8, 2.5);
                    g.fill();
                }
            };
            for (const span of timer.armed) {
                const [a, b] = [X(span.from), X(span.to)];
                if (b < lo || a > hi) continue;
                if (open && a - open[1] < 1.5) open[1] = Math.max(open[1], b);
                else {
                    flush();
                    open = [a, b];
                }
            }
            flush();
            g.globalAlpha = 1;
            g.fillStyle = timer.name === "rexmt" ? colour.bad : timer.name === "persist" ? colour.edge : colour.ssthresh;
            for (const t of timer.fired) {
                const x = X(t);
                if (x < lo || x > hi) continue;
                g.beginPath();
                g.moveTo(x, y - 6);
                g.lineTo(x + 4.5, y);
                g.lineTo(x, y + 6);
                g.lineTo(x - 4.5, y);
                g.fill();
            }
            const note = side !== c ? `${timer.name}: peer` : n === 0 ? "bar: armed" : n === 1 ? "diamond: fired" : "";
            text(g, note, hi + 10, y, ui(11), side !== c ? colour[c.side ? "client" : "server"] : colour.ink3);
        });
    }

    private drawAxis({ g, w }: Surface, X: Scale): void {
        const { from, to } = this.view;
        for (const t of ticks(from, to, 7)) {
            if (X(t) < gutter.left - 1 || X(t) > w - gutter.right + 1) continue;
            text(g, instant(t, (to - from) / 7), X(t), 10, mono(10.5), colour.ink3, "center");
        }
    }
}
