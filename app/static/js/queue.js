// The queue on this device: reports and field work wait here until there is signal, and go once.  Read by
// pages and by the service worker, so nothing here touches a page.
//
// An entry: {key, sort: "report" | "step", url, title, fields, photos: [{id, name, blob, kept}], account, state,
// at, …}.  States: "typing", "waiting", "sending", "refused" (somebody has to look), "sent".  Its key is made
// when typing begins and goes along each time it is sent: the server makes one item, one change of it.
(() => {
  "use strict";
  const NAME = "rembuk-queue";
  const BEGIN = "/antrean/mulai";
  const PATIENCE = 60_000;
  const PATIENCE_PHOTO = 240_000;

  // ---- the store
  let opened;
  const open = () => (opened ??= new Promise((done, failed) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("entries", { keyPath: "key" });
      asked.result.createObjectStore("facts", { keyPath: "name" });
    };
    asked.onsuccess = () => {
      asked.result.onversionchange = () => { asked.result.close(); opened = undefined; };
      done(asked.result);
    };
    asked.onerror = () => { opened = undefined; failed(asked.error); };
  }));

  /** One transaction; resolves when it is on the disk, so that nobody is told "saved" too early. */
  const within = async (store, mode, act) => {
    const base = await open();
    return new Promise((done, failed) => {
      const transaction = base.transaction(store, mode, mode === "readwrite" ? { durability: "strict" } : {});
      const asked = act(transaction.objectStore(store));
      transaction.oncomplete = () => done(asked.result);
      transaction.onerror = transaction.onabort = () => failed(transaction.error);
    });
  };
  const get = (key) => within("entries", "readonly", (store) => store.get(key));
  const all = async () => (await within("entries", "readonly", (store) => store.getAll())).sort((a, b) => a.at - b.at);
  const fact = async (name) => (await within("facts", "readonly", (store) => store.get(name)))?.value;
  const note = (name, value) => within("facts", "readwrite", (store) => store.put({ name, value }));

  const channel = "BroadcastChannel" in self ? new BroadcastChannel(NAME) : null;
  const listeners = [];
  const changed = () => { for (const listener of listeners) listener(); };
  if (channel) channel.onmessage = changed;
  const tell = () => { channel?.postMessage("changed"); changed(); };

  const put = async (entry) => { await within("entries", "readwrite", (store) => store.put(entry)); tell(); };
  const remove = async (key) => { await within("entries", "readwrite", (store) => store.delete(key)); tell(); };
  /** Drop what was only typed, in one go: an entry handed in meanwhile stays. */
  const forget = async (key) => {
    await within("entries", "readwrite", (store) => {
      const asked = store.get(key);
      asked.onsuccess = () => { if (asked.result?.state === "typing") store.delete(key); };
      return asked;
    });
    tell();
  };
  /** Look at an entry and change it in one go; what ``change`` answers is kept, nothing when it answers nothing. */
  const alter = async (key, change) => {
    const base = await open();
    const kept = await new Promise((done, failed) => {
      const transaction = base.transaction("entries", "readwrite", { durability: "strict" });
      const store = transaction.objectStore("entries");
      const asked = store.get(key);
      let fresh;
      asked.onsuccess = () => { fresh = change(asked.result); if (fresh) store.put(fresh); };
      transaction.oncomplete = () => done(Boolean(fresh));
      transaction.onerror = transaction.onabort = () => failed(transaction.error);
    });
    tell();
    return kept;
  };
  /** Change an entry that is still there: one deleted meanwhile stays deleted. */
  const set = (key, values) => alter(key, (there) => there && { ...there, ...values });
  /** Keep what is typed, unless this key was handed in meanwhile (in another tab); says whether it was kept. */
  const write = (entry) => alter(entry.key, (there) => (!there || there.state === "typing" ? entry : null));

  // ---- sending
  class Later extends Error {} // no signal, or the server asks for patience: everything waits

  const ask = async (address, body, patience = PATIENCE) => {
    let answer;
    try {
      answer = await fetch(address, {
        method: body ? "POST" : "GET", body, credentials: "same-origin", cache: "no-store",
        headers: { Accept: "application/json" }, signal: AbortSignal.timeout(patience),
      });
    } catch {
      throw new Later();
    }
    const json = (answer.headers.get("Content-Type") ?? "").startsWith("application/json");
    if (answer.redirected || answer.status === 401) return { status: 401, said: {} }; // led to the door
    if (answer.status === 429 || answer.status >= 500 || !json) throw new Later(String(answer.status));
    try {
      return { status: answer.status, said: await answer.json() };
    } catch {
      throw new Later(); // broken off in the middle of the answer
    }
  };

  /** A fresh token, and whose queue may go. */
  const begin = async (key = "") => {
    const { said } = await ask(`${BEGIN}?${new URLSearchParams({ kunci: key })}`);
    await note("account", said.account);
    await note("name", said.name);
    return said;
  };

  const form = (token, entry, fields) => {
    const body = new FormData();
    for (const [name, value] of Object.entries({ ...fields, csrf_token: token, account: entry.account })) {
      for (const one of [value].flat()) body.append(name, one);
    }
    return body;
  };

  const refused = (said) => ({ state: "refused", errors: [], asks: [], stop: "", owner: null, near: null, ...said });
  const arrived = (said, entry) => ({
    state: "sent", number: said.number, link: said.url ?? "", code: said.code ?? "", photos: [], fields: {},
    old: Boolean(said.earlier && entry.changed), sentAt: Date.now(),
  });

  /** What has become of an entry: the values to keep. */
  const deliver = async (entry, token) => {
    for (const photo of entry.photos.filter((one) => !one.kept)) {
      const body = form(token, entry, {});
      body.append("photo", photo.blob, photo.name);
      const { status, said } = await ask(`${entry.url}/foto/${photo.id}`, body, PATIENCE_PHOTO);
      if (status === 200 && said.number !== undefined) return arrived(said, entry);
      if (status !== 200) return outcome(entry, status, said, photo.name);
      photo.kept = true;
      await set(entry.key, { photos: entry.photos });
    }
    const photos = entry.photos.map((one) => one.id).join(",");
    const more = entry.sort === "report" ? { photos } : {};
    const { status, said } = await ask(entry.url, form(token, entry, { ...entry.fields, ...more }));
    if (status === 200) return arrived(said, entry);
    if (status === 202) return { state: "waiting", after: Date.now() + 5000, checking: true };
    if (status === 409 && said.photos) { // the draft was swept, or thrown away elsewhere: photos go again
      return { state: "waiting", photos: entry.photos.map((one) => ({ ...one, kept: false })) };
    }
    return outcome(entry, status, said);
  };

  const outcome = (entry, status, said, photo = "") => {
    if (status === 401) return { state: "waiting", door: true };
    if (status === 400 && entry.tried < 5) return { state: "waiting", after: Date.now() + 3000 }; // the token went with the session
    const errors = (said.errors ?? [said.error ?? ""]).filter(Boolean).map((text) => (photo ? `${photo}: ${text}` : text));
    return refused({ ...said, errors, status });
  };

  const due = (entry) => ["waiting", "sending"].includes(entry.state) && (entry.after ?? 0) <= Date.now();

  /** Send one entry.  False when nothing more can go now. */
  const sendOne = async (entry) => {
    try {
      const { token, account } = await begin(entry.key);
      if (entry.account !== account) {
        await set(entry.key, { state: "waiting", door: true });
        return true;
      }
      entry.tried = (entry.tried ?? 0) + 1;
      await set(entry.key, { state: "sending", door: false, tried: entry.tried });
      await set(entry.key, await deliver(entry, token));
      return true;
    } catch (error) {
      if (!(error instanceof Later)) throw error;
      const busy = Number(error.message) === 429 ? 600_000 : Number(error.message) ? 30_000 : 0;
      await set(entry.key, { state: "waiting", after: busy ? Date.now() + busy : 0 });
      return false;
    }
  };

  const sendAll = async () => {
    const seen = new Set();
    for (;;) {
      const entry = (await all()).find((one) => due(one) && !seen.has(one.key));
      if (!entry) return;
      seen.add(entry.key);
      if (!(await sendOne(entry))) return;
    }
  };

  /** Send what waits; one tab or the worker at a time.  Says how many still wait for signal. */
  const run = async () => {
    if ((await all()).some(due)) {
      if (self.navigator.locks) await self.navigator.locks.request(NAME, sendAll);
      else await sendAll();
    }
    return (await all()).filter((one) => one.state === "waiting" && !one.door).length;
  };

  /** Put an entry in, ask the browser to wake us up, and try at once. */
  const add = async (entry) => {
    await put({ errors: [], tried: 0, ...entry, state: "waiting", after: 0, at: entry.at ?? Date.now() });
    try {
      const worker = await self.navigator.serviceWorker?.getRegistration();
      await worker?.sync?.register(NAME);
    } catch { /* then the page sends it when it is open */ }
    return run();
  };

  /** Entries that would be lost with this device's data: not sent, or begun. */
  const open_ = async () => (await all()).filter((one) => one.state !== "sent");
  /** Throw all away, or only what has arrived. */
  const clear = async (every) => {
    for (const entry of await all()) if (every || entry.state === "sent") await remove(entry.key);
  };

  const queue = { NAME, get, all, put, set, write, remove, forget, fact, note, begin, run, add, clear, unsent: open_, watch: (listener) => listeners.push(listener) };
  self.Rembuk = Object.assign(self.Rembuk ?? {}, { queue });
})();
