// One disagreement: its words, both readings, and the form to decide in.

let current = null; // the item shown
let shown = null; // its words
let form = null; // {choice, code, span, reason, by, on}: what its form says; `code` is a direction where that is in dispute
let [lastBy, lastOn] = ["", null]; // who decided last, and the date where it was not that day's; the next form begins with them

function formOf(item, row) {
  const empty = { choice: "", code: item.kind === "direction" ? "" : commonCode(item), span: null, reason: "", by: lastBy, on: lastOn ?? today() };
  if (!row) return empty;
  const { choice, reason, by, on } = row;
  const made = { ...empty, choice, reason, by, on };
  if (choice === "other" && item.kind === "direction") made.code = row.value;
  else if (choice === "other") {
    const { code, span } = readValue(row.value);
    made.code = code || commonCode(item);
    made.span = span && span[0] === item.start && span[1] === item.end ? null : span;
  }
  return made;
}

function rememberDay(day) {
  if (isDate(day)) lastOn = day === today() ? null : day;
}

/** The form as it stands before anybody touches it; who and when are those of the decision that it would make. */
function untouched(item) {
  const here = rows.get(item.id);
  if (here) return formOf(item, here);
  const row = item.decided && item.decided.choice !== "open" ? item.decided : null;
  return { ...formOf(item, row), by: lastBy, on: lastOn ?? today() };
}

function rowOf(item, given) {
  const value = given.choice !== "other" ? "" : item.kind === "direction" ? given.code : writeValue(given.code, given.span);
  return { choice: given.choice, value, reason: squeezed(given.reason), by: squeezed(given.by), on: given.on };
}

function touched() {
  const [now, before] = [rowOf(current, form), rowOf(current, untouched(current))];
  const here = rows.get(current.id);
  const begun = !sameRow(now, before, here ? FIELDS : ["choice", "value", "reason"]);
  if (begun) drafts.set(current.id, form);
  else drafts.delete(current.id);
  markOption(current);
  byId("reset").hidden = !begun;
  tellState();
  refreshCounts();
}

function tellState() {
  const row = rows.get(current.id) ?? current.decided;
  const parts = [];
  if (!row) parts.push("Open.");
  else {
    parts.push(row.choice === "open" ? "Open again" : "Decided", rows.has(current.id) ? " here" : "", ": ", own(told(current, row)), ", ",
      signers(row), `, ${row.on}.`);
    if (row.reason) parts.push(" Reason: ", own(row.reason));
  }
  if (drafts.has(current.id)) parts.push(" What is begun below is not decided yet.");
  if (!row && current.suggested) parts.push(" Suggested: ", own(current.suggested), " (nobody has signed it).");
  byId("state").replaceChildren(...parts.filter(Boolean));
  byId("state").hidden = parts.length === 1 && !row; // the list says that it is open
}

// ---------------------------------------------------------------- what is shown of an item

