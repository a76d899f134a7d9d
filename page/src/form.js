// The case as a form, made from its JSON Schema.
import { html } from "./view.js";
import schema from "../build/schema.json";

const HIDDEN = new Set(["custom", "parameters", "done", "dismissed", "source"]);

function resolved(part) {
  if (part.$ref) return resolved(schema.$defs[part.$ref.split("/").at(-1)]);
  const some = part.anyOf?.filter((other) => other.type !== "null");
  return some?.length ? { ...resolved(some.at(-1)), description: part.description ?? some[0].description } : part;
}

const named = (name) => name.replaceAll("_", " ").replace(/^./, (sign) => sign.toUpperCase());
const without = (object, key) => Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));
const put = (object, key, value) => (value === undefined || value === "" ? without(object, key) : { ...object, [key]: value });

export function Form({ value, onChange, t }) {
  return html`<div class="form">${Fields(resolved(schema), value, onChange, "case", t)}</div>`;
}

function Fields(part, value, onChange, path, t) {
  return Object.entries(part.properties ?? {}).filter(([name]) => !HIDDEN.has(name)).map(([name, inner]) =>
    Field(name, inner, value?.[name], (changed) => onChange(put(value ?? {}, name, changed)), `${path}.${name}`, t));
}

function Field(name, raw, value, onChange, path, t) {
  const part = resolved(raw);
  if (part.type === "array" && resolved(part.items).properties) return List(name, resolved(part.items), value ?? [], onChange, path, t);
  if (part.properties) return Group(name, part, value, onChange, path, t);
  const about = raw.description ?? part.description;
  return html`<div class="field" key=${path}>
    <label for=${path}>${named(name)}</label>
    ${Input(part, value, onChange, path, about, t)}
    ${about && html`<small id=${`${path}-about`}>${about}</small>`}
  </div>`;
}

function Input(part, value, onChange, path, about, t) {
  const described = about ? `${path}-about` : undefined;
  const choices = part.type === "boolean" ? [["true", t.yes], ["false", t.no]] : part.enum?.map((each) => [each, named(String(each))]);
  if (choices) {
    const read = (text) => (text === "" ? undefined : part.type === "boolean" ? text === "true" : text);
    return html`<select id=${path} aria-describedby=${described} onChange=${(event) => onChange(read(event.target.value))}>
      <option value="" selected=${value == null}>${t.unknown}</option>
      ${choices.map(([each, label]) => html`<option value=${each} selected=${String(value) === each}>${label}</option>`)}
    </select>`;
  }
  const list = part.type === "array";
  const shown = list ? (value ?? []).map((each) => each.person ?? each).join(", ") : value ?? "";
  const read = (text) => (list ? text.split(",").map((each) => each.trim()).filter(Boolean) : text.trim());
  const given = (text) => (list && !text.trim() ? undefined : read(text));
  return html`<input id=${path} value=${shown} aria-describedby=${described} placeholder=${part.format === "date-time" ? "2026-11-23T10:00" : ""}
    onChange=${(event) => onChange(given(event.target.value))} />`;
}

function Group(name, part, value, onChange, path, t) {
  return html`<fieldset key=${path}><legend>${named(name)}</legend>
    ${value ? html`${Fields(part, value, onChange, path, t)}` : html`<button type="button" onClick=${() => onChange({})}>${t.add}</button>`}
    ${value && path !== "case.candidate" && html`<button type="button" onClick=${() => onChange(undefined)}>${t.remove} ${named(name)}</button>`}
  </fieldset>`;
}

function List(name, item, value, onChange, path, t) {
  const set = (index, changed) => onChange(value.map((each, no) => (no === index ? changed : each)));
  const drop = (index) => onChange(value.length > 1 ? value.filter((_, no) => no !== index) : undefined);
  const fresh = () => ({ ...(item.required?.includes("id") ? { id: unused(name, value) } : {}), ...(item.required?.includes("ended_at") ? { ended_at: new Date().toISOString().slice(0, 16) } : {}) });
  return html`<fieldset key=${path}><legend>${named(name)}</legend>
    ${value.map((each, index) => html`<details key=${index} open=${name === "applications"}>
      <summary>${title(each) || `${named(name)} ${index + 1}`}</summary>
      ${Fields(item, each, (changed) => set(index, changed), `${path}.${index}`, t)}
      <button type="button" onClick=${() => drop(index)}>${t.remove} ${title(each)}</button>
    </details>`)}
    <button type="button" onClick=${() => onChange([...value, fresh()])}>${t.add}: ${named(name)}</button>
  </fieldset>`;
}

const title = (each) => each.company ?? each.name ?? ([each.kind, each.sent_at].filter(Boolean).join(", ") || each.id || "");
const unused = (name, value) => {
  const stem = name === "people" ? "person" : name.replace(/s$/, "");
  for (let no = 1; ; no++) if (!value.some((each) => each.id === `${stem}${no}`)) return `${stem}${no}`;
};
