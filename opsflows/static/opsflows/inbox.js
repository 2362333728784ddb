// Conveniences only: every page works without this file. The keys stand in templates/inbox/keys.html.
{
  const PATIENCE = 1500;
  const TYPING = "input:not([type=checkbox]), textarea, select, [contenteditable], dialog";
  const SAID = { approve: "Ctrl + Enter approves", reject: "Ctrl + Enter rejects" };
  let goingUntil = 0;

  // Lists.
  const links = () => [...document.querySelectorAll("[data-row] .row-link")];
  const rowHere = () => document.activeElement.closest?.("[data-row]");

  function move(by) {
    const all = links();
    const here = all.findIndex((link) => link.closest("[data-row]") === rowHere());
    const link = all[here < 0 ? (by > 0 ? 0 : all.length - 1) : here + by];
    if (!link) return;
    link.focus({ preventScroll: true });
    link.scrollIntoView({ block: "nearest" });
  }

  function open(mark = "") {
    const link = rowHere()?.querySelector(".row-link");
    if (!link) return false;
    location.assign(link.href + mark);
    return true;
  }

  function tick() {
    const box = rowHere()?.querySelector("input[type=checkbox]");
    box?.click();
    return Boolean(box);
  }

  function search() {
    const field = document.getElementById("search");
    if (!field) return false;
    field.focus();
    field.select();
    return true;
  }

  // One request: what Ctrl + Enter will do is said before it does.
  function answer(verdict) {
    const form = document.querySelector("[data-decide]");
    if (!form) return open(`#${verdict}`);
    for (const button of form.querySelectorAll("[name=verdict]")) button.classList.toggle("meant", button.value === verdict);
    const hint = form.querySelector("[data-hint]");
    hint.textContent = `· ${SAID[verdict]}`;
    hint.hidden = false;
    form.querySelector("textarea").focus();
    return true;
  }

  function comment() {
    const field = document.querySelector("[data-comment] textarea");
    if (!field) return open("#comment");
    field.focus();
    field.scrollIntoView({ block: "center" });
    return true;
  }

  const showKeys = () => document.getElementById("keys")?.showModal();

  const DONE = {
    j: () => move(1),
    k: () => move(-1),
    o: () => open(),
    x: tick,
    a: () => answer("approve"),
    r: () => answer("reject"),
    c: comment,
    "/": search,
    "?": showKeys,
  };

  function send(event) {
    const form = event.target.closest("[data-decide], [data-comment]");
    const button = form?.matches("[data-comment]") ? form.querySelector("button") : form?.querySelector(".meant");
    if (!button) return;
    event.preventDefault();
    form.requestSubmit(button);
  }

  document.addEventListener("keydown", (event) => {
    const going = event.timeStamp < goingUntil;
    goingUntil = 0;
    if (event.isComposing || event.defaultPrevented) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) return send(event);
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest?.(TYPING) || document.querySelector("dialog[open]")) return;
    const way = going && document.querySelector(`.tabs [data-key="${CSS.escape(event.key)}"]`);
    if (way) {
      event.preventDefault();
      way.click();
    } else if (event.key === "g") {
      goingUntil = event.timeStamp + PATIENCE;
    } else if (Object.hasOwn(DONE, event.key) && DONE[event.key]() !== false) {
      event.preventDefault();
    }
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-keys]")) showKeys();
    // A click beside the list, on what lies behind it.
    else if (event.target.matches("dialog.keys")) event.target.close();
    for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });

  for (const hint of document.querySelectorAll("[data-keys]")) hint.hidden = false;
  const meant = location.hash.slice(1);
  if (Object.hasOwn(SAID, meant)) answer(meant);
  else if (meant === "comment") comment();

  // Several at once.
  const many = document.querySelector("[data-many]");
  const boxes = many ? [...many.querySelectorAll("input[name=task]")] : [];
  const all = many?.querySelector("[data-all]");

  function count() {
    const ticked = boxes.filter((box) => box.checked).length;
    many.querySelector("[data-count]").textContent = ticked ? `${ticked} ticked` : "Tick all";
    many.querySelector("[data-many-bar]").classList.toggle("idle", !ticked);
    all.checked = ticked === boxes.length;
    all.indeterminate = ticked > 0 && ticked < boxes.length;
    for (const button of many.querySelectorAll("[name=verdict]")) button.disabled = !ticked;
  }

  if (many) {
    all.hidden = false;
    all.addEventListener("change", () => {
      for (const box of boxes) box.checked = all.checked;
      count();
    });
    many.addEventListener("change", count);
    // Coming back with the browser's button finds boxes as they were left.
    window.addEventListener("pageshow", count);
    count();
  }

  // Sending twice decides once, but the second answer would say that it came too late.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.matches("[data-filters]")) {
      // Empty filters would only lengthen the address.
      for (const field of form.querySelectorAll("input, select")) if (!field.value) field.disabled = true;
    } else if (form.method === "post") {
      if (form.dataset.sent) event.preventDefault();
      form.dataset.sent = "yes";
    }
  });
  window.addEventListener("pageshow", () => {
    for (const field of document.querySelectorAll("[data-filters] :disabled")) field.disabled = false;
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });
}
