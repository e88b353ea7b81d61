// What the outbox keeps on the device, so that a reload, a closed tab or an empty battery loses nothing. IndexedDB works
// over plain http too; where the browser refuses it (private windows do), memory has to do, and `durable()` says so.

const DATABASE = "touchline";
const ITEMS = "outbox";
const LEASES = "lease";

export function createKept(indexedDB, wallNow) {
  const memory = new Map();
  let broken = !indexedDB;
  const opening = broken ? undefined : openDatabase(indexedDB).catch(() => {
    broken = true;
  });

  async function use(name, mode, work) {
    const database = await opening;
    if (!database) return undefined;
    try {
      return await new Promise((resolve, reject) => {
        const transaction = database.transaction(name, mode);
        let result;
        transaction.oncomplete = () => resolve(result);
        transaction.onerror = transaction.onabort = () => reject(transaction.error);
        work(transaction.objectStore(name), (value) => {
          result = value;
        });
      });
    } catch {
      broken = true;
      return undefined;
    }
  }

  return {
    durable: () => !broken,
    // Those of that game, in the order they were made.
    async all(game) {
      const kept = await use(ITEMS, "readonly", (store, give) => {
        const request = store.getAll();
        request.onsuccess = () => give(request.result);
      });
      return (kept ?? [...memory.values()]).filter((item) => item.game === game)
        .sort((a, b) => a.tapped - b.tapped || a.n - b.n);
    },
    put(item) {
      memory.set(item.id, item);
      return use(ITEMS, "readwrite", (store) => store.put(item));
    },
    remove(id) {
      memory.delete(id);
      return use(ITEMS, "readwrite", (store) => store.delete(id));
    },
    // One tab sends at a time: true for the tab that holds the lease, or takes one that nobody holds. `force` takes it
    // from a tab that answers no more.
    async lease(game, tab, forMs, force = false) {
      const got = await use(LEASES, "readwrite", (store, give) => {
        const request = store.get(game);
        request.onsuccess = () => {
          const held = request.result;
          if (held && held.tab !== tab && held.until > wallNow() && !force) return give(false);
          store.put({ game, tab, until: wallNow() + forMs });
          give(true);
        };
      });
      // Without a store there are no other tabs to agree with; the ids make a second sending harmless.
      return got ?? true;
    },
    release(game, tab) {
      return use(LEASES, "readwrite", (store) => {
        const request = store.get(game);
        request.onsuccess = () => request.result?.tab === tab && store.delete(game);
      });
    },
  };
}

function openDatabase(indexedDB) {
  return new Promise((resolve, reject) => {
    // Opening itself throws where storage is forbidden.
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(ITEMS, { keyPath: "id" });
      request.result.createObjectStore(LEASES, { keyPath: "game" });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
