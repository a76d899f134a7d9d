// Starts the worker while the page itself is still being read.
export const worker = new Worker("worker.js", { type: "module" });
// Whether it is ready, which it may say before anything else listens.
export const begun = new Promise((resolve) => {
  worker.addEventListener("message", ({ data }) => resolve(data), { once: true });
  worker.addEventListener("error", ({ message }) => resolve({ failed: message }), { once: true });
});
