// A photo of an answer, or another file: kept on the phone at once, photos made small; the form only carries its id.

import { done, put, write } from "./db.js";
import { hidden, sha256, uuid } from "./fields.js";
import { element, icon } from "./status.js";
import { size, t } from "./words.js";

const LONGEST = 1600; // pixels
const QUALITY = 0.8;
const MOST = 15_000_000; // bytes: what the server takes in one delivery, with some room

/** The picture as a JPEG of at most 1600 px, or the file itself where this browser cannot read it. */
export async function shrink(file) {
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
    const [width, height] = [Math.round(picture.width * scale), Math.round(picture.height * scale)];
    const canvas = globalThis.OffscreenCanvas
      ? new OffscreenCanvas(width, height)
      : Object.assign(document.createElement("canvas"), { width, height });
    canvas.getContext("2d").drawImage(picture, 0, 0, width, height);
    picture.close();
    const type = "image/jpeg";
    const blob = canvas.convertToBlob
      ? await canvas.convertToBlob({ type, quality: QUALITY })
      : await new Promise((resolve) => canvas.toBlob(resolve, type, QUALITY));
    return blob ?? file;
  } catch {
    return file; // the server looks at it; one that is no picture is held
  }
}

/** Keeps a chosen file for the capture that is being written; gives its record. */
export async function take(file, capture, author) {
  const blob = file.type.startsWith("image/") ? await shrink(file) : file;
  const bytes = await blob.arrayBuffer(); // Safari has lost Blobs in IndexedDB
  const record = {
    id: uuid(),
    capture,
    author,
    draft: true,
    name: file.name.slice(-100),
    type: blob.type || file.type,
    size: bytes.byteLength,
    sha256: await sha256(bytes),
    bytes,
    taken: Date.now(),
    state: "waiting",
    tries: 0,
  };
  await put("files", record);
  return record;
}

/** Removes a photo from a form. What a capture has kept stays: only that capture's delivery, or a person, ends it. */
export const release = (id) =>
  write(["files"], async (s) => {
    if ((await done(s.files.get(id)))?.draft) s.files.delete(id);
  });

/**
 * Makes the image questions of a form work: a file field gives its name to a hidden one that carries the id.
 * `context()` resolves to {id, author} of the capture; `known(id)` to the record of a photo that a draft had.
 */
export function photos(form, context, known) {
  const made = [];
  for (const field of form.querySelectorAll("input[type=file]")) made.push(wire(form, field, context, known));
  form.addEventListener("tournee:row", ({ detail }) => {
    for (const field of detail.querySelectorAll("input[type=file]")) made.push(wire(form, field, context, known));
  });
  return made;
}

function wire(form, field, context, known) {
  const name = field.dataset.photo || field.name;
  field.removeAttribute("name"); // without scripts it would travel with the words
  const before = [...form.elements].find((one) => one.name === name && one.type === "hidden");
  const answer = before ?? hidden(form, name, "");
  field.before(answer); // where it stands, it is as relevant as its question
  const photo = field.accept === "image/*";
  const line = element("p", "photo-line");
  line.hidden = true;
  const words = element("span");
  const away = Object.assign(element("button", "button"), { type: "button" });
  away.dataset.tone = "link";
  away.append(element("span", "", t("Remove")));
  line.append(icon("image"), words, away);
  field.after(line);
  const show = async () => {
    const record = answer.value && (await known(answer.value));
    line.hidden = !answer.value;
    const facts = record && { name: record.name, size: size(record.size) };
    if (photo) words.textContent = record ? t("1 photo, {size}, on this phone", facts) : t("1 photo");
    else words.textContent = record ? t("{name}, {size}, on this phone", facts) : t("1 file");
  };
  const changed = () => answer.dispatchEvent(new Event("change", { bubbles: true }));
  field.addEventListener("change", async () => {
    const file = field.files[0];
    if (!file) return;
    field.value = "";
    if (!file.type.startsWith("image/") && file.size > MOST) {
      line.hidden = false;
      words.textContent = t("This file is larger than {size}: it cannot be sent.", { size: size(MOST) });
      return;
    }
    const { id, author } = await context();
    try {
      const record = await take(file, id, author);
      if (answer.value) await release(answer.value);
      answer.value = record.id;
      await show();
      changed();
    } catch {
      line.hidden = false;
      words.textContent = photo
        ? t("The photo could not be kept on this phone. Your words are not affected.")
        : t("The file could not be kept on this phone. Your words are not affected.");
    }
  });
  away.addEventListener("click", async () => {
    await release(answer.value);
    answer.value = "";
    await show();
    changed();
    field.focus();
  });
  form.addEventListener("tournee:restored", show);
  return answer;
}
