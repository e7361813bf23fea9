// The report in a headless browser: content, themes, pointer and keys, figures equal to the trace's, time and size.
//   node report.mjs BIN FOLDER       BIN has sluice-report, sluice-trace and page_traces
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, statSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { check, exitCode, openBrowser, openPage } from "./browser.mjs";

const [bin, folder] = process.argv.slice(2);
const run = (program, ...given) => execFileSync(`${bin}/${program}`, given, { encoding: "utf8", maxBuffer: 1 << 28 });
mkdirSync(`${folder}/large`, { recursive: true });
run("page_traces", folder);
run("page_traces", `${folder}/large`, "120000");
run("sluice-report", `${folder}/client.qlog`, `${folder}/server.qlog`, "--title", "lossy </script><b>upload", "-o", `${folder}/two.html`);
run("sluice-report", `${folder}/client.qlog`, "-o", `${folder}/one.html`);
run("sluice-report", `${folder}/large/client.qlog`, "-o", `${folder}/large.html`);

// The trace read a second time, by other code: what the page's figures must be.
function figuresOf(file, connection) {
    const v = {}, f = { segments: 0, data: 0, retransmitted: 0, timeouts: 0, srttLeast: NaN, delivered: 0, closed: 0, begin: NaN, end: 0 };
    let last;
    for (const line of readFileSync(file, "utf8").split("\n")) {
        if (!line) continue;
        const event = JSON.parse(line.replace("\x1e", ""));
        if (event.group_id !== String(connection) || event.data.n === undefined) continue;
        const t = event.time / 1e3;
        if (Number.isNaN(f.begin)) f.begin = t;
        const isSynchronized = ["ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2", "CLOSE-WAIT", "CLOSING", "LAST-ACK"].includes(v.state);
        if (last !== undefined && v.una > 0 && v.wnd === 0 && isSynchronized) f.closed += t - last;
        last = t;
        // What is left in TIME-WAIT tells no variables.
        const bare = event.data.v?.rto === 0 && event.data.v?.cwnd === 0;
        Object.assign(v, bare ? { state: event.data.v.state } : event.data.v);
        if (event.name === "tcp:segment_sent" || event.name === "tcp:segment_received") f.segments++;
        if (event.name === "tcp:segment_sent" && event.data.len > 0) f.data++;
        if (event.name === "tcp:segment_sent" && event.data.attempt > 1) f.retransmitted++;
        if (event.name === "tcp:timer_updated" && event.data.timer === "rexmt") f.timeouts++;
        if (v.srtt > 0 && !(f.srttLeast <= v.srtt)) f.srttLeast = v.srtt;
        if (v.una > f.delivered) [f.delivered, f.end] = [v.una, t];
    }
    return f;
}

