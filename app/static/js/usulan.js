// A proposal as it is typed: what the catalogue knows is not asked, and the cost is told at once.
// Without this file everything is asked, and counted when the page is sent.
(() => {
  "use strict";
  const select = document.querySelector("select[name=catalogue_code]");
  const volume = document.querySelector("[data-volume]");
  const said = document.querySelector("[data-cost]");
  const outside = document.querySelector("[data-outside]");
  if (!select || !volume || !said || !outside) return;
  const price = document.querySelector("[name=unit_price]");
  const unit = document.querySelector("[name=unit]");
  const money = new Intl.NumberFormat("id-ID", { style: "currency", currency: "IDR", maximumFractionDigits: 0 });
  const plain = new Intl.NumberFormat("id-ID", { maximumFractionDigits: 2 });

  /** The number meant, as the server reads it: "." groups thousands, "," is decimal. */
  const number = (text) => {
    const kept = text.replace(/\s/g, "").replace(/^rp\.?/i, "");
    if (/^\d+\.\d+$/.test(kept) && !/^\d{1,3}(\.\d{3})+$/.test(kept)) return Number(kept);
    return /^(\d{1,3}(\.\d{3})+|\d+)(,\d+)?$/.test(kept) ? Number(kept.replaceAll(".", "").replace(",", ".")) : NaN;
  };

  const show = () => {
    const chosen = select.selectedOptions[0];
    const known = Boolean(chosen?.dataset.price);
    outside.hidden = select.value !== "luar";
    const much = number(volume.value);
    const one = known ? Number(chosen.dataset.price) : number(price.value);
    const largest = Number(chosen?.dataset.largest || 0);
    const over = known && largest && much > largest;
    said.hidden = !(much > 0 && one > 0);
    said.classList.toggle("warn", Boolean(over));
    said.textContent = over
      ? said.dataset.over.replace("{n}", `${plain.format(largest)} ${chosen.dataset.unit}`)
      : `${plain.format(much)} ${known ? chosen.dataset.unit : unit.value} × ${money.format(one)} = ${money.format(Math.round(much * one))} (${said.dataset.text})`;
  };
  for (const field of [select, volume, price, unit]) {
    field.addEventListener("input", show);
    field.addEventListener("change", show);
  }
  show();
})();
