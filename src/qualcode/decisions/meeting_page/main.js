// The page as a whole: progress, messages, keys, printing.

function say(text) {
  const status = byId("status");
  status.textContent = status.textContent === text ? `${text}\u00a0` : text; // said again where it is the same
}

function complain(text, more = []) {
  const box = byId("errors-text");
  box.append(make("p", {}, own(text)));
  if (more.length) box.append(make("ul", {}, more.slice(0, 50).map((line) => make("li", {}, own(line)))));
  if (more.length > 50) box.append(make("p", {}, `… and ${more.length - 50} more.`));
  byId("errors").hidden = false;
}

function closeErrors() {
  byId("errors").hidden = true;
  byId("errors-text").replaceChildren();
}

function refreshCounts() {
  const decided = items.filter(isDecided).length;
  byId("progress").max = Math.max(1, items.length);
  byId("progress").value = decided;
  const text = `${decided} of ${items.length} decided`;
  if (byId("progress-text").textContent !== text) byId("progress-text").textContent = text;
  const unsaved = isUnsaved();
  const parts = [unsaved ? "not saved to a file" : rows.size ? "saved" : "", drafts.size ? `${drafts.size} begun` : ""].filter(Boolean);
  byId("unsaved").textContent = parts.join(" · ");
  byId("unsaved").className = unsaved || drafts.size ? "todo" : "";
  byId("undo").disabled = !done.length;
  byId("redo").disabled = !undone.length;
}

function refresh() {
  fillList();
  refreshCounts();
  tellKept();
}

function tellKept() {
  const can = storage() !== null;
  byId("keep").checked = can && keeping;
  byId("keep").disabled = !can;
  byId("kept-text").textContent = can && keeping
    ? "So that a closed window loses less, this browser keeps on this computer: the ids of disagreements, what was chosen for each, codes and "
      + "spans as ids and numbers, dates, and who decided where that is a coder’s id of this study. It keeps no words of participants, no "
      + "reasons and no other names."
    : can ? "This browser keeps nothing of what you decide here: save to a file often."
      : "This browser allows no page to keep anything: save to a file often.";
}

function nothingOpen() {
  const open = items.filter((item) => !isDecided(item)).length;
  if (!open) return "Everything is decided: save to a file.";
  return current && !isDecided(current) && open === 1 ? "This is the only open one." : "No other one that the list shows is open.";
}

function step(by) {
  const to = beside(by);
  if (to) show(to, { focus: "item" });
  else say(by > 0 ? "This is the last one in the list." : "This is the first one in the list.");
}

function goToOpen() {
  const to = nextOpen();
  if (to) show(to, { focus: "item" });
  else say(nothingOpen());
}

function undoRedo(which) {
  const made = which === "undo" ? stepBack() : stepForward();
  if (!made) return say(which === "undo" ? "There is nothing to undo." : "There is nothing to redo.");
  refresh();
  const back = made.changes.length === 1 ? itemOf.get(made.changes[0].id) : current;
  show(back);
  if (document.activeElement === document.body) byId("item-heading").focus({ preventScroll: true }); // its button is off now
  return say(`${which === "undo" ? "Undone" : "Done again"}: ${made.what}.`);
}

function onFilter() {
  fillList();
  if (listed.length && !listed.includes(current)) show(listed[0]);
}

function clearFilter() {
  for (const id of ["filter-text", "filter-status", "filter-kind", "filter-code", "filter-coder", "filter-transcript"]) byId(id).value = "";
  fillList();
}

function jump() {
  const to = items.find((item) => item.rank === Number(byId("jump").value));
  if (!to) return say(`There is no rank ${byId("jump").value}.`);
  if (!listed.includes(to)) clearFilter();
  byId("jump").value = "";
  return enter(to);
}

// ---------------------------------------------------------------- keys

function isText(target) {
  return target.matches?.("textarea, select, input:not([type=radio], [type=checkbox], [type=button])");
}

function onKey(event) {
  if (byId("conflicts").open) return;
  const key = event.key.toLowerCase();
  if ((event.ctrlKey || event.metaKey) && !event.altKey) {
    if (key === "s") {
      event.preventDefault();
      save();
    } else if (key === "enter" && current) {
      event.preventDefault();
      decide(true);
    } else if ((key === "z" || key === "y") && !isText(event.target)) {
      event.preventDefault();
      undoRedo(key === "y" || event.shiftKey ? "redo" : "undo");
    }
    return;
  }
  if (event.altKey || !byId("keys").checked || isText(event.target) || !current) return;
  const choice = /^[1-6]$/u.test(key) ? document.querySelectorAll('input[name="choice"]')[Number(key) - 1] : null;
  const act = { j: () => step(1), k: () => step(-1), n: goToOpen, "/": () => byId("filter-text").focus() }[key];
  if (choice) {
    event.preventDefault();
    choice.focus();
    choice.click();
  } else if (act) {
    event.preventDefault();
    act();
  }
}

// ---------------------------------------------------------------- printing: the list as it is filtered, each with what was decided

