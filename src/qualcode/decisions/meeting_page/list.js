// The list of all disagreements: filter, order, jump. Its rows are made as one comes near them.

let listed = []; // the items that the filter shows, in order
let made = 0; // how many of them have a row in the list
const STRETCH = 200; // rows made at a time
const optionOf = new Map();

const filters = () => ({
  text: byId("filter-text").value.trim().toLowerCase(),
  status: byId("filter-status").value,
  kind: byId("filter-kind").value,
  code: byId("filter-code").value,
  coder: byId("filter-coder").value,
  transcript: byId("filter-transcript").value,
});

function fits(item, wanted) {
  const { text, status, kind, code, coder, transcript } = wanted;
  if (kind && item.kind !== kind) return false;
  if (transcript && item.transcript !== transcript) return false;
  if (code && !item.sides.some((side) => side.code === code)) return false;
  if (coder && !item.sides.some((side) => side.coders.includes(coder))) return false;
  const is = { open: !isDecided(item), decided: isDecided(item), begun: drafts.has(item.id), here: rows.has(item.id) };
  if (status && !is[status]) return false;
  return !text || searched(item).includes(text);
}

function searched(item) {
  item.searched ??= [item.id, item.transcript, item.kind, ...item.sides.flatMap((side) => [side.code, side.label, ...side.coders])]
    .join("\n").toLowerCase();
  return item.searched;
}

function fillFilters() {
  const fill = (id, values, name = (value) => value) => {
    byId(id).replaceChildren(make("option", { value: "" }, "all"), ...values.map((value) => make("option", { value }, name(value))));
  };
  const used = new Map(items.flatMap((item) => item.sides.filter((side) => side.code).map((side) => [side.code, side.label])));
  const known = [...codeOf.keys()].filter((code) => used.has(code));
  const unknown = [...used.keys()].filter((code) => !codeOf.has(code)).sort();
  fill("filter-kind", Object.keys(pack.kinds).filter((kind) => items.some((item) => item.kind === kind)));
  fill("filter-code", [...known, ...unknown], (code) => codeName(code, used.get(code)));
  fill("filter-coder", coders);
  fill("filter-transcript", [...new Set(items.map((item) => item.transcript))].sort());
  byId("jump").max = String(Math.max(1, ...items.map((item) => item.rank)));
}

function optionFor(item) {
  let option = optionOf.get(item.id);
  if (!option) {
    const [a, b] = item.sides;
    option = make("li", { id: `option-${item.place}`, role: "option", "aria-selected": "false" },
      make("span", { class: "line" },
        make("span", { class: "rank" }, `${item.rank}`), make("span", { class: "kind" }, item.kind), own(item.transcript),
        make("span", { class: "state" })),
      make("span", { class: "line codes" },
        own(a.code || "no code", { class: a.code ? "a" : "a none" }), make("span", { class: "soft" }, "against"),
        own(b.code || "no code", { class: b.code ? "b" : "b none" })));
    option.addEventListener("click", () => (isNarrow() ? enter(item) : show(item, { focus: "list" })));
    optionOf.set(item.id, option);
  }
  return option;
}

function markOption(item) {
  const option = optionFor(item);
  const status = statusOf(item);
  const text = rows.has(item.id) && status === "decided" ? "decided here" : status;
  const state = option.querySelector(".state");
  if (state.textContent === text) return;
  state.textContent = text;
  option.className = status;
}

/** Fill the list anew: those that fit the filter, in the order wanted. */
function fillList() {
  const wanted = filters();
  const before = listed;
  listed = items.filter((item) => fits(item, wanted));
  if (byId("order").value === "place") {
    const compare = (one, two) => (one < two ? -1 : one > two ? 1 : 0);
    listed.sort((x, y) => compare(x.transcript, y.transcript) || x.start - y.start || x.end - y.end || x.rank - y.rank);
  }
  if (listed.length === before.length && listed.every((item, at) => item === before[at])) {
    listed.slice(0, made).forEach(markOption);
  } else {
    made = 0;
    byId("list").replaceChildren();
  }
  makeRows(STRETCH);
  const count = listed.length === items.length ? `All ${items.length} are shown.` : `${listed.length} of ${items.length} are shown.`;
  if (byId("list-count").textContent !== count) byId("list-count").textContent = count;
  markCurrent();
}

/** Make the rows of the list up to this one, where they are not there yet. */
function makeRows(upTo) {
  const options = listed.slice(made, upTo).map((item, at) => {
    const option = optionFor(item);
    markOption(item);
    option.setAttribute("aria-setsize", String(listed.length));
    option.setAttribute("aria-posinset", String(made + at + 1));
    return option;
  });
  byId("list").append(...options);
  made += options.length;
}

function onListScroll() {
  const list = byId("list");
  if (made < listed.length && list.scrollTop + 2 * list.clientHeight > list.scrollHeight) makeRows(made + STRETCH);
}

function markCurrent() {
  const list = byId("list");
  const at = current ? listed.indexOf(current) : -1;
  if (at >= made) makeRows(at + STRETCH);
  for (const option of list.querySelectorAll('[aria-selected="true"]')) option.setAttribute("aria-selected", "false");
  const option = at >= 0 ? optionFor(current) : null;
  if (option) {
    option.setAttribute("aria-selected", "true");
    list.setAttribute("aria-activedescendant", option.id);
    const [box, row] = [list.getBoundingClientRect(), option.getBoundingClientRect()];
    if (row.top < box.top || row.bottom > box.bottom) list.scrollTop += row.top - box.top - box.height / 3;
  } else list.removeAttribute("aria-activedescendant");
}

/** The item some steps on in the list as it is filtered; where the current one is not in it, the next by rank. */
function beside(step) {
  const at = listed.indexOf(current);
  if (at >= 0) return listed[at + step] ?? null;
  const after = listed.findIndex((item) => item.place > current.place);
  return step > 0 ? listed[after] ?? null : listed[(after < 0 ? listed.length : after) - 1] ?? null;
}

/** The next open item of the list after the current one, from its start again where there is none. */
function nextOpen() {
  const first = current ? listed.indexOf(current) + 1 || listed.indexOf(beside(1)) : 0;
  const turn = [...listed.slice(Math.max(0, first)), ...listed.slice(0, Math.max(0, first))];
  return turn.find((item) => item !== current && !isDecided(item)) ?? null;
}

/** On a narrow screen the list is opened over the disagreement, by a button. */
function isNarrow() {
  return byId("toggle-list").offsetParent !== null;
}

function openList(open) {
  document.body.classList.toggle("list-open", open);
  byId("toggle-list").setAttribute("aria-expanded", String(open));
}

function enter(item) {
  openList(false);
  show(item, { focus: "item" });
}

function onListKey(event) {
  const at = listed.indexOf(current);
  const page = 10;
  const to = {
    ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: listed.length - 1,
    PageDown: Math.min(at + page, listed.length - 1), PageUp: Math.max(at - page, 0),
  }[event.key];
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key === "Enter" && current) {
    event.preventDefault();
    enter(current);
  } else if (to !== undefined) {
    event.preventDefault();
    if (listed[to]) show(listed[to], { focus: "list" });
  }
}
