// Every page: menus that close by themselves, copy and share, focus on an error summary. Nothing here is needed.
(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("js");

  // Of tabs wider than the screen, the one that is open stands in sight.
  for (const tab of document.querySelectorAll(".tabs [aria-current]")) {
    const list = tab.closest(".tabs");
    list.scrollLeft = tab.offsetLeft - list.offsetLeft - (list.clientWidth - tab.offsetWidth) / 2;
  }

  const menus = () => document.querySelectorAll("details.menu[open]");
  document.addEventListener("click", (event) => {
    for (const menu of menus()) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of menus()) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  const said = (button, text) => {
    const before = button.dataset.said ?? button.textContent;
    button.dataset.said = before;
    const label = button.querySelector("[data-label]") ?? button;
    label.textContent = text;
    setTimeout(() => { label.textContent = before; }, 2500);
  };

  // <button data-copy="address" data-done="Tersalin">, <button data-share data-done="…">
  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("[data-copy], [data-share]");
    if (!button) return;
    const address = button.dataset.copy || location.href.split("#")[0];
    try {
      if (button.dataset.share !== undefined && navigator.share) {
        await navigator.share({ title: document.title, url: address });
      } else {
        await navigator.clipboard.writeText(address);
        said(button, button.dataset.done || "✓");
      }
    } catch { /* the person closed the sheet, or the browser keeps the clipboard shut */ }
  });

  // <select data-submit>: a filter that sends its form when changed; a button stands there without it.
  document.addEventListener("change", (event) => {
    if (event.target.matches?.("[data-submit]")) event.target.form.requestSubmit();
  });

  // <button data-print>
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-print]")) window.print();
  });

  // <input type="checkbox" data-all="name">: chooses every box of that name
  document.addEventListener("change", (event) => {
    const name = event.target.dataset?.all;
    if (!name) return;
    for (const box of document.querySelectorAll(`input[type=checkbox][name="${CSS.escape(name)}"]`)) {
      box.checked = event.target.checked;
    }
  });

  // <section id data-refresh="4">: fetched anew every four seconds while it says so, fifteen times at most;
  // with it what is marked data-fresh
  const refresh = async (part, left) => {
    await new Promise((done) => { setTimeout(done, Number(part.dataset.refresh) * 1000); });
    const answer = await fetch(location.href).catch(() => null);
    if (!answer?.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById(part.id);
    for (const beside of document.querySelectorAll("[data-fresh]")) {
      const other = page.getElementById(beside.id);
      if (other) beside.replaceWith(other);
    }
    if (fresh) part.replaceWith(fresh);
    else part.remove();
    if (fresh?.dataset.refresh && left) refresh(fresh, left - 1);
  };
  for (const part of document.querySelectorAll("[data-refresh]")) refresh(part, 15);

  document.querySelector("[data-focus]")?.focus();

  // The worker that keeps the quick report at hand without signal (see /sw.js): after the page, never before it.
  // A page on its way while the worker began is nobody's; it asks for the worker by itself.
  const keepAtHand = async () => {
    const { serviceWorker } = navigator;
    try {
      await serviceWorker.register("/sw.js", { updateViaCache: "none" });
      const { active } = await serviceWorker.ready;
      if (!serviceWorker.controller) active.postMessage("claim");
    } catch { /* a private window, or no signal yet */ }
  };
  if ("serviceWorker" in navigator && document.querySelector("link[rel=manifest]")) {
    if (document.readyState === "complete") keepAtHand();
    else addEventListener("load", keepAtHand);
  }

  // Signing out: what has arrived is forgotten here, what waits in the queue (queue.js) is asked about first.
  const unsent = () => new Promise((done) => {
    const asked = indexedDB.open("rembuk-queue");
    asked.onupgradeneeded = () => asked.transaction.abort(); // there is no queue
    asked.onerror = () => done(0);
    asked.onsuccess = () => {
      const transaction = asked.result.transaction(["entries", "facts"], "readwrite");
      const entries = transaction.objectStore("entries");
      let left = 0;
      transaction.objectStore("facts").clear();
      entries.getAll().onsuccess = (event) => {
        for (const entry of event.target.result) {
          if (entry.state === "sent" && !entry.code) entries.delete(entry.key);
          else if (entry.state !== "sent" && entry.account && (entry.title || entry.photos.length)) left += 1;
        }
      };
      transaction.oncomplete = () => { asked.result.close(); done(left); };
      transaction.onabort = () => { asked.result.close(); done(0); };
    };
  });
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (form.getAttribute("action") !== "/keluar" || form.dataset.leave !== undefined || !self.indexedDB) return;
    event.preventDefault();
    if (await unsent().catch(() => 0)) location.href = "/antrean?keluar=1";
    else form.submit();
  });
})();
