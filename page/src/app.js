// The page: the case on the left, what to do about it on the right, the rules below.
import { render } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import examples from "../build/examples.json";
import first from "../build/first.json";
import { Cards, Questions, SetAside } from "./advice.js";
import { Form } from "./form.js";
import { Rules } from "./rules.js";
import { OwnRules, RuleList } from "./rulebook.js";
import { Share, fromLink } from "./share.js";
import { forget, kept, keep } from "./store.js";
import { html, shown } from "./view.js";
import { words } from "./words.js";

const BLANK = { candidate: { id: "me", time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone }, applications: [] };
const MOST_DAYS = 42;
const hooks = new Set();
let state = ["loading", ""];
const rules = new Rules((...now) => { state = now; hooks.forEach((hook) => hook(now)); });

function App() {
  const before = useMemo(kept, []);
  const [loaded, setLoaded] = useState(state);
  const [language, setLanguage] = useState(before.language ?? (navigator.language.startsWith("de") ? "de" : "en"));
  const [value, setCase] = useState(before.case ?? first);
  const [overlay, setOverlay] = useState(before.overlay ?? "");
  const [good, setGood] = useState("");
  const [version, setVersion] = useState(0); // of the overlay as others than the editor set it
  const [days, setDays] = useState(0);
  const [decision, setDecision] = useState(null);
  const [problems, setProblems] = useState([]);
  const [link, setLink] = useState(() => fromLink(location.hash));
  const t = words[language];
  const ready = loaded[0] === "ready";
  const at = days && decision ? moved(start(value, decision), days) : undefined;
  const asked = { case: value, language, overlay: good, at };

  useEffect(() => { hooks.add(setLoaded); setLoaded(state); return () => hooks.delete(setLoaded); }, []);
  useEffect(() => { document.documentElement.lang = language; document.title = t.title; }, [language]);
  useEffect(() => { keep({ language, case: value, overlay }); }, [language, value, overlay]);
  useEffect(() => { decide(); }, [value, good, language, days]); // the first one waits in the worker until that is ready
  useEffect(() => { if (ready && overlay && !good) setGood(overlay); }, [ready]);

  const turn = useRef(0);
  async function decide() {
    const mine = ++turn.current;
    const begun = performance.now();
    const reply = await rules.ask("decide", asked);
    if (mine !== turn.current) return;
    if (reply.problems && good && good === overlay && reply.problems.every((each) => each.place?.startsWith("overlay"))) return setGood("");
    setProblems((before) => reply.problems ?? (before[0]?.told ? before : [])); // what an import changed stays to be read
    if (reply.answer) setDecision(reply.answer);
    performance.measure("decided", { start: begun });
  }
  async function change(method, parameters) {
    const reply = await rules.ask(method, { ...asked, at: method === "set" || method === "dismiss" ? undefined : at, ...parameters });
    if (reply.problems) setProblems(reply.problems);
    else setCase(reply.answer);
    return reply;
  }
  const example = (name) => (name === "" ? setCase(BLANK) : change("read", { text: examples[name] }));
  async function bring(file) {
    if (!file) return;
    const time_zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const reply = await rules.ask("import", { ...asked, at: undefined, name: file.name, text: await file.text(), time_zone });
    if (reply.problems) return setProblems(reply.problems);
    setCase(reply.answer.case);
    setProblems([...reply.answer.changes, ...reply.answer.notes].map((message) => ({ message, told: true })));
  }
  function clear() { forget(); setVersion(version + 1); setCase(BLANK); setOverlay(""); setGood(""); setDays(0); setProblems([]); history.replaceState(null, "", "."); }

  const drop = (event) => { event.preventDefault(); bring(event.dataTransfer.files[0]); };
  return html`<div class="page" onDragOver=${(event) => event.preventDefault()} onDrop=${drop}>
    <header>
      <h1>${t.title}</h1>
      <p>${t.private}</p>
      <div class="bar">
        <label>${t.language} <select id="language" onChange=${(event) => setLanguage(event.target.value)}>
          <option value="en" selected=${language === "en"}>English</option><option value="de" selected=${language === "de"}>Deutsch</option></select></label>
        <label>${t.example} <select id="example" disabled=${!ready} onChange=${(event) => { if (event.target.value !== "-") example(event.target.value); event.target.value = "-"; }}>
          <option value="-">${t.choose}</option><option value="">${t.empty}</option>
          ${Object.keys(examples).map((name) => html`<option value=${name}>${name.replaceAll("_", " ")}</option>`)}</select></label>
        <label>${t.importing} <input type="file" id="file" accept=".ics,.json,.csv" onChange=${(event) => bring(event.target.files[0])} /> <small>${t.drop}</small></label>
        <button type="button" id="forget" onClick=${clear}>${t.forget}</button>
      </div>
    </header>
    <div role="status" class="status">${loaded[0] === "loading" ? t.loading : loaded[0] === "failed" ? `${t.failed}: ${loaded[1]}` : ""}</div>
    ${link && html`<section class="notice" aria-label=${t.share}><p>${t.opened}</p><pre tabindex="0">${JSON.stringify(link, null, 2)}</pre>
      <button type="button" onClick=${() => { if (link.overlay) { setOverlay(link.overlay); setGood(link.overlay); setVersion(version + 1); } if (link.case) setCase(link.case); setLink(null); history.replaceState(null, "", "."); }}>${t.take}</button>
      <button type="button" onClick=${() => setLink(null)}>${t.leave}</button></section>`}
    ${problems.length > 0 && html`<section class=${problems[0].told ? "notice" : "problems"} role="alert" aria-label=${problems[0].told ? t.changes : t.problems}>
      <h2>${problems[0].told ? t.changes : t.problems}</h2>
      <ul>${problems.map((each) => html`<li>${each.place && html`<code>${each.place}</code> `}${each.message}${each.help ? `; ${each.help}` : ""}</li>`)}</ul>
      <button type="button" onClick=${() => setProblems([])}>${t.close}</button></section>`}
    <main>
      <section class="case" aria-labelledby="case-title">
        <h2 id="case-title">${t.case}</h2>
        ${decision && value && html`<${Questions} rules=${rules} asked=${asked} turn=${decision} t=${t} onAnswer=${(facts) => change("set", { facts })} />`}
        ${value && html`<${CaseViews} value=${value} onChange=${setCase} rules=${rules} asked=${asked} onText=${(text) => change("read", { text })} t=${t} />`}
      </section>
      <section class="advice" aria-labelledby="advice-title" aria-live="polite">
        <h2 id="advice-title" class="aside">${t.advice}</h2>
        ${decision && html`
          <div class="when"><label for="days">${t.date}</label>
            <input id="days" type="range" min="0" max=${MOST_DAYS} value=${days} onInput=${(event) => setDays(Number(event.target.value))} aria-valuetext=${shownDay(decision, language)} />
            <output for="days">${shownDay(decision, language)}</output></div>
          <${Cards} decision=${decision} language=${language} t=${t} rules=${rules} asked=${asked}
            onDone=${(key) => change("done", { key })} onDismiss=${(key) => change("dismiss", { key })} />
          <${SetAside} decision=${decision} value=${value} t=${t} onUndo=${(key) => change("undo", { key })} />
          <${Weeks} rules=${rules} asked=${asked} turn=${decision} t=${t} />`}
      </section>
    </main>
    <section class="rules" aria-labelledby="rules-title">
      <h2 id="rules-title">${t.rules}</h2>
      ${ready && html`<${OwnRules} rules=${rules} text=${overlay} version=${version} asked=${asked} turn=${decision} t=${t}
        onText=${(text, marks) => { setOverlay(text); if (!marks.some((mark) => mark.severity === "error")) setGood(text); }} />
        <${Share} overlay=${overlay} case=${value} t=${t} />
        <${RuleList} rules=${rules} asked=${asked} decision=${decision} t=${t} />`}
    </section>
    <footer><p>${t.years} <a href="licences.txt">${t.licences}</a></p></footer>
  </div>`;
}

