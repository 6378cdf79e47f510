import "reflect-metadata";
import { generateKeyPairSync, webcrypto } from "node:crypto";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import * as x509 from "@peculiar/x509";
import { NODE_ADDRESS, NODE_NAME } from "../node/node-network.ts";

export interface CertificateFiles {
  certFile: string;
  keyFile: string;
}

export interface Certificates {
  caFile: string;
  caPem: string;
  server: CertificateFiles;
  /** Of the real node's kubelet, where there is one. */
  kubelet: CertificateFiles;
  /** By which the API server makes itself known to a kubelet. */
  kubeletClient: CertificateFiles;
  serviceAccountKeyFile: string;
  serviceAccountPublicFile: string;
}

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const DAY_MS = 24 * 3600 * 1000;

/** @see RFC 5280 section 4.2.1.12 */
const [SERVER_AUTH, CLIENT_AUTH] = ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"];

/**
 * A certificate authority for this world alone, what the API server shows to clients and to kubelets, what a kubelet shows to it, and
 * the key that signs service account tokens.
 */
export async function issueCertificates(dir: string): Promise<Certificates> {
  x509.cryptoProvider.set(webcrypto as Crypto);
  const validity = { notBefore: new Date(Date.now() - DAY_MS), notAfter: new Date(Date.now() + 30 * DAY_MS) };
  const caKeys = await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity,
    serialNumber: "01",
    name: "CN=Campanile local world",
    keys: caKeys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, 1, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ],
  });
  const file = (name: string) => path.join(dir, name);
  const issue = async (name: string, serialNumber: string, subject: string, extensions: x509.Extension[]) => {
    const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
    const options = { ...validity, serialNumber, subject, issuer: ca.subject, extensions };
    const certificate = await x509.X509CertificateGenerator.create({
      ...options,
      publicKey: keys.publicKey,
      signingKey: caKeys.privateKey,
      signingAlgorithm: ALGORITHM,
    });
    await writeFile(file(`${name}.pem`), certificate.toString("pem"));
    await writeFile(file(`${name}-key.pem`), await exportKey(keys.privateKey), { mode: 0o600 });
    return { certFile: file(`${name}.pem`), keyFile: file(`${name}-key.pem`) };
  };
  const serviceAccount = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const caPem = ca.toString("pem");
  const [server, kubelet, kubeletClient] = await Promise.all([
    issue("apiserver", "02", "CN=kube-apiserver", [
      new x509.SubjectAlternativeNameExtension([
        { type: "ip", value: "127.0.0.1" },
        { type: "ip", value: "10.96.0.1" },
        { type: "dns", value: "localhost" },
        { type: "dns", value: "kubernetes.default.svc" },
      ]),
      new x509.ExtendedKeyUsageExtension([SERVER_AUTH]),
    ]),
    issue("kubelet", "03", `CN=${NODE_NAME}`, [
      new x509.SubjectAlternativeNameExtension([{ type: "ip", value: NODE_ADDRESS }]),
      new x509.ExtendedKeyUsageExtension([SERVER_AUTH]),
    ]),
    issue("apiserver-kubelet", "04", "O=system:masters,CN=kube-apiserver", [new x509.ExtendedKeyUsageExtension([CLIENT_AUTH])]),
    writeFile(file("ca.pem"), caPem),
    writeFile(file("service-account-key.pem"), serviceAccount.privateKey, { mode: 0o600 }),
    writeFile(file("service-account-public.pem"), serviceAccount.publicKey),
  ]);
  return {
    caFile: file("ca.pem"),
    caPem,
    server,
    kubelet,
    kubeletClient,
    serviceAccountKeyFile: file("service-account-key.pem"),
    serviceAccountPublicFile: file("service-account-public.pem"),
  };
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", key), "PRIVATE KEY");
}
