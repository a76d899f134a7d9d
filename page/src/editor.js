// The editor of an overlay: YAML, the mistakes that `tactful check` tells, and the words that fit.
import { autocompletion, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { defaultHighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, linter } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { EditorView, keymap, lineNumbers } from "@codemirror/view";

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
  const extensions = [
    lineNumbers(), history(), yaml(), syntaxHighlighting(defaultHighlightStyle), lintGutter(),
    linter(check, { delay: 250 }), autocompletion({ override: [complete] }),
    keymap.of([...completionKeymap, ...defaultKeymap, ...historyKeymap]),
    EditorView.contentAttributes.of({ "aria-label": label }), EditorView.lineWrapping,
  ];
  return new EditorView({ parent, state: EditorState.create({ doc: text, extensions }) });
}
