// The door of a forum, and its minutes: each point is saved a moment after the last key; when somebody else wrote meanwhile, both texts stand.
(() => {
  "use strict";
  // The code at the door is fetched anew while the page stands open; without connection the last one stays.
  const door = async (part) => {
    await new Promise((done) => { setTimeout(done, Number(part.dataset.door) * 1000); });
    const answer = await fetch(location.href).catch(() => null);
    const fresh = answer?.ok ? new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(part.id) : null;
    if (fresh) part.replaceWith(fresh);
    door(fresh ?? part);
  };
  for (const part of document.querySelectorAll("[data-door]")) door(part);

  for (const form of document.querySelectorAll("form[data-note]")) {
    const words = JSON.parse(form.dataset.said);
    const box = form.elements.text;
    const said = form.querySelector("[data-note-said]");
    let timer = 0;
    let kept = box.value;
    let going = false;

    const save = async () => {
      clearTimeout(timer);
      if (going || box.value === kept) return;
      going = true;
      const sent = box.value;
      const answer = await fetch(form.action || location.href, {
        method: "POST", body: new FormData(form), headers: { Accept: "application/json" }, credentials: "same-origin",
      }).catch(() => null);
      going = false;
      if (!answer?.ok || !answer.headers.get("Content-Type")?.includes("json")) {
        said.textContent = words.lost;
        timer = setTimeout(save, 8000);
        return;
      }
      const now = await answer.json();
      const typedOn = box.value !== sent;
      kept = typedOn ? sent : now.text;
      // What was typed while it was on its way still goes back to the text this page had read.
      if (!(now.merged && typedOn)) form.elements.base.value = now.number;
      if (now.merged && !typedOn) {
        const at = box.selectionStart;
        box.value = now.text;
        box.setSelectionRange(at, at);
      }
      said.textContent = now.merged ? words.merged : words.saved;
      if (typedOn) timer = setTimeout(save, 1500);
    };

    box.addEventListener("input", () => {
      said.textContent = "";
      clearTimeout(timer);
      timer = setTimeout(save, 2000);
    });
    box.addEventListener("blur", save);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      save();
    });
    addEventListener("beforeunload", (event) => {
      if (box.value !== kept) event.preventDefault();
    });
  }
})();
