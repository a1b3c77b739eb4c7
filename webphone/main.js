/** Opens the phone: sign-in, one primary session, state, views. */

import { Api, Refusal } from "./api.js";
import { el } from "./dom.js";
import { handedBack, SignIn, SignInNeeded } from "./sign-in.js";
import { Session } from "./session.js";
import { loadTexts, t } from "./strings.js";

const app = /** @type {HTMLElement} */ (document.getElementById("app"));

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
  const [config, { Phone }] = await Promise.all([json("config.json"), import("./phone.js")]);
  const signIn = new SignIn(config);
  await signIn.begin().catch((error) => {
    if (!(error instanceof SignInNeeded)) throw error;
    return asked(signIn);
  });
  const api = new Api(() => signIn.token());
  const session = new Session(api, () => lost(session));
  opening("opening.session");
  const transitions = json("transitions.json");
  await session.lock(() => screen("elsewhere.title", t("elsewhere.tab")));
  await claimed(session);
  new Phone(app, api, session, (await transitions).commands).run();
  navigator.serviceWorker?.register("worker.js").catch(() => {});
}

/** Claims the session; where another machine has it, says so and waits for the agent (A4). @param {Session} session */
async function claimed(session) {
  let takeOver = false;
  for (;;) {
    try {
      opening("opening.session");
      return await session.open(takeOver);
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== "phone-active-elsewhere") throw error;
      takeOver = await elsewhere(error.problem);
    }
  }
}

/** @param {any} problem @returns {Promise<boolean>} whether to take over */
function elsewhere(problem) {
  const at = problem.lastSeen ? new Date(problem.lastSeen).toLocaleTimeString(document.documentElement.lang) : "";
  const who = problem.client ? t("elsewhere.who", { client: problem.client, at }) : "";
  return new Promise((resolve) => {
    screen(
      "elsewhere.title",
      t("elsewhere.text"),
      who,
      problem.takeOver && el("button", { class: "primary", onclick: () => resolve(true) }, t("elsewhere.take-over")),
      el("button", { onclick: () => resolve(false) }, t("elsewhere.reload")),
    );
  });
}

/** @param {Session} session */
function lost(session) {
  const again = () => location.reload();
  screen("lost.title", t("lost.text"), "", el("button", { class: "primary", onclick: again }, t("elsewhere.take-over")));
  return session;
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
  const known = error instanceof Refusal ? EXPLAINED[error.code] : "";
  const again = el("button", { class: "primary", onclick: () => location.reload() }, t("opening.again"));
  if (known) screen(`${known}.title`, t(`${known}.text`), "", again);
  else screen("opening.failed", error instanceof Refusal && !error.status ? t("error.offline") : String(/** @type {any} */ (error).message), "", again);
}

/** @param {string} key */
function opening(key) {
  app.replaceChildren(el("p", { class: "opening", role: "status" }, el("span", { class: "spinner", "aria-hidden": "true" }), t(key)));
}

/** @param {string} title @param {string} text @param {string} [more] @param {...any} actions */
function screen(title, text, more = "", ...actions) {
  const shown = el("main", { class: "screen" }, el("h1", {}, t(title)), text && el("p", {}, text), more && el("p", { class: "quiet" }, more), el("div", { class: "actions" }, ...actions));
  app.replaceChildren(shown);
  shown.querySelector("button")?.focus();
}

/** @param {string} file */
async function json(file) {
  const answer = await fetch(file);
  if (!answer.ok) throw new Refusal(answer.status, await answer.json().catch(() => null));
  return answer.json();
}
