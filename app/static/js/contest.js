// The choices of a vote on a map beside their list. Without it the list says everything.
(() => {
  "use strict";
  const side = document.querySelector("[data-contest-side]");
  const spots = [...document.querySelectorAll("[data-spot]")];
  if (!side || !spots.length) return;
  const box = side.querySelector("[data-contest-map]");

  const pins = () => {
    const map = window.Rembuk.ground(box, { scrollWheelZoom: false });
    const places = spots.map((spot) => [Number(spot.dataset.lat), Number(spot.dataset.lon)]);
    spots.forEach((spot, n) => {
      const icon = window.L.divIcon({ className: "suara-pin", iconSize: [30, 30], html: "" });
      const title = spot.querySelector(".suara-title").textContent;
      const pin = window.L.marker(places[n], { icon, title, alt: title, riseOnHover: true }).addTo(map);
      pin.getElement().textContent = spot.dataset.no;
      pin.on("click", () => {
        for (const other of spots) other.classList.toggle("is-shown", other === spot);
        spot.querySelector("details").open = true;
        spot.scrollIntoView({ block: "center", behavior: "smooth" });
      });
    });
    map.fitBounds(window.L.latLngBounds(places).pad(0.2), { maxZoom: 16 });
  };

  const open = async () => {
    side.hidden = false;
    try {
      await window.Rembuk.lazyMap(box);
      pins();
    } catch {
      side.hidden = true;
    }
  };

  if (!window.Rembuk.isSlow()) open();
})();
