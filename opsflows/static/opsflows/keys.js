// Keys: / ? g j k. Every page works without this file; what a key leads to stands in templates/admin/opsflows/header.html.
{
  const PATIENCE = 1500;
  const TYPING = "input, textarea, select, [contenteditable], dialog";
  const ROWS = "#result_list tbody tr, .ops-rows > li";
  let goingUntil = 0;

  const linkOf = (row) => row.querySelector("a[href]");

  function move(by) {
    const rows = [...document.querySelectorAll(ROWS)].filter((row) => linkOf(row) && row.offsetParent);
    const here = rows.findIndex((row) => row.contains(document.activeElement));
    const row = rows[here < 0 ? (by > 0 ? 0 : rows.length - 1) : here + by];
    if (!row) return;
    linkOf(row).focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }

  function search() {
    const field = document.getElementById("searchbar");
    if (!field) return false;
    field.focus();
    field.select();
    return true;
  }

  const showKeys = () => document.getElementById("ops-keys")?.showModal();

  const DONE = { j: () => move(1), k: () => move(-1), "/": search, "?": showKeys };

  document.addEventListener("keydown", (event) => {
    const going = event.timeStamp < goingUntil;
    goingUntil = 0;
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
    if (event.target.closest?.(TYPING) || document.querySelector("dialog[open]")) return;
    const way = going && document.querySelector(`#ops-keys [data-key="${CSS.escape(event.key)}"]`);
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
    else if (event.target.matches("dialog.ops-keys")) event.target.close();
  });
}
