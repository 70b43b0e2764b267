// Patterns whose repetitions lie within each other (twin: blueprints/forms/engine/matching.py).
// A usual engine may try them for years. Here every part of a pattern turns the places that are reached in a text into
// those that are reached after it; each place counts once, so that it ends.

const TIMES = /(?:([*+?])|\{(\d+)(,?)(\d*)\})\??/y;
const TOKEN = /\[\^?(?:\\.|[^\]\\])*\]|\\.|./suy;

/** Whether all of a text fits a pattern. */
export function matches(pattern, text) {
  const letters = [...text];
  let at = 0;

  const take = (what) => {
    what.lastIndex = at;
    const found = what.exec(pattern);
    if (found) at = what.lastIndex;
    return found;
  };

  function either() {
    const ways = [sequence()];
    while (pattern[at] === "|") {
      at++;
      ways.push(sequence());
    }
    return (places) => new Set(ways.flatMap((way) => [...way(places)]));
  }

  function sequence() {
    const parts = [];
    while (at < pattern.length && !"|)".includes(pattern[at])) parts.push(repeated());
    return (places) => parts.reduce((reached, part) => part(reached), places);
  }

  function repeated() {
    const part = one();
    const found = take(TIMES);
    if (!found) return part;
    const [, sign, low, comma, high] = found;
    const least = Number(low ?? sign === "+");
    const most = sign === "?" ? 1 : Number(low ? high || (comma ? 0 : low) : 0); // 0: without end
    return (places) => {
      const reached = new Set(least ? [] : places);
      for (let times = 1; places.size && !(most && times > most); times++) {
        places = part(places);
        if (times < least) continue;
        places = new Set([...places].filter((place) => !reached.has(place)));
        for (const place of places) reached.add(place);
      }
      return reached;
    };
  }

  function one() {
    const [token] = take(TOKEN);
    if (token === "(") {
      if (pattern.startsWith("?:", at)) at += 2;
      const inner = either();
      at++;
      return inner;
    }
    if (token === "^" || token === "$") {
      const edge = token === "^" ? 0 : letters.length;
      return (places) => new Set(places.has(edge) ? [edge] : []);
    }
    const letter = new RegExp(`^${token}$`, "su");
    return (places) =>
      new Set([...places].filter((place) => letter.test(letters[place] ?? "")).map((place) => place + 1));
  }

  return either()(new Set([0])).has(letters.length);
}
