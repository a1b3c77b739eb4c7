/** What the browser keeps of the page helps without a network and never hinders with one. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

const PAGE = "https://app.example/api/webphone/";
const listeners = {};
let kept = new Map();
let isFull = false;

const shell = {
  put: async (request, answer) => {
    if (isFull) throw new DOMException("full", "QuotaExceededError");
    kept.set(request.url, answer);
  },
  match: async (request) => kept.get(request.url),
};
globalThis.self = { addEventListener: (name, listener) => (listeners[name] = listener), skipWaiting() {} };
globalThis.location = new URL(`${PAGE}worker.js`);
globalThis.caches = {
  open: async () => shell,
  match: async (request) => kept.get(request.url),
  delete: async () => (kept = new Map()),
};
await import("../../../../webphone/worker.js");

/** What the page gets for one of its files, and when the worker has done with it. */
async function asked(file) {
  let answer;
  const works = [];
  const request = new Request(PAGE + file);
  listeners.fetch({ request, respondWith: (given) => (answer = given), waitUntil: (work) => works.push(work) });
  const text = await (await answer).text();
  await Promise.all(works);
  return text;
}

beforeEach(() => {
  kept = new Map([[`${PAGE}main.js`, new Response("old")]]);
  isFull = false;
  globalThis.fetch = async () => new Response("new");
});

test("a browser that has no room shows what the server has now", async () => {
  isFull = true;
  assert.equal(await asked("main.js"), "new");
  assert.equal(await asked("phone.js"), "new");
});

test("what could not be kept leaves nothing old for a time without a network", async () => {
  isFull = true;
  await asked("phone.js");
  assert.equal(kept.size, 0);
});

test("without a network it shows what was there last", async () => {
  await asked("main.js");
  globalThis.fetch = async () => Promise.reject(new TypeError("offline"));
  assert.equal(await asked("main.js"), "new");
  await assert.rejects(asked("phone.js"));
});
