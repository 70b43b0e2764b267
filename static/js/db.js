// IndexedDB, thinly: what a phone keeps. Everything that must not be lost goes through `write(..., "strict")`.

const NAME = "tournee";
const VERSION = 1;
const STORES = {
  captures: ["id", "author"],
  files: ["id", "capture"],
  drafts: ["key", "person"],
  receipts: ["id", "author"],
  settings: ["name"],
};

let opening = null;

function open() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => {
      for (const [store, [key, index]] of Object.entries(STORES)) {
        const made = request.result.createObjectStore(store, { keyPath: key });
        if (index) made.createIndex(index, index);
      }
    };
    request.onsuccess = () => {
      const db = request.result;
      db.onclose = () => {
        opening = null;
      }; // the phone took it away: the next use opens again
      db.onversionchange = () => {
        db.close();
        opening = null;
      }; // a newer page wants to change it
      resolve(db);
    };
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("blocked"));
  });
  opening.catch(() => {
    opening = null;
  });
  return opening;
}

/** The result of one IndexedDB request. */
export const done = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

function run(db, stores, mode, durability, work) {
  return new Promise((resolve, reject) => {
    const transaction = db.transaction(stores, mode, { durability });
    let result;
    let failure;
    transaction.oncomplete = () => (failure ? reject(failure) : resolve(result));
    transaction.onabort = () => reject(failure ?? transaction.error ?? new Error("aborted"));
    const named = Object.fromEntries(stores.map((name) => [name, transaction.objectStore(name)]));
    Promise.resolve(work(named)).then(
      (value) => {
        result = value;
      },
      (error) => {
        failure = error;
        try {
          transaction.abort();
        } catch {
          reject(error);
        }
      },
    );
  });
}

async function within(stores, mode, durability, work) {
  try {
    return await run(await open(), stores, mode, durability, work);
  } catch (error) {
    if (!["InvalidStateError", "UnknownError"].includes(error?.name)) throw error;
    opening = null; // the connection died under us (Safari): open again and retry once, then let it be said
    return run(await open(), stores, mode, durability, work);
  }
}

/** Reads: `work` gets the object stores by name; its result when the transaction is complete. */
export const read = (stores, work) => within(stores, "readonly", "default", work);

/** Writes: resolves only when the transaction is complete; "strict" waits for the disk. */
export const write = (stores, work, durability = "relaxed") => within(stores, "readwrite", durability, work);

/** One record, or undefined. */
export const get = (store, key) => read([store], (s) => done(s[store].get(key)));

/** All records; or those whose index (author, person, capture) has the value. */
export const all = (store, value) =>
  read([store], (s) => done(value === undefined ? s[store].getAll() : s[store].index(STORES[store][1]).getAll(value)));

export const put = (store, record) =>
  write([store], (s) => {
    s[store].put(record);
  });
export const remove = (store, key) =>
  write([store], (s) => {
    s[store].delete(key);
  });

/** Changes one record in one transaction: `change` gets it (or undefined) and returns the new one, or null for none. */
export const update = (store, key, change) =>
  write([store], async (s) => {
    const changed = change(await done(s[store].get(key)));
    if (changed) s[store].put(changed);
    return changed;
  });

/** Whether this browser can keep anything at all. */
export const usable = () =>
  open().then(
    () => true,
    () => false,
  );
