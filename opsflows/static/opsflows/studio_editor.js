// Comfort for the editor; without it every page does the same by links and buttons.

// A search that narrows the list beside it while one types.
const narrow = (input) => {
  const list = document.getElementById(input.dataset.filters);
  if (!list) return;
  const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const group of list.querySelectorAll("[data-filter-group]")) {
    let here = 0;
    for (const item of group.querySelectorAll("[data-words]")) {
      item.hidden = !words.every((word) => item.dataset.words.includes(word));
      if (!item.hidden) here += 1;
    }
    group.hidden = !here;
    shown += here;
  }
  const none = list.querySelector("[data-filter-none]");
  if (none) none.hidden = shown > 0;
};
document.addEventListener("input", (event) => {
  if (event.target.matches("[data-filters]")) narrow(event.target);
});
document.addEventListener("submit", (event) => {
  const search = event.target.querySelector("[data-filters]");
  if (!search) return;
  event.preventDefault();
  // Enter takes the first that is left.
  const first = document.querySelector(`#${search.dataset.filters} [data-words]:not([hidden]) a`);
  if (first && search.value) first.click();
});

// What was typed and not saved is not lost by a click elsewhere.
const changed = new WeakSet();
const note = (event) => {
  const form = event.target.closest("form[data-keep]");
  if (form && event.isTrusted) changed.add(form);
};
document.addEventListener("input", note);
document.addEventListener("change", note);
const unsaved = () => [...document.querySelectorAll("form[data-keep]")].find((form) => changed.has(form));
document.addEventListener("htmx:confirm", (event) => {
  const form = unsaved();
  const from = event.detail.elt;
  if (!form || form.contains(from) && !from.matches("a")) return;
  if (from.matches("[data-leave]")) return;
  if (!window.confirm("What you typed is not saved yet. Leave it?")) event.preventDefault();
});
document.addEventListener("submit", (event) => changed.delete(event.target));
window.addEventListener("beforeunload", (event) => {
  if (unsaved()) event.preventDefault();
});
// A form that comes again with another row is still not saved.
let comesAgain = false;
document.addEventListener("htmx:beforeSwap", (event) => {
  comesAgain = Boolean(event.detail.target?.matches?.("form[data-keep]"));
});
document.addEventListener("htmx:afterSettle", () => {
  const form = document.querySelector("form[data-keep]");
  if (form && comesAgain) changed.add(form);
  if (form && comesAgain && document.activeElement === document.body) faceWhatIsWrong(form);
  comesAgain = false;
});

// Whoever saved with the keyboard goes on at what is to be put right.
const faceWhatIsWrong = (form) => {
  const wrong = form.querySelector("[role=alert] a, [aria-invalid=true], [role=alert]") || form.querySelector("h3");
  if (wrong?.matches("[role=alert]")) wrong.tabIndex = -1;
  wrong?.focus();
};

// What could not be done is said; nothing that was typed is gone.
const SAID = {
  403: "Not done: you may not do this (any more), or signed in anew in another window. Load the page again.",
  404: "Not done: this is not there any more. Load the page again.",
};
const tell = (sentence) => {
  const notices = document.querySelector(".studio-notices");
  if (!notices) return;
  const notice = document.createElement("div");
  notice.className = "studio-notice is-bad";
  const text = document.createElement("p");
  text.textContent = sentence;
  notice.append(text);
  notices.replaceChildren(notice);
  notice.scrollIntoView({ block: "nearest" });
};
document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.elt?.closest?.(".studio-preview")) return;
  tell(SAID[event.detail.xhr.status] || "Not done: the server could not answer this. Try it again in a moment.");
});
document.addEventListener("htmx:sendError", (event) => {
  if (event.detail.elt?.closest?.(".studio-preview")) return;
  tell("Not done: the server cannot be reached. What you typed is still here; try it again in a moment.");
});

// One menu at a time, gone by Escape or a click elsewhere.
const closeMenus = (except) => {
  for (const menu of document.querySelectorAll(".studio-menu[open]")) if (menu !== except) menu.open = false;
};
document.addEventListener("click", (event) => closeMenus(event.target.closest(".studio-menu")));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = event.target.closest?.(".studio-menu[open]");
  if (menu) {
    closeMenus(null);
    menu.querySelector("summary").focus();
  }
});

// The event that is looked at is seen in its list.
const showChosen = () => {
  const chosen = document.querySelector(".studio-event-list [aria-current]");
  const list = chosen?.closest(".studio-event-list");
  if (list) list.scrollTop += chosen.getBoundingClientRect().top - list.getBoundingClientRect().top - 40;
};
document.addEventListener("htmx:afterSettle", showChosen);
showChosen();
