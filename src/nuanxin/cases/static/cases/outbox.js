// Reports that wait on this phone until there is signal: kept in IndexedDB, sent in order, each of them once.
// Pages and the service worker share this file, so it touches no document.
//
// An entry: id (autoincrement: the order), owner (the account's token), key (the server's "the same submission"),
// fields [[name, value]], files [[name, Blob]], thumb (a small picture), names {kind, place}, captured (ms of this
// phone's clock), state, problems {field: text}, url (where it went).
//
//   noted    time and place are kept, the rest follows     sign-in  the session has ended; sent after signing in
//   waiting  for signal, or for its turn                   refused  the server says what is wrong
//   sending  under way                                     received it has arrived

const DATABASE = "nuanxin-outbox";
const LOCK = "nuanxin-outbox";
const OWNER = "nuanxin-outbox-owner";
const REPORT = "/report/";
const TOKEN = "/report/token/";
const ASKING = 15_000; // ms that asking whose account this is may take
const SENDING = 40_000; // ms for a report without photos, and more for each byte
const SLOWEST = 6; // bytes a millisecond that a line is given
const DAY = 86_400_000;
const RECEIVED_FOR = DAY;
const OTHERS_FOR = 30 * DAY; // what another account left on this phone
const SENDABLE = new Set(["waiting", "sending", "sign-in"]);
const NOBODY = new Set([0, 401, 403, 404]); // an answer of `redirect: "manual"` that leads to signing in has status 0

/** This phone cannot keep it: no IndexedDB, or no space. */
export class NotKept extends Error {}

const channel = globalThis.BroadcastChannel ? new BroadcastChannel(DATABASE) : null;
const listeners = new Set();
if (channel) channel.onmessage = () => listeners.forEach((listener) => listener());

function changed() {
  channel?.postMessage("changed");
  listeners.forEach((listener) => listener());
}

export const onChange = (listener) => listeners.add(listener);

// --- The store --------------------------------------------------------------------------------------------------
let opened;

function database() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("entries", { keyPath: "id", autoIncrement: true });
      request.result.createObjectStore("drafts", { keyPath: "owner" });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = request.onblocked = () => reject(request.error);
  }).catch((error) => {
    opened = undefined;
    throw new NotKept(String(error));
  });
  return opened;
}

async function work(store, mode, act) {
  const found = await database();
  return new Promise((resolve, reject) => {
    try {
      const transaction = found.transaction(store, mode);
      const request = act(transaction.objectStore(store));
      transaction.oncomplete = () => resolve(request?.result);
      transaction.onabort = transaction.onerror = () => reject(new NotKept(String(transaction.error)));
    } catch (error) {
      reject(new NotKept(String(error)));
    }
  });
}

export const get = (id) => work("entries", "readonly", (store) => store.get(id));
const everything = () => work("entries", "readonly", (store) => store.getAll());

/** In the order in which they were written. */
export async function all() {
  return (await everything()).sort((one, other) => one.id - other.id);
}

/** Keep an entry, new or corrected. Resolves to its id; throws `NotKept`, with nothing changed. */
export async function keep(entry) {
  const id = await work("entries", "readwrite", (store) => store.put(entry));
  changed();
  return id;
}

export async function remove(id) {
  await work("entries", "readwrite", (store) => store.delete(id));
  changed();
}

async function change(id, facts) {
  await work("entries", "readwrite", (store) => {
    const request = store.get(id);
    request.onsuccess = () => request.result && store.put({ ...request.result, ...facts });
    return request;
  });
  changed();
}

export const retry = (id) => change(id, { state: "waiting", problems: {} });

// --- Half written -------------------------------------------------------------------------------------------------
export const draftOf = (owner) => work("drafts", "readonly", (store) => store.get(owner));
export const keepDraft = (draft) => work("drafts", "readwrite", (store) => store.put(draft));
export const dropDraft = (owner) => work("drafts", "readwrite", (store) => store.delete(owner));

// --- Whose phone this is ------------------------------------------------------------------------------------------
/** The account that was last signed in here, for pages that cannot ask the server. Signing out forgets it. */
export function lastOwner() {
  try {
    return localStorage.getItem(OWNER) ?? "";
  } catch {
    return "";
  }
}

export function rememberOwner(owner) {
  try {
    if (owner) localStorage.setItem(OWNER, owner);
    else localStorage.removeItem(OWNER);
  } catch {
    // a browser without storage asks the server each time
  }
}

// --- Sending ------------------------------------------------------------------------------------------------------
let alone = Promise.resolve(); // where there are no locks, at least this page does one thing after the other