/** Show an item; `focus` is where to go: its heading (`item`), the list, or nowhere. */
function show(item, { focus = "" } = {}) {
  current = item;
  const main = byId("item");
  if (!item) {
    main.replaceChildren(make("p", {}, "There is nothing to decide on this page."));
    return;
  }
  shown = new Shown(item);
  form = drafts.get(item.id) ?? untouched(item);
  selected = null;
  const place = `${item.transcript}, ${item.scope === "span" ? `characters ${item.start} to ${item.end}` : "the whole transcript"}`;
  main.replaceChildren(
    make("h2", { id: "item-heading", tabindex: "-1" }, `Rank ${item.rank}: ${item.kind}`),
    make("p", { class: "soft" }, pack.kinds[item.kind] ?? "", " ", own(place), item.speaker ? ". Speaking: " : ".",
      item.speaker ? own(item.speaker) : "", item.speaker ? "." : ""),
    item.stake ? make("details", { class: "stake" }, make("summary", {}, "At stake: ", own(item.stake)), make("p", { class: "soft" }, pack.explained)) : "",
    make("p", { id: "state", class: "state-line" }),
    item.scope === "span" ? make("section", { "aria-labelledby": "context-heading" },
      make("div", { class: "context-head" },
        make("h3", { id: "context-heading" }, "The passage in its context"), legendOf(item),
        canSpan(item) ? make("button", { type: "button", id: "use-selected", disabled: true, onclick: useSelected }, "Use selected words as the passage") : ""),
      contextOf(item, shown, null, "context"))
      : make("p", {}, "The code was given to the whole transcript; its words are not on this page."),
    make("div", { class: "sides" }, item.sides.map((side) => sideCard(item, side))),
    formFor(item),
    make("div", { class: "tools", role: "group", "aria-label": "Other disagreements" },
      make("button", { type: "button", onclick: () => step(-1) }, "Previous"),
      make("button", { type: "button", onclick: () => step(1) }, "Next")),
  );
  tellSpan();
  drawContext();
  touched();
  markCurrent();
  if (focus === "item") {
    byId("item-heading").focus();
    byId("item-heading").scrollIntoView({ block: "start" });
  } else if (focus === "list") byId("list").focus({ preventScroll: true });
}

function canSpan(item) {
  return item.scope === "span" && item.kind !== "direction" && item.choices.includes("other");
}

function legendOf(item) {
  const [a, b] = item.sides;
  const part = (side) => (side.code ? make("span", { class: `in-${side.letter.toLowerCase()}` }, `passage of ${side.letter}`) : "");
  const both = a.code && b.code && Math.max(a.start, b.start) < Math.min(a.end, b.end);
  const alike = both && a.start === b.start && a.end === b.end;
  return make("p", { class: "soft legend" }, alike ? "" : [part(a), part(b)],
    both ? make("span", { class: "in-a in-b" }, "passage of both") : "", make("span", { class: "in-new", id: "legend-new", hidden: true }, "another passage"));
}

function sideCard(item, side) {
  const letter = side.letter.toLowerCase();
  const where = side.start === item.start && side.end === item.end ? "the whole passage" : `characters ${side.start} to ${side.end}`;
  const definition = side.definition >= 0 ? pack.definitions[side.definition] : "";
  const words = (text) => make("q", { dir: "auto", lang: pack.language || null }, text);
  return make("section", { class: `card ${letter}`, "aria-labelledby": `side-${letter}` },
    make("h3", { id: `side-${letter}` }, `${side.letter}: `, own(side.coders.join(", "))),
    side.code
      ? [
        make("p", { class: "code" }, own(codeName(side.code, side.label))),
        side.direction ? make("p", {}, "Direction: ", side.direction.split(";").join(", ")) : "",
        item.scope === "span" ? make("p", {}, make("span", { class: "soft" }, `${where}: `), words(glance(shown.words(side.start, side.end)))) : "",
        side.memo ? make("p", { class: "kept-lines" }, make("span", { class: "soft" }, "Memo: "), own(side.memo)) : "",
        definition ? definitionOf(side, definition) : "",
      ]
      : make("p", {}, own(side.coders.join(", ")), " read this and did not use the code here."));
}

let definitionsOpen = true; // as they were left last

function definitionOf(side, definition) {
  const element = make("details", { open: definitionsOpen }, make("summary", {}, `Definition (${side.letter})`),
    make("p", { class: "kept-lines" }, own(definition)));
  element.addEventListener("toggle", () => {
    if (element.open === definitionsOpen || !element.isConnected) return;
    definitionsOpen = element.open;
    for (const other of document.querySelectorAll(".card details")) other.open = definitionsOpen;
  });
  return element;
}

// ---------------------------------------------------------------- the form

