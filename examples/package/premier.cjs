"use strict";

// Ce que `require("premier")` veut dire dans ce dossier : le paquet construit à côté, ou une phrase s'il manque.
// What `require("premier")` means in this folder: the package that is built beside it, or one sentence if it is missing.

require("../../scripts/node-version.cjs");

const { existsSync } = require("node:fs");
const { createRequire } = require("node:module");
const { join } = require("node:path");

const racine = join(__dirname, "..", "..");

if (!existsSync(join(racine, "dist"))) {
  console.error(
    "premier n’est pas encore construit ; lancez npm start une fois. / premier is not built yet; run npm start once.",
  );
  process.exit(1);
}

module.exports = createRequire(join(racine, "package.json"))("premier");
