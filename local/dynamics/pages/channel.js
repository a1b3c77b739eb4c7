/** The panel of a channel provider in a frame, and what the framework does for it (CIF 2.0). */

import { make } from "./dom.js";
import { choosePresence, onPresence, presenceText } from "./presence.js";

const toggle = /** @type {HTMLButtonElement} */ (document.getElementById("channel-toggle"));
const panel = /** @type {HTMLElement} */ (document.getElementById("channel"));
/** @type {HTMLIFrameElement | undefined} */
let frame;

/** What each call of the library does; whoever is signed in here is whom it is about. */
const CALLS = /** @type {Record<string, (user: any, ...values: any[]) => any>} */ ({
  getEnvironment: (user) => JSON.stringify({ userId: `{${user.id}}`, username: user.name, appName: "Customer Service", cifVersion: "2.0", clientUrl: location.origin }),
  getPresence: () => presenceText() ?? "FAILED",
  setPresence: (user, text) => choosePresence(user.id, text),
});

/** Shows the provider's panel, if one is configured. @param {() => {id: string, name: string}} user */
export async function startChannel(user) {
  const { channelUrl } = await (await fetch("/stand-in/channel")).json();
  if (!channelUrl) return;
  const origin = new URL(channelUrl).origin;
  toggle.hidden = false;
  toggle.onclick = () => show(panel.hidden, channelUrl);
  addEventListener("message", async (event) => {
    if (!frame || event.source !== frame.contentWindow || event.origin !== origin) return;
    const answer = (/** @type {any} */ message) => frame?.contentWindow?.postMessage(message, origin);
    const { cif, id, method, values } = event.data ?? {};
    if (cif === "hello") answer({ cif: "ready" });
    if (cif !== "call") return;
    try {
      answer({ cif: "answer", id, value: await CALLS[method](user(), ...values) });
    } catch (error) {
      answer({ cif: "answer", id, error: String(error) });
    }
  });
  onPresence((presence) => {
    const value = JSON.stringify({ presenceInfo: presence });
    frame?.contentWindow?.postMessage({ cif: "event", name: "onPresenceChange", value }, origin);
  });
}

/** @param {boolean} shown @param {string} address */
function show(shown, address) {
  panel.hidden = !shown;
  toggle.setAttribute("aria-expanded", String(shown));
  if (!shown || frame) return;
  frame = /** @type {HTMLIFrameElement} */ (make("iframe", { src: address, title: "Phone", allow: "microphone; autoplay; speaker-selection; clipboard-write" }));
  panel.append(frame);
}
