"use strict";

// Lire un corps en JSON, sans croire le client sur parole.
// Read a JSON body, without taking the client at its word.
//
//   node examples/lire-du-json.cjs
//   curl localhost:8080 --json '{"nombres": [1, 2, 3]}'

const http = require("premier");

const port = Number(process.env.PORT ?? 8080);
const tailleMax = 100_000; // octets · bytes

// Le corps arrive par morceaux. Au-delà de la limite on les lit encore, sans les garder : le client entendra la réponse.
// The body comes in pieces. Past the limit we still read but no longer keep them: the client will hear the answer.
async function lireJson(requete) {
  const morceaux = [];
  let taille = 0;
  for await (const morceau of requete) {
    taille += morceau.length;
    if (taille <= tailleMax) morceaux.push(morceau);
  }
  if (taille > tailleMax) throw Object.assign(new Error("corps trop grand"), { statut: 413 });
  try {
    return JSON.parse(Buffer.concat(morceaux).toString("utf8"));
  } catch {
    throw Object.assign(new Error("ce n’est pas du JSON"), { statut: 400 });
  }
}

function somme(demande) {
  const nombres = demande?.nombres;
  if (!Array.isArray(nombres) || !nombres.every(Number.isFinite)) {
    throw Object.assign(new Error("« nombres » doit être une liste de nombres"), { statut: 422 });
  }
  return nombres.reduce((total, nombre) => total + nombre, 0);
}

function repondre(reponse, statut, contenu) {
  reponse.writeHead(statut, { "Content-Type": "application/json" });
  reponse.end(`${JSON.stringify(contenu)}\n`);
}

const serveur = http.createServer(async (requete, reponse) => {
  if (requete.method !== "POST") {
    reponse.setHeader("Allow", "POST");
    repondre(reponse, 405, { erreur: "envoyez du JSON avec POST" });
    return;
  }
  try {
    repondre(reponse, 200, { somme: somme(await lireJson(requete)) });
  } catch (erreur) {
    // Le client est parti avant la fin : personne à qui répondre.
    // The client left before the end: nobody is there to answer.
    if (erreur.code === "ECONNRESET") return;
    repondre(reponse, erreur.statut ?? 500, { erreur: erreur.message });
  }
});

serveur.listen(port, () => console.log(`Serveur démarré : http://localhost:${serveur.address().port}`));
