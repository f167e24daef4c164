// The tablet of a booth.  Forms are sent without cookies and without leaving a page in the browser's
// history; after a while without a touch the first page comes back.
"use strict";
(() => {
  const HOME = () => document.querySelector("[data-booth]").dataset.home;
  const GRACE = 30000;
  const PATIENCE = 150000;
  let idle, leave, film;

  const say = (text) => { document.querySelector("[data-say]").textContent = text; };
  const home = () => { location.replace(HOME()); };

  // ---- nobody there any more ----
  const goodbye = () => document.querySelector("[data-goodbye]");
  function wake() {
    clearTimeout(idle);
    clearTimeout(leave);
    say("");
    if (goodbye()) {
      leave = setTimeout(home, Number(goodbye().dataset.goodbye) * 1000);
    } else if (!document.getElementById("kode") || document.getElementById("kode").value) {
      idle = setTimeout(() => {
        say(document.querySelector("[data-booth]").dataset.textStill);
        leave = setTimeout(home, GRACE);
      }, PATIENCE);
    }
  }
  for (const kind of ["pointerdown", "keydown", "scroll", "input"]) {
    addEventListener(kind, wake, { passive: true });
  }

  // ---- from one page to the next ----
  function show(text) {
    const page = new DOMParser().parseFromString(text, "text/html");
    document.querySelector("main").replaceWith(document.adoptNode(page.querySelector("main")));
    document.title = page.title;
    document.body.className = page.body.className;
    scrollTo(0, 0);
    ready();
    const first = document.querySelector("main [data-focus], main h1[tabindex]");
    if (first) first.focus();
  }
  async function send(form, button) {
    const sent = new URLSearchParams(new FormData(form));
    if (button && button.name) sent.append(button.name, button.value);
    try {
      const answer = await fetch(form.action, { method: "POST", body: sent, credentials: "omit", cache: "no-store" });
      show(await answer.text());
    } catch (_problem) {
      say(document.querySelector("[data-booth]").dataset.textLost);
      for (const one of form.querySelectorAll("button")) one.disabled = false;
    }
  }
  addEventListener("submit", (event) => {
    const form = event.target.closest(".booth-form");
    if (!form) return;
    event.preventDefault();
    stop();
    send(form, event.submitter);
    for (const one of form.querySelectorAll("button")) one.disabled = true;
  });
  addEventListener("click", (event) => {
    if (event.target.closest("[data-away]")) {
      event.preventDefault();
      home();
    }
    const step = event.target.closest("[data-less], [data-more]");
    if (step) {
      const box = step.parentElement.querySelector("input");
      box.value = Math.max(0, Number(box.value || 0) + ("more" in step.dataset ? 1 : -1)) || "";
      count();
    }
  });

  // ---- how much is picked ----
  function count() {
    const bar = document.querySelector("[data-bar]");
    if (!bar) return;
    const points = Number(bar.dataset.points);
    const most = Number(bar.dataset.most);
    let n = 0;
    for (const item of document.querySelectorAll("[data-item]")) {
      const box = item.querySelector("input");
      const given = points ? Number(box.value || 0) : Number(box.checked);
      item.classList.toggle("is-picked", given > 0);
      n += given;
    }
    const words = points ? bar.dataset.textPoints.replace("{all}", points) : bar.dataset.textCount.replace("{most}", most);
    bar.querySelector("[data-count]").textContent = words.replace("{n}", n);
    bar.classList.toggle("is-full", n > (points || most));
  }
  addEventListener("change", count);
  addEventListener("input", count);

  // ---- the QR of the card ----
  function stop() {
    if (film) for (const track of film.getTracks()) track.stop();
    film = undefined;
  }
  async function scan() {
    const screen = document.querySelector("[data-video]");
    try {
      film = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch (_problem) {
      return;
    }
    screen.hidden = false;
    screen.srcObject = film;
    await screen.play();
    const eye = new window.BarcodeDetector({ formats: ["qr_code"] });
    while (film) {
      const [seen] = await eye.detect(screen).catch(() => []);
      if (seen && seen.rawValue.includes("#")) {
        stop();
        screen.hidden = true;
        take(seen.rawValue.split("#")[1]);
      }
      await new Promise((done) => setTimeout(done, 250));
    }
  }
  function take(code) {
    const field = document.getElementById("kode");
    if (!field || !/^[0-9A-Za-z-]{4,30}$/.test(code)) return;
    field.value = code;
    send(field.form);
  }

  function ready() {
    const button = document.querySelector("[data-scan]");
    if (button && "BarcodeDetector" in window && navigator.mediaDevices) {
      button.hidden = false;
      button.addEventListener("click", scan);
    }
    count();
    wake();
  }
  ready();
  if (location.hash.length > 1) { // the card was scanned by the camera of the device itself
    const code = location.hash.slice(1);
    history.replaceState(null, "", location.pathname + location.search);
    take(code);
  }
})();
