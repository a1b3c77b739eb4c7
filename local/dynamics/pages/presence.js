/** The status in the upper right corner: what the contact centre sets the signed-in person to. */

import { call, rows } from "./api.js";
import { make, say } from "./dom.js";

const OFFLINE = "70139190-c07a-e811-8162-000d3aa11f50";
/** @type {Record<number, string>} */
const TONES = { 192360000: "available", 192360001: "busy", 192360002: "quiet-please", 192360003: "away", 192360004: "offline" };
const control = /** @type {HTMLElement} */ (document.getElementById("presence"));
const choice = /** @type {HTMLSelectElement} */ (control.querySelector("select"));
const shown = /** @type {HTMLElement} */ (document.getElementById("presence-text"));
/** As the framework names base presences. @type {Record<number, string>} */
const BASES = { 192360000: "AVAILABLE", 192360001: "BUSY", 192360002: "BUSY_DO_NOT_DISTURB", 192360003: "AWAY", 192360004: "OFFLINE" };
/** @type {Map<string, any>} */
let presences = new Map();
let turns = 0;
let current = "";
/** @type {((presence: any) => void)[]} */
const told = [];

/** Tells of each change of what is shown, as CIF's onPresenceChange does. @param {(presence: any) => void} listener */
export function onPresence(listener) {
  told.push(listener);
}

/** The text of what is shown, null while nothing is known. */
export const presenceText = () => presences.get(current)?.msdyn_presencestatustext ?? null;

/**
 * Sets the presence whose text is exactly this one; whether there is one and it could be set.
 * @param {string} userId @param {string} text
 */
export async function choosePresence(userId, text) {
  const found = [...presences.values()].find((one) => one.msdyn_presencestatustext === text);
  return found !== undefined && set(userId, found.msdyn_presenceid);
}

/**
 * Shows what somebody is set to, and sets what they choose instead.
 * @param {string} userId
 */
export async function drawPresence(userId) {
  const turn = ++turns;
  const [known, found] = await Promise.all([
    rows("msdyn_presences", { $filter: "statecode eq 0", $orderby: "msdyn_basepresencestatus,msdyn_name" }),
    rows("msdyn_agentstatuses", { $filter: `_msdyn_agentid_value eq ${userId}` }),
  ]);
  if (turn !== turns) return;
  offer(known);
  const [status] = found;
  show(status?._msdyn_currentpresenceid_value ?? OFFLINE, status?.msdyn_presencemodifiedby === "SYSTEM");
  choice.onchange = () => set(userId, choice.value);
}

/**
 * The options are left alone while they are the same, so that an open list stays open.
 * @param {any[]} known
 */
function offer(known) {
  const text = (/** @type {Iterable<any>} */ listed) => JSON.stringify([...listed].map((one) => [one.msdyn_presenceid, one.msdyn_presencestatustext]));
  if (text(known) === text(presences.values())) return;
  presences = new Map(known.map((one) => [one.msdyn_presenceid, one]));
  choice.replaceChildren(...known.map((one) => make("option", { value: one.msdyn_presenceid }, one.msdyn_presencestatustext)));
}

/**
 * @param {string} id
 * @param {boolean} isSystem
 */
function show(id, isSystem) {
  const presence = presences.get(id);
  if (presence && id !== current) {
    current = id;
    const base = BASES[presence.msdyn_basepresencestatus];
    told.forEach((listener) => listener({ presenceId: id, presenceText: presence.msdyn_presencestatustext, basePresenceStatus: base }));
  }
  choice.value = id;
  control.dataset.tone = TONES[presence?.msdyn_basepresencestatus] ?? "offline";
  control.title = isSystem ? "Set by the system" : "";
  shown.textContent = presence?.msdyn_presencestatustext ?? "";
}

/**
 * @param {string} userId
 * @param {string} presenceId
 */
async function set(userId, presenceId) {
  try {
    await call("CCaaS_ModifyAgentPresence", "POST", { ApiVersion: "1.0", AgentId: userId, PresenceId: presenceId });
    return true;
  } catch (error) {
    say(/** @type {Error} */ (error).message);
    await drawPresence(userId);
    return false;
  }
}
