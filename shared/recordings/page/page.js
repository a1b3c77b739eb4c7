/** Lists what there is to hear of one call, and plays it. */

import { accessToken } from "./sign-in.js";

const status = /** @type {HTMLElement} */ (document.getElementById("status"));
const list = /** @type {HTMLElement} */ (document.getElementById("recordings"));

try {
  await show(await accessToken());
} catch (error) {
  tell(error instanceof Error ? error.message : "Something went wrong.", true);
}

async function show(/** @type {string} */ token) {
  tell("Looking for the recording …");
  const address = `${location.pathname.replace(/\/$/, "")}/list`;
  const answer = await fetch(address, { headers: { Authorization: `Bearer ${token}` } });
  const found = await answer.json();
  if (!answer.ok) throw new Error(sentence(found.detail));
  list.replaceChildren(...found.map(item));
  tell(found.length ? counted(found.length) : "There is no recording of this call, or it is not ready yet.");
}

function item(/** @type {{audio: string, durationS: number}} */ recording, /** @type {number} */ index) {
  const heading = document.createElement("h2");
  const length = document.createElement("span");
  length.textContent = minutes(recording.durationS);
  heading.append(`Recording ${index + 1}`, length);
  const audio = document.createElement("audio");
  audio.controls = true;
  audio.preload = "metadata";
  audio.src = recording.audio;
  audio.setAttribute("aria-label", `Recording ${index + 1}`);
  audio.onerror = () => tell("The recording cannot be played. Links hold for ten minutes: load the page again.", true);
  const line = document.createElement("li");
  line.append(heading, audio);
  return line;
}

function tell(/** @type {string} */ text, wrong = false) {
  status.textContent = text;
  status.className = wrong ? "wrong" : "";
}

function counted(/** @type {number} */ count) {
  return count === 1 ? "One recording, a party on each side." : `${count} recordings, a party on each side.`;
}

function minutes(/** @type {number} */ s) {
  return `${Math.floor(s / 60)}:${String(Math.round(s % 60)).padStart(2, "0")}`;
}

function sentence(/** @type {string | undefined} */ text) {
  return text ? `${text[0].toUpperCase()}${text.slice(1)}.` : "The recording cannot be shown.";
}
