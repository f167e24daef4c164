// Where the surveyor stands goes with the form, in its body, when they press the button.
(() => {
  "use strict";
  for (const part of document.querySelectorAll("[data-here]")) {
    const field = document.getElementById(part.dataset.here), said = part.querySelector("[role=status]");
    part.querySelector("button").addEventListener("click", () => {
      const refused = () => { said.textContent = part.dataset.refused; };
      if (!field || !navigator.geolocation) return refused();
      said.textContent = part.dataset.wait;
      navigator.geolocation.getCurrentPosition(({ coords }) => {
        field.value = `${coords.longitude.toFixed(5)},${coords.latitude.toFixed(5)}`;
        said.textContent = part.dataset.told;
      }, refused, { enableHighAccuracy: true, timeout: 15000, maximumAge: 30000 });
    });
  }
})();
