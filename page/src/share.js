// A link with rules, and with the case only if it is ticked. It is all in the fragment, which browsers never send.
import { useState } from "preact/hooks";
import { html } from "./view.js";

const MOST = 100_000;

export function toLink(content) {
  const bytes = new TextEncoder().encode(JSON.stringify(content));
  return `#${btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}`;
}

export function fromLink(hash) {
  if (hash.length < 3 || hash.length > MOST) return null;
  try {
    const bytes = Uint8Array.from(atob(hash.slice(1).replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
    const { overlay, case: value } = JSON.parse(new TextDecoder().decode(bytes));
    if (typeof (overlay ?? "") !== "string" || typeof (value ?? {}) !== "object") return null;
    return { ...(overlay && { overlay }), ...(value && { case: value }) };
  } catch {
    return null;
  }
}

export function Share({ overlay, case: value, t }) {
  const [ticked, setTicked] = useState(false);
  const content = { ...(overlay && { overlay }), ...(ticked && { case: value }) };
  const link = new URL(toLink(content), location.href).href;
  return html`<details class="share"><summary>${t.share}</summary>
    <label><input type="checkbox" checked=${ticked} onChange=${(event) => setTicked(event.target.checked)} /> ${t.withCase}</label>
    <h3>${t.preview}</h3><pre tabindex="0">${JSON.stringify(content, null, 2)}</pre>
    <label>${t.link} <input readonly id="link" value=${link} /></label>
    <button type="button" onClick=${() => navigator.clipboard?.writeText(link)}>${t.copy}</button></details>`;
}
