/* A scanned code fills in itself: it stands after the #, which no server ever sees. */
(() => {
  const code = document.getElementById("code");
  const told = decodeURIComponent(location.hash.slice(1));
  if (code && /^[0-9A-Za-z-]{12,20}$/.test(told)) {
    code.value = told;
    history.replaceState(null, "", location.pathname + location.search);
  }
  for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => window.print());
})();
