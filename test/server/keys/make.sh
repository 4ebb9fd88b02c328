#!/bin/sh
# Makes the keys and certificates of the TLS tests anew: an authority, and what it signed for two hosts and one client.
# They guard nothing: whoever reads this repository has them.
set -eu
cd "$(dirname "$0")"
days=36500
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days $days -subj '/CN=Premier test authority' \
  -keyout authority-key.pem -out authority-cert.pem
sign() {
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$2" -keyout "$1-key.pem" -out "$1.csr"
  printf 'subjectAltName=%s\nbasicConstraints=CA:FALSE\n' "$3" > "$1.ext"
  openssl x509 -req -in "$1.csr" -CA authority-cert.pem -CAkey authority-key.pem -CAcreateserial -days $days \
    -extfile "$1.ext" -out "$1-cert.pem"
  rm "$1.csr" "$1.ext"
}
sign localhost localhost 'DNS:localhost,IP:127.0.0.1,IP:::1'
sign second second.test 'DNS:second.test'
sign client 'A client' 'DNS:client.test'
rm -f authority-key.pem authority-cert.srl
