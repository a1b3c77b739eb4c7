/** One phone an agent: the tab that is there has it at once, and learns of what the server has. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

const storage = () => {
  const kept = new Map();
  return { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value), removeItem: (key) => kept.delete(key) };
};
let leave = [];
globalThis.addEventListener = (_name, listener) => leave.push(listener);
Object.defineProperty(globalThis, "navigator", { value: { userAgent: "" }, configurable: true });
const { Session } = await import("../../../../webphone/session.js");
const { Refusal } = await import("../../../../webphone/api.js");

let page = "p1";
let claimed = [];
let refusal = null;
let said = [];
let asked = [];
let released = [];
const api = {
  sessionId: "",
  post: async (_path, body) => {
    claimed.push(body.sessionId);
    asked.push(body);
    return { page, now: new Date().toISOString(), events: { calls: "u1", mine: "u2" } };
  },
  insist: (send) => send().catch((error) => (error.status ? Promise.reject(error) : send())),
  put: async (_path, body) => {
    said.push(body);
    if (refusal) throw refusal;
    return { page, now: new Date().toISOString(), events: { calls: "u3" } };
  },
  send: async (method, path, _body, more) => {
    released.push([method, path, more?.keepalive ?? false]);
    if (refusal) throw refusal;
  },
};

function tab() {
  globalThis.sessionStorage = storage();
  return new Session(api, () => {});
}

beforeEach(() => {
  globalThis.localStorage = storage();
  [page, claimed, refusal, said, asked, released, leave] = ["p1", [], null, [], [], [], []];
  api.sessionId = "";
});
afterEach(() => mock.restoreAll());

test("a tab that was closed without a word holds the phone back from no other tab of this browser", async () => {
  await tab().open();
  await tab().open();
  assert.equal(claimed[0], claimed[1]);
});

test("a session that another machine has taken, or that was signed out, is not taken up again", async () => {
  const first = tab();
  await first.open();
  refusal = new Refusal(409, { code: "phone-session-lost" });
  await first.beat();
  const second = tab();
  await second.open();
  await second.close();
  await tab().open();
  assert.equal(new Set(claimed).size, 3);
});

test("an upgrade of the page is noticed with the next sign of life", async () => {
  const session = tab();
  let upgrades = 0;
  session.upgraded = () => (upgrades += 1);
  await session.open();
  await session.beat();
  assert.equal(upgrades, 0);
  page = "p2";
  await session.beat();
  assert.equal(upgrades, 1);
});

test("each sign of life says whether the phone can answer, and a change is said at once", async () => {
  const session = tab();
  await session.open();
  await session.beat();
  assert.deepEqual(said, [{ canAnswer: true }]);
  session.answers(true);
  session.answers(false);
  assert.deepEqual(said, [{ canAnswer: true }, { canAnswer: false }]);
});

test("where the browser refuses locks, as it does without storage, the phone opens all the same", async () => {
  const refused = { userAgent: "", locks: { request: async () => { throw new DOMException("", "SecurityError"); } } };
  Object.defineProperty(globalThis, "navigator", { value: refused, configurable: true });
  await tab().lock(() => assert.fail("no other tab has it"));
  Object.defineProperty(globalThis, "navigator", { value: { userAgent: "" }, configurable: true });
});

test("the phone says who it is, and takes over only where the agent has said so", async () => {
  Object.defineProperty(globalThis, "navigator", { value: { userAgent: "Mozilla/5.0 (Windows NT 10.0) Chrome/140 Edg/140" }, configurable: true });
  const session = tab();
  session.dynamicsUser = "d1";
  await session.open();
  session.dynamicsUser = "";
  await session.open(true);
  Object.defineProperty(globalThis, "navigator", { value: { userAgent: "" }, configurable: true });
  assert.deepEqual(asked.map((one) => [one.client, one.takeOver, one.dynamicsUser]), [["Edge, Windows", false, "d1"], ["Edge, Windows", true, undefined]]);
});

test("a sign of life follows every eight seconds, and at once when the machine wakes up", async () => {
  let now = 5_000;
  mock.method(performance, "now", () => now);
  const pulse = new EventTarget();
  const session = tab();
  session.follow(pulse);
  await session.open();
  const counts = [5_000, 12_499, 12_500, 19_999, 20_000].map((at) => {
    now = at;
    pulse.dispatchEvent(new Event("tick"));
    return said.length;
  });
  assert.deepEqual(counts, [0, 0, 1, 1, 2]);
  pulse.dispatchEvent(new Event("wake"));
  assert.equal(said.length, 3);
});

test("new addresses of events that come with a sign of life replace the old ones, and no others", async () => {
  const session = tab();
  await session.open();
  await session.beat();
  assert.deepEqual(session.opened.events, { calls: "u3", mine: "u2" });
});

for (const fault of [new TypeError("offline"), new Refusal(0, {}), new Refusal(401, {}), new Refusal(503, {})])
  test(`a sign of life that ends with ${fault.status ?? fault.message} gives nothing up`, async () => {
    const session = tab();
    session.lost = () => assert.fail("nobody has taken the phone");
    await session.open();
    refusal = fault;
    await session.beat();
    assert.notEqual(api.sessionId, "");
  });

test("a phone that another has taken over is told so once, and gives no more signs of life", async () => {
  const session = tab();
  let lost = 0;
  session.lost = () => (lost += 1);
  await session.open();
  refusal = new Refusal(409, { code: "phone-session-lost" });
  await Promise.all([session.beat(), session.beat()]);
  await session.beat();
  assert.deepEqual([lost, said.length, api.sessionId], [1, 2, ""]);
});

test("a page that goes gives the phone back at once, by its own claim", async () => {
  const session = tab();
  await session.open();
  leave[0]({ persisted: false });
  assert.deepEqual(released, [["DELETE", `/phone/session/${claimed[0]}?claim=${session.claim}`, true]]);
});

test("no page gives the phone back that comes again, has calls, or has no phone", async () => {
  const session = tab();
  leave[0]({ persisted: false });
  await session.open();
  leave[0]({ persisted: true });
  session.isIdle = () => false;
  leave[0]({ persisted: false });
  assert.deepEqual(released, []);
});

test("who signs out is out, though nobody answers", async () => {
  const session = tab();
  await session.open();
  refusal = new Refusal(503, {});
  await session.close();
  assert.deepEqual([released.length, api.sessionId, localStorage.getItem("voice-phone-session")], [1, "", null]);
});

test("who signs out gives the phone back, though the network swallows it once", async () => {
  const session = tab();
  await session.open();
  refusal = new Refusal(0, { code: "offline" });
  await session.close();
  assert.deepEqual([released.length, api.sessionId], [2, ""]);
});

test("a second tab says that it waits, and goes on when the first one is gone", async () => {
  const holders = [];
  const request = async (_name, options, granted = options) => {
    if (options.ifAvailable) return granted(null);
    await new Promise((resolve) => holders.push(resolve));
    granted({});
  };
  Object.defineProperty(globalThis, "navigator", { value: { userAgent: "", locks: { request } }, configurable: true });
  let [waits, done] = [0, false];
  const locked = tab().lock(() => (waits += 1)).then(() => (done = true));
  await new Promise(setImmediate);
  assert.deepEqual([waits, done], [1, false]);
  holders[0]();
  await locked;
  Object.defineProperty(globalThis, "navigator", { value: { userAgent: "" }, configurable: true });
});

for (const [agent, described] of [
  ["Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36", "Chrome, Windows"],
  ["Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Windows"],
  ["Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15", "Safari, macOS"],
  ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux"],
  ["Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "Chrome, Android"],
])
  test(`another phone sees this one as ${described}`, async () => {
    Object.defineProperty(globalThis, "navigator", { value: { userAgent: agent }, configurable: true });
    asked = [];
    await tab().open();
    assert.equal(asked[0].client, described);
  });

test("a browser without locks has the phone at once", async () => {
  Object.defineProperty(globalThis, "navigator", { value: { userAgent: "" }, configurable: true });
  await tab().lock(() => assert.fail("nobody is waited for"));
});
