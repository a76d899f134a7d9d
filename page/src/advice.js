// The advice as cards, what was set aside, and the questions that would change it.
import { useEffect, useState } from "preact/hooks";
import { html, shown } from "./view.js";

const KINDS = ["do", "avoid", "wait", "standing"];
const heading = { do: "now", avoid: "avoid", wait: "wait", standing: "standing" };

export function Cards({ decision, language, t, ...others }) {
  const kindOf = (action) => (/not$/.test(action.modality) && action.kind === "do" ? "avoid" : action.kind);
  return KINDS.map((kind) => {
    const actions = decision.actions.filter((action) => kindOf(action) === kind);
    if (!actions.length) return null;
    return html`<section class=${`kind ${kind}`} aria-label=${t[heading[kind]]}>
      ${kind !== "do" && html`<h2>${t[heading[kind]]}</h2>`}
      ${kind === "do" && html`<h2>${t.now}</h2>`}
      ${actions.map((action) => html`<${Card} key=${action.key} action=${action} language=${language} t=${t} ...${others} />`)}
    </section>`;
  });
}

const moment = (text, language) => shown(text, language, { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

function Card({ action, language, t, rules, asked, onDone, onDismiss }) {
  const [why, setWhy] = useState(null);
  const forbids = /not$/.test(action.modality);
  const ask = async () => setWhy(why ? null : (await rules.ask("why", { ...asked, action: action.action, target: action.target.id, flip: true })).answer);
  return html`<article class="card" data-action=${action.action}>
    <h3>${forbids && html`<span class="not">${t.mustNot}</span> `}<span class="label">${action.label}</span></h3>
    ${action.due && html`<p class="due">${t[action.due_means]} <time datetime=${action.due}>${moment(action.due, language)}</time></p>`}
    ${action.because.map((each) => html`<p>${each.text} <small>${t.source}: ${each.source}</small></p>`)}
    ${action.steps.length > 0 && html`<details><summary>${t.steps}</summary><ol>${action.steps.map((step) => html`<li>${step}</li>`)}</ol></details>`}
    <div class="bar">
      ${!forbids && html`<button type="button" aria-label=${`${t.done}: ${action.label}`} onClick=${() => onDone(action.key)}>${t.done}</button>`}
      <button type="button" aria-label=${`${t.dismiss}: ${action.label}`} onClick=${() => onDismiss(action.key)}>${t.dismiss}</button>
      <button type="button" aria-expanded=${why !== null} aria-label=${`${t.why} ${action.label}`} onClick=${ask}>${t.why}</button>
      ${action.target.entity === "person" && !forbids && html`<${WhyNot} rules=${rules} asked=${asked} target=${action.target} t=${t} />`}
    </div>
    ${why && html`<${Why} why=${why} t=${t} />`}
  </article>`;
}

function WhyNot({ rules, asked, target, t }) {
  const [why, setWhy] = useState(null);
  const ask = async () => setWhy(why ? null : (await rules.ask("why", { ...asked, action: "call", target: target.id })).answer);
  return html`<button type="button" aria-expanded=${why !== null} aria-label=${`${t.whyNot} ${target.name}`} onClick=${ask}>${t.whyNot}</button>
    ${why && html`<${Why} why=${why} t=${t} />`}`;
}

function Why({ why, t }) {
  const answers = why.answers ?? [];
  return html`<div class="why">
    ${answers.map((answer) => html`<div>
      <p><strong>${answer.answer === "advised" ? t.advised : t.notAdvised}</strong></p>
      ${rulesIn(answer).map((rule) => html`<div class="rule"><p>${rule.text || rule.about}</p><p><small><code>${rule.rule}</code> ${rule.where ?? ""}</small></p>
        <ul>${(rule.tests ?? rule.failing ?? []).map((test) => html`<${Test} test=${test} t=${t} />`)}</ul></div>`)}
    </div>`)}
    ${answers.length === 0 && html`<p>${t.nothing}</p>`}
    ${ways(why).length > 0 && html`<p><strong>${t.flip}</strong></p>
      <ul>${ways(why).map((each) => html`<li>${sentence(each)}</li>`)}</ul>`}
  </div>`;
}

// The rules in an answer, wherever it holds them: behind a conclusion, behind a conflict, or among those that nearly fired.
function rulesIn(part, seen = new Set()) {
  if (Array.isArray(part)) return part.flatMap((each) => rulesIn(each, seen));
  if (part === null || typeof part !== "object") return [];
  if (typeof part.rule === "string" && (part.tests || part.text || part.failing)) return seen.has(part.rule) ? [] : (seen.add(part.rule), [part]);
  return Object.entries(part).filter(([key]) => key !== "because").flatMap(([, each]) => rulesIn(each, seen));
}

const ways = (why) => (why.flips ?? []).flatMap((each) => each.ways);

function sentence(change) {
  return (change.facts ?? change.changes ?? [change]).map((each) => each.text ?? "").filter(Boolean).join("; ");
}

function Test({ test, t }) {
  if (!test.field) return null;
  return html`<li><code>${test.field}: ${test.phrase}</code> (${test.said ?? test.value}) ${test.held ? t.held : t.notHeld}
    ${test.because?.tests?.length > 0 && html`<details><summary>${test.because.about || t.why}</summary><ul>${test.because.tests.map((inner) => html`<${Test} test=${inner} t=${t} />`)}</ul></details>`}</li>`;
}

export function SetAside({ decision, value, t, onUndo }) {
  const done = (value?.done ?? []).map((each) => ({ key: each.key, label: `${t.done}: ${each.about ?? each.key}`, handled: true, by: [] }));
  const all = [...done, ...decision.set_aside.filter((each) => !done.some((other) => other.key === each.key))];
  if (!all.length) return null;
  return html`<details class="aside-list"><summary>${t.aside} (${all.length})</summary>
    <ul>${all.map((each) => html`<li>${each.label}${each.by.map((by) => `: ${by.label ?? by.action}`)}
      ${each.handled && html` <button type="button" aria-label=${`${t.undo}: ${each.label}`} onClick=${() => onUndo(each.key)}>${t.undo}</button>`}</li>`)}</ul></details>`;
}

export function Questions({ rules, asked, turn, t, onAnswer }) {
  const [questions, setQuestions] = useState([]);
  useEffect(() => {
    const late = setTimeout(async () => setQuestions((await rules.ask("questions", asked)).answer ?? []), 250);
    return () => clearTimeout(late);
  }, [turn]);
  return html`<section class="questions" aria-labelledby="questions-title"><h3 id="questions-title">${t.questions}</h3>
    ${questions.length === 0 ? html`<p>${t.none}</p>` : questions.slice(0, 6).map((each) => html`<fieldset key=${each.path}><legend>${each.ask}</legend>
      <${Answer} question=${each} t=${t} onAnswer=${onAnswer} />
    </fieldset>`)}</section>`;
}

// A click for yes, no and words of a set; a line to write in for days and texts, of which the engine only tried some.
function Answer({ question, t, onAnswer }) {
  const [text, setText] = useState("");
  const tell = (value) => onAnswer({ [question.path]: value });
  if (["yes/no", "one of a set"].includes(question.kind)) {
    return html`<div class="bar">${question.answers.map((answer) => html`<button type="button" onClick=${() => tell(answer.value)}>${answer.text}</button>`)}</div>`;
  }
  return html`<div class="bar"><input aria-label=${question.ask} placeholder=${question.kind === "moment" ? "2026-11-27" : ""} value=${text} onInput=${(event) => setText(event.target.value)} />
    <button type="button" disabled=${!text.trim()} onClick=${() => tell(question.kind === "list" ? text.split(",").map((each) => each.trim()) : text.trim())}>${t.use}</button></div>`;
}
