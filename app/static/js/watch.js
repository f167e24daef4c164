// Draw what is watched: a circle around a tapped place, or an outline corner by corner.
// The answers stay in hidden fields (lon, lat, corners); a list and place names work without the map.
(() => {
  "use strict";
  const L = window.L;
  const form = document.querySelector("[data-watch]");
  const box = form?.querySelector("[data-watch-map]");
  if (!box) return;
  const map = window.Rembuk.ground(box, { scrollWheelZoom: true });
  const field = (name) => form.elements[name];
  const chosen = () => field("where").value;
  let corners = [], shape = null;

  function draw() {
    shape?.remove();
    shape = null;
    const style = { color: "currentColor", weight: 3, fillOpacity: 0.15 };
    if (chosen() === "circle" && field("lon").value) {
      const at = [field("lat").value, field("lon").value].map(Number);
      shape = L.circle(at, { ...style, radius: Number(field("metres").value) || 500 }).addTo(map);
    } else if (chosen() === "outline" && corners.length) {
      const made = corners.length > 2 ? L.polygon(corners, style) : L.polyline(corners, style);
      const dots = corners.map((at) => L.circleMarker(at, { ...style, radius: 5, fillOpacity: 1 }));
      shape = L.layerGroup([made, ...dots]).addTo(map);
    }
  }

  function keep() {
    field("corners").value = corners.map((at) => `${at.lng.toFixed(5)},${at.lat.toFixed(5)}`).join(" ");
  }

  function tap(latlng) {
    const at = latlng.wrap();
    if (chosen() === "circle") {
      field("lon").value = at.lng.toFixed(6);
      field("lat").value = at.lat.toFixed(6);
    } else if (chosen() === "outline" && corners.length < 60) {
      corners.push(at);
      keep();
    }
    draw();
  }

  for (const pair of field("corners").value.split(" ").filter(Boolean)) {
    const [lng, lat] = pair.split(",").map(Number);
    if (Number.isFinite(lng) && Number.isFinite(lat)) corners.push(L.latLng(lat, lng));
  }
  map.on("click", (event) => tap(event.latlng));
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target !== box) return;
    event.preventDefault();
    tap(map.getCenter());
  });
  form.querySelector("[data-watch-clear]").addEventListener("click", () => {
    corners = [];
    field("lon").value = field("lat").value = "";
    keep();
    draw();
  });
  // While the map is hidden it has no size to fit the city into.
  const [west, south, east, north] = box.dataset.bounds.split(",").map(Number);
  let seen = false;
  function look() {
    if (!box.offsetWidth) return;
    map.invalidateSize();
    if (!seen) map.fitBounds([[south, west], [north, east]], { padding: [6, 6], animate: false });
    seen = true;
  }
  form.addEventListener("change", () => {
    look();
    draw();
  });
  look();
  draw();
})();
