"use strict";

// HTTPS sur cet ordinateur, sans fichier : une autorité à soi, créée une fois, signe pour ses noms et renouvelle à temps.
// HTTPS on this computer, without any file: an authority of its own, made once, signs for its names and renews in time.
//
//   node examples/https-en-local.cjs
//   npx premier trust          pour que les navigateurs y croient · so that browsers believe it

const https = require("premier/https");

const port = Number(process.env.PORT ?? 8443);

const serveur = https.createServer((requete, reponse) => {
  reponse.setHeader("Content-Type", "text/plain; charset=utf-8");
  reponse.end(`Bonjour en privé, par ${requete.socket.getProtocol()} !\n`);
});

// Pour un nom public : { acme: { domains: ["example.org"], agreeToTerms: true } }, sur le port 443.
// For a public name: { acme: { domains: ["example.org"], agreeToTerms: true } }, on port 443.
https.manageCertificates(serveur, { local: true }).then((certificats) => {
  certificats.on("problem", (ennui) => console.error(ennui.message));
  serveur.listen(port, () => console.log(`Serveur démarré : https://localhost:${serveur.address().port}`));
});
