// Offsets are Unicode code points of the transcript's text, half-open; JavaScript's own strings count UTF-16 units.

const WORD = /[\p{L}\p{N}\p{M}_]+(?:['’-][\p{L}\p{N}\p{M}_]+)*/gu;
// where words stand without blanks between them, a run of letters is not one word
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

function pointsBefore(text, units) {
  let count = 0;
  for (let at = 0; at < units; count += 1) at += text.codePointAt(at) > 0xffff ? 2 : 1;
  return count;
}

/** The words that an item shows, by offsets of the whole transcript. */
class Shown {
  constructor(item) {
    this.text = item.text;
    this.points = Array.from(item.text);
    this.start = item.at;
    this.end = item.at + this.points.length;
  }

  /** The words from one offset to another, as far as they are shown. */
  words(start, end) {
    const [low, high] = [Math.max(start, this.start), Math.min(end, this.end)];
    return low < high ? this.points.slice(low - this.start, high - this.start).join("") : "";
  }

  /** The offset of a place in `text`, given in UTF-16 units. */
  offset(units) {
    return this.start + pointsBefore(this.text, units);
  }

  /** The place in `text`, in UTF-16 units, of an offset. */
  units(offset) {
    return this.words(this.start, offset).length;
  }

  /** Offsets of all words shown. */
  get tokens() {
    if (!this._tokens) {
      this._tokens = [];
      let [units, points] = [0, this.start];
      for (const found of this.text.matchAll(WORD)) {
        points += pointsBefore(this.text.slice(units, found.index), found.index - units);
        const length = Array.from(found[0]).length;
        this._tokens.push({ start: points, end: points + length, word: found[0] });
        points += length;
        units = found.index + found[0].length;
      }
    }
    return this._tokens;
  }

  /** A span without blanks at its ends and, where wanted, grown to whole words; null where nothing is left. */
  tidy(start, end, whole) {
    const blank = (offset) => /^[\s\u0000]$/u.test(this.points[offset - this.start]);
    let [low, high] = [Math.max(start, this.start), Math.min(end, this.end)];
    while (low < high && blank(low)) low += 1;
    while (low < high && blank(high - 1)) high -= 1;
    if (low >= high) return null;
    if (whole) {
      for (const token of this.tokens) {
        if (UNSPACED.test(token.word)) continue;
        if (token.start < low && low < token.end) low = token.start;
        if (token.start < high && high < token.end) high = token.end;
      }
    }
    return [low, high];
  }

  /** The span whose first or last word is one earlier or later; null where there is no such span. */
  moved([start, end], which, step) {
    const edges = this.tokens.map((token) => (which === "start" ? token.start : token.end));
    const now = which === "start" ? start : end;
    const to = step < 0 ? edges.filter((edge) => edge < now).at(-1) : edges.find((edge) => edge > now);
    if (to === undefined) return null;
    const span = which === "start" ? [to, end] : [start, to];
    return span[0] < span[1] ? span : null;
  }

  /** Every span where these words stand, whatever their case, blanks and punctuation between them. */
  find(words) {
    const plain = (word) => word.normalize("NFC").toLowerCase().replaceAll("’", "'");
    const wanted = Array.from(words.matchAll(WORD), (found) => plain(found[0]));
    const found = [];
    if (wanted.length) {
      const have = this.tokens.map((token) => plain(token.word));
      for (let at = 0; at + wanted.length <= have.length; at += 1) {
        if (wanted.every((word, n) => have[at + n] === word)) {
          found.push(this._punctuated(words, this.tokens[at].start, this.tokens[at + wanted.length - 1].end));
        }
      }
    }
    if (!found.length && words.trim()) {
      for (let at = this.text.indexOf(words.trim()); at >= 0; at = this.text.indexOf(words.trim(), at + 1)) {
        found.push([this.offset(at), this.offset(at + words.trim().length)]);
      }
    }
    return found;
  }

  /** A span with the marks around it, where the words asked for have them too. */
  _punctuated(words, start, end) {
    const head = words.trim().match(/^[^\p{L}\p{N}\p{M}_\s]*/u)[0];
    const tail = words.trim().match(/[^\p{L}\p{N}\p{M}_\s]*$/u)[0];
    const [before, after] = [Array.from(head).length, Array.from(tail).length];
    return [
      head && this.words(start - before, start) === head ? start - before : start,
      tail && this.words(end, end + after) === tail ? end + after : end,
    ];
  }
}

/** An element; text is always set as text, never as markup. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (name === "class") element.className = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

/** Names, ids and people's own words, kept from turning the order of what stands beside them. */
function own(text, attributes = {}) {
  return make("bdi", attributes, text);
}

const RIGHT_TO_LEFT = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}]/u;

/** How a participant's words run: by their own first letter, not by the label before them. */
function directionOf(words) {
  const letter = words.match(/\p{L}/u);
  return letter && RIGHT_TO_LEFT.test(letter[0]) ? "rtl" : "ltr";
}

const byId = (id) => document.getElementById(id);
const squeezed = (text) => text.trim().replace(/\s+/gu, " ");
const many = (count, one, more = `${one}s`) => `${count} ${count === 1 ? one : more}`;
