/** Signs the agent in by OIDC authorization code with PKCE (RFC 7636). Tokens stay in this page's memory (A1). */

import { keptInTab } from "./kept.js";
import { challenge, random } from "./pkce.js";

const KEPT = "voice-phone-sign-in";
/** Whom a reload signs in again where several people use a browser; no token. */
const WHO = "voice-phone-who";
const WINDOW = "voice-sign-in";
/** Another name: a window that a click opens must never be the hidden frame that is trying at the same time. */
const FRAME = "voice-sign-in-unseen";
const RENEW_BEFORE_S = 300;
const SOON_S = 30;
const SILENT_MS = 8_000;
const CLOSED_MS = 500;

/** A person has to do something. */
export class SignInNeeded extends Error {}

/** @typedef {{authority: string, clientId: string, scope: string}} Config */

export class SignIn extends EventTarget {
  /** @param {Config} config */
  constructor(config) {
    super();
    this.config = config;
    /** @type {{access: string, refresh: string, until: number} | null} */
    this.held = null;
    /** @type {Promise<void> | null} */
    this.renewing = null;
    /** Whether the agent was asked to sign in and no token has come since. */
    this.isAsked = false;
  }

  /**
   * At the start: takes the code the page has come back with, else leaves the page for one. In a frame, where no
   * sign-in page is shown, it is tried without anybody seeing it; else it throws `SignInNeeded`: then `inWindow` is to
   * be called on a click.
   */
  async begin() {
    const kept = JSON.parse(keptInTab.getItem(KEPT) ?? "null");
    const answer = new URLSearchParams(location.search);
    if (kept && answer.get("state") === kept.state) {
      keptInTab.removeItem(KEPT);
      history.replaceState(null, "", location.pathname);
      return this.redeem(Object.fromEntries(answer), kept.verifier);
    }
    if (window.top !== window) return this.silently();
    const { address, kept: keeping } = await this.wish();
    keptInTab.setItem(KEPT, JSON.stringify(keeping));
    location.assign(address);
    return new Promise(() => {});
  }

  /** In a window of its own, where this page must not be left; must come from a click. @param {Record<string, string>} [more] of the request */
  async inWindow(more) {
    const opened = window.open("about:blank", WINDOW, "popup,width=480,height=640");
    if (!opened) throw new SignInNeeded();
    const { address, kept } = await this.wish(more);
    const answer = answerTo(kept.state, (refuse) => {
      const timer = setInterval(() => opened.closed && refuse(), CLOSED_MS);
      return () => clearInterval(timer);
    });
    opened.location.href = address;
    await this.redeem(await answer, kept.verifier);
  }

  /** By the authority's own session, in a frame that nobody sees. Throws `SignInNeeded`. */
  async silently() {
    const { address, kept } = await this.wish({ prompt: "none" });
    const frame = document.createElement("iframe");
    Object.assign(frame, { name: FRAME, hidden: true, title: "" });
    const answer = answerTo(kept.state, (refuse) => {
      const timer = setTimeout(refuse, SILENT_MS);
      return () => (clearTimeout(timer), frame.remove());
    });
    frame.src = address;
    document.body.append(frame);
    const given = await answer;
    if (!given.code) throw new SignInNeeded(given.error);
    await this.redeem(given, kept.verifier);
  }

  /** A token that holds for a while still; renewed in time, once for all who ask. @param {string} [refused] one that the server did not take */
  async token(refused) {
    if (!this.held) throw new SignInNeeded();
    const left_s = (this.held.until - Date.now()) / 1000;
    const isOver = left_s < SOON_S || refused === this.held.access;
    if (isOver || left_s < RENEW_BEFORE_S) {
      this.renewing ??= this.renew().finally(() => (this.renewing = null));
      if (isOver) await this.renewing;
      else this.renewing.catch(() => {});
    }
    return this.held.access;
  }