function meaning(item, choice) {
  const [a, b] = item.sides;
  switch (choice) {
    case "keep_a": return a.code ? sideName(item, a) : "no such code here";
    case "keep_b": return b.code ? sideName(item, b) : "no such code here";
    case "both": return { boundary: "one passage over the two", direction: "mixed" }[item.kind] ?? "both codes stand";
    case "neither": return item.kind === "direction" ? "the code stays, without direction" : "neither code stands";
    case "other": return item.kind === "direction" ? "another direction" : item.scope === "span" ? "another code, or another passage" : "another code";
    default: return "take the decision back";
  }
}

/** The choices that the form offers: to open again is for what was decided before this page was made. */
function offered(item) {
  return item.choices.filter((choice) => choice !== "open" || (item.decided && item.decided.choice !== "open") || rows.get(item.id)?.choice === "open");
}

function formFor(item) {
  const field = (name, label, control, hint = "") => {
    control.id = `form-${name}`;
    control.value = form[name];
    control.setAttribute("aria-describedby", `${hint ? `hint-${name} ` : ""}error-${name}`);
    control.addEventListener("input", () => {
      form[name] = control.value;
      if (name === "by") lastBy = squeezed(control.value);
      if (name === "on") rememberDay(control.value);
      touched();
    });
    return make("div", { class: "field" }, make("label", { for: control.id }, label), control,
      hint ? make("p", { id: `hint-${name}`, class: "soft" }, hint) : "", make("p", { id: `error-${name}`, class: "wrong" }));
  };
  const radios = offered(item).map((choice) => {
    const input = make("input", { type: "radio", name: "choice", value: choice, id: `choice-${choice}`, "aria-describedby": "error-choice" });
    input.checked = form.choice === choice;
    input.addEventListener("change", () => choose(choice));
    return make("label", { class: "choice" }, input, make("span", {}, make("strong", {}, pack.choices[choice]), " ", own(meaning(item, choice), { class: "soft" })));
  });
  const element = make("form", { id: "decide", "aria-label": "Decision", autocomplete: "off", novalidate: true },
    make("fieldset", {}, make("legend", {}, "Decision"), radios, make("p", { id: "error-choice", class: "wrong" })),
    make("div", { id: "other", class: "other" }, codePicker(item), canSpan(item) ? spanPanel(item) : ""),
    make("div", { class: "signed" },
      field("reason", "Reason", make("textarea", { rows: 2 }), "Whoever reads this next year is glad of one. No participants’ words, please."),
      field("by", "By (who decided)", make("input", { type: "text", spellcheck: "false" }), "Several: RB;KL"),
      field("on", "Date", make("input", { type: "date", min: "2000-01-01", max: "2099-12-31" }))),
    make("div", { class: "tools" },
      make("button", { type: "submit", class: "main", value: "next" }, "Decide, and next open"),
      make("button", { type: "submit", value: "stay" }, "Decide"),
      make("button", { type: "button", id: "reset", hidden: true, onclick: resetForm }, "Clear the form"),
      rows.has(item.id) ? make("button", { type: "button", onclick: takeBack }, "Take back what was decided here") : ""));
  element.addEventListener("submit", (event) => {
    event.preventDefault();
    decide(event.submitter?.value !== "stay");
  });
  queueMicrotask(afterChoice);
  return element;
}

function choose(choice) {
  const before = untouched(current);
  if (before.choice && before.reason) {
    // the reason for one choice is none for another
    if (choice !== before.choice && form.reason === before.reason) form.reason = "";
    else if (choice === before.choice && !form.reason) form.reason = before.reason;
    byId("form-reason").value = form.reason;
  }
  form.choice = choice;
  afterChoice();
  touched();
}

