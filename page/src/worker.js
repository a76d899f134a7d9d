// Runs the rules in a worker: the same Python that servers run, and nothing is sent anywhere.
import { loadPyodide } from "pyodide";

const start = `
import gc, importlib, pickle
from pathlib import Path
gc.set_threshold(50_000)
importlib.invalidate_caches()
from tactful.api.policy import Policy
from tactful.browser import session
from tactful.facts.reading.limits import CaseLimits
checked, layers = pickle.loads((Path(session.__file__).parent / "rules.pickle").read_bytes())
made = (checked, CaseLimits(), "compiled", layers)
session.Session(Policy(*made), Policy(*made, few=True))
`;

// Puts the files of an archive in their places: it begins with the length of a list of their names and sizes.
function unpack(FS, archive) {
  const length = new DataView(archive).getUint32(0, true);
  let at = 4 + length;
  const folders = new Set();
  for (const [path, size] of JSON.parse(new TextDecoder().decode(new Uint8Array(archive, 4, length)))) {
    const folder = path.slice(0, path.lastIndexOf("/"));
    if (!folders.has(folder)) FS.mkdirTree(folder);
    folders.add(folder);
    FS.writeFile(path, new Uint8Array(archive, at, size), { canOwn: true });
    at += size;
  }
}

async function load() {
  const archive = fetch("tactful.bin").then((response) => response.arrayBuffer());
  const here = new URL(".", self.location.href).href;
  const pyodide = await loadPyodide({ indexURL: here, packageBaseUrl: here });
  unpack(pyodide.FS, await archive);
  return pyodide.runPython(start);
}

const loading = load();
loading.then(
  () => self.postMessage({ ready: true }),
  (error) => self.postMessage({ failed: String(error.message ?? error) }),
);

// What changes of the case need is compiled when the first advice is there. Changes are decided in between; what takes long waits.
const waiting = new Set(["questions", "plan"]);
let warming = false;
let warmed;
const warm = new Promise((resolve) => { warmed = resolve; });
const prepare = (session) => (session.warm() ? setTimeout(prepare, 0, session) : warmed());

self.onmessage = async ({ data: { no, method, parameters } }) => {
  const session = await loading.catch(() => null);
  if (!session) return; // which the page was told
  if (waiting.has(method)) await warm;
  try {
    self.postMessage({ no, ...JSON.parse(session.answer(method, JSON.stringify(parameters))) });
  } catch (error) {
    self.postMessage({ no, problems: [{ message: String(error.message ?? error).trim().split("\n").at(-1) }] });
  }
  if (method === "decide" && !warming) {
    warming = true;
    setTimeout(prepare, 0, session);
  }
};
