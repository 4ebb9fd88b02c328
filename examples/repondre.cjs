"use strict";

// Répondre à chaque requête selon sa méthode et son chemin.
// Answer each request according to its method and its path.
//
//   node examples/repondre.cjs
//   curl "localhost:8080/bonjour?nom=Ada"

const http = require("premier");

const port = Number(process.env.PORT ?? 8080);

const serveur = http.createServer((requete, reponse) => {
  const [chemin, question] = requete.url.split("?", 2);

  // Tout ce qui suit est du texte, écrit en UTF-8 : le client doit le savoir pour lire les accents.
  // All that follows is text, written in UTF-8: the client must know, or it misreads the accents.
  reponse.setHeader("Content-Type", "text/plain; charset=utf-8");

  if (chemin !== "/bonjour") {
    reponse.statusCode = 404;
    reponse.end("Rien à cette adresse. Essayez /bonjour?nom=Ada\n");
  } else if (requete.method !== "GET" && requete.method !== "HEAD") {
    reponse.statusCode = 405;
    reponse.setHeader("Allow", "GET, HEAD");
    reponse.end("On ne peut que lire cette adresse.\n");
  } else {
    const nom = new URLSearchParams(question).get("nom") ?? "tout le monde";
    reponse.end(`Bonjour, ${nom} !\n`);
  }
});

serveur.listen(port, () =>
  console.log(`Serveur démarré : http://localhost:${serveur.address().port}/bonjour`),
);