function codePicker(item) {
  const direction = item.kind === "direction";
  const select = make("select", { id: "form-code", "aria-describedby": "error-code code-said" });
  const indent = "\u2007\u2007";
  const options = direction
    ? pack.directions.map((way) => make("option", { value: way }, way))
    : pack.codes.map((code) => make("option", { value: code.code }, indent.repeat(code.depth) + codeName(code.code)));
  select.append(make("option", { value: "" }, direction ? "choose a direction" : "choose a code"), ...options);
  select.value = form.code;
  if (select.value !== form.code) select.value = "";
  const tell = () => {
    const code = direction ? null : codeOf.get(select.value);
    const parts = code ? [["", code.definition], ["Use it for: ", code.include], ["Not for: ", code.exclude]] : [];
    said.replaceChildren(code ? own(codeName(code.code), { class: "full-name" }) : "", ...parts.filter(([, text]) => text).map(([head, text]) => make("span", { class: "kept-lines" }, head, own(text))));
  };
  const said = make("div", { id: "code-said", class: "soft" });
  select.addEventListener("change", () => { form.code = select.value; tell(); touched(); });
  tell();
  return make("div", { class: "field" }, make("label", { for: "form-code" }, direction ? "Direction" : "Code"), select, said,
    make("p", { id: "error-code", class: "wrong" }));
}

function afterChoice() {
  const other = byId("other");
  if (!other) return;
  other.hidden = form.choice !== "other";
  const legend = byId("legend-new");
  if (legend) legend.hidden = other.hidden || !canSpan(current);
  drawContext();
}

function useSelected() {
  if (!selected) return;
  byId("choice-other").checked = true;
  choose("other");
  takeSpan(selected);
  byId("form-code").focus();
  say("The selected words are the passage. Choose the code for them.");
}

/** Fill in nothing, sign nothing unsaid: what is missing is named beside its field, and the first of it gets the focus. */
function check(item, row) {
  const wrong = {};
  if (!row.choice) wrong.choice = "Choose one of these.";
  if (row.choice === "other" && !form.code) wrong.code = item.kind === "direction" ? "Choose a direction." : "Choose a code.";
  if (!row.by) wrong.by = "Say who decided.";
  if (!isDate(row.on)) wrong.on = "Give the date.";
  const inputs = { choice: document.querySelector('input[name="choice"]'), code: byId("form-code"), by: byId("form-by"), on: byId("form-on") };
  for (const [name, input] of Object.entries(inputs)) {
    byId(`error-${name}`).textContent = wrong[name] ?? "";
    if (wrong[name]) input?.setAttribute("aria-invalid", "true");
    else input?.removeAttribute("aria-invalid");
  }
  const first = Object.keys(inputs).find((name) => wrong[name]);
  if (first) {
    inputs[first].focus();
    say(`Not decided yet. ${Object.values(wrong).join(" ")}`);
    return false;
  }
  const more = wrongWith(item, row);
  if (more) say(`Not decided: ${more}.`);
  return !more;
}

function decide(goOn) {
  const item = current;
  const row = rowOf(item, form);
  if (!check(item, row)) return;
  lastBy = row.by;
  rememberDay(row.on);
  const asBefore = sameRow(row, item.decided, ["choice", "value", "reason"]);
  drafts.delete(item.id);
  const changed = change(`the decision on rank ${item.rank}`, [[item.id, asBefore ? undefined : row]]);
  const said = changed ? `Rank ${item.rank} is decided: ${told(item, row)}.` : `Rank ${item.rank} stands as it did.`;
  refresh();
  const to = goOn ? nextOpen() : null;
  if (to) {
    show(to, { focus: "item" });
    say(`${said} Next: rank ${to.rank}.`);
  } else {
    show(item, { focus: "item" });
    say(`${said}${goOn ? ` ${nothingOpen()}` : ""}`);
  }
}

function takeBack() {
  const item = current;
  drafts.delete(item.id);
  change(`taking back rank ${item.rank}`, [[item.id, undefined]]);
  refresh();
  show(item, { focus: "item" });
  say(`What was decided here on rank ${item.rank} is taken back.`);
}

function resetForm() {
  drafts.delete(current.id);
  refresh();
  show(current, { focus: "item" });
  say("The form is cleared.");
}
