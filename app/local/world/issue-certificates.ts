import "reflect-metadata";
import { generateKeyPairSync, webcrypto } from "node:crypto";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import * as x509 from "@peculiar/x509";

export interface Certificates {
  caFile: string;
  caPem: string;
  serverCertFile: string;
  serverKeyFile: string;
  serviceAccountKeyFile: string;
  serviceAccountPublicFile: string;
}

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const DAY_MS = 24 * 3600 * 1000;

/** A certificate authority for this world alone, a serving certificate of the API server, and the key that signs service account tokens. */
export async function issueCertificates(dir: string): Promise<Certificates> {
  x509.cryptoProvider.set(webcrypto as Crypto);
  const [notBefore, notAfter] = [new Date(Date.now() - DAY_MS), new Date(Date.now() + 30 * DAY_MS)];
  const caKeys = await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: "01",
    name: "CN=Campanile local world",
    notBefore,
    notAfter,
    keys: caKeys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, 1, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ],
  });
  const serverKeys = await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const server = await x509.X509CertificateGenerator.create({
    serialNumber: "02",
    subject: "CN=kube-apiserver",
    issuer: ca.subject,
    notBefore,
    notAfter,
    publicKey: serverKeys.publicKey,
    signingKey: caKeys.privateKey,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.SubjectAlternativeNameExtension([
        { type: "ip", value: "127.0.0.1" },
        { type: "ip", value: "10.96.0.1" },
        { type: "dns", value: "localhost" },
        { type: "dns", value: "kubernetes.default.svc" },
      ]),
      new x509.ExtendedKeyUsageExtension(["1.3.6.1.5.5.7.3.1"]),
    ],
  });
  const serviceAccount = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const caPem = ca.toString("pem");
  const file = (name: string) => path.join(dir, name);
  await Promise.all([
    writeFile(file("ca.pem"), caPem),
    writeFile(file("apiserver.pem"), server.toString("pem")),
    writeFile(file("apiserver-key.pem"), await exportKey(serverKeys.privateKey), { mode: 0o600 }),
    writeFile(file("service-account-key.pem"), serviceAccount.privateKey, { mode: 0o600 }),
    writeFile(file("service-account-public.pem"), serviceAccount.publicKey),
  ]);
  return {
    caFile: file("ca.pem"),
    caPem,
    serverCertFile: file("apiserver.pem"),
    serverKeyFile: file("apiserver-key.pem"),
    serviceAccountKeyFile: file("service-account-key.pem"),
    serviceAccountPublicFile: file("service-account-public.pem"),
  };
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", key), "PRIVATE KEY");
}
