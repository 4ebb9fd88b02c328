"use strict";

// Un livre d'or : un formulaire, un cookie, une redirection, un 304, une réponse en morceaux. À lancer avec l'inspecteur.
// A guest book: a form, a cookie, a redirect, a 304, an answer in chunks. To be run with the inspector.
//
//   npx premier examples/livre-d-or.cjs --inspect

const http = require("premier");

const port = Number(process.env.PORT ?? 8080);
const limite = 4096;
const noms = [];

// Ce qu'un client a écrit n'entre dans une page qu'ainsi : sinon, il y écrirait du HTML.
// What a client wrote enters a page in this way only: otherwise it could write HTML there.
const texte = (s) => s.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

const page = (moi) => `<!doctype html>
<html lang="fr"><meta charset="utf-8"><title>Livre d’or</title>
<h1>Livre d’or</h1>
<p>${moi ? `Bonjour, ${texte(moi)}.` : "Bonjour."} Signatures : ${texte(noms.join(", ")) || "aucune"}.</p>
<form method="post"><label>Votre nom <input name="nom" required></label> <button>Signer</button></form>
<p><a href="/compte">Compter jusqu’à cinq</a></p></html>
`;

function signer(requete, reponse) {
  let corps = "";
  requete.setEncoding("utf8");
  requete.on("data", (morceau) => {
    if (corps.length <= limite) corps += morceau;
  });
  requete.on("end", () => {
    const nom = new URLSearchParams(corps).get("nom") ?? "";
    if (corps.length > limite || nom === "") {
      reponse.writeHead(400, { "Content-Type": "text/plain; charset=utf-8" });
      reponse.end("Il faut un nom, et un nom court.\n");
      return;
    }
    noms.push(nom);
    // Le navigateur rendra le cookie à chaque requête, et ira lire la page : la recharger ne signera pas deux fois.
    // The browser gives the cookie back with each request, and goes to read the page: to reload it doesn't sign twice.
    reponse.setHeader("Set-Cookie", `nom=${encodeURIComponent(nom)}; HttpOnly; SameSite=Lax`);
    reponse.writeHead(303, { Location: "/" }).end();
  });
}

function montrer(requete, reponse) {
  const cookie = /(?:^|; )nom=([\w%.*'()!~-]*)/.exec(requete.headers.cookie ?? "")?.[1] ?? "";
  let moi = "";
  try {
    moi = decodeURIComponent(cookie);
  } catch {
    // Un cookie qui n'est pas de nous. / A cookie that is none of ours.
  }
  // La même étiquette, la même page : inutile de la renvoyer.
  // The same label, the same page: no need to send it again.
  const etiquette = `"${noms.length}-${encodeURIComponent(moi)}"`;
  reponse.setHeader("ETag", etiquette);
  reponse.setHeader("Cache-Control", "private, no-cache");
  if (requete.headers["if-none-match"] === etiquette) {
    reponse.writeHead(304).end();
  } else {
    reponse.setHeader("Content-Type", "text/html; charset=utf-8");
    reponse.end(page(moi));
  }
}

// La longueur n'est pas connue d'avance : chaque ligne part dans un morceau.
// The length is not known beforehand: each line leaves in a chunk.
function compter(reponse, nombre = 1) {
  if (nombre === 1) reponse.setHeader("Content-Type", "text/plain; charset=utf-8");
  reponse.write(`${nombre}\n`);
  if (nombre === 5) reponse.end();
  else setTimeout(() => compter(reponse, nombre + 1), 200);
}

const serveur = http.createServer((requete, reponse) => {
  if (requete.url === "/compte") compter(reponse);
  else if (requete.url !== "/") reponse.writeHead(404).end();
  else if (requete.method === "POST") signer(requete, reponse);
  else montrer(requete, reponse);
});

serveur.listen(port, () => console.log(`Livre d’or : http://localhost:${serveur.address().port}/`));
