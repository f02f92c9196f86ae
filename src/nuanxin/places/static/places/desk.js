// The desk: takes a voucher in. The server is asked first where there is a network; without one this phone decides, and
// tells the server later. The second use of a number is refused here in both cases.
import { startWorker } from "../ui/js/worker.js";
import { dayOf, read } from "./desk_codes.js";
import * as store from "./desk_store.js";

const ASKING = 5_000; // ms that somebody at the desk waits for the server
const SENDING = 20_000;
const AGAIN = 30_000;
const AT_ONCE = 100;
const DEVICE = "nuanxin-desk-device";
const CLOCK = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };

const desk = document.querySelector("[data-desk]");
const words = desk?.querySelector("[data-words]").dataset;
const find = (name) => desk.querySelector(`[data-${name}]`);
let isSignedOut = false;
let isBusy = false;

const newKey = () => crypto.randomUUID();
const clock = (at) => new Intl.DateTimeFormat(document.documentElement.lang, CLOCK).format(at);
const nowBy = (kit) => Date.now() + (kit?.skew ?? 0);

function device() {
  try {
    const known = localStorage.getItem(DEVICE) ?? newKey();
    localStorage.setItem(DEVICE, known);
    return known;
  } catch {
    return "";
  }
}

async function ask(url, options, wait) {
  const answer = await fetch(url, { redirect: "manual", cache: "no-store", signal: AbortSignal.timeout(wait), headers: { Accept: "application/json" }, ...options });
  const isOut = answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 404;
  return { status: answer.status, isOut, told: isOut ? {} : await answer.json().catch(() => ({})) };
}

// --- What this phone keeps ----------------------------------------------------------------------------------------
/** A page out of the phone itself does not say whose desk it is: what it keeps does. */
async function address(name, kit) {
  return desk.dataset[name] || (kit ?? (await store.kit()))?.[`${name}_url`];
}

async function freshKit() {
  const url = await address("kit");
  if (!url) return null; // a phone that has never been at this desk
  const { status, isOut, told } = await ask(url, {}, SENDING);
  isSignedOut = isOut;
  if (status !== 200) return null;
  const kit = { ...told, skew: told.now * 1000 - Date.now(), seen: Date.now() };
  await store.keepKit(kit);
  return kit;
}

function post(url, kit, rows, wait) {
  const headers = { Accept: "application/json", "Content-Type": "application/json", "X-CSRFToken": kit.token };
  const sent = rows.map(({ code, key, at }) => ({ code, key, at, device: device() }));
  return ask(url, { method: "POST", headers, body: JSON.stringify({ rows: sent }) }, wait);
}

// --- Taking one in ------------------------------------------------------------------------------------------------
async function accept(text) {
  if (isBusy || !text.trim()) return;
  isBusy = true;
  try {
    show(await decide(text.trim()));
  } finally {
    isBusy = false;
    await refresh();
  }
}

async function decide(text) {
  const held = await store.kit();
  const isOfHere = held && (!desk.dataset.place || desk.dataset.place === held.place);
  const kit = isOfHere ? held : navigator.onLine ? await freshKit().catch(() => null) : null;
  if (!kit) return { end: "unready" };
  const at = nowBy(kit);
  const code = await read(text, kit, at / 1000);
  if (code.number && (kit.used.includes(code.number) || (await store.has(code.number)))) return { end: "used" };
  const row = { code: text, key: newKey(), at, number: code.number, offer: code.offer, name: code.name, state: "waiting", place: kit.place };
  const said = navigator.onLine ? await askServer(kit, row) : null;
  if (said) return said;
  if (code.end !== "good") return { end: code.end };
  if (dayOf(at / 1000) > kit.until) return { end: "stale" };
  if (!(await store.take(row))) return { end: "used" };
  return { end: "good", isOffline: true, name: code.name, offer: kit.offers[code.offer] };
}

/** The server's word, or null where it cannot be had now. The same key goes again with what is synced later. */
async function askServer(kit, row) {
  try {
    const { status, isOut, told } = await post(await address("redeem", kit), kit, [row], ASKING);
    isSignedOut = isOut;
    if (status === 200) {
      const number = told.number;
      await store.take({ ...row, number, state: "sent", outcome: told.outcome, words: told.words });
      countOne();
      const offer = kit.offers[row.offer] ?? (await freshKit())?.offers[row.offer];
      return { end: "good", name: told.name, offer };
    }
    return told.message ? { end: "refused", message: told.message, hint: told.hint } : null;
  } catch {
    return null;
  }
}

function countOne() {
  count("today", 1);
  count("waiting", -1);
}

function count(what, by) {
  const line = document.querySelector(`[data-${what}]`);
  if (!line) return;
  line.dataset[what] = Math.max(Number(line.dataset[what]) + by, 0);
  line.textContent = line.dataset.words.replace("%s", line.dataset[what]);
}

