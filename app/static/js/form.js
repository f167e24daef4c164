// Forms: counters, drafts that save themselves, previews of photos, no double sending, no lost typing.
// Every form works without this file.
(() => {
  "use strict";
  const MAX_BYTES = 10 * 1024 * 1024;
  const MAX_SIDE = 2048;

  const node = (tag, className, text) => {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  };

  // ---- counters: <textarea maxlength data-counter="id of the output">
  for (const input of document.querySelectorAll("[data-counter]")) {
    const out = document.getElementById(input.dataset.counter);
    const show = () => {
      const left = input.maxLength - input.value.length;
      out.textContent = left < input.maxLength / 2 ? `${left} ${out.dataset.left}` : "";
      out.classList.toggle("over", left <= 0);
    };
    input.addEventListener("input", show);
    show();
  }

  // ---- drafts: <form data-autosave-url> with <span data-saved data-text="Saved"> in it
  const autosave = (form) => {
    const note = form.querySelector("[data-saved]");
    let changed = false;
    let timer;
    const save = async () => {
      if (!changed) return;
      changed = false;
      const body = new FormData(form);
      for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
      const answer = await fetch(form.dataset.autosaveUrl, { method: "POST", body, keepalive: true, credentials: "same-origin" })
        .catch(() => null);
      if (answer?.ok) {
        form.dispatchEvent(new CustomEvent("draft:saved"));
        if (note) note.textContent = note.dataset.text;
      } else {
        changed = true;
        if (note) note.textContent = note.dataset.textFailed || "";
      }
    };
    form.addEventListener("input", () => {
      changed = true;
      if (note) note.textContent = "";
      clearTimeout(timer);
      timer = setTimeout(save, 2500);
    });
    form.addEventListener("change", () => { changed = true; clearTimeout(timer); timer = setTimeout(save, 800); });
    form.addEventListener("submit", () => clearTimeout(timer));
    document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") save(); });
  };

  // ---- guard: one sending per press, a question before typed words are left
  const guard = (form) => {
    let dirty = false;
    let sending = false;
    form.addEventListener("input", () => { dirty = true; });
    form.addEventListener("draft:saved", () => { dirty = false; });
    form.addEventListener("submit", (event) => {
      if (sending) {
        event.preventDefault();
        return;
      }
      sending = true;
      dirty = false;
      setTimeout(() => {
        for (const button of form.querySelectorAll("button:not([type=button])")) button.disabled = true;
        form.setAttribute("aria-busy", "true");
      });
    });
    addEventListener("pageshow", () => {
      sending = false;
      form.removeAttribute("aria-busy");
      for (const button of form.querySelectorAll("button:not([type=button])")) button.disabled = false;
    });
    addEventListener("beforeunload", (event) => { if (dirty && !sending) event.preventDefault(); });
  };

  // ---- photos: <input type="file" data-photos data-max="5" data-text-remove data-text-many>
  const shrink = async (file) => {
    const image = await createImageBitmap(file);
    const scale = Math.min(1, MAX_SIDE / Math.max(image.width, image.height));
    const canvas = node("canvas");
    canvas.width = Math.round(image.width * scale);
    canvas.height = Math.round(image.height * scale);
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((done) => { canvas.toBlob(done, "image/jpeg", 0.88); });
    return new File([blob], file.name.replace(/\.\w+$/, ".jpg"), { type: "image/jpeg", lastModified: file.lastModified });
  };

  /** A small picture drawn on a canvas: no address to load, so the content policy stays strict. */
  const preview = async (file) => {
    const canvas = node("canvas");
    canvas.width = canvas.height = 220;
    const image = await createImageBitmap(file);
    const side = Math.min(image.width, image.height);
    canvas.getContext("2d").drawImage(image, (image.width - side) / 2, (image.height - side) / 2, side, side, 0, 0, 220, 220);
    image.close();
    return canvas;
  };

  const photos = (input) => {
    const list = node("ul", "photo-picks");
    const note = node("p", "help");
    note.setAttribute("role", "status");
    input.after(list, note);
    const most = Number(input.dataset.max || 5);
    let chosen = [];

    const give = () => {
      const carrier = new DataTransfer();
      for (const file of chosen) carrier.items.add(file);
      input.files = carrier.files;
    };

    const draw = () => {
      list.replaceChildren(...chosen.map((file) => {
        const row = node("li");
        const remove = node("button", "quiet", "×");
        remove.type = "button";
        remove.setAttribute("aria-label", `${input.dataset.textRemove || "×"} ${file.name}`);
        remove.addEventListener("click", () => {
          chosen = chosen.filter((other) => other !== file);
          give();
          draw();
          input.focus();
        });
        preview(file).then((canvas) => {
          canvas.setAttribute("role", "img");
          canvas.setAttribute("aria-label", file.name);
          row.prepend(canvas);
        }).catch(() => row.prepend(node("span", "photo-name", file.name)));
        row.append(remove);
        return row;
      }));
    };

    input.addEventListener("change", async () => {
      const added = [...input.files];
      const all = [...(input.multiple ? chosen : []), ...added];
      note.textContent = all.length > most ? input.dataset.textMany || "" : "";
      // The original goes up as it is: the server reads when and where it was taken. Only what is too big is made smaller.
      chosen = await Promise.all(all.slice(0, most).map((file) => (file.size > MAX_BYTES ? shrink(file).catch(() => file) : file)));
      give();
      draw();
    });
  };

  for (const form of document.querySelectorAll("form[data-autosave-url]")) autosave(form);
  for (const form of document.querySelectorAll("form[data-guard], form.form")) guard(form);
  for (const input of document.querySelectorAll("[data-photos]")) photos(input);

  // ---- questions that only some answers ask: <div data-when="name of a field" data-is="value value">
  for (const part of document.querySelectorAll("[data-when]")) {
    const asked = part.closest("form").elements[part.dataset.when];
    const values = new Set(part.dataset.is.split(" "));
    const show = () => { part.hidden = !values.has(asked.value); };
    for (const choice of asked instanceof RadioNodeList ? asked : [asked]) choice.addEventListener("change", show);
    show();
  }
})();
