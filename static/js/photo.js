// A photo of an answer: made small, kept on the phone at once; the form only carries its id.

import { done, put, write } from "./db.js";
import { hidden, sha256, uuid } from "./fields.js";
import { element, icon } from "./status.js";
import { size, t } from "./words.js";

const LONGEST = 1600; // pixels
const QUALITY = 0.8;

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
  const blob = await shrink(file);
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
  for (const field of form.querySelectorAll("input[type=file]")) {
    const name = field.dataset.photo || field.name;
    field.removeAttribute("name"); // without scripts it would travel with the words
    const before = [...form.elements].find((one) => one.name === name && one.type === "hidden");
    const answer = before ?? hidden(form, name, "");
    field.before(answer); // where it stands, it is as relevant as its question
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
      words.textContent = record ? t("1 photo, {size}, on this phone", { size: size(record.size) }) : t("1 photo");
    };
    const changed = () => answer.dispatchEvent(new Event("change", { bubbles: true }));
    field.addEventListener("change", async () => {
      const file = field.files[0];
      if (!file) return;
      field.value = "";
      const { id, author } = await context();
      try {
        const record = await take(file, id, author);
        if (answer.value) await release(answer.value);
        answer.value = record.id;
        await show();
        changed();
      } catch {
        line.hidden = false;
        words.textContent = t("The photo could not be kept on this phone. Your words are not affected.");
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
    made.push(answer);
  }
  return made;
}
