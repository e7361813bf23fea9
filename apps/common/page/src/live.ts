// The live page: the server's own connections as they happen, told by server-sent events over one of them.
import { Crowd } from "./crowd";
import { Edge } from "./machine";
import { $, Page } from "./page";
import { fromBase64, unpack, Vocabulary } from "./records";
import { Facts, Trace } from "./trace";

const kept = 40000;  // records
const leastPause = 250;

export interface Live {
    live: string;  // where the events are
    title: string;
    words: Vocabulary;
    edges: Edge[];
}

export function watch(given: Live): Page {
    const trace = new Trace(given.title, given.words, 0, 0);
    const page = new Page([trace], given.edges, "Live: told by the connection you are looking at. Sequence numbers are relative to the initial sequence number of each side.");
    document.body.classList.add("live");
    let you = "", run = "", shown = 0, scheduled = false, chosen = false;
    const crowd = new Crowd($("crowd") as unknown as SVGSVGElement, (number) => {
        chosen = true;
        page.select(number);
    });
    page.onChoice = () => (chosen = true);

    const mine = (): number | undefined => trace.connections().find((number) => trace.newestFacts(number)?.remote === you);
    const update = (): void => {
        scheduled = false;
        if (document.hidden) return;
        const begin = performance.now();
        const own = mine();
        crowd.take(trace, shown, own ?? 0);
        shown = trace.count;
        const wanted = chosen && page.selected && trace.recordsOf(page.selected.number).length ? page.selected.number : own ?? page.busiest();
        if (wanted !== undefined) page.select(wanted, page.selected?.number === wanted && page.lanes.isMoved);
        pause = Math.max(leastPause, (performance.now() - begin) * 6);
    };
    let pause = leastPause;
    const schedule = (): void => {
        if (scheduled) return;
        scheduled = true;
        setTimeout(update, pause);
    };

    const source = new EventSource(given.live);
    const on = (name: string, act: (data: string) => void): void =>
        source.addEventListener(name, (event) => act((event as MessageEvent<string>).data));
    on("hello", (data) => {
        const hello = JSON.parse(data) as { you: string; run: string };
        // Another server answers there now: its numbers mean other things.
        if (run && run !== hello.run) location.reload();
        ({ you, run } = hello);
    });
    on("facts", (data) => trace.tell(JSON.parse(data) as Facts));
    on("records", (data) => {
        const columns = unpack(fromBase64(data), given.words);
        trace.append(columns);
        if (trace.count > kept * 1.25) {
            shown = Math.max(0, shown - (trace.count - kept));
            trace.keepNewest(kept);
        }
        document.body.dataset.records = String(trace.count);
        schedule();
    });
    source.onopen = () => document.body.classList.remove("cut");
    source.onerror = () => document.body.classList.add("cut");
    document.addEventListener("visibilitychange", schedule);
    return page;
}
