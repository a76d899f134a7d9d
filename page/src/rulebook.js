// The rules beside the case: those that caused advice first, and an editor for rules of the reader's own.
import { useEffect, useRef, useState } from "preact/hooks";
import { makeEditor } from "./editor.js";
import { html } from "./view.js";

export function RuleList({ rules, asked, decision, t }) {
  const [all, setAll] = useState([]);
  useEffect(() => { rules.ask("rules", asked).then(({ answer = [] }) => setAll(answer)); }, [asked.overlay, asked.language]);
  const fired = new Set((decision?.actions ?? []).flatMap((action) => action.because.map((each) => each.rule)));
  const order = [...all].sort((a, b) => fired.has(b.id) - fired.has(a.id));
  return html`<details class="list"><summary>${t.rules} (${all.length})</summary><p>${t.rulesAbout}</p>
    <ul>${order.map((rule) => html`<li key=${rule.id} class=${fired.has(rule.id) ? "fired" : ""}><code>${rule.id}</code> ${rule.about}
      ${fired.has(rule.id) && html` <strong>${t.caused}</strong>`} <small>${rule.source}</small></li>`)}</ul></details>`;
}

export function OwnRules({ rules, text, version, asked, turn, t, onText }) {
  const box = useRef(null);
  const latest = useRef(onText);
  latest.current = onText;
  const [difference, setDifference] = useState(null);
  useEffect(() => {
    // In a shadow root CodeMirror adopts its style sheets, which the page's policy allows; it allows no inline styles.
    const root = box.current.shadowRoot ?? box.current.attachShadow({ mode: "open" });
    const parent = root.appendChild(document.createElement("div"));
    const view = makeEditor({ parent, text, label: t.overlay, rules, onText: (...told) => latest.current(...told) });
    return () => { view.destroy(); parent.remove(); };
  }, [t, version]);
  useEffect(() => {
    if (!asked.overlay) return setDifference(null);
    rules.ask("compare", asked).then(({ answer }) => setDifference(answer ?? null));
  }, [turn]);
  return html`<details class="own" open=${text !== ""}><summary>${t.overlay}</summary><p>${t.overlayAbout}</p>
    <div ref=${box} class="editor"></div>
    ${difference && html`<h3>${t.difference}</h3>${difference.advice.length === 0 ? html`<p>${t.same}</p>` : html`
      <ul class="difference">${difference.advice.map((each) => html`<li>${t[each.difference] ?? each.difference}: ${each.after?.label ?? each.before?.label}</li>`)}</ul>`}`}
  </details>`;
}
