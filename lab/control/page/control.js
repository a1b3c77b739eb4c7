// The control page: asks for the state once a second and sends what the person does.

import * as draw from "./draw.js";

const POLL_MS = 1000;
const WITHHELD = "withheld";
const element = (id) => document.getElementById(id);

/** @param {string} path @param {object} [body] */
async function ask(path, body) {
  const answer = await fetch(`api/${path}`, body && {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  const document_ = await answer.json();
  if (!answer.ok) throw new Error(document_.Message);
  return document_;
}

/** @param {string} text @param {"good" | "bad"} kind */
function say(text, kind) {
  element("said").textContent = text;
  element("said").className = `said ${kind}`;
}

/** Does something and says how it went. */
async function attempt(work, done) {
  try {
    await work();
    say(done, "good");
  } catch (error) {
    say(error.message, "bad");
  }
  await refresh();
}

const fromNumber = () => element("number").value.trim();

function fillChoices(state) {
  draw.options(element("who"), state.customers.map((one) => [one.Number, one.Name]), [
    ["", "Withheld number"],
    ["040 12", "A number cut short"],
    ["no number", "Something unreadable"],
  ]);
  draw.options(element("list"), state.lists.map((one) => [one.Id, one.Name]));
  draw.options(element("dial"), state.numbers.map((one) => [one.Number, `${one.Name} · ${one.Number}`]));
  element("number").value = element("who").value;
  for (const one of element("customer").elements) one.disabled = false; // nobody can be called before this
}

function show(state) {
  element("organisation").textContent = `${state.organisation} · control page`;
  if (!element("list").options.length) fillChoices(state);
  const names = new Map(state.customers.map((one) => [one.Number, one.Name]));
  const called = (number) => names.get(number) ?? (number || WITHHELD);
  draw.pools(element("pools"), state.pools);
  draw.calls(element("calls"), state.calls, called, (id) =>
    attempt(() => ask(`calls/${id}/hangup`, {}), "You have hung up."));
  draw.agents(element("agents"), state.agents, state.profiles, (id, profile) =>
    attempt(() => ask(`agents/${id}`, { Profile: profile }), "The availability is changed."));
  draw.callbacks(element("callbacks"), state.callbacks, called, new Map(state.lists.map((one) => [one.Id, one.Name])));
  draw.deliveries(element("deliveries"), state.deliveries);
  draw.endpoints(element("webhooks"), state.webhooks);
  if (document.activeElement !== element("traffic")) draw.traffic(element("traffic"), state.traffic);
}

async function refresh() {
  try {
    show(await ask("state"));
    draw.pill(element("link"), "Live", "good");
  } catch (error) {
    draw.pill(element("link"), "No connection", "bad");
    console.warn(error);
  }
}

element("who").addEventListener("change", () => { element("number").value = element("who").value; });
element("call").addEventListener("click", () =>
  attempt(() => ask("calls", { Number: element("dial").value, From: fromNumber() }), "You are calling."));
element("traffic").addEventListener("change", () =>
  attempt(() => ask("traffic", { CallsPerHour: Number(element("traffic").value) }), "The traffic is changed."));
element("customer").addEventListener("submit", (event) => {
  event.preventDefault();
  const callback = { ListId: element("list").value, CallerNumber: fromNumber(), Note: element("note").value };
  attempt(() => ask("callbacks", { ...callback, Reason: "CallerChoice" }), "The callback is left.");
});

async function live() {
  if (!document.hidden) await refresh();
  setTimeout(live, POLL_MS);
}

live();
