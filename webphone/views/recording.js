/** Plays the recordings of a call where it stands in the history (C6). */

import { serverNow } from "../clock.js";
import { el, show } from "../dom.js";
import { t } from "../strings.js";

const COMING_MS = 60_000;
const AGAIN_MS = 2_000;

/**
 * Opens the player, or closes it. What comes when it is closed again is not heard; nothing is played into a call that
 * has begun meanwhile.
 * @param {import("../phone.js").Phone} phone @param {any} entry @param {HTMLElement} sound
 */
export async function play(phone, entry, sound) {
  show(sound, sound.hidden);
  if (sound.hidden) return void sound.replaceChildren();
  const coming = el("p", { class: "quiet", role: "status" }, t("history.coming"));
  const isWanted = () => sound.isConnected && coming.parentNode === sound;
  const before = new Set(phone.calls.live().map((call) => call.callId));
  sound.replaceChildren(coming);
  try {
    const found = await recordings(phone, entry, isWanted);
    if (!isWanted()) return;
    const isQuiet = phone.calls.live().every((call) => before.has(call.callId));
    sound.replaceChildren(...found.map((one, at) => el("audio", { controls: true, autoplay: at === 0 && isQuiet, src: one.audio, "aria-label": t("history.recording"), onplay: alone })));
  } catch (error) {
    if (!isWanted()) return;
    show(sound, false);
    phone.complain(error);
  }
}

/**
 * Who may hear a recording is who may read the call's activity, which is there some seconds after the call.
 * @param {import("../phone.js").Phone} phone @param {any} entry @param {() => boolean} isWanted
 * @returns {Promise<{audio: string}[]>}
 */
async function recordings(phone, entry, isWanted) {
  const ended = Date.parse(entry.startedAt) + (entry.duration_s ?? 0) * 1000;
  for (;;) {
    try {
      return await phone.api.get(entry.recording.replace(/^\/api/, ""));
    } catch (error) {
      if (/** @type {any} */ (error).status !== 403 || !isWanted() || serverNow() > ended + COMING_MS) throw error;
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }
}

/** One recording is heard at a time. @param {Event} event */
function alone({ target }) {
  for (const other of document.querySelectorAll("audio")) if (other !== target) other.pause();
}
