"use strict";

// Envoyer un fichier au fur et à mesure qu'on le lit : il n'est jamais tout entier en mémoire.
// Send a file while reading it: it is never in memory as a whole.
//
//   node examples/envoyer-un-fichier.cjs film.mp4
//   curl -O -J localhost:8080

const http = require("premier");
const { open } = require("node:fs/promises");
const { basename } = require("node:path");
const { pipeline } = require("node:stream/promises");

const port = Number(process.env.PORT ?? 8080);
const chemin = process.argv[2] ?? __filename;

const serveur = http.createServer(async (_requete, reponse) => {
  let fichier;
  try {
    fichier = await open(chemin);
    const etat = await fichier.stat();
    if (!etat.isFile()) throw new Error("ce n’est pas un fichier");
    reponse.setHeader("Content-Type", "application/octet-stream");
    reponse.setHeader("Content-Length", etat.size);
    reponse.setHeader(
      "Content-Disposition",
      `attachment; filename*=UTF-8''${encodeURIComponent(basename(chemin))}`,
    );
    // `pipeline` attend que le client suive, et ferme le fichier même s'il s'en va.
    // `pipeline` waits for the client to keep up, and closes the file even if it leaves.
    await pipeline(fichier.createReadStream(), reponse);
  } catch (erreur) {
    console.error(`${chemin} : ${erreur.message}`);
    // Une fois la tête partie, il est trop tard pour un autre code d'état.
    // Once the head has left it is too late for another status code.
    if (!reponse.headersSent) reponse.writeHead(500).end();
  } finally {
    await fichier?.close();
  }
});

serveur.listen(port, () => console.log(`Serveur démarré : http://localhost:${serveur.address().port}`));
