/**
 * What outlives this page. Browsers refuse storage to a page inside another site's where people block third-party
 * cookies, and to any page when the disk is full: then it is kept as long as the page is open.
 */

class Kept {
  /** @param {"localStorage" | "sessionStorage"} name */
  constructor(name) {
    this.name = name;
    /** What the browser did not take. @type {Map<string, string>} */
    this.own = new Map();
  }

  /** @returns {Storage | null} */
  get storage() {
    try {
      return globalThis[this.name];
    } catch {
      return null;
    }
  }

  /** @param {string} key */
  getItem(key) {
    return this.own.get(key) ?? this.storage?.getItem(key) ?? null;
  }

  /** @param {string} key @param {string} value */
  setItem(key, value) {
    this.own.set(key, value);
    try {
      this.storage?.setItem(key, value);
      if (this.storage) this.own.delete(key);
    } catch {
      // full: what was there is older than what this page has
    }
  }

  /** @param {string} key */
  removeItem(key) {
    this.own.delete(key);
    this.storage?.removeItem(key);
  }

  keys() {
    return [...new Set([...this.own.keys(), ...Object.keys(this.storage ?? {})])];
  }
}

/** For every page of this browser. */
export const kept = new Kept("localStorage");

/** For this tab, over reloads. */
export const keptInTab = new Kept("sessionStorage");
