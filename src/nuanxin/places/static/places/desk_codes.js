// Reads a voucher's code without a network: the signature of what was scanned, the mark of what was typed.
// The server's side of it is `queries/codes.py`; a test holds the two against each other.
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const READ_AS = { O: "0", I: "1", L: "1", U: "V" };
const NUMBER = 6;
const HEAD = 51;
const SIGNATURE = 64;
const SKEW = 120; // seconds by which this phone's clock may be wrong
const STEP = 60;
const [BACK, AHEAD] = [4, 2]; // steps
const [DAY, SHANGHAI] = [86_400, 8 * 3600];

const encode = (text) => new TextEncoder().encode(text);
const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
export const dayOf = (seconds) => Math.floor((seconds + SHANGHAI) / DAY);

function bytesOf(text) {
  try {
    return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0));
  } catch {
    return new Uint8Array();
  }
}

export function cleaned(text) {
  const plain = text.replace(/[\s-]/g, "").toUpperCase();
  return [...plain].map((char) => READ_AS[char] ?? char).join("");
}

const isTyped = (text) => text.length === 2 * NUMBER && [...text].every((char) => ALPHABET.includes(char));

/** {end: good | late | other | wrong, number, offer, name}. `kit` is what the server gave; `now` in seconds. */
export async function read(text, kit, now) {
  const typed = cleaned(text);
  if (isTyped(typed)) return readTyped(typed, kit, now);
  return readSigned(text.slice(text.lastIndexOf("#") + 1).trim(), kit, now);
}

async function readSigned(text, kit, now) {
  const raw = bytesOf(text);
  if (raw.length < HEAD + SIGNATURE || raw[0] !== 1) return { end: "wrong" };
  const body = raw.slice(0, -SIGNATURE);
  const key = kit.keys.find(({ kid }) => kid === hex(body.slice(1, 5)));
  if (!key || !(await isSigned(key, body, raw.slice(-SIGNATURE)))) return { end: "wrong" };
  const view = new DataView(body.buffer);
  const [issued, expires] = [view.getUint32(43), view.getUint32(47)];
  const said = { number: new TextDecoder().decode(body.slice(37, 43)), offer: hex(body.slice(21, 37)), name: new TextDecoder().decode(body.slice(HEAD)) };
  if (hex(body.slice(5, 21)) !== kit.place) return { end: "other" };
  const isNow = issued - SKEW <= now && now < expires + SKEW;
  return { end: isNow ? "good" : "late", ...said };
}

async function isSigned({ kty, crv, x, y }, body, signature) {
  const usage = { name: "ECDSA", namedCurve: "P-256" };
  const key = await crypto.subtle.importKey("jwk", { kty, crv, x, y }, usage, false, ["verify"]);
  return crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, signature, body);
}

async function readTyped(text, kit, now) {
  const [number, mark] = [text.slice(0, NUMBER), text.slice(NUMBER)];
  const current = Math.floor(now / STEP);
  for (const offer of Object.keys(kit.offers))
    for (let step = current - BACK; step <= current + AHEAD; step += 1)
      if ((await markOf(kit, offer, number, step)) === mark) return { end: "good", number, offer, name: "" };
  return { end: "wrong" };
}

async function markOf(kit, offer, number, step) {
  const day = kit.day_keys[dayOf(step * STEP)];
  if (!day) return null;
  const key = await crypto.subtle.importKey("raw", bytesOf(day), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const digest = await crypto.subtle.sign("HMAC", key, encode(`${offer}|${number}|${step}`));
  const bits = new DataView(digest).getUint32(0) >>> 2;
  return [25, 20, 15, 10, 5, 0].map((shift) => ALPHABET[(bits >>> shift) & 31]).join("");
}
