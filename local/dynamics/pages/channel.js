/** The panel of a channel provider in a frame, and what the framework does for it (CIF 2.0). */

import { make } from "./dom.js";
import { choosePresence, onPresence, presenceText } from "./presence.js";

const toggle = /** @type {HTMLButtonElement} */ (document.getElementById("channel-toggle"));
const panel = /** @type {HTMLElement} */ (document.getElementById("channel"));
/** @type {HTMLIFrameElement | undefined} */
let frame;
let channelUrl = "";
/** Whether the panel is open, also after this page is loaded again. */
const KEPT = "channel-open";
/** No room beside the page: the panel is loaded, and lies over the page when it is wanted. */
const narrow = matchMedia("(width < 48rem)");
/** Events the panel listens to. @type {Set<string>} */
const wanted = new Set();

/** Of which table a page's rows are; the others show phone calls. */
const TABLES = /** @type {Record<string, string>} */ ({ contacts: "contact", accounts: "account", leads: "lead" });

/** What each message does; whoever is signed in here is whom it is about. */
const CALLS = /** @type {Record<string, (user: any, values: Map<string, any>) => any>} */ ({
  initializeCI: () => true,
  getenvironment: (user) => JSON.stringify({ userId: `{${user.id}}`, username: user.name, appName: "Customer Service", cifVersion: "2.0", clientUrl: location.origin }),
  getPresence: () => presenceText() ?? "FAILED",
  setAgentPresence: (user, values) => choosePresence(user.id, values.get("presenceText")),
  addGenericHandler: (_user, values) => Boolean(wanted.add(values.get("eventType"))),
  removeGenericHandler: (_user, values) => wanted.delete(values.get("eventType")),
});

/** Shows the provider's panel, if one is configured. @param {() => {id: string, name: string}} user */
export async function startChannel(user) {
  ({ channelUrl } = await (await fetch("/stand-in/channel")).json());
  if (!channelUrl) return;
  const { origin } = new URL(channelUrl);
  toggle.hidden = false;
  toggle.onclick = () => show(panel.hidden);
  /** @param {object} message */
  const tell = (message) => frame?.contentWindow?.postMessage(message, origin);
  addEventListener("message", async (event) => {
    if (!frame || event.source !== frame.contentWindow || event.origin !== origin || !event.data?.messageType) return;
    tell({ messageCorrelationId: event.data.messageCorrelationId, isEventFlag: false, ...(await outcome(user(), event.data)) });
  });
  /** @param {string} messageType @param {object} value */
  const notify = (messageType, value) => {
    if (wanted.has(messageType)) tell({ messageType, messageData: new Map([["value", JSON.stringify(value)]]), isEventFlag: true });
  };
  onPresence((presence) => notify("onPresenceChange", { presenceInfo: presence }));
  addEventListener("hashchange", () => notify("onpagenavigate", { value: address() }));
  if (sessionStorage.getItem(KEPT)) narrow.matches ? load() : show(true);
}

/** The panel is there from the next load of this page on. */
export const keepChannelOpen = () => sessionStorage.setItem(KEPT, "yes");

export const channelIsLoaded = () => frame !== undefined;

export const showChannel = () => channelUrl && show(true);

/** Of the open page, as a model-driven app has it: `pagetype`, `etn`, `id`. */
function address() {
  const [name, id] = location.hash.slice(1).split("/");
  const table = TABLES[name] ?? "phonecall";
  const query = new URLSearchParams({ pagetype: id ? "entityrecord" : "entitylist", etn: table, ...(id && { id }) });
  return `${location.origin}/main.aspx?${query}`;
}

/** @param {any} user @param {any} message */
async function outcome(user, { messageType, messageData }) {
  if (!Object.hasOwn(CALLS, messageType)) return failure(`${messageType} is not supported here`);
  try {
    return { messageOutcome: "success", messageData: new Map([["result", await CALLS[messageType](user, messageData)]]) };
  } catch (error) {
    return failure(String(error));
  }
}

/** @param {string} message */
const failure = (message) => ({ messageOutcome: "failure", messageData: new Map([["message", message]]) });

/** @param {boolean} shown */
function show(shown) {
  panel.hidden = !shown;
  toggle.setAttribute("aria-expanded", String(shown));
  if (shown) load();
  if (shown) keepChannelOpen();
  else sessionStorage.removeItem(KEPT);
}

/** Once: what runs in the panel goes on while it is not shown. */
function load() {
  if (frame) return;
  frame = /** @type {HTMLIFrameElement} */ (make("iframe", { src: channelUrl, title: "Phone", allow: "microphone; autoplay; speaker-selection; clipboard-write" }));
  panel.append(frame);
}
