import { h } from "preact";
import htm from "htm";

export const html = htm.bind(h);

// A moment in words, by the clock of the place that it is told for, and not by the browser's.
export function shown(text, language, parts) {
  const locale = language === "en" ? "en-GB" : language;
  return new Date(`${text.slice(0, 19)}Z`).toLocaleString(locale, { ...parts, timeZone: "UTC" });
}
