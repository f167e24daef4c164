// The pin picker of the filing form: GPS, tap, keyboard, place name; then the kelurahan to confirm.
// The real answers stay in plain inputs (lon, lat) and in the select of kelurahan, which work alone too.
(() => {
  "use strict";
  const L = window.L;
  const { ground, spotIcon, node, fill } = window.Rembuk;

  class PinPicker {
    constructor(root) {
      this.root = root;
      this.data = root.dataset;
      const form = root.closest("form");
      this.lon = form.elements[this.data.lonField];
      this.lat = form.elements[this.data.latField];
      this.area = form.elements[this.data.areaField];
      this.answer = root.querySelector("[data-answer]");
      this.choices = root.querySelector("[data-candidates]");
      for (const plain of root.querySelectorAll(".only-plain")) plain.remove(); // or Enter would press its button
      const box = root.querySelector("[data-pin-map]");
      this.map = ground(box, { scrollWheelZoom: true });
      this.map.on("click", (event) => this.place(event.latlng));
      box.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" || event.target !== box) return;
        event.preventDefault();
        this.place(this.map.getCenter());
      });
      root.querySelector("[data-centre]")?.addEventListener("click", () => this.place(this.map.getCenter()));
      this.gps(root.querySelector("[data-gps]"));
      this.seek(root.querySelector("[data-seek]"), root.querySelector("[data-found]"));
      const [lat, lon] = [this.lat, this.lon].map((field) => Number(field.value.replace(",", ".")));
      if (this.lon.value && this.lat.value && Number.isFinite(lat + lon)) {
        const at = L.latLng(lat, lon);
        this.map.setView(at, 17);
        this.place(at, { keep: true });
      }
    }

    say(text, tone = "info") {
      this.answer.replaceChildren(...(text ? [node("p", tone === "bad" ? "field-error" : "help", text)] : []));
    }

    place(at, { keep = false } = {}) {
      const kind = this.data.kind;
      if (this.marker) this.marker.setLatLng(at);
      else {
        this.marker = L.marker(at, { icon: spotIcon(this.data.icons, kind), draggable: true, keyboard: false, title: this.data.textPin });
        this.marker.on("dragend", () => this.place(this.marker.getLatLng()));
        this.marker.addTo(this.map);
      }
      const wrapped = at.wrap();
      this.lon.value = wrapped.lng.toFixed(6);
      this.lat.value = wrapped.lat.toFixed(6);
      this.lon.dispatchEvent(new Event("change", { bubbles: true }));
      if (this.map.getZoom() < 16) this.map.setView(at, 17);
      this.locate(keep);
    }

    async locate(keep) {
      this.asked?.abort();
      const asked = (this.asked = new AbortController());
      this.say(this.data.textWait);
      try {
        const query = new URLSearchParams({ lon: this.lon.value, lat: this.lat.value });
        const answer = await fetch(`${this.data.areaUrl}?${query}`, { signal: asked.signal });
        if (!answer.ok) throw new Error(answer.status);
        this.show(await answer.json(), keep);
      } catch (error) {
        if (error.name !== "AbortError") this.say(this.data.textFailed, "bad");
      }
    }

    show(found, keep) {
      const candidates = found.candidates ?? [];
      this.choices.replaceChildren();
      if (!candidates.length) {
        this.say(found.message || this.data.textOutside, "bad");
        return;
      }
      const wanted = (keep && this.area.value) || found.code;
      const chosen = candidates.some((c) => c.code === wanted) ? wanted : candidates[0].code;
      if (this.area.value !== chosen) {
        this.area.value = chosen;
        for (const name of ["rw", "rt"]) { // of the home, not of this place
          const part = this.area.form.elements[name];
          if (part && part.value === part.defaultValue) part.value = "";
        }
        this.area.dispatchEvent(new Event("change", { bubbles: true }));
      }
      if (candidates.length === 1 && !found.approximate) {
        this.say(fill(this.data.textInside, candidates[0]));
        return;
      }
      this.say(found.message || "");
      const set = node("fieldset", "field");
      set.append(node("legend", "", this.data.textConfirm));
      const list = node("div", "choices cards");
      for (const c of candidates) list.append(this.choice(c, c.code === chosen));
      set.append(list);
      this.choices.append(set);
    }

    choice(candidate, checked) {
      const label = node("label", "choice");
      const radio = node("input");
      const text = node("span");
      Object.assign(radio, { type: "radio", name: "area_candidate", value: candidate.code, checked });
      radio.addEventListener("change", () => {
        this.area.value = candidate.code;
        this.area.dispatchEvent(new Event("change", { bubbles: true }));
      });
      text.append(node("b", "", candidate.name), node("span", "small muted", candidate.district));
      label.append(radio, text);
      return label;
    }

    gps(button) {
      if (!button) return;
      if (!navigator.geolocation) {
        button.hidden = true;
        return;
      }
      button.addEventListener("click", () => {
        this.say(this.data.textWait);
        navigator.geolocation.getCurrentPosition(
          ({ coords }) => {
            const at = L.latLng(coords.latitude, coords.longitude);
            this.circle?.remove();
            this.circle = L.circle(at, { radius: coords.accuracy, className: "near", interactive: false }).addTo(this.map);
            this.map.setView(at, coords.accuracy > 150 ? 16 : 18);
            this.place(at);
          },
          () => this.say(this.data.textNoGps, "bad"),
          { enableHighAccuracy: true, timeout: 15000, maximumAge: 30000 },
        );
      });
    }

    seek(input, list) {
      if (!input || !list) return;
      let timer;
      const close = () => { list.hidden = true; };
      const pick = (place) => {
        input.value = place.name;
        close();
        const at = L.latLng(place.lat, place.lon);
        this.map.setView(at, 17);
        this.place(at);
      };
      const find = async () => {
        const q = input.value.trim();
        if (q.length < 3) return close();
        this.searching?.abort();
        this.searching = new AbortController();
        const answer = await fetch(`${this.data.searchUrl}?${new URLSearchParams({ q })}`, { signal: this.searching.signal }).catch(() => null);
        if (!answer?.ok) return close();
        const body = await answer.json();
        const places = Array.isArray(body) ? body : body.results ?? [];
        list.replaceChildren(...places.slice(0, 8).map((place) => {
          const row = node("li");
          const button = node("button", "", place.name);
          button.type = "button";
          button.append(node("small", "", place.kind));
          button.addEventListener("click", () => pick(place));
          row.append(button);
          return row;
        }));
        if (!places.length) list.append(node("li", "help", this.data.textNothing));
        list.hidden = false;
      };
      input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(find, 250); });
      input.addEventListener("keydown", (event) => {
        if (event.key === "Enter") {
          event.preventDefault();
          list.querySelector("button")?.click();
        }
        if (event.key === "Escape") close();
        if (event.key === "ArrowDown") {
          event.preventDefault();
          list.querySelector("button")?.focus();
        }
      });
      list.addEventListener("keydown", (event) => {
        const row = event.target.closest("li");
        const next = { ArrowDown: row.nextElementSibling, ArrowUp: row.previousElementSibling }[event.key];
        if (event.key === "Escape") { close(); input.focus(); }
        if (!event.key.startsWith("Arrow")) return;
        event.preventDefault();
        (next?.querySelector("button") ?? input).focus();
      });
      document.addEventListener("click", (event) => { if (!list.parentElement.contains(event.target)) close(); });
    }
  }

  for (const root of document.querySelectorAll("[data-pin]")) new PinPicker(root);
})();
