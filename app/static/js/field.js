// Work in the field: what is pressed or photographed goes through the queue of this device, so that it is kept
// without signal and sent once.  Without this file the forms are sent as they are.
(() => {
  "use strict";
  const { queue } = self.Rembuk;
  if (!self.indexedDB || !self.isSecureContext) return;
  const note = (form, text) => {
    const said = form.closest("[data-row]").querySelector("[data-field-said]");
    said.textContent = text;
    said.scrollIntoView({ block: "nearest" });
  };
  for (const form of document.querySelectorAll("form[data-queue]")) {
    const { words, url, title } = form.dataset;
    const said = JSON.parse(words);
    let handed = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      event.stopImmediatePropagation();
      if (handed) return;
      handed = true;
      const { seen, key, note: text } = form.elements;
      const photos = [...(form.elements.photos?.files ?? [])].map((file) => ({ id: crypto.randomUUID(), name: file.name, blob: file }));
      const fields = { seen: seen.value, ...(text ? { note: text.value } : {}) };
      try {
        await queue.put({
          key: key.value, sort: "step", url: `${url}/${key.value}`, title, fields, photos, account: form.dataset.account,
          at: Date.now(), state: "waiting", errors: [], tried: 0, after: 0,
        });
      } catch {
        handed = false;
        note(form, said.full);
        return;
      }
      note(form, navigator.onLine ? said.handed : said.kept);
      for (const part of form.elements) part.disabled = true;
      const entry = await queue.get(key.value);
      if (entry) await queue.add(entry);
      const now = await queue.get(key.value);
      if (now) note(form, { sent: said.sent, refused: said.refused }[now.state] ?? said.kept);
      if (now?.state === "sent") await queue.remove(now.key);
    }, true);
  }
})();
