import { serverNow } from "./clock.js";

/** Ids that hold the moment they were made (UUID version 7, RFC 9562): call records are kept by it. */
export function newCallId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  let left = Math.round(serverNow());
  for (let at = 5; at >= 0; at--, left = Math.floor(left / 256)) bytes[at] = left % 256;
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const text = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return text.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
