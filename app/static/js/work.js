// Where staff work: keys, ticking, a map beside the list, names in notes, the way on foot. Nothing here is needed.
(() => {
  "use strict";
  const rows = () => [...document.querySelectorAll("[data-row]")];
  const typing = (target) => target.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], .map");

  // ---- keys: single letters, that can be switched off (kept in this browser only)
  const help = document.querySelector("[data-keys]");
  const KEPT = "rembuk-keys";
  const wanted = () => { try { return localStorage.getItem(KEPT) !== "off"; } catch { return true; } };
  const linkOf = (row) => row?.querySelector("[data-open]");
  const chosenRow = () => document.activeElement?.closest?.("[data-row]") ?? null;
  const walk = (by) => {
    const all = rows();
    if (!all.length) return;
    const at = all.indexOf(chosenRow());
    const row = all[Math.min(Math.max(at + by, 0), all.length - 1)];
    linkOf(row)?.focus();
    row.scrollIntoView({ block: "nearest" });
  };
  const item = document.querySelector("[data-item]");
  const go = (address) => { if (address) location.href = address; };
  const keys = {
    j: () => walk(1),
    k: () => walk(-1),
    o: () => linkOf(chosenRow())?.click(),
    x: () => chosenRow()?.querySelector("input[type=checkbox]")?.click(),
    "/": () => {
      const seek = document.querySelector("[data-key-search]");
      const shut = seek?.closest("details");
      if (shut) shut.open = true;
      (seek ?? document.getElementById("seek"))?.focus();
    },
    n: () => {
      const note = document.querySelector("[data-key-note]");
      if (!note) return document.querySelector("a[rel=next]")?.click();
      note.closest("details").open = true;
      note.focus();
    },
    b: () => go(item?.dataset.next),
    u: () => go(item?.dataset.queue),
    "?": () => {
      if (!help) return;
      help.open = !help.open;
      help.querySelector("summary").focus();
      help.scrollIntoView({ block: "nearest" });
    },
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
    if (typing(event.target) || !wanted() || !(event.key in keys)) return;
    if (!rows().length && !item && event.key !== "?") return;
    event.preventDefault();
    keys[event.key]();
  });
  const toggle = help?.querySelector("[data-keys-switch]");
  const say = () => {
    toggle.setAttribute("aria-pressed", String(wanted()));
    help.querySelector("[data-keys-said]").textContent = wanted() ? help.dataset.on : help.dataset.off;
  };
  toggle?.addEventListener("click", () => {
    try { localStorage.setItem(KEPT, wanted() ? "off" : "on"); } catch { /* then they stay as they are */ }
    say();
  });
  if (toggle) say();

  // ---- ticking: how many, all of a page, and a run of rows with Shift
  for (const form of document.querySelectorAll("[data-pick]")) {
    const boxes = [...form.querySelectorAll("input[name=n]")];
    const said = form.querySelector("[data-picked]");
    let last = null;
    const count = () => {
      const n = boxes.filter((box) => box.checked).length;
      if (said) said.textContent = n ? said.dataset.picked.replace("{n}", n) : "";
    };
    form.addEventListener("click", (event) => {
      const box = event.target;
      if (box.name !== "n") return;
      if (event.shiftKey && last) {
        const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
        for (const other of boxes.slice(from, to + 1)) other.checked = box.checked;
      }
      last = box;
      count();
    });
    form.querySelector("[data-all]")?.addEventListener("click", () => {
      const on = boxes.some((box) => !box.checked);
      for (const box of boxes) box.checked = on;
      count();
    });
    count();
  }

  // ---- the map beside the list: fetched on a desk only, the points are those of the rows
  const load = (address) => new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = done;
    script.onerror = failed;
    document.head.append(script);
  });
  const beside = document.querySelector("[data-points]");
  const draw = async () => {
    const style = document.createElement("link");
    style.rel = "stylesheet";
    style.href = beside.dataset.style;
    document.head.prepend(style);
    for (const address of beside.dataset.scripts.split(" ")) await load(address);
    beside.hidden = false;
    const { L, Rembuk } = window;
    const box = beside.querySelector(".map");
    const map = Rembuk.ground(box, { scrollWheelZoom: false });
    const spots = L.featureGroup().addTo(map);
    for (const row of rows()) {
      const { lon, lat, kind } = row.dataset;
      const link = linkOf(row);
      const mark = L.marker([lat, lon], { icon: Rembuk.spotIcon(box.dataset.icons, kind), title: link.textContent, keyboard: false, riseOnHover: true }).addTo(spots);
      const lit = (on) => { mark.getElement()?.classList.toggle("is-chosen", on); row.classList.toggle("is-lit", on); };
      mark.on("click", () => { link.focus(); row.scrollIntoView({ block: "center" }); });
      mark.on("mouseover", () => lit(true)).on("mouseout", () => lit(false));
      row.addEventListener("mouseenter", () => lit(true));
      row.addEventListener("mouseleave", () => lit(false));
      row.addEventListener("focusin", () => lit(true));
      row.addEventListener("focusout", () => lit(false));
    }
    if (spots.getLayers().length) map.fitBounds(spots.getBounds().pad(0.15), { maxZoom: 16 });
  };
  if (beside && matchMedia("(min-width: 68em)").matches) draw().catch(() => { beside.hidden = true; });

  // ---- names in notes: after an @ the colleagues whose name begins so, one Tab away
  for (const area of document.querySelectorAll("textarea[data-names]")) {
    const names = JSON.parse(area.dataset.names);
    const list = document.createElement("ul");
    list.className = "name-list";
    list.hidden = true;
    area.after(list);
    const begun = () => /(?:^|[\s(])@([^\s@][^@\n]{0,30})?$/.exec(area.value.slice(0, area.selectionStart));
    const take = (name) => {
      const match = begun();
      if (!match) return;
      const start = area.selectionStart - (match[1] ?? "").length;
      area.setRangeText(`${name} `, start, area.selectionStart, "end");
      list.hidden = true;
      area.focus();
    };
    const show = () => {
      const match = begun();
      const typed = (match?.[1] ?? "").toLowerCase();
      const fit = match ? names.filter((name) => name.toLowerCase().startsWith(typed) && name.toLowerCase() !== typed.trim()).slice(0, 5) : [];
      list.replaceChildren(...fit.map((name) => {
        const row = document.createElement("li");
        const button = document.createElement("button");
        button.type = "button";
        button.className = "plain";
        button.textContent = name;
        button.addEventListener("click", () => take(name));
        row.append(button);
        return row;
      }));
      list.hidden = !fit.length;
    };
    area.addEventListener("input", show);
    area.addEventListener("keydown", (event) => {
      if (event.key === "Escape") list.hidden = true;
    });
  }

  // ---- the way on foot: the place goes with the form, in its body, and is kept nowhere
  const near = document.querySelector("[data-near]");
  near?.querySelector("[data-near-go]").addEventListener("click", () => {
    const said = near.querySelector("[data-near-said]");
    const refused = () => { said.textContent = near.dataset.refused; };
    if (!navigator.geolocation) return refused();
    said.textContent = near.dataset.wait;
    navigator.geolocation.getCurrentPosition(({ coords }) => {
      near.elements.lon.value = coords.longitude.toFixed(5);
      near.elements.lat.value = coords.latitude.toFixed(5);
      near.submit();
    }, refused, { enableHighAccuracy: true, timeout: 10000, maximumAge: 60000 });
  });
})();
