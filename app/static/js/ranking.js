// Ranked lists: another ceiling while the slider moves; putting rows in order by pulling or by keys. Nothing here is needed.
(() => {
  "use strict";
  const sprite = document.querySelector("use[href*='icons.svg']")?.getAttribute("href").split("#")[0] ?? "";
  const icon = (name) => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("class", "icon");
    svg.setAttribute("aria-hidden", "true");
    svg.appendChild(document.createElementNS("http://www.w3.org/2000/svg", "use")).setAttribute("href", `${sprite}#${name}`);
    return svg;
  };

  // ---- what another ceiling would do: the same line as the server draws
  const cut = (costs, ceiling, rule) => {
    let running = 0;
    let ended = false;
    return costs.map((cost) => {
      const then = running + (cost ?? 0);
      if (ended) { running = then; return { running: then, above: false }; }
      if (cost === null) return { running: then, above: null };
      if (then <= ceiling) { running = then; return { running: then, above: true }; }
      ended = rule === "stop";
      if (ended) running = then;
      return { running: then, above: false };
    });
  };

  const form = document.querySelector("[data-what-if]");
  const slide = form?.querySelector("[data-slide]");
  if (slide) {
    const told = form.dataset;
    const sign = told.sign.replace(/0$/, "");
    const between = document.documentElement.lang === "en" ? "," : ".";
    const rupiah = (sum) => sign + String(sum).replace(/\B(?=(\d{3})+$)/g, between);
    const rows = [...document.querySelectorAll("tr[data-cost]")];
    const costs = rows.map((row) => (row.dataset.cost === "" ? null : Number(row.dataset.cost)));
    const field = form.querySelector("[name=pagu]");
    const box = form.querySelector("[data-crossed]");
    const span = (name) => {
      const made = document.createElement("span");
      made.dataset[name] = "";
      return made;
    };
    const lineRow = () => {
      const found = document.querySelector("tr[data-line]");
      if (found) return found;
      const row = document.createElement("tr");
      row.className = "cut-line";
      row.dataset.line = "";
      const cell = row.insertCell();
      cell.colSpan = 6;
      const words = document.createElement("span");
      words.className = "cut-words";
      const bold = document.createElement("b");
      bold.dataset.lineWords = "";
      words.append(icon("down"), bold, " ", span("lineLeft"));
      cell.append(words);
      return row;
    };
    const listed = (text, found) => {
      const head = document.createElement("p");
      const bold = document.createElement("b");
      bold.textContent = text.replace("{n}", found.length);
      head.append(bold);
      const list = document.createElement("ul");
      for (const row of found) {
        const link = document.createElement("a");
        link.href = `#${row.id}`;
        link.textContent = `${row.querySelector(".place").textContent}. ${row.querySelector(".title a").textContent}`;
        const line = document.createElement("li");
        line.append(link, ` (${rupiah(row.dataset.cost || 0)})`);
        list.append(line);
      }
      return [head, list];
    };
    const draw = (ceiling) => {
      const places = cut(costs, ceiling, told.rule);
      const line = lineRow();
      let before = null;
      let taken = 0;
      const fallen = [];
      const risen = [];
      places.forEach((place, n) => {
        const row = rows[n];
        row.classList.toggle("is-below", place.above === false);
        row.querySelector("[data-running]").textContent = rupiah(place.running);
        const side = row.querySelector("[data-side]");
        if (place.above !== null) {
          side.className = `side ${place.above ? "is-in" : "is-out"}`;
          side.replaceChildren(icon(place.above ? "check" : "down"), place.above ? told.in : told.out);
        }
        if (place.above) taken += costs[n];
        if (place.above === false && before === null) before = row;
        if (row.dataset.was === "1" && place.above === false) fallen.push(row);
        if (row.dataset.was === "0" && place.above) risen.push(row);
      });
      const body = rows[0].parentNode;
      body.insertBefore(line, before ?? rows[rows.length - 1].nextSibling);
      line.querySelector("[data-line-words]").textContent = told.line.replace("{sum}", rupiah(ceiling));
      line.querySelector("[data-line-left]").textContent = told.left.replace("{sum}", rupiah(ceiling - taken));
      const parts = [...(fallen.length ? listed(told.fallen, fallen) : []), ...(risen.length ? listed(told.risen, risen) : [])];
      const same = document.createElement("p");
      same.textContent = told.same;
      box.replaceChildren(...(parts.length ? parts : told.real === "" ? [] : [same]));
      field.value = rupiah(ceiling);
      const [, sum, count] = document.querySelectorAll(".stats dd");
      if (told.real !== "" && count) {
        sum.textContent = rupiah(taken);
        count.textContent = told.count.replace("{n}", places.filter((place) => place.above).length);
      }
    };
    slide.addEventListener("input", () => draw(Number(slide.value)));
  }

  // ---- putting in order
  const sheet = document.querySelector("[data-sort]");
  if (sheet) {
    const said = document.querySelector("[data-sort-said]");
    const rows = () => [...sheet.querySelectorAll("tr[data-id]")];
    const place = (row) => row.querySelector("input");
    const ranked = () => rows().filter((row) => place(row).value.trim() !== "");
    const number = (moved) => {
      ranked().forEach((row, n) => { place(row).value = n + 1; });
      if (moved) said.textContent = sheet.dataset.said.replace("{title}", moved.dataset.title).replace("{n}", place(moved).value);
      document.querySelector("[data-unsaved]").hidden = false;
    };
    const move = (row, by) => {
      if (place(row).value.trim() === "") {
        const last = ranked().pop();
        if (last) last.after(row); else sheet.prepend(row);
        place(row).value = "1";
        return number(row);
      }
      const all = ranked();
      const at = all.indexOf(row) + by;
      if (at < 0 || at >= all.length) return;
      if (by < 0) all[at].before(row); else all[at].after(row);
      number(row);
    };
    sheet.addEventListener("click", (event) => {
      const button = event.target.closest("[data-move]");
      if (!button) return;
      move(button.closest("tr"), Number(button.dataset.move));
      button.focus();
    });
    let held = null;
    sheet.addEventListener("pointerdown", (event) => {
      const grip = event.target.closest("[data-grip]");
      if (!grip) return;
      event.preventDefault();
      held = grip.closest("tr");
      held.classList.add("is-held");
      grip.setPointerCapture(event.pointerId);
    });
    sheet.addEventListener("pointermove", (event) => {
      if (!held) return;
      const over = document.elementFromPoint(event.clientX, event.clientY)?.closest("tr[data-id]");
      if (!over || over === held || over.parentNode !== held.parentNode) return;
      const { top, height } = over.getBoundingClientRect();
      if (event.clientY < top + height / 2) over.before(held); else over.after(held);
    });
    const drop = () => {
      if (!held) return;
      held.classList.remove("is-held");
      if (place(held).value.trim() === "") place(held).value = "1";
      const row = held;
      held = null;
      // What lies between ranked rows has a rank, too.
      const all = rows();
      const last = all.findLastIndex((one) => place(one).value.trim() !== "");
      all.slice(0, last + 1).forEach((one) => { place(one).value = "1"; });
      number(row);
    };
    sheet.addEventListener("pointerup", drop);
    sheet.addEventListener("pointercancel", drop);
    sheet.addEventListener("input", () => { document.querySelector("[data-unsaved]").hidden = false; });
  }
})();
