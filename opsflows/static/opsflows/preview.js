// Shows what a message template makes while it is written. The page works without it: there is a button.
const form = document.querySelector("form[data-preview]");
let waiting;
let asked = 0;

async function refresh() {
  const mine = ++asked;
  const data = new FormData(form);
  data.set("preview", "1");
  const answer = await fetch(form.action, { method: "POST", body: data });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById("preview");
  // An answer that was overtaken by a later one is out of date.
  if (fresh && mine === asked) document.getElementById("preview").replaceWith(fresh);
}

form?.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(refresh, 400);
});
