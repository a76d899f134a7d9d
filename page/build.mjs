// Builds the page into src/tactful/_page, where `tactful serve` finds it and wheels carry it: the Python is collected and compiled by Pyodide itself, the scripts are bundled by esbuild.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";
import { build } from "esbuild";
import { loadPyodide } from "pyodide";

const here = dirname(fileURLToPath(import.meta.url));
const made = join(here, "build");
const dist = join(here, "..", "src", "tactful", "_page");
const runtime = join(here, "node_modules", "pyodide");
const python = process.env.PYTHON ?? "python3";
const SITE = "/lib/python3.14/site-packages";
// The example that the page begins with.
const FIRST = "two_interviewers_one_wants_email";

function files(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? files(path) : [path];
  });
}

function collect() {
  const run = spawnSync(python, [join(here, "bundle.py"), join(made, "python")], { stdio: "inherit" });
  if (run.status !== 0) throw new Error("bundle.py failed; PYTHON names an interpreter that has tactful installed");
}

// Pyodide in Node compiles what the browser's will run, and loads the shipped rules once, so that the page need not.
async function compile() {
  const pyodide = await loadPyodide({ indexURL: runtime });
  const { FS } = pyodide;
  for (const [from, to] of [[join(made, "python"), SITE], [join(made, "library"), "/library"]]) {
    for (const file of files(from)) {
      const path = `${to}/${relative(from, file)}`;
      FS.mkdirTree(dirname(path));
      FS.writeFile(path, readFileSync(file));
    }
  }
  console.log(pyodide.runPython(readFileSync(join(here, "pack.py"), "utf8")));
  const schema = pyodide.runPython("from tactful.formats.schema import case_schema, to_bytes; to_bytes(case_schema()).decode()");
  pyodide.globals.set("text", JSON.parse(readFileSync(join(made, "python", "tactful", "browser", "examples.json")))[FIRST]);
  const first = pyodide.runPython('import msgspec; msgspec.json.encode(policy.read_text(text, "case").shape).decode()');
  return { bytes: archive(FS), library: FS.readFile("/python_stdlib.zip"), schema, first };
}

// The names and sizes of the files of a folder as JSON, the length of that before it, and then what is in the files.
function archive(FS) {
  const below = (folder) => FS.readdir(folder).filter((name) => !/^(\.\.?|__pycache__)$/.test(name)).sort().flatMap((name) => {
    const path = `${folder}/${name}`;
    return FS.isDir(FS.stat(path).mode) ? below(path) : [[path, Buffer.from(FS.readFile(path))]];
  });
  const found = below(SITE);
  const names = Buffer.from(JSON.stringify(found.map(([path, bytes]) => [path, bytes.length])));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(names.length);
  return Buffer.concat([length, names, ...found.map(([, bytes]) => bytes)]);
}

async function main() {
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(dist, { recursive: true });
  collect();
  const { bytes, library, schema, first } = await compile();
  writeFileSync(join(dist, "tactful.bin"), bytes);
  writeFileSync(join(dist, "python_stdlib.zip"), library);
  writeFileSync(join(made, "schema.json"), schema);
  writeFileSync(join(made, "first.json"), first);
  writeFileSync(join(made, "examples.json"), readFileSync(join(made, "python", "tactful", "browser", "examples.json")));
  for (const name of ["pyodide.asm.mjs", "pyodide.asm.wasm"]) cpSync(join(runtime, name), join(dist, name));
  writeFileSync(join(dist, "pyodide-lock.json"), JSON.stringify({ ...JSON.parse(readFileSync(join(runtime, "pyodide-lock.json"))), packages: {} }));
  const options = { bundle: true, format: "esm", minify: true, outdir: dist, logLevel: "warning", loader: { ".json": "json" } };
  await build({ ...options, entryPoints: [join(here, "src", "begin.js")] });
  await build({ ...options, entryPoints: [join(here, "src", "app.js")], external: ["./begin.js"] });
  await build({ ...options, entryPoints: [join(here, "src", "worker.js")], external: ["node:*", "ws", "fs", "url", "vm", "path", "crypto", "child_process"] });
  for (const name of ["index.html", "style.css"]) cpSync(join(here, "src", name), join(dist, name));
  writeFileSync(join(dist, "licences.txt"), licences());
  let total = 0;
  for (const file of files(dist)) {
    const packed = brotliCompressSync(readFileSync(file));
    writeFileSync(`${file}.br`, packed);
    total += packed.length;
    console.log(`${relative(dist, file).padEnd(24)} ${statSync(file).size.toLocaleString().padStart(12)} ${packed.length.toLocaleString().padStart(12)}`);
  }
  console.log(`in all, compressed: ${(total / 1e6).toFixed(2)} MB`);
}

// The licence of each package whose code the page carries.
function licences() {
  const modules = join(here, "node_modules");
  const names = Object.keys(JSON.parse(readFileSync(join(here, "package-lock.json"))).packages).filter((name) => name.startsWith("node_modules/"));
  const texts = names.filter((name) => !/esbuild|axe-core/.test(name) && existsSync(join(here, name))).map((name) => {
    const folder = join(here, name);
    const about = JSON.parse(readFileSync(join(folder, "package.json")));
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    return `${about.name} ${about.version}: ${about.license}\n\n${file ? readFileSync(join(folder, file), "utf8") : ""}`;
  });
  return texts.concat(readFileSync(join(made, "python-licences.txt"), "utf8")).join(`\n${"-".repeat(80)}\n`);
}

await main();