const browser = await openBrowser();
const address = (name) => pathToFileURL(`${folder}/${name}`).href;
try {
    const { page, complaints, requests } = await openPage(browser, address("two.html") + "#theme=dark");
    const text = (selector) => page.locator(selector).innerText();
    const view = () => page.evaluate(() => ({ ...window.page.lanes.view }));
    const settle = () => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));

    check("the title is text, whatever is in it", (await text("#title")) === "lossy </script><b>upload");
    check("both ends are named", /192\.0\.2\.1:\d+ client/.test(await text("#client")) && (await text("#server")) === "192.0.2.2:8080 server");
    const shown = Object.fromEntries(await page.$$eval("[data-figure]", (all) => all.map((e) => [e.dataset.figure, Number(e.dataset.value)])));
    const wanted = figuresOf(`${folder}/client.qlog`, 1);
    const near = (a, b) => Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(b));
    for (const [name, value] of [["segments", wanted.segments], ["retransmitted", wanted.retransmitted], ["timeouts", wanted.timeouts],
        ["window closed", wanted.closed], ["srtt min / max", wanted.srttLeast / 1e3], ["goodput", ((wanted.delivered - 1) * 8) / (wanted.end - wanted.begin)]])
        check(`the figure '${name}' is the trace's`, near(shown[name], value), `page ${shown[name]}, trace ${value}`);
    const titles = await page.$$eval(".card h3", (all) => all.map((e) => e.textContent));
    check("the episodes tell the story", ["Handshake", "Receiver stops reading", "Close"].every((title) => titles.includes(title)), titles.join(", "));
    check("at most six episodes, in the order of time", titles.length <= 6 && (await page.evaluate(() => window.page.episodes.every((e, n, all) => n === 0 || all[n - 1].at <= e.at))));
    const state = async (name) => (await page.locator(`[data-state="${name}"]`).textContent()) ?? "";
    check("the state machine shows time spent on both sides", /ESTABLISHED[\d.]+ m?s · [\d.]+ m?s/.test(await state("ESTABLISHED")), await state("ESTABLISHED"));
    check("both paths are numbered", (await page.locator(".step").count()) >= 11);
    const rows = await page.$$eval("#connections tr", (all) => all.map((row) => row.textContent));
    check("every connection has a row, with what ended it", rows.length === 3 && rows.some((row) => row.includes("connection refused")), rows.join(" | "));

    // The schema lists the words of the code, neither more nor fewer.
    const { words } = await page.evaluate(() => JSON.parse(document.getElementById("data").textContent));
    const { $defs } = JSON.parse(readFileSync(new URL("../../docs/qlog-tcp.schema.json", import.meta.url), "utf8"));
    const same = (a, b) => [...a].sort().join() === [...b].filter(Boolean).sort().join();
    for (const [name, listed] of [["states", $defs.variables.properties.state.enum], ["phases", $defs.variables.properties.phase.enum],
        ["timers", $defs.variables.properties.timers.items.enum], ["causes", $defs.common.why.enum], ["calls", $defs.call.properties.call.enum]])
        check(`the schema knows all ${name}`, same(listed, words[name]), words[name].filter((word) => word && !listed.includes(word)).join(", "));

    const lines = run("sluice-trace", "text", "-c", "1", "-l", "1", `${folder}/client.qlog`).trimEnd().split("\n");
    const logged = await page.$$eval("#log > div:not(.fold)", (all) => all.map((e) => e.textContent));
    check("the log has every line of level 1, word for word", lines.every((line) => logged.includes(line)), lines.find((line) => !logged.includes(line)));
    await page.locator("#log .fold").first().click();
    check("a fold opens", (await page.locator("#log > div:not(.fold)").count()) > logged.length);

    const blank = await page.$$eval("canvas", (all) => all.filter((canvas) => {
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        const seen = new Set();
        for (let i = 0; i < data.length; i += 4) if (data[i + 3]) seen.add((data[i] << 16) | (data[i + 1] << 8) | data[i + 2]);
        return seen.size < 3;
    }).map((canvas) => canvas.dataset.lane ?? canvas.id ?? "card"));
    check("every canvas is drawn", blank.length === 0, blank.join(", "));

    await page.evaluate(() => scrollTo(0, 0));
    const before = await view();
    const lane = await page.locator("canvas[data-lane=sequence]").boundingBox();
    await page.mouse.move(lane.x + lane.width * 0.4, lane.y + lane.height * 0.5);
    await page.mouse.wheel(0, -300);
    await settle();
    const zoomed = await view();
    check("the wheel zooms around the pointer", zoomed.to - zoomed.from < (before.to - before.from) * 0.8 && zoomed.from > before.from && zoomed.to < before.to);
    await page.mouse.down();
    await page.mouse.move(lane.x + lane.width * 0.5, lane.y + lane.height * 0.5, { steps: 4 });
    await page.mouse.up();
    await settle();
    const panned = await view();
    check("dragging pans", panned.from < zoomed.from && Math.abs(panned.to - panned.from - (zoomed.to - zoomed.from)) < 1e-9);
    await page.keyboard.press("f");
    await settle();
    check("f shows everything", Math.abs((await view()).from - before.from) < 1e-9);
    await page.keyboard.press("2");
    await settle();
    const second = await page.evaluate(() => ({ from: window.page.episodes[1].from, to: window.page.episodes[1].to }));
    const there = await view();
    check("a digit goes to its episode", there.from <= Math.max(second.from, before.from) && there.to >= Math.min(second.to, before.to) && there.to - there.from < before.to - before.from);
    await page.keyboard.press("f");

    await page.mouse.move(lane.x + lane.width * 0.35, lane.y + lane.height * 0.5);
    const tip = page.locator("#tip");
    check("hovering shows a record", await tip.isVisible());
    const number = await tip.getAttribute("data-record");
    const told = (await text("#tip")).replace(/\s+/g, " ");
    const event = readFileSync(`${folder}/client.qlog`, "utf8").split("\n").find((line) => line.includes(`"data":{"n":${number},`));
    check("which is the trace's", event !== undefined && told.includes((JSON.parse(event.slice(1)).time / 1e3).toFixed(6).slice(0, -1)), told);

    const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    const dark = await background();
    await page.keyboard.press("t");
    await settle();
    check("t changes the theme, and every colour with it", dark === "rgb(10, 13, 18)" && (await background()) === "rgb(244, 246, 249)");
    await page.locator("#connections tr").nth(1).click();
    await settle();
    check("a row selects its connection", (await text("#name")).includes("#2") && (await page.$$eval(".card h3", (all) => all[0].textContent)) === "Refused");
    check("no complaint on the console", complaints.length === 0, complaints.join("; "));
    check("no request", requests.length === 0, requests.join(" "));

    const alone = await openPage(browser, address("one.html"));
    check("one trace alone: the other side is marked inferred", (await alone.page.locator("#server").innerText()).includes("192.0.2.2:8080") && alone.complaints.length === 0, alone.complaints.join("; "));

    // Time is told, not judged closely: machines differ. The limits are those of the design, times what a busy one may cost.
    const slow = Number(process.env.PAGE_SLOWNESS ?? 6);
    const large = await openPage(browser, address("large.html"));
    const [open, count] = await large.page.evaluate(() => [performance.now() && Number(document.body.dataset.drawn), Number(document.querySelector("[data-figure=segments]").dataset.value)]);
    const redraw = await large.page.evaluate(async () => {
        const times = [];
        for (let n = 0; n < 15; ++n) {
            window.page.lanes.zoom(n % 2 ? 1.25 : 0.8);
            const begin = performance.now();
            window.page.lanes.draw();
            times.push(performance.now() - begin);
        }
        return times.sort((a, b) => a - b)[7];
    });
    const size = statSync(`${folder}/large.html`).size;
    console.log(`      ${count} segments: opened in ${open.toFixed(0)} ms, redrawn in ${redraw.toFixed(1)} ms, ${size} octets`);
    check("100 000 segments open within a second", count >= 100000 && open < 1000 * slow, `${count} segments, ${open} ms`);
    check("and redraw within 16 ms", redraw < 16 * slow, `${redraw} ms`);
    check("in less than 5 MiB", size < 5 * 1024 * 1024, `${size}`);
    check("without complaint", large.complaints.length === 0, large.complaints.join("; "));
} finally {
    await browser.close();
}
process.exit(exitCode());
