import { once } from "node:events";
import net from "node:net";

/**
 * Asks a DNS server for an address over TCP, which goes through a forwarder as UDP does not.
 * @see RFC 1035 sections 4.1 and 4.2.2
 */
export async function askDns(port: number, name: string): Promise<string | undefined> {
  const socket = net.connect(port, "127.0.0.1");
  const labels = name.split(".").flatMap((label) => [Buffer.from([label.length]), Buffer.from(label)]);
  const header = Buffer.from([0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
  const question = Buffer.concat([...labels, Buffer.from([0, 0, 1, 0, 1])]);
  const query = Buffer.concat([header, question]);
  socket.write(Buffer.concat([Buffer.from([0, query.length]), query]));
  let answer = Buffer.alloc(0);
  while (answer.length < 2 || answer.length < 2 + answer.readUInt16BE(0)) {
    const [chunk] = await once(socket, "data", { signal: AbortSignal.timeout(10_000) });
    answer = Buffer.concat([answer, chunk]);
  }
  socket.destroy();
  const answers = answer.readUInt16BE(2 + 6);
  return answers === 0 ? undefined : [...answer.subarray(-4)].join(".");
}
