// A picture of a report:   node picture.mjs REPORT.html PICTURE.png
import { pathToFileURL } from "node:url";
import { openBrowser, openPage } from "./browser.mjs";

const [report, picture] = process.argv.slice(2);
const browser = await openBrowser();
const { page, complaints } = await openPage(browser, pathToFileURL(report).href);
await page.screenshot({ path: picture });
await browser.close();
if (complaints.length) {
    console.error(complaints.join("\n"));
    process.exit(1);
}
