/** Requests to the Functions app (docs/live-calls.md); refusals are problem documents (RFC 9457). */

const WITHIN_MS = 12_000;
const AGAIN_MS = 400;

export class Refusal extends Error {
  /** @param {number} status 0: no answer at all @param {any} problem */
  constructor(status, problem) {
    super(problem?.detail ?? problem?.title ?? "");
    this.status = status;
    /** @type {string} */
    this.code = problem?.code ?? "";
    this.problem = problem ?? {};
  }
}

/** Whether a call was over before that could be done: its state says why. @param {any} error */
export const isOver = ({ code, problem }) => code === "call-unknown" || problem?.state === "ended";

export class Api {
  /** @param {(refused?: string) => Promise<string>} token given the one that was refused, another one */
  constructor(token) {
    this.token = token;
    /** The primary session, sent with every command. */
    this.sessionId = "";
    /** The token that was used last. */
    this.latest = "";
  }

  /** @param {string} path */
  get(path) {
    return this.send("GET", path);
  }

  /** @param {string} path @param {unknown} [body] */
  post(path, body) {
    return this.send("POST", path, body);
  }

  /** @param {string} path @param {unknown} [body] */
  put(path, body) {
    return this.send("PUT", path, body);
  }

  /** @param {string} path @param {unknown} body */
  patch(path, body) {
    return this.send("PATCH", path, body);
  }

  /**
   * A command to one of the agent's calls; the same one is never done twice, however often it is sent.
   * @param {string} callId @param {string} name @param {Record<string, unknown>} [body]
   */
  async command(callId, name, body = {}) {
    const headers = { "Idempotency-Key": crypto.randomUUID() };
    return (await this.insist(() => this.send("POST", `/phone/calls/${callId}/${name}`, body, { headers }))).call;
  }

  /**
   * Some more tries where no answer came: only for what is not done twice by being sent twice.
   * @template T @param {() => Promise<T>} send @returns {Promise<T>}
   */
  async insist(send) {
    for (let left = 2; ; left--) {
      try {
        return await send();
      } catch (error) {
        if (!(error instanceof Refusal) || error.status || !left) throw error;
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      }
    }
  }

  /** @param {string} path @param {string} sdp @returns {Promise<{id: string, sdp: string}>} */
  async offer(path, sdp) {
    const answer = await this.request("POST", path, { body: sdp, headers: { "Content-Type": "application/sdp" } });
    return { id: answer.headers.get("Media-Id") ?? "", sdp: await whole(answer.text()) };
  }

  /** @param {string} method @param {string} path @param {unknown} [body] @param {RequestInit} [more] */
  async send(method, path, body, more = {}) {
    const headers = { ...more.headers, ...(body === undefined ? {} : { "Content-Type": "application/json" }) };
    const answer = await this.request(method, path, { ...more, headers, body: body === undefined ? undefined : JSON.stringify(body) });
    return answer.status === 204 || answer.status === 304 ? null : whole(answer.json());
  }

  /** @param {string} method @param {string} path @param {RequestInit} options @returns {Promise<Response>} */
  async request(method, path, options = {}) {
    const token = (options.keepalive && this.latest) || (await this.bearer()); // a page that goes waits for nothing
    let answer = await this.fetch(method, path, options, token);
    if (answer.status === 401) answer = await this.fetch(method, path, options, await this.bearer(token));
    if (answer.ok || answer.status === 304) return answer;
    throw new Refusal(answer.status, await answer.json().catch(() => null));
  }

  /** @param {string} [refused] @returns {Promise<string>} */
  async bearer(refused) {
    try {
      return await this.token(refused);
    } catch (error) {
      if (error instanceof TypeError) throw new Refusal(0, { code: "offline" });
      throw new Refusal(401, { code: "sign-in-needed" });
    }
  }

  /** @param {string} method @param {string} path @param {RequestInit} options @param {string} token @returns {Promise<Response>} */
  async fetch(method, path, options, token) {
    this.latest = token;
    const session = /** @type {Record<string, string>} */ (this.sessionId ? { "Phone-Session": this.sessionId } : {});
    const headers = { Authorization: `Bearer ${token}`, ...session, ...options.headers };
    const signal = options.signal ?? (options.keepalive ? null : AbortSignal.timeout(WITHIN_MS));
    try {
      return await fetch(`/api${path}`, { cache: "no-store", ...options, signal, method, headers });
    } catch (error) {
      if (options.signal?.aborted) throw error;
      throw new Refusal(0, { code: "offline" });
    }
  }
}

/** What an answer holds; one that breaks off, or is a page of something in between, is no answer. @template T @param {Promise<T>} read @returns {Promise<T>} */
const whole = (read) => read.catch(() => Promise.reject(new Refusal(0, { code: "offline" })));
