// What is decided on this page: rows by disagreement, every change kept for undo; a copy without words in the browser.

const pack = JSON.parse(byId("data").textContent);
const items = pack.items;
items.forEach((item, at) => { item.place = at; });
const itemOf = new Map(items.map((item) => [item.id, item]));
const codeOf = new Map(pack.codes.map((code) => [code.code, code]));
const coders = [...new Set(items.flatMap((item) => item.sides.flatMap((side) => side.coders)))].sort();
const CHOICES = Object.keys(pack.choices);
const FIELDS = ["choice", "value", "reason", "by", "on"];

const rows = new Map(); // disagreement -> {choice, value, reason, by, on}: what was decided here
const drafts = new Map(); // disagreement -> what is begun in its form and not decided yet
const done = []; // changes that can be undone, the last one last
const undone = [];
let savedAs = "[]"; // the rows as they were saved last

/** The decision on an item as it stands now: made here, or when the page was made. */
function standing(item) {
  return rows.get(item.id) ?? item.decided;
}

/** The id of the decision that the page came with; a row made on this page is to take its place. */
function baseOf(item) {
  return item.decided?.decision ?? "";
}

function isDecided(item) {
  const row = standing(item);
  return Boolean(row && row.choice && row.choice !== "open");
}

function statusOf(item) {
  return drafts.has(item.id) ? "begun" : isDecided(item) ? "decided" : "open";
}

/** The rows as they are saved: those decided here, by rank. */
function rowsOut() {
  const here = items.filter((item) => rows.has(item.id));
  return here.map((item) => ({ disagreement: item.id, text: item.mark, decision: baseOf(item), ...rows.get(item.id) }));
}

function isUnsaved() {
  return JSON.stringify(rowsOut()) !== savedAs;
}

function sameRow(one, two, fields = FIELDS) {
  return one === two || Boolean(one && two && fields.every((field) => one[field] === two[field]));
}

/** Make changes `[id, row or undefined]`, which are one step of undo. */
function change(what, changes) {
  const step = { what, changes: changes.map(([id, after]) => ({ id, before: rows.get(id), after })) };
  step.changes = step.changes.filter(({ before, after }) => !sameRow(before, after));
  if (!step.changes.length) return false;
  done.push(step);
  undone.length = 0;
  apply(step, "after");
  return true;
}

function apply(step, which) {
  for (const each of step.changes) {
    if (each[which]) rows.set(each.id, each[which]);
    else rows.delete(each.id);
  }
  keepInBrowser();
}

/** Undo or redo one step; gives the step back, or null. */
function stepBack() {
  const step = done.pop();
  if (!step) return null;
  undone.push(step);
  apply(step, "before");
  return step;
}

function stepForward() {
  const step = undone.pop();
  if (!step) return null;
  done.push(step);
  apply(step, "after");
  return step;
}

// ---------------------------------------------------------------- a row's value

const SPAN = /^(?:(.*?)[\s@:]+)?(\d+)\s*[-–]\s*(\d+)$/su;

/** Code and span of the choice `other`: `workload`, `workload 120-260`, `120-260`. */
function readValue(value) {
  const text = value.trim();
  if (codeOf.has(text)) return { code: text, span: null };
  const found = SPAN.exec(text);
  if (!found) return { code: text, span: null };
  return { code: (found[1] ?? "").replace(/^[ @:]+|[ @:]+$/gu, ""), span: [Number(found[2]), Number(found[3])] };
}

function writeValue(code, span) {
  return span ? `${code} ${span[0]}-${span[1]}` : code;
}

/** The code that both sides gave; "" where there is none such. */
function commonCode(item) {
  const codes = new Set(item.sides.map((side) => side.code).filter(Boolean));
  return codes.size === 1 ? [...codes][0] : "";
}