// The moment that the slider counts from: the case's own, or the present one.
const start = (value, decision) => (value?.now ? value.now : new Date().toISOString());
function moved(text, days) {
  const moment = new Date(text);
  return new Date(moment.getTime() + days * 86_400_000).toISOString().replace("Z", "+00:00");
}
const shownDay = (decision, language) => shown(decision.at, language, { weekday: "short", day: "numeric", month: "short", year: "numeric" });

function CaseViews({ value, onChange, rules, asked, onText, t }) {
  const [text, setText] = useState(null);
  const toYaml = async () => setText((await rules.ask("write", asked)).answer ?? "");
  const apply = async () => { if (!(await onText(text)).problems) setText(null); };
  return html`<details class="whole"><summary>${t.more}</summary>
    <div class="bar"><button type="button" aria-pressed=${text === null} onClick=${() => setText(null)}>${t.form}</button>
    <button type="button" aria-pressed=${text !== null} onClick=${toYaml}>${t.yaml}</button></div>
    ${text === null ? html`<${Form} value=${value} onChange=${onChange} t=${t} />` : html`
      <textarea id="yaml" aria-label=${t.yaml} rows="24" spellcheck="false" value=${text} onInput=${(event) => setText(event.target.value)}></textarea>
      <button type="button" onClick=${apply}>${t.use}</button>`}
  </details>`;
}

function Weeks({ rules, asked, turn, t }) {
  const [picture, setPicture] = useState("");
  const [problem, setProblem] = useState("");
  useEffect(() => {
    const late = setTimeout(async () => {
      const { answer, problems } = await rules.ask("plan", asked);
      setProblem(problems?.[0]?.message ?? "");
      if (answer) setPicture(`data:image/svg+xml;charset=utf-8,${encodeURIComponent(answer)}`);
    }, 400);
    return () => clearTimeout(late);
  }, [turn]);
  const download = async () => {
    const { answer } = await rules.ask("calendar", asked);
    if (!answer) return;
    const file = Object.assign(document.createElement("a"), { href: URL.createObjectURL(new Blob([answer], { type: "text/calendar" })), download: "tactful.ics" });
    document.body.append(file);
    file.click();
    file.remove();
    setTimeout(() => URL.revokeObjectURL(file.href), 10_000);
  };
  return html`<section class="weeks" aria-labelledby="weeks-title"><h2 id="weeks-title">${t.plan}</h2>
    ${problem && html`<p role="alert">${problem}</p>`}
    ${picture && html`<div class="chart" tabindex="0" role="group" aria-label=${t.plan}><img src=${picture} alt=${t.plan} /></div>`}
    <button type="button" onClick=${download}>${t.download}</button></section>`;
}

render(html`<${App} />`, document.getElementById("app"));
