/** Numbers and times as people read them. */

import { serverNow } from "./clock.js";

/** Lengths of country codes that are not three digits long, by their beginning (ITU-T E.164). */
const TWO = /^(20|27|3[0-469]|4[013-9]|5[1-8]|6[0-6]|7|8[1246]|9[0-58])/;

/** Area codes of one digit, by country code: Helsinki's `9`, Stockholm's `8`. Others are shown as if they had two. */
const ONE = new Map([["358", /^[235689](?!0)/], ["46", /^8/], ["33", /^./], ["43", /^1/], ["353", /^1/], ["36", /^1/]]);

/**
 * A number in groups, as it is typed: `+358401234567` is `+358 40 123 4567`. Letters, `*` and `#` stay as they are.
 * @param {string} typed
 * @returns {string}
 */
export function formatNumber(typed) {
  const digits = bare(typed).replace(/[^\d+]/g, "");
  if (!/^\+?\d+$/.test(digits) || /[^\d+()\s.-]/.test(typed)) return typed;
  if (/^00[1-9]/.test(digits)) return `00 ${formatNumber(`+${digits.slice(2)}`).slice(1)}`;
  if (!digits.startsWith("+")) return grouped(digits, digits.startsWith("0") ? 3 : 0);
  const rest = digits.slice(1);
  const code = /^[17]/.test(rest) ? 1 : TWO.test(rest) ? 2 : 3;
  if (rest.length <= code) return digits;
  const [country, national] = [rest.slice(0, code), rest.slice(code)];
  const area = ONE.get(country)?.test(national) ? 1 : code === 1 ? 3 : 2;
  return `+${country} ${grouped(national, area)}`;
}

/** @param {string} digits @param {number} first length of the first group, 0 for none of its own */
function grouped(digits, first) {
  const head = first && digits.length > first ? digits.slice(0, first) : "";
  const tail = digits.slice(head.length);
  const groups = [];
  let at = 0;
  while (at < tail.length) {
    const left = tail.length - at;
    const size = left === 4 || left === 2 ? left : 3;
    groups.push(tail.slice(at, at + size));
    at += size;
  }
  return [head, ...groups].filter(Boolean).join(" ");
}

/** Without the zero that is dialled at home only, as in `+358 (0)40`. @param {string} typed */
const bare = (typed) => typed.replace(/^(\s*(?:tel:)?\s*(?:\+|00)\d[\d\s]*)\(0\)/, "$1");

/** `1:05`, `1:02:03`. @param {number} seconds */
export function formatLength(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  if (!parts[0]) parts.shift();
  return parts.map((part, at) => (at ? String(part).padStart(2, "0") : String(part))).join(":");
}

/** Today the time, else the day and the time. @param {string} at ISO 8601 */
export function formatMoment(at) {
  const moment = new Date(at);
  const time = moment.toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
  if (moment.toDateString() === new Date(serverNow()).toDateString()) return time;
  return `${moment.toLocaleDateString(document.documentElement.lang, { day: "numeric", month: "short" })} ${time}`;
}

/** @param {string} from ISO 8601 @returns {number} seconds since then */
export const since = (from) => (serverNow() - Date.parse(from)) / 1000;
