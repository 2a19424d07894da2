// The one thing that needs a script of its own: the button that copies the draft.
document.addEventListener("DOMContentLoaded", () => {
  const button = document.getElementById("copy");
  if (!button || !navigator.clipboard) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById("yaml").value);
    document.getElementById("said").textContent = "Copied.";
  });
});
