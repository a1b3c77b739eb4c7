/** The state over either path, from a real server that answers as the test says. */

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, beforeEach, test } from "node:test";
import { Api } from "../../../../webphone/api.js";
import { StateStream } from "../../../../webphone/stream.js";

let base = "";
let seen = [];
let events = (_request, response) => response.writeHead(503).end();
let poll = (_request, response) => response.writeHead(503).end();
const server = createServer((request, response) => {
  seen.push([request.url, request.headers["last-event-id"] ?? request.headers["if-none-match"] ?? "", request.headers.authorization]);
  (request.url === "/events" ? events : poll)(request, response);
});
const browserFetch = globalThis.fetch;

before(async () => {
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${server.address().port}`;
  globalThis.fetch = (url, options) => browserFetch(new URL(url, base), options);
});
after(() => (server.closeAllConnections(), server.close(), (globalThis.fetch = browserFetch)));
beforeEach(() => (seen = []));

/** A stream that collects what it is told, until `enough` is true of it. */
async function listened(enough, version = "") {
  const api = new Api(async () => "token");
  api.sessionId = "s1";
  const told = [];
  const lost = [];
  const session = { opened: { events: { url: `${base}/events`, ticket: "ticket" } }, giveUp: () => lost.push(true) };
  const finished = new EventTarget();
  const done = new Promise((resolve) => finished.addEventListener("done", resolve));
  const finish = () => finished.dispatchEvent(new Event("done"));
  const note = (...one) => (told.push(one), enough(told, stream) && finish());
  const stream = new StateStream(api, session, { state: (document) => note("state", document.version), connected: (is) => note("connected", is) });
  stream.version = version;
  const running = stream.run().then(finish);
  await done;
  stream.stop();
  await running;
  return { told, lost };
}

const send = (response, version) => response.write(`event: state\nid: ${version}\ndata: ${JSON.stringify({ version, calls: [] })}\n\n`);
const opened = (response) => response.writeHead(200, { "Content-Type": "text/event-stream" });

test("events are taken with the ticket, in pieces however they come, comments left out", async () => {
  events = (_request, response) => {
    opened(response);
    response.write(': hello\n\nevent: state\nid: r-2\ndata: {"version": "r-2", ');
    setTimeout(() => response.write('"calls": []}\n\n'), 20);
  };
  const { told } = await listened((all) => all.some(([kind]) => kind === "state"));
  assert.deepEqual(told, [["connected", true], ["state", "r-2"]]);
  assert.deepEqual(seen, [["/events", "", "Bearer ticket"]]);
});

test("a stream that breaks off is polled for and taken up again where it was", async () => {
  let times = 0;
  events = (_request, response) => {
    opened(response);
    send(response, `r-${++times}`);
    if (times === 1) setTimeout(() => response.destroy(), 20);
  };
  poll = (_request, response) => response.writeHead(304).end();
  const { told } = await listened((all) => all.filter(([kind]) => kind === "state").length === 2);
  assert.deepEqual(told.filter(([kind]) => kind === "state"), [["state", "r-1"], ["state", "r-2"]]);
  assert.deepEqual(seen.map(([url, version]) => [url, version]), [["/events", ""], ["/api/phone/session/s1/state", '"r-1"'], ["/events", "r-1"]]);
});

test("where no stream can be had the polls bring the state", async () => {
  events = (_request, response) => response.writeHead(502).end();
  poll = (_request, response) => response.writeHead(200, { "Content-Type": "application/json" }).end('{"version": "r-7", "calls": []}');
  const { told } = await listened((all) => all.some(([kind]) => kind === "state"));
  assert.deepEqual(told.at(-1), ["state", "r-7"]);
});

test("when both ways fail the agent is told that it is tried again", async () => {
  events = poll = (_request, response) => response.writeHead(503).end();
  const { told } = await listened((all) => all.length > 0);
  assert.deepEqual(told, [["connected", false]]);
});

test("a session that another phone has taken is given up", async () => {
  events = (_request, response) => response.writeHead(401).end();
  poll = (_request, response) => response.writeHead(409, { "Content-Type": "application/problem+json" }).end('{"code": "phone-session-lost"}');
  const { lost } = await listened(() => false);
  assert.deepEqual(lost, [true]);
});

test("after sleep it connects again at once, without having failed", async () => {
  let times = 0;
  events = (_request, response) => {
    opened(response);
    send(response, `r-${++times}`);
  };
  const { told } = await listened((all, stream) => {
    if (all.length === 2) setTimeout(() => stream.again(), 20);
    return all.filter(([kind]) => kind === "state").length === 2;
  });
  assert.deepEqual(told, [["connected", true], ["state", "r-1"], ["connected", true], ["state", "r-2"]]);
  assert.deepEqual(seen.map(([url, version]) => [url, version]), [["/events", ""], ["/events", "r-1"]]);
});
