// Builds the front end into ../internal/web/static/build: one style sheet, one font with its licence, one small
// script that only improves what works without it, and the icon. Nothing is fetched; run `npm ci` first.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as sass from "sass";

const here = fileURLToPath(new URL(".", import.meta.url));
const out = fileURLToPath(new URL("../internal/web/static/build/", import.meta.url));
const font = here + "node_modules/@fontsource-variable/atkinson-hyperlegible-next/";

mkdirSync(out, { recursive: true });

const { css } = sass.compile(here + "scss/throughline.scss", {
  loadPaths: [here],
  quietDeps: true,
  style: "compressed",
});
writeFileSync(out + "throughline.css", css);
cpSync(here + "js/throughline.js", out + "throughline.js");
cpSync(here + "icon.svg", out + "icon.svg");
cpSync(
  font + "files/atkinson-hyperlegible-next-latin-wght-normal.woff2",
  out + "atkinson-hyperlegible-next-latin-wght-normal.woff2",
);
writeFileSync(out + "atkinson-hyperlegible-next-OFL.txt", readFileSync(font + "LICENSE"));

console.log(`front end built: style sheet ${Math.round(css.length / 1000)} kB`);
