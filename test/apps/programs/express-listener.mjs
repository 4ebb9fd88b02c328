// An Express app handed to a createServer of one's choice, with Express loaded first.
// Arguments: the Express package, the module with createServer, and how the server has the app: itself, or within a function
// that calls it, at once or later.
const [, , expressName, http, how] = process.argv;
const { default: express } = await import(expressName);
const { site } = await import('./express-site.mjs');
const app = site(express);
const { createServer } = await import(http);
const listeners = {
  itself: app,
  called: (req, res) => app(req, res),
  'called later': async (req, res) => {
    await null;
    app(req, res);
  },
};
const server = createServer(listeners[how]).listen(0, () => console.log(server.address().port));
