/**
 * A text of several lines is somebody's program or settings file. Where it sets something that is named like a secret to a text,
 * the text is hidden: `c.GoogleOAuthenticator.client_secret = "..."`.
 */
const SECRET_IN_QUOTES =
  /((?:secret|token|passw(?:or)?d?|passphrase|api_?key|private_?key|credential|cookie)[\w-]*["'\])]*\s*(?::|=|,)\s*[rbuf]{0,2})("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')/gi;

/** @param fingerprint stands for a text, so that a change of it is still seen */
export function hideInCode(text: string, fingerprint: (secret: string) => string): string {
  if (!text.includes("\n")) return text;
  return text.replace(
    SECRET_IN_QUOTES,
    (_all, start: string, quoted: string) => `${start}(hidden, fingerprint ${fingerprint(quoted)})`,
  );
}
