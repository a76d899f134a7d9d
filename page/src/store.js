// What the reader typed, kept in this browser alone so that nothing is lost on reload.
const KEY = "tactful";

export function kept() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}

export const keep = (state) => localStorage.setItem(KEY, JSON.stringify(state));
export const forget = () => localStorage.removeItem(KEY);
