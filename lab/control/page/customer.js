// Be the customer: a telephone at a number of one's own, with one's own microphone.

import * as draw from "./draw.js";
import { Line, Voice } from "./line.js";

const KEYS = "123456789*0#";
const LEVEL_MS = 100;
const STATES = { calling: ["Calling", "warn"], ringing: ["Rings", "warn"], waiting: ["Waiting", "warn"], talking: ["Talking", "good"] };
const element = (id) => document.getElementById(id);

let line = null;
let voice = null;
let call = null;
let microphone = null;
let since = 0;
const names = new Map();

/** Does something, and says why it did not work. */
async function attempt(work) {
  try {
    element("said").textContent = "";
    await work();
  } catch (error) {
    element("said").textContent = reason(error);
  }
}

function reason(error) {
  if (error.name === "NotAllowedError") return "The browser does not let this page use the microphone.";
  if (error.name === "NotFoundError") return "There is no microphone.";
  return error.message;
}

async function listen() {
  const ended = microphone?.getAudioTracks().every((track) => track.readyState === "ended") ?? true;
  if (ended) microphone = await navigator.mediaDevices.getUserMedia({ audio: true });
  return microphone;
}

/** One voice a call; made again when the page comes back to a call that goes on. */
async function connect(leg) {
  if (voice?.leg === leg) return;
  voice?.close();
  const mine = voice = new Voice(line, leg, element("sound"));
  await mine.connect(await listen());
}

function hush() {
  voice?.close();
  voice = null;
  for (const track of microphone?.getTracks() ?? []) track.stop();
  microphone = null;
}

/** @param {import("./line.js").Call[]} calls */
function show(calls) {
  const [now] = calls;
  if (now?.State !== call?.State) since = Date.now();
  if (!now && voice) hush();
  call = now ?? null;
  element("talk").hidden = !call;
  element("dialler").hidden = Boolean(call);
  if (call) showCall(call);
}

function showCall(now) {
  const [text, kind] = STATES[now.State];
  const rings = now.State === "ringing";
  draw.pill(element("state"), rings ? "Calls you" : text, kind);
  element("talk").classList.toggle("ringing", rings);
  element("party").textContent = names.get(now.Party) ?? (now.Party || "Withheld number");
  element("answer").hidden = !rings;
  element("mute").hidden = element("keys").hidden = rings;
  element("hangup").textContent = rings ? "Decline" : "Hang up";
  document.title = rings ? "☎ Be the customer" : "Voice cloud – be the customer";
  if (!rings) attempt(() => connect(now.LegId));
}

function linked(live) {
  draw.pill(element("link"), live ? "Reachable" : "No connection", live ? "good" : "bad");
}

function reach(number) {
  line?.close();
  line = new Line(number, show, linked);
  sessionStorage.setItem("number", number);
  element("hint").textContent = "While this tab is open, calls to this number ring here.";
  element("dialler").hidden = false;
  element("reach").textContent = "Change number";
}

async function begin() {
  const state = await (await fetch("api/state")).json();
  for (const one of state.numbers) names.set(one.Number, one.Name);
  draw.options(element("to"), state.numbers.map((one) => [one.Number, `${one.Name} · ${one.Number}`]));
  const number = sessionStorage.getItem("number");
  element("number").value = number ?? state.customers[0]?.Number ?? "+358401234567";
  for (const one of element("me").elements) one.disabled = false;
  if (number) reach(number);
}

function press(key) {
  if (voice?.canPress) voice.press(key);
}

function tick() {
  if (!call) return;
  element("timer").textContent = draw.lasting((Date.now() - since) / 1000);
  element("level").style.transform = `scaleX(${Math.min(1, (voice?.level ?? 0) * 2)})`;
}

element("keys").append(...[...KEYS].map((key) => Object.assign(document.createElement("button"), {
  type: "button", textContent: key, onclick: () => press(key),
})));
element("me").addEventListener("submit", (event) => {
  event.preventDefault();
  reach(element("number").value.trim());
});
element("call").addEventListener("submit", (event) => {
  event.preventDefault();
  attempt(async () => {
    await listen();
    await line.dial(element("to").value);
  });
});
element("answer").addEventListener("click", () => attempt(async () => {
  await connect(call.LegId);
  await line.deed(call.LegId, "answer");
}));
element("hangup").addEventListener("click", () => attempt(() => line.deed(call.LegId, "hangup")));
element("mute").addEventListener("click", () => {
  const [track] = microphone?.getAudioTracks() ?? [];
  if (!track) return;
  track.enabled = !track.enabled;
  element("mute").setAttribute("aria-pressed", String(!track.enabled));
});
document.addEventListener("keydown", (event) => {
  const typing = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
  if (!typing && call && !event.ctrlKey && KEYS.includes(event.key)) press(event.key);
});
addEventListener("pagehide", () => voice?.connection.close());
setInterval(tick, LEVEL_MS);
attempt(begin);
