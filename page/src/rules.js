// Questions to the worker, each with its answer; a newer question of a kind takes the place of one that still waits.
export class Rules {
  constructor(onState) {
    this.no = 0;
    this.waiting = new Map();
    this.worker = new Worker("worker.js", { type: "module" });
    this.worker.onmessage = ({ data }) => {
      if (data.ready) onState("ready");
      else if (data.failed) onState("failed", data.failed);
      else {
        this.waiting.get(data.no)?.(data);
        this.waiting.delete(data.no);
      }
    };
    this.worker.onerror = (event) => onState("failed", event.message);
  }

  ask(method, parameters) {
    const no = ++this.no;
    return new Promise((resolve) => {
      this.waiting.set(no, resolve);
      this.worker.postMessage({ no, method, parameters });
    });
  }
}
