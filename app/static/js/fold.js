// Long pages of folded groups: found by a word, opened all at once. Without this file each group opens by a press.
(() => {
  "use strict";
  for (const bar of document.querySelectorAll("[data-folds]")) {
    const groups = [...document.querySelectorAll(bar.dataset.folds)];
    const find = bar.querySelector("[data-find]"), told = bar.querySelector("[data-found]"), all = bar.querySelector("[data-open-all]");
    const rows = (group) => group.querySelectorAll("[data-row]");
    let before = null; // which groups were open when the search began

    const narrow = () => {
      const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
      const holds = (part) => words.every((word) => part.textContent.toLowerCase().includes(word));
      if (words.length) before ??= groups.map((group) => group.open);
      let shown = 0;
      groups.forEach((group, place) => {
        const whole = holds(group.querySelector("summary"));
        let here = 0;
        for (const row of rows(group)) {
          row.hidden = words.length > 0 && !whole && !holds(row);
          here += !row.hidden;
        }
        group.hidden = words.length > 0 && !here;
        shown += here;
        if (before) group.open = words.length ? here > 0 : before[place];
      });
      if (!words.length) before = null;
      told.textContent = words.length ? told.dataset.text.replace("{n}", shown) : "";
    };
    find.addEventListener("input", narrow);
    find.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });

    const shut = () => groups.some((group) => !group.open);
    const name = () => { all.textContent = shut() ? all.dataset.open : all.dataset.close; };
    all.addEventListener("click", () => {
      const open = shut();
      for (const group of groups) group.open = open;
      name();
    });
    name();
  }
})();