  /** By the refresh token, else by the authority's session, else the agent is asked, unless they have signed in meanwhile. */
  async renew() {
    const before = this.held;
    try {
      if (!this.held?.refresh) throw new SignInNeeded();
      await this.take({ grant_type: "refresh_token", refresh_token: this.held.refresh });
    } catch (error) {
      if (!(error instanceof SignInNeeded)) throw error;
      if (this.held) this.held.refresh = "";
      await this.silently().catch((needed) => {
        if (this.held !== before) return;
        this.isAsked = true;
        this.dispatchEvent(new Event("needed"));
        throw needed;
      });
    }
  }

  /** Leaves the page for the authority's, where somebody else can sign in. */
  out() {
    keptInTab.removeItem(WHO);
    const back = new URLSearchParams({ post_logout_redirect_uri: redirectUri() });
    location.assign(`${this.config.authority}/oauth2/v2.0/logout?${back}`);
  }

  /** @param {Record<string, string>} answer @param {string} verifier */
  async redeem(answer, verifier) {
    if (!answer.code) throw new Error(answer.error_description ?? answer.error ?? "");
    await this.take({ grant_type: "authorization_code", code: answer.code, code_verifier: verifier });
  }

  /** @param {Record<string, string>} grant */
  async take(grant) {
    const { authority, clientId } = this.config;
    const form = new URLSearchParams({ client_id: clientId, redirect_uri: redirectUri(), scope: this.scope, ...grant });
    const answer = await fetch(`${authority}/oauth2/v2.0/token`, { method: "POST", body: form });
    const given = await answer.json();
    if (!answer.ok) throw new SignInNeeded(given.error_description ?? given.error);
    this.held = { access: given.access_token, refresh: given.refresh_token ?? "", until: Date.now() + given.expires_in * 1000 };
    const who = given.id_token && JSON.parse(decoded(given.id_token.split(".")[1]));
    if (who) keptInTab.setItem(WHO, who.login_hint ?? who.preferred_username ?? "");
    if (this.isAsked) this.dispatchEvent(new Event("back"));
    this.isAsked = false;
  }

  get scope() {
    return `${this.config.scope} openid profile offline_access`;
  }

  /** What the authority is asked, and what has to be kept until it answers. @param {Record<string, string>} [more] */
  async wish(more = {}) {
    const [verifier, state] = [random(), random()];
    const who = keptInTab.getItem(WHO);
    const query = new URLSearchParams({
      client_id: this.config.clientId,
      response_type: "code",
      response_mode: "query",
      redirect_uri: redirectUri(),
      scope: this.scope,
      state,
      code_challenge: await challenge(verifier),
      code_challenge_method: "S256",
      ...(who ? { login_hint: who } : {}),
      ...more,
    });
    return { address: `${this.config.authority}/oauth2/v2.0/authorize?${query}`, kept: { verifier, state } };
  }
}

/** In the window or frame that was opened for it: hands the answer back. @returns {boolean} whether this is that window */
export function handedBack() {
  const answer = new URLSearchParams(location.search);
  const asking = window.opener ?? (window.parent === window ? null : window.parent);
  if (!asking || ![WINDOW, FRAME].includes(window.name) || !answer.has("state")) return false;
  asking.postMessage(Object.fromEntries(answer), location.origin);
  window.close();
  return true;
}

/**
 * What the other window answers; rejected by `refuse` as SignInNeeded.
 * @param {string} state @param {(refuse: () => void) => () => void} begin gives what is to be done afterwards
 * @returns {Promise<Record<string, string>>}
 */
function answerTo(state, begin) {
  const heard = new AbortController();
  /** @type {() => void} */
  let after = () => {};
  return new Promise((resolve, reject) => {
    after = begin(() => reject(new SignInNeeded()));
    const take = (/** @type {MessageEvent} */ event) => event.origin === location.origin && event.data?.state === state && resolve(event.data);
    window.addEventListener("message", take, { signal: heard.signal });
  }).finally(() => (heard.abort(), after()));
}

const redirectUri = () => new URL("./", location.href.split("?")[0]).href;

/** @param {string} part of a JSON Web Token (RFC 7519) */
const decoded = (part) => new TextDecoder().decode(Uint8Array.from(atob(part.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0)));
