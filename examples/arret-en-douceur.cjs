"use strict";

// S'arrêter sans couper la parole : finir les réponses en cours, puis rendre le port.
// Stop without cutting anyone off: finish the responses under way, then give the port back.
//
//   node examples/arret-en-douceur.cjs
//   curl localhost:8080 &      puis Ctrl + C · then Ctrl + C

const http = require("premier");

const port = Number(process.env.PORT ?? 8080);
const duree = Number(process.env.DUREE ?? 3000); // ms
const patience = 10_000; // ms

const serveur = http.createServer((_requete, reponse) => {
  reponse.setHeader("Content-Type", "text/plain; charset=utf-8");
  reponse.write("Je réfléchis…\n");
  setTimeout(() => reponse.end("Voilà.\n"), duree);
});

function arreter() {
  console.log("On ferme : plus de nouveaux clients, on finit les réponses en cours.");
  serveur.close(() => console.log("Serveur arrêté."));
  // Un client qui ne lit jamais la fin ne nous retiendra pas.
  // A client that never reads the end will not keep us.
  setTimeout(() => serveur.closeAllConnections(), patience).unref();
}

process.once("SIGINT", arreter);
process.once("SIGTERM", arreter);

serveur.listen(port, () => console.log(`Serveur démarré : http://localhost:${serveur.address().port}`));
