// Builds what the portals serve: node build.mjs FOLDER. The same sources and lock give the same bytes.
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import * as sass from "sass";

const HERE = dirname(fileURLToPath(import.meta.url));
const PACKAGES = join(HERE, "node_modules");
const FONT = join(PACKAGES, "@fontsource/be-vietnam-pro");
const WEIGHTS = [400, 600];
const SUBSETS = ["vietnamese", "latin", "latin-ext"];
const SOURCES = ["package.json", "package-lock.json", "build.mjs", "mark.svg", "NOTICE", "scss", "js"];

const target = process.argv[2];
if (!target) throw new Error("name the folder to build into");
rmSync(target, { recursive: true, force: true });
mkdirSync(join(target, "fonts"), { recursive: true });

const { css } = sass.compile(join(HERE, "scss/theme.scss"), {
  style: "compressed",
  loadPaths: [PACKAGES],
  quietDeps: true,
});
writeFileSync(join(target, "theme.css"), css.replace(/^\uFEFF/, "") + "\n");

await esbuild.build({
  entryPoints: [join(HERE, "js/theme.js")],
  outfile: join(target, "theme.js"),
  absWorkingDir: HERE,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2020",
  legalComments: "none",
});

for (const subset of SUBSETS) {
  for (const weight of WEIGHTS) {
    const file = join(FONT, `files/be-vietnam-pro-${subset}-${weight}-normal.woff2`);
    cpSync(file, join(target, `fonts/be-vietnam-pro-${subset}-${weight}.woff2`));
  }
}
cpSync(join(HERE, "mark.svg"), join(target, "mark.svg"));
const notice = [join(HERE, "NOTICE"), join(FONT, "LICENSE")].map((file) => readFileSync(file, "utf8").trimEnd());
writeFileSync(join(target, "NOTICE.txt"), notice.join("\n\n") + "\n");
writeFileSync(join(target, "sources.sha256"), digests(SOURCES).join("\n") + "\n");

/** Tell from which sources this was built, so that a machine without node sees when they have moved on. */
function digests(names) {
  const files = names.flatMap((name) =>
    name.includes(".") || name === "NOTICE" ? [name] : readdirSync(join(HERE, name)).map((file) => `${name}/${file}`),
  );
  return files.sort().map((file) => {
    const digest = createHash("sha256").update(readFileSync(join(HERE, file))).digest("hex");
    return `${digest}  ${file}`;
  });
}
