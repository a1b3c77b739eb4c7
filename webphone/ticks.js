/** A worker that only counts time: browsers slow down the timers of pages nobody looks at, but not those of workers. */

const EVERY_MS = 2_000;

setInterval(() => postMessage(null), EVERY_MS);
