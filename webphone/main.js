/** Opens the phone: sign-in, one primary session, state, views. */

import { Api, Refusal } from "./api.js";
import { hasMicrophone } from "./devices.js";
import { elapsed } from "./clock.js";
import { el, focus } from "./dom.js";
import { keptInTab } from "./kept.js";
import { handedBack, SignIn, SignInNeeded } from "./sign-in.js";
import { Session } from "./session.js";
import { loadTexts, t } from "./strings.js";

const AGAIN_MS = 2_000;
const TRIED_MS = 40_000;
const INSIDE_MS = 4_000;
/** Whether the agent has asked for the phone before this reload. */
const TAKING = "voice-phone-taking";

const app = /** @type {HTMLElement} */ (document.getElementById("app"));

let leaving = () => location.reload();
/** Another person signs in, in a window where this page is a panel. */
let changing = () => location.reload();

if (!handedBack()) open();

async function open() {
  await loadTexts();
  document.title = t("app.title");
  try {
    await start();
  } catch (error) {
    fail(error);
  }
}

async function start() {
  opening("opening.sign-in");
  const inside = window.top !== window ? import("./cif.js").then(({ dynamicsUser }) => dynamicsUser()) : Promise.resolve("");
  const [config, { Phone }] = await Promise.all([json("config.json"), import("./phone.js")]);
  const signIn = new SignIn(config);
  leaving = () => signIn.out();
  changing = () => signIn.inWindow({ prompt: "select_account" }).then(() => location.reload(), fail);
  await signIn.begin().catch((error) => {
    if (!(error instanceof SignInNeeded)) throw error;
    return asked(signIn);
  });
  const api = new Api((refused) => signIn.token(refused));
  const session = new Session(api, () => {
    phone.stop();
    lost();
  });
  opening("opening.session");
  const transitions = json("transitions.json");
  await session.lock(() => screen("elsewhere.title", t("elsewhere.tab")));
  opening("opening.session");
  [session.dynamicsUser, session.canAnswer] = await Promise.all([Promise.race([inside, late()]), hasMicrophone()]);
  await claimed(session);
  const phone = new Phone(app, api, session, signIn, (await transitions).commands);
  session.foreign = () => {
    phone.stop();
    session.close();
    foreign(session.opened.agent.name);
  };
  await new Promise((resolve) => setTimeout(resolve));
  phone.run();
  keepShell();
}

/**
 * Keeps the page's own files for a start without a network. Not in Firefox: it closes a page that a service worker controls
 * most times without `pagehide` (seen in 153 ESR), and then the phone stays taken until its lease ends.
 */
function keepShell() {
  const workers = navigator.serviceWorker;
  if (!workers) return;
  if (!/Firefox\//.test(navigator.userAgent)) workers.register("worker.js").catch(() => {});
  else workers.getRegistrations().then((all) => all.forEach((one) => one.unregister())).catch(() => {});
}

/** So long Dynamics is waited for to say whose it is; the phone asks on. @returns {Promise<string>} */
const late = () => new Promise((resolve) => setTimeout(resolve, INSIDE_MS, ""));

/** Claims the session; where another machine has it, says so and waits for the agent (A4). @param {Session} session */
async function claimed(session) {
  let takeOver = keptInTab.getItem(TAKING) !== null;
  const until = elapsed() + TRIED_MS;
  keptInTab.removeItem(TAKING);
  for (;;) {
    try {
      return await session.open(takeOver);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const isHeld = error.code === "phone-active-elsewhere";
      if (takeOver || !isHeld) asking = null; // what asks is shown no more, or answered
      if (isHeld) takeOver = await elsewhere(error.problem, until);
      else if (error.status === 0 || error.status >= 502) await waited();
      else throw error;
    }
  }
}

/** No network, or a server that restarts: a call may be waiting for its voice, so that nobody shall have to click. */
function waited() {
  opening("error.offline");
  return new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
}

/** @type {Promise<boolean> | null} */
let asking = null;

/**
 * The agent may take over. At first it is tried again by itself: a phone that was just closed, or has crashed, is given
 * up within half a minute; but one that somebody has left open takes nothing over unasked.
 * @param {any} problem @param {number} until when it is tried without being asked
 * @returns {Promise<boolean>} whether to take over
 */
function elsewhere(problem, until) {
  const at = problem.lastSeen ? new Date(problem.lastSeen).toLocaleTimeString(document.documentElement.lang) : "";
  const who = problem.client ? t("elsewhere.who", { client: problem.client, at }) : "";
  asking ??= new Promise((resolve) => {
    screen(
      "elsewhere.title",
      t("elsewhere.text"),
      who,
      problem.takeOver && el("button", { class: "primary", onclick: () => resolve(true) }, t("elsewhere.take-over")),
      el("button", { onclick: () => location.reload() }, t("elsewhere.reload")),
    );
  });
  const again = new Promise((/** @type {(value: boolean) => void} */ resolve) => setTimeout(resolve, AGAIN_MS, false));
  return elapsed() < until ? Promise.race([asking, again]) : asking;
}

function lost() {
  const again = () => {
    keptInTab.setItem(TAKING, "1");
    location.reload();
  };
  screen("lost.title", t("lost.text"), "", el("button", { class: "primary", onclick: again }, t("elsewhere.take-over")));
}

/** Inside Dynamics of somebody else: their calls are not this agent's, so that nothing rings. @param {string} name */
function foreign(name) {
  const other = el("button", { class: "primary", onclick: () => changing() }, t("sign-in.other"));
  screen("foreign.title", t("foreign.text", { name }), "", other, el("button", { onclick: () => location.reload() }, t("opening.again")));
}

/** In a frame a person has to click before a sign-in page may open. @param {SignIn} signIn @returns {Promise<void>} */
function asked(signIn) {
  return new Promise((resolve, reject) => {
    const click = () => signIn.inWindow().then(resolve, reject);
    screen("sign-in.needed", "", "", el("button", { class: "primary", onclick: click }, t("sign-in.button")));
  });
}

const EXPLAINED = /** @type {Record<string, string>} */ ({ "role-missing": "role", "agent-unknown": "agent", "live-calls-unavailable": "unavailable" });

/** @param {unknown} error */
function fail(error) {
  if (error instanceof Refusal && error.code === "phone-of-another") return foreign(error.problem.name);
  const known = error instanceof Refusal ? EXPLAINED[error.code] : "";
  const again = el("button", { class: "primary", onclick: () => location.reload() }, t("opening.again"));
  const other = el("button", { onclick: () => leaving() }, t("sign-in.other"));
  if (known) screen(`${known}.title`, t(`${known}.text`), "", again, known !== "unavailable" && other);
  else screen("opening.failed", error instanceof Refusal && !error.status ? t("error.offline") : String(/** @type {any} */ (error).message), "", again);
}

/** @param {string} key */
function opening(key) {
  app.replaceChildren(el("p", { class: "opening", role: "status" }, el("span", { class: "spinner", "aria-hidden": "true" }), t(key)));
}

/** @param {string} title @param {string} text @param {string} [more] @param {...any} actions */
function screen(title, text, more = "", ...actions) {
  document.body.removeAttribute("class");
  const shown = el("main", { class: "screen" }, el("h1", {}, t(title)), text && el("p", {}, text), more && el("p", { class: "quiet" }, more), el("div", { class: "actions" }, ...actions));
  app.replaceChildren(shown);
  focus(shown.querySelector("button"));
}

/** @param {string} file */
async function json(file) {
  const answer = await fetch(file);
  if (!answer.ok) throw new Refusal(answer.status, await answer.json().catch(() => null));
  return answer.json();
}
