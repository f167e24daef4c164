// A map that is fetched only when somebody wants it: its sheets, Leaflet, then our own part.
(() => {
  "use strict";
  const load = (src) => new Promise((done, failed) => {
    const script = document.createElement("script");
    Object.assign(script, { src, onload: done, onerror: failed });
    document.head.append(script);
  });

  const lazyMap = async (box) => {
    for (const href of box.dataset.styles.split(" ")) {
      const sheet = document.createElement("link");
      Object.assign(sheet, { rel: "stylesheet", href });
      document.head.append(sheet);
    }
    await load(box.dataset.leaflet);
    await load(box.dataset.mapJs);
  };

  /** Does whoever reads pay for each byte, or wait for it? */
  const isSlow = () => navigator.connection?.saveData || /2g|3g/.test(navigator.connection?.effectiveType || "");

  window.Rembuk = { ...window.Rembuk, lazyMap, isSlow };
})();
