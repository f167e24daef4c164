// The live map of the city, and small maps of one item. Reads its settings from data attributes
// (templates/_macros/map.html) and never puts text of people into HTML.
(() => {
  "use strict";
  const L = window.L;
  const SVG = "http://www.w3.org/2000/svg";
  const NARROW = matchMedia("(max-width: 47.99em)");

  const node = (tag, className, text) => {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  };

  const symbol = (icons, name) => {
    const svg = document.createElementNS(SVG, "svg");
    const use = document.createElementNS(SVG, "use");
    svg.setAttribute("class", "icon");
    svg.setAttribute("aria-hidden", "true");
    use.setAttribute("href", `${icons}#${name}`);
    svg.append(use);
    return svg;
  };

  const fill = (text, values) => (text || "").replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");

  const figure = (n) => Number(n).toLocaleString(document.documentElement.lang);
  const brief = new Intl.NumberFormat(document.documentElement.lang, { notation: "compact", maximumFractionDigits: 0 });

  /** Width of a circle of n items, in pixels. */
  const sizeOf = (n) => (n === 1 ? 30 : Math.round(34 + Math.min(Math.log10(n) * 9, 26)));

  /** A ring whose parts show how many of each kind a cluster holds. */
  const ring = (counts, total) => {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", "0 0 44 44");
    svg.setAttribute("aria-hidden", "true");
    const disc = document.createElementNS(SVG, "circle");
    for (const [key, value] of Object.entries({ class: "disc", cx: 22, cy: 22, r: 21 })) disc.setAttribute(key, value);
    svg.append(disc);
    let start = 0;
    for (const [slug, n] of Object.entries(counts)) {
      const part = document.createElementNS(SVG, "circle");
      const share = (n / total) * 100;
      const gap = Object.keys(counts).length > 1 ? 2 : 0;
      const said = {
        class: `part kind-${slug}`, cx: 22, cy: 22, r: 18.5, pathLength: 100, transform: "rotate(-90 22 22)",
        "stroke-dasharray": `${Math.max(share - gap, 0.5)} 100`, "stroke-dashoffset": -start,
      };
      for (const [key, value] of Object.entries(said)) part.setAttribute(key, value);
      svg.append(part);
      start += share;
    }
    return svg;
  };

  /** A Leaflet map with quiet ground: tiles when a server is named, the kelurahan always. */
  const ground = (box, options = {}) => {
    const data = box.dataset;
    const [w, s, e, n] = data.bounds.split(",").map(Number);
    const bounds = L.latLngBounds([s, w], [n, e]);
    const map = L.map(box, {
      maxBounds: bounds.pad(0.4), minZoom: 10, maxZoom: 19, zoomSnap: 0.5, zoomControl: false,
      attributionControl: Boolean(data.tilesUrl), ...options,
    });
    L.control.zoom({ position: "topleft", zoomInTitle: data.textIn, zoomOutTitle: data.textOut }).addTo(map);
    map.fitBounds(bounds, { padding: [6, 6] });
    if (data.tilesUrl) {
      const credit = node("span", "", data.tilesAttribution).innerHTML;
      map.attributionControl.setPrefix(false);
      box.classList.add("has-tiles");
      L.tileLayer(data.tilesUrl, { maxZoom: 19, attribution: credit }).addTo(map);
    }
    if (data.areasUrl) areas(map, data);
    return map;
  };

  const areas = async (map, data) => {
    const answer = await fetch(data.areasUrl).catch(() => null);
    if (!answer?.ok) return;
    const shapes = await answer.json();
    const names = L.layerGroup();
    map.createPane("names").style.zIndex = 550; // under the markers, over the ground
    const layer = L.geoJSON(shapes, {
      style: { className: "area" },
      onEachFeature: (feature, shape) => {
        const { name, open } = feature.properties;
        const tip = node("span", "", open ? fill(data.textArea, { name, n: figure(open) }) : name);
        shape.bindTooltip(tip, { sticky: true, opacity: 1 });
        shape.on("tooltipopen", () => { if (map.hasLayer(names)) shape.closeTooltip(); });
        // A marker, not a tooltip: that would measure itself, and the whole page with it, once for each name.
        const icon = L.divIcon({ className: "area-name", html: node("span", "", name), iconSize: null });
        names.addLayer(L.marker(shape.getBounds().getCenter(), { pane: "names", icon, interactive: false, keyboard: false }));
      },
    }).addTo(map);
    layer.bringToBack();
    for (const path of map.getPane("overlayPane").querySelectorAll("path.area")) path.setAttribute("tabindex", "-1");
    const named = () => (map.getZoom() >= 14 ? names.addTo(map) : names.remove());
    map.on("zoomend", named);
    named();
  };

  const spotIcon = (icons, kind, done) => {
    const pin = kind === "lapor";
    const html = symbol(icons, `kind-${kind}`);
    return L.divIcon({ className: `spot kind-${kind}${done ? " is-over" : ""}`, html, iconSize: [30, 30], iconAnchor: [15, pin ? 29 : 15] });
  };

  /** Enter and space press a marker, as a click does; the name is read aloud. */
  const pressable = (marker, name, act) => {
    marker.on("click", act);
    marker.on("add", () => {
      const icon = marker.getElement();
      icon.setAttribute("aria-label", name);
      icon.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        act();
      });
    });
    return marker;
  };

  const quietTouch = (box, map) => {
    if (box.dataset.hash !== undefined || !L.Browser.mobile) return;
    map.dragging.disable();
    box.style.touchAction = "pan-y";
    const hint = node("p", "map-hint", box.dataset.textTap);
    box.append(hint);
    map.once("click", () => {
      map.dragging.enable();
      box.style.touchAction = "";
      hint.remove();
    });
  };

  class CityMap {
    constructor(box) {
      this.box = box;
      this.data = box.dataset;
      this.kinds = JSON.parse(this.data.kinds || "{}");
      this.full = this.data.hash !== undefined;
      this.map = ground(box, { scrollWheelZoom: this.full });
      this.markers = new Map();
      this.total = document.getElementById(this.data.totalId);
      this.fromHash();
      quietTouch(box, this.map);
      this.map.on("moveend", () => {
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.load(), 150);
        if (this.full) this.toHash();
      });
      this.map.on("click", () => this.close());
      this.load();
    }

    fromHash() {
      const [z, lat, lon] = location.hash.slice(1).split("/").map(Number);
      if (this.full && lon && lat) this.map.setView([lat, lon], z);
    }

    toHash() {
      const { lat, lng } = this.map.getCenter();
      history.replaceState(null, "", `#${this.map.getZoom()}/${lat.toFixed(5)}/${lng.toFixed(5)}`);
    }

    async load() {
      this.asked?.abort();
      const asked = (this.asked = new AbortController());
      const b = this.map.getBounds(); // the server answers for whole squares, a little more
      const query = new URLSearchParams(this.data.filters || "");
      query.set("z", Math.round(this.map.getZoom()));
      query.set("bbox", [b.getWest(), b.getSouth(), b.getEast(), b.getNorth()].map((x) => x.toFixed(5)).join(","));
      this.box.setAttribute("aria-busy", "true");
      try {
        const answer = await fetch(`${this.data.clustersUrl}?${query}`, { signal: asked.signal });
        if (!answer.ok) throw new Error(answer.status);
        this.draw(await answer.json());
      } catch (error) {
        if (error.name !== "AbortError" && this.total) this.total.textContent = this.data.textFailed;
      } finally {
        if (asked === this.asked) this.box.removeAttribute("aria-busy");
      }
    }

    /** Joins what would lie on top of each other at this zoom, so that every circle can be read and pressed. */
    apart(answer) {
      const single = (item) => ({ lon: item.lon, lat: item.lat, n: 1, kinds: { [item.kind]: 1 }, item });
      const all = [...(answer.clusters ?? []), ...(answer.items ?? []).map(single)];
      if (this.map.getZoom() >= 17) return all;
      const placed = [];
      for (const one of all.sort((a, b) => b.n - a.n)) {
        const at = this.map.project([one.lat, one.lon]);
        const near = placed.find((p) => p.at.distanceTo(at) < (sizeOf(p.n) + sizeOf(one.n)) / 2);
        if (!near) {
          placed.push({ ...one, at, kinds: { ...one.kinds } });
          continue;
        }
        near.item = undefined;
        near.n += one.n;
        for (const [slug, n] of Object.entries(one.kinds ?? {})) near.kinds[slug] = (near.kinds[slug] ?? 0) + n;
      }
      return placed;
    }

    draw(answer) {
      const wanted = new Map();
      for (const c of this.apart(answer)) {
        if (c.item) wanted.set(c.item.number, () => this.spot(c.item));
        else wanted.set(`c${c.lon},${c.lat},${c.n}`, () => this.cluster(c));
      }
      const focused = [...this.markers].find(([, marker]) => marker.getElement() === document.activeElement)?.[0];
      for (const [key, marker] of this.markers) {
        if (wanted.has(key)) continue;
        marker.remove();
        this.markers.delete(key);
      }
      for (const [key, make] of wanted) if (!this.markers.has(key)) this.markers.set(key, make().addTo(this.map));
      if (focused && !this.markers.has(focused)) this.box.focus({ preventScroll: true });
      if (this.total && answer.total !== undefined) this.total.textContent = fill(this.data.textTotal, { n: figure(answer.total) });
    }

    cluster(c) {
      const size = sizeOf(c.n);
      const html = document.createDocumentFragment();
      const holder = node("div");
      html.append(ring(c.kinds ?? {}, c.n), node("b", "", c.n > 9999 ? brief.format(c.n) : figure(c.n)));
      holder.append(html);
      const icon = L.divIcon({ className: "cluster", html: holder, iconSize: [size, size] });
      const parts = Object.entries(c.kinds ?? {}).map(([slug, n]) => `${figure(n)} ${this.kinds[slug] ?? slug}`).join(", ");
      const marker = L.marker([c.lat, c.lon], { icon, riseOnHover: true });
      const near = () => {
        if (c.items?.length) this.openList(c, marker);
        else this.map.setView([c.lat, c.lon], Math.min(this.map.getZoom() + 2, 19));
      };
      return pressable(marker, fill(this.data.textCluster, { n: figure(c.n), parts }), near);
    }

    spot(item) {
      const done = item.phase === "done" || item.phase === "closed";
      const icon = spotIcon(this.data.icons, item.kind, done);
      const marker = L.marker([item.lat, item.lon], { icon, riseOnHover: true });
      return pressable(marker, `${this.kinds[item.kind] ?? item.kind}: ${item.title}`, () => this.open(item, marker));
    }

    open(item, marker) {
      const sheet = this.openSheet(marker, `sheet kind-${item.kind}`);
      const top = node("p", "sheet-top");
      const kind = node("span", "chip chip-kind");
      kind.append(symbol(this.data.icons, `kind-${item.kind}`), this.kinds[item.kind] ?? item.kind);
      top.append(kind, node("span", "number", item.number));
      const link = node("a", "", item.title);
      link.href = item.url;
      const title = node("h2");
      title.append(link);
      const state = node("p", "small muted", item.state);
      const go = node("a", "button", this.data.textOpen);
      go.href = item.url;
      sheet.prepend(top, title, state, go);
      link.focus({ preventScroll: true });
      this.uncover(item, sheet);
    }

    /** What stands at one and the same place, as a list of links. */
    openList(cluster, marker) {
      const sheet = this.openSheet(marker, "sheet");
      const list = node("ul", "sheet-list");
      for (const item of cluster.items) {
        const row = node("li", `kind-${item.kind}`);
        const link = node("a", "", item.title);
        link.href = item.url;
        row.append(symbol(this.data.icons, `kind-${item.kind}`), link);
        list.append(row);
      }
      sheet.prepend(list);
      list.querySelector("a").focus({ preventScroll: true });
      this.uncover(cluster, sheet);
    }

    openSheet(marker, className) {
      this.close();
      this.chosen = marker;
      marker.getElement().classList.add("is-chosen");
      const sheet = (this.sheet = node("section", className));
      sheet.setAttribute("aria-label", this.data.textSheet);
      const shut = node("button", "shut");
      shut.type = "button";
      shut.setAttribute("aria-label", this.data.textClose);
      shut.append(symbol(this.data.icons, "x"));
      shut.addEventListener("click", () => this.close(true));
      sheet.addEventListener("keydown", (event) => { if (event.key === "Escape") this.close(true); });
      sheet.append(shut);
      this.box.parentElement.append(sheet);
      return sheet;
    }

    /** Moves the map so that the sheet does not hide what it speaks of. */
    uncover(item, sheet) {
      const point = this.map.latLngToContainerPoint([item.lat, item.lon]);
      if (NARROW.matches) {
        const spare = this.map.getSize().y / 2 - sheet.offsetHeight;
        const y = point.y - this.map.getSize().y / 2;
        if (y > spare - 30) this.map.panBy([0, y - spare + 60]);
      } else if (point.x > sheet.offsetLeft - 30 && point.y < sheet.offsetTop + sheet.offsetHeight + 40) {
        this.map.panBy([point.x - sheet.offsetLeft + 60, 0]);
      }
    }

    close(back = false) {
      this.sheet?.remove();
      const icon = this.chosen?.getElement();
      icon?.classList.remove("is-chosen");
      if (back) (icon ?? this.box).focus({ preventScroll: true });
      this.sheet = this.chosen = null;
    }
  }

  /** A small map of one place, on an item's page. */
  const still = (box) => {
    const { lon, lat, kind, icons } = box.dataset;
    const map = ground(box, { scrollWheelZoom: false });
    map.setView([lat, lon], 16);
    L.marker([lat, lon], { icon: spotIcon(icons, kind), interactive: false, keyboard: false }).addTo(map);
    quietTouch(box, map);
  };

  window.Rembuk = { ...window.Rembuk, ground, spotIcon, node, symbol, fill };
  for (const box of document.querySelectorAll("[data-clusters-url]")) new CityMap(box);
  for (const box of document.querySelectorAll("[data-still]")) still(box);
})();
