// The operators' table: costs as one types, Enter to the next row, each row kept on the server and on this device,
// and sent by itself through the queue, so that an evening without signal loses nothing.
(async () => {
  "use strict";
  const form = document.querySelector("form[data-rw]");
  if (!form) return;
  const { queue } = self.Rembuk ?? {};
  const shell = "shell" in form.dataset; // the table a phone keeps: no sheet of its own, nobody's yet
  const rename = (row, key) => {
    for (const part of row.querySelectorAll("[id], [name], [for]")) {
      for (const name of ["id", "name", "for"]) if (part.hasAttribute(name)) part.setAttribute(name, part.getAttribute(name).replace(row.dataset.row, key));
    }
    row.querySelector("[name=baris]").value = row.dataset.row = key;
  };
  const last = shell ? (await queue?.fact("rw").catch(() => null)) ?? {} : {};
  if (shell) {
    const here = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/.exec(location.pathname)?.[0];
    const sheet = here ?? last.key ?? crypto.randomUUID();
    form.setAttribute("action", form.getAttribute("action").replace(form.dataset.key, sheet));
    Object.assign(form.dataset, { key: sheet, account: last.account ?? "" });
    for (const row of form.querySelectorAll("[data-row]")) rename(row, crypto.randomUUID());
  }
  const words = JSON.parse(form.dataset.words);
  const list = form.querySelector("[data-rows]");
  const sum = form.querySelector("[data-sum]");
  const base = form.getAttribute("action");
  const headName = `kepala ${form.dataset.key}`;
  const able = Boolean(queue && self.indexedDB && self.isSecureContext);
  const money = new Intl.NumberFormat("id-ID", { style: "currency", currency: "IDR", maximumFractionDigits: 0 });
  const lines = new Map([...document.querySelectorAll("#kamus option")].map((one) => [one.value.split(" ")[0].toUpperCase(), one.dataset]));

  const node = (tag, className, text) => {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  };
  const number = (text) => {
    const kept = text.replace(/\s/g, "");
    if (/^\d+\.\d+$/.test(kept) && !/^[1-9]\d{0,2}(\.\d{3})+$/.test(kept)) return Number(kept);
    return /^(\d{1,3}(\.\d{3})+|\d+)(,\d+)?$/.test(kept) ? Number(kept.replaceAll(".", "").replace(",", ".")) : NaN;
  };
  const rows = () => [...list.querySelectorAll("[data-row]")];
  const open = () => rows().filter((row) => row.querySelector("[data-cell]"));
  const inputs = (row) => [...row.querySelectorAll("[data-cell]")];
  const values = (row) => ({ urut: rows().indexOf(row) + 1, ...Object.fromEntries(inputs(row).map((input) => [input.dataset.cell, input.value])) });
  const filled = (row) => inputs(row).some((input) => input.value.trim());
  const head = () => {
    const said = {};
    for (const field of form.querySelectorAll("[data-head]")) if (field.type !== "checkbox" || field.checked) said[field.name] = field.value;
    return said;
  };
  const say = (row, ...parts) => row.querySelector("[data-said]")?.replaceChildren(...parts);

  // ---- what it costs
  const count = () => {
    let many = Number(sum.dataset.taken);
    let total = Number(sum.dataset.asked);
    for (const row of open()) {
      const { kamus, volume } = values(row);
      const line = lines.get(kamus.trim().split(/[\s·]/)[0].toUpperCase());
      const cost = line ? Math.round(number(volume) * Number(line.price)) : NaN;
      const out = row.querySelector("[data-cost]");
      out.textContent = cost > 0 ? money.format(cost) : kamus.trim() && !line ? words.unknown : line ? `${money.format(line.price)} / ${line.unit}` : "";
      if (filled(row)) many += 1;
      if (cost > 0) total += cost;
    }
    const over = (sum.dataset.most && many > Number(sum.dataset.most)) || (sum.dataset.envelope && total > Number(sum.dataset.envelope));
    sum.querySelector("[data-sum-n]").textContent = many;
    sum.querySelector("[data-sum-taken]").textContent = sum.dataset.taken;
    sum.querySelector("[data-sum-money]").textContent = money.format(total);
    sum.querySelector("[data-sum-said]").textContent = over ? words.over : "";
    sum.classList.toggle("is-over", Boolean(over));
  };

  // ---- kept while it is typed: on the server, and on this device when there is no signal
  const note = form.querySelector("[data-saved]");
  const timers = new Map();
  const entry = (row, state) => ({
    key: row.dataset.row, sort: "step", url: `${base}/baris/${row.dataset.row}`, title: values(row).kamus || "–",
    fields: { ...head(), ...values(row) }, photos: [], account: form.dataset.account, state, at: Date.now(), errors: [], tried: 0, after: 0,
  });
  const save = async (page, said, row) => {
    const body = new FormData();
    for (const [name, value] of Object.entries({ csrf_token: form.elements.csrf_token?.value ?? "", baris: page, ...said })) body.append(name, value);
    const kept = !able ? false : await (row ? queue.write(entry(row, "typing")) : queue.note(headName, said)).then(() => true, () => false);
    const answer = shell ? null : await fetch(`${base}/simpan`, { method: "POST", body, credentials: "same-origin", keepalive: true }).catch(() => null);
    note.textContent = answer?.ok ? words.saved : kept ? words.local : words.unsaved;
    if (!row && able && answer?.ok) await queue.note(headName, null).catch(() => {});
    if (row && able && answer?.ok) await queue.forget(row.dataset.row).catch(() => {});
  };
  const later = (page, what, row) => {
    note.textContent = "";
    clearTimeout(timers.get(page)?.waits);
    const now = () => { timers.delete(page); save(page, what(), row); };
    timers.set(page, { now, waits: setTimeout(now, 1200) });
  };
  document.addEventListener("visibilitychange", () => { // a phone may throw away what it puts aside
    if (!document.hidden) return;
    for (const { now, waits } of [...timers.values()]) { clearTimeout(waits); now(); }
  });
  const told = new WeakMap();
  const touched = (event) => {
    const now = `${event.target.value} ${event.target.checked}`;
    if (told.get(event.target) === now) return; // leaving a field says again what typing has said
    told.set(event.target, now);
    const row = event.target.closest("[data-row]");
    if (row && event.target.dataset.cell) {
      row.classList.remove("is-wrong", "is-waiting");
      event.target.removeAttribute("aria-invalid");
      say(row);
      later(row.dataset.row, () => values(row), row);
      count();
    } else if (event.target.matches("[data-head]")) later("kepala", head);
  };
  form.addEventListener("input", touched);
  form.addEventListener("change", touched);

  // ---- rows and keys
  const add = () => {
    const last = open().at(-1);
    if (!last || rows().length >= Number(form.dataset.mostRows)) return undefined;
    const fresh = last.cloneNode(true);
    const key = crypto.randomUUID();
    fresh.classList.remove("is-wrong", "is-waiting");
    rename(fresh, key);
    for (const input of inputs(fresh)) { input.value = ""; input.disabled = false; }
    for (const error of fresh.querySelectorAll(".field-error")) error.remove();
    fresh.querySelector(".rw-n").textContent = rows().length + 1;
    say(fresh);
    last.after(fresh);
    count();
    return fresh;
  };
  form.querySelector("[data-add]").addEventListener("click", () => add()?.querySelector("[data-cell]").focus());
  form.addEventListener("keydown", (event) => {
    const { cell } = event.target.dataset ?? {};
    if (event.key !== "Enter" || !cell) return;
    event.preventDefault(); // Enter never sends an unfinished table
    const all = open();
    const next = all[all.indexOf(event.target.closest("[data-row]")) + 1] ?? add();
    next?.querySelector(`[data-cell=${cell}]`)?.focus();
  });

  // A phone shows a few empty rows, and more when they are asked for.
  if (matchMedia("(max-width: 47.99em)").matches) {
    for (const row of open().filter((one) => !filled(one)).slice(3)) row.remove();
  }

  // ---- the pin
  const dialog = document.querySelector("[data-pin-dialog]");
  let pinned;
  form.addEventListener("click", (event) => {
    if (!event.target.closest("[data-pin-open]")) return;
    pinned = event.target.closest("[data-row]");
    dialog.showModal();
    dispatchEvent(new Event("resize")); // the map was laid out in no room
  });
  dialog?.addEventListener("close", () => {
    const { lon, lat } = dialog.querySelector("form").elements;
    if (dialog.returnValue === "ya" && lon.value && pinned) {
      const field = pinned.querySelector("[data-cell=titik]");
      field.value = `${lat.value}, ${lon.value}`;
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }
    dialog.returnValue = "";
  });

  // ---- sending, through the queue of this device
  const done = (row, one) => {
    const line = node("p", "rw-done", `${words.sent} `);
    const link = node("a", "number", one.number);
    link.href = one.link;
    line.append(link, ` ${values(row).kamus} · ${row.querySelector("[data-cost]").textContent}`);
    const photos = node("p", "small");
    const more = node("a", "", words.photos);
    more.href = `${one.link}/langkah/amend`;
    photos.append(more);
    row.className = "rw-row is-sent";
    row.replaceChildren(line, photos);
  };
  const refused = (row, one) => {
    row.classList.remove("is-waiting");
    row.classList.add("is-wrong");
    for (const input of inputs(row)) {
      input.disabled = false;
      if (one.cells?.[input.dataset.cell]) {
        input.setAttribute("aria-invalid", "true");
        input.closest("details")?.setAttribute("open", "");
      }
    }
    const label = (cell) => row.querySelector(`[data-cell=${cell}]`)?.closest(".field").querySelector("label").textContent;
    const told = one.cells ? Object.entries(one.cells).map(([cell, text]) => (cell && label(cell) ? `${label(cell)}: ${text}` : text)) : one.errors ?? [];
    const parts = told.map((text) => node("p", "field-error", text));
    if (one.near?.length) {
      const near = node("ul");
      for (const { title, url, told } of one.near) {
        const item = node("li");
        const link = node("a", "", title);
        Object.assign(link, { href: url, target: "_blank", rel: "noopener" });
        item.append(link, told ? ` · ${told}` : "");
        near.append(item);
      }
      const sure = node("button", "quiet", words.sure);
      sure.type = "button";
      sure.addEventListener("click", () => hand([row], { tetap: "1" }));
      parts.push(node("p", "", words.near), near, sure);
    }
    say(row, ...parts);
  };
  const draw = async () => {
    for (const row of open()) {
      const one = await queue.get(row.dataset.row);
      if (!one || one.state === "typing") continue;
      if (one.state === "sent") {
        done(row, one);
        sum.dataset.taken = Number(sum.dataset.taken) + 1;
        sum.dataset.asked = Number(sum.dataset.asked) + costOf(one);
        await queue.remove(one.key);
      } else if (one.state === "refused") {
        refused(row, one);
        await queue.remove(one.key);
      } else {
        row.classList.add("is-waiting");
        for (const input of inputs(row)) input.disabled = true;
        say(row, node("p", "small", one.state === "sending" ? words.sending : one.door ? words.door : words.waiting));
      }
    }
    count();
  };
  const costOf = (one) => {
    const line = lines.get((one.fields?.kamus ?? one.title ?? "").trim().split(/[\s·]/)[0].toUpperCase());
    const cost = line ? Math.round(number(one.volume ?? "") * Number(line.price)) : NaN;
    return cost > 0 ? cost : 0;
  };
  let drawing = Promise.resolve();
  const redraw = () => { drawing = drawing.then(draw).catch(() => {}); };

  const hand = async (some, more = {}) => {
    for (const row of some) {
      const one = entry(row, "waiting");
      one.fields = { ...one.fields, ...more };
      one.volume = values(row).volume;
      clearTimeout(timers.get(row.dataset.row)?.waits);
      timers.delete(row.dataset.row);
      try {
        await queue.put(one);
      } catch {
        say(row, node("p", "field-error", words.full));
        return;
      }
    }
    redraw();
    navigator.serviceWorker?.getRegistration().then((worker) => worker?.sync?.register(queue.NAME)).catch(() => {});
    await queue.run();
    redraw();
  };
  const missing = () => {
    const { agreed, nama } = form.elements;
    const why = !agreed.checked ? [agreed, words.agree] : !nama.value.trim() ? [nama, words.name] : null;
    if (!why) return false;
    why[0].closest(".field").querySelector(".field-error")?.remove();
    why[0].closest(".field").append(node("p", "field-error", why[1]));
    why[0].focus();
    return true;
  };

  if (able) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (missing()) return;
      const some = open().filter(filled);
      if (some.length) hand(some);
      else note.textContent = words.empty;
    });
    const restoreHead = async () => { // what was said of all rows, and is not on the server
      const said = (await queue.fact(headName)) ?? last.head;
      if (!said) return;
      for (const field of form.querySelectorAll("[data-head]")) {
        if (field.type === "checkbox") field.checked = said[field.name] === field.value;
        else if (field.name in said) field.value = said[field.name];
      }
      later("kepala", head);
    };
    /** Whose table this phone had open last, so that it can go on with it without signal. */
    const remember = () => queue.note("rw", { key: form.dataset.key, account: form.dataset.account, head: head() }).catch(() => {});
    queue.watch(redraw);
    addEventListener("online", () => queue.run().then(() => shell && location.replace(base)));
    (async () => { // what was typed without signal, and is not on the server
      const mine = (await queue.all()).filter((one) => one.url.startsWith(`${base}/baris/`));
      await restoreHead();
      await remember();
      form.addEventListener("change", (event) => event.target.matches("[data-head]") && remember());
      for (const row of open()) {
        const one = mine.find((kept) => kept.key === row.dataset.row);
        if (one?.state !== "typing") continue; // a row that is kept here was never told to the server: it is the newer one
        for (const input of inputs(row)) input.value = one.fields[input.dataset.cell] ?? "";
        later(row.dataset.row, () => values(row), row);
      }
      const known = new Set(rows().map((row) => row.dataset.row));
      for (const one of mine.filter((kept) => kept.state !== "sent" && !known.has(kept.key))) {
        const row = open().find((free) => !filled(free)) ?? add();
        if (!row) break;
        rename(row, one.key);
        for (const input of inputs(row)) input.value = one.fields[input.dataset.cell] ?? "";
        if (one.state === "typing") later(one.key, () => values(row), row);
      }
      redraw();
      queue.run();
    })();
  }
  count();
})();
