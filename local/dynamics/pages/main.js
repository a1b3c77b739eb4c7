/** The frame: who is signed in, which view is open, and drawing it again whenever something was written. */

import { actAs, rows, watch } from "./api.js";
import { activityView } from "./activity.js";
import { callsView } from "./calls.js";
import { channelIsLoaded, keepChannelOpen, showChannel, startChannel } from "./channel.js";
import { customersView, customerView } from "./customers.js";
import { initials, make, say } from "./dom.js";
import { firstCall, firstCallView } from "./first-call.js";
import { drawPresence } from "./presence.js";
import { queueView } from "./queue.js";

const FIRST_USER = "a0000000-0000-4000-8000-000000000001";
const CHOSEN = "signed-in-user";
const view = /** @type {HTMLElement} */ (document.getElementById("view"));
const users = /** @type {HTMLSelectElement} */ (document.getElementById("user"));
const round = /** @type {HTMLElement} */ (document.getElementById("initials"));
const connection = /** @type {HTMLElement} */ (document.getElementById("connection"));
let turns = 0;
/** The page that opens first, where there is one. @type {HTMLElement | undefined} */
let welcome;

/** @param {string} path */
function open(path) {
  const [name, id] = path.split("/");
  if (name === "activity") return activityView(id, users.value);
  if (name === "queue") return queueView(users.value, draw);
  if (name === "calls") return callsView();
  if (name === "first-call" && welcome) return [welcome];
  return id ? customerView(name, id) : customersView(name, draw);
}

/** Draws the open view; of several at once the last one wins, and the keyboard stays where it was. */
async function draw() {
  const path = location.hash.slice(1) || (welcome ? "first-call" : "queue");
  const turn = ++turns;
  markCurrent(path.split("/")[0]);
  try {
    const parts = await open(path);
    if (turn !== turns) return;
    replace(parts);
    markCurrent(view.querySelector("a.back")?.getAttribute("href")?.slice(1) ?? path.split("/")[0]);
    view.setAttribute("aria-busy", "false");
    document.title = `${view.querySelector("h1")?.textContent ?? ""} · local Dynamics`;
  } catch (error) {
    say(/** @type {Error} */ (error).message);
  }
}

/** @param {Node[]} parts */
function replace(parts) {
  const key = document.activeElement?.getAttribute("data-key");
  view.replaceChildren(...parts);
  const again = key && view.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (again instanceof HTMLElement) again.focus();
  if (again instanceof HTMLInputElement) again.setSelectionRange(again.value.length, again.value.length);
}

/**
 * In the navigation, the list that the open view is or came from.
 * @param {string} name
 */
function markCurrent(name) {
  for (const link of document.querySelectorAll("nav a")) {
    if (link.getAttribute("href") === `#${name}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

/** Something that is being typed is left alone. */
const isBusy = () => view.querySelector("[data-changed]") !== null || document.activeElement?.matches("main form input");

const showPresence = () => drawPresence(users.value).catch((error) => say(error.message));

function signIn() {
  actAs(users.value);
  localStorage.setItem(CHOSEN, users.value);
  round.textContent = initials(users.selectedOptions[0]?.text ?? "");
  showPresence();
}

/** The page of the first call, and its place in the navigation. */
async function prepareWelcome() {
  const about = await firstCall();
  if (!about) return;
  /** Who comes back from the sign-in is that person here too. */
  const signingIn = () => {
    localStorage.setItem(CHOSEN, about.user);
    keepChannelOpen();
  };
  welcome = firstCallView(about, { signIn: signingIn, showPhone: showChannel, hasPhone: channelIsLoaded });
  /** @type {HTMLElement} */ (document.getElementById("welcome")).hidden = false;
}

async function start() {
  actAs(FIRST_USER);
  await prepareWelcome();
  const people = await rows("systemusers", {
    $select: "fullname",
    $filter: "applicationid eq null and isdisabled eq false",
    $orderby: "fullname",
  });
  users.append(...people.map((one) => make("option", { value: one.systemuserid }, one.fullname)));
  users.value = localStorage.getItem(CHOSEN) ?? FIRST_USER;
  if (!users.value) users.selectedIndex = 0;
  signIn();
  users.onchange = () => {
    signIn();
    draw();
  };
  window.addEventListener("hashchange", () => {
    view.focus({ preventScroll: true });
    scrollTo(0, 0);
    draw();
  });
  watch(
    () => {
      showPresence();
      if (!isBusy()) draw();
    },
    (isConnected) => (connection.textContent = isConnected ? "" : "Reconnecting…"),
  );
  await draw();
  await startChannel(() => ({ id: users.value, name: users.selectedOptions[0]?.text ?? "" }));
}

start().catch((error) => say(error.message));