/** What is wrong with a row, in words that hold no words of participants; "" where nothing is. */
function wrongWith(item, row) {
  if (!item.choices.includes(row.choice)) return `the choice “${row.choice}” is not one of this disagreement’s`;
  if (!row.by) return "it does not say who decided";
  if (!isDate(row.on)) return "it has no date";
  if (row.choice !== "other") return "";
  if (item.kind === "direction") return pack.directions.includes(row.value) ? "" : "it does not name a direction";
  const { code, span } = readValue(row.value);
  if (!codeOf.has(code || commonCode(item))) return `the code “${code}” is not in the codebook`;
  if (span && item.scope !== "span") return "it gives a span, and a whole transcript was coded";
  if (span && !(span[0] < span[1] && span[1] <= item.length)) return "its span is reversed or beyond the text";
  return "";
}

function isDate(text) {
  if (!/^\d{4}-\d{2}-\d{2}$/u.test(text)) return false;
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}

function today() {
  const now = new Date();
  const two = (number) => String(number).padStart(2, "0");
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

// ---------------------------------------------------------------- rows in words

function codeName(code, label = codeOf.get(code)?.label) {
  return label && label !== code ? `${label} [${code}]` : code;
}

/** A row's choice as people read it: `keep A: Workload [workload]`. */
function told(item, row) {
  const word = pack.choices[row.choice] ?? row.choice;
  if (row.choice === "other") {
    if (item.kind === "direction") return `${word}: ${row.value}`;
    const { code, span } = readValue(row.value);
    return `${word}: ${codeName(code || commonCode(item))}${span ? `, characters ${span[0]} to ${span[1]}` : ""}`;
  }
  if (row.choice === "keep_a" || row.choice === "keep_b") {
    const side = item.sides[row.choice === "keep_a" ? 0 : 1];
    return `${word}: ${side.code ? sideName(item, side) : "no such code here"}`;
  }
  return word;
}

/** Who decided: several are joined by `;`. */
function signersOf(row) {
  return row.by.split(";").map((name) => name.trim()).filter(Boolean);
}

function signers(row) {
  return own(signersOf(row).join(", "));
}

function sideName(item, side) {
  if (!side.code) return "no code";
  const way = side.direction.split(";").join(", ");
  return item.kind === "direction" && way ? `${codeName(side.code, side.label)}, ${way}` : codeName(side.code, side.label);
}

// ---------------------------------------------------------------- the copy in the browser: ids, offsets, choices, dates

const STORE = `qualcode-meeting:${pack.pack}`;
let waiting = {}; // what an earlier visit left there, until it is brought back or forgotten
let elsewhere = {}; // and what it keeps for other pages of this pack, which show other disagreements
let keeping = true;

function storage() {
  try {
    return window.localStorage;
  } catch {
    return null; // switched off, or a page that may not have any
  }
}

/** A row without its reason, and without names that are not coders' ids. */
function stored(item, row) {
  const named = signersOf(row).every((name) => coders.includes(name));
  return [row.choice, row.choice === "other" ? row.value : "", named ? row.by : "", row.on, baseOf(item)];
}

/** Keep the choices made here, beside those that still wait from an earlier visit; false where the browser can't. */
function keepInBrowser() {
  if (!keeping) return true;
  const kept = { ...elsewhere, ...waiting };
  for (const [id, row] of rows) kept[id] = stored(itemOf.get(id), row);
  try {
    const store = storage();
    if (!store) return false;
    if (Object.keys(kept).length) store.setItem(STORE, JSON.stringify({ version: pack.version, rows: kept }));
    else store.removeItem(STORE);
    return true;
  } catch {
    keeping = false; // full, or refused: said on the page
    return false;
  }
}

/** What an earlier visit left: `{id: [choice, value, by, on, decision]}`. */
function readBrowser() {
  [waiting, elsewhere] = [{}, {}];
  try {
    const text = storage()?.getItem(STORE);
    const kept = text ? JSON.parse(text) : null;
    if (!kept || kept.version !== pack.version) return;
    for (const [id, row] of Object.entries(kept.rows)) {
      if (Array.isArray(row) && row.length === 5) (itemOf.has(id) ? waiting : elsewhere)[id] = row;
    }
  } catch {
    [waiting, elsewhere] = [{}, {}]; // not to be read, or not ours: nothing to bring back
  }
}

function forgetBrowser() {
  [waiting, elsewhere] = [{}, {}];
  try {
    storage()?.removeItem(STORE);
  } catch {
    return;
  }
}
