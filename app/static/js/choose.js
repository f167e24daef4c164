// Long lists that are searched by typing: <select data-choose="Nothing of that name"> with many options becomes
// a text field with a list below it. An option may bring more words it is found by (data-words) and what to say
// when it is chosen (data-help). The select keeps the answer, and works alone without this file.
(() => {
  "use strict";
  const LEAST = 15;
  const plain = (text) => text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");

  const node = (tag, className, text) => {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  };

  class Choose {
    constructor(select) {
      this.select = select;
      const id = select.id;
      this.box = node("div", "seek-in");
      this.input = node("input");
      Object.assign(this.input, { type: "text", autocomplete: "off", spellcheck: false, required: select.required });
      for (const name of ["aria-describedby", "aria-invalid"]) {
        if (select.hasAttribute(name)) this.input.setAttribute(name, select.getAttribute(name));
      }
      this.list = node("ul", "seek-found");
      this.list.hidden = true;
      this.list.id = `${id}-list`;
      const said = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.list.id };
      for (const [name, value] of Object.entries(said)) this.input.setAttribute(name, value);
      this.list.setAttribute("role", "listbox");
      this.list.setAttribute("aria-label", document.querySelector(`label[for="${CSS.escape(id)}"]`)?.textContent.trim() ?? "");
      this.lines = [...select.options].map((option, n) => this.line(option, `${id}-${n}`));
      this.none = node("li", "help", select.dataset.choose);
      select.removeAttribute("id");
      select.required = false;
      select.hidden = true;
      this.input.id = id;
      this.help = node("p", "help");
      this.help.setAttribute("role", "status");
      this.box.append(this.input, this.list);
      select.after(this.box, this.help);
      this.listen();
      this.show();
    }

    line(option, id) {
      const group = option.closest("optgroup")?.label ?? "";
      const row = node("li", "", option.text);
      row.id = id;
      row.setAttribute("role", "option");
      if (group && !option.text.includes(group)) row.append(node("small", "", group));
      row.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
      row.addEventListener("click", () => this.take(option));
      return { option, row, words: plain(`${option.text} ${group} ${option.dataset.words ?? ""}`) };
    }

    listen() {
      this.select.addEventListener("change", () => this.show());
      this.input.addEventListener("focus", () => this.input.select());
      this.input.addEventListener("click", () => this.open());
      this.input.addEventListener("input", () => this.open(this.input.value));
      this.input.addEventListener("blur", () => this.leave());
      this.input.addEventListener("keydown", (event) => this.key(event));
    }

    /** What is chosen, as the text of the field. */
    show() {
      const chosen = this.select.selectedOptions[0];
      this.input.value = chosen?.value ? chosen.text : "";
      this.help.textContent = chosen?.dataset.help ?? "";
      this.help.hidden = !this.help.textContent;
      this.input.placeholder = this.select.options[0]?.value ? "" : this.select.options[0]?.text ?? "";
    }

    open(typed = "") {
      const words = plain(typed).split(/\s+/).filter(Boolean);
      this.shown = this.lines.filter((line) => words.every((word) => line.words.includes(word)));
      this.list.replaceChildren(...(this.shown.length ? this.shown.map((line) => line.row) : [this.none]));
      this.list.hidden = false;
      this.input.setAttribute("aria-expanded", "true");
      const chosen = this.shown.find((line) => line.option.selected && line.option.value);
      this.mark(words.length ? this.shown[0] : chosen);
    }

    mark(line) {
      this.active?.row.removeAttribute("aria-selected");
      this.active = line;
      this.input.setAttribute("aria-activedescendant", line?.row.id ?? "");
      line?.row.setAttribute("aria-selected", "true");
      line?.row.scrollIntoView({ block: "nearest" });
    }

    close() {
      this.list.hidden = true;
      this.active = undefined;
      this.input.setAttribute("aria-expanded", "false");
      this.input.removeAttribute("aria-activedescendant");
    }

    take(option) {
      const other = !option.selected;
      option.selected = true;
      this.close();
      this.show();
      if (other) this.select.dispatchEvent(new Event("change", { bubbles: true }));
    }

    leave() {
      const open = !this.list.hidden;
      const empty = this.select.options[0];
      if (open && !this.input.value.trim() && !empty.value) this.take(empty);
      else if (open && this.input.value !== this.select.selectedOptions[0]?.text && this.shown.length === 1) this.take(this.shown[0].option);
      this.close();
      this.show();
    }

    key(event) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) {
        event.preventDefault();
        if (this.list.hidden) return this.open();
        const n = this.shown.indexOf(this.active) + step;
        this.mark(this.shown[(n + this.shown.length) % this.shown.length] ?? this.shown[0]);
      } else if (event.key === "Enter" && !this.list.hidden) {
        event.preventDefault();
        if (this.active) this.take(this.active.option);
      } else if (event.key === "Escape" && !this.list.hidden) {
        event.stopPropagation();
        this.close();
        this.show();
      }
      return undefined;
    }
  }

  for (const select of document.querySelectorAll("select[data-choose]")) {
    if (select.options.length >= LEAST) new Choose(select);
  }
})();
