// The page around the drawings: one connection of a trace, shown whole. The report and the live page share it.
import { readTheme, surface } from "./canvas";
import { Connection } from "./connection";
import { Episode, episodesOf } from "./episodes";
import { joinBoth, peerOf } from "./join";
import { Ladder, smallLadder } from "./ladder";
import { Lanes } from "./lanes";
import { lineOf } from "./line";
import { Edge, machine } from "./machine";
import { drawSequence } from "./sequence";
import { lastAtMost } from "./steps";
import { Log, Row, rowHtml, rowOf } from "./tables";
import { Trace } from "./trace";
import { bytes, escape, rate, time } from "./words";

const legend: [string, string, string][] = [
    ["segment", '<path d="M6 1V13" stroke="C" stroke-width="2"/>', "segment"],
    ["bad", '<path d="M3 1V13" stroke="C" stroke-width="2.6"/><text x="6.5" y="10.5" font-size="9.5" font-weight="700" fill="C">R</text>', "retransmit"],
    ["bad", '<path d="M2 3l8 8M10 3l-8 8" stroke="C" stroke-width="1.8"/>', "lost"],
    ["acked", '<path d="M0 11H5V4H12" stroke="C" stroke-width="1.6" fill="none"/>', "acked"],
    ["sacked", '<path d="M6 2V12" stroke="C" stroke-width="2.4"/>', "SACKed"],
    ["edge", '<path d="M0 9H6V4H12" stroke="C" stroke-width="1.5" fill="none"/>', "window edge"],
    ["cwnd", '<rect x="0" y="2" width="12" height="10" rx="2" fill="C" opacity=".35"/>', "in flight"],
];

export const $ = <T extends HTMLElement = HTMLElement>(id: string): T => document.getElementById(id) as T;

export class Page {
    selected?: Connection;
    episodes: Episode[] = [];
    readonly lanes: Lanes;
    readonly ladder: Ladder;
    private log: Log;
    private scheduled = false;
    private wantsAll = true;
    onChoice: () => void = () => {};
    redraws: number[] = [];  // milliseconds each took, the newest

