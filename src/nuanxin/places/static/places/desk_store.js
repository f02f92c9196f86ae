// What a desk's phone keeps: the kit that the server gave, and each number that was taken in here, once.
// A row: number (its key, so that the second one is refused by the store itself), code, key, at, offer, name, state.
//   waiting  for a network     sent  the server has it, `outcome` is its word
const DATABASE = globalThis.document?.querySelector("[data-desk]")?.dataset.store || "nuanxin-desk"; // each kind of desk its own
const KIT = "kit";
const KEPT_FOR = 3 * 86_400_000; // a code lives for minutes

let opened;

function database() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("kit");
      request.result.createObjectStore("taken", { keyPath: "number" });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = request.onblocked = () => reject(request.error);
  }).catch((error) => {
    opened = undefined;
    throw error;
  });
  return opened;
}

async function work(store, mode, act) {
  const found = await database();
  return new Promise((resolve, reject) => {
    const transaction = found.transaction(store, mode, { durability: "strict" });
    const request = act(transaction.objectStore(store));
    transaction.oncomplete = () => resolve(request?.result);
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });
}

export const keepKit = (kit) => work("kit", "readwrite", (store) => store.put(kit, KIT));
export const kit = () => work("kit", "readonly", (store) => store.get(KIT)).catch(() => undefined);

/** Newest first. */
export async function all() {
  const rows = await work("taken", "readonly", (store) => store.getAll()).catch(() => []);
  return rows.sort((one, other) => other.at - one.at);
}

/** False where this number has been taken in here before: two pages at once cannot both have it. */
export async function take(row) {
  try {
    await work("taken", "readwrite", (store) => store.add(row));
    return true;
  } catch (error) {
    if (error?.name === "ConstraintError") return false;
    throw error;
  }
}

export const has = (number) => work("taken", "readonly", (store) => store.get(number)).then(Boolean);
export const change = (row) => work("taken", "readwrite", (store) => store.put(row));

export async function tidy(now) {
  for (const row of await all()) {
    if (row.state === "sent" && now - row.at > KEPT_FOR) await work("taken", "readwrite", (store) => store.delete(row.number));
  }
}