/** One sender at a time among all pages and the worker; resolves to null where another one is at it. */
export function exclusively(act) {
  if (navigator.locks) return navigator.locks.request(LOCK, { ifAvailable: true }, (lock) => (lock ? act() : null));
  return (alone = alone.then(act, act));
}

async function ask(url, options, wait) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), wait);
  try {
    const answer = await fetch(url, { redirect: "manual", cache: "no-store", signal: stop.signal, ...options });
    const told = await answer.json().catch(() => ({}));
    return { ok: answer.ok, status: answer.type === "opaqueredirect" ? 0 : answer.status, told };
  } finally {
    clearTimeout(timer);
  }
}

const JSON_PLEASE = { Accept: "application/json" };

/** Whose account this is now: {owner, token, skew}; `owner` empty where nobody is signed in. Throws without signal. */
export async function whoIsHere() {
  const { ok, status, told } = await ask(TOKEN, { headers: JSON_PLEASE }, ASKING);
  if (ok) return { owner: told.owner, token: told.token, skew: told.now - Date.now() };
  if (NOBODY.has(status)) return { owner: "" };
  throw new Error(`status ${status}`);
}

const weightOf = (entry) => entry.files.reduce((sum, [, blob]) => sum + blob.size, 0);

/** Everything that the server is sent. A clock that is wrong on the phone is right by the time it arrives. */
export function bodyOf(entry, { owner, token, skew = 0 }) {
  const body = new FormData();
  for (const [name, value] of entry.fields) body.append(name, value);
  for (const [name, blob] of entry.files) body.append(name, blob, blob.name ?? "photo.jpg");
  body.set("key", entry.key);
  body.set("captured_at", new Date(entry.captured + skew).toISOString());
  const [version, at] = (body.get("agreed") ?? "").split(" ");
  if (at) body.set("agreed", `${version} ${Math.round(Number(at) + skew)}`);
  if (owner) body.set("owner", owner);
  if (token) body.set("csrfmiddlewaretoken", token);
  return body;
}

/** Send what this account has waiting, in order. Resolves to how many are left; rejects without signal. */
export async function deliver() {
  await tidy();
  if (!(await all()).some((entry) => SENDABLE.has(entry.state))) return 0;
  await exclusively(sendAll);
  return (await all()).filter((entry) => SENDABLE.has(entry.state)).length;
}

async function sendAll() {
  const here = await whoIsHere();
  if (!here.owner) return sayThatSigningInIsNeeded();
  for (let entry; (entry = await nextOf(here.owner)); ) {
    if (!(await sendOne(entry, here))) return;
  }
}

async function nextOf(owner) {
  return (await all()).find((entry) => entry.owner === owner && SENDABLE.has(entry.state));
}

async function sayThatSigningInIsNeeded() {
  for (const entry of await all()) if (SENDABLE.has(entry.state)) await change(entry.id, { state: "sign-in" });
}

/** False where the ones behind it had better wait as well. */
async function sendOne(entry, here) {
  await change(entry.id, { state: "sending" });
  const body = bodyOf(entry, here);
  body.set("different", "1"); // nobody is there to be asked whether it is the same as another one
  try {
    const answer = await ask(REPORT, { method: "POST", body, headers: JSON_PLEASE }, SENDING + weightOf(entry) / SLOWEST);
    return await settle(entry, answer);
  } catch (error) {
    await change(entry.id, { state: "waiting" });
    throw error;
  }
}

async function settle(entry, { ok, status, told }) {
  if (ok && told.url) {
    await change(entry.id, { state: "received", url: told.url, received: Date.now(), files: [], fields: [], problems: {} });
    return true;
  }
  if (NOBODY.has(status)) {
    await change(entry.id, { state: "sign-in" });
    return false;
  }
  if (status === 409 && told.earlier) {
    await change(entry.id, { state: "refused", problems: {}, url: told.earlier, key: told.key });
    return true;
  }
  if (status === 422 || status === 413 || status === 400) {
    await change(entry.id, { state: "refused", problems: told.fields ?? {} });
    return true;
  }
  await change(entry.id, { state: "waiting" });
  throw new Error(`status ${status}`);
}

/** What has arrived is shown for a day; what another account left here goes after a month. */
async function tidy() {
  const here = lastOwner();
  for (const entry of await everything()) {
    const isOld = entry.state === "received" && Date.now() - entry.received > RECEIVED_FOR;
    const isLeft = here && entry.owner !== here && Date.now() - entry.captured > OTHERS_FOR;
    if (isOld || isLeft) await remove(entry.id);
  }
}
