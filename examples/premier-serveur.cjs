"use strict";

const http = require("premier");
const server = http.createServer();

server.listen(8080, () => console.log("Serveur démarré !"));
