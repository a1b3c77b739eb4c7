/** Signs a person in by OIDC authorization code with PKCE (RFC 7636). The token stays in this page's memory. */

const KEPT = "voice-sign-in";

/**
 * The access token, at once after coming back from the sign-in, else never: the page is left for it.
 * @returns {Promise<string>}
 */
export async function accessToken() {
  const settings = await signIn();
  const answer = new URLSearchParams(location.search);
  const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
  if (kept && answer.get("state") === kept.state) {
    sessionStorage.removeItem(KEPT);
    history.replaceState(null, "", kept.path);
    if (answer.has("error")) throw new Error(answer.get("error_description") ?? "The sign-in was refused.");
    return redeem(settings, answer.get("code") ?? "", kept.verifier);
  }
  if (location.pathname === new URL(redirectUri()).pathname) throw new Error("Open a recording from its activity in Dynamics.");
  return leave(settings);
}

async function signIn() {
  const answer = await fetch("/api/recordings-page/sign-in.json");
  if (!answer.ok) throw new Error("Nobody can sign in just now.");
  return answer.json();
}

/** @returns {Promise<string>} */
async function leave(/** @type {any} */ settings) {
  const verifier = random();
  const state = random();
  sessionStorage.setItem(KEPT, JSON.stringify({ verifier, state, path: location.pathname }));
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  const query = new URLSearchParams({
    client_id: settings.clientId,
    response_type: "code",
    response_mode: "query",
    redirect_uri: redirectUri(),
    scope: settings.scope,
    state,
    code_challenge: encoded(new Uint8Array(digest)),
    code_challenge_method: "S256",
  });
  location.assign(`${settings.authority}/oauth2/v2.0/authorize?${query}`);
  return new Promise(() => {});
}

async function redeem(/** @type {any} */ settings, /** @type {string} */ code, /** @type {string} */ verifier) {
  const form = new URLSearchParams({
    client_id: settings.clientId,
    grant_type: "authorization_code",
    code,
    redirect_uri: redirectUri(),
    code_verifier: verifier,
    scope: settings.scope,
  });
  const answer = await fetch(`${settings.authority}/oauth2/v2.0/token`, { method: "POST", body: form });
  const given = await answer.json();
  if (!answer.ok) throw new Error(given.error_description ?? "The sign-in failed.");
  return given.access_token;
}

const redirectUri = () => `${location.origin}/api/recordings`;

const random = () => encoded(crypto.getRandomValues(new Uint8Array(32)));

const encoded = (/** @type {Uint8Array} */ bytes) =>
  btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
