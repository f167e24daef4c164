// The quick report: kept on this device as one types, handed to the queue when it is sent.
(() => {
  "use strict";
  const { queue, alarm } = self.Rembuk;
  const form = document.querySelector("[data-quick]");
  if (!form || !self.indexedDB || !self.isSecureContext) return;
  const data = form.dataset;
  const part = (name) => document.querySelector(`[data-${name}]`);
  const heard = alarm(JSON.parse(data.alarm));
  const stops = JSON.parse(data.stops);
  const input = form.querySelector("[data-photos]");
  let key = crypto.randomUUID();
  let begun = 0;
  let known = false; // the device holds this key already
  let was = null; // what is being changed: an entry of the queue
  const named = new Map(); // a photo's name, size and time -> its id

  const pin = (lon, lat, text) => {
    [form.elements.lon.value, form.elements.lat.value] = [lon, lat];
    part("gps-said").textContent = text;
    part("unpin").hidden = !lon;
  };

  // ---- what was typed
  const mark = (file) => `${file.name}|${file.size}|${file.lastModified}`;
  const photos = () => [...input.files].map((file) => {
    const id = named.get(mark(file)) ?? crypto.randomUUID();
    named.set(mark(file), id);
    return { id, name: file.name, blob: file, kept: was?.photos.find((one) => one.id === id)?.kept ?? false };
  });
  const fields = () => {
    const typed = {};
    for (const [name, value] of new FormData(form)) {
      if (typeof value !== "string" || name === "sender") continue;
      typed[name] = name in typed ? [typed[name], value].flat() : value; // several boxes of one question
    }
    return typed;
  };
  const account = async () => {
    if (new FormData(form).get("sender") === "guest") return "";
    return (await queue.fact("account")) || "?";
  };
  const entry = async (state) => ({
    key, sort: "report", url: `${data.url}/${key}`, state, title: form.elements.title.value.trim(), fields: fields(),
    photos: photos(), account: await account(), at: begun || (begun = Date.now()), changed: Boolean(was?.tried), tried: was?.tried ?? 0,
  });

  let timer;
  let saving = Promise.resolve();
  const keep = () => {
    clearTimeout(timer);
    saving = saving.then(async () => {
      if (handing) return;
      if (!(await queue.write(await entry("typing")))) return;
      known = true;
      part("kept").textContent = data.textSaved;
    }).catch(() => { part("kept").textContent = data.textFull; });
    return saving;
  };
  let handing = false;
  const soon = (wait) => { part("kept").textContent = ""; clearTimeout(timer); timer = setTimeout(keep, wait); };
  form.addEventListener("input", () => soon(400));
  form.addEventListener("change", () => soon(100));
  new MutationObserver(() => soon(50)).observe(form.querySelector(".photo-picks"), { childList: true });
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden" && timer) keep(); });

  // ---- what the chosen category asks: it came with the page, as there may be no signal now
  const ask = () => {
    const asked = form.querySelector(`template[data-asked="${CSS.escape(form.elements.category_code.value)}"]`);
    part("questions").replaceChildren(...(asked ? [asked.content.cloneNode(true)] : []));
  };
  form.elements.category_code.addEventListener("change", () => {
    const seen = form.elements.ditanya?.value;
    if (seen !== form.elements.category_code.value) ask();
  });
  const put = (name, value) => {
    const there = form.elements[name];
    const boxes = there instanceof RadioNodeList ? [...there] : [there].filter(Boolean);
    for (const box of boxes) {
      if (["checkbox", "radio"].includes(box.type)) box.checked = [value].flat().includes(box.value);
      else box.value = value;
    }
  };

  const show = (kept) => {
    form.reset();
    was = kept;
    key = kept.key;
    begun = kept.at;
    known = true;
    for (const [name, value] of Object.entries(kept.fields)) {
      put(name, value);
      if (name === "category_code") ask();
    }
    form.elements.sender.value = kept.account === "" ? "guest" : "account";
    pin(kept.fields.lon ?? "", kept.fields.lat ?? "", kept.fields.lon ? data.textPinned : "");
    const carrier = new DataTransfer();
    for (const photo of kept.photos) {
      const file = photo.blob instanceof File ? photo.blob : new File([photo.blob], photo.name);
      named.set(mark(file), photo.id);
      carrier.items.add(file);
    }
    for (const remove of form.querySelectorAll(".photo-picks button")) remove.click();
    input.files = carrier.files;
    if (kept.photos.length) input.dispatchEvent(new Event("change"));
    for (const choice of form.querySelectorAll("select")) choice.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const clean = () => {
    form.reset();
    for (const remove of form.querySelectorAll(".photo-picks button")) remove.click();
    pin("", "", "");
    ask();
    part("kept").textContent = "";
    [key, begun, known, was] = [crypto.randomUUID(), 0, false, null];
    clearTimeout(timer);
    sender();
    setTimeout(() => clearTimeout(timer), 0);
  };

  self.Rembuk.typing = () => (known ? key : "");
  self.Rembuk.edit = async (wanted) => {
    const kept = await queue.get(wanted);
    if (!kept || !["waiting", "refused", "typing"].includes(kept.state)) return;
    await queue.set(wanted, { state: "typing" }); // not sent while it is being changed
    show(kept);
    form.scrollIntoView();
    form.elements.title.focus();
  };

  // Handed in from another tab: this one begins anew.
  queue.watch(async () => {
    if (!known || handing) return;
    const kept = await queue.get(key);
    if (kept && kept.state !== "typing" && !handing && kept.key === key) clean();
  });

  // ---- where
  part("gps").addEventListener("click", () => {
    const out = part("gps-said");
    const refused = () => { out.textContent = data.textNoGps; form.elements.area_code.focus(); };
    if (!navigator.geolocation) return refused();
    out.textContent = data.textWait;
    navigator.geolocation.getCurrentPosition(({ coords }) => {
      const [west, south, east, north] = data.bounds.split(",").map(Number);
      const inside = coords.longitude > west - 0.05 && coords.longitude < east + 0.05 && coords.latitude > south - 0.05 && coords.latitude < north + 0.05;
      if (!inside) { out.textContent = data.textOutside; return; }
      const near = Math.max(1, Math.round(coords.accuracy));
      pin(coords.longitude.toFixed(6), coords.latitude.toFixed(6), data.textGps.replace("{n}", near));
      soon(100);
    }, refused, { enableHighAccuracy: true, timeout: 20_000, maximumAge: 30_000 });
  });

  part("unpin").addEventListener("click", () => { pin("", "", ""); soon(100); form.elements.area_code.focus(); });

  // ---- handing in
  const wrong = (text) => {
    const out = part("wrong");
    out.hidden = !text;
    out.textContent = text;
  };
  const stop = (text, firm) => {
    const out = part("stopped");
    out.hidden = !text;
    part("stopped-text").textContent = text;
    part("safe").hidden = firm;
    if (text) out.focus();
  };
  const hand = async (more) => {
    if (handing) return;
    handing = true;
    clearTimeout(timer);
    try {
      await saving;
      const made = await entry("waiting");
      await queue.write({ ...made, fields: { ...made.fields, lihat: navigator.onLine ? "1" : "", ...more }, errors: [], after: 0 });
    } catch {
      wrong(data.textFull);
      handing = false;
      return;
    }
    const sent = key;
    clean();
    handing = false;
    part("kept").textContent = data.textHanded;
    document.getElementById("antrean").scrollIntoView();
    const kept = await queue.get(sent);
    if (kept) queue.add(kept);
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    wrong("");
    stop("", false);
    const typed = fields();
    if (!(typed.lon && typed.lat) && !typed.area_code) return wrong(data.textPlace);
    if (stops[typed.category_code]) return stop(stops[typed.category_code], true);
    if (heard(`${typed.title}. ${typed.body}`)) return stop(data.stop, false);
    hand({});
  });
  part("safe").addEventListener("click", () => { stop("", false); hand({ aman: "1" }); });

  // ---- who, and is there signal
  const sender = async () => {
    const signed = Boolean(await queue.fact("account"));
    if (!was) form.elements.sender.value = signed ? "account" : "guest";
    part("sender").hidden = signed;
  };
  const signal = () => { part("no-signal").hidden = navigator.onLine; };
  addEventListener("online", signal);
  addEventListener("offline", signal);
  signal();

  const resume = async () => {
    if (navigator.onLine) await queue.begin().catch(() => {});
    await sender();
    const wanted = location.hash.slice(1);
    const kept = (await queue.all()).filter((one) => one.sort === "report" && one.url.startsWith(`${data.url}/`));
    if (kept.some((one) => one.key === wanted)) return self.Rembuk.edit(wanted);
    const last = kept.filter((one) => one.state === "typing").pop();
    if (last && !form.elements.title.value) show(last);
  };
  resume();
})();
