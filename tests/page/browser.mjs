// What the pages share in tests: a headless Chromium, checks that are told one by one.
import { chromium } from "../../apps/common/page/node_modules/playwright-core/index.mjs";
import { existsSync } from "node:fs";

let failed = 0;
export function check(name, holds, detail = "") {
    console.log(`${holds ? "ok   " : "FAIL "} ${name}${holds || detail === "" ? "" : `: ${detail}`}`);
    if (!holds) failed++;
}
export const exitCode = () => (failed ? 1 : 0);

// A page that may ask nobody for anything but what `allowed` says; what it complains of is kept.
export async function openBrowser() {
    const path = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find(existsSync);
    if (!path) throw new Error("no chromium: run scripts/setup");
    // As root, and inside network namespaces, Chromium's own sandbox cannot be had.
    return chromium.launch({ executablePath: path, args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"] });
}
export async function openPage(browser, url, allowed = () => false) {
    const page = await browser.newPage({ viewport: { width: 1720, height: 1100 } });
    const complaints = [];
    const requests = [];
    page.on("console", (message) => ["error", "warning"].includes(message.type()) && complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("request", (request) => request.url() !== url.split("#")[0] && !request.url().startsWith("data:") && !allowed(request.url()) && requests.push(request.url()));
    await page.goto(url, { waitUntil: "commit", timeout: 60000 });
    await page.waitForFunction(() => document.body?.dataset.drawn || document.body?.dataset.error, null, { timeout: 60000 });
    return { page, complaints, requests };
}
