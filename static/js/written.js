// Labels as forms write them: bold, italic, line breaks and links; all else is text (twin: blueprints/forms/written.py).

const MARK =
  /\*\*(?=\S)(.+?)(?<=\S)\*\*|__(?=\S)(.+?)(?<=\S)__|<(b|strong)(?: [^<>]*)?>(.*?)<\/\3>|\*(?=[^\s*])([^*]+?)(?<=\S)\*|(?<![\p{L}\p{N}])_(?=[^\s_])([^_]+?)(?<=\S)_(?![\p{L}\p{N}])|<(i|em)(?: [^<>]*)?>(.*?)<\/\7>|\[([^[\]]+)\]\(((?:https?:\/\/|mailto:|tel:)[^\s()<>]+)\)|<br ?\/?>|\r?\n/gsu;

/** The text as nodes. Addresses of links are http, https, mailto or tel. */
export function written(said) {
  if (!/[*_<[\n]/.test(said)) return [said];
  const text = said.replaceAll("****", ""); // what was to be bold is empty
  const nodes = [];
  let at = 0;
  for (const found of text.matchAll(MARK)) {
    if (found.index > at) nodes.push(text.slice(at, found.index));
    nodes.push(one(found));
    at = found.index + found[0].length;
  }
  if (at < text.length) nodes.push(text.slice(at));
  return nodes;
}

function one([, b, b2, , b3, i, i2, , i3, words, address]) {
  const bold = b ?? b2 ?? b3;
  const italic = i ?? i2 ?? i3;
  const node = document.createElement(bold !== undefined ? "b" : italic !== undefined ? "i" : words ? "a" : "br");
  if (words) Object.assign(node, { href: address, rel: "noopener noreferrer", target: "_blank" });
  if (node.localName !== "br") node.append(...written(bold ?? italic ?? words));
  return node;
}

/** The same without marks, for a place that takes words alone. */
export function plain(text) {
  const place = document.createElement("p");
  place.append(...written(text));
  for (const line of place.querySelectorAll("br")) line.replaceWith(" ");
  return place.textContent.replace(/\s+/g, " ").trim();
}
