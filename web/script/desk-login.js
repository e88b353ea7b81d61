// A session that has ended takes nothing away: the dialog signs in again by itself, and what waits goes on.

export function createSignIn({ document, host, t, onBack }) {
  const dialog = document.getElementById("sign-in");
  const form = dialog.querySelector("form");
  const problem = form.querySelector(".problem");
  let before;

  function say(words) {
    problem.hidden = !words;
    problem.textContent = words;
  }

  async function signIn(event) {
    event.preventDefault();
    event.stopPropagation();
    const body = new URLSearchParams(new FormData(form));
    form.setAttribute("aria-busy", "true");
    let outcome = "session-offline";
    try {
      const answer = await host.fetch("/login", {
        method: "POST", body, redirect: "manual", credentials: "same-origin", headers: { Accept: "text/html" },
      });
      // Where it leads on to does not matter here: that it does says that the session has begun.
      const led = answer.type === "opaqueredirect" || answer.status === 303;
      outcome = led ? undefined : answer.status === 429 ? "session-wait" : answer.status < 500 ? "session-wrong" : outcome;
    } catch { /* no answer */ }
    form.setAttribute("aria-busy", "false");
    say(outcome ? t(outcome) : "");
    if (outcome) return form.elements.password.select();
    form.elements.password.value = "";
    dialog.close();
    onBack(form.elements.name.value);
  }

  form.addEventListener("submit", signIn);
  form.querySelector("[data-later]").addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => before?.isConnected && before.focus());
  return {
    isOpen: () => dialog.open,
    ask() {
      if (dialog.open) return;
      before = document.activeElement;
      say("");
      dialog.showModal();
      form.elements[form.elements.name.value ? "password" : "name"].focus();
    },
  };
}
