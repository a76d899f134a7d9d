// Questions to the worker, each with its answer; a newer question of a kind takes the place of one that still waits.
import { begun, worker } from "./begin.js";

export class Rules {
  constructor(onState) {
    this.no = 0;
    this.waiting = new Map();
    worker.onmessage = ({ data }) => {
      this.waiting.get(data.no)?.(data);
      this.waiting.delete(data.no);
    };
    worker.onerror = (event) => onState("failed", event.message);
    begun.then(({ failed }) => (failed ? onState("failed", failed) : onState("ready")));
  }

  ask(method, parameters) {
    const no = ++this.no;
    return new Promise((resolve) => {
      this.waiting.set(no, resolve);
      worker.postMessage({ no, method, parameters });
    });
  }
}
