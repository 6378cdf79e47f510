/** A text that may be read by somebody, and where it was found. */
export interface Place {
  where: string;
  text: string;
}

/** One way in which a secret may be written. Whoever finds it in this form can read the secret. */
interface Form {
  name: string;
  text: string;
}

/**
 * Looks for secrets in every form in which programs write a text down.
 * @param canaries secrets by a name that may be shown
 * @returns `<where>: <name> as <form>` for each finding
 */
export function findCanaries(places: readonly Place[], canaries: ReadonlyMap<string, string>): string[] {
  const wanted = [...canaries].flatMap(([name, value]) => canaryForms(value).map((form) => ({ name, form })));
  return places.flatMap(({ where, text }) =>
    wanted.filter(({ form }) => text.includes(form.text)).map(({ name, form }) => `${where}: ${name} as ${form.name}`),
  );
}

/** Written out here on its own: the same mistake in Campanile's own list of forms would hide itself. */
export function canaryForms(value: string): Form[] {
  const bytes = Buffer.from(value);
  const forms = [
    { name: "it is", text: value },
    ...[0, 1, 2].map((before) => ({ name: `base64 after ${before} bytes`, text: base64Core(bytes, before) })),
    { name: "part of a URL", text: encodeURIComponent(value) },
    { name: "part of a form", text: new URLSearchParams({ value }).toString().slice("value=".length) },
    { name: "JSON", text: JSON.stringify(value).slice(1, -1) },
    { name: "JSON in JSON", text: JSON.stringify(JSON.stringify(value).slice(1, -1)).slice(1, -1) },
    { name: "hex", text: bytes.toString("hex") },
    { name: "HEX", text: bytes.toString("hex").toUpperCase() },
  ];
  return forms.filter(({ text }, index) => forms.findIndex((form) => form.text === text) === index);
}

/** What base64 makes of the value wherever it stands, without the characters at both ends that depend on its neighbours. */
function base64Core(bytes: Buffer, before: number): string {
  const text = Buffer.concat([Buffer.alloc(before), bytes, Buffer.alloc(2)]).toString("base64");
  const first = Math.ceil((before * 8) / 6);
  const end = Math.floor(((before + bytes.length) * 8) / 6);
  return text.slice(first, end);
}
