// The ballot: counts what is picked, keeps unfinished picks in this tab alone, searches, shows the
// map when asked, and computes a proof. Without it the page works all the same.
(() => {
  "use strict";
  const store = (() => { try { return window.sessionStorage; } catch { return null; } })();
  const fill = (text, values) => (text || "").replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
  const figure = (n) => Number(n).toLocaleString(document.documentElement.lang);
  const KEY = "suara-";

  /** Drops what was picked in this tab for any voter but the one named. */
  const forget = (but) => {
    for (const name of store ? Object.keys(store) : []) if (name.startsWith(KEY) && name !== but) store.removeItem(name);
  };

  class Ballot {
    constructor(form) {
      this.form = form;
      this.bar = form.querySelector("[data-bar]");
      this.data = this.bar.dataset;
      this.said = this.bar.querySelector("[data-count]");
      this.items = [...form.querySelectorAll("[data-item]")];
      this.key = KEY + form.dataset.vote;
      forget(this.key);
      if (!("sent" in form.dataset)) this.restore();
      form.addEventListener("change", (event) => this.changed(event));
      form.addEventListener("input", (event) => { if (event.target.type === "number") this.count(); });
      for (const item of this.items) {
        item.querySelector("[data-more]")?.addEventListener("click", () => this.step(item, 1));
        item.querySelector("[data-less]")?.addEventListener("click", () => this.step(item, -1));
      }
      form.addEventListener("keydown", (event) => {  // Enter in a field searches; it never sends
        if (event.key === "Enter" && event.target.matches("input[type=search], input[type=number]")) event.preventDefault();
      });
      window.addEventListener("pageshow", () => this.count());
      this.count();
    }

    field(item) { return item.querySelector("input[name]"); }

    value(item) {
      const field = this.field(item);
      return field.type === "checkbox" ? Number(field.checked) : Math.max(0, Math.trunc(Number(field.value) || 0));
    }

    get picked() { return this.items.filter((item) => this.value(item)); }

    step(item, by) {
      const field = this.field(item), now = this.value(item);
      const left = Number(this.data.points) - this.given();
      if (by > 0 && left < 1) return this.full(Number(this.data.points));
      if (by > 0 && !now && this.picked.length >= Number(this.data.most)) return this.full(this.data.most);
      field.value = Math.max(0, now + by) || "";
      this.changed();
    }

    money(n) { return this.data.money.replace("0", figure(n)); }

    given() { return this.items.reduce((sum, item) => sum + this.value(item), 0); }

    changed(event) {
      const box = event?.target;
      if (box?.type === "checkbox" && box.checked && this.picked.length > Number(this.data.most)) {
        box.checked = false;
        this.full(this.data.most);
        return;
      }
      this.count();
    }

    full(most) {
      this.count();
      this.bar.classList.add("is-full");
      this.said.textContent = fill(this.data.textFull, { most });
    }

    count() {
      const picked = this.picked;
      for (const item of this.items) item.classList.toggle("is-picked", picked.includes(item));
      this.bar.classList.remove("is-full");
      const points = Number(this.data.points);
      const most = Math.min(Number(this.data.most), this.items.length);
      const said = points ? fill(this.data.textPoints, { n: figure(this.given()), all: figure(points) })
        : fill(this.data.textCount, { n: picked.length, most });
      if (this.said.textContent !== said) this.said.textContent = said;
      const sum = picked.reduce((all, item) => all + Number(item.dataset.cost), 0);
      const line = this.bar.querySelector("[data-sum]");
      if (line && sum) line.textContent = fill(this.data.textCost, { sum: this.money(sum), pagu: this.money(this.data.pagu) });
      this.keep(picked);
      this.onCount?.(picked);
    }

    keep(picked) {
      const kept = picked.map((item) => [item.dataset.item, this.value(item)]);
      try {
        if (kept.length) store?.setItem(this.key, JSON.stringify(kept));
        else store?.removeItem(this.key);
      } catch { /* a full or closed store: the fields hold them still */ }
    }

    restore() {
      let kept = [];
      try { kept = JSON.parse(store?.getItem(this.key) || "[]"); } catch { return; }
      for (const [no, value] of kept) {
        const item = this.items.find((one) => one.dataset.item === String(no));
        if (!item || this.value(item)) continue;
        const field = this.field(item);
        if (field.type === "checkbox") field.checked = true;
        else field.value = value;
      }
    }
  }

  /** Shows what holds all words that were typed; what is picked is never lost from the form. */
  const search = (form, ballot) => {
    const find = form.querySelector("[data-find]"), mine = form.querySelector("[data-mine]"), told = form.querySelector("[data-found]");
    const narrow = () => {
      const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
      const only = mine.getAttribute("aria-pressed") === "true";
      let shown = 0;
      for (const item of ballot.items) {
        const text = item.textContent.toLowerCase();
        item.hidden = !words.every((word) => text.includes(word)) || (only && !ballot.value(item));
        shown += !item.hidden;
      }
      told.textContent = words.length || only ? fill(told.dataset.text, { n: shown, all: ballot.items.length }) : "";
      ballot.onNarrow?.();
    };
    find.addEventListener("input", narrow);
    mine.addEventListener("click", () => {
      mine.setAttribute("aria-pressed", String(mine.getAttribute("aria-pressed") !== "true"));
      narrow();
    });
  };

  /** The map is loaded when it is asked for; on a wide screen with a free line, at once. */
  const mapped = (form, ballot) => {
    const box = form.querySelector("[data-vote-map]"), show = form.querySelector("[data-show-map]");
    if (!box || !ballot.items.some((item) => item.dataset.lon)) return box?.parentElement.remove();
    const open = async () => {
      show.hidden = true;
      show.setAttribute("aria-expanded", "true");
      box.hidden = false;
      try {
        await window.Rembuk.lazyMap(box);
      } catch {
        box.hidden = true;
        show.hidden = false;
        return;
      }
      pins(box, ballot);
    };
    show.addEventListener("click", open);
    if (matchMedia("(min-width: 60em)").matches && !window.Rembuk.isSlow()) open();
  };

  const pins = (box, ballot) => {
    const L = window.L, { ground, node } = window.Rembuk;
    const map = ground(box, { scrollWheelZoom: false });
    const marks = new Map();
    for (const item of ballot.items) {
      if (!item.dataset.lon) continue;
      const no = item.dataset.item, title = item.querySelector(".vote-title").textContent;
      const icon = L.divIcon({ className: "vote-pin", html: node("span", "", no), iconSize: [32, 32] });
      const go = () => {
        for (const other of ballot.items) other.classList.toggle("is-shown", other === item);
        item.hidden = false;
        item.querySelector("details").open = true;
        item.scrollIntoView({ block: "center" });
        item.querySelector("input[name]").focus({ preventScroll: true });
      };
      const mark = L.marker([item.dataset.lat, item.dataset.lon], { icon, riseOnHover: true }).on("click", go);
      mark.on("add", () => {
        const shown = mark.getElement();
        shown.setAttribute("aria-label", `${no}. ${title}`);
        shown.addEventListener("keydown", (event) => {
          if (event.key === "Enter" || event.key === " ") { event.preventDefault(); go(); }
        });
      });
      mark.addTo(map);
      marks.set(item, mark);
    }
    const bounds = L.featureGroup([...marks.values()]).getBounds();
    map.fitBounds(bounds, { padding: [28, 28], maxZoom: 16 });
    const colour = () => {
      for (const [item, mark] of marks) {
        mark.getElement()?.classList.toggle("is-picked", Boolean(ballot.value(item)));
        mark.setOpacity(item.hidden ? 0.25 : 1);
      }
    };
    ballot.onCount = ballot.onNarrow = colour;
    colour();
  };

  // ---- proof --------------------------------------------------------------------------------
  const bytes = (hex) => Uint8Array.from(hex.match(/../g) || [], (pair) => parseInt(pair, 16));
  const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

  const verify = async (line) => {
    const { verify: leaf, path, root, yes, no } = line.dataset;
    if (!window.crypto?.subtle) return;
    let now = leaf;
    for (const step of path.split(" ").filter(Boolean)) {
      const beside = step.slice(1);
      const both = step[0] === "L" ? beside + now : now + beside;
      now = hex(await crypto.subtle.digest("SHA-256", bytes(`01${both}`)));
    }
    line.textContent = now === root ? yes : no;
  };

  for (const form of document.querySelectorAll("[data-vote]")) {
    const ballot = new Ballot(form);
    search(form, ballot);
    mapped(form, ballot);
  }
  if (document.querySelector("[data-cast]")) forget("");
  for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => window.print());
  for (const line of document.querySelectorAll("[data-verify]")) verify(line);
})();
