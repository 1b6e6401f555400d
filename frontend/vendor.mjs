// Copies what the interface takes from npm into static/: Tabler's style sheet and
// the icons named below as one SVG sprite, each with its licence. Run by `make vendor`
// after `npm --prefix frontend ci`; the results are committed.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, "node_modules");
const statics = join(here, "..", "static");
const vendor = join(statics, "vendor");

// The icons of the interface, by their Tabler names. `{% icon "name" %}` knows these only.
const ICONS = `
  adjustments-horizontal alert-circle alert-triangle archive arrow-back-up arrow-down arrow-left
  arrow-right arrow-up arrows-exchange ban bell book-2 books briefcase building building-community
  calendar calendar-event certificate chart-bar chart-line check checks chevron-down chevron-left
  chevron-right chevron-up circle-check circle-dashed circle-dot circle-x clock clock-exclamation
  coin copy database device-desktop device-floppy dots download edit equal-not external-link eye
  eye-off file-alert file-check file-description file-off file-text file-unknown filter flag folder git-compare
  git-merge help-circle history home hourglass inbox info-circle key language language-off
  layout-dashboard link list-details lock lock-open login logout mail map-pin math-function menu-2
  message minus moon paperclip pencil pencil-plus player-pause player-play player-stop plug plus
  point printer progress quote refresh restore rotate-clockwise scale school search selector send settings
  shield-lock square-check sun sun-moon tag target trash upload user user-circle users users-group
  world writing x zoom-exclamation
`.trim().split(/\s+/);

const read = (...parts) => readFileSync(join(modules, ...parts), "utf8");
const version = (name) => JSON.parse(read(name, "package.json")).version;

function symbol(name) {
  const drawing = read("@tabler", "icons", "icons", "outline", `${name}.svg`)
    .replace(/^[\s\S]*?<svg[^>]*>|<\/svg>\s*$/g, "")
    .replace(/<path stroke="none"[^>]*>/, "")
    .replace(/\s+/g, " ")
    .replace(/> </g, "><")
    .trim();
  return `<symbol id="${name}" viewBox="0 0 24 24">${drawing}</symbol>`;
}

mkdirSync(vendor, { recursive: true });

// Without the reference to a source map, which is not shipped.
writeFileSync(
  join(vendor, "tabler.min.css"),
  read("@tabler", "core", "dist", "css", "tabler.min.css").replace(/\/\*# sourceMappingURL=.*?\*\//g, ""),
);

writeFileSync(
  join(statics, "icons.svg"),
  `<svg xmlns="http://www.w3.org/2000/svg"><!-- Tabler Icons ${version("@tabler/icons")}, MIT, ` +
    `see vendor/LICENCES.txt -->\n${ICONS.map(symbol).join("\n")}\n</svg>\n`,
);

const mit = read("@tabler", "icons", "LICENSE");
writeFileSync(
  join(vendor, "LICENCES.txt"),
  [
    `Tabler Icons ${version("@tabler/icons")} (../icons.svg), https://tabler.io/icons\n\n${mit.trim()}`,
    // The package of the style sheet names its licence but carries no copy of it.
    `Tabler ${version("@tabler/core")} (tabler.min.css), https://tabler.io\n\n` +
      mit.trim().replace(/^Copyright .*$/m, "Copyright (c) 2018-2026 The Tabler Authors\nCopyright (c) 2018-2026 codecalm.net Paweł Kuna"),
  ].join(`\n\n${"-".repeat(72)}\n\n`) + "\n",
);
