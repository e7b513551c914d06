// What dmn-js offers and the server does not take, or what a designer must not touch.

/** Languages other than FEEL have no engine here; ids of files are addresses of other files. */
function Finish(eventBus) {
  eventBus.on("definitionIdView.create", ({ html }) => {
    const id = html.querySelector(".dmn-definitions-id");
    // registered after the editor's own handler: it made the id editable
    id?.removeAttribute("contenteditable");
    id?.setAttribute("hidden", "");
  });
}
Finish.$inject = ["eventBus"];

export const finish = { __init__: ["finish"], finish: ["type", Finish] };
