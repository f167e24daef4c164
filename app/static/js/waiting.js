// What waits on this device, in words; sends it when there is signal; asks before it would be lost.
(() => {
  "use strict";
  const { queue } = self.Rembuk;
  const root = document.querySelector("[data-waiting]");
  if (!root || !self.indexedDB) return;
  const words = JSON.parse(root.dataset.words);
  const list = root.querySelector(".waiting-list");
  const said = root.querySelector("[data-waiting-said]");
  const ICONS = { waiting: "clock", sending: "share", sent: "check", refused: "warning", typing: "edit" };
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_all, name) => values[name] ?? "");

  const node = (tag, className, text) => {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  };
  const icon = (name) => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    svg.setAttribute("class", "icon");
    svg.setAttribute("aria-hidden", "true");
    use.setAttribute("href", `${root.dataset.icons}#${name}`);
    svg.append(use);
    return svg;
  };
  const button = (text, act, className = "quiet") => {
    const made = node("button", className, text);
    made.type = "button";
    made.addEventListener("click", act);
    return made;
  };
  const link = (text, address, className = "button quiet") => {
    const made = node("a", className, text);
    made.href = address;
    return made;
  };

  /** Answer what stopped an entry, and let it go again. */
  const again = async (entry, fields = {}, values = {}) => {
    const fresh = await queue.get(entry.key);
    if (fresh) await queue.add({ ...fresh, ...values, fields: { ...fresh.fields, lihat: "", ...fields } });
  };
  const drop = async (entry) => {
    const question = entry.state === "sent" ? entry.code && words.sure_code : words.sure;
    if (!question || confirm(fill(question, entry))) await queue.remove(entry.key);
  };

  const sent = (entry) => {
    const parts = [];
    if (entry.old || !entry.number) parts.push(node("p", "", entry.old ? words.old : words.arrived));
    if (entry.number) {
      const line = node("p", "", `${words.number} `);
      line.append(node("b", "number", entry.number));
      parts.push(line);
    }
    if (entry.code) parts.push(node("p", "small", words.code), node("p", "waiting-code", entry.code), node("p", "small", words.keep_code));
    else if (entry.sort === "report" && entry.account === "" && entry.number) parts.push(node("p", "", words.no_code));
    return parts;
  };
  const door = (entry, now) => {
    if (!now.account) return [node("p", "", words.door)];
    return [node("p", "", entry.account === "" ? words.guest : entry.account === "?" ? "" : words.another)];
  };
  const asked = (entry) => {
    const form = node("form", "stack");
    form.append(node("p", "", words.explain));
    for (const { name, label } of entry.asks) {
      const box = node("div", "field");
      const title = node("label", "", label);
      const area = node("textarea");
      Object.assign(area, { name, id: `${name}-${entry.key}`, rows: 2, required: true, minLength: 10, maxLength: 1000, value: entry.fields[name] ?? "" });
      title.htmlFor = area.id;
      box.append(title, area);
      form.append(box);
    }
    form.append(node("button", "", words.send));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      again(entry, Object.fromEntries(new FormData(form)));
    });
    return form;
  };
  const reasons = (entry) => {
    const parts = [];
    const lines = [...(entry.errors ?? []), ...(entry.owner ?? []), ...(entry.stop ? [entry.stop] : [])];
    if (lines.length) parts.push(...lines.map((text) => node("p", "", text)));
    if (entry.near) {
      const found = node("ul", "found");
      for (const one of entry.near) {
        const row = node("li");
        row.append(link(one.title, one.url, ""));
        found.append(row);
      }
      parts.push(node("p", "", words.near), found, node("p", "small", words.near_help));
    }
    if (entry.asks?.length) parts.push(asked(entry));
    return parts;
  };
  const ways = (entry, now) => {
    const row = node("div", "actions");
    const home = `${location.pathname}#antrean`;
    if (entry.door && entry.state === "waiting") {
      if (now.account) row.append(button(fill(words.send_as, now), () => again(entry, {}, { account: now.account, door: false }), ""));
      else row.append(link(words.sign_in, `${root.dataset.signIn}?${new URLSearchParams({ lanjut: home })}`, "button"));
    }
    if (entry.state === "refused") {
      if (entry.stop) row.append(link(words.call, `tel:${root.dataset.emergency}`, "button"));
      if (entry.stop && !entry.firm) row.append(button(words.safe, () => again(entry, { aman: "1" })));
      if (entry.owner) row.append(button(words.insist, () => again(entry, { tetap: "1" })));
      if (entry.near) row.append(button(words.mine, () => again(entry, { tetap: "1" })));
      if (entry.edit) row.append(link(words.page, entry.edit));
      if (!entry.stop && !entry.owner && !entry.near && !entry.asks?.length && entry.status !== 409) row.append(button(words.again, () => again(entry)));
    }
    if (entry.sort === "report" && ["waiting", "refused", "typing"].includes(entry.state)) {
      row.append(self.Rembuk.edit ? button(words.edit, () => self.Rembuk.edit(entry.key)) : link(words.edit, `${entry.url.replace(/\/[^/]+$/, "")}#${entry.key}`));
    }
    if (entry.state === "sent" && entry.link) row.append(link(words.open, entry.link));
    if (entry.state !== "sending") row.append(button(entry.state === "sent" ? words.forget : words.remove, () => drop(entry), "plain"));
    return row;
  };

  const card = (entry, now) => {
    const row = node("li", `card is-${entry.state}`);
    row.dataset.state = entry.state;
    const state = node("p", "waiting-state");
    state.append(icon(ICONS[entry.state]), words[entry.state]);
    row.append(state, node("p", "", entry.title));
    if (entry.photos.length) row.append(node("p", "small muted", fill(words.photos, { n: entry.photos.length })));
    if (entry.state === "sent") row.append(...sent(entry));
    if (entry.state === "refused") row.append(...reasons(entry));
    if (entry.state === "waiting" && entry.checking) row.append(node("p", "small", words.checking));
    if (entry.state === "waiting" && entry.door) row.append(...door(entry, now));
    row.append(ways(entry, now));
    return row;
  };

  let drawn = "";
  let drawing = false;
  const draw = async () => {
    if (drawing) { drawing = "again"; return; }
    drawing = true;
    const mine = self.Rembuk.typing?.();
    const entries = (await queue.all()).filter((one) => one.key !== mine && (one.state !== "typing" || one.title || one.photos.length));
    const now = { account: await queue.fact("account"), name: await queue.fact("name") };
    const mark = JSON.stringify([entries, now]);
    if (mark !== drawn) { // a field somebody is typing in is not drawn anew
      drawn = mark;
      root.hidden = !entries.length;
      list.replaceChildren(...entries.reverse().map((entry) => card(entry, now)));
      said.textContent = entries.map((entry) => `${entry.title}: ${words[entry.state]}`).join(". ");
      const nothing = document.querySelector("[data-nothing]");
      if (nothing) nothing.hidden = entries.length > 0;
    }
    const more = drawing === "again";
    drawing = false;
    if (more) draw();
  };

  // ---- when to try
  const run = async () => {
    await queue.begin().catch(() => {}); // whose queue may go: somebody may have signed in
    await queue.run();
  };
  const wake = async () => { if ((await queue.all()).some((one) => one.state !== "typing" && one.state !== "sent")) await run(); };
  queue.watch(draw);
  addEventListener("online", wake);
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") wake(); });
  setInterval(() => { if (document.visibilityState === "visible" && navigator.onLine) queue.run(); }, 15_000);
  const tidy = async () => { // a step that was taken stands on the item's page
    for (const entry of await queue.all()) if (entry.sort === "step" && entry.state === "sent") await queue.remove(entry.key);
  };
  tidy().then(draw).then(wake);

  // ---- on the way out
  const leaving = document.querySelector("[data-leaving]");
  if (leaving && new URLSearchParams(location.search).has("keluar")) {
    leaving.hidden = false;
    leaving.querySelector("[data-leave-clear]").addEventListener("click", async (event) => {
      event.preventDefault();
      await queue.clear(true);
      leaving.querySelector("[data-leave]").submit();
    });
  }
})();
