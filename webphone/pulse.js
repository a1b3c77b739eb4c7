/**
 * Beats evenly, also while nobody looks at the page (`tick`), and tells when the machine is back (`wake`): from sleep,
 * from a network it had lost or changed, from being frozen.
 */

import { elapsed } from "./clock.js";

const SLEPT_MS = 8_000;

export class Pulse extends EventTarget {
  constructor() {
    super();
    this.beaten = [elapsed(), Date.now()];
    this.worker = new Worker(new URL("./ticks.js", import.meta.url));
    this.worker.onmessage = () => this.beat();
    addEventListener("online", () => this.wake());
    document.addEventListener("resume", () => this.wake());
    const { connection } = /** @type {any} */ (navigator);
    let type = connection?.type;
    connection?.addEventListener?.("change", () => {
      if (connection.type !== type) this.wake();
      type = connection.type;
    });
  }

  /** One that comes far too late has slept; the one clock stands still meanwhile on some machines, the other one can be set. */
  beat() {
    const slept = [elapsed(), Date.now()].some((now, at) => now - this.beaten[at] > SLEPT_MS);
    this.beaten = [elapsed(), Date.now()];
    if (slept) this.wake();
    this.dispatchEvent(new Event("tick"));
  }

  wake() {
    this.dispatchEvent(new Event("wake"));
  }

  stop() {
    this.worker.terminate();
  }
}
