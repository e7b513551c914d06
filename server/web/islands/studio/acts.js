// The buttons of an editor: data-act names what each does; what cannot be done now is disabled.

/**
 * @param {HTMLElement} island dispatches "changed" when something was done
 * @param {Record<string, () => void>} acts by the name in data-act
 * @param {() => Record<string, boolean>} can which of them can be done now; the others always can
 */
export function act(island, acts, can) {
  const buttons = [...island.querySelectorAll("[data-act]")].filter((button) => acts[button.dataset.act]);
  for (const button of buttons) {
    button.addEventListener("click", () => {
      acts[button.dataset.act]();
      refresh();
    });
  }
  island.addEventListener("changed", refresh);
  refresh();
  return refresh;

  function refresh() {
    const now = can();
    for (const button of buttons) button.disabled = now[button.dataset.act] === false;
  }
}
