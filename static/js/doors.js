// Signing in and out on a phone: nobody sees the one before, and nothing that waits is lost on the way out.

import { deliver } from "./delivery.js";
import { holdings } from "./outbox.js";
import { finishLeaving, leave, signing, who } from "./person.js";
import { element } from "./status.js";
import { t, tn } from "./words.js";

/** Does the phone's part of signing in or out, then lets the form go through. */
export async function pass(form, button) {
  const work = form.getAttribute("action").startsWith("/sign-out") ? () => exit(form) : enter;
  if (!(await work().catch(() => true))) return;
  form.dataset.through = "";
  form.requestSubmit(button?.form === form ? button : undefined);
}

async function enter() {
  await finishLeaving(); // a sign-out that waits for network comes before the next sign-in
  await signing();
  return true;
}

async function exit(form) {
  const person = (await who())?.person;
  if (person) {
    const { waiting, drafts } = await left(person);
    if (waiting || drafts) {
      const choice = await question(waiting, drafts);
      if (choice === "stay") return false;
      if (choice === "send") {
        await deliver(person, { force: true });
        const still = await left(person);
        if (still.waiting && (await question(still.waiting, still.drafts, true)) !== "leave") return false;
      }
    }
  }
  await leave();
  if (await finishLeaving()) return location.assign(location.pathname.startsWith("/kiosk/") ? "/kiosk/" : "/sign-in");
  form.closest("details")?.removeAttribute("open");
  location.assign("/offline");
  return false;
}

/** What the server does not have yet: captures, photos whose words it has, and drafts. */
async function left(person) {
  const { captures, files, drafts } = await holdings(person);
  const photos = files.filter((file) => !captures.some((one) => one.id === file.capture));
  return { waiting: captures.length + photos.length, drafts: drafts.length };
}

/** Says what is still here and asks: "send", "leave" or "stay". */
function question(captures, drafts, again = false) {
  const dialog = element("dialog", "card");
  const title = element(
    "h2",
    "",
    captures
      ? tn("{n} item has not been sent yet", "{n} items have not been sent yet", captures)
      : tn("{n} draft is on this phone", "{n} drafts are on this phone", drafts),
  );
  title.id = "leave-title";
  dialog.setAttribute("aria-labelledby", title.id);
  const words = element(
    "p",
    "",
    again
      ? t(
          "The server could not be reached for all of them. They stay on this phone, unseen, until you sign in here again.",
        )
      : t("They stay on this phone, unseen by others, until you sign in here again. Better send them first."),
  );
  const row = element("div", "actions");
  const choices = [
    captures && ["send", "brand", again ? t("Try again") : t("Send first")],
    ["leave", "quiet", t("Sign out anyway")],
    ["stay", "link", t("Cancel")],
  ];
  dialog.append(title, words, row);
  return new Promise((resolve) => {
    for (const [value, tone, text] of choices.filter(Boolean)) {
      const button = Object.assign(element("button", "button", text), { type: "button" });
      button.dataset.tone = tone;
      button.addEventListener("click", () => dialog.close(value));
      row.append(button);
    }
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue || "stay");
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
