/** Lists what there is to hear of one call, and plays it. */

import { accessToken } from "./sign-in.js";

/** @typedef {{id: string, audio: string, durationS: number}} Recording */

/** An address of audio holds for ten minutes; one that fails sooner than this after it was given is not renewed. */
const RENEWED_AT_MOST_EVERY_MS = 60_000;
const UNPLAYABLE = "The recording cannot be played.";

const status = /** @type {HTMLElement} */ (document.getElementById("status"));
const list = /** @type {HTMLElement} */ (document.getElementById("recordings"));
const again = /** @type {HTMLButtonElement} */ (document.getElementById("again"));
again.onclick = () => location.reload();

try {
  const token = await accessToken();
  tell("Looking for the recording …");
  const found = await recordings(token);
  list.replaceChildren(...found.map((one, index) => item(one, `Recording ${index + 1}`, token)));
  tell(found.length ? counted(found.length) : "There is no recording of this call, or it is not ready yet.");
  again.hidden = found.length > 0;
} catch (error) {
  fail(error);
}

/** @returns {Promise<Recording[]>} */
async function recordings(/** @type {string} */ token) {
  const address = `${location.pathname.replace(/\/$/, "")}/list`;
  const answer = await fetch(address, { headers: { Authorization: `Bearer ${token}` } });
  const found = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(sentence(found.detail));
  return found;
}

function item(/** @type {Recording} */ recording, /** @type {string} */ title, /** @type {string} */ token) {
  const heading = document.createElement("h2");
  const length = document.createElement("span");
  length.textContent = minutes(recording.durationS);
  heading.append(title, length);
  const line = document.createElement("li");
  line.append(heading, player(recording, title, token));
  return line;
}

function player(/** @type {Recording} */ recording, /** @type {string} */ title, /** @type {string} */ token) {
  const audio = document.createElement("audio");
  audio.controls = true;
  audio.preload = "metadata";
  audio.src = recording.audio;
  audio.setAttribute("aria-label", title);
  let given = performance.now();
  audio.onerror = async () => {
    const isFresh = performance.now() - given < RENEWED_AT_MOST_EVERY_MS;
    given = performance.now();
    try {
      if (isFresh) throw new Error(UNPLAYABLE);
      await renew(audio, recording.id, token);
    } catch (error) {
      fail(error);
    }
  };
  return audio;
}

/** Goes on where the old address stopped. */
async function renew(/** @type {HTMLAudioElement} */ audio, /** @type {string} */ id, /** @type {string} */ token) {
  const { currentTime, paused } = audio;
  const fresh = (await recordings(token)).find((one) => one.id === id);
  if (!fresh) throw new Error(UNPLAYABLE);
  audio.src = fresh.audio;
  audio.currentTime = currentTime;
  if (!paused) await audio.play();
}

function tell(/** @type {string} */ text) {
  status.textContent = text;
}

function fail(/** @type {unknown} */ error) {
  const isOurs = error instanceof Error && error.constructor === Error;
  tell(isOurs ? error.message : "The app does not answer. Check your connection and try again.");
  status.className = "wrong";
  again.hidden = false;
}

function counted(/** @type {number} */ count) {
  return count === 1 ? "One recording, a party on each side." : `${count} recordings, a party on each side.`;
}

function minutes(/** @type {number} */ durationS) {
  const s = Math.round(durationS);
  return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`;
}

function sentence(/** @type {string | undefined} */ text) {
  return text ? `${text[0].toUpperCase()}${text.slice(1)}.` : "The recording cannot be shown just now.";
}
