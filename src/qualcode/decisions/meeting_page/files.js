// Saving to a file, opening such files again, and settling where they differ from the page.

function fileText() {
  const out = { qualcode: pack.format, version: pack.version, pack: pack.pack, saved: new Date().toISOString(), rows: rowsOut() };
  return `${JSON.stringify(out, null, 1)}\n`;
}

function save() {
  const begun = items.filter((item) => drafts.has(item.id)).map((item) => item.rank);
  const url = URL.createObjectURL(new Blob([fileText()], { type: "application/json" }));
  const now = new Date();
  const clock = `${String(now.getHours()).padStart(2, "0")}${String(now.getMinutes()).padStart(2, "0")}`;
  const name = `meeting-${pack.pack.slice(0, 8)}-${today()}-${clock}.json`;
  const link = make("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
  savedAs = JSON.stringify(rowsOut());
  refresh();
  const said = `${many(rows.size, "decision")} saved as ${name}: see that your browser has put the file where you keep it.`;
  say(begun.length ? `${said} Begun and not decided, so not in it: rank ${begun.slice(0, 20).join(", ")}${begun.length > 20 ? " …" : ""}.` : said);
}

/** What a file holds: `{rows: Map, bases: Map, problems: [text]}`; `bases` are the decisions its page came with; `refused` says why nothing of it can be read. */
function readFile(text) {
  let data;
  try {
    data = JSON.parse(text.replace(/^\ufeff/u, ""));
  } catch {
    return { refused: "this is not a file that this page saved (it is not JSON)." };
  }
  if (!data || data.qualcode !== pack.format || !Array.isArray(data.rows)) {
    return { refused: "this is not a file that this page saved." };
  }
  if (data.version !== pack.version) {
    return { refused: `it was saved in another format (version ${data.version}; this page reads ${pack.version}).` };
  }
  if (data.pack !== pack.pack) {
    return { refused: `it belongs to another page: its pack is ${data.pack}, this page’s is ${pack.pack}.` };
  }
  const [found, bases] = [new Map(), new Map()];
  const problems = [];
  data.rows.forEach((given, at) => {
    const bad = (what) => problems.push(`row ${at + 1}: ${what}.`);
    const item = itemOf.get(given?.disagreement);
    if (!item) return bad(`disagreement “${given?.disagreement}” is not on this page`);
    const row = Object.fromEntries(FIELDS.map((field) => [field, squeezed(String(given[field] ?? ""))]));
    if (row.choice !== "other") row.value = "";
    const wrong = wrongWith(item, row);
    if (wrong) return bad(wrong);
    const first = found.get(item.id);
    if (first && !sameRow(first, row)) return bad(`rank ${item.rank} is decided otherwise further up`);
    bases.set(item.id, String(given.decision ?? ""));
    return found.set(item.id, row);
  });
  return { rows: found, bases, problems };
}

/** What to do with each row of a file: it is new here, is here already, or says something else than the page does.
 *
 * What was decided before the page was made gives way to a file whose own page came with that same decision: it was changed there.
 */
function compare(found, bases) {
  const [fresh, conflicts] = [[], []];
  let same = 0;
  for (const [id, row] of found) {
    const item = itemOf.get(id);
    const here = rows.get(id) ?? (bases.get(id) === baseOf(item) ? null : item.decided);
    if (!here) {
      if (sameRow(row, item.decided)) same += 1;
      else fresh.push([id, row]);
    } else if (sameRow(here, row, ["choice", "value"]) && (!row.reason || here.reason === row.reason)) same += 1;
    else if (sameRow(here, row, ["choice", "value"]) && !here.reason) fresh.push([id, row]);
    else conflicts.push([id, row]);
  }
  return { fresh, conflicts, same };
}

async function openFiles(files) {
  for (const file of files) {
    const name = file.name;
    let text;
    try {
      text = await file.text();
    } catch {
      complain(`${name}: this file cannot be read.`);
      continue;
    }
    const { refused, rows: found, bases, problems } = readFile(text);
    if (refused) {
      complain(`${name}: ${refused} Nothing was read from it.`);
      continue;
    }
    const { fresh, conflicts, same } = compare(found, bases);
    const taken = conflicts.length ? await settle(name, conflicts) : [];
    if (taken === null) {
      say(`${name}: nothing was taken from it.`);
      continue;
    }
    const untouched = !rows.size;
    change(`opening ${name}`, [...fresh, ...taken]);
    if (untouched) savedAs = JSON.stringify(rowsOut()); // the page says what the file says
    refresh();
    show(current);
    const parts = [`${many(fresh.length + taken.length, "decision")} taken`, `${same} here already`];
    if (conflicts.length) parts.push(`${conflicts.length - taken.length} of ${many(conflicts.length, "conflict")} kept as the page has them`);
    say(`${name}: ${parts.join(", ")}.`);
    if (problems.length) complain(`${name}: ${many(problems.length, "row was", "rows were")} left out.`, problems);
  }
}

/** Ask, for each conflict, whether the page's or the file's decision holds; null where nothing is to be taken. */
function settle(name, conflicts) {
  const dialog = byId("conflicts");
  const option = (item, row, which, checked) => {
    const reason = row.reason ? [" Reason: ", own(row.reason)] : [];
    return make("label", { class: "check" },
      make("input", { type: "radio", name: item.id, value: which, checked }),
      make("span", {}, make("strong", {}, which === "page" ? "This page: " : "The file: "), own(told(item, row)), ". ",
        signers(row), `, ${row.on}.`, ...reason));
  };
  const asked = conflicts.map(([id, row]) => {
    const item = itemOf.get(id);
    return make("fieldset", {}, make("legend", {}, `Rank ${item.rank}, ${item.kind}, `, own(item.transcript)),
      option(item, standing(item), "page", true), option(item, row, "file", false));
  });
  const all = (which) => () => dialog.querySelectorAll(`input[value="${which}"]`).forEach((input) => { input.checked = true; });
  dialog.replaceChildren(
    make("h2", { id: "conflicts-title" }, "The file and this page differ"),
    make("p", {}, own(name), ` says something else about ${many(conflicts.length, "disagreement")}. Which decision holds?`),
    make("div", { class: "tools" },
      make("button", { type: "button", onclick: all("page") }, "All as on this page"),
      make("button", { type: "button", onclick: all("file") }, "All as in the file")),
    make("div", { class: "asked" }, asked),
    make("div", { class: "tools" },
      make("button", { type: "button", class: "main", onclick: () => dialog.close("yes") }, "Take these"),
      make("button", { type: "button", onclick: () => dialog.close("no") }, "Leave the file out")),
  );
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      const wanted = conflicts.filter(([id]) => dialog.querySelector(`input[name="${CSS.escape(id)}"][value="file"]`).checked);
      resolve(dialog.returnValue === "yes" ? wanted : null);
      dialog.replaceChildren();
    }, { once: true });
    dialog.returnValue = "no";
    dialog.showModal();
  });
}

function bringBack() {
  const changes = [];
  let [nameless, past] = [0, 0];
  for (const [id, [choice, value, by, on, base]] of Object.entries(waiting)) {
    const item = itemOf.get(id);
    const row = { choice, value, reason: "", by, on };
    if (rows.has(id) || sameRow(row, item.decided, ["choice", "value"])) continue; // decided here, or brought in, since
    if (base !== baseOf(item)) past += 1; // decided otherwise since
    else if (!by && !wrongWith(item, { ...row, by: "?" })) {
      drafts.set(id, formOf(item, row)); // a choice whose name was not kept waits for one
      nameless += 1;
    } else if (!wrongWith(item, row)) changes.push([id, row]);
  }
  waiting = {};
  change("bringing back", changes);
  keepInBrowser();
  refresh();
  show(current);
  const parts = [`${many(changes.length, "choice")} brought back, without reasons.`];
  if (nameless) parts.push(`${nameless} more without the name, begun: say who decided.`);
  if (past) parts.push(`${past} left out: decided otherwise since, before this page was made.`);
  say(parts.join(" "));
}
