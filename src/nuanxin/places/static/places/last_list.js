// The last list of places, kept on the phone: public places only, no position, nobody's account.
const DATABASE = "nuanxin-places";
const KEY = "last";

function database() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore("lists");
    request.onsuccess = () => resolve(request.result);
    request.onerror = request.onblocked = () => reject(request.error);
  });
}

async function work(mode, act) {
  const found = await database();
  return new Promise((resolve, reject) => {
    const transaction = found.transaction("lists", mode);
    const request = act(transaction.objectStore("lists"));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  }).finally(() => found.close());
}

/** Where the phone keeps nothing, nothing is lost but the list without signal. */
export const keep = (rows) => work("readwrite", (store) => store.put({ at: Date.now(), rows }, KEY)).catch(() => {});
export const kept = () => work("readonly", (store) => store.get(KEY)).catch(() => undefined);
