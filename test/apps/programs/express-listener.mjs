// An Express app handed to a createServer of one's choice, with Express loaded first.
// Arguments: the Express package, the module with createServer.
const [, , expressName, http] = process.argv;
const { default: express } = await import(expressName);
const { site } = await import('./express-site.mjs');
const app = site(express);
const { createServer } = await import(http);
const server = createServer(app).listen(0, () => console.log(server.address().port));