function fillPrint() {
  const made = listed.map((item) => {
    const words = new Shown(item);
    const row = standing(item);
    const side = (each) => make("p", {}, make("strong", {}, `${each.letter}, `), own(each.coders.join(", ")), ": ",
      own(each.code ? codeName(each.code, each.label) : "no code"), each.direction ? ` (${each.direction.split(";").join(", ")})` : "",
      each.memo ? [". Memo: ", own(each.memo)] : "");
    return make("article", {},
      make("h2", {}, `${item.rank}. ${item.kind}, `, own(item.transcript), item.speaker ? [", ", own(item.speaker)] : ""),
      item.stake ? make("p", {}, "At stake: ", own(item.stake)) : "",
      item.scope === "span" ? contextOf(item, words, null, null) : make("p", {}, "The whole transcript."),
      item.sides.map(side),
      make("p", { class: "decided" }, make("strong", {}, "Decision: "),
        row ? [own(told(item, row)), ", ", signers(row), `, ${row.on}.`, row.reason ? [" ", own(row.reason)] : ""] : "open"));
  });
  const count = listed.length === items.length ? "" : ` ${listed.length} of them are printed.`;
  byId("print").replaceChildren(
    make("h1", {}, own(pack.title)),
    make("p", {}, `Disagreements between coders: ${items.length}, decided: ${items.filter(isDecided).length}.${count} Confidential: words of participants.`),
    ...Array.from(document.querySelectorAll("header .notice"), (notice) => make("p", {}, notice.textContent)),
    ...made);
}

// ---------------------------------------------------------------- begin

function begin() {
  fillFilters();
  byId("pack-id").textContent = pack.pack;
  readBrowser();
  refresh();
  show(items.find((item) => !isDecided(item)) ?? items[0] ?? null);
  const left = Object.keys(waiting).length;
  if (left) {
    byId("restore-text").textContent = `This browser keeps ${many(left, "choice")} made on this page before, without reasons. If you saved them to a file, open the file instead: it holds all of it.`;
    byId("restore").hidden = false;
  }
  const on = (id, event, handler) => byId(id).addEventListener(event, handler);
  on("save", "click", save);
  on("open", "click", () => byId("file").click());
  on("file", "change", async () => {
    const files = [...byId("file").files];
    byId("file").value = "";
    closeErrors();
    await openFiles(files);
  });
  on("undo", "click", () => undoRedo("undo"));
  on("redo", "click", () => undoRedo("redo"));
  on("next-open", "click", goToOpen);
  on("errors-close", "click", () => { closeErrors(); byId("open").focus(); });
  on("toggle-list", "click", () => {
    const open = !document.body.classList.contains("list-open");
    openList(open);
    if (open) byId("filter-text").focus();
  });
  on("restore-yes", "click", () => { byId("restore").hidden = true; bringBack(); byId("item-heading")?.focus(); });
  on("restore-no", "click", () => { byId("restore").hidden = true; forgetBrowser(); keepInBrowser(); say("What was kept is forgotten."); byId("item-heading")?.focus(); });
  on("keep", "change", () => {
    keeping = byId("keep").checked;
    if (keeping) keepInBrowser();
    else forgetBrowser();
    tellKept();
  });
  on("forget", "click", () => { byId("restore").hidden = true; forgetBrowser(); say("This browser keeps nothing of this page now. What you decide from here on is kept again, unless you switch that off."); });
  on("filter", "submit", (event) => event.preventDefault());
  for (const id of ["filter-text", "filter-status", "filter-kind", "filter-code", "filter-coder", "filter-transcript", "order"]) on(id, "input", onFilter);
  on("filter-clear", "click", () => { clearFilter(); byId("filter-text").focus(); });
  on("jump", "keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); jump(); } });
  on("list", "keydown", onListKey);
  on("list", "scroll", onListScroll);
  document.addEventListener("keydown", onKey);
  document.addEventListener("selectionchange", onSelection);
  window.addEventListener("beforeprint", fillPrint);
  window.addEventListener("afterprint", () => byId("print").replaceChildren());
  window.addEventListener("beforeunload", (event) => { if (isUnsaved() || drafts.size) event.preventDefault(); });
  let warned = false;
  window.addEventListener("storage", (event) => {
    if (event.key !== STORE || !event.newValue || warned) return;
    warned = true;
    complain("This page is open in another window too. Decide in one of them only, or save both to files and open them together.");
  });
  const holdsFiles = (event) => event.dataTransfer?.types.includes("Files");
  window.addEventListener("dragover", (event) => { if (holdsFiles(event)) { event.preventDefault(); byId("drop").hidden = false; } });
  window.addEventListener("dragleave", (event) => { if (!event.relatedTarget) byId("drop").hidden = true; });
  window.addEventListener("drop", (event) => {
    byId("drop").hidden = true;
    if (!holdsFiles(event)) return;
    event.preventDefault();
    closeErrors();
    openFiles([...event.dataTransfer.files]);
  });
}

begin();
