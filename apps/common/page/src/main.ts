// Where the page begins: the report has its data in itself, the live page gets it as it happens.
import { Live, watch } from "./live";
import { Edge } from "./machine";
import { Page } from "./page";
import { fromBase64, gunzip, unpack, Vocabulary } from "./records";
import { Facts, Trace } from "./trace";

interface Given {
    title: string;
    words: Vocabulary;
    edges: Edge[];
    traces: { title: string; epoch: number; lost: number; gzip: boolean; records: string; facts: Facts[] }[];
}

// For whoever looks at the page with a debugger, and for its tests.
function show(page: Page): void {
    (window as unknown as { page: Page }).page = page;
}

async function report(given: Given): Promise<void> {
    const traces = await Promise.all(given.traces.map(async (each) => {
        const packed = fromBase64(each.records);
        const trace = new Trace(given.title || each.title, given.words, each.epoch, each.lost);
        trace.append(unpack(each.gzip ? await gunzip(packed) : packed, given.words));
        each.facts.forEach((facts) => trace.tell(facts));
        return trace;
    }));
    const lost = traces.reduce((sum, trace) => sum + trace.lost, 0);
    const page = new Page(traces, given.edges, "Self-contained report: one file, no network. Sequence numbers are relative to the initial sequence number of each side." +
        (lost ? ` ${lost} records were lost: the ring was full.` : ""));
    show(page);
    const busiest = page.busiest();
    if (busiest === undefined) page.say("no connection in this trace");
    else page.select(busiest);
}

addEventListener("error", (event) => (document.body.dataset.error = event.message));
addEventListener("unhandledrejection", (event) => (document.body.dataset.error = String(event.reason)));
const data = document.getElementById("data");
if (data) {
    const given = JSON.parse(data.textContent!) as Given | Live;
    if ("live" in given) show(watch(given));
    else void report(given);
}
