// Every connection of a live page as a token in the state machine. States change faster than the eye: a token walks the
// path of its connection one arrow at a time.
import { placeOf } from "./machine";
import { Kind, Trace } from "./trace";

interface Token {
    circle: SVGCircleElement;
    at: string;
    path: string[];  // still to walk
}

const perRow = 12;
const stepMs = 170;

export class Crowd {
    private tokens = new Map<number, Token>();
    private timer = 0;
    private mine = 0;

    constructor(private root: SVGSVGElement, private choose: (connection: number) => void) {}

    // The records from `first` on are new.
    take(trace: Trace, first: number, mine: number): void {
        this.mine = mine;
        for (let i = first; i < trace.count; ++i) {
            if (trace.get("kind", i) !== Kind.state) continue;
            const number = trace.get("connection", i);
            const listens = trace.state(i) === "LISTEN";
            let token = this.tokens.get(number);
            if (!token) {
                const isChild = trace.words.events[trace.get("detail", i)] === "syn_admitted";
                token = { circle: document.createElementNS("http://www.w3.org/2000/svg", "circle"), at: isChild ? "LISTEN" : "CLOSED", path: [] };
                token.circle.setAttribute("r", listens ? "3" : "4.2");
                token.circle.setAttribute("class", "token");
                token.circle.dataset.connection = String(number);
                token.circle.onclick = () => this.choose(number);
                this.root.append(token.circle);
                this.tokens.set(number, token);
            }
            token.path.push(trace.state(i) === "CLOSED" ? "end" : trace.state(i));
        }
        // Who comes late sees where everybody is, not how they came there.
        if (first === 0) for (const token of this.tokens.values()) token.path = token.path.slice(-2);
        if (!this.timer) this.step();
    }
    private step(): void {
        this.timer = 0;
        let moves = false;
        for (const [number, token] of this.tokens) {
            const next = token.path.shift();
            if (next) token.at = next;
            else if (token.at === "end") {
                token.circle.style.opacity = "0";
                token.circle.ontransitionend = () => token.circle.remove();
                setTimeout(() => token.circle.remove(), 2000);
                this.tokens.delete(number);
                continue;
            }
            moves ||= token.path.length > 0 || token.at === "end";
        }
        this.place();
        if (moves) this.timer = window.setTimeout(() => this.step(), stepMs);
    }
    private place(): void {
        const count = new Map<string, number>();
        for (const [number, token] of this.tokens) {
            const n = count.get(token.at) ?? 0;
            count.set(token.at, n + 1);
            const [x, y] = placeOf(token.at);
            const [row, column] = [Math.floor(n / perRow), n % perRow];
            token.circle.style.transform = `translate(${x - 52 + column * 9.5}px, ${y + 21 + Math.min(row, 12) * 9}px)`;
            token.circle.classList.toggle("mine", number === this.mine);
        }
    }
}