    constructor(private traces: Trace[], private edges: Edge[], foot: string) {
        $("legend").innerHTML = legend.map(([name, path, words]) => `<span><svg width="14" height="14">${path.replaceAll('C"', `var(--${name})"`)}</svg>${words}</span>`).join("");
        $("foot").textContent = foot;
        this.lanes = new Lanes($("lanes"));
        this.ladder = new Ladder($<HTMLCanvasElement>("ladder"));
        this.log = new Log($("log"));
        this.lanes.onRange = () => this.schedule(false);
        this.lanes.onHover = (record, x, y) => this.tip(record, x, y);
        this.ladder.onHover = (record, x, y) => this.tip(record, x, y);
        this.listen();
        this.setTheme(new URLSearchParams(location.hash.slice(1)).get("theme") ?? (matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark"));
    }

    // --- choosing --------------------------------------------------------------------------------------------------

    rows(): Row[] {
        return this.traces[0].connections().map((number) => rowOf(this.traces[0], number));
    }
    // The busiest connection is the one people ask about.
    busiest(): number | undefined {
        const [trace] = this.traces;
        return trace.connections().reduce<number | undefined>((best, number) =>
            best === undefined || trace.recordsOf(number).length > trace.recordsOf(best).length ? number : best, undefined);
    }
    select(number: number, keepView = false): void {
        let connection = new Connection(this.traces[0], number);
        const peer = this.traces[1] && peerOf(connection, this.traces[1]);
        if (peer) {
            joinBoth(connection, peer);
            // The side that sends the data knows why.
            if (!connection.outbound && peer.outbound) connection = peer;
        }
        this.selected = connection;
        this.episodes = episodesOf(connection);
        this.lanes.episodes = this.episodes;
        this.ladder.show(connection);
        this.lanes.show(connection, keepView);
        this.schedule(true);
    }

    // --- drawing ---------------------------------------------------------------------------------------------------

    schedule(all: boolean): void {
        this.wantsAll ||= all;
        if (this.scheduled) return;
        this.scheduled = true;
        requestAnimationFrame(() => {
            this.scheduled = false;
            const begin = performance.now();
            if (this.wantsAll) this.drawAll();
            else this.lanes.draw();
            this.redraws.push(performance.now() - begin);
            if (this.redraws.length > 100) this.redraws.shift();
        });
    }
    drawAll(): void {
        this.wantsAll = false;
        const c = this.selected;
        if (!c) return;
        this.drawHead(c);
        this.lanes.draw();
        this.drawCards(c);
        $("machine").innerHTML = machine(c.side === 0 ? [c, c.peer] : [c.peer, c], this.edges);
        this.ladder.draw();
        $("logged").textContent = this.log.show(c);
        this.drawTable();
        // The log takes the room that is left beside the ladder.
        const log = $("log");
        const room = $("ladder").getBoundingClientRect().bottom - log.getBoundingClientRect().top;
        log.style.maxHeight = `${Math.max(322, Math.floor(room))}px`;
        document.body.dataset.drawn = String(performance.now());
    }
    drawTable(): void {
        const rows = this.rows();
        const selected = this.selected?.trace === this.traces[0] ? this.selected.number : this.selected?.peer?.number;
        $("connections").innerHTML = rows.map((row) => rowHtml(row, row.number === selected)).join("");
        $("seen").textContent = `${rows.length} seen, 1 selected`;
    }
    private drawHead(c: Connection): void {
        const { figures, facts } = c;
        const trace = this.traces[0];
        document.title = `TCP report · ${trace.title}`;
        $("title").textContent = trace.title;
        const agreed = [facts.sack && "SACK", facts.timestamps && "timestamps", facts.shift >= 0 && facts.peerShift >= 0 && "window scale"].filter(Boolean).join(" + ");
        $("about").textContent = [`${bytes(figures.delivered)} in ${time(figures.end - figures.begin)}`, Number.isNaN(figures.srttLeast) ? "" : `${time(figures.srttLeast)} RTT`,
            facts.peerMss ? `MSS ${facts.peerMss}` : "", agreed].filter(Boolean).join(" · ");
        $("client").textContent = `${c.side === 0 ? facts.local : facts.remote} client`;
        $("server").textContent = `${c.side === 1 ? facts.local : facts.remote} server`;
        $("name").textContent = `Connection #${c.number} over time`;
        const [value, unit] = rate(figures.goodput);
        const share = figures.dataSegments ? `(${((100 * figures.retransmitted) / figures.dataSegments).toFixed(1)}%)` : "";
        const ms = (seconds: number): string => Number.isNaN(seconds) ? "-" : String(seconds < 0.01 ? Number((seconds * 1e3).toPrecision(2)) : Math.round(seconds * 1e3));
        const shown: [string, string, string, string, number][] = [
            ["goodput", value, unit, "", figures.goodput],
            ["segments", String(figures.segments), "", "", figures.segments],
            ["retransmitted", String(figures.retransmitted), share, figures.retransmitted ? "bad" : "", figures.retransmitted],
            ["timeouts", String(figures.timeouts), "", figures.timeouts ? "bad" : "", figures.timeouts],
            ["window closed", figures.windowClosed.toFixed(2), "s", figures.windowClosed ? "warn" : "", figures.windowClosed],
            ["srtt min / max", `${ms(figures.srttLeast)} / ${ms(figures.srttMost)}`, "ms", "", figures.srttLeast],
        ];
        $("figures").innerHTML = shown.map(([name, words, more, style, exact]) =>
            `<div class="figure ${style}" data-figure="${name}" data-value="${exact}"><b>${words}<i>${more}</i></b><span>${name}</span></div>`).join("");
    }
    private drawCards(c: Connection): void {
        const root = $("episodes");
        root.innerHTML = this.episodes.map((episode, n) =>
            `<button class="panel card" data-episode="${n + 1}"><span class="n">${n + 1}</span><h3>${escape(episode.title)}</h3><span class="t">${episode.at.toFixed(3)} s</span><p>${escape(episode.words)}</p><canvas></canvas></button>`).join("");
        root.querySelectorAll("canvas").forEach((canvas, n) => {
            const s = surface(canvas, 84);
            const { from, to, ladder } = this.episodes[n];
            if (ladder) return smallLadder(s, c, from, to);
            const X = (t: number): number => 6 + ((t - from) / (to - from)) * (s.w - 12);
            drawSequence(s, c, X, from, to, { left: 0, right: s.w, top: 8, bottom: 78 }, true);
            return undefined;
        });
    }

    // The whole record, beside the pointer.
    tip(record: number | undefined, x: number, y: number): void {
        const tip = $("tip");
        const c = this.selected;
        if (record === undefined || !c) {
            tip.style.display = "none";
            return;
        }
        const { trace } = c;
        const line = lineOf(trace, record);
        const k = lastAtMost(c.records, record);
        const value = (name: keyof Connection["variables"]): number => (k >= 0 ? c.variables[name][k] : 0);
        const cells: [string, string][] = [
            ["state", trace.state(record)], ["phase", trace.words.phases[trace.get("phase", record)]],
            ["snd.una", String(value("una"))], ["snd.max", String(value("max"))], ["snd.wnd", String(value("wnd"))], ["cwnd", String(value("cwnd"))],
            ["ssthresh", value("ssthresh") >= 2 ** 30 ? "-" : String(value("ssthresh"))], ["in flight", String(value("flight"))],
            ["rcv.nxt", String(value("rcv_nxt"))], ["rcv.wnd", String(value("rcv_wnd"))],
            ["srtt", value("srtt") ? time(value("srtt") / 1e6) : "-"], ["rto", value("rto") ? time(value("rto") / 1e6) : "-"],
        ];
        tip.dataset.record = String(trace.get("number", record));
        tip.innerHTML = `<span class="${line.tag}">${line.tag}</span> <b>${line.time.trim()}</b>${trace.get("frame", record) ? ` frame ${trace.get("frame", record)}` : ""}<br>${escape(line.body.replace(/ +/g, " "))}` +
            (line.why || line.rule ? `<br><span class="why">${escape([line.why, line.rule && `[${line.rule}]`].filter(Boolean).join("  "))}</span>` : "") +
            `<div class="grid">${cells.map(([name, words]) => `<span>${name}</span><em>${words}</em>`).join("")}</div>`;
        tip.style.display = "block";
        tip.style.left = `${Math.min(x + 16, innerWidth - tip.offsetWidth - 8)}px`;
        tip.style.top = `${Math.min(y + 16, innerHeight - tip.offsetHeight - 8)}px`;
    }

    // --- acting ----------------------------------------------------------------------------------------------------

    goTo(n: number): void {
        const episode = this.episodes[n - 1];
        if (!episode) return;
        const margin = (episode.to - episode.from) * 0.06;
        this.lanes.setView({ from: episode.from - margin, to: episode.to + margin });
    }
    setTheme(name: string): void {
        document.documentElement.dataset.theme = name === "light" ? "light" : "dark";
        $("theme").textContent = name === "light" ? "Dark" : "Light";
        readTheme();
        this.schedule(true);
    }
    switchTheme(): void {
        this.setTheme(document.documentElement.dataset.theme === "light" ? "dark" : "light");
    }
    private listen(): void {
        $("fit").onclick = () => this.lanes.fit();
        $("theme").onclick = () => this.switchTheme();
        $("episodes").onclick = (event) => {
            const card = (event.target as HTMLElement).closest<HTMLElement>(".card");
            if (card) this.goTo(Number(card.dataset.episode));
        };
        const choose = (event: Event): void => {
            const row = (event.target as HTMLElement).closest<HTMLElement>("tr[data-connection]");
            if (!row) return;
            this.onChoice();
            this.select(Number(row.dataset.connection));
        };
        $("connections").onclick = choose;
        $("connections").onkeydown = (event) => event.key === "Enter" && choose(event);
        addEventListener("keydown", (event) => {
            if (event.ctrlKey || event.metaKey || event.altKey || !this.selected) return;
            const acts: Record<string, () => void> = {
                f: () => this.lanes.fit(), t: () => this.switchTheme(), "+": () => this.lanes.zoom(0.7), "=": () => this.lanes.zoom(0.7), "-": () => this.lanes.zoom(1 / 0.7),
                ArrowLeft: () => this.lanes.pan(-0.15), ArrowRight: () => this.lanes.pan(0.15), Escape: () => this.tip(undefined, 0, 0),
            };
            if (acts[event.key]) acts[event.key]();
            else if (event.key >= "1" && event.key <= "9") this.goTo(Number(event.key));
        });
        addEventListener("resize", () => this.schedule(true));
    }
    say(words: string): void {
        $("about").textContent = words;
    }
}