function show({ end, isOffline = false, name = "", offer, message, hint }) {
  const result = find("result");
  const isGood = end === "good";
  const line = (slot, text) => {
    find(slot).textContent = text ?? "";
    find(slot).hidden = !text;
  };
  result.className = `desk__result desk__result--${isGood ? "good" : "bad"}`;
  result.dataset.end = end;
  line("word", message ?? words[end]);
  line("what", [offer?.name, offer?.worth].filter(Boolean).join(" · "));
  line("who", isGood && (offer?.medical || offer?.named) ? (name ? words.who.replace("%s", name) : words.noName) : "");
  line("rule", isGood ? [...(offer?.rules ?? []), offer?.terms].filter(Boolean).join("\n") : "");
  line("hint", hint ?? (isGood ? isOffline && words.goodOffline : words[`${end}Hint`]));
  result.hidden = false;
  result.focus();
}

// --- Telling the server -------------------------------------------------------------------------------------------
let isSending = false;

async function sync() {
  if (isSending || !navigator.onLine) return;
  isSending = true;
  try {
    const kit = await freshKit();
    if (kit) await sendAll(kit);
    await store.tidy(Date.now());
  } catch {
    // no network after all: it goes again
  } finally {
    isSending = false;
    await refresh();
  }
}

async function sendAll(kit) {
  const rows = (await store.all()).filter((row) => row.state === "waiting" && row.place === kit.place).reverse();
  for (let start = 0; start < rows.length; start += AT_ONCE) {
    const part = rows.slice(start, start + AT_ONCE);
    const { status, told } = await post(await address("sync", kit), kit, part, SENDING);
    if (status !== 200) return;
    const said = new Map(told.rows.map((each) => [each.key, each]));
    for (const row of part) {
      const { outcome, words: told } = said.get(row.key) ?? {};
      if (outcome) await store.change({ ...row, state: "sent", outcome, words: told });
    }
  }
}

// --- What is shown ------------------------------------------------------------------------------------------------
async function refresh() {
  const [kit, rows] = [await store.kit(), await store.all()];
  const waiting = rows.filter((row) => row.state === "waiting").length;
  const parts = [isSignedOut ? words.signIn : navigator.onLine ? words.online : words.offline];
  if (waiting) parts.push(words.waiting.replace("%s", waiting));
  if (!navigator.onLine && kit) parts.push(words.seen.replace("%s", clock(kit.seen)));
  find("state").textContent = parts.join(" ");
  find("kept").hidden = !rows.length;
  find("kept-title").textContent = words.keptTitle;
  find("kept-rows").replaceChildren(...rows.slice(0, 20).map((row) => rowOf(row, kit)));
}

function rowOf(row, kit) {
  const line = find("row").content.firstElementChild.cloneNode(true);
  line.querySelector("[data-name]").textContent = kit?.offers[row.offer]?.name ?? "—";
  line.querySelector("[data-when]").textContent = clock(row.at);
  const isFine = row.outcome === "accepted";
  line.querySelector("[data-how]").textContent = row.state === "waiting" ? words.unsent : isFine ? words.sent : row.words;
  line.dataset.state = row.outcome ?? row.state;
  return line;
}

// --- Scanning -----------------------------------------------------------------------------------------------------
async function scan() {
  const video = find("video");
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    video.srcObject = stream;
    video.hidden = false;
    await video.play();
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    const look = async () => {
      const [seen] = await detector.detect(video).catch(() => []);
      if (!seen) return video.hidden || requestAnimationFrame(look);
      stream.getTracks().forEach((track) => track.stop());
      video.hidden = true;
      await accept(seen.rawValue);
    };
    look();
  } catch {
    video.hidden = true;
    find("state").textContent = words.noCamera;
  }
}

function fromAddress() {
  if (location.hash.length < 60) return;
  const text = location.hash;
  history.replaceState(null, "", location.pathname); // so that going back does not take it in again
  accept(text);
}

if (desk) {
  find("typed").addEventListener("submit", (event) => {
    event.preventDefault();
    const { code } = event.target.elements;
    accept(code.value).then(() => (code.value = ""));
  });
  if ("BarcodeDetector" in window && navigator.mediaDevices) {
    find("scanner").hidden = false;
    find("scan").addEventListener("click", scan);
  }
  addEventListener("online", sync);
  addEventListener("offline", refresh);
  addEventListener("hashchange", fromAddress);
  document.addEventListener("visibilitychange", () => document.hidden || sync());
  setInterval(sync, AGAIN);
  startWorker(document.querySelector("[data-worker]")?.dataset.worker, 0);
  refresh().then(fromAddress).then(sync);
}
