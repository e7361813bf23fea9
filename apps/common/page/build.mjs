// Bundles src/ into page.js, which is checked in: building the stack needs no Node.
//   node build.mjs            writes it
//   node build.mjs --check    exit code 1 if the one that is checked in is not this one, or is too large
import { build } from "esbuild";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const limit = 64 * 1024;
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
// Names of our own members, which nothing outside the bundle reads, become short.
const ours = new RegExp("^(" + readFileSync(here("src/members.txt"), "utf8").trim().split(/\s+/).join("|") + ")$");
const { outputFiles } = await build({
    entryPoints: [here("src/main.ts")], bundle: true, minify: true, write: false, format: "iife", target: "chrome110",
    charset: "utf8", legalComments: "none", mangleProps: ours,
});
// Inside a page, nothing may look like the end of a script.
const text = outputFiles[0].text.replaceAll("</script", "<\\/script");
const size = Buffer.byteLength(text);
if (size > limit) {
    console.error(`page.js would have ${size} octets, more than ${limit}`);
    process.exit(1);
}
if (process.argv.includes("--check")) {
    if (readFileSync(here("page.js"), "utf8") !== text) {
        console.error("page.js is not what src/ makes: run npm run build");
        process.exit(1);
    }
    console.log(`page.js is up to date, ${size} octets`);
} else {
    writeFileSync(here("page.js"), text);
    console.log(`page.js: ${size} octets`);
}
