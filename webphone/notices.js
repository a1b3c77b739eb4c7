/** Notices outside the page that somebody rings: asked for once, in words, when the agent has time for it. */

import { kept } from "./kept.js";

const KEPT = "voice-notices-asked";

/** Whether the browser would ask and the agent has not been asked yet. */
export function mayAsk() {
  return globalThis.Notification?.permission === "default" && !kept.getItem(KEPT);
}

/** @returns {"granted" | "denied" | "default" | "missing"} */
export const notices = () => globalThis.Notification?.permission ?? "missing";

/** Must come from a click. */
export async function allowNotices() {
  asked();
  if (notices() === "default") await Notification.requestPermission();
}

/** The agent has answered, whatever it was. */
export function asked() {
  kept.setItem(KEPT, "1");
}
