// Runs the rules in a worker: the same Python that servers run, and nothing is sent anywhere.
import { loadPyodide } from "pyodide";

const site = "/lib/python3.14/site-packages";
const start = `
import pickle, gc
from pathlib import Path
gc.set_threshold(50_000)
from tactful.api.policy import Policy
from tactful.browser.session import Session
from tactful.facts.reading.limits import CaseLimits
checked, layers = pickle.loads(Path("${site}/tactful/browser/rules.pickle").read_bytes())
Session(Policy(checked, CaseLimits(), "compiled", layers)).answer
`;

async function load() {
  const archive = fetch("tactful.zip").then((response) => response.arrayBuffer());
  const here = new URL(".", self.location.href).href;
  const pyodide = await loadPyodide({ indexURL: here, packageBaseUrl: here });
  pyodide.unpackArchive(new Uint8Array(await archive), "zip", { extractDir: site });
  return pyodide.runPython(start);
}

const answering = load();
answering.then(
  () => self.postMessage({ ready: true }),
  (error) => self.postMessage({ failed: String(error.message ?? error) }),
);

self.onmessage = async ({ data: { no, method, parameters } }) => {
  const answer = await answering;
  try {
    self.postMessage({ no, ...JSON.parse(answer(method, JSON.stringify(parameters))) });
  } catch (error) {
    self.postMessage({ no, problems: [{ message: String(error.message ?? error).trim().split("\n").at(-1) }] });
  }
};
