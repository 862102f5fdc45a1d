// Another passage than the one in dispute: by selecting its words, by typing them, or word by word.

let wholeWords = true;

/** Words for a glance: a long passage without its middle. */
function glance(words, most = 320) {
  const points = Array.from(words);
  return points.length <= most ? words : `${points.slice(0, most - 130).join("")} […] ${points.slice(-120).join("")}`;
}

function spanNow() {
  return form.span ?? [current.start, current.end];
}

/** Take a span for the form; the whole passage is no span of its own. */
function takeSpan(span) {
  if (!span) {
    say("No words are selected.");
    return false;
  }
  form.span = span[0] === current.start && span[1] === current.end ? null : span;
  tellSpan();
  touched();
  return true;
}

function tellSpan() {
  const said = byId("span-said");
  if (!said) return;
  const [start, end] = spanNow();
  const inView = start >= shown.start && end <= shown.end;
  said.replaceChildren(
    form.span ? `Another passage, characters ${start} to ${end}: ` : `The whole passage, characters ${start} to ${end}: `,
    inView ? make("q", { dir: "auto", lang: pack.language || null }, glance(shown.words(start, end))) : "(not all of it is on this page)",
  );
  drawContext();
}

function spanPanel(item) {
  const text = make("textarea", {
    id: "span-text", rows: 6, dir: directionOf(shown.words(item.start, item.end)), lang: pack.language || null, spellcheck: "false", "aria-readonly": "true",
    autocomplete: "off", "aria-describedby": "span-hint",
  });
  text.value = shown.text.replaceAll("\r", " "); // a lone or paired return would change what the offsets count
  const whole = text.value;
  text.addEventListener("beforeinput", (event) => event.preventDefault()); // not readonly: then there would be no caret
  text.addEventListener("input", () => { text.value = whole; });
  const useSelection = () => {
    const [from, to] = [text.selectionStart, text.selectionEnd];
    if (takeSpan(from < to ? shown.tidy(shown.offset(from), shown.offset(to), wholeWords) : null)) say("The selected words are the passage.");
  };
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      useSelection();
    }
  });
  const words = make("input", { id: "span-words", type: "text", dir: "auto", autocomplete: "off", spellcheck: "false" });
  let [asked, turn] = ["", 0];
  const find = () => {
    const found = shown.find(words.value);
    turn = asked === words.value ? turn + 1 : 0;
    asked = words.value;
    if (!found.length) return say("These words are not in what this page shows of the transcript.");
    const span = found[turn % found.length];
    takeSpan(span);
    const more = found.length > 1 ? ` They stand ${found.length} times; this is number ${(turn % found.length) + 1}. Find again for the next.` : "";
    return say(`Found.${more}`);
  };
  words.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      find();
    }
  });
  const button = (name, onclick) => make("button", { type: "button", onclick }, name);
  const step = (name, which, by) => button(name, () => {
    const span = shown.moved(spanNow(), which, by);
    if (span) takeSpan(span);
    else say("There is no further word on this page.");
  });
  const sides = item.sides.filter((side) => side.code && !(side.start === item.start && side.end === item.end));
  const check = make("input", { type: "checkbox", id: "span-whole" });
  check.checked = wholeWords;
  check.addEventListener("change", () => { wholeWords = check.checked; });
  return make("fieldset", { class: "passage" },
    make("legend", {}, "Passage"),
    make("p", { id: "span-said", role: "status" }),
    make("div", { class: "tools" },
      button("The whole passage", () => takeSpan([item.start, item.end])),
      sides.map((side) => button(`As ${side.letter}`, () => takeSpan([side.start, side.end])))),
    make("label", { for: "span-text" }, "Select it here"),
    text,
    make("p", { id: "span-hint", class: "soft" }, "With the mouse; or go to its beginning with the arrow keys and hold Shift. Then Enter, or:"),
    make("div", { class: "tools" }, button("Use the selection", useSelection),
      make("label", { class: "check" }, check, " whole words")),
    make("div", { class: "tools" },
      make("label", { for: "span-words" }, "Or type its words"), words, button("Find", find)),
    make("div", { class: "tools", role: "group", "aria-label": "Move the passage’s ends" },
      step("Begin a word earlier", "start", -1), step("Begin a word later", "start", 1),
      step("End a word earlier", "end", -1), step("End a word later", "end", 1)),
  );
}

// ---------------------------------------------------------------- the words in their context, with what was coded in them

/** The words of an item in pieces, each with the classes of what covers it. */
function pieces(item, words, span) {
  const marks = item.sides.filter((side) => side.code).map((side) => [side.letter.toLowerCase(), side.start, side.end]);
  if (span) marks.push(["new", ...span]);
  const inWords = item.voices.map(([start, end]) => [start, end]);
  const cuts = new Set([words.start, words.end]);
  for (const [start, end] of [...marks.map((mark) => mark.slice(1)), ...inWords]) {
    for (const cut of [start, end]) if (cut > words.start && cut < words.end) cuts.add(cut);
  }
  const places = [...cuts].sort((one, two) => one - two);
  return places.slice(0, -1).map((start, at) => {
    const end = places[at + 1];
    const classes = marks.filter(([, from, to]) => from <= start && end <= to).map(([name]) => `in-${name}`);
    if (item.voices.length && !inWords.some(([from, to]) => from <= start && end <= to)) classes.push("label");
    for (const [from, to, role] of item.voices) if (role === "interviewer" && from <= start && end <= to) classes.push("interviewer");
    return make("span", { class: classes.join(" ") || null }, words.words(start, end));
  });
}

function contextOf(item, words, span, id) {
  const classes = ["context", words.start > 0 && "more-before", words.end < item.length && "more-after"].filter(Boolean).join(" ");
  return make("div", { class: classes, id, dir: directionOf(words.words(item.start, item.end)), lang: pack.language || null }, pieces(item, words, span));
}

function drawContext() {
  const old = byId("context");
  if (old) old.replaceChildren(...pieces(current, shown, form.choice === "other" ? form.span : null));
}

let selected = null; // the words last selected in the context, as a span

function onSelection() {
  const context = byId("context");
  const button = byId("use-selected");
  if (!context || !button) return;
  const selection = document.getSelection();
  if (!selection.rangeCount || selection.isCollapsed) {
    if (document.activeElement !== button) {
      selected = null;
      button.disabled = true;
    }
    return;
  }
  const range = selection.getRangeAt(0);
  if (!range.intersectsNode(context)) return;
  const inside = document.createRange();
  inside.selectNodeContents(context);
  const part = range.cloneRange();
  if (range.compareBoundaryPoints(Range.START_TO_START, inside) < 0) part.setStart(inside.startContainer, inside.startOffset);
  if (range.compareBoundaryPoints(Range.END_TO_END, inside) > 0) part.setEnd(inside.endContainer, inside.endOffset);
  inside.setEnd(part.startContainer, part.startOffset);
  const from = inside.toString().length;
  selected = shown.tidy(shown.offset(from), shown.offset(from + part.toString().length), wholeWords);
  button.disabled = !selected;
}
