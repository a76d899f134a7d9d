// The editor of an overlay: YAML, the mistakes that `tactful check` tells, and the words that fit.
import { autocompletion, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, linter } from "@codemirror/lint";
import { Compartment, EditorState } from "@codemirror/state";
import { EditorView, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";

// Colours are the page's own, so that they follow its light and dark schemes.
const colours = HighlightStyle.define([
  { tag: [tags.definition(tags.propertyName), tags.propertyName], color: "var(--code-key)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--code-text)" },
  { tag: [tags.comment, tags.lineComment], color: "var(--quiet)", fontStyle: "italic" },
  { tag: [tags.keyword, tags.atom, tags.bool, tags.number, tags.labelName, tags.typeName], color: "var(--code-word)" },
  { tag: [tags.punctuation, tags.separator, tags.brace, tags.squareBracket], color: "var(--quiet)" },
  { tag: tags.invalid, color: "var(--avoid)" },
]);
const look = EditorView.theme({
  "&": { color: "var(--ink)", backgroundColor: "var(--card)" },
  ".cm-content": { caretColor: "var(--ink)", padding: ".5rem 0" },
  ".cm-cursor, .cm-dropCursor": { borderLeftColor: "var(--ink)" },
  ".cm-gutters": { color: "var(--quiet)", backgroundColor: "var(--back)", borderRight: "1px solid var(--line)" },
  ".cm-tooltip": { color: "var(--ink)", backgroundColor: "var(--card)", border: "1px solid var(--quiet)", borderRadius: ".4rem", maxWidth: "min(32rem, 90vw)" },
  ".cm-tooltip .cm-completionDetail": { color: "var(--quiet)" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { color: "var(--back)", backgroundColor: "var(--focus)" },
  ".cm-tooltip-autocomplete ul li[aria-selected] .cm-completionDetail": { color: "var(--back)" },
  ".cm-diagnostic": { padding: ".25rem .5rem" },
});
const dark = matchMedia("(prefers-color-scheme: dark)");

// Diagnostics count characters; CodeMirror counts units of UTF-16.
function units(text) {
  const at = [0];
  for (const sign of text) at.push(at.at(-1) + sign.length);
  return (place) => at[Math.min(place, at.length - 1)];
}

export function makeEditor({ parent, text, label, rules, onText }) {
  const check = async (view) => {
    const whole = view.state.doc.toString();
    if (!whole.trim()) return onText(whole, []), [];
    const { answer = [] } = await rules.ask("check", { text: whole });
    onText(whole, answer);
    const unit = units(whole);
    return answer.map((mark) => ({ ...mark, from: unit(mark.from), to: unit(mark.to), message: `${mark.code} ${mark.message}` }));
  };
  const complete = async (context) => {
    const line = context.state.doc.lineAt(context.pos);
    const before = line.text.slice(0, context.pos - line.from);
    const { answer = [] } = await rules.ask("complete", { text: context.state.doc.toString(), line: line.number - 1, column: [...before].length });
    if (!answer.length) return null;
    const from = line.from + [...before].slice(0, answer[0].column).join("").length;
    const fitting = answer.filter((offer) => offer.column === answer[0].column);
    return { from, options: fitting.map((offer) => ({ label: offer.text, detail: offer.detail, info: offer.about || undefined })), filter: false };
  };
  const scheme = new Compartment();
  const extensions = [
    lineNumbers(), history(), yaml(), syntaxHighlighting(colours), look, scheme.of(EditorView.darkTheme.of(dark.matches)), lintGutter(),
    linter(check, { delay: 250 }), autocompletion({ override: [complete] }),
    keymap.of([...completionKeymap, ...defaultKeymap, ...historyKeymap]),
    EditorView.contentAttributes.of({ "aria-label": label }), EditorView.lineWrapping,
  ];
  const view = new EditorView({ parent, state: EditorState.create({ doc: text, extensions }) });
  const turn = () => view.dispatch({ effects: scheme.reconfigure(EditorView.darkTheme.of(dark.matches)) });
  dark.addEventListener("change", turn);
  return { destroy: () => { dark.removeEventListener("change", turn); view.destroy(); } };
}
