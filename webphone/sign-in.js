/** Signs the agent in by OIDC authorization code with PKCE (RFC 7636). Tokens stay in this page's memory (A1). */

const KEPT = "voice-phone-sign-in";
const RENEW_BEFORE_S = 300;
const SOON_S = 30;

export class SignInNeeded extends Error {}

/** @typedef {{authority: string, clientId: string, scope: string}} Config */

export class SignIn {
  /** @param {Config} config */
  constructor(config) {
    this.config = config;
    /** @type {{access: string, refresh: string, until: number} | null} */
    this.held = null;
    /** @type {Promise<void> | null} */
    this.renewing = null;
  }

  /**
   * At the start: takes the code the page has come back with, else leaves the page for one. In a frame, where no
   * sign-in page is shown, it throws `SignInNeeded`: then `inWindow` is to be called on a click.
   */
  async begin() {
    const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
    const answer = new URLSearchParams(location.search);
    if (kept && answer.get("state") === kept.state) {
      sessionStorage.removeItem(KEPT);
      history.replaceState(null, "", location.pathname);
      if (answer.has("error")) throw new Error(answer.get("error_description") ?? answer.get("error") ?? "");
      return this.take({ grant_type: "authorization_code", code: answer.get("code") ?? "", code_verifier: kept.verifier });
    }
    if (window.top !== window) throw new SignInNeeded();
    const { address, kept: keeping } = await this.wish();
    sessionStorage.setItem(KEPT, JSON.stringify(keeping));
    location.assign(address);
    return new Promise(() => {});
  }

  /** In a window of its own, for a phone in a frame; must come from a click. */
  async inWindow() {
    const opened = window.open("about:blank", "voice-sign-in", "popup,width=480,height=640");
    if (!opened) throw new SignInNeeded();
    const { address, kept } = await this.wish();
    const code = new Promise((resolve, reject) => {
      window.addEventListener("message", (event) => {
        if (event.origin !== location.origin || event.data?.state !== kept.state) return;
        if (event.data.code) resolve(event.data.code);
        else reject(new Error(event.data.error ?? ""));
      });
    });
    opened.location.href = address;
    await this.take({ grant_type: "authorization_code", code: await code, code_verifier: kept.verifier });
  }

  /** A token that holds for a while still; renewed in time, once for all who ask. @returns {Promise<string>} */
  async token() {
    if (!this.held) throw new SignInNeeded();
    const left_s = (this.held.until - Date.now()) / 1000;
    if (left_s < RENEW_BEFORE_S && this.held.refresh) {
      this.renewing ??= this.renew().finally(() => (this.renewing = null));
      if (left_s < SOON_S) await this.renewing;
      else this.renewing.catch(() => {});
    }
    return this.held.access;
  }

  async renew() {
    await this.take({ grant_type: "refresh_token", refresh_token: this.held?.refresh ?? "" });
  }

  /** @param {Record<string, string>} grant */
  async take(grant) {
    const { authority, clientId, scope } = this.config;
    const form = new URLSearchParams({ client_id: clientId, redirect_uri: redirectUri(), scope: `${scope} offline_access`, ...grant });
    const answer = await fetch(`${authority}/oauth2/v2.0/token`, { method: "POST", body: form });
    const given = await answer.json();
    if (!answer.ok) throw new Error(given.error_description ?? given.error);
    this.held = { access: given.access_token, refresh: given.refresh_token ?? "", until: Date.now() + given.expires_in * 1000 };
  }

  async wish() {
    const [verifier, state] = [random(), random()];
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
    const query = new URLSearchParams({
      client_id: this.config.clientId,
      response_type: "code",
      response_mode: "query",
      redirect_uri: redirectUri(),
      scope: `${this.config.scope} offline_access`,
      state,
      code_challenge: encoded(new Uint8Array(digest)),
      code_challenge_method: "S256",
    });
    return { address: `${this.config.authority}/oauth2/v2.0/authorize?${query}`, kept: { verifier, state } };
  }
}

/** In the window opened by `inWindow`: hands the code back and closes. @returns {boolean} whether this is that window */
export function handedBack() {
  const answer = new URLSearchParams(location.search);
  if (!window.opener || window.name !== "voice-sign-in" || !answer.has("state")) return false;
  window.opener.postMessage(Object.fromEntries(answer), location.origin);
  window.close();
  return true;
}

const redirectUri = () => new URL("./", location.href.split("?")[0]).href;

const random = () => encoded(crypto.getRandomValues(new Uint8Array(32)));

/** @param {Uint8Array} bytes */
const encoded = (bytes) =>
  btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
