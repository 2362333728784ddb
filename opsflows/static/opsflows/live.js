// Reads a page anew while what it shows is under way, and leaves the reader's place as it is: what is unfolded stays
// unfolded, nothing jumps, and nothing is touched while somebody types or marks a text.
const SOONEST = 4000;
const LATEST = 60000;
let pause = SOONEST;

const live = () => document.getElementById("live");

// Which <details> this is: the place around it, what it is called, and which of that name.
function names(root) {
  const seen = new Map();
  return [...root.querySelectorAll("details")].map((details) => {
    const name = `${details.closest("[id]")?.id}|${details.querySelector("summary")?.textContent.trim()}`;
    const number = (seen.get(name) ?? 0) + 1;
    seen.set(name, number);
    return [`${name}|${number}`, details];
  });
}

function isBusy() {
  const focus = document.activeElement;
  if (live().contains(focus) && focus.matches("input, select, textarea, button")) return true;
  const marked = document.getSelection();
  return !marked.isCollapsed && live().contains(marked.anchorNode);
}

function scroller(element) {
  for (let box = element.parentElement; box; box = box.parentElement) {
    if (box.scrollHeight > box.clientHeight && /auto|scroll/.test(getComputedStyle(box).overflowY)) return box;
  }
  return document.scrollingElement;
}

function put(fresh) {
  const old = live();
  const open = new Map(names(old).map(([name, details]) => [name, details.open]));
  for (const [name, details] of names(fresh)) if (open.has(name)) details.open = open.get(name);
  const boxes = [...old.querySelectorAll(".studio-picture-box")].map((box) => [box.scrollLeft, box.scrollTop]);
  const anchor = [...old.querySelectorAll("[id]")].find((each) => each.getBoundingClientRect().bottom > 0);
  const top = anchor?.getBoundingClientRect().top;
  const link = old.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  old.replaceWith(fresh);
  fresh.querySelectorAll(".studio-picture-box").forEach((box, at) => boxes[at] && box.scrollTo(...boxes[at]));
  const now = anchor && document.getElementById(anchor.id);
  if (now) scroller(fresh).scrollTop += now.getBoundingClientRect().top - top;
  if (link) [...fresh.querySelectorAll("a")].find((each) => each.getAttribute("href") === link)?.focus({ preventScroll: true });
}

async function refresh() {
  if (document.hidden || isBusy()) return wait();
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("live");
    if (!fresh) return;
    // Somebody may have begun to type since it was asked for.
    if (!isBusy()) {
      const changed = fresh.textContent !== live().textContent;
      pause = changed ? SOONEST : Math.min(pause * 1.5, LATEST);
      if (changed) put(fresh);
      if (!("live" in fresh.dataset)) return;
    }
  } catch {
    pause = LATEST;
  }
  wait();
}

function wait() {
  setTimeout(refresh, pause);
}

if (live()) wait();
