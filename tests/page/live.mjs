// The live page in a headless browser that talks to the server it watches.
//   node live.mjs URL       of sluice-httpd --status
import { connect } from "node:net";
import { check, exitCode, openBrowser, openPage } from "./browser.mjs";

const url = process.argv[2];
const { hostname, port } = new URL(url);
const browser = await openBrowser();
try {
    const { page, complaints, requests } = await openPage(browser, url, (asked) => asked === `${url}?events`);
    const tokens = () => page.locator(".token").count();
    const until = async (name, test, ...given) => {
        const holds = await page.waitForFunction(test, given, { timeout: 20000 }).then(() => true, () => false);
        check(name, holds);
    };

    await until("the page shows the connection that carries it", () => document.querySelector(".token.mine") && document.querySelector("#connections tr.selected")?.textContent.includes("ESTABLISHED"));
    const log = await page.locator("#log").innerText();
    check("with its own handshake", log.includes("CLOSED -> SYN-RECEIVED") && log.includes("SYN-RECEIVED -> ESTABLISHED"), log.slice(0, 400));
    const titles = await page.$$eval(".card h3", (all) => all.map((e) => e.textContent));
    check("as an episode too", titles.includes("Handshake"), titles.join(", "));
    const before = Number(await page.evaluate(() => document.body.dataset.records));
    await until("and goes on", ([count]) => Number(document.body.dataset.records) > count, before);

    const sockets = await Promise.all(Array.from({ length: 200 }, () => new Promise((done, fail) => {
        const socket = connect(Number(port || 80), hostname, () => done(socket));
        socket.on("error", fail);
    })));
    await until("200 connections are 200 tokens more", () => document.querySelectorAll(".token").length >= 201);
    await until("and as many rows", () => document.querySelectorAll("#connections tr").length >= 201);
    const busy = setInterval(() => sockets.forEach((socket) => socket.write("GET /files/hello.txt HTTP/1.1\r\nHost: x\r\n\r\n")), 250);
    sockets.forEach((socket) => socket.resume());
    const gaps = await page.evaluate(() => new Promise((done) => {
        const times = [];
        const next = (t) => {
            times.push(t);
            if (t - times[0] < 3000) requestAnimationFrame(next);
            else done(times.slice(1).map((time, n) => time - times[n]).sort((a, b) => a - b));
        };
        requestAnimationFrame(next);
    }));
    clearInterval(busy);
    const costs = await page.evaluate(() => [...window.page.redraws].sort((a, b) => a - b));
    const [median, late] = [gaps[gaps.length >> 1], gaps[Math.floor(gaps.length * 0.95)]];
    console.log(`      200 busy connections: a frame every ${median.toFixed(0)} ms, 95 of 100 within ${late.toFixed(0)} ms; a redraw ${costs[costs.length >> 1].toFixed(0)} ms`);
    const slow = Number(process.env.PAGE_SLOWNESS ?? 6);
    check("200 busy connections stay smooth", median < 17 * slow, `${median} ms between frames`);

    sockets.forEach((socket) => socket.end());
    await until("connections that end leave the picture", () => document.querySelectorAll(".token").length < 20);
    check("one token is left for the page's own", (await tokens()) >= 1);

    const plain = await fetch(url, { headers: { accept: "*/*" } });
    check("who asks for no page gets the site", plain.ok && !(await plain.text()).includes("application/json"));
    check("no complaint on the console", complaints.length === 0, complaints.join("; "));
    check("no request but for the events", requests.length === 0, requests.join(" "));
} finally {
    await browser.close();
}
process.exit(exitCode());
