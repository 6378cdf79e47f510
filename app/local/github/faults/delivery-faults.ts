/**
 * What can happen to a webhook on its way: `lose` never arrives, `delay` waits until it is released, `repeat` arrives
 * several times under one GUID, `reorder` holds back as many as it is for and then sends the last one first.
 */
export const DELIVERY_FAULTS = ["lose", "delay", "repeat", "reorder"] as const;
export type DeliveryFaultKind = (typeof DELIVERY_FAULTS)[number];

export interface DeliveryFault {
  kind: DeliveryFaultKind;
  /** Only this event, such as `pull_request`; any when left out. */
  event?: string | undefined;
  action?: string | undefined;
  /** Only to this App; to any when left out. */
  appId?: number | undefined;
  /** How many deliveries it meets. */
  times: number;
  /** For `repeat`: how often each one arrives. */
  arrivals: number;
  /** For `lose`: whether GitHub's list of deliveries shows the failed attempt. */
  isListed: boolean;
}

interface Addressed {
  event: string;
  action: string | null;
  app: { id: number };
}

export interface DeliveryFaults {
  add: (fault: DeliveryFault) => void;
  clear: () => void;
  /** Sends on its way what is held back. */
  release: () => void;
  /** Does `send` as often and when the faults allow; `lose` is called instead for one that is lost. */
  pass: (delivery: Addressed, send: () => void, lose: (isListed: boolean) => void) => void;
}

export function createDeliveryFaults(): DeliveryFaults {
  const faults: DeliveryFault[] = [];
  let held: (() => void)[] = [];
  const release = () => {
    const sends = held;
    held = [];
    for (const send of sends) send();
  };
  return {
    add: (fault) => faults.push({ ...fault }),
    clear: () => faults.splice(0),
    release,
    pass(delivery, send, lose) {
      const fault = faults.find(
        (one) =>
          (one.event ?? delivery.event) === delivery.event &&
          (one.action ?? delivery.action) === delivery.action &&
          (one.appId ?? delivery.app.id) === delivery.app.id,
      );
      if (!fault) return send();
      fault.times -= 1;
      const isLast = fault.times <= 0;
      if (isLast) faults.splice(faults.indexOf(fault), 1);
      if (fault.kind === "lose") lose(fault.isListed);
      else if (fault.kind === "delay") held.push(send);
      else if (fault.kind === "repeat") for (let sent = 0; sent < fault.arrivals; sent += 1) send();
      else {
        held.unshift(send);
        if (isLast) release();
      }
    },
  };
}
